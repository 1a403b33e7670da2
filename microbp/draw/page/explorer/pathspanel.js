/** The panel of paths: eq. 53 added up, path by path, by decreasing |product|. */

import { button, html, refill, table } from "../base/elements.js";
import { countText, numberText, operandText } from "../base/numbers.js";
import { Paths } from "../graph/paths.js";

/** Paths that are listed at first, and that each press of a button adds; factors that are written out. */
const [MORE, FACTORS] = [8, 40];

const FIGURES = 7;

/** Nodes of a path that are named. */
const NAMES = 16;

/** The panel of the paths from the explorer's `from` to its `to`. */
export class PathsPanel {
  /** @param {Explorer} explorer the view, its two ends, and `lightPath` */
  constructor(explorer) {
    this.explorer = explorer;
    this.content = html("div", { class: "paths" });
    const heading = html("h2", {}, "Sum over paths (eq. 53)");
    this.element = html("section", { "aria-label": "sum over paths" }, heading, this.content);
    this.ends = "";
  }

  /** List the paths between the two ends, where these are other ones than before. */
  showSelection() {
    const { explorer } = this;
    const { from, to, view } = explorer;
    if (from === null) {
      this.ends = "";
      const end = explorer.recording.name(to);
      const hint = to === explorer.output ? `Select a weight, or any number, to add up all paths from it to ${end}.`
        : `Select where the paths that end at ${end} begin.`;
      refill(this.content, html("p", { class: "hint" }, hint));
      return;
    }
    const ends = `${from} ${to}`;
    if (ends === this.ends && view === this.view) return;
    Object.assign(this, { ends, view });
    this.contracted = view.contractedWith([from, to]) ?? this.whole();
    this.paths = new Paths(this.contracted.graph, this.contracted.place[from], this.contracted.place[to]);
    this.found = [];
    this.listing = this.paths[Symbol.iterator]();
    this.chosen = 0;
    this.list();
  }

  /** The whole recording as if it were contracted. */
  whole() {
    const { graph, count } = this.explorer.recording;
    const nodes = Int32Array.from({ length: count }, (_, node) => node);
    return { graph, nodes, place: nodes, origin: Int32Array.from({ length: graph.size }, (_, edge) => edge) };
  }

  /** List some more paths. */
  list() {
    const { recording, from, to, output } = this.explorer;
    for (let n = 0; n < MORE; n++) {
      const { value, done } = this.listing.next();
      if (done) break;
      this.found.push(value);
    }
    const { count, total } = this.paths;
    const [start, end] = [recording.name(from), recording.name(to)];
    const sum = html("data", { value: total, class: "total" }, numberText(total, FIGURES));
    const says = count === 0n ? `No path leads from ${start} to ${end}.`
      : `${countText(count)} ${count === 1n ? "path leads" : "paths lead"} from ${start} to ${end}.`;
    const parts = [html("p", { class: "says" }, says)];
    if (count > 0n) parts.push(this.table(total), html("p", {}, `∂${end}/∂${start} = `, sum));
    if (BigInt(this.found.length) < count) parts.push(button(`${MORE} more`, () => this.list()));
    if (to !== output) parts.push(button(`to ${recording.name(output)} again`, () => this.explorer.endAt(output)));
    if (count > 0n) parts.push(html("p", { class: "factors", "aria-live": "polite" }));
    refill(this.content, ...parts);
    this.choose(this.chosen);
  }

  table(total) {
    let sum = 0;
    const rows = this.found.map((path, n) => {
      sum += path.product;
      return this.row(path, n, sum);
    });
    const left = this.paths.count - BigInt(this.found.length);
    if (left > 0n) {
      const says = `the other ${countText(left)} add ${numberText(total - sum)}`;
      rows.push(html("tr", { class: "rest" }, html("td"), html("td", { colspan: 2 }, says)));
    }
    return table({}, ["#", "product", "running sum"], rows);
  }

  row(path, n, sum) {
    const light = () => this.choose(n);
    const number = button(String(n + 1), light, { "aria-label": `path ${n + 1}`, onfocus: light });
    const sign = path.product < 0 ? "negative" : "positive";
    return html(
      "tr", { class: "path", onmouseenter: light },
      html("td", {}, number),
      html("td", { class: sign }, html("data", { value: path.product }, numberText(path.product))),
      html("td", {}, html("data", { value: sum }, numberText(sum))),
    );
  }

  /** The nodes of a path that have names: w2_1,1 → z2_1 → … → C. */
  routeOf({ edges }) {
    const { recording, from } = this.explorer;
    const { graph, nodes } = this.contracted;
    const named = [from, ...edges.map((edge) => nodes[graph.target[edge]])]
      .filter((node) => recording.label[node] !== null || node === from || node === this.explorer.to);
    const names = named.map((node) => recording.name(node));
    if (names.length > NAMES) names.splice(NAMES / 2, names.length - NAMES, "…");
    return names.join(" → ");
  }

  /** Light a path, and write its factors out. */
  choose(n) {
    const path = this.found[n];
    const factors = this.content.querySelector(".factors");
    if (path === undefined || factors === null) return this.explorer.lightPath(null, null);
    this.chosen = n;
    this.content.querySelectorAll("tr.path").forEach((row, place) => row.classList.toggle("lit", place === n));
    const { graph } = this.contracted;
    const rates = path.edges.map((edge) => graph.rate[edge]);
    const told = rates.slice(0, FACTORS).map((rate, place) => (place ? operandText : numberText)(rate));
    const more = rates.length > FACTORS ? ` × … (${rates.length} factors)` : "";
    const factor = (text, place) =>
      html("span", { class: rates[place] === 1 ? "one" : null }, place ? ` × ${text}` : text);
    const route = html("span", { class: "route" }, this.routeOf(path));
    const end = `${told.length ? "" : "1"}${more} = ${numberText(path.product)}`;
    refill(factors, `path ${n + 1}: `, route, html("br"), ...told.map(factor), end);
    return this.explorer.lightPath(this.contracted, path);
  }
}

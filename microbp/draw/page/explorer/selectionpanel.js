/** The panel of what is selected: a number with its gradient, an edge with its rate factor, or a closed group. */

import { importantIn } from "./boxes.js";
import { button, html, refill, table } from "../base/elements.js";
import { computationOf, rateOf } from "../graph/formulas.js";
import { Graph } from "../graph/graph.js";
import { numberText, operandText, rangeOf } from "../base/numbers.js";
import { Paths } from "../graph/paths.js";
import { boxName } from "./picture.js";

/** Significant figures of numbers that a reader may want to calculate with. */
const FIGURES = 7;

/** Contributions to a gradient, rows of a table, and sides of a matrix that are written out. */
const [CONTRIBUTIONS, ROWS, SIDE] = [8, 60, 12];

/** Numbers in a closed group up to which the paths through it are told, and how many of these. */
const [INSIDE, WAYS] = [2000, 5];

/** The panel of what is selected, at the step that is shown. */
export class SelectionPanel {
  /** @param {Explorer} explorer the recording, what is selected and known, and what a button may change */
  constructor(explorer) {
    this.explorer = explorer;
    this.content = html("div", { class: "selection" });
    this.element = html("section", { "aria-label": "selected" }, this.content);
  }

  showStep() {
    this.showSelection();
  }

  /** Show what is selected now. */
  showSelection() {
    const { selection } = this.explorer;
    if (selection === null) refill(this.content, this.hint());
    else if (selection.node !== undefined) refill(this.content, ...this.ofNode(selection.node));
    else if (selection.edge !== undefined) refill(this.content, ...this.ofEdge(selection.edge));
    else refill(this.content, ...this.ofGroup(selection.group));
  }

  hint() {
    const says = "Select a box to see how its gradient adds up, an edge to see its rate factor, + to open a group.";
    const stale = "A number was changed after it was used: the rate factors are those of the recording.";
    return html("p", { class: "hint" }, says, this.explorer.recording.isStale ? ` ${stale}` : null);
  }

  ofNode(node) {
    const { recording, state } = this.explorer;
    const name = recording.name(node);
    const parts = [html("h2", {}, name), this.valueLine(node)];
    if (!recording.varies[node]) return [...parts, html("p", {}, "A constant: nothing is differentiated by it.")];
    const gradient = html("p", {}, `∂${this.outputName}/∂${name} = `, this.gradientElement(node));
    const terms = this.termsOf(node);
    parts.push(gradient);
    if (!state.isReached[node]) gradient.append(", not known yet");
    else if (state.awaited[node] > 0) {
      parts.push(note(`So far: ${state.awaited[node]} more of its ${terms.length} contributions are to come.`));
    } else if (terms.length) gradient.append(html("span", { class: "sum" }, this.sumText(terms)));
    if (node !== this.explorer.to && recording.graph.into(node).length) parts.push(this.endButton(node));
    return parts;
  }

  get outputName() {
    return this.explorer.recording.name(this.explorer.output);
  }

  valueLine(node) {
    const { recording, state } = this.explorer;
    if (!state.isComputed[node]) return html("p", {}, "Not computed yet.");
    const value = numberElement(recording.value[node], "value");
    if (recording.isLeaf(node)) return html("p", {}, "value ", value);
    const { names, numbers } = computationOf(recording, node);
    return html("p", {}, names === null ? `${recording.operation(node)}: ` : `${names} = ${numbers} = `, value);
  }

  gradientElement(node) {
    const { isReached, awaited, cotangent } = this.explorer.state;
    if (!isReached[node]) return html("span", { class: "gradient unknown" }, "·");
    const state = awaited[node] > 0 ? "partial" : "final";
    return numberElement(cotangent[node], `gradient ${state} ${side(cotangent[node])}`);
  }

  /** The chain rule at a node: for each edge out of it that leads to the output, rate factor × cotangent. */
  termsOf(node) {
    const { recording, steps, state } = this.explorer;
    const { graph } = recording;
    return [...graph.out(node)]
      .filter((edge) => steps.leads[graph.target[edge]])
      .map((edge) => ({ rate: graph.rate[edge], cotangent: state.cotangent[graph.target[edge]] }));
  }

  sumText(terms) {
    const product = ({ rate, cotangent }) => `${operandText(rate)} × ${operandText(cotangent)}`;
    const told = terms.slice(0, CONTRIBUTIONS).map(product);
    const more = terms.length > told.length ? ` + … (${terms.length} edges)` : "";
    return ` = ${told.join(" + ")}${more}`;
  }

  endButton(node) {
    const { explorer } = this;
    return button("let paths end here", () => explorer.endAt(node));
  }

  ofEdge(place) {
    const { view, recording } = this.explorer;
    const edge = view.edges[place];
    const { source, target } = edge;
    const [from, to] = [boxName(view, source), boxName(view, target)];
    const title = html("h2", {}, `${from} → ${to}`);
    const isSingle = edge.edges.length === 1 && view.boxes[source].node !== null && view.boxes[target].node !== null;
    if (isSingle) return [title, ...this.ofSingleEdge(edge.edges[0], from, to)];
    const rates = view.ratesBetween(source, target);
    if (view.contracted === null) {
      return [title, html("p", {}, "Too many paths lead through this group to add them up here: open it.")];
    }
    if (rates.length === 0) return [title, html("p", {}, "By a constant nothing is differentiated.")];
    const meaning = note("The sum over all paths from the one to the other, through the closed group.");
    if (rates.length === 1) {
      const [{ source: x, target: y, rate }] = rates;
      return [title, rateLine(recording.name(x), recording.name(y), rate), this.waysBetween(x, y, target), meaning];
    }
    const says = `${rates.length} rate factors: the Jacobian ∂(${to})/∂(${from}).`;
    return [title, html("p", {}, says), matrix(recording, rates), meaning];
  }

  /** The paths from a number into a closed group to the one by which that is left, as products; null for many. */
  waysBetween(x, y, box) {
    const { view, recording } = this.explorer;
    const { members } = view.boxes[box];
    if (members.length > INSIDE || view.exitsOf(box).length !== 1) return null;
    const { graph } = recording;
    const nodes = [x, ...members].sort((one, other) => one - other);
    const place = new Map(nodes.map((node, n) => [node, n]));
    const edges = members.flatMap((node) => [...graph.into(node)]).filter((edge) => place.has(graph.source[edge]));
    const ends = (column) => edges.map((edge) => place.get(column[edge]));
    const rates = edges.map((edge) => graph.rate[edge]);
    const inside = new Graph(nodes.length, ends(graph.source), ends(graph.target), rates);
    const found = new Paths(inside, place.get(x), place.get(y)).top(WAYS);
    const products = found.map((path) => {
      const factors = path.edges.map((edge) => rates[edge]).filter((rate) => rate !== 1);
      return factors.map((rate, n) => (n ? operandText : numberText)(rate)).join(" × ") || "1";
    });
    return html("p", { class: "formula" }, products.length < WAYS ? `= ${products.join(" + ")}` : null);
  }

  ofSingleEdge(edge, from, to) {
    const { recording } = this.explorer;
    const source = recording.all.source[edge];
    if (!recording.varies[source]) return [html("p", {}, `${from} is a constant: nothing is differentiated by it.`)];
    const parts = [rateLine(from, to, recording.all.rate[edge])];
    const formula = rateOf(recording, edge);
    if (formula === null) return parts;
    const { expression } = recording.functionOf(recording.all.target[edge]);
    const numbers = formula.numbers === null ? [] : [formula.numbers, numberText(recording.all.rate[edge])];
    const said = formula.symbol.split(" = ").concat(numbers).filter((text, n, texts) => text !== texts[n - 1]);
    return [...parts, html("p", { class: "formula" }, `y = ${expression},  ${said.join(" = ")}`)];
  }

  ofGroup(group) {
    const { explorer } = this;
    const { view } = explorer;
    const box = view.boxes.findIndex((one) => one.group === group);
    const open = button("open", () => explorer.openGroup(group));
    const shown = this.tellingNodes(box);
    const rows = shown.slice(0, ROWS).map((node) => this.nodeRow(node));
    const more = shown.length > ROWS ? note(`and ${shown.length - ROWS} more: open it to see them`) : null;
    const inside = table({ class: "inside" }, ["name", "value", `∂${this.outputName}/∂`], rows);
    return [html("h2", {}, group.fullName), open, inside, more];
  }

  /** The numbers of a group that a reader asks for: of a neuron z, a and its parameters; else by what it is left. */
  tellingNodes(box) {
    const { view, recording } = this.explorer;
    const { members } = view.boxes[box].group;
    const { z, a } = importantIn(view, box);
    const parameters = members.filter((node) => recording.isLeaf(node) && recording.varies[node]);
    const exits = view.exitsOf(box).filter((node) => !parameters.includes(node));
    return z === undefined ? [...exits, ...parameters] : [z, a, ...parameters].filter((node) => node !== undefined);
  }

  nodeRow(node) {
    const { explorer } = this;
    const { recording } = explorer;
    const name = recording.name(node);
    const title = `a box of its own for ${name}, and its paths`;
    const pin = button(name, () => explorer.pin(node), { title });
    const value = explorer.state.isComputed[node] ? numberText(recording.value[node]) : "·";
    const gradient = recording.varies[node] ? this.gradientElementShort(node) : "";
    return html("tr", {}, html("th", { scope: "row" }, pin), html("td", {}, value), html("td", {}, gradient));
  }

  gradientElementShort(node) {
    const element = this.gradientElement(node);
    const { isReached, awaited, cotangent } = this.explorer.state;
    if (isReached[node]) element.textContent = numberText(cotangent[node]) + (awaited[node] > 0 ? " + …" : "");
    return element;
  }
}

function rateLine(from, to, rate) {
  return html("p", {}, `rate factor ∂${to}/∂${from} = `, numberElement(rate, "rate"));
}

/** A number that a reader may want to calculate with. */
function numberElement(x, name) {
  return html("data", { value: x, class: name }, numberText(x, FIGURES));
}

function note(text) {
  return html("p", { class: "note" }, text);
}

/** On which side of zero a number is shown. */
function side(x) {
  return x < 0 ? "negative" : "positive";
}

/** Rate factors as a matrix: a row a target, a column a source. */
function matrix(recording, rates) {
  const ends = (end) => [...new Set(rates.map((rate) => rate[end]))].sort((one, other) => one - other);
  const [sources, targets] = [ends("source"), ends("target")];
  if (sources.length > SIDE || targets.length > SIDE) {
    const [low, high] = rangeOf(rates.map(({ rate }) => rate));
    const size = `${targets.length} × ${sources.length}`;
    return html("p", {}, `${size} numbers from ${numberText(low)} to ${numberText(high)}`);
  }
  const at = new Map(rates.map(({ source, target, rate }) => [`${source} ${target}`, rate]));
  const rows = targets.map((target) => {
    const row = sources.map((source) => at.get(`${source} ${target}`) ?? 0);
    const cells = row.map((rate) => html("td", { class: side(rate) }, numberText(rate)));
    return html("tr", {}, html("th", { scope: "row" }, recording.name(target)), ...cells);
  });
  const names = ["", ...sources.map((source) => recording.name(source))];
  return html("div", { class: "scroll" }, table({ class: "matrix" }, names, rows));
}

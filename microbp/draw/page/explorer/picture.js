/** The picture: boxes, frames and edges as SVG, and what of them is seen at a step. */

import { arrange } from "./arrange.js";
import { contentOf } from "./boxes.js";
import { pointOn } from "../layout/curves.js";
import { edgeElement, labelSize, putLabel, rateText } from "./edges.js";
import { svg } from "../base/elements.js";
import { placeLabels } from "../layout/labels.js";

/** Around the drawing, and the height of a row in a box, px. */
const [MARGIN, ROW] = [20, 15];

/** Pixels of a letter in a title and in a row of numbers. */
const LETTER = { title: 7.6, row: 7.3 };

/** Edges with a rate factor up to which places are looked for. */
const MOST_LABELS = 250;

/** The widest that boxes of single numbers are made alike, and those of neurons. */
const COMMON = 150;

/** The drawing of one view, kept up to date as steps are taken and things are selected. */
export class Picture {
  /**
   * @param {View} view
   * @param {Steps} steps by whose last state boxes have room for all that they come to hold
   */
  constructor(view, steps) {
    this.view = view;
    const last = steps.stateAfter(steps.last);
    this.placed = arrange(view, sizesOf(view, view.boxes.map((_, box) => contentOf(view, box, steps, last))));
    this.width = this.placed.width + 2 * MARGIN;
    this.height = this.placed.height + 2 * MARGIN;
    this.frames = this.placed.frames.map(drawnFrame);
    this.edges = view.edges.map((_, edge) => this.drawnEdge(edge));
    this.boxes = view.boxes.map((_, box) => this.drawnBox(box));
    const groups = [...this.frames, ...this.edges, ...this.boxes].map(({ group }) => group);
    this.element = svg("svg", { class: "picture", role: "group", "aria-label": "The computation" }, ...groups);
    this.element.setAttribute("viewBox", `${-MARGIN} ${-MARGIN} ${this.width} ${this.height}`);
    this.labelEdges();
    this.boxes[view.order[0]]?.group.setAttribute("tabindex", 0);
    this.element.addEventListener("focusin", ({ target }) => this.moveTabStop(target));
  }

  /** One box or edge can be reached by the Tab key: the one that had the focus last. */
  moveTabStop(target) {
    const stops = [...this.boxes, ...this.edges];
    if (!stops.some(({ group }) => group === target)) return;
    for (const { group } of stops) group.setAttribute("tabindex", group === target ? 0 : -1);
  }

  /**
   * Show what is known after a step.
   *
   * @param {Steps} steps
   * @param {number} step
   * @param {object} state what is known (`Steps.stateAfter`)
   */
  showStep(steps, step, state) {
    const { phase, box: current } = steps.steps[step];
    this.boxes.forEach(({ group, title, rows }, box) => {
      const content = contentOf(this.view, box, steps, state);
      title.textContent = content.title;
      rows.forEach((row, n) => {
        const { text = "", kind = "", mark = "", side = "" } = content.rows[n] ?? {};
        row.textContent = text;
        row.setAttribute("class", `row ${kind} ${mark} ${side}`);
      });
      group.setAttribute("aria-label", nameOfBox(content));
      group.classList.toggle("current", box === current);
    });
    this.edges.forEach(({ group }, edge) => {
      const { target } = this.view.edges[edge];
      const isActive = target === current && (phase === "forward" || phase === "backward");
      group.classList.toggle("active", isActive);
      group.classList.toggle("back", isActive && phase === "backward");
      group.classList.toggle("ahead", !this.view.boxes[target].members.some((node) => state.isComputed[node]));
    });
  }

  /** Whether a box is seen: in the game those that are taken out are not. */
  isThere(box) {
    return !this.boxes[box].group.classList.contains("gone");
  }

  /** Put the Tab key's stop, and the focus where it has it, on a box that is there: the nearest to where it was. */
  restoreTabStop() {
    const place = [...this.boxes, ...this.edges].findIndex(({ group }) => group.getAttribute("tabindex") === "0");
    if (place < this.boxes.length && this.isThere(place)) return;
    const box = place < this.boxes.length ? place : this.view.edges[place - this.boxes.length].source;
    const here = this.placed.boxes[box];
    const distance = (other) => Math.hypot(this.placed.boxes[other].x - here.x, this.placed.boxes[other].y - here.y);
    const left = [...this.boxes.keys()].filter((other) => this.isThere(other));
    const nearest = this.boxes[left.reduce((one, other) => (distance(other) < distance(one) ? other : one))].group;
    if (this.element.contains(document.activeElement)) nearest.focus();
    else this.moveTabStop(nearest);
  }

  /** What a box is called. */
  nameOf(box) {
    return boxName(this.view, box);
  }

  /** What an edge between two boxes is called, by the looks of its rate factor. */
  nameOfEdge({ text }, source, target) {
    return `${text || "no"} rate factor from ${this.nameOf(source)} to ${this.nameOf(target)}`;
  }

  /** Light some boxes and edges, and fade all others; null for none. */
  light(lit) {
    this.element.classList.toggle("some-lit", lit !== null);
    this.boxes.forEach(({ group }, box) => group.classList.toggle("lit", lit?.boxes.has(box) ?? false));
    this.edges.forEach(({ group }, edge) => group.classList.toggle("lit", lit?.edges.has(edge) ?? false));
  }

  /** Mark what is selected: {box}, {edge} or null. */
  select(selected) {
    this.boxes.forEach(({ group }, box) => mark(group, box === selected?.box));
    this.edges.forEach(({ group }, edge) => mark(group, edge === selected?.edge));
  }

  drawnBox(box) {
    const { view, placed } = this;
    const { group, node, id } = view.boxes[box];
    const { x, y, width, height } = placed.boxes[box];
    const title = svg("text", { class: "title", x: 8, y: ROW });
    const rows = Array.from({ length: Math.round((height - 9) / ROW) - 1 }, (_, n) =>
      svg("text", { class: "row", x: 8, y: ROW * (n + 2) }),
    );
    const kind = group ? `group ${group.kind}` : kindOf(view.recording, node);
    const parts = [
      svg("rect", { width, height, rx: kind === "constant" ? 1 : 7 }),
      title,
      ...rows.flatMap((row) => [" ", row]),
    ];
    if (group) {
      const opener = svg("g", {
        class: "opener",
        "aria-hidden": true,
        transform: `translate(${width - 22}, 3)`,
        "data-open": id,
      });
      opener.append(svg("rect", { width: 18, height: 18, rx: 4 }), svg("path", { d: "M5 9H13M9 5V13" }));
      parts.push(opener);
    }
    const attributes = { class: `box ${kind}`, role: "button", tabindex: -1, "data-box": box, id: `box-${id}` };
    return { group: svg("g", { ...attributes, transform: `translate(${x}, ${y})` }, ...parts), title, rows };
  }

  drawnEdge(edge) {
    const rate = rateText(this.view, edge);
    const { source, target } = this.view.edges[edge];
    const { group, label } = edgeElement(this.placed.routes[edge], rate);
    const attributes = {
      role: "button", tabindex: -1, "data-edge": edge, "aria-label": this.nameOfEdge(rate, source, target),
    };
    for (const [name, value] of Object.entries(attributes)) group.setAttribute(name, value);
    return { group, label, rate };
  }

  labelEdges() {
    const labelled = this.edges.flatMap(({ rate }, edge) => (rate.text ? [edge] : []));
    const routes = this.placed.routes;
    // Among very many none would be free; each is seen when its edge is pointed at.
    const places =
      labelled.length <= MOST_LABELS
        ? placeLabels(
            labelled.map((edge) => labelSize(this.edges[edge].rate)),
            this.placed.boxes,
            labelled.map((edge) => routes[edge]),
          )
        : labelled.map((edge) => ({ ...pointOn(routes[edge], 0.5), free: false }));
    labelled.forEach((edge, n) => {
      const { group, label } = this.edges[edge];
      putLabel(label, places[n]);
      group.classList.toggle("crowded", !places[n].free);
    });
  }
}

/** What a box is called. */
export function boxName(view, box) {
  const { group, node } = view.boxes[box];
  return group ? group.fullName : view.recording.name(node);
}

/** Sizes of boxes by what they hold. Numbers are as wide as each other, and neurons, but for very long names. */
function sizesOf(view, contents) {
  const sizes = contents.map(({ title, rows }, box) => {
    const opener = view.boxes[box].group ? 22 : 0;
    const widest = Math.max(
      LETTER.title * title.length + opener,
      ...rows.map(({ text, room = 0 }) => LETTER.row * ([...text].length + room)),
    );
    return { width: Math.max(opener ? 104 : 78, 16 + widest), height: ROW * (rows.length + 1) + 9 };
  });
  const kindOfBox = ({ node, group }) => (node !== null ? "number" : group.kind);
  const isAlike = (size, box) => ["number", "neuron"].includes(kindOfBox(view.boxes[box])) && size.width <= COMMON;
  const common = { number: 0, neuron: 0 };
  sizes.forEach((size, box) => {
    const kind = kindOfBox(view.boxes[box]);
    if (isAlike(size, box)) common[kind] = Math.max(common[kind], size.width);
  });
  return sizes.map((size, box) => (isAlike(size, box) ? { ...size, width: common[kindOfBox(view.boxes[box])] } : size));
}

function drawnFrame({ group, x, y, width, height }) {
  const closer = svg("g", {
    class: "closer",
    transform: `translate(${width - 22}, 3)`,
    role: "button",
    tabindex: 0,
    "data-close": group.id,
  });
  closer.setAttribute("aria-label", `close ${group.fullName}`);
  closer.append(
    svg("rect", { width: 18, height: 18, rx: 4 }),
    svg("path", { d: "M5 9H13" }),
    svg("title", {}, `close ${group.fullName}`),
  );
  const name = svg("text", { x: 10, y: 16 }, group.name);
  const rect = svg("rect", { width, height, rx: 10 });
  return { group: svg("g", { class: `frame ${group.kind}`, transform: `translate(${x}, ${y})` }, rect, name, closer) };
}

function kindOf(recording, node) {
  if (!recording.varies[node]) return "constant";
  return recording.isLeaf(node) ? "parameter" : "operation";
}

function mark(group, isSelected) {
  group.classList.toggle("selected", isSelected);
  group.setAttribute("aria-pressed", isSelected);
}

/** What a box says, word for word, and what its signs mean. */
function nameOfBox({ title, rows }) {
  const gradient = rows.find(({ kind }) => kind === "gradient");
  const meaning = { unknown: ", gradient not known yet", partial: ", gradient so far" }[gradient?.mark] ?? "";
  return [title, ...rows.map(({ text }) => text)].join(" ") + meaning;
}

/** The recording that the page was made of: its numbers, functions and groups, read from columns. */

import { computationOf } from "./formulas.js";
import { Graph } from "./graph.js";
import { numberText } from "../base/numbers.js";

/** Letters of a formula that stands for a name. */
const LONGEST = 18;

/**
 * What was computed, number by number.
 *
 * graph    the edges between numbers that are differentiated by
 * all      the edges by constants too, whose rate factor is NaN; an edge has its slot: which input of its target it is
 * groups   name, kind, parent (−1 for none) of what can be opened and closed
 */
export class Recording {
  /** @param {object} data the columns that Python wrote */
  constructor(data) {
    const { nodes, edges, rows, groups, outputs } = data;
    this.title = data.title;
    this.start = data.start ?? { level: null, from: null, to: null };
    this.isStale = data.stale;
    this.count = nodes.row.length;
    this.row = Int32Array.from(nodes.row);
    this.label = nodes.label;
    this.value = Float64Array.from(nodes.value, Number);
    this.varies = Uint8Array.from(nodes.varies);
    this.grouping = { layered: Int32Array.from(nodes.layered), whole: Int32Array.from(nodes.whole) };
    this.role = { letter: nodes.letter, layer: nodes.layer, neuron: nodes.neuron, index: nodes.index };
    this.rows = rows;
    this.groups = groups;
    this.outputs = outputs;
    this.slot = Int32Array.from(edges.slot);
    this.all = new Graph(
      this.count,
      edges.source,
      edges.target,
      edges.rate.map((rate) => (rate === null ? NaN : +rate)),
    );
    const kept = edges.rate.map((rate, edge) => edge).filter((edge) => edges.rate[edge] !== null);
    const pick = (column) => kept.map((edge) => column[edge]);
    this.graph = new Graph(this.count, pick(edges.source), pick(edges.target), pick(edges.rate).map(Number));
    this.edgeOf = Int32Array.from(kept); // of an edge of graph, its number in all
  }

  /** Whether a number was given rather than computed. */
  isLeaf(node) {
    return this.row[node] < 0;
  }

  /** The function that computed a number, with its formulas; undefined for a leaf. */
  functionOf(node) {
    return this.rows[this.row[node]];
  }

  /** The sign of the operation that a number came of, as "×"; "" for a leaf. */
  operation(node) {
    return this.functionOf(node)?.text ?? "";
  }

  /** What a reader calls a number: its label, "out" for the output, the sign of its operation, or the number itself. */
  name(node) {
    if (this.label[node] !== null) return this.label[node];
    if (this.isLeaf(node)) return numberText(this.value[node]);
    return this.outputs.length === 1 && this.outputs[0] === node ? "out" : this.operation(node);
  }

  /** The same in a sentence: what has no name is told in brackets by how it was computed, [w·x], or its sign, [+]. */
  nameInText(node) {
    if (this.label[node] !== null || this.isLeaf(node) || this.name(node) === "out") return this.name(node);
    const isPlain = this.inputs(node).every((input) => input.node < 0 || this.label[input.node] !== null);
    const names = isPlain ? computationOf(this, node).names : null;
    return `[${names !== null && names.length <= LONGEST ? names : this.operation(node)}]`;
  }

  /** The inputs of a computed number by slot: node, or the plain number that is written into the operation. */
  inputs(node) {
    const inputs = [];
    for (const edge of this.all.into(node)) {
      inputs[this.slot[edge]] = { node: this.all.source[edge], value: this.value[this.all.source[edge]], edge };
    }
    const plain = this.functionOf(node)?.plain;
    if (plain) inputs[plain.slot] = { node: -1, value: Number(plain.value), edge: -1 };
    return inputs;
  }
}

/** The rules of the game of elimination on the boxes of a view. */

import { Elimination } from "./elimination.js";

/**
 * A box is taken out with all nodes by which it is left; for a single operation, or a neuron, that is one.
 *
 * totals           how many multiplications it takes in each order, from the beginning
 * multiplications  how many it took so far
 */
export class Game {
  /**
   * @param {View} view
   * @param {number | null} input by what the gradient is asked for; null for all that is given
   * @param {number} output
   */
  constructor(view, input, output) {
    this.view = view;
    const { graph, nodes, place } = view.contracted;
    this.nodes = nodes;
    this.place = place;
    const inputs = input === null ? sources(graph, nodes, view.recording) : [place[input]];
    this.start = () => new Elimination(graph, inputs, [place[output]]);
    this.inputs = new Set(inputs.map((node) => view.boxOf[nodes[node]]));
    this.output = view.boxOf[output];
    this.elimination = this.start();
    this.moves = [];
    this.totals = Object.fromEntries(["forward", "reverse", "markowitz"].map((order) => [order, this.total(order)]));
  }

  /** Whether the gradient is asked for by the output itself. */
  get isByItself() {
    return this.inputs.has(this.output);
  }

  get multiplications() {
    return this.elimination.multiplications;
  }

  /** Whether nothing is left to take out. */
  get isOver() {
    return this.elimination.left.length === 0;
  }

  /** The edges that there are, between nodes of the recording. */
  get edges() {
    const { nodes } = this;
    const { edges } = this.elimination;
    return edges.map(({ source, target, rate }) => ({ source: nodes[source], target: nodes[target], rate }));
  }

  /** The nodes of a box that are in the game, as the elimination numbers them. */
  nodesIn(box) {
    return this.view.exitsOf(box).map((node) => this.place[node]).filter((node) => this.elimination.into.has(node));
  }

  /** Those of them that don't stay. */
  takeable(box) {
    return this.nodesIn(box).filter((node) => !this.elimination.fixed.has(node));
  }

  /** Why a box can't be taken out; null where it can. */
  whyNot(box) {
    if (this.takeable(box).length) return null;
    if (this.inputs.has(box)) return "stays: it is what the gradient is asked by.";
    if (box === this.output) return "stays: it is what the gradient is of.";
    return "lies on no path between the two ends.";
  }

  /** The box that comes next in an order; undefined where none is left. */
  next(order) {
    if (this.isOver) return undefined;
    return this.view.boxOf[this.nodes[this.elimination.next(order)]];
  }

  /** Take a box out. */
  take(box) {
    this.moves.push(box);
    return this.play(box);
  }

  /** Take the last move back. */
  undo() {
    this.moves.pop();
    this.elimination = this.start();
    for (const box of this.moves) this.play(box);
  }

  play(box) {
    const { nodes } = this;
    const taken = this.takeable(box).map((node) => this.elimination.take(node));
    const bridges = taken.flatMap((one) => one.bridges);
    return {
      multiplications: taken.reduce((sum, one) => sum + one.multiplications, 0),
      bridges: bridges.map((bridge) => ({ ...bridge, source: nodes[bridge.source], target: nodes[bridge.target] })),
    };
  }

  total(order) {
    const game = this.start();
    for (const node of game.inOrder(order)) game.take(node, false);
    return game.multiplications;
  }
}

/** The nodes that rest on what can vary, and that nothing in the contracted graph leads to. */
function sources(graph, nodes, recording) {
  const leaves = [...Array(recording.count).keys()].filter((node) => recording.isLeaf(node) && recording.varies[node]);
  const varies = recording.graph.reachedFrom(leaves);
  const found = [];
  for (let node = 0; node < graph.count; node++) {
    if (graph.into(node).length === 0 && varies[nodes[node]]) found.push(node);
  }
  return found;
}

/**
 * Vertex elimination: taking nodes out of a linearized graph, one by one, until only edges from inputs to outputs
 * are left, whose rate factors are the gradient.
 *
 * To take out v is to add, for each edge u → v and each edge v → w, the product of their rate factors to the edge
 * u → w: (edges in) × (edges out) multiplications (Griewank & Walther, Evaluating Derivatives, ch. 9–10). The
 * forward and the backward sweep are two orders of this game.
 */

import { Heap } from "../base/heap.js";

/** A linearized graph from which nodes are taken out. */
export class Elimination {
  /**
   * @param {Graph} graph
   * @param {number[]} inputs nodes that stay
   * @param {number[]} outputs nodes that stay too; what lies on no path from an input to an output is left out
   */
  constructor(graph, inputs, outputs) {
    this.into = new Map();
    this.out = new Map();
    this.fixed = new Set([...inputs, ...outputs]);
    const between = onTheWay(graph, inputs, outputs);
    for (const node of between) {
      this.into.set(node, new Map());
      this.out.set(node, new Map());
    }
    const starts = new Set(inputs);
    for (const node of between) {
      for (const edge of graph.out(node)) {
        const next = graph.target[edge];
        if (this.into.has(next) && !starts.has(next)) this.add(node, next, graph.rate[edge]);
      }
    }
    this.taken = [];
    this.multiplications = 0;
  }

  /** The nodes that can still be taken out, in topological order. */
  get left() {
    return [...this.into.keys()].filter((node) => !this.fixed.has(node)).sort((one, other) => one - other);
  }

  /** The edges that there are now. */
  get edges() {
    const edges = [];
    for (const [source, targets] of this.out) {
      for (const [target, rate] of targets) edges.push({ source, target, rate });
    }
    return edges;
  }

  /** (edges in) × (edges out): the multiplications that it takes to take a node out now (its Markowitz degree). */
  degree(node) {
    return this.into.get(node).size * this.out.get(node).size;
  }

  /**
   * Take a node out.
   *
   * @param {number} node
   * @param {boolean} isTold whether to return the bridges, which many nodes have many of
   * @returns {{node: number, multiplications: number, bridges: object[]}} for each
   *     edge that bridges it what was added, and what its rate factor is then
   */
  take(node, isTold = true) {
    if (this.fixed.has(node) || !this.into.has(node)) {
      throw new Error(`node ${node} can't be taken out: it is an input, an output, or gone`);
    }
    const into = this.into.get(node);
    const out = [];
    for (const [target, rateOut] of this.out.get(node)) {
      out.push({ target, rateOut, intoTarget: this.into.get(target) });
    }
    const bridges = [];
    for (const [source, rateIn] of into) {
      const outOfSource = this.out.get(source);
      outOfSource.delete(node);
      for (const { target, rateOut, intoTarget } of out) {
        const before = outOfSource.get(target);
        const rate = (before ?? 0) + rateIn * rateOut;
        outOfSource.set(target, rate);
        intoTarget.set(source, rate);
        if (isTold) bridges.push({ source, target, rateIn, rateOut, isNew: before === undefined, rate });
      }
    }
    for (const { intoTarget } of out) intoTarget.delete(node);
    this.into.delete(node);
    this.out.delete(node);
    this.taken.push(node);
    this.multiplications += into.size * out.length;
    return { node, multiplications: into.size * out.length, bridges };
  }

  /** All nodes that can be taken out, in an order; each has to be taken out before the next is asked for. */
  *inOrder(order) {
    const { left } = this;
    if (order !== "markowitz") {
      yield* order === "reverse" ? left.reverse() : left;
      return;
    }
    const waiting = new Heap((one, other) => (one.degree - other.degree || one.node - other.node) < 0);
    for (const node of left) waiting.push({ node, degree: this.degree(node) });
    while (waiting.size) {
      const { node, degree } = waiting.pop();
      if (!this.into.has(node) || degree !== this.degree(node)) continue;
      const neighbours = [...this.into.get(node).keys(), ...this.out.get(node).keys()];
      yield node;
      for (const other of neighbours) {
        if (!this.fixed.has(other)) waiting.push({ node: other, degree: this.degree(other) });
      }
    }
  }

  /** The node that comes next in an order: "forward", "reverse", or "markowitz", a cheapest one. */
  next(order) {
    const { left } = this;
    if (order === "reverse") return left.at(-1);
    if (order === "forward") return left[0];
    let cheapest = left[0];
    for (const node of left) if (this.degree(node) < this.degree(cheapest)) cheapest = node;
    return cheapest;
  }

  add(source, target, rate) {
    const sum = (this.out.get(source).get(target) ?? 0) + rate;
    this.out.get(source).set(target, sum);
    this.into.get(target).set(source, sum);
  }
}

/** The nodes on paths from an input to an output, in topological order. */
function onTheWay(graph, inputs, outputs) {
  const [reached, leads] = [graph.reachedFrom(inputs), graph.leadingTo(outputs)];
  const nodes = [];
  for (let node = 0; node < graph.count; node++) if (reached[node] && leads[node]) nodes.push(node);
  return nodes;
}

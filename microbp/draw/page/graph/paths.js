/** All paths from one node of a linearized graph to another: counted, summed up, listed by decreasing |product|. */

import { Heap } from "../base/heap.js";

/**
 * The paths from a source to a target (eq. 53). They are listed lazily, and none is followed in vain: the bound on
 * what a beginning can still become is the largest |product| of any way from its end to the target, which is known.
 */
export class Paths {
  /**
   * @param {Graph} graph
   * @param {number} source
   * @param {number} target
   */
  constructor(graph, source, target) {
    Object.assign(this, { graph, source, target });
    const { rate } = graph;
    const leads = graph.leadingTo([target]);
    this.ways = new Array(graph.count).fill(0n);
    this.sums = new Float64Array(graph.count);
    this.best = new Float64Array(graph.count);
    this.ways[target] = 1n;
    this.sums[target] = this.best[target] = 1;
    for (let node = target - 1; node >= source; node--) {
      if (!leads[node]) continue;
      for (const edge of graph.out(node)) {
        const next = graph.target[edge];
        if (!leads[next]) continue;
        this.ways[node] += this.ways[next];
        this.sums[node] += rate[edge] * this.sums[next];
        this.best[node] = Math.max(this.best[node], magnitude(rate[edge] * this.best[next]));
      }
    }
    this.leads = leads;
    this.ranked = new Map();
  }

  /** How many paths there are, exactly: a BigInt. */
  get count() {
    return this.source <= this.target ? this.ways[this.source] : 0n;
  }

  /** The sum of the products of all paths: ∂(target)/∂(source). */
  get total() {
    return this.source <= this.target ? this.sums[this.source] : 0;
  }

  /**
   * The paths by decreasing |product|, each as its edges and their product.
   *
   * @returns {Generator<{edges: number[], product: number}>}
   */
  *[Symbol.iterator]() {
    if (this.count === 0n) return;
    if (this.source === this.target) {
      yield { edges: [], product: 1 };
      return;
    }
    const waiting = new Heap(
      (one, other) => one.bound > other.bound || (one.bound === other.bound && one.tie < other.tie),
    );
    let tie = 0;
    waiting.push({ bound: this.best[this.source], tie: tie++, node: this.source, rank: 0, product: 1, taken: null });
    while (waiting.size) {
      let { node, rank, product, taken } = waiting.pop();
      while (node !== this.target) {
        const edges = this.edgesOn(node);
        if (rank + 1 < edges.length) {
          const bound = magnitude(product * this.beyond(edges[rank + 1]));
          waiting.push({ bound, tie: tie++, node, rank: rank + 1, product, taken });
        }
        const edge = edges[rank];
        taken = { edge, before: taken };
        product *= this.graph.rate[edge];
        node = this.graph.target[edge];
        rank = 0;
      }
      yield { edges: edgesOf(taken), product };
    }
  }

  /** The first paths, at most so many. */
  top(most) {
    const found = [];
    if (most > 0) {
      for (const path of this) {
        found.push(path);
        if (found.length === most) break;
      }
    }
    return found;
  }

  /** The edges from a node that lead on to the target, best first. */
  edgesOn(node) {
    let edges = this.ranked.get(node);
    if (edges === undefined) {
      edges = [...this.graph.out(node)].filter((edge) => this.leads[this.graph.target[edge]]);
      edges.sort((one, other) => magnitude(this.beyond(other)) - magnitude(this.beyond(one)) || one - other);
      this.ranked.set(node, edges);
    }
    return edges;
  }

  /** The largest product of a way that begins with this edge, but for its sign. */
  beyond(edge) {
    return this.graph.rate[edge] * this.best[this.graph.target[edge]];
  }
}

function edgesOf(taken) {
  const edges = [];
  for (let step = taken; step !== null; step = step.before) edges.push(step.edge);
  return edges.reverse();
}

/** |x| to rank by; what is not a number comes first, where it is seen. */
function magnitude(x) {
  return Number.isNaN(x) ? Infinity : Math.abs(x);
}

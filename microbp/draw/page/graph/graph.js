/**
 * A linearized graph: nodes in topological order, and on every edge its rate factor ∂(target)/∂(source).
 *
 * Whatever the page shows of gradients is a reading of such a graph: of the whole recording, or of one
 * in which groups are closed. Nodes are numbers from 0, and an edge leads from a lower to a higher one.
 */
export class Graph {
  /**
   * @param {number} count how many nodes
   * @param {ArrayLike<number>} source one an edge
   * @param {ArrayLike<number>} target one an edge, above its source
   * @param {ArrayLike<number>} rate one an edge; NaN by a constant, which nothing is differentiated by
   */
  constructor(count, source, target, rate) {
    this.count = count;
    this.source = Int32Array.from(source);
    this.target = Int32Array.from(target);
    this.rate = Float64Array.from(rate);
    this.edgesOut = new Incidence(count, this.source);
    this.edgesIn = new Incidence(count, this.target);
  }

  /** How many edges there are. */
  get size() {
    return this.source.length;
  }

  /** The edges that lead away from a node, by their numbers. */
  out(node) {
    return this.edgesOut.of(node);
  }

  /** The edges that lead to a node, by their numbers. */
  into(node) {
    return this.edgesIn.of(node);
  }

  /** 1 for each node from which edges lead to one of the targets, and for these themselves. */
  leadingTo(targets) {
    const leads = new Uint8Array(this.count);
    for (const target of targets) leads[target] = 1;
    for (let node = this.count - 1; node >= 0; node--) {
      if (leads[node]) for (const edge of this.into(node)) leads[this.source[edge]] = 1;
    }
    return leads;
  }

  /** 1 for each node that edges lead to from one of the sources, and for these themselves. */
  reachedFrom(sources) {
    const reached = new Uint8Array(this.count);
    for (const source of sources) reached[source] = 1;
    for (let node = 0; node < this.count; node++) {
      if (reached[node]) for (const edge of this.out(node)) reached[this.target[edge]] = 1;
    }
    return reached;
  }
}

/** Edges by the node at one of their ends, in two flat arrays. */
class Incidence {
  constructor(count, ends) {
    this.start = new Int32Array(count + 1);
    for (const node of ends) this.start[node + 1]++;
    for (let node = 0; node < count; node++) this.start[node + 1] += this.start[node];
    const next = this.start.slice(0, count);
    this.edges = new Int32Array(ends.length);
    for (let edge = 0; edge < ends.length; edge++) this.edges[next[ends[edge]]++] = edge;
  }

  of(node) {
    return this.edges.subarray(this.start[node], this.start[node + 1]);
  }
}

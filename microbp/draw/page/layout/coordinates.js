/**
 * The height at which each vertex of a layered drawing stands: near its neighbours, long edges straight.
 *
 * Gansner, Koutsofios, North & Vo 1993, section 4.2: Σ weight · |difference of height| over all edges is made least,
 * by the network simplex. In large graphs some virtual vertices of one edge are held together from the start,
 * as in Brandes & Köpf 2001: there are fewer unknowns, and the time stays short.
 */

import { networkSimplex } from "./simplex.js";

/**
 * What a px of height costs between two boxes, a box and a virtual vertex, two virtual vertices; and how much more if
 * the edge is the only one on its side of a box, so that of two ways to bend one edge the chain stays straight.
 */
const WEIGHTS = [2, 4, 16];
const ALONE = 1;

/** Blocks that virtual vertices may make, about: in small graphs each is one by itself. */
const PIECES = 500;

/**
 * The height of the middle of each vertex, in whole px.
 *
 * @param {object} graph of `layered`
 * @param {number[][]} layers as `orderLayers` orders them
 * @param {ArrayLike<number>} place the place of each vertex in its layer
 * @param {number[]} heights of each box, px
 * @param {{leaving: number[], arriving: number[]}} ports where edges leave and arrive: straight is measured there
 * @param {{boxGap: number, edgeGap: number}} gaps px
 * @returns {number[]}
 */
export function verticals(graph, layers, place, heights, { leaving, arriving }, gaps) {
  const { block, count } = blocks(graph, layers, place);
  const constraints = separations(graph, layers, heights, block, gaps);
  const terms = new Map();
  graph.chains.forEach((chain, e) => {
    for (let i = 1; i < chain.length; i++) {
      const [v, w] = [chain[i - 1], chain[i]];
      if (block[v] === block[w]) continue;
      const offset = (v < graph.boxes ? leaving[e] : 0) - (w < graph.boxes ? arriving[e] : 0);
      const key = `${block[v]} ${block[w]} ${offset}`;
      const alone = (graph.after[v].length === 1) + (graph.before[w].length === 1);
      const weight = WEIGHTS[(v >= graph.boxes) + (w >= graph.boxes)] + ALONE * alone;
      if (terms.has(key)) terms.get(key).weight += weight;
      else terms.set(key, { from: block[v], to: block[w], offset, weight });
    }
  });
  let nodes = count;
  for (const { from, to, offset, weight } of terms.values()) {
    // |to − from − offset| is the sum of the slacks of a node that has to stand before both.
    constraints.push({ tail: nodes, head: from, minimum: Math.max(0, -offset), weight });
    constraints.push({ tail: nodes, head: to, minimum: Math.max(0, offset), weight });
    nodes++;
  }
  const position = networkSimplex(nodes, constraints, { balance: gaps.boxGap });
  return block.map((b) => position[b]);
}

/**
 * The block of each vertex: what stands at one height.
 *
 * A box is one by itself. The virtual vertices of an edge are held together over as many ranks as it takes to have few
 * blocks, but not where two long edges cross, so that blocks never stand in each other's way.
 */
function blocks({ rank, boxes, after }, layers, place) {
  const block = new Array(rank.length).fill(-1);
  let count = boxes;
  const length = Math.ceil((rank.length - boxes) / PIECES);
  for (let v = 0; v < boxes; v++) block[v] = v;
  for (const layer of layers) {
    const inner = layer.filter((v) => v >= boxes);
    for (const v of inner) if (block[v] < 0) block[v] = count++;
    const long = inner.filter((v) => after[v][0] >= boxes && (rank[v] + 1) % length > 0);
    for (const v of longestRising(long, (v) => place[after[v][0]])) block[after[v][0]] = block[v];
  }
  return { block, count };
}

/** The most items that can be kept so that their values rise. */
function longestRising(items, value) {
  const ends = []; // the item with the least value that ends a rising run of each length
  const previous = new Map();
  for (const item of items) {
    let [low, high] = [0, ends.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (value(ends[middle]) < value(item)) low = middle + 1;
      else high = middle;
    }
    previous.set(item, ends[low - 1]);
    ends[low] = item;
  }
  const kept = [];
  for (let item = ends.at(-1); item !== undefined; item = previous.get(item)) kept.push(item);
  return kept.reverse();
}

/** How far blocks have to stay apart, where they are neighbours in a layer. */
function separations({ boxes }, layers, heights, block, { boxGap, edgeGap }) {
  const least = new Map();
  for (const layer of layers) {
    for (let i = 1; i < layer.length; i++) {
      const [v, w] = [layer[i - 1], layer[i]];
      const [isBox, isNextBox] = [v < boxes, w < boxes];
      const gap = isBox && isNextBox ? boxGap : isBox || isNextBox ? (boxGap + edgeGap) / 2 : edgeGap;
      const distance = Math.ceil(((isBox ? heights[v] : 0) + (isNextBox ? heights[w] : 0)) / 2 + gap);
      const key = `${block[v]} ${block[w]}`;
      const known = least.get(key);
      if (known) known.minimum = Math.max(known.minimum, distance);
      else least.set(key, { tail: block[v], head: block[w], minimum: distance, weight: 0 });
    }
  }
  return [...least.values()];
}

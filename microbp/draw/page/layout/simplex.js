/**
 * The network simplex: whole positions that make a weighted sum of distances least, under least distances.
 *
 * Gansner, Koutsofios, North & Vo 1993, "A technique for drawing directed graphs", sections 2.3 and 4.2. A tree of
 * tight constraints fixes all positions; the cut value of a tree edge says what moving the two halves apart would cost
 * a unit, and where it is negative they are moved until another constraint becomes tight, which takes its place.
 */

import { connected, longestPaths, numberSubtree, tightTree } from "./tree.js";

/** Nodes that all exchanges together may number anew before the best positions so far are handed back. */
const BUDGET = 1000000;

/** Negative cut values that are compared before one of them is taken. */
const COMPARED = 30;

/**
 * Positions p that make Σ weight · (p[head] − p[tail]) least, where p[head] − p[tail] ≥ minimum for each constraint.
 *
 * @param {number} count how many nodes
 * @param {{tail: number, head: number, minimum: number, weight: number}[]} constraints an acyclic graph; minimum and
 *     weight are whole numbers, weight ≥ 0
 * @param {{balance?: number}} options what could stand anywhere in an interval at the same cost stands in its middle,
 *     where that moves it by `balance` or more
 * @returns {number[]} whole numbers, the least of them 0
 */
export function networkSimplex(count, constraints, { balance = Infinity } = {}) {
  if (count === 0) return [];
  const graph = connected(count, constraints);
  const tree = tightTree(graph, longestPaths(graph));
  for (let work = 0; work < BUDGET; ) {
    const leaving = negativeCut(graph, tree);
    if (leaving < 0) break;
    work += exchange(graph, tree, leaving, entering(graph, tree, leaving));
  }
  if (balance < Infinity) centre(graph, tree, balance);
  const positions = Array.from(tree.position.subarray(0, count));
  const least = positions.reduce((a, b) => Math.min(a, b));
  return positions.map((p) => p - least);
}

/** A node whose edge towards the root has a negative cut value, among the next few the most negative; or −1. */
function negativeCut({ count }, tree) {
  const { cut, parent } = tree;
  let best = -1;
  let found = 0;
  for (let i = 0; i < count && found < COMPARED; i++) {
    const v = tree.next;
    tree.next = v + 1 === count ? 0 : v + 1;
    if (parent[v] < 0 || cut[v] >= 0) continue;
    found++;
    if (best < 0 || cut[v] < cut[best]) best = v;
  }
  return best;
}

/** The edge of least slack that leads from the head's half back to the tail's, when `v` is cut from its parent. */
function entering({ count, tail, head, minimum, outgoing, incoming }, tree, v) {
  const { position, parent, first, last, at } = tree;
  const low = first[v];
  const high = last[v];
  const isTail = tail[parent[v]] === v;
  let best = -1;
  let least = Infinity;
  const look = (e, other, within) => {
    const n = last[other];
    if ((n >= low && n <= high) !== within) return;
    const slack = position[head[e]] - position[tail[e]] - minimum[e];
    if (slack < least) {
      best = e;
      least = slack;
    }
  };
  if (2 * (high - low + 1) <= count) {
    for (let n = low; n <= high; n++) {
      if (isTail) for (const e of incoming[at[n]]) look(e, tail[e], false);
      else for (const e of outgoing[at[n]]) look(e, head[e], false);
    }
  } else {
    for (let n = low > 0 ? 0 : high + 1; n < count; n = n + 1 === low ? high + 1 : n + 1) {
      if (isTail) for (const e of outgoing[at[n]]) look(e, head[e], true);
      else for (const e of incoming[at[n]]) look(e, tail[e], true);
    }
  }
  return best;
}

/** Move one half of the tree by `shift`, the subtree of `v`, or all the rest the other way where that is less. */
function move({ count }, { position, first, last, at }, v, shift) {
  if (2 * (last[v] - first[v] + 1) <= count) {
    for (let n = first[v]; n <= last[v]; n++) position[at[n]] += shift;
    return;
  }
  for (let n = 0; n < first[v]; n++) position[at[n]] -= shift;
  for (let n = last[v] + 1; n < count; n++) position[at[n]] -= shift;
}

/** Take the edge above `v` out of the tree and `e` in, which becomes tight; say how many nodes got new numbers. */
function exchange(graph, tree, v, e) {
  const { tail, head, minimum } = graph;
  const { position, edges, parent, first, last } = tree;
  const gone = parent[v];
  const slack = position[head[e]] - position[tail[e]] - minimum[e];
  if (slack > 0) move(graph, tree, v, tail[gone] === v ? -slack : slack);
  // What changes hangs below the nearest node that is above both ends.
  let top = tail[e];
  const other = last[head[e]];
  while (other < first[top] || other > last[top]) top = above(graph, tree, top);
  for (const u of [tail[gone], head[gone]]) edges[u].splice(edges[u].indexOf(gone), 1);
  edges[tail[e]].push(e);
  edges[head[e]].push(e);
  numberSubtree(graph, tree, top, parent[top], first[top]);
  return last[top] - first[top] + 1;
}

function above({ tail, head }, { parent }, v) {
  return tail[parent[v]] === v ? head[parent[v]] : tail[parent[v]];
}

/** Move what could be moved at no cost, a cut value of 0, half as far as it could go. */
function centre(graph, tree, least) {
  const { count, tail, head, minimum } = graph;
  const { position, parent, cut } = tree;
  for (let v = 0; v < count; v++) {
    if (parent[v] < 0 || cut[v] !== 0) continue;
    const e = entering(graph, tree, v);
    if (e < 0) continue;
    const shift = Math.floor((position[head[e]] - position[tail[e]] - minimum[e]) / 2);
    if (shift >= least) move(graph, tree, v, tail[parent[v]] === v ? -shift : shift);
  }
}

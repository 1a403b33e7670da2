/**
 * The rank of each box, its column in the drawing: edges lead to higher ranks, and are short.
 *
 * Gansner, Koutsofios, North & Vo 1993, section 2: Σ (rank of target − rank of source) is made least, so that a leaf
 * such as a weight stands one rank before the first box that uses it.
 */

import { networkSimplex } from "./simplex.js";
import { inTopologicalOrder } from "../base/topological.js";

/**
 * The ranks of boxes, whole numbers from 0 on.
 *
 * @param {number} count how many boxes
 * @param {{source: number, target: number}[]} edges
 * @returns {number[]}
 * @throws {Error} that names the boxes of a circle, where there is one
 */
export function ranks(count, edges) {
  const constraints = new Map();
  for (const { source, target } of edges) {
    const key = source * count + target;
    if (constraints.has(key)) constraints.get(key).weight++;
    else constraints.set(key, { tail: source, head: target, minimum: 1, weight: 1 });
  }
  refuseCycle(count, [...constraints.values()]);
  return networkSimplex(count, [...constraints.values()]);
}

/** Where not all boxes have a place in a topological order, the others have a circle, which is walked backwards. */
function refuseCycle(count, constraints) {
  const free = new Set(inTopologicalOrder([...Array(count).keys()], constraints.map(({ tail, head }) => [tail, head])));
  if (free.size === count) return;
  const before = new Map();
  for (const { tail, head } of constraints) if (!free.has(tail) && !free.has(head)) before.set(head, tail);
  let v = before.keys().next().value;
  const walk = [];
  while (!walk.includes(v)) {
    walk.push(v);
    v = before.get(v);
  }
  const cycle = [v, ...walk.slice(walk.indexOf(v)).reverse()];
  throw new Error(`layout: edges lead in a circle, ${cycle.join(" → ")}; leave one of them out`);
}

// The rank of each box, its column in the drawing: edges lead to higher ranks, and are short.
//
// Gansner, Koutsofios, North & Vo 1993, section 2: Σ (rank of target − rank of source) is made least, so that a leaf
// such as a weight stands one rank before the first box that uses it.

import { networkSimplex } from "./simplex.js";

/**
 * Ranks from 0 on, a whole number for each of `count` boxes.
 *
 * edges  {source, target}, indices of boxes
 * Throws an Error that names the boxes of a cycle, where there is one.
 */
export function ranks(count, edges) {
  const constraints = new Map();
  for (const { source, target } of edges) {
    const key = source * count + target;
    if (constraints.has(key)) constraints.get(key).weight += 1;
    else constraints.set(key, { tail: source, head: target, minimum: 1, weight: 1 });
  }
  refuseCycle(count, [...constraints.values()]);
  return networkSimplex(count, [...constraints.values()]);
}

/** Takes away boxes that nothing leads to; what is left has a cycle, which is walked backwards. */
function refuseCycle(count, constraints) {
  const missing = new Int32Array(count);
  const outgoing = Array.from({ length: count }, () => []);
  for (const { tail, head } of constraints) {
    outgoing[tail].push(head);
    missing[head] += 1;
  }
  const ready = [];
  for (let v = 0; v < count; v += 1) if (missing[v] === 0) ready.push(v);
  for (let i = 0; i < ready.length; i += 1) {
    for (const w of outgoing[ready[i]]) {
      missing[w] -= 1;
      if (missing[w] === 0) ready.push(w);
    }
  }
  if (ready.length === count) return;
  const before = new Map();
  for (const { tail, head } of constraints) if (missing[tail] > 0 && missing[head] > 0) before.set(head, tail);
  let v = before.keys().next().value;
  const walk = [];
  while (!walk.includes(v)) {
    walk.push(v);
    v = before.get(v);
  }
  const cycle = [v, ...walk.slice(walk.indexOf(v)).reverse()];
  throw new Error(`layout: edges lead in a circle, ${cycle.join(" → ")}; leave one of them out`);
}

/**
 * The order of the vertices within each layer, chosen for few crossings.
 *
 * Gansner, Koutsofios, North & Vo 1993, section 3: sweeps by weighted medians, and transpositions, from several starts.
 * Then the best order is shaken again and again in a few places and sifted, and what is better is kept.
 */

import { countCrossings } from "./crossings.js";
import { sift, touch, transpose } from "./exchanges.js";
import { compare, reorder } from "./places.js";
import { randomNumbers } from "../base/random.js";
import { sortLayers } from "./sweeps.js";

/** Pairs of vertices that may be compared altogether: what bounds the time, to about 0.1 s. */
const BUDGET = 400000;

/** Starts, as long as they take less than half of that, and sweeps in vain that end one. */
const STARTS = 16;
const PATIENCE = 6;

/** How often the best order is shaken, the part of the layers that changes, and the vertices of a layer that do. */
const SHAKES = 150;
const SHAKEN_LAYERS = 0.1;
const SHAKEN_VERTICES = 3;

/**
 * The layers of a layered graph, each from top to bottom.
 *
 * @param {object} graph of `layered`
 * @param {(number | undefined)[]} preference of each box: those with numbers stand sorted by it where that is free
 * @param {boolean} keepOrder they are sorted by it at any cost
 * @returns {{layers: number[][], place: Int32Array, crossings: number}} place is that of each vertex in its layer
 */
export function orderLayers(graph, preference, keepOrder) {
  const state = {
    ...graph,
    before: graph.before.map((list) => list.slice()),
    after: graph.after.map((list) => list.slice()),
    place: new Int32Array(graph.count),
    preference,
    keepOrder,
    work: 0,
  };
  let best = { crossings: Infinity, layers: [] };
  const keep = () => {
    const crossings = countCrossings(state.layers, state.after, state.place);
    if (crossings < best.crossings) best = { crossings, layers: state.layers.map((layer) => layer.slice()) };
    return crossings;
  };
  const random = randomNumbers(1);
  const starts = Array.from({ length: STARTS }, (_, n) => {
    const sides = sidesOf(graph, n < 2 ? () => 0.5 : random);
    reorder(state, depthFirst(state, n % 2 === 0, sides));
    return { layers: state.layers, crossings: keep() };
  });
  starts.sort((a, b) => a.crossings - b.crossings);
  for (let start = 0; start < STARTS && best.crossings > 0 && (start < 2 || state.work < BUDGET / 2); start++) {
    reorder(state, starts[start].layers);
    let reached = Infinity;
    for (let sweep = 0, idle = 0; idle < PATIENCE && reached > 0 && state.work < BUDGET; sweep++) {
      if (sweep > 0) sortLayers(state, sweep % 2 === 1, start % 4 < 2, sweep % 4 > 1);
      transpose(state);
      const crossings = keep();
      idle = crossings < reached ? 0 : idle + 1;
      reached = Math.min(reached, crossings);
    }
  }
  for (let n = 0; n <= SHAKES && best.crossings > 0 && state.work < BUDGET; n++) {
    reorder(state, best.layers);
    const changed = new Uint8Array(graph.layers.length).fill(n === 0 ? 1 : 0);
    if (n > 0) shake(state, changed, random);
    sift(state, changed);
    keep();
  }
  reorder(state, best.layers);
  if (!keepOrder && isUpsideDown(state)) reorder(state, best.layers.map((layer) => layer.slice().reverse()));
  transpose(state);
  return { layers: state.layers, place: state.place, crossings: keep() };
}

/**
 * Layers in the order of a depth-first search along the edges or against them: a tree has no crossings then.
 *
 * @param {object} graph of `layered`, with a preference
 * @param {boolean} along
 * @param {Int8Array} sides for each vertex −1 when it comes before its siblings, 1 when after them: what many use, such
 *     as a weight, is best left on one side of all that
 */
function depthFirst({ layers, rank, before, after, preference, boxes }, along, sides) {
  const next = along ? after : before;
  const previous = along ? before : after;
  const seen = new Uint8Array(rank.length);
  const found = layers.map(() => []);
  const roots = [];
  for (let v = 0; v < boxes; v++) if (previous[v].length === 0) roots.push(v);
  roots.sort((v, w) => compare(preference, v, w));
  const stack = roots.reverse();
  while (stack.length) {
    const v = stack.pop();
    if (seen[v]) continue;
    seen[v] = 1;
    found[rank[v]].push(v);
    const children = next[v].slice().sort((a, b) => sides[a] - sides[b]);
    for (let i = children.length - 1; i >= 0; i--) stack.push(children[i]);
  }
  return found;
}

/** A side for each box that several edges leave, and for these edges: −1 or 1, or 0 when `random` gives a half. */
function sidesOf({ count, boxes, after, chains }, random) {
  const sides = new Int8Array(count);
  for (let v = 0; v < boxes; v++) if (after[v].length > 1) sides[v] = Math.sign(random() - 0.5);
  for (const chain of chains) for (const v of chain.slice(1, -1)) sides[v] = sides[chain[0]];
  return sides;
}

/** Let a few vertices of a few layers change places at random, and note where. */
function shake(state, changed, random) {
  const some = (n) => Math.floor(random() * n);
  const layers = state.layers.map((layer, r) => {
    if (random() >= SHAKEN_LAYERS) return layer;
    const result = layer.slice();
    for (let n = 0; n < SHAKEN_VERTICES; n++) {
      const [i, j] = [some(layer.length), some(layer.length)];
      [result[i], result[j]] = [result[j], result[i]];
    }
    touch(changed, r);
    return result;
  });
  reorder(state, layers);
}

/**
 * Whether more pairs of boxes of one layer stand against their order, or the order they are given in, than with it.
 *
 * Leaves decide, if they can: a reader looks for x1 above x2 before all else.
 */
function isUpsideDown({ layers, boxes, before, preference }) {
  let [ofLeaves, ofAll] = [0, 0];
  for (const layer of layers) {
    const shown = layer.filter((v) => v < boxes);
    shown.forEach((v, i) => {
      for (const w of shown.slice(i + 1)) {
        const sign = Math.sign(compare(preference, v, w));
        ofAll += sign;
        if (before[v].length + before[w].length === 0) ofLeaves += sign;
      }
    });
  }
  return (ofLeaves || ofAll) > 0;
}

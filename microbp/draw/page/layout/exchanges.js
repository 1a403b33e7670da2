/** Vertices of a layer change places where that takes crossings away. */

import { compare, sortByPlace } from "./places.js";

/** Rounds over all layers, where each helps. */
const ROUNDS = 12;

/**
 * Transpose neighbours within layers as long as that takes crossings away, or puts boxes in order at no cost.
 *
 * Gansner, Koutsofios, North & Vo 1993, section 3.
 */
export function transpose(state) {
  whereItHelps(state, new Uint8Array(state.layers.length).fill(1), (layer) => {
    const { boxes, place, preference, keepOrder } = state;
    let helped = false;
    for (let i = 0; i + 1 < layer.length; i++) {
      const [v, w] = [layer[i], layer[i + 1]];
      if (keepOrder && preference[v] !== undefined && preference[w] !== undefined) continue;
      const gain = surplus(state, v, w);
      if (gain < 0 || (gain === 0 && !(Math.max(v, w) < boxes && compare(preference, v, w) > 0))) continue;
      [layer[i], layer[i + 1]] = [w, v];
      place[v] = i + 1;
      place[w] = i;
      helped = true;
    }
    return helped;
  });
}

/**
 * Move each vertex to the best place in its layer, as long as that takes crossings away.
 *
 * Sifting: Matuszewski, Schönfeld & Molitor 1999, "Using sifting for k-layer straightline crossing minimization".
 *
 * @param {object} state of `orderLayers`
 * @param {Uint8Array} changed for each layer whether it, or a layer beside it, changed since it was sifted
 */
export function sift(state, changed) {
  whereItHelps(state, changed, (layer) => {
    const { place, preference, keepOrder } = state;
    let helped = false;
    for (const v of layer.slice()) {
      const at = place[v];
      const isBound = keepOrder && preference[v] !== undefined; // it passes no other such box
      let [best, most] = [at, 0];
      for (const step of [-1, 1]) {
        let gain = 0;
        for (let i = at + step; i >= 0 && i < layer.length; i += step) {
          if (isBound && preference[layer[i]] !== undefined) break;
          gain -= step * surplus(state, layer[i], v);
          if (gain > most) [best, most] = [i, gain];
        }
      }
      if (best === at) continue;
      layer.splice(at, 1);
      layer.splice(best, 0, v);
      for (let i = Math.min(at, best); i <= Math.max(at, best); i++) place[layer[i]] = i;
      helped = true;
    }
    return helped;
  });
}

/** Call `improve` on each layer that changed, until none does. */
function whereItHelps({ layers, before, after, place }, changed, improve) {
  for (let round = 0; round < ROUNDS && changed.includes(1); round++) {
    const touched = new Uint8Array(layers.length);
    layers.forEach((layer, r) => {
      if (!changed[r]) return;
      for (const v of layer) {
        if (before[v].length > 1) sortByPlace(before[v], place);
        if (after[v].length > 1) sortByPlace(after[v], place);
      }
      if (improve(layer)) touch(touched, r);
    });
    changed = touched;
  }
}

/** Note that layer `r` changed, for it and the layers beside it. */
export function touch(changed, r) {
  for (let near = Math.max(0, r - 1); near <= r + 1 && near < changed.length; near++) changed[near] = 1;
}

/** Crossings between the edges of two vertices, the first above the second, less those the other way round. */
function surplus(state, above, below) {
  const { before, after, place } = state;
  state.work++;
  return surplusOnOneSide(before[above], before[below], place) + surplusOnOneSide(after[above], after[below], place);
}

/** The same for the edges to one side, whose ends are sorted by place. */
function surplusOnOneSide(above, below, place) {
  if (above.length === 1 && below.length === 1) return Math.sign(place[above[0]] - place[below[0]]);
  let sum = 0;
  let less = 0; // of below's ends those that stand before
  for (const v of above) {
    const p = place[v];
    while (less < below.length && place[below[less]] < p) less++;
    let equal = less;
    while (equal < below.length && place[below[equal]] === p) equal++;
    sum += less - (below.length - equal);
  }
  return sum;
}

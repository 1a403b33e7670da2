/** One sweep over the layers of a layered drawing: each is sorted by where its neighbours stand. */

import { settle, sortByPlace } from "./places.js";

/**
 * One sweep: each layer in turn is sorted by where its neighbours in the layer before it (or after it) stand.
 *
 * @param {object} state of `orderLayers`
 * @param {boolean} forward
 * @param {boolean} byMedian by the weighted median of their places (Gansner et al. 1993), else by the mean (Sugiyama
 *     et al. 1981)
 * @param {boolean} reverseTies vertices at one place change their order
 */
export function sortLayers(state, forward, byMedian, reverseTies) {
  const { layers, before, after, place } = state;
  const neighbours = forward ? before : after;
  const key = new Float64Array(state.count);
  for (let i = 1; i < layers.length; i++) {
    const layer = layers[forward ? i : layers.length - 1 - i];
    const moving = [];
    for (const v of layer) {
      if (neighbours[v].length === 0) continue; // it keeps its place
      key[v] = (byMedian ? median : mean)(neighbours[v], place);
      moving.push(v);
    }
    const tie = reverseTies ? -1 : 1;
    moving.sort((a, b) => key[a] - key[b] || tie * (place[a] - place[b]));
    let n = 0;
    for (let at = 0; at < layer.length; at++) if (neighbours[layer[at]].length) layer[at] = moving[n++];
    settle(state, layer);
  }
}

function mean(vertices, place) {
  let sum = 0;
  for (const v of vertices) sum += place[v];
  return sum / vertices.length;
}

/** The median of the places, of an even number the one that leans to the side where places are denser. */
function median(vertices, place) {
  sortByPlace(vertices, place);
  const n = vertices.length;
  const middle = n >> 1;
  if (n % 2 === 1) return place[vertices[middle]];
  const [low, high] = [place[vertices[middle - 1]], place[vertices[middle]]];
  const left = low - place[vertices[0]];
  const right = place[vertices[n - 1]] - high;
  return left + right === 0 ? (low + high) / 2 : (low * right + high * left) / (left + right);
}

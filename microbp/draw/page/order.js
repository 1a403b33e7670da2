// The order of the vertices within each layer, chosen for few crossings.
//
// Gansner, Koutsofios, North & Vo 1993, section 3: sweeps over the layers sort each by the weighted medians of its
// neighbours in the layer before (or after), and neighbours within a layer are transposed where that helps. Here
// several starts take turns, every second one sorting by means instead of medians, and the best order is kept.

import { countCrossings } from "./crossings.js";
import { randomNumbers } from "./random.js";

/** Vertices and edges that may be looked at in all sweeps together: what bounds the time. */
const BUDGET = 400000;

/** Starts that are tried for small graphs, and sweeps in vain that end one. */
const STARTS = 24;
const PATIENCE = 6;

/**
 * The layers of a layered graph (of layered.js), each from top to bottom.
 *
 * preference  for each box a number or undefined: those with numbers stand sorted by it where that costs nothing
 * keepOrder   they are sorted by it at any cost
 * Returns {layers, place, crossings}; place is the place of each vertex in its layer.
 */
export function orderLayers(graph, preference, keepOrder) {
  const state = {
    ...graph,
    layers: graph.layers,
    before: graph.before.map((list) => list.slice()),
    after: graph.after.map((list) => list.slice()),
    place: new Int32Array(graph.count),
    preference,
    keepOrder,
  };
  const random = randomNumbers(1);
  const size = graph.count + graph.chains.reduce((sum, chain) => sum + chain.length, 0);
  let spent = 0;
  let best = { crossings: Infinity, layers: [] };
  for (let start = 0; start < STARTS && best.crossings > 0 && (start < 2 || spent < BUDGET); start += 1) {
    if (start < 4) arrange(state, depthFirst(state, start % 2 === 0));
    else arrange(state, start % 2 ? best.layers.map((layer) => shaken(layer, random)) : scattered(state, random));
    let reached = Infinity;
    for (let sweep = 0, idle = 0; idle < PATIENCE && reached > 0; sweep += 1) {
      if (sweep > 0) sortLayers(state, sweep % 2 === 1, start % 4 < 2, sweep % 4 > 1);
      transpose(state);
      const crossings = countCrossings(state.layers, state.after, state.place);
      idle = crossings < reached ? 0 : idle + 1;
      reached = Math.min(reached, crossings);
      if (crossings < best.crossings) best = { crossings, layers: state.layers.map((layer) => layer.slice()) };
      spent += size;
      if (spent > 2 * BUDGET) break;
    }
  }
  arrange(state, best.layers);
  if (!keepOrder && isUpsideDown(state)) arrange(state, best.layers.map((layer) => layer.slice().reverse()));
  transpose(state);
  const crossings = countCrossings(state.layers, state.after, state.place);
  return { layers: state.layers, place: state.place, crossings };
}

/** Makes `layers` the present order, repaired where boxes have to keep theirs. */
function arrange(state, layers) {
  state.layers = layers.map((layer) => layer.slice());
  for (const layer of state.layers) settle(state, layer);
}

/** Puts the boxes that keep their order into the places that they have among them, and numbers all places. */
function settle({ place, preference, keepOrder }, layer) {
  if (keepOrder) {
    const places = [];
    layer.forEach((v, i) => {
      if (preference[v] !== undefined) places.push(i);
    });
    const sorted = places.map((i) => layer[i]).sort((a, b) => preference[a] - preference[b] || a - b);
    places.forEach((i, n) => {
      layer[i] = sorted[n];
    });
  }
  layer.forEach((v, i) => {
    place[v] = i;
  });
}

/** Layers in the order of a depth-first search along the edges or against them: a tree has no crossings then. */
function depthFirst({ layers, rank, before, after, preference, boxes }, along) {
  const [next, previous] = along ? [after, before] : [before, after];
  const seen = new Uint8Array(rank.length);
  const found = layers.map(() => []);
  const roots = [];
  for (let v = 0; v < boxes; v += 1) if (previous[v].length === 0) roots.push(v);
  roots.sort((a, b) => (preference[a] ?? Infinity) - (preference[b] ?? Infinity) || a - b || 0);
  for (const root of roots) {
    const stack = [root];
    while (stack.length) {
      const v = stack.pop();
      if (seen[v]) continue;
      seen[v] = 1;
      found[rank[v]].push(v);
      for (let i = next[v].length - 1; i >= 0; i -= 1) stack.push(next[v][i]);
    }
  }
  return found;
}

/** A layer in which some vertices changed their places at random. */
function shaken(layer, random) {
  const result = layer.slice();
  for (let i = 0; i < result.length; i += 1) {
    if (random() > 0.15) continue;
    const j = Math.floor(random() * result.length);
    [result[i], result[j]] = [result[j], result[i]];
  }
  return result;
}

/** All layers in a random order. */
function scattered({ layers }, random) {
  return layers.map((layer) => {
    const result = layer.slice();
    for (let i = result.length - 1; i > 0; i -= 1) {
      const j = Math.floor(random() * (i + 1));
      [result[i], result[j]] = [result[j], result[i]];
    }
    return result;
  });
}

/** One sweep: each layer in turn is sorted by where its neighbours in the layer before (or after) it stand. */
function sortLayers(state, forward, byMedian, reverseTies) {
  const { layers, before, after, place } = state;
  const neighbours = forward ? before : after;
  const key = new Float64Array(state.count);
  for (let i = 1; i < layers.length; i += 1) {
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
    for (let at = 0; at < layer.length; at += 1) if (neighbours[layer[at]].length) layer[at] = moving[n++];
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

/** Sorts by insertion, in place: the lists are short and nearly sorted. */
function sortByPlace(vertices, place) {
  for (let i = 1; i < vertices.length; i += 1) {
    const v = vertices[i];
    let j = i - 1;
    for (; j >= 0 && place[vertices[j]] > place[v]; j -= 1) vertices[j + 1] = vertices[j];
    vertices[j + 1] = v;
  }
}

/** Negative when box v comes before w: by their order, or as they are given. */
function compare(preference, v, w) {
  return preference[v] - preference[w] || v - w;
}

/** Transposes neighbours within layers as long as that takes crossings away, or puts boxes in order at no cost. */
function transpose(state) {
  const { layers, boxes, before, after, place, preference, keepOrder } = state;
  let again = new Uint8Array(layers.length).fill(1);
  for (let round = 0; round < 12 && again.includes(1); round += 1) {
    const touched = new Uint8Array(layers.length);
    layers.forEach((layer, r) => {
      if (!again[r]) return;
      for (const v of layer) {
        if (before[v].length > 1) sortByPlace(before[v], place);
        if (after[v].length > 1) sortByPlace(after[v], place);
      }
      for (let i = 0; i + 1 < layer.length; i += 1) {
        const [v, w] = [layer[i], layer[i + 1]];
        if (keepOrder && preference[v] !== undefined && preference[w] !== undefined) continue;
        const gain = surplus(before[v], before[w], place) + surplus(after[v], after[w], place);
        if (gain < 0 || (gain === 0 && !(Math.max(v, w) < boxes && compare(preference, v, w) > 0))) continue;
        [layer[i], layer[i + 1]] = [w, v];
        place[v] = i + 1;
        place[w] = i;
        if (gain > 0) for (const near of [r - 1, r, r + 1]) if (near >= 0 && near < layers.length) touched[near] = 1;
      }
    });
    again = touched;
  }
}

/** Crossings between the edges of two vertices, the first above the second, less those the other way round. */
function surplus(above, below, place) {
  let sum = 0;
  let less = 0; // of below's ends those that stand before
  let equal = 0;
  for (const v of above) {
    const p = place[v];
    while (less < below.length && place[below[less]] < p) less += 1;
    equal = less;
    while (equal < below.length && place[below[equal]] === p) equal += 1;
    sum += less - (below.length - equal);
  }
  return sum;
}

/** Whether more pairs of boxes of one layer stand against their order, or the order they are given in, than with it. */
function isUpsideDown({ layers, boxes, preference }) {
  let balance = 0;
  for (const layer of layers) {
    const shown = layer.filter((v) => v < boxes);
    shown.forEach((v, i) => {
      for (const w of shown.slice(i + 1)) balance += Math.sign(compare(preference, v, w));
    });
  }
  return balance > 0;
}

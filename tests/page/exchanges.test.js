import assert from "node:assert/strict";
import { test } from "node:test";

import { countCrossings } from "../../microbp/draw/page/layout/crossings.js";
import { sift, transpose } from "../../microbp/draw/page/layout/exchanges.js";
import { randomGraph, shuffled } from "./graphs.js";
import { layered } from "../../microbp/draw/page/layout/layered.js";
import { reorder } from "../../microbp/draw/page/layout/places.js";
import { randomNumbers } from "../../microbp/draw/page/base/random.js";
import { ranks } from "../../microbp/draw/page/layout/ranks.js";

function shuffledState(seed) {
  const { boxes, edges } = randomGraph(16, seed);
  const graph = layered(ranks(boxes.length, edges), edges);
  const random = randomNumbers(seed);
  const state = { ...graph, place: new Int32Array(graph.count), preference: [], keepOrder: false, work: 0 };
  reorder(state, graph.layers.map((layer) => shuffled(layer, random)));
  return state;
}

function crossings({ layers, after }) {
  const place = [];
  layers.forEach((layer) => layer.forEach((v, i) => (place[v] = i)));
  return countCrossings(layers, after, place);
}

/** The fewest crossings when one vertex is moved by at most `far` places. */
function fewestByOneMove(state, far) {
  let least = Infinity;
  state.layers.forEach((layer, r) => {
    layer.forEach((v, from) => {
      for (let to = Math.max(0, from - far); to <= from + far && to < layer.length; to += 1) {
        const moved = layer.filter((w) => w !== v);
        moved.splice(to, 0, v);
        const layers = state.layers.map((other, q) => (q === r ? moved : other));
        least = Math.min(least, crossings({ ...state, layers }));
      }
    });
  });
  return least;
}

test("after transposing no two neighbours cross less the other way round", () => {
  for (let seed = 0; seed < 12; seed += 1) {
    const state = shuffledState(seed);
    const before = crossings(state);
    transpose(state);

    assert.ok(crossings(state) < before);
    assert.equal(crossings(state), fewestByOneMove(state, 1));
  }
});

test("after sifting no vertex crosses less anywhere else in its layer", () => {
  for (let seed = 0; seed < 12; seed += 1) {
    const state = shuffledState(seed);
    sift(state, new Uint8Array(state.layers.length).fill(1));

    assert.equal(crossings(state), fewestByOneMove(state, Infinity));
    state.layers.forEach((layer) => layer.forEach((v, i) => assert.equal(state.place[v], i)));
  }
});

import assert from "node:assert/strict";
import { test } from "node:test";

import { edgesOf } from "./graphs.js";
import { layered } from "../../microbp/draw/page/layout/layered.js";
import { reorder } from "../../microbp/draw/page/layout/places.js";
import { sortLayers } from "../../microbp/draw/page/layout/sweeps.js";

function sorted(rank, edges, layers, ...how) {
  const graph = layered(rank, edgesOf(edges));
  const state = { ...graph, place: new Int32Array(graph.count), preference: [], keepOrder: false };
  reorder(state, layers);
  sortLayers(state, ...how);
  return state.layers;
}

const FAN = [[0, 0, 0, 0, 0, 1, 1], "0>5 1>5 4>5 2>6 2>6 2>6", [[0, 1, 2, 3, 4], [6, 5]]];

test("a layer is sorted by the medians of its neighbours, or by their means", () => {
  // Box 5 is fed from places 0, 1, 4: median 1, mean 5/3; box 6 from place 2.
  assert.deepEqual(sorted(...FAN, true, true, false)[1], [5, 6]);
  assert.deepEqual(sorted(...FAN, true, false, false)[1], [5, 6]);
  const [rank, , layers] = FAN;
  const skewed = "0>5 1>5 4>5 4>5 4>5 0>6 1>6 2>6 2>6 3>6";
  assert.deepEqual(sorted(rank, skewed, layers, true, true, false)[1], [6, 5]); // medians 4 and 2
  const torn = "0>5 0>5 4>5 4>5 4>5 3>6";
  assert.deepEqual(sorted(rank, torn, layers, true, true, false)[1], [6, 5]); // medians 4 and 3
  assert.deepEqual(sorted(rank, torn, layers, true, false, false)[1], [5, 6]); // means 2.4 and 3
});

test("of an even number of places the median leans to where they are denser", () => {
  // Box 5: places 0, 3, 4, 4 lean from 3.5 to 3.75; box 6 at 3.6 by the places 3 and 4 of nine neighbours is between.
  const rank = [0, 0, 0, 0, 0, 1, 1];
  const layers = [[0, 1, 2, 3, 4], [6, 5]];
  assert.deepEqual(sorted(rank, "0>5 3>5 4>5 4>5 3>6 4>6", layers, true, true, false)[1], [6, 5]);
  assert.deepEqual(sorted(rank, "0>5 0>5 1>5 4>5 0>6 1>6", layers, true, true, false)[1], [5, 6]);
});

test("backward goes by the layer after, and what has no neighbours there keeps its place", () => {
  const layers = sorted([0, 0, 0, 1, 1], "0>4 2>3", [[0, 1, 2], [3, 4]], false, true, false);

  assert.deepEqual(layers, [[2, 1, 0], [3, 4]]);
});

test("vertices at one place stay as they are, or change their order", () => {
  const [rank, edges, layers] = [[0, 1, 1], "0>1 0>2", [[0], [2, 1]]];

  assert.deepEqual(sorted(rank, edges, layers, true, true, false)[1], [2, 1]);
  assert.deepEqual(sorted(rank, edges, layers, true, true, true)[1], [1, 2]);
});

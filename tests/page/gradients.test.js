import assert from "node:assert/strict";
import { test } from "node:test";

import { backward, forward } from "../../microbp/draw/page/graph/gradients.js";
import { Graph } from "../../microbp/draw/page/graph/graph.js";
import { agree, randomLinearized, sumOverPaths } from "./recordings.js";

test("the backward sweep is the sum over all paths to a node, the forward sweep that from one", () => {
  for (let seed = 0; seed < 40; seed++) {
    const graph = randomLinearized(seed);
    for (let end = 0; end < graph.count; end++) {
      const [cotangent, tangent] = [backward(graph, end), forward(graph, end)];
      for (let node = 0; node < graph.count; node++) {
        assert.ok(agree(cotangent[node], sumOverPaths(graph, node, end)));
        assert.ok(agree(tangent[node], sumOverPaths(graph, end, node)));
      }
    }
  }
});

test("x × x has two edges, and both count", () => {
  const graph = new Graph(2, [0, 0], [1, 1], [3, 3]);

  assert.deepEqual([...backward(graph, 1)], [6, 1]);
  assert.deepEqual([...forward(graph, 0)], [1, 6]);
});

test("an infinite rate off the paths spoils nothing, and one on them shows", () => {
  // 0 → 1 → 2, and beside it 0 → 3, 4 → 1
  const graph = new Graph(5, [0, 1, 0, 1], [1, 2, 3, 4], [2, 0, Infinity, NaN]);

  assert.deepEqual([...backward(graph, 2)], [0, 0, 1, 0, 0]);
  assert.deepEqual([...forward(graph, 0)], [1, 2, 0, Infinity, NaN]);
});

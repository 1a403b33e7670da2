import assert from "node:assert/strict";
import { test } from "node:test";

import { Graph } from "../../microbp/draw/page/graph/graph.js";
import { allPaths, randomLinearized } from "./recordings.js";

test("the edges of a node are those that begin or end there, in their order", () => {
  for (let seed = 0; seed < 20; seed++) {
    const graph = randomLinearized(seed);
    const edges = [...graph.rate.keys()];
    for (let node = 0; node < graph.count; node++) {
      assert.deepEqual(
        [...graph.out(node)],
        edges.filter((edge) => graph.source[edge] === node),
      );
      assert.deepEqual(
        [...graph.into(node)],
        edges.filter((edge) => graph.target[edge] === node),
      );
    }
  }
});

test("what is reached, and what leads to a node, is what a path says", () => {
  for (let seed = 0; seed < 20; seed++) {
    const graph = randomLinearized(seed, { edges: 9 });
    for (let node = 0; node < graph.count; node++) {
      const [leads, reached] = [graph.leadingTo([node]), graph.reachedFrom([node])];
      for (let other = 0; other < graph.count; other++) {
        assert.equal(leads[other] === 1, allPaths(graph, other, node).length > 0);
        assert.equal(reached[other] === 1, allPaths(graph, node, other).length > 0);
      }
    }
  }
});

test("a graph without edges, or without nodes, is one", () => {
  assert.deepEqual([...new Graph(2, [], [], []).out(1)], []);
  assert.equal(new Graph(0, [], [], []).size, 0);
});

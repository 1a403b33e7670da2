import assert from "node:assert/strict";
import { test } from "node:test";

import { edgesOf, randomGraph } from "./graphs.js";
import { layered } from "../../microbp/draw/page/layout/layered.js";
import { ranks } from "../../microbp/draw/page/layout/ranks.js";

test("an edge over three ranks has two virtual vertices, a parallel edge two of its own", () => {
  const graph = layered([0, 1, 2, 3], edgesOf("0>1 1>2 2>3 0>3 0>3"));

  assert.deepEqual(graph.chains, [[0, 1], [1, 2], [2, 3], [0, 4, 5, 3], [0, 6, 7, 3]]);
  assert.deepEqual(graph.layers, [[0], [1, 4, 6], [2, 5, 7], [3]]);
  assert.deepEqual(graph.after[0], [1, 4, 6]);
  assert.deepEqual(graph.before[3], [2, 5, 7]);
});

test("every step of a chain leads from one rank to the next", () => {
  const { boxes, edges } = randomGraph(60, 1);
  const { chains, rank } = layered(ranks(boxes.length, edges), edges);

  for (const chain of chains) chain.forEach((v, i) => assert.equal(rank[v], rank[chain[0]] + i));
});

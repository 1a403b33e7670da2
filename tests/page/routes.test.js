import assert from "node:assert/strict";
import { test } from "node:test";

import { edgesOf } from "./graphs.js";
import { layered } from "../../microbp/draw/page/layout/layered.js";
import { columns, route } from "../../microbp/draw/page/layout/routes.js";

test("columns are as wide as their widest box, and gaps wider where edges are steep, up to twice", () => {
  const graph = layered([0, 1, 1, 2], edgesOf("0>1 0>2 1>3 2>3"));
  const flat = graph.chains.map(() => [0, 0]);
  const steep = [[0, 200], [0, 0], [0, 0], [9000, 0]];

  assert.deepEqual(columns(graph, [50, 40, 80, 30], flat, 60), [
    { left: 0, right: 50 },
    { left: 110, right: 190 },
    { left: 250, right: 280 },
  ]);
  assert.deepEqual(columns(graph, [50, 40, 80, 30], steep, 60).map(({ left }) => left), [0, 140, 340]);
});

test("a route is level within columns, and has no points it doesn't need", () => {
  const borders = [{ left: 0, right: 50 }, { left: 110, right: 190 }, { left: 250, right: 280 }];

  assert.deepEqual(route([0, 4, 3], [10, 30, 30], 50, 250, [0, 1, 1, 2, 1], borders), [
    { x: 50, y: 10 },
    { x: 110, y: 30 },
    { x: 250, y: 30 },
  ]);
  assert.deepEqual(route([0, 4, 3], [10, 30, 20], 40, 260, [0, 1, 1, 2, 1], borders), [
    { x: 40, y: 10 },
    { x: 50, y: 10 },
    { x: 110, y: 30 },
    { x: 190, y: 30 },
    { x: 250, y: 20 },
    { x: 260, y: 20 },
  ]);
});

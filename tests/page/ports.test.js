import assert from "node:assert/strict";
import { test } from "node:test";

import { ports, straightened } from "../../microbp/draw/page/layout/ports.js";

test("ports of one side stand apart in the order of what they lead to, around the middle", () => {
  const chains = [[0, 3], [0, 1], [0, 2]];
  const { leaving, arriving } = ports([60, 60, 60, 60], chains, [0, 0, 1, 2], 10);

  assert.deepEqual(leaving, [14, -14, 0]);
  assert.deepEqual(arriving, [0, 0, 0]);
});

test("parallel edges have two ports at each end, in the same order", () => {
  const { leaving, arriving } = ports([60, 60], [[0, 1], [0, 1]], [0, 0], 10);

  assert.deepEqual(leaving, [-7, 7]);
  assert.deepEqual(arriving, [-7, 7]);
});

test("ports of a small box stay within its side", () => {
  const chains = Array.from({ length: 9 }, (_, i) => [0, i + 1]);
  const { leaving } = ports([28, ...chains.map(() => 20)], chains, [0, ...chains.map((_, i) => i)], 10);

  assert.ok(Math.max(...leaving.map(Math.abs)) <= 10);
  assert.deepEqual(leaving, leaving.slice().sort((a, b) => a - b));
  assert.ok(new Set(leaving).size === 9);
});

test("a port moves by a few px to make its edge straight, unless it would leave its box or meet another port", () => {
  const moved = (heights, by) =>
    straightened(heights, [[0, 1]], [0, 0], 10, { leaving: [0], arriving: [0] }, [0, by]);

  assert.deepEqual(moved([50, 50], -6), { leaving: [0], arriving: [6] });
  assert.deepEqual(moved([50, 10], -6), { leaving: [-6], arriving: [0] });
  assert.deepEqual(moved([10, 10], -6), { leaving: [0], arriving: [0] });
  assert.deepEqual(moved([50, 50], -16), { leaving: [0], arriving: [0] });
  // Both lead from boxes 0 and 1 to box 2; the second would have to come within 2 px of the first.
  const close = { leaving: [0, 0], arriving: [-4, 4] };
  assert.deepEqual(straightened([50, 8, 50], [[0, 2], [1, 2]], [0, 1, 0], 10, close, [-4, -2, 0]), close);
});

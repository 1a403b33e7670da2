import assert from "node:assert/strict";
import { test } from "node:test";

import { inTopologicalOrder } from "../../microbp/draw/page/base/topological.js";

test("items are sorted as they are given, but for what must come before", () => {
  const edges = ["db", "db", "bc"].map((pair) => [...pair]);

  assert.deepEqual(inTopologicalOrder(["a", "b", "c", "d"], edges), ["a", "d", "b", "c"]);
});

test("what is on a circle, or behind one, has no place in the order", () => {
  const edges = ["ab", "bc", "cb", "cd"].map((pair) => [...pair]);

  assert.deepEqual(inTopologicalOrder(["d", "c", "b", "a", "e"], edges), ["a", "e"]);
});

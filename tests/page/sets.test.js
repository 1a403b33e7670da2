import assert from "node:assert/strict";
import { test } from "node:test";

import { DisjointSets } from "../../microbp/draw/page/base/sets.js";

test("numbers are in one set exactly when joins lead from one to the other", () => {
  const sets = new DisjointSets(6);

  const wereTwo = [[0, 1], [2, 3], [1, 3], [0, 2], [4, 4]].map(([v, w]) => sets.join(v, w));

  assert.deepEqual(wereTwo, [true, true, true, false, false]);
  assert.equal(new Set([0, 1, 2, 3].map((v) => sets.find(v))).size, 1);
  assert.equal(new Set([0, 4, 5].map((v) => sets.find(v))).size, 3);
});

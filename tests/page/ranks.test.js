import assert from "node:assert/strict";
import { test } from "node:test";

import { edgesOf, randomGraph } from "./graphs.js";
import { ranks } from "../../microbp/draw/page/layout/ranks.js";

test("every edge leads to a higher rank, and no one box could be moved to make edges shorter", () => {
  for (let seed = 0; seed < 30; seed += 1) {
    const { boxes, edges } = randomGraph(40, seed);
    const rank = ranks(boxes.length, edges);
    const length = () => edges.reduce((sum, { source, target }) => sum + rank[target] - rank[source], 0);
    const isValid = () => edges.every(({ source, target }) => rank[target] > rank[source]);

    assert.ok(isValid());
    const least = length();
    rank.forEach((r, v) => {
      for (const by of [-1, 1]) {
        rank[v] = r + by;
        if (isValid()) assert.ok(length() >= least);
      }
      rank[v] = r;
    });
  }
});

test("a leaf stands one rank before the first box that uses it", () => {
  // 0 → 1 → 2 → 3, and leaves 4 for box 3, 5 for boxes 2 and 3
  assert.deepEqual(ranks(6, edgesOf("0>1 1>2 2>3 4>3 5>2 5>3")), [0, 1, 2, 3, 2, 1]);
});

test("parallel edges count each", () => {
  // box 1 may stand anywhere between 0 and 3, and two edges hold it to 3
  assert.deepEqual(ranks(5, edgesOf("0>1 1>4 1>4 0>2 2>3 3>4")), [0, 2, 1, 2, 3]);
});

test("a cycle is refused in one sentence that names its boxes in the order of its edges", () => {
  const circle = /^layout: edges lead in a circle, (1 → 2 → 3 → 1|2 → 3 → 1 → 2|3 → 1 → 2 → 3); leave one of them out$/;

  assert.throws(() => ranks(5, edgesOf("0>1 1>2 2>3 3>1 3>4")), { message: circle });
  assert.throws(() => ranks(1, edgesOf("0>0")), /in a circle, 0 → 0;/);
});

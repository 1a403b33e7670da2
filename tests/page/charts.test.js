import assert from "node:assert/strict";
import { test } from "node:test";

import { bandPath, linearScale, linePath } from "../../microbp/draw/page/training/charts.js";
import { nearest, niceRange, niceTicks, tickTexts } from "../../microbp/draw/page/training/charts.js";

const close = (found, expected) => {
  assert.equal(found.length, expected.length, `${found}`);
  found.forEach((x, n) => assert.ok(Math.abs(x - expected[n]) < 1e-12, `${found}`));
};

test("a linear scale maps the ends of a range to the ends of the other, and what is between in proportion", () => {
  const y = linearScale([0, 60], [300, 0]);

  assert.deepEqual([y(0), y(60), y(15)], [300, 0, 225]);
  assert.equal(linearScale([2, 2], [10, 90])(2), 10);
});

test("ticks are round numbers within the range, about as many as are wanted", () => {
  close(niceTicks(0, 60), [0, 20, 40, 60]);
  close(niceTicks(-0.32, 0.91), [0, 0.5]);
  close(niceTicks(-0.32, 0.91, 7), [-0.2, 0, 0.2, 0.4, 0.6, 0.8]);
  close(niceTicks(1, 3, 6, 1), [1, 2, 3]);
  for (const [low, high] of [[0, 1], [-3.7, 0.02], [1e-9, 5e-9], [12345, 67890]]) {
    for (let count = 2; count < 9; count += 1) {
      const ticks = niceTicks(low, high, count);
      assert.ok(ticks.every((x) => x >= low - 1e-9 * (high - low) && x <= high + 1e-9 * (high - low)));
      assert.ok(ticks.length <= count + 1 && ticks.length >= count / 3, `${count}: ${ticks}`);
    }
  }
});

test("a nice range is the smallest from tick to tick that holds the range", () => {
  close(niceRange(0, 0.43, 5), [0, 0.5]);
  close(niceRange(-4.3, 3.9, 5), [-6, 4]);
  close(niceRange(0, 60, 5), [0, 60]);
});

test("ticks are told apart by as many decimals as it takes, with a true minus", () => {
  assert.deepEqual(tickTexts([-0.5, 0, 0.5]), ["−0.5", "0.0", "0.5"]);
  assert.deepEqual(tickTexts([-0.2, -5e-17, 0.2]), ["−0.2", "0.0", "0.2"]);
  assert.deepEqual(tickTexts([0, 20, 40]), ["0", "20", "40"]);
  assert.deepEqual(tickTexts([0.95, 0.96]), ["0.95", "0.96"]);
  assert.deepEqual(tickTexts([3]), ["3"]);
  assert.deepEqual(tickTexts([0, 5e-10]), ["0", "5e-10"]);
});

test("a line is broken where a number is missing or infinite", () => {
  assert.equal(linePath([0, 1, 2, 3], [5, 6, 7, 8]), "M0,5L1,6L2,7L3,8");
  assert.equal(linePath([0, 1, 2, 3], [5, null, 7, 8]), "M0,5M2,7L3,8");
  assert.equal(linePath([0, 1, 2], [Infinity, 6.126, NaN]), "M1,6.13");
});

test("a band goes along its upper line and back along its lower", () => {
  assert.equal(bandPath([0, 1], [5, 6], [1, 2]), "M0,1L1,2L1,6L0,5Z");
});

test("the nearest number is found", () => {
  assert.deepEqual([-9, 1.4, 1.6, 9].map((x) => nearest([0, 1, 2, 4], x)), [0, 1, 2, 3]);
});

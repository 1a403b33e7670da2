import assert from "node:assert/strict";
import { test } from "node:test";

import { randomNumbers } from "../../microbp/draw/page/base/random.js";

test("the same seed gives the same numbers, evenly spread over 0 to 1", () => {
  const [one, two, other] = [randomNumbers(5), randomNumbers(5), randomNumbers(6)];
  const numbers = Array.from({ length: 4000 }, one);

  assert.deepEqual(numbers, Array.from({ length: 4000 }, two));
  assert.notEqual(numbers[0], other());
  for (let tenth = 0; tenth < 10; tenth += 1) {
    const share = numbers.filter((x) => Math.floor(10 * x) === tenth).length;
    assert.ok(Math.abs(share - 400) < 100, `${share} numbers in tenth ${tenth}`);
  }
});

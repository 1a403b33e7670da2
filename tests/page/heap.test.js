import assert from "node:assert/strict";
import { test } from "node:test";

import { Heap } from "../../microbp/draw/page/base/heap.js";
import { randomNumbers } from "../../microbp/draw/page/base/random.js";

test("whatever is put in and taken out meanwhile, the first comes out", () => {
  const random = randomNumbers(7);
  const heap = new Heap((one, other) => one < other);
  let inside = [];
  for (let n = 0; n < 3000; n++) {
    if (random() < 0.55 || inside.length === 0) {
      const item = Math.floor(random() * 50);
      heap.push(item);
      inside.push(item);
    } else {
      inside.sort((one, other) => one - other);
      assert.equal(heap.pop(), inside.shift());
    }
    assert.equal(heap.size, inside.length);
  }
});

test("an empty heap gives nothing, and stays empty", () => {
  const heap = new Heap((one, other) => one < other);

  assert.equal(heap.pop(), undefined);
  assert.equal(heap.size, 0);
});

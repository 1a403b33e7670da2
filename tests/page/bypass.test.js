import assert from "node:assert/strict";
import { test } from "node:test";

import { bypass } from "../../microbp/draw/page/layout/bypass.js";
import { sampled } from "../../microbp/draw/page/layout/curves.js";
import { randomNumbers } from "../../microbp/draw/page/base/random.js";

const ends = (from, to) => [{ x: 0, y: from }, { x: 1000, y: to }];

/** Whether a route leads through a box, looked at in steps of a pixel. */
function hits(route, box) {
  const samples = sampled(route);
  return samples.slice(1).some((to, n) => {
    const from = samples[n];
    for (let x = Math.ceil(from.x); x < to.x; x++) {
      const y = from.y + ((to.y - from.y) * (x - from.x)) / (to.x - from.x);
      if (x > box.x && x < box.x + box.width && y > box.y && y < box.y + box.height) return true;
    }
    return false;
  });
}

test("what nothing stands in the way of stays as it is", () => {
  const route = ends(0, 100);

  assert.deepEqual(bypass(route, [{ x: 400, y: 300, width: 100, height: 60 }]), route);
  assert.deepEqual(bypass(route, []), route);
});

test("a box in the way is passed on the side that is nearer", () => {
  const route = ends(0, 0);
  const [high, low] = [-50, -10].map((y) => ({ x: 400, y, width: 100, height: 60 }));

  assert.ok(bypass(route, [high])[1].y > high.y + high.height);
  assert.ok(bypass(route, [low])[1].y < low.y);
});

test("wherever single boxes stand in a row, none of them is hit and the ends stay", () => {
  const random = randomNumbers(7);
  for (let n = 0; n < 200; n++) {
    const boxes = [150, 450, 750].map((x) => ({ x, y: 400 * random() - 200, width: 110, height: 60 }));
    const route = ends(300 * random() - 150, 300 * random() - 150);
    const found = bypass(route, boxes);

    assert.deepEqual([found[0], found.at(-1)], route);
    for (const box of boxes) assert.ok(!hits(found, box), JSON.stringify({ boxes, route, found }));
  }
});

import assert from "node:assert/strict";
import { test } from "node:test";

import { sampled } from "../../microbp/draw/page/layout/curves.js";
import { randomGraph } from "./graphs.js";
import { placeLabels } from "../../microbp/draw/page/layout/labels.js";
import { layout } from "../../microbp/draw/page/layout/layout.js";

const LABEL = { width: 44, height: 14 };

function line(y, from = 0, to = 400) {
  return [{ x: from, y }, { x: to, y }];
}

/** Whether a rectangle around the label's middle overlaps one with a top left corner. */
function overlaps({ x, y }, box) {
  const [left, top] = [x - LABEL.width / 2, y - LABEL.height / 2];
  const isApart = left >= box.x + box.width || box.x >= left + LABEL.width;
  return !(isApart || top >= box.y + box.height || box.y >= top + LABEL.height);
}

test("a label alone stands in the middle of its edge", () => {
  assert.deepEqual(placeLabels([LABEL], [], [line(30)]), [{ x: 200, y: 30, free: true }]);
});

test("a label keeps clear of a box, of another edge and of another label", () => {
  const box = { x: 150, y: 0, width: 100, height: 60 };
  const [besideBox] = placeLabels([LABEL], [box], [line(30)]);
  assert.ok(besideBox.free && !overlaps(besideBox, box));

  const crossing = [{ x: 170, y: 0 }, { x: 230, y: 60 }];
  const [besideEdge] = placeLabels([LABEL, null], [], [line(30), crossing]);
  assert.ok(besideEdge.free && Math.abs(besideEdge.x - 200) > 22);

  const close = placeLabels([LABEL, LABEL], [], [line(30), line(39)]);
  assert.ok(close.every(({ free }) => free) && Math.abs(close[0].x - close[1].x) >= 44);
});

test("where nothing is free the label says so, and takes the place of least overlap", () => {
  const high = { x: -50, y: 0, width: 300, height: 60 };
  const low = { x: 250, y: 27, width: 200, height: 60 };
  const [{ x, free }] = placeLabels([LABEL], [high, low], [line(30)]);

  assert.equal(free, false);
  assert.ok(x - 22 >= 250);
});

test("an edge without a label has none", () => {
  assert.deepEqual(placeLabels([null], [], [line(30)]), [null]);
  assert.deepEqual(placeLabels([], [], []), []);
});

test("what is said to be free overlaps nothing, on layouts of random graphs", () => {
  let free = 0;
  let all = 0;
  for (let seed = 0; seed < 8; seed += 1) {
    const { boxes, edges } = randomGraph(25, seed, 1.1);
    const { x, y, routes } = layout(boxes, edges);
    const placed = boxes.map(({ width, height }, v) => ({ x: x[v], y: y[v], width, height }));
    const labels = placeLabels(edges.map(() => LABEL), placed, routes);
    const lines = routes.map(sampled);
    labels.forEach((label, e) => {
      all += 1;
      if (!label.free) return;
      free += 1;
      assert.ok(!placed.some((box) => overlaps(label, box)));
      labels.forEach((other, d) => {
        if (d !== e) assert.ok(Math.abs(other.x - label.x) > 43.9 || Math.abs(other.y - label.y) > 13.9);
      });
      lines.forEach((points, d) => {
        const near = points.filter((p) => Math.abs(p.x - label.x) < 21.9 && Math.abs(p.y - label.y) < 6.9);
        if (d !== e) assert.deepEqual(near, []);
      });
    });
  }
  assert.ok(free > 0.8 * all, `${free} of ${all}`);
});

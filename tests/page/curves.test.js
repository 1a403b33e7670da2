import assert from "node:assert/strict";
import { test } from "node:test";

import { curve, pointOn, sampled } from "../../microbp/draw/page/layout/curves.js";

const POINTS = [{ x: 0, y: 10 }, { x: 40, y: 10 }, { x: 100, y: 70 }, { x: 130, y: 70 }];

test("a curve is level where its points are, and sets out and arrives level where it rises", () => {
  assert.equal(curve(POINTS), "M0 10H40C70 10 70 70 100 70H130");
});

test("samples lie on the Bézier that is drawn", () => {
  const [, ...inner] = sampled(POINTS.slice(1, 3));
  inner.forEach(({ x, y }, i) => {
    const s = (i + 1) / inner.length;
    const bezier = (a, b, c, d) => (1 - s) ** 3 * a + 3 * s * (1 - s) ** 2 * b + 3 * s * s * (1 - s) * c + s ** 3 * d;

    assert.ok(Math.abs(x - bezier(40, 70, 70, 100)) < 1e-9);
    assert.ok(Math.abs(y - bezier(10, 10, 70, 70)) < 1e-9);
  });
});

test("the point at a part of the length divides it so", () => {
  assert.deepEqual(pointOn(POINTS, 0), POINTS[0]);
  assert.deepEqual(pointOn(POINTS, 1), POINTS[3]);
  assert.deepEqual(pointOn([{ x: 0, y: 5 }, { x: 80, y: 5 }], 0.25), { x: 20, y: 5 });
  const { x, y } = pointOn(POINTS.slice(1, 3), 0.5);
  assert.ok(Math.abs(x - 70) < 1e-9 && Math.abs(y - 40) < 1e-9);
  assert.deepEqual(pointOn([{ x: 3, y: 4 }, { x: 3, y: 4 }], 0.5), { x: 3, y: 4 });
});

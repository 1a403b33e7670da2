import assert from "node:assert/strict";
import { test } from "node:test";

import { zeroLines } from "../../microbp/draw/page/training/contour.js";

const field = (width, height, f) =>
  Float64Array.from({ length: width * height }, (_, n) => f(n % width, Math.floor(n / width)));

const isClosed = (line) => line.length > 2 && line[0].every((x, k) => x === line.at(-1)[k]);

test("a field of one sign has no line", () => {
  assert.deepEqual(zeroLines(field(5, 4, () => 1), 5, 4), []);
  assert.deepEqual(zeroLines(field(5, 4, () => -1), 5, 4), []);
});

test("the line of a plane is straight, and runs from border to border", () => {
  const lines = zeroLines(field(9, 7, (x, y) => x + 2 * y - 7.3), 9, 7);

  assert.equal(lines.length, 1);
  for (const [x, y] of lines[0]) assert.ok(Math.abs(x + 2 * y - 7.3) < 1e-12);
  const ends = [lines[0][0], lines[0].at(-1)].sort((one, two) => one[0] - two[0]);
  assert.equal(ends[0][0], 0);
  assert.ok(Math.abs(ends[1][0] - 7.3) < 1e-12 && ends[1][1] === 0);
});

test("the line around a hill is closed, and where the hill is 0", () => {
  const lines = zeroLines(field(41, 41, (x, y) => 144 - (x - 20) ** 2 - (y - 20) ** 2), 41, 41);

  assert.equal(lines.length, 1);
  assert.ok(isClosed(lines[0]));
  for (const [x, y] of lines[0]) assert.ok(Math.abs(Math.hypot(x - 20, y - 20) - 12) < 0.03);
});

test("two hills have two lines, and a ring has an inner and an outer one", () => {
  const hills = (x, y) => 9 - Math.min((x - 8) ** 2, (x - 24) ** 2) - (y - 8) ** 2;
  const ring = (x, y) => 9 - (Math.hypot(x - 15, y - 15) - 10) ** 2;

  for (const [lines, count] of [
    [zeroLines(field(33, 17, hills), 33, 17), 2],
    [zeroLines(field(31, 31, ring), 31, 31), 2],
  ]) {
    assert.equal(lines.length, count);
    assert.ok(lines.every(isClosed));
  }
});

test("where a cell changes sign twice, the mean of its corners says which of them are connected", () => {
  const around = (middle) => [middle, -1, -1, middle]; // two corners above, two below, across from each other
  const ends = (lines) =>
    lines.map((line) =>
      line
        .map((point) => point.map((x) => x.toFixed(2)).join())
        .sort()
        .join(" "),
    );

  assert.deepEqual(ends(zeroLines(around(3), 2, 2)).sort(), ["0.00,0.75 0.25,1.00", "0.75,0.00 1.00,0.25"]);
  assert.deepEqual(ends(zeroLines(around(0.5), 2, 2)).sort(), ["0.00,0.33 0.33,0.00", "0.67,1.00 1.00,0.67"]);
});

test("every change of sign between neighbours lies on exactly one line", () => {
  let seed = 1;
  const random = () => (seed = (seed * 16807) % 2147483647) / 2147483647 - 0.5;
  const numbers = field(30, 20, random);
  const changes = new Set();
  for (let n = 0; n < 600; n += 1) {
    if (n % 30 < 29 && numbers[n] > 0 !== numbers[n + 1] > 0) changes.add(`right of ${n}`);
    if (n < 570 && numbers[n] > 0 !== numbers[n + 30] > 0) changes.add(`above ${n}`);
  }

  const lines = zeroLines(numbers, 30, 20);
  const crossings = lines.flatMap((line) => (isClosed(line) ? line.slice(1) : line));

  const found = crossings.map(([x, y]) =>
    Number.isInteger(y) ? `right of ${y * 30 + Math.floor(x)}` : `above ${Math.floor(y) * 30 + x}`);
  assert.equal(found.length, changes.size);
  assert.deepEqual(new Set(found), changes);
});

import assert from "node:assert/strict";
import { test } from "node:test";

import { arrange } from "../../microbp/draw/page/explorer/arrange.js";
import { groupTree } from "../../microbp/draw/page/graph/groups.js";
import { levelsOf } from "../../microbp/draw/page/graph/levels.js";
import { randomNumbers } from "../../microbp/draw/page/base/random.js";
import { network, randomRecording, someOf } from "./recordings.js";
import { View } from "../../microbp/draw/page/graph/view.js";

const NEAR = 1.5;

function allIn(group) {
  return group.groups.flatMap((inner) => [inner, ...allIn(inner)]);
}

/** Arranged views, of networks at all levels and of random recordings with random groups open. */
function* arranged() {
  const views = [];
  for (const sizes of [
    [2, 3, 2],
    [1, 1],
    [3, 5, 4, 2],
  ]) {
    const recording = network(sizes);
    for (const { tree, open } of levelsOf(recording)) views.push(new View(recording, tree, open));
  }
  for (let seed = 0; seed < 40; seed++) {
    const recording = randomRecording(seed, { groups: 5, operations: 18 });
    const tree = groupTree(recording, "layered");
    views.push(new View(recording, tree, new Set(someOf(allIn(tree.root), randomNumbers(seed), 0.7))));
  }
  for (const [n, view] of views.entries()) {
    const random = randomNumbers(n);
    const sizes = view.boxes.map(() => ({
      width: 40 + Math.floor(90 * random()),
      height: 20 + Math.floor(60 * random()),
    }));
    yield { view, sizes, placed: arrange(view, sizes) };
  }
}

function overlap(one, other, by = 0) {
  return (
    one.x + one.width > other.x + by &&
    other.x + other.width > one.x + by &&
    one.y + one.height > other.y + by &&
    other.y + other.height > one.y + by
  );
}

function contains(outer, inner) {
  return (
    outer.x <= inner.x &&
    outer.y <= inner.y &&
    inner.x + inner.width <= outer.x + outer.width &&
    inner.y + inner.height <= outer.y + outer.height
  );
}

test("boxes have their sizes, stand within the whole, and no two overlap", () => {
  for (const { sizes, placed } of arranged()) {
    placed.boxes.forEach((box, n) => {
      assert.deepEqual({ width: box.width, height: box.height }, sizes[n]);
      assert.ok(contains({ x: -1e-6, y: -1e-6, width: placed.width + 2e-6, height: placed.height + 2e-6 }, box));
      placed.boxes.slice(n + 1).forEach((other) => assert.ok(!overlap(box, other)));
    });
  }
});

test("a frame contains what is in its group, and overlaps nothing else", () => {
  for (const { view, placed } of arranged()) {
    assert.deepEqual(
      new Set(placed.frames.map(({ group }) => group)),
      new Set(view.frames.filter(({ items }) => items.length)),
    );
    for (const frame of placed.frames) {
      view.boxes.forEach(({ frame: own }, box) => {
        if (own.line.includes(frame.group)) assert.ok(contains(frame, placed.boxes[box]));
        else assert.ok(!overlap(frame, placed.boxes[box]));
      });
      for (const other of placed.frames) {
        if (other === frame) continue;
        if (other.group.line.includes(frame.group)) assert.ok(contains(frame, other));
        else if (!frame.group.line.includes(other.group)) assert.ok(!overlap(frame, other));
      }
    }
  }
});

test("a route leads from the right side of its first box to the left side of its last, and never turns back", () => {
  for (const { view, placed } of arranged()) {
    placed.routes.forEach((points, edge) => {
      const [from, to] = [placed.boxes[view.edges[edge].source], placed.boxes[view.edges[edge].target]];
      const [first, last] = [points[0], points.at(-1)];

      for (const { x, y } of points) assert.ok(Number.isFinite(x) && Number.isFinite(y));
      assert.ok(
        Math.abs(first.x - from.x - from.width) <= NEAR && first.y >= from.y && first.y <= from.y + from.height,
      );
      assert.ok(Math.abs(last.x - to.x) <= NEAR && last.y >= to.y && last.y <= to.y + to.height);
      points.slice(1).forEach(({ x }, n) => assert.ok(x >= points[n].x - NEAR, `${x} after ${points[n].x}`));
    });
  }
});

test("the same view is arranged the same", () => {
  const [one, other] = [0, 1].map(() => [...arranged()].map(({ placed }) => placed.routes));

  assert.deepEqual(one, other);
});

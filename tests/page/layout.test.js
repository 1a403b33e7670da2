import assert from "node:assert/strict";
import { test } from "node:test";

import { curve } from "../../microbp/draw/page/layout/curves.js";
import { edgesOf, equalBoxes, randomGraph, shuffled } from "./graphs.js";
import { layout } from "../../microbp/draw/page/layout/layout.js";
import { randomNumbers } from "../../microbp/draw/page/base/random.js";

/** The points of a path's text, its Béziers in steps. */
function drawn(text) {
  const points = [];
  for (const [, command, numbers] of text.matchAll(/([MHC])([^MHC]*)/g)) {
    const [a, b, c, d, e, f] = numbers.split(" ").map(Number);
    const { x, y } = points.at(-1) ?? {};
    if (command === "M") points.push({ x: a, y: b });
    if (command === "H") for (let i = 1; i <= 50; i += 1) points.push({ x: x + ((a - x) * i) / 50, y });
    for (let i = 1; command === "C" && i <= 50; i += 1) {
      const s = i / 50;
      const at = (p, q, r, t) => (1 - s) ** 3 * p + 3 * s * (1 - s) ** 2 * q + 3 * s * s * (1 - s) * r + s ** 3 * t;
      points.push({ x: at(x, a, c, e), y: at(y, b, d, f) });
    }
  }
  return points;
}

/** All that a drawing has to keep, whatever the graph. */
function assertValid(boxes, edges, drawing, { boxGap = 16, rankGap = 60 } = {}) {
  const { x, y, width, height, routes, ranks } = drawing;
  boxes.forEach((box, v) => {
    assert.ok(x[v] >= 0 && y[v] >= 0 && x[v] + box.width <= width && y[v] + box.height <= height, `box ${v} inside`);
    boxes.forEach((other, w) => {
      if (v >= w) return;
      const isBeside = x[v] + box.width + rankGap <= x[w] || x[w] + other.width + rankGap <= x[v];
      const isAbove = y[v] + box.height + boxGap <= y[w] || y[w] + other.height + boxGap <= y[v];
      assert.ok(isBeside || isAbove, `boxes ${v} and ${w} keep their distance`);
    });
  });
  edges.forEach(({ source, target }, e) => {
    const [start, end] = [routes[e][0], routes[e].at(-1)];
    assert.ok(ranks[target] > ranks[source]);
    assert.equal(start.x, x[source] + boxes[source].width);
    assert.equal(end.x, x[target]);
    assert.ok(start.y > y[source] && start.y < y[source] + boxes[source].height);
    assert.ok(end.y > y[target] && end.y < y[target] + boxes[target].height);
    for (const point of drawn(curve(routes[e]))) {
      assert.ok(point.y > -0.1 && point.y < height + 0.1);
      boxes.forEach((box, v) => {
        const isInside = point.x > x[v] + 0.1 && point.x < x[v] + box.width - 0.1;
        assert.ok(!(isInside && point.y > y[v] && point.y < y[v] + box.height), `edge ${e} passes box ${v}`);
      });
    }
  });
}

/** Intersections of the curves, each moved by a hair, as curves that meet exactly in their points would not count. */
function intersections(routes) {
  const lines = routes.map((route, e) =>
    drawn(curve(route)).map(({ x, y }) => ({ x: x + 1e-4 * Math.sin(7 * e), y: y + 1e-4 * Math.sin(5 * e + 1) })),
  );
  const side = (p, q, r) => Math.sign((q.x - p.x) * (r.y - p.y) - (q.y - p.y) * (r.x - p.x));
  let count = 0;
  lines.forEach((line, e) => {
    for (const other of lines.slice(0, e)) {
      for (let i = 1; i < line.length; i += 1) {
        const [a, b] = [line[i - 1], line[i]];
        for (let j = 1; j < other.length; j += 1) {
          const [c, d] = [other[j - 1], other[j]];
          if (d.x < a.x || c.x > b.x) continue;
          if (side(a, b, c) * side(a, b, d) < 0 && side(c, d, a) * side(c, d, b) < 0) count += 1;
        }
      }
    }
  });
  return count;
}

test("edges lead to the right, boxes keep apart, and no curve passes a box, on random graphs", () => {
  for (let seed = 0; seed < 25; seed += 1) {
    const { boxes, edges } = randomGraph(2 + 2 * seed, seed);

    assertValid(boxes, edges, layout(boxes, edges));
  }
});

test("the crossings that are counted are those of the curves", () => {
  let sum = 0;
  for (let seed = 0; seed < 10; seed += 1) {
    const { boxes, edges } = randomGraph(22, seed, 1.8);
    const { routes, crossings } = layout(boxes, edges);
    sum += crossings;

    assert.equal(crossings, intersections(routes));
  }
  assert.ok(sum > 50, `${sum}`);
});

test("gaps are as wide as asked for", () => {
  const { boxes, edges } = randomGraph(30, 5);
  const wide = { boxGap: 40, rankGap: 150, edgeGap: 20 };

  assertValid(boxes, edges, layout(boxes, edges, wide), wide);
});

test("the same graph gives the same drawing, to the last digit", () => {
  const { boxes, edges } = randomGraph(60, 2);

  assert.deepEqual(layout(boxes, edges), layout(structuredClone(boxes), structuredClone(edges)));
});

test("edges in another order give a valid drawing too", () => {
  const { boxes, edges } = randomGraph(40, 3);
  for (let seed = 0; seed < 5; seed += 1) {
    const mixed = shuffled(edges, randomNumbers(seed));

    assertValid(boxes, mixed, layout(boxes, mixed));
  }
});

test("nothing, and one box alone, can be drawn", () => {
  const nothing = { x: [], y: [], width: 0, height: 0, routes: [], crossings: 0, ranks: [] };

  assert.deepEqual(layout([], []), nothing);
  const one = { ...nothing, x: [0], y: [0], width: 90, height: 48, ranks: [0] };
  assert.deepEqual(layout([{ width: 90, height: 48 }], []), one);
});

test("a box of several hundred px has room among small ones", () => {
  const { boxes, edges } = randomGraph(30, 4);
  Object.assign(boxes[7], { width: 620, height: 480 });
  Object.assign(boxes[20], { width: 300, height: 700 });

  assertValid(boxes, edges, layout(boxes, edges));
});

test("the two edges of x·x are parallel and apart", () => {
  const { routes } = layout(equalBoxes(2), edgesOf("0>1 0>1"));
  const [[a, b], [c, d]] = routes;

  assert.deepEqual([a.y, c.y], [b.y, d.y]);
  assert.ok(c.y - a.y >= 10);
});

test("parts that don't hang together stand apart, and fill rows", () => {
  const edges = edgesOf("0>1 2>3 3>4 5>6 5>7");
  const drawing = layout(equalBoxes(20), edges);

  assertValid(equalBoxes(20), edges, drawing);
  assert.ok(drawing.width < 4 * drawing.height && drawing.height < 4 * drawing.width);
});

test("boxes that keep their order stand sorted in their ranks, across parts too", () => {
  const order = [2, 1, 0, 3, 1, 2, 0, 4];
  const boxes = [
    ...equalBoxes(8).map((box, v) => ({ ...box, order: order[v] })),
    { width: 90, height: 48, order: null },
  ];
  const edges = edgesOf("0>4 1>5 2>6 3>7 0>5 3>4 8>7");
  const drawing = layout(boxes, edges, { keepOrder: true });

  assertValid(boxes, edges, drawing);
  for (const rank of [[0, 1, 2, 3], [4, 5, 6, 7]]) {
    const shown = rank.slice().sort((v, w) => drawing.y[v] - drawing.y[w]);
    assert.deepEqual(shown.map((v) => order[v]), shown.map((v) => order[v]).sort((a, b) => a - b));
  }
});

test("300 boxes are drawn", () => {
  const { boxes, edges } = randomGraph(300, 6);

  assertValid(boxes, edges, layout(boxes, edges));
});

test("edges in a circle, and edges to no box, are refused in one sentence", () => {
  assert.throws(() => layout(equalBoxes(2), edgesOf("0>1 1>0")), /^Error: layout: edges lead in a circle, . → . → .;/);
  assert.throws(() => layout(equalBoxes(2), edgesOf("0>2")), /^Error: layout: edge 0 → 2 leads to no box; .* 0 to 1$/);
});

import assert from "node:assert/strict";
import { test } from "node:test";

import { bilayerCrossings, countCrossings } from "../../microbp/draw/page/layout/crossings.js";
import { randomNumbers } from "../../microbp/draw/page/base/random.js";

/** All pairs of edges [from, to], one by one. */
function pairsThatCross(edges) {
  let crossings = 0;
  for (const [a, b] of edges) for (const [c, d] of edges) if (a < c && b > d) crossings += 1;
  return crossings;
}

function randomEdges(random, from, to) {
  const some = (n) => Math.floor(random() * n);
  return Array.from({ length: some(40) }, () => [some(from), some(to)]);
}

test("the accumulator tree counts what all pairs of edges count", () => {
  const random = randomNumbers(3);
  let sum = 0;
  for (let n = 0; n < 200; n += 1) {
    const edges = randomEdges(random, 9, 1 + (n % 17));
    const sorted = edges.slice().sort(([a, b], [c, d]) => a - c || b - d);
    const counted = bilayerCrossings(sorted.map(([, to]) => to), 1 + (n % 17));

    assert.equal(counted, pairsThatCross(edges));
    sum += counted;
  }
  assert.ok(sum > 1000);
});

test("edges with an end in common don't cross, nor do parallel edges", () => {
  assert.equal(bilayerCrossings([0, 1, 2], 3), 0);
  assert.equal(bilayerCrossings([1, 1, 1], 3), 0);
  assert.equal(bilayerCrossings([1, 0], 2), 1);
});

test("the crossings of a drawing are those between its layers", () => {
  const random = randomNumbers(4);
  for (let n = 0; n < 50; n += 1) {
    const layers = [[3, 1, 0, 2], [7, 4, 6, 5], [8, 10, 9]];
    const place = [];
    layers.forEach((layer) => layer.forEach((v, i) => (place[v] = i)));
    const [early, late] = [randomEdges(random, 4, 4), randomEdges(random, 4, 3)];
    const after = place.map(() => []);
    for (const [from, to] of early) after[layers[0][from]].push(layers[1][to]);
    for (const [from, to] of late) after[layers[1][from]].push(layers[2][to]);

    assert.equal(countCrossings(layers, after, place), pairsThatCross(early) + pairsThatCross(late));
  }
});

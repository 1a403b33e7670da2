import assert from "node:assert/strict";
import { test } from "node:test";

import { randomNumbers } from "../../microbp/draw/page/base/random.js";
import { networkSimplex } from "../../microbp/draw/page/layout/simplex.js";

function cost(position, constraints) {
  return constraints.reduce((sum, { tail, head, weight }) => sum + weight * (position[head] - position[tail]), 0);
}

function keepsDistances(position, constraints) {
  return constraints.every(({ tail, head, minimum }) => position[head] - position[tail] >= minimum);
}

/** The least cost of all positions from 0 to `most`, by trying them all. */
function leastCost(count, constraints, most) {
  let least = Infinity;
  const position = new Array(count).fill(0);
  const place = (v) => {
    if (v === count) {
      if (keepsDistances(position, constraints)) least = Math.min(least, cost(position, constraints));
      return;
    }
    for (position[v] = 0; position[v] <= most; position[v] += 1) place(v + 1);
  };
  place(0);
  return least;
}

function randomConstraints(count, random) {
  const some = (n) => Math.floor(random() * n);
  return Array.from({ length: 1 + some(9) }, () => {
    const tail = some(count - 1);
    const head = tail + 1 + some(count - 1 - tail);
    return { tail, head, minimum: some(3), weight: some(4) };
  });
}

test("no positions cost less, on small random graphs, connected or not", () => {
  const random = randomNumbers(1);
  for (let n = 0; n < 60; n += 1) {
    const constraints = randomConstraints(5, random);
    const position = networkSimplex(5, constraints);

    assert.ok(keepsDistances(position, constraints));
    assert.equal(cost(position, constraints), leastCost(5, constraints, 6));
    assert.equal(Math.min(...position), 0);
  }
});

test("balance moves nothing that costs, and centres what may stand anywhere between two others", () => {
  const random = randomNumbers(2);
  for (let n = 0; n < 60; n += 1) {
    const constraints = randomConstraints(9, random);
    const [plain, balanced] = [networkSimplex(9, constraints), networkSimplex(9, constraints, { balance: 1 })];

    assert.ok(keepsDistances(balanced, constraints));
    assert.equal(cost(balanced, constraints), cost(plain, constraints));
  }
  const between = [
    { tail: 0, head: 1, minimum: 0, weight: 1 },
    { tail: 1, head: 2, minimum: 0, weight: 1 },
    { tail: 0, head: 2, minimum: 10, weight: 0 },
  ];
  assert.deepEqual(networkSimplex(3, between, { balance: 1 }), [0, 5, 10]);
  assert.notEqual(networkSimplex(3, between, { balance: 6 })[1], 5);
});

test("no nodes, and nodes without constraints, are no trouble", () => {
  assert.deepEqual(networkSimplex(0, []), []);
  assert.deepEqual(networkSimplex(2, []), [0, 0]);
});

import assert from "node:assert/strict";
import { test } from "node:test";

import { Elimination } from "../../microbp/draw/page/graph/elimination.js";
import { Graph } from "../../microbp/draw/page/graph/graph.js";
import { shuffled } from "./graphs.js";
import { randomNumbers } from "../../microbp/draw/page/base/random.js";
import { agree, chain, randomLinearized, sumOverPaths } from "./recordings.js";

const ORDERS = ["forward", "reverse", "markowitz"];

function assertIsJacobian(game, graph, inputs, outputs) {
  const left = new Map(game.edges.map(({ source, target, rate }) => [`${source} ${target}`, rate]));
  for (const input of inputs) {
    for (const output of outputs) {
      if (outputs.includes(input)) continue;
      assert.ok(agree(left.get(`${input} ${output}`) ?? 0, sumOverPaths(graph, input, output)));
    }
  }
}

test("in whatever order nodes are taken out, the edges left over are the sums over all paths", () => {
  for (let seed = 0; seed < 40; seed++) {
    const graph = randomLinearized(seed);
    const [inputs, outputs] = [[0, 1], [graph.count - 1]];
    const random = randomNumbers(seed);
    // The second input may rest on the first: what leads to it is left out, since it is given.
    const given = new Graph(graph.count, ...withoutInto(graph, 1));
    for (const order of [...ORDERS, shuffled, shuffled]) {
      const game = new Elimination(graph, inputs, outputs);
      const nodes = typeof order === "string" ? game.inOrder(order) : order(game.left, random);
      for (const node of nodes) game.take(node);
      assert.deepEqual(game.left, []);
      assertIsJacobian(game, given, inputs, outputs);
    }
  }
});

function withoutInto(graph, node) {
  const kept = [...graph.rate.keys()].filter((edge) => graph.target[edge] !== node);
  return [graph.source, graph.target, graph.rate].map((column) => kept.map((edge) => column[edge]));
}

test("taking a node out costs edges in × edges out, and tells what each bridge became", () => {
  // 0, 1 → 2 → 3, 4, and 0 → 3 beside it; 3, 4 are outputs
  const game = new Elimination(new Graph(5, [0, 1, 2, 2, 0], [2, 2, 3, 4, 3], [2, 3, 5, 7, 11]), [0, 1], [3, 4]);

  assert.equal(game.degree(2), 4);
  const { multiplications, bridges } = game.take(2);

  assert.equal(multiplications, 4);
  assert.equal(game.multiplications, 4);
  assert.deepEqual(bridges, [
    { source: 0, target: 3, rateIn: 2, rateOut: 5, isNew: false, rate: 21 },
    { source: 0, target: 4, rateIn: 2, rateOut: 7, isNew: true, rate: 14 },
    { source: 1, target: 3, rateIn: 3, rateOut: 5, isNew: true, rate: 15 },
    { source: 1, target: 4, rateIn: 3, rateOut: 7, isNew: true, rate: 21 },
  ]);
});

test("parallel edges are one, of their sum", () => {
  const game = new Elimination(new Graph(3, [0, 0, 1], [1, 1, 2], [3, 3, 2]), [0], [2]);

  assert.equal(game.degree(1), 1);
  game.take(1);
  assert.deepEqual(game.edges, [{ source: 0, target: 2, rate: 12 }]);
});

test("cheapest first is always a node of least degree, the first of several", () => {
  for (let seed = 0; seed < 30; seed++) {
    const graph = randomLinearized(seed, { count: 12, edges: 26 });
    const [all, single] = [0, 1].map(() => new Elimination(graph, [0, 1], [11]));
    for (const node of all.inOrder("markowitz")) {
      const cheapest = Math.min(...all.left.map((other) => all.degree(other)));
      assert.equal(
        node,
        all.left.find((other) => all.degree(other) === cheapest),
      );
      assert.equal(single.next("markowitz"), node);
      all.take(node, false);
      single.take(node);
    }
    assert.equal(all.multiplications, single.multiplications);
    assert.deepEqual(all.edges, single.edges);
    assert.equal(single.next("markowitz"), undefined);
  }
});

test("what stays, or is gone, can't be taken out", () => {
  const game = new Elimination(chain(2, 1), [0], [2]);
  game.take(1);

  for (const node of [0, 1, 2, 7])
    assert.throws(() => game.take(node), /can't be taken out: it is an input, an output, or gone/);
});

test("what lies on no path between the ends is not in the game", () => {
  // 0 → 1 → 4 is the path; 2 leads there from elsewhere, 3 leads nowhere
  const game = new Elimination(new Graph(5, [0, 1, 2, 0], [1, 4, 4, 3], [1, 1, 1, 1]), [0], [4]);

  assert.deepEqual(game.left, [1]);
  assert.equal(game.edges.length, 2);
});

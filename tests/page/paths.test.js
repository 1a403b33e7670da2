import assert from "node:assert/strict";
import { test } from "node:test";

import { Graph } from "../../microbp/draw/page/graph/graph.js";
import { Paths } from "../../microbp/draw/page/graph/paths.js";
import { agree, allPaths, chain, productOf, randomLinearized, sumOverPaths } from "./recordings.js";

const magnitude = (x) => (Number.isNaN(x) ? Infinity : Math.abs(x));

test("count and total are those of the paths that there are", () => {
  for (let seed = 0; seed < 40; seed++) {
    const graph = randomLinearized(seed);
    for (let source = 0; source < graph.count; source++) {
      for (let target = 0; target < graph.count; target++) {
        const paths = new Paths(graph, source, target);
        assert.equal(paths.count, BigInt(allPaths(graph, source, target).length));
        assert.ok(agree(paths.total, sumOverPaths(graph, source, target)));
      }
    }
  }
});

test("each path is listed once, by decreasing |product|; what is not a number comes first", () => {
  const odd = (random) => [0, -1, 1, 2, -0.5, 0.5, NaN, Infinity, -Infinity, -0][Math.floor(random() * 10)];
  for (const rateOf of [undefined, odd]) {
    for (let seed = 0; seed < 60; seed++) {
      const graph = randomLinearized(seed, { edges: 18, ...(rateOf ? { rateOf } : {}) });
      const found = [...new Paths(graph, 0, graph.count - 1)];

      const expected = allPaths(graph, 0, graph.count - 1);
      assert.deepEqual(found.map(({ edges }) => edges.join(" ")).sort(), expected.map((path) => path.join(" ")).sort());
      found.forEach(({ edges, product }, n) => {
        assert.ok(agree(product, productOf(graph, edges)));
        assert.ok(n === 0 || magnitude(product) <= magnitude(found[n - 1].product) * (1 + 1e-12));
      });
    }
  }
});

test("x × x has two paths", () => {
  const paths = new Paths(new Graph(2, [0, 0], [1, 1], [3, 3]), 0, 1);

  assert.deepEqual(
    [...paths],
    [
      { edges: [0], product: 3 },
      { edges: [1], product: 3 },
    ],
  );
  assert.equal(paths.count, 2n);
});

test("from a node to itself there is one path, without edges; against the edges there is none", () => {
  const graph = new Graph(2, [0], [1], [5]);

  assert.deepEqual([...new Paths(graph, 1, 1)], [{ edges: [], product: 1 }]);
  assert.equal(new Paths(graph, 1, 1).total, 1);
  assert.deepEqual([...new Paths(graph, 1, 0)], []);
  assert.equal(new Paths(graph, 1, 0).count, 0n);
  assert.equal(new Paths(graph, 1, 0).total, 0);
});

test("of 10^20 paths the count is exact, and the first ten come without a look at the others", () => {
  const graph = chain(20, 10);
  const paths = new Paths(graph, 0, 20);
  const looks = [];
  const popped = paths.edgesOn.bind(paths);
  paths.edgesOn = (node) => (looks.push(node), popped(node));

  const [first, ...others] = paths.top(10);

  assert.equal(paths.count, 10n ** 20n);
  assert.equal(new Paths(chain(70, 10), 0, 70).count, 10n ** 70n);
  assert.ok(looks.length <= 10 * 20);
  assert.ok(
    agree(
      first.product,
      productOf(
        graph,
        [...Array(20).keys()].map((stage) => 10 * stage),
      ),
    ),
  );
  // In the last stage the second best factor is 20/21 of the best, which no other stage comes near.
  assert.ok(agree(others[0].product, (first.product * 20) / 21));
  assert.deepEqual(paths.top(0), []);
});

test("a path of 100,000 edges is followed without recursion", () => {
  const [path, ...others] = new Paths(
    chain(100_000, 1, () => 1),
    0,
    100_000,
  ).top(2);

  assert.equal(path.edges.length, 100_000);
  assert.deepEqual(others, []);
});

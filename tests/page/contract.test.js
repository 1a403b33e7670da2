import assert from "node:assert/strict";
import { test } from "node:test";

import { contract } from "../../microbp/draw/page/graph/contract.js";
import { backward } from "../../microbp/draw/page/graph/gradients.js";
import { Graph } from "../../microbp/draw/page/graph/graph.js";
import { randomNumbers } from "../../microbp/draw/page/base/random.js";
import { agree, allPaths, productOf, randomLinearized } from "./recordings.js";

test("a contracted edge is the sum over the paths between its ends that no kept node interrupts", () => {
  for (let seed = 0; seed < 40; seed++) {
    const graph = randomLinearized(seed);
    const random = randomNumbers(seed + 100);
    const kept = Uint8Array.from({ length: graph.count }, () => (random() < 0.5 ? 1 : 0));

    const { graph: small, nodes, place } = contract(graph, kept);

    assert.deepEqual(
      [...nodes],
      [...kept.keys()].filter((node) => kept[node]),
    );
    for (const source of nodes) {
      assert.equal(nodes[place[source]], source);
      for (const target of nodes) {
        const direct = allPaths(graph, source, target).filter(
          (path) => path.length > 0 && path.slice(1).every((edge) => !kept[graph.source[edge]]),
        );
        const edges = [...small.out(place[source])].filter((edge) => small.target[edge] === place[target]);
        assert.equal(edges.length > 0, direct.length > 0);
        const sum = direct.reduce((total, path) => total + productOf(graph, path), 0);
        assert.ok(
          agree(
            edges.reduce((total, edge) => total + small.rate[edge], 0),
            sum,
          ),
        );
      }
    }
  }
});

test("gradients by what is kept are those of the whole graph", () => {
  for (let seed = 0; seed < 40; seed++) {
    const graph = randomLinearized(seed, { count: 12, edges: 30 });
    const random = randomNumbers(seed);
    const kept = Uint8Array.from({ length: 12 }, (_, node) => (node === 11 || random() < 0.4 ? 1 : 0));

    const { graph: small, nodes, place } = contract(graph, kept);

    const [all, few] = [backward(graph, 11), backward(small, place[11])];
    nodes.forEach((node, n) => assert.ok(agree(all[node], few[n])));
  }
});

test("an edge that was one still says which; with all kept each stays, parallel ones too", () => {
  const graph = new Graph(4, [0, 0, 1, 2, 0], [1, 1, 2, 3, 3], [3, 3, 5, 7, 2]);

  const whole = contract(graph, new Uint8Array(4).fill(1));
  assert.deepEqual([...whole.origin], [0, 1, 2, 3, 4]);

  const small = contract(graph, Uint8Array.of(1, 0, 1, 1));
  const told = [...small.origin].map((edge, n) => [
    small.graph.source[n],
    small.graph.target[n],
    small.graph.rate[n],
    edge,
  ]);
  assert.deepEqual(told.sort(), [
    [0, 1, 30, -1],
    [0, 2, 2, 4],
    [1, 2, 7, 3],
  ]);
});

test("what would take long is refused", () => {
  // Each of 3,000 kept nodes rests on the same 2,000 others: six million edges to look at.
  const [source, target] = [[], []];
  for (let node = 1; node <= 2000; node++) {
    source.push(node - 1);
    target.push(node);
  }
  for (let node = 2001; node < 5001; node++) {
    source.push(2000);
    target.push(node);
  }
  const kept = Uint8Array.from({ length: 5001 }, (_, node) => (node === 0 || node > 2000 ? 1 : 0));

  assert.equal(
    contract(
      new Graph(
        5001,
        source,
        target,
        source.map(() => 1),
      ),
      kept,
    ),
    null,
  );
});

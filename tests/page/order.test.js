import assert from "node:assert/strict";
import { test } from "node:test";

import { countCrossings } from "../../microbp/draw/page/layout/crossings.js";
import { edgesOf, randomGraph, shuffled } from "./graphs.js";
import { layered } from "../../microbp/draw/page/layout/layered.js";
import { orderLayers } from "../../microbp/draw/page/layout/order.js";
import { randomNumbers } from "../../microbp/draw/page/base/random.js";
import { ranks } from "../../microbp/draw/page/layout/ranks.js";

function ordered(count, edges, preference = new Array(count).fill(undefined), keepOrder = false) {
  const graph = layered(ranks(count, edges), edges);
  return { graph, ...orderLayers(graph, preference, keepOrder) };
}

/** The fewest crossings of two layers, by trying all orders. */
function fewest(upper, lower, edges) {
  const orders = (items) =>
    items.length < 2 ? [items] : items.flatMap((x) => orders(items.filter((y) => y !== x)).map((rest) => [x, ...rest]));
  let least = Infinity;
  for (const first of orders(upper)) {
    for (const second of orders(lower)) {
      const crossings = edges.flatMap((d) =>
        edges.filter(
          (e) =>
            first.indexOf(d.source) < first.indexOf(e.source) && second.indexOf(d.target) > second.indexOf(e.target),
        ),
      ).length;
      least = Math.min(least, crossings);
    }
  }
  return least;
}

test("every layer keeps its vertices, places are theirs, and crossings are counted in the order handed back", () => {
  for (let seed = 0; seed < 20; seed += 1) {
    const { boxes, edges } = randomGraph(40, seed);
    const { graph, layers, place, crossings } = ordered(boxes.length, edges);

    layers.forEach((layer, r) => {
      assert.deepEqual(layer.slice().sort((a, b) => a - b), graph.layers[r].slice().sort((a, b) => a - b));
      layer.forEach((v, i) => assert.equal(place[v], i));
    });
    assert.equal(crossings, countCrossings(layers, graph.after, place));
  }
});

test("two layers of four boxes have the fewest crossings that any order has", () => {
  const random = randomNumbers(7);
  let sum = 0;
  for (let n = 0; n < 25; n += 1) {
    const edges = Array.from({ length: 12 }, () => ({
      source: Math.floor(random() * 4),
      target: 4 + Math.floor(random() * 4),
    }));
    const [upper, lower] = [edges.map((e) => e.source), edges.map((e) => e.target)].map((list) => [...new Set(list)]);
    const least = fewest(upper, lower, edges);
    sum += least;

    assert.equal(ordered(8, edges).crossings, least);
  }
  assert.ok(sum > 40, `${sum}`);
});

test("trees, ladders and other drawings without crossings are found, however their boxes are numbered", () => {
  const tree = (n) => Array.from({ length: n - 1 }, (_, i) => ({ source: i + 1, target: i >> 1 }));
  const star = (n) => Array.from({ length: n - 1 }, (_, i) => ({ source: 0, target: i + 1 }));
  const ladder = (n) =>
    Array.from({ length: n }, (_, i) => [[2 * i, 2 * i + 1], [2 * i, 2 * i + 2], [2 * i + 1, 2 * i + 3]]).flat();
  const known = {
    tree: [63, tree(63)],
    star: [20, star(20)],
    ladder: [26, ladder(12).map(([source, target]) => ({ source, target }))],
    diamonds: [10, edgesOf("0>1 0>2 1>3 2>3 3>4 3>5 4>6 5>6 6>7 6>8 7>9 8>9")],
  };
  const random = randomNumbers(8);
  for (const [name, [count, edges]] of Object.entries(known)) {
    for (let n = 0; n < 10; n += 1) {
      const to = shuffled([...Array(count).keys()], random);
      const renamed = edges.map(({ source, target }) => ({ source: to[source], target: to[target] }));

      assert.equal(ordered(count, shuffled(renamed, random)).crossings, 0, name);
    }
  }
});

test("boxes that keep their order do so at any cost, others where it costs nothing", () => {
  const crossed = edgesOf("0>3 1>2");
  const free = ordered(4, crossed, [1, 2, 1, 2]);
  const kept = ordered(4, crossed, [1, 2, 1, 2], true);

  assert.equal(free.crossings, 0);
  assert.equal(kept.crossings, 1);
  assert.deepEqual(kept.layers, [[0, 1], [2, 3]]);
  assert.deepEqual(ordered(4, edgesOf("0>3 1>3 2>3"), [3, 2, 1, 0]).layers, [[2, 1, 0], [3]]);
  for (let seed = 0; seed < 20; seed += 1) {
    const { boxes, edges } = randomGraph(40, seed);
    const random = randomNumbers(seed);
    const preference = boxes.map(() => (random() < 0.6 ? Math.floor(random() * 50) : undefined));
    for (const layer of ordered(boxes.length, edges, preference, true).layers) {
      const numbers = layer.map((v) => preference[v]).filter((x) => x !== undefined);

      assert.deepEqual(numbers, numbers.slice().sort((a, b) => a - b));
    }
  }
});

test("of two mirror images that one is taken in which more boxes stand as they are given, leaves before all", () => {
  for (let seed = 0; seed < 120; seed += 1) {
    const { boxes, edges } = randomGraph(12, seed);
    const isLeaf = boxes.map((_, v) => !edges.some(({ target }) => target === v));
    let [ofLeaves, ofAll] = [0, 0];
    for (const layer of ordered(boxes.length, edges).layers) {
      const shown = layer.filter((v) => v < boxes.length);
      shown.forEach((v, i) => {
        for (const w of shown.slice(i + 1)) {
          ofAll += Math.sign(w - v);
          if (isLeaf[v] && isLeaf[w]) ofLeaves += Math.sign(w - v);
        }
      });
    }

    assert.ok(ofLeaves > 0 || (ofLeaves === 0 && ofAll >= 0));
  }
});

test("what every step uses is laid on one side, so that a long recurrence has no crossings", () => {
  // h ← (h · w + x) + b, with one w, one b, and an x for each step
  const edges = [];
  let [h, count] = [2, 3];
  for (let step = 0; step < 40; step += 1) {
    const [product, x, sum, next] = [count, count + 1, count + 2, count + 3];
    edges.push(...[[h, product], [0, product], [product, sum], [x, sum], [sum, next], [1, next]]);
    [h, count] = [next, count + 4];
  }
  const { crossings } = ordered(count, edges.map(([source, target]) => ({ source, target })));

  assert.equal(crossings, 0);
});

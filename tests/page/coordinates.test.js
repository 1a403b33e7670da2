import assert from "node:assert/strict";
import { test } from "node:test";

import { verticals } from "../../microbp/draw/page/layout/coordinates.js";
import { edgesOf, randomGraph } from "./graphs.js";
import { layered } from "../../microbp/draw/page/layout/layered.js";
import { orderLayers } from "../../microbp/draw/page/layout/order.js";
import { ports } from "../../microbp/draw/page/layout/ports.js";
import { ranks } from "../../microbp/draw/page/layout/ranks.js";

const GAPS = { boxGap: 16, edgeGap: 10 };

function heightsOf(boxes, edges) {
  const graph = layered(ranks(boxes.length, edges), edges);
  const { layers, place } = orderLayers(graph, boxes.map(() => undefined), false);
  const heights = boxes.map(({ height }) => height);
  const portsOfEdges = ports(heights, graph.chains, place, GAPS.edgeGap);
  return { graph, layers, middle: verticals(graph, layers, place, heights, portsOfEdges, GAPS), ...portsOfEdges };
}

test("neighbours in a layer keep their distance", () => {
  for (let seed = 0; seed < 20; seed += 1) {
    const { boxes, edges } = randomGraph(40, seed);
    const { layers, middle } = heightsOf(boxes, edges);
    for (const layer of layers) {
      for (let i = 1; i < layer.length; i += 1) {
        const [v, w] = [layer[i - 1], layer[i]];
        const gap = middle[w] - middle[v] - ((boxes[v]?.height ?? 0) + (boxes[w]?.height ?? 0)) / 2;

        assert.ok(gap >= (boxes[v] && boxes[w] ? GAPS.boxGap : GAPS.edgeGap));
      }
    }
  }
});

test("two edges over 600 ranks that cross again and again keep their distance wherever they are", () => {
  const count = 600;
  const edges = Array.from({ length: count - 1 }, (_, i) => ({ source: i, target: i + 1 }));
  edges.push({ source: 0, target: count - 1 }, { source: 0, target: count - 1 });
  const graph = layered([...Array(count).keys()], edges);
  const layers = graph.layers.map(([box, ...two], r) => [box, ...(r % 10 < 5 ? two : two.reverse())]);
  const place = [];
  layers.forEach((layer) => layer.forEach((v, i) => (place[v] = i)));
  const nowhere = { leaving: edges.map(() => 0), arriving: edges.map(() => 0) };
  const middle = verticals(graph, layers, place, new Array(count).fill(48), nowhere, GAPS);

  for (const [box, upper, lower] of layers.slice(1, -1)) {
    assert.ok(middle[upper] - middle[box] >= 24 + 10);
    assert.ok(middle[lower] - middle[upper] >= 10);
  }
});

test("a long edge that no other long edge crosses is level along all its virtual vertices", () => {
  for (let seed = 0; seed < 20; seed += 1) {
    const { boxes, edges } = randomGraph(20, seed, 1);
    const { graph, layers, middle } = heightsOf(boxes, edges);
    const place = [];
    layers.forEach((layer) => layer.forEach((v, i) => (place[v] = i)));
    const long = graph.chains.map((chain) => chain.slice(1, -1)).filter((chain) => chain.length > 1);
    const pieces = long.flatMap((chain) => chain.slice(1).map((w, i) => [chain[i], w, chain]));
    for (const chain of long) {
      const crossed = pieces.some(([v, w, mine]) =>
        pieces.some(
          ([a, b]) =>
            mine === chain && graph.rank[a] === graph.rank[v] && (place[a] - place[v]) * (place[b] - place[w]) < 0,
        ),
      );

      if (!crossed) assert.equal(new Set(chain.map((v) => middle[v])).size, 1);
    }
  }
});

test("a chain of boxes of all sizes is straight", () => {
  const boxes = [20, 71, 34, 200, 15].map((height) => ({ width: 50, height }));
  const { middle } = heightsOf(boxes, edgesOf("0>1 1>2 2>3 3>4"));

  assert.equal(new Set(middle).size, 1);
});

test("an operation stands in the middle between two leaves that are free to stand apart", () => {
  const { middle } = heightsOf([{ height: 40 }, { height: 40 }, { height: 40 }], edgesOf("0>2 1>2"));

  assert.deepEqual(middle, [0, 56, 28]);
});

test("the height of edges is least: no box can be moved by a px within its room to make it less", () => {
  for (let seed = 0; seed < 20; seed += 1) {
    const { boxes, edges } = randomGraph(30, seed);
    const { graph, layers, middle, leaving, arriving } = heightsOf(boxes, edges);
    const cost = () => {
      let sum = 0;
      graph.chains.forEach((chain, e) => {
        for (let i = 1; i < chain.length; i += 1) {
          const [v, w] = [chain[i - 1], chain[i]];
          const isBox = [v < boxes.length, w < boxes.length];
          const alone = (graph.after[v].length === 1) + (graph.before[w].length === 1);
          const from = middle[v] + (isBox[0] ? leaving[e] : 0);
          const to = middle[w] + (isBox[1] ? arriving[e] : 0);
          sum += (isBox[0] && isBox[1] ? 2 : isBox[0] || isBox[1] ? 4 : 16) * Math.abs(from - to);
          sum += alone * Math.abs(from - to);
        }
      });
      return sum;
    };
    const keepsDistances = () =>
      layers.every((layer) =>
        layer.slice(1).every((w, i) => {
          const v = layer[i];
          const gap = boxes[v] && boxes[w] ? 16 : boxes[v] || boxes[w] ? 13 : 10;
          return middle[w] - middle[v] >= Math.ceil(((boxes[v]?.height ?? 0) + (boxes[w]?.height ?? 0)) / 2 + gap);
        }),
      );

    assert.ok(keepsDistances());
    const least = cost();
    boxes.forEach((_, v) => {
      for (const by of [-1, 1]) {
        middle[v] += by;
        if (keepsDistances()) assert.ok(cost() >= least);
        middle[v] -= by;
      }
    });
  }
});

import assert from "node:assert/strict";
import { test } from "node:test";

import { mapLayout } from "../../microbp/draw/page/training/maplayout.js";

const WIDTH = 640;

/** The parameters of a network of these sizes. */
function parametersOf(...sizes) {
  return sizes.slice(1).flatMap((rows, n) => [
    { name: `w${n + 2}`, letter: "w", layer: n + 2, shape: [rows, sizes[n]], values: {} },
    { name: `b${n + 2}`, letter: "b", layer: n + 2, shape: [rows, 1], values: {} },
  ]);
}

for (const sizes of [[2, 16, 1], [2, 16, 16, 1], [2, 8, 3], [784, 30, 10], [64, 5], [200, 40, 40, 10], [1, 1]]) {
  test(`every number of ${sizes.join("-")} has a cell of its own within the picture`, () => {
    const { blocks, height } = mapLayout(parametersOf(...sizes), WIDTH);

    assert.equal(blocks.length, 2 * (sizes.length - 1));
    const places = new Set();
    for (const { parameter, cell, ...block } of blocks) {
      for (let index = 0; index < parameter.shape[0] * parameter.shape[1]; index += 1) {
        const [x, y, width, high] = cell(index);
        assert.ok(x >= block.x - 1e-9 && x + width <= block.x + block.width + 1e-9, `${parameter.name} ${index}`);
        assert.ok(y >= block.y - 1e-9 && y + high <= block.y + block.height + 1e-9, `${parameter.name} ${index}`);
        places.add(`${(x + width / 2).toFixed(3)},${(y + high / 2).toFixed(3)}`);
      }
      assert.ok(block.x >= 0 && block.x + block.width <= WIDTH + 1e-6, `${parameter.name}: ${block.x} ${block.width}`);
      assert.ok(block.y + block.height <= height);
    }
    assert.equal(places.size, blocks.reduce((sum, { parameter: { shape } }) => sum + shape[0] * shape[1], 0));
  });
}

test("blocks of different layers do not overlap", () => {
  for (const sizes of [[2, 16, 16, 1], [784, 30, 10], [200, 40, 40, 10]]) {
    const { blocks } = mapLayout(parametersOf(...sizes), WIDTH);
    blocks.forEach((one, n) => blocks.slice(n + 1).forEach((other) => {
      const beside = one.x + one.width <= other.x || other.x + other.width <= one.x;
      const below = one.y + one.height <= other.y || other.y + other.height <= one.y;
      assert.ok(beside || below, `${one.parameter.name} and ${other.parameter.name} of ${sizes}`);
    }));
  }
});

test("a neuron's weights stand as an image where the inputs of the network are a square", () => {
  const [w2, , w3] = mapLayout(parametersOf(784, 64, 10), WIDTH).blocks;

  assert.deepEqual([w2.side, w3.side], [28, null]);
  const [x, y, width, height] = w2.cell(784 + 28 * 3 + 5); // of the second neuron, row 4 and column 6 of its image
  const [left, top] = w2.cell(784);
  assert.deepEqual([x - left, y - top], [5 * width, 3 * height]);
  assert.equal(mapLayout(parametersOf(49, 5), WIDTH).blocks[0].side, null);
});

test("a layer without numbers has no block", () => {
  const parameters = parametersOf(2, 3, 1);
  parameters[0].values = null;

  assert.deepEqual(mapLayout(parameters, WIDTH).blocks.map(({ parameter }) => parameter.name), ["b2", "w3", "b3"]);
});

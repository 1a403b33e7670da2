import assert from "node:assert/strict";
import { test } from "node:test";

import { bytesOf, floatsOf } from "../../microbp/draw/page/base/base64.js";
import { TrainingData } from "../../microbp/draw/page/training/trainingdata.js";

const base64 = (array) => Buffer.from(array.buffer).toString("base64");

/** Three frames of a 2-2-1 network, whose k-th number at frame f is 100 f + k. */
const training = (more = {}) => {
  let next = 0;
  const parameter = (name, shape) => {
    const first = next;
    const size = shape[0] * shape[1];
    next += size;
    const values = Float32Array.from({ length: 3 * size }, (_, n) => 100 * Math.floor(n / size) + first + (n % size));
    return { name, shape, values: base64(values), quantiles: null };
  };
  return new TrainingData({
    epochs: 4, costs: [0.5, 0.4, 0.3, 0.2], validation: null, frames: [0, 2, 4],
    parameters: [parameter("w2", [2, 2]), parameter("b2", [2, 1]), parameter("w3", [1, 2]), parameter("b3", [1, 1])],
    region: { left_out: "no reason" },
    ...more,
  });
};

test("bytes and numbers come out of base64 as they went in", () => {
  assert.deepEqual([...bytesOf(Buffer.from([0, 1, 255]).toString("base64"))], [0, 1, 255]);
  assert.deepEqual([...floatsOf(base64(Float32Array.of(0.5, -3, Infinity)))], [0.5, -3, Infinity]);
});

test("a weight is found by its name, and has its name", () => {
  const data = training();

  assert.equal(data.count, 9);
  assert.deepEqual(data.weights.map((weight) => data.nameOf(weight)), [
    "w2_1,1", "w2_1,2", "w2_2,1", "w2_2,2", "b2_1", "b2_2", "w3_1,1", "w3_1,2", "b3_1",
  ]);
  for (const weight of data.weights) assert.deepEqual(data.find(data.nameOf(weight)), weight);
  for (const name of ["w2_3,1", "w2_1,3", "w2_0,1", "w2_1", "b2_1,1", "w4_1,1", "C", ""]) {
    assert.equal(data.find(name), null, name);
  }
  assert.deepEqual(data.find(" w3_1, 2 "), data.weights[7]);
});

test("a weight has its number at each frame", () => {
  const data = training();

  assert.deepEqual(data.valuesOf(data.find("w2_2,1")), [2, 102, 202]);
  assert.deepEqual(data.valuesOf(data.find("b3_1")), [8, 108, 208]);
});

test("the cost at a frame is that of the epoch that it ends", () => {
  const data = training({ validation: { correct: [6, 7, null, 9], total: 10 } });

  assert.deepEqual([0, 1, 2].map((frame) => data.costAt(frame)), [null, 0.4, 0.2]);
  assert.deepEqual([0, 1, 2].map((frame) => data.validatedAt(frame)), [
    null, { correct: 7, total: 10 }, { correct: 9, total: 10 },
  ]);
  assert.equal(training().validatedAt(2), null);
});

const region = (more) =>
  training({
    region: {
      side: 2, x: [0, 1], y: [0, 1], outputs: 1, labels: ["0", "1"], middle: 0.5, judged: true, correct: [1, 2, 3],
      clearness: base64(Int8Array.of(127, 0, -127, 64, 1, 2, 3, 4, -1, -2, -3, -4)), classes: null,
      points: { x: Array(9).fill(0), y: Array(9).fill(0), class: Array(9).fill(0), total: 9 },
      right: base64(Uint8Array.of(0b10100000, 0b10000000, 0, 0, 255, 255)),
      ...more,
    },
  }).region;

test("a code is the root of how clear the answer is, and its sign is the class", () => {
  const { clearness, classes } = region().answersAt(0);

  assert.deepEqual([...clearness], [1, 0, 1, Math.fround((64 / 127) ** 2)]);
  assert.deepEqual([...classes], [1, 0, 0, 1]);
  assert.deepEqual(region().fieldsAt(0).map((field) => [...field].map(Math.sign)), [[1, -0, -1, 1]]);
});

test("of several classes each has a field that is above 0 where it is the answer", () => {
  const one = region({ outputs: 3, classes: base64(Uint8Array.of(2, 0, 2, 2, 1, 1, 1, 1, 0, 1, 2, 0)) });

  assert.deepEqual(one.fieldsAt(0).map((field) => [...field].map(Math.sign)), [[1, -0, 1, 1], [-1, 0, -1, -1]]);
  assert.deepEqual(one.fieldsAt(1), []);
  assert.equal(one.fieldsAt(2).length, 3);
});

test("a bit says of each example whether it is on the right side", () => {
  const right = [0, 1, 2].map((frame) =>
    Array.from({ length: 9 }, (_, point) => Number(region().isRight(frame, point))),
  );

  assert.deepEqual(right[0], [1, 0, 1, 0, 0, 0, 0, 0, 1]);
  assert.deepEqual(right[1], Array(9).fill(0));
  assert.deepEqual(right[2], Array(9).fill(1));
});

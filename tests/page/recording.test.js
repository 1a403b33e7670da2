import assert from "node:assert/strict";
import { test } from "node:test";

import { Recording } from "../../microbp/draw/page/graph/recording.js";
import { Tape } from "./recordings.js";

function example() {
  const tape = new Tape();
  const [x, c] = [tape.leaf(2, "x"), tape.leaf(3, null, { varies: 0 })];
  const product = tape.call("mul", [x, c]);
  const square = tape.call("mul", [product, product], "y");
  return { tape, x, c, product, square };
}

test("edges by constants are there to be drawn, and not to be differentiated by", () => {
  const { tape, x, c, product, square } = example();
  const recording = tape.recording(square);

  assert.deepEqual([...recording.all.rate], [3, NaN, 6, 6]);
  assert.deepEqual([...recording.graph.rate], [3, 6, 6]);
  assert.deepEqual([...recording.edgeOf], [0, 2, 3]);
  recording.edgeOf.forEach((edge, own) => assert.equal(recording.all.target[edge], recording.graph.target[own]));
  assert.deepEqual(
    [x, c, product].map((node) => recording.isLeaf(node)),
    [true, true, false],
  );
});

test("a number is called by its label, its operation, or itself", () => {
  const { tape, x, c, product, square } = example();
  const recording = tape.recording(square);

  assert.deepEqual(
    [x, c, product, square].map((node) => recording.name(node)),
    ["x", "3", "×", "y"],
  );
});

test("inputs come by slot, x × x twice; a plain number has no node", () => {
  const { tape, product, square } = example();
  const recording = tape.recording(square);

  assert.deepEqual(
    recording.inputs(square).map(({ node, edge }) => [node, edge]),
    [
      [product, 2],
      [product, 3],
    ],
  );
  recording.functionOf(square).plain = { slot: 1, value: 2 };
  assert.deepEqual(recording.inputs(square)[1], { node: -1, value: 2, edge: -1 });
  assert.deepEqual(recording.inputs(0), []);
});

test("nan and inf, for which JSON has no numbers, come as text", () => {
  const { tape, square } = example();
  const data = JSON.parse(JSON.stringify(tape.data(square)));
  data.nodes.value = ["NaN", "Infinity", "-Infinity", 1];
  data.edges.rate = ["-Infinity", null, "NaN", 6];
  const recording = new Recording(data);

  assert.deepEqual([...recording.value], [NaN, Infinity, -Infinity, 1]);
  assert.deepEqual([...recording.graph.rate], [-Infinity, NaN, 6]);
});

import assert from "node:assert/strict";
import { test } from "node:test";

import { legibleLevel, levelsOf } from "../../microbp/draw/page/graph/levels.js";
import { network, randomRecording, Tape } from "./recordings.js";
import { MOST, View } from "../../microbp/draw/page/graph/view.js";

const boxesOf = (recording, { tree, open }) => new View(recording, tree, open).boxes;

test("a network has layers, neurons and operations, each level finer than the one before", () => {
  const recording = network([2, 3, 2]);
  const levels = levelsOf(recording);
  const counts = levels.map((level) => boxesOf(recording, level).length);

  assert.deepEqual(
    levels.map(({ name }) => name),
    ["layers", "neurons", "operations"],
  );
  assert.deepEqual(counts, [4, 2 + 3 + 2 + 1, recording.count]); // the cost is one box among neurons
  const neurons = boxesOf(recording, levels[1]);
  assert.deepEqual(
    neurons.filter(({ group }) => group).map(({ group }) => group.kind).sort(),
    ["cost", ...Array(5).fill("neuron")],
  );
});

test("what is no network has operations alone", () => {
  const recording = randomRecording(1);

  assert.deepEqual(
    levelsOf(recording).map(({ name }) => name),
    ["operations"],
  );
  assert.equal(boxesOf(recording, levelsOf(recording)[0]).length, recording.count);
});

test("no level has more boxes than can be laid out", () => {
  const long = new Tape();
  let y = long.leaf(0.5, "x");
  for (let n = 0; n < 10_000; n++) y = long.call("mul", [y, 0]);
  for (const recording of [
    network([3, 200, 40, 2]),
    network([400, 2]),
    long.recording(y),
    randomRecording(2, { operations: 2000 }),
  ]) {
    for (const level of levelsOf(recording)) assert.ok(boxesOf(recording, level).length <= MOST);
  }
});

test("the first view is the finest that can be taken in, or else the coarsest", () => {
  const nameOf = (recording, most) => legibleLevel(recording, levelsOf(recording), most).name;

  assert.equal(nameOf(network([2, 3, 2]), 150), "operations");
  assert.equal(nameOf(network([4, 8, 3]), 150), "neurons");
  assert.equal(nameOf(network([4, 60, 3]), 60), "layers");
  assert.equal(nameOf(network([4, 8, 3]), 1), "layers");
});

test("a hundred thousand numbers make a first view", () => {
  const tape = new Tape();
  let y = tape.leaf(0.5, "x");
  for (let n = 0; n < 100_000; n++) y = tape.call(n % 2 ? "tanh" : "add", n % 2 ? [y] : [y, 0]);
  const recording = tape.recording(y);
  const { tree, open } = legibleLevel(recording, levelsOf(recording), 150);
  const view = new View(recording, tree, open);

  assert.ok(view.boxes.length > 1 && view.boxes.length <= 150);
  assert.ok(view.contracted.nodes.length <= 2 * view.boxes.length);
});

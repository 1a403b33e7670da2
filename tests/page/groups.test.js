import assert from "node:assert/strict";
import { test } from "node:test";

import { Group, groupTree, MANY } from "../../microbp/draw/page/graph/groups.js";
import { randomNumbers } from "../../microbp/draw/page/base/random.js";
import { network, randomRecording, Tape } from "./recordings.js";
import { someOf } from "./recordings.js";
import { View } from "../../microbp/draw/page/graph/view.js";

function allIn(group) {
  return group.groups.flatMap((inner) => [inner, ...allIn(inner)]);
}

test("every node is in exactly one place of the tree, and groupOf says in which", () => {
  for (const recording of [network([2, 3, 1]), ...[0, 1, 2, 3].map((seed) => randomRecording(seed, { groups: 5 }))]) {
    const { root, groupOf } = groupTree(recording, "layered");
    const seen = [];
    for (const group of [root, ...allIn(root)]) {
      for (const item of group.items) {
        if (item instanceof Group) assert.equal(item.parent, group);
        else {
          assert.equal(groupOf[item], group);
          seen.push(item);
        }
      }
      assert.deepEqual(
        group.members,
        group.members.slice().sort((one, other) => one - other),
      );
    }
    assert.deepEqual(
      seen.sort((one, other) => one - other),
      [...Array(recording.count).keys()],
    );
    assert.deepEqual(root.members, seen);
  }
});

test("a neuron says of which layer it is", () => {
  const { root } = groupTree(network([2, 3, 1]), "layered");
  const layer = root.groups.find(({ name }) => name === "layer 2");

  assert.deepEqual(
    root.groups.map(({ fullName }) => fullName),
    ["input", "layer 2", "layer 3", "cost"],
  );
  assert.deepEqual(
    layer.groups.map(({ fullName }) => fullName),
    [1, 2, 3].map((n) => `neuron ${n} of layer 2`),
  );
  assert.deepEqual(
    layer.groups[0].line.map(({ name }) => name),
    ["neuron 1", "layer 2", "all"],
  );
});

test("what is large is divided into parts, none larger than can be shown, and parts make no circle", () => {
  const long = new Tape();
  let y = long.leaf(0.5, "x");
  for (let n = 0; n < 30_000; n++) y = long.call(n % 2 ? "tanh" : "mul", n % 2 ? [y] : [y, 0]);
  for (const recording of [
    long.recording(y),
    randomRecording(3, { operations: 3000, leaves: 400 }),
    randomRecording(5, { operations: 3000, groups: 9 }),
  ]) {
    const { root } = groupTree(recording, "layered");
    const random = randomNumbers(1);
    const all = allIn(root);

    assert.deepEqual(root.members.length, recording.count);
    for (const group of [root, ...all]) assert.ok(group.items.length <= MANY, `${group.items.length} items`);
    for (const open of [[], someOf(all, random, 0.1), someOf(all, random), all]) {
      assert.notEqual(new View(recording, { root }, new Set(open)).order, null);
    }
  }
});

test("parts are called by the labels in them, or else by place", () => {
  const tape = new Tape();
  const leaves = Array.from({ length: 200 }, (_, n) => tape.leaf(n, `x${n}`));
  const { root } = groupTree(tape.recording(leaves.reduce((one, other) => tape.call("add", [one, other]))), "layered");

  assert.match(root.groups[0].name, /^x0 … x\d+$/);
  assert.match(root.groups.at(-1).name, /^operations 38\d … 399$/);
  assert.equal(root.groups.at(-1).fullName, root.groups.at(-1).name);
});

test("neurons stand by their number, in a layer of a thousand too", () => {
  const recording = network([1, 400, 1]);
  const layer = groupTree(recording, "layered").root.groups[1];
  const neurons = layer.groups.flatMap((part) => part.groups);

  assert.equal(layer.groups[0].name, "neuron 1 … neuron 20");
  assert.deepEqual(
    neurons.map(({ number }) => number),
    Array.from({ length: 400 }, (_, n) => n + 1),
  );
  assert.equal(neurons[30].fullName, "neuron 31 of layer 2");
});

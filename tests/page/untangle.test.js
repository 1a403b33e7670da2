import assert from "node:assert/strict";
import { test } from "node:test";

import { Graph } from "../../microbp/draw/page/graph/graph.js";
import { Group, groupTree } from "../../microbp/draw/page/graph/groups.js";
import { randomNumbers } from "../../microbp/draw/page/base/random.js";
import { labelled, randomRecording, someOf, Tape } from "./recordings.js";
import { untangle } from "../../microbp/draw/page/graph/untangle.js";
import { View } from "../../microbp/draw/page/graph/view.js";

function groupsIn(group) {
  return group.groups.flatMap((inner) => [inner, ...groupsIn(inner)]);
}

test("however groups are tangled, no choice of closed ones makes a circle", () => {
  for (let seed = 0; seed < 120; seed++) {
    const recording = randomRecording(seed, { groups: 6, operations: 20 });
    const tree = groupTree(recording, "layered");
    const random = randomNumbers(seed);
    const all = groupsIn(tree.root);
    for (const open of [[], all, ...Array.from({ length: 6 }, () => someOf(all, random))]) {
      assert.notEqual(new View(recording, tree, new Set(open)).order, null);
    }
  }
});

test("groups that no path comes back to stay whole", () => {
  let whole = 0;
  for (let seed = 0; seed < 120; seed++) {
    const recording = randomRecording(seed, { groups: 2, operations: 2, leaves: 4 });
    const given = { root: new Group("root", "all", "root", 0, null) };
    const groups = recording.groups.map(({ name, kind, number }) => new Group(name, name, kind, number, given.root));
    recording.groups.forEach(({ parent }, n) => (groups[n].parent = parent < 0 ? given.root : groups[parent]));
    const groupOf = Array.from(recording.grouping.layered, (place) => (place < 0 ? given.root : groups[place]));
    const before = groupOf.slice();
    const isFree = everyCutIsFree(recording.all, groupOf, groups);

    untangle(recording.all, groupOf, (group, time, parent) => new Group(`${group.id}~${time}`, "", "", 0, parent));

    if (isFree) {
      whole++;
      assert.deepEqual(groupOf, before);
    } else assert.notDeepEqual(groupOf, before);
  }
  assert.ok(whole > 10 && whole < 110, `${whole} of 120 were free of circles`);
});

/** Whether in each group what stands in it directly leads in no circle, by going all ways from item to item. */
function everyCutIsFree(graph, groupOf, groups) {
  const itemIn = (outer, node) => {
    const line = groupOf[node].line;
    const place = line.indexOf(outer);
    return place < 0 ? undefined : place === 0 ? node : line[place - 1];
  };
  return [groups[0].line.at(-1), ...groups].every((outer) => {
    const next = new Map();
    for (let edge = 0; edge < graph.size; edge++) {
      const [source, target] = [itemIn(outer, graph.source[edge]), itemIn(outer, graph.target[edge])];
      if (source === undefined || target === undefined || source === target) continue;
      next.set(source, (next.get(source) ?? new Set()).add(target));
    }
    const comesBack = (start, item, seen) =>
      [...(next.get(item) ?? [])].some((other) => {
        if (other === start) return true;
        return !seen.has(other) && comesBack(start, other, seen.add(other));
      });
    return ![...next.keys()].some((item) => comesBack(item, item, new Set()));
  });
}

test("a network that is used twice, one use after the other, has each of its layers twice", () => {
  const tape = new Tape();
  const layers = [2, 3].map((number) => tape.group(`layer ${number}`, "layer", -1, number));
  const weights = layers.map((group, n) => tape.leaf(0.5, `w${n + 2}_1,1`, { group }));
  let a = tape.leaf(0.3, "x", { varies: 0 });
  for (let time = 0; time < 3; time++) {
    for (const n of [0, 1]) {
      const z = tape.call("mul", [weights[n], a], null, { group: layers[n] });
      a = tape.call("tanh", [z], null, { group: layers[n] });
    }
  }
  const recording = tape.recording(a);
  const { root } = groupTree(recording, "layered");

  const names = ["layer 2", "layer 3", "layer 2 (2)", "layer 3 (2)", "layer 2 (3)", "layer 3 (3)"];
  assert.deepEqual(
    root.groups.map(({ name }) => name),
    names,
  );
  assert.ok(root.groups[0].members.includes(labelled(recording, "w2_1,1")));
  assert.deepEqual(
    root.groups.map(({ members }) => members.length),
    [3, 3, 2, 2, 2, 2],
  );
});

test("a single number that comes back to its group stands by itself, as an activation of softmax does", () => {
  const tape = new Tape();
  const neurons = [1, 2].map((number) => tape.group(`neuron ${number}`, "neuron", -1, number));
  const z = neurons.map((group, n) =>
    tape.call("tanh", [tape.leaf(0.1, `w2_${n + 1},1`, { group })], `z2_${n + 1}`, { group }),
  );
  const sum = tape.call("add", z);
  const a = neurons.map((group, n) => tape.call("sub", [z[n], sum], `a2_${n + 1}`, { group }));
  const recording = tape.recording(tape.call("mul", a));
  const { root, groupOf } = groupTree(recording, "layered");

  assert.deepEqual(
    root.groups.map(({ name, members }) => [name, members.length]),
    [
      ["neuron 1", 2],
      ["neuron 2", 2],
    ],
  );
  for (const node of a) assert.equal(groupOf[node], root);
});

test("where there is much to untangle, time is bounded, and still no circle is left", () => {
  // 2,000 groups of two nodes each, and each of the second nodes rests on all groups' first ones by way of one sum.
  const count = 4000;
  const [source, target] = [[], []];
  for (let n = 0; n < 2000; n++) {
    source.push(n, 2000);
    target.push(2000, 2001 + n);
  }
  const graph = new Graph(
    count + 1,
    source,
    target,
    source.map(() => 1),
  );
  const root = new Group("root", "all", "root", 0, null);
  const groups = Array.from({ length: 2000 }, (_, n) => new Group(`g${n}`, `${n}`, "neuron", n, root));
  const groupOf = Array.from({ length: count + 1 }, (_, n) =>
    n < 2000 ? groups[n] : n === 2000 ? root : groups[n - 2001],
  );

  untangle(graph, groupOf, (group, time, parent) => new Group(`${group.id}~${time}`, "", "", 0, parent));

  assert.deepEqual(groupOf.slice(0, 2000), groups);
  assert.ok(groupOf.slice(2000).every((group) => group === root));
});

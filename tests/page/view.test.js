import assert from "node:assert/strict";
import { test } from "node:test";

import { backward } from "../../microbp/draw/page/graph/gradients.js";
import { Group, groupTree } from "../../microbp/draw/page/graph/groups.js";
import { randomNumbers } from "../../microbp/draw/page/base/random.js";
import { agree, labelled, network, randomRecording, someOf, sumOverPaths, Tape } from "./recordings.js";
import { View } from "../../microbp/draw/page/graph/view.js";

function allIn(group) {
  return group.groups.flatMap((inner) => [inner, ...allIn(inner)]);
}

/** Views of random recordings with random groups open. */
function* randomViews(count) {
  for (let seed = 0; seed < count; seed++) {
    const recording = randomRecording(seed, { groups: 5 });
    const tree = groupTree(recording, "layered");
    const random = randomNumbers(seed);
    yield { recording, view: new View(recording, tree, new Set(someOf(allIn(tree.root), random, 0.6))) };
  }
}

test("each node is in one box, and each edge between boxes is in one edge of the view", () => {
  for (const { recording, view } of randomViews(60)) {
    const members = view.boxes.flatMap(({ members }) => members).sort((one, other) => one - other);
    assert.deepEqual(members, [...Array(recording.count).keys()]);
    view.boxes.forEach(({ members: own, node, group }, box) => {
      for (const member of own) assert.equal(view.boxOf[member], box);
      assert.deepEqual(own, group ? group.members : [node]);
    });

    const seen = view.edges.flatMap(({ source, target, edges }) => {
      for (const edge of edges) {
        assert.equal(view.boxOf[recording.all.source[edge]], source);
        assert.equal(view.boxOf[recording.all.target[edge]], target);
      }
      return edges;
    });
    const between = [...recording.all.rate.keys()].filter(
      (edge) => view.boxOf[recording.all.source[edge]] !== view.boxOf[recording.all.target[edge]],
    );
    assert.deepEqual(
      seen.sort((one, other) => one - other),
      between,
    );
    const rank = new Map(view.order.map((box, place) => [box, place]));
    for (const { source, target } of view.edges) assert.ok(rank.get(source) < rank.get(target));
  }
});

test("x × x has two edges as long as both boxes are single numbers", () => {
  const tape = new Tape();
  const x = tape.leaf(3, "x");
  const recording = tape.recording(tape.call("mul", [x, x]));
  const view = new View(recording, groupTree(recording, "layered"), new Set());

  assert.deepEqual(view.edges, [
    { source: 0, target: 1, edges: [0] },
    { source: 0, target: 1, edges: [1] },
  ]);
  assert.deepEqual(
    view.ratesBetween(0, 1).map(({ rate }) => rate),
    [3, 3],
  );
});

test("whatever is closed, gradients by what is left in the contracted graph are those of the whole", () => {
  for (const { recording, view } of randomViews(60)) {
    const { graph, nodes, place } = view.contracted;
    const [output] = recording.outputs;
    const [all, few] = [backward(recording.graph, output), backward(graph, place[output])];
    nodes.forEach((node, n) => assert.ok(agree(all[node], few[n])));
  }
});

test("a closed neuron has the sum over all paths through it on its edge", () => {
  const recording = network([2, 3, 2]);
  const tree = groupTree(recording, "layered");
  const view = new View(recording, tree, new Set(tree.root.groups.filter(({ kind }) => kind === "layer")));
  for (const j of [1, 2, 3]) {
    for (const q of [1, 2]) {
      const [from, to] = [labelled(recording, `a2_${j}`), labelled(recording, `a3_${q}`)];
      const [{ source, target, rate }, ...others] = view.ratesBetween(view.boxOf[from], view.boxOf[to]);

      assert.deepEqual([source, target, others], [from, to, []]);
      assert.ok(agree(rate, sumOverPaths(recording.graph, from, to)));
    }
  }
});

test("a box is left by the nodes that others rest on, and by what was computed", () => {
  const recording = network([1, 2, 1]);
  const tree = groupTree(recording, "layered");
  const view = new View(recording, tree, new Set());
  const exits = (name) =>
    view.exitsOf(view.boxes.findIndex(({ group }) => group.name === name)).map((node) => recording.name(node));

  assert.deepEqual(exits("layer 2"), ["a2_1", "a2_2"]);
  assert.deepEqual(exits("cost"), ["C"]);
});

test("closed groups that lead to each other in a circle have no order", () => {
  const tape = new Tape();
  const x = tape.leaf(1, "x");
  const first = tape.call("tanh", [x]);
  const recording = tape.recording(tape.call("tanh", [tape.call("tanh", [first])]));
  const root = new Group("root", "all", "root", 0, null);
  const group = new Group("g", "outer", "layer", 0, root);
  root.items = [x, 2, group];
  group.items = [first, 3];
  const tree = { root, groupOf: [root, group, root, group] };

  assert.equal(new View(recording, tree, new Set()).order, null);
  assert.deepEqual(new View(recording, tree, new Set([group])).order.length, 4);
});

test("a pinned node has a box of its own beside its closed group, where that makes no circle", () => {
  const recording = network([2, 1, 1]);
  const tree = groupTree(recording, "layered");
  const names = (pinned) =>
    new View(recording, tree, new Set(), new Set([pinned])).boxes.map(
      ({ node, group }) => (group ?? { name: recording.label[node] }).name,
    );
  const whole = ["input", "layer 2", "layer 3", "cost"];

  assert.deepEqual(names(labelled(recording, "w2_1,2")), ["input", "w2_1,2", "layer 2", "layer 3", "cost"]);
  assert.deepEqual(names(labelled(recording, "a2_1")), ["input", "a2_1", "layer 2", "layer 3", "cost"]);
  // Of the layer z needs the products, and a needs z.
  assert.deepEqual(names(labelled(recording, "z2_1")), whole);
  for (let node = 0; node < recording.count; node++) {
    assert.notEqual(new View(recording, tree, new Set(), new Set([node])).order, null);
  }
});

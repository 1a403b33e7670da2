import assert from "node:assert/strict";
import { test } from "node:test";

import { groupTree } from "../../microbp/draw/page/graph/groups.js";
import { litByPath } from "../../microbp/draw/page/graph/light.js";
import { Paths } from "../../microbp/draw/page/graph/paths.js";
import { randomNumbers } from "../../microbp/draw/page/base/random.js";
import { labelled, network, randomRecording, someOf, Tape } from "./recordings.js";
import { View } from "../../microbp/draw/page/graph/view.js";

function allIn(group) {
  return group.groups.flatMap((inner) => [inner, ...allIn(inner)]);
}

test("a path lights a way through the boxes from its one end to the other, and nothing beside it", () => {
  for (let seed = 0; seed < 40; seed++) {
    const recording = seed % 2 ? randomRecording(seed, { groups: 4 }) : network([2, 3, 1], seed);
    const tree = groupTree(recording, "layered");
    const view = new View(recording, tree, new Set(someOf(allIn(tree.root), randomNumbers(seed))));
    const { contracted } = view;
    const output = recording.outputs[0];
    for (const source of contracted.nodes.slice(0, 4)) {
      for (const path of new Paths(contracted.graph, contracted.place[source], contracted.place[output]).top(5)) {
        const lit = litByPath(view, contracted, path);
        const passed = path.edges.flatMap((edge) => [contracted.graph.source[edge], contracted.graph.target[edge]]);
        assert.deepEqual(new Set(passed.map((n) => view.boxOf[contracted.nodes[n]])), lit.boxes);
        const boxes = new Set([view.boxOf[source]]);
        for (const place of lit.edges) {
          assert.ok(lit.boxes.has(view.edges[place].source) && lit.boxes.has(view.edges[place].target));
          boxes.add(view.edges[place].target);
        }
        if (path.edges.length) assert.deepEqual(boxes, lit.boxes);
      }
    }
  }
});

test("of two edges between two numbers a path lights the one that it takes", () => {
  const tape = new Tape();
  const x = tape.leaf(3, "x");
  const recording = tape.recording(tape.call("mul", [x, x], "y"));
  const view = new View(recording, groupTree(recording, "layered"), new Set());
  const [one, other] = [...new Paths(view.contracted.graph, 0, 1)].map((path) =>
    litByPath(view, view.contracted, path),
  );

  assert.deepEqual([[...one.edges], [...other.edges]], [[0], [1]]);
});

test("a path between neurons lights the edge that stands for many", () => {
  const recording = network([1, 2, 1]);
  const tree = groupTree(recording, "layered");
  const view = new View(recording, tree, new Set(tree.root.groups.filter(({ kind }) => kind === "layer")));
  const [from, to] = [labelled(recording, "a2_1"), labelled(recording, "a3_1")];
  const { graph, place } = view.contracted;
  const { edges } = litByPath(view, view.contracted, new Paths(graph, place[from], place[to]).top(1)[0]);

  assert.deepEqual(
    [...edges].map((edge) => [view.edges[edge].source, view.edges[edge].target]),
    [[view.boxOf[from], view.boxOf[to]]],
  );
});

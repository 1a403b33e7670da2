import assert from "node:assert/strict";
import { test } from "node:test";

import { contentOf, importantIn, short, titleOf } from "../../microbp/draw/page/explorer/boxes.js";
import { backward } from "../../microbp/draw/page/graph/gradients.js";
import { groupTree } from "../../microbp/draw/page/graph/groups.js";
import { levelsOf } from "../../microbp/draw/page/graph/levels.js";
import { numberText } from "../../microbp/draw/page/base/numbers.js";
import { labelled, network, Tape } from "./recordings.js";
import { Steps } from "../../microbp/draw/page/graph/steps.js";
import { View } from "../../microbp/draw/page/graph/view.js";

function example(level = 0, sizes = [2, 3, 2]) {
  const recording = network(sizes);
  const { tree, open } = levelsOf(recording)[level];
  const view = new View(recording, tree, open);
  const steps = new Steps(view, recording.outputs[0]);
  const content = (box, step) => contentOf(view, box, steps, steps.stateAfter(step));
  return { recording, view, steps, content };
}

test("at the end a box of a number shows its value and its gradient, before the start neither", () => {
  const { recording, view, steps, content } = example(2);
  const gradient = backward(recording.graph, recording.outputs[0]);

  view.boxes.forEach(({ node }, box) => {
    const texts = content(box, steps.last).rows.map(({ text }) => text);
    assert.deepEqual(texts, [
      numberText(recording.value[node]),
      ...(recording.varies[node] ? [`∂ ${numberText(gradient[node])}`] : []),
    ]);
    const before = content(box, 0).rows.map(({ mark }) => mark);
    assert.deepEqual(before, [
      recording.isLeaf(node) ? "final" : "unknown",
      ...(recording.varies[node] ? ["unknown"] : []),
    ]);
  });
});

test("a sum of which more is to come is marked as partial", () => {
  const { recording, view, steps, content } = example(2);
  const a = labelled(recording, "a2_1");
  const marks = steps.steps.map((_, step) => content(view.boxOf[a], step).rows.at(-1));

  const seen = marks.map(({ mark }) => mark).filter((mark, n, all) => mark !== all[n - 1]);
  assert.deepEqual(seen, ["unknown", "partial", "final"]);
  for (const { mark, text } of marks) assert.equal(mark === "partial", text.endsWith(" + …"));
});

test("a closed neuron shows z and a, and the gradients by both", () => {
  const { recording, view, steps, content } = example(1);
  const [z, a] = ["z2_2", "a2_2"].map((label) => labelled(recording, label));
  const gradient = backward(recording.graph, recording.outputs[0]);
  const box = view.boxOf[z];

  assert.deepEqual(importantIn(view, box), { z, a });
  const { title, rows } = content(box, steps.last);
  assert.equal(title, "neuron 2");
  assert.deepEqual(
    rows.map(({ text }) => text),
    [
      `z ${numberText(recording.value[z])}`,
      `a ${numberText(recording.value[a])}`,
      `∂${recording.name(recording.outputs[0])}/∂a ${numberText(gradient[a])}`,
      `δ ${numberText(gradient[z])}`,
    ],
  );
});

test("a closed layer shows how many neurons it has, and from where to where their numbers go", () => {
  const { recording, view, steps, content } = example(0);
  const values = [1, 2, 3].map((j) => recording.value[labelled(recording, `a2_${j}`)]);
  const { title, rows } = content(view.boxOf[labelled(recording, "a2_1")], steps.last);

  assert.equal(title, "layer 2");
  assert.deepEqual(
    rows.slice(0, 2).map(({ text }) => text),
    ["3 neurons", `${numberText(Math.min(...values))} … ${numberText(Math.max(...values))}`],
  );
  assert.match(rows[2].text, /^∂ \S+ … \S+$/);
});

test("a name is one line of at most 22 letters, however they are composed", () => {
  assert.equal(short("x".repeat(22)), "x".repeat(22));
  assert.equal(short("x".repeat(10_000)), `${"x".repeat(21)}…`);
  assert.equal(short("😀".repeat(30)), `${"😀".repeat(21)}…`);
});

test("a box without a name says what it is", () => {
  const tape = new Tape();
  const [x, c] = [tape.leaf(1), tape.leaf(2, null, { varies: 0 })];
  const recording = tape.recording(tape.call("mul", [x, c], "y"));

  assert.deepEqual(
    [x, c, 2].map((node) => titleOf(recording, node)),
    ["Value", "number", "y ×"],
  );
});

test("nan among many numbers doesn't hide", () => {
  const tape = new Tape();
  const group = tape.group("all", "layer");
  const leaves = [1, NaN, 3].map((x) => tape.leaf(x, null, { group }));
  const sum = tape.call("add", [tape.call("add", leaves.slice(0, 2)), leaves[2]]);
  const recording = tape.recording(sum);
  const view = new View(recording, groupTree(recording, "layered"), new Set());
  const steps = new Steps(view, sum);
  const texts = contentOf(view, view.boxOf[leaves[0]], steps, steps.stateAfter(steps.last)).rows.map(
    ({ text }) => text,
  );

  assert.ok(
    texts.some((text) => text.includes("nan")),
    texts.join(" | "),
  );
});

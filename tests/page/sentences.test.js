import assert from "node:assert/strict";
import { test } from "node:test";

import { backward } from "../../microbp/draw/page/graph/gradients.js";
import { groupTree } from "../../microbp/draw/page/graph/groups.js";
import { levelsOf } from "../../microbp/draw/page/graph/levels.js";
import { agree, network, Tape } from "./recordings.js";
import { contributionsOf, sentenceOf } from "../../microbp/draw/page/graph/sentences.js";
import { Steps } from "../../microbp/draw/page/graph/steps.js";
import { View } from "../../microbp/draw/page/graph/view.js";

function stepsOf(recording, open = new Set()) {
  return new Steps(new View(recording, groupTree(recording, "layered"), open), recording.outputs[0]);
}

test("each step has a sentence with the numbers of that step", () => {
  const tape = new Tape();
  const [x, w] = [tape.leaf(2, "x"), tape.leaf(-0.5, "w")];
  const steps = stepsOf(tape.recording(tape.call("tanh", [tape.call("mul", [w, x])], "C")));

  assert.deepEqual(
    steps.steps.map((_, step) => sentenceOf(steps, step)),
    [
      "Start: what is given has its numbers. Go on, and the rest is computed from them, one operation after another.",
      "Forward, ×: w·x = −0.5·2 = −1",
      "Forward: C = tanh([w·x]) = tanh(−1) = −0.762",
      "All is computed. The backward sweep begins at C: ∂C/∂C = 1.",
      "Backward from tanh C, ∂ = 1: ∂[w·x] += 0.420 × 1 = 0.420",
      "Backward from ×, ∂ = 0.420: ∂w += 2 × 0.420 = 0.840; ∂x += −0.5 × 0.420 = −0.210",
      "Both sweeps are done: each box has its value, and ∂, the gradient of C with respect to it. "
        + "Play goes through them step by step.",
    ],
  );
});

test("a closed layer tells what goes through it", () => {
  const recording = network([1, 1, 1]);
  const steps = stepsOf(recording);
  const sentences = steps.steps.map((_, step) => sentenceOf(steps, step));

  assert.match(sentences[1], /^Forward through layer 2: a2_1 = −?0\.\d+$/);
  assert.match(sentences.at(-4), /^Backward through cost: ∂a3_1 \+= −?[\d.]+ × 1 = −?[\d.]+$/);
  assert.match(sentences.at(-3), /^Backward through layer 3: ∂a2_1 \+= /);
  assert.equal(sentences.at(-2), "Backward through layer 2: the gradients by all in it are final");
});

test("of many numbers a sentence tells four, and how many more there are", () => {
  const steps = stepsOf(network([1, 9, 1]));

  assert.match(sentenceOf(steps, 1), /^Forward through layer 2: (a2_\d = \S+, ){3}a2_4 = \S+ and 5 more$/);
});

test("what the backward steps add to a number from outside of its box makes its gradient", () => {
  const recording = network([2, 3, 2]);
  for (const { tree, open } of levelsOf(recording)) {
    const view = new View(recording, tree, open);
    const steps = new Steps(view, recording.outputs[0]);
    const gradient = backward(recording.graph, recording.outputs[0]);
    const sums = new Map();
    for (const { phase, box } of steps.steps) {
      if (phase !== "backward") continue;
      for (const { source, rate, target } of contributionsOf(steps, box))
        sums.set(source, (sums.get(source) ?? 0) + rate * gradient[target]);
    }
    assert.ok(sums.size > 4);
    for (const [node, sum] of sums) assert.ok(agree(sum, gradient[node]));
  }
});

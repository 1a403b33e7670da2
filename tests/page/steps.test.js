import assert from "node:assert/strict";
import { test } from "node:test";

import { backward } from "../../microbp/draw/page/graph/gradients.js";
import { groupTree } from "../../microbp/draw/page/graph/groups.js";
import { randomNumbers } from "../../microbp/draw/page/base/random.js";
import { agree, network, randomRecording, someOf, Tape } from "./recordings.js";
import { Steps } from "../../microbp/draw/page/graph/steps.js";
import { View } from "../../microbp/draw/page/graph/view.js";

function allIn(group) {
  return group.groups.flatMap((inner) => [inner, ...allIn(inner)]);
}

function* randomSteps(count) {
  for (let seed = 0; seed < count; seed++) {
    const recording = seed % 3 ? randomRecording(seed, { groups: seed % 2 ? 4 : 0 }) : network([2, 2, 1], seed);
    const tree = groupTree(recording, "layered");
    const view = new View(recording, tree, new Set(someOf(allIn(tree.root), randomNumbers(seed))));
    yield { recording, view, steps: new Steps(view, recording.outputs[0]) };
  }
}

test("after the last step all is computed, and cotangents are those of the backward sweep", () => {
  for (const { recording, steps } of randomSteps(60)) {
    const { cotangent, awaited, isComputed } = steps.stateAfter(steps.last);

    backward(recording.graph, steps.output).forEach((x, node) => assert.ok(agree(x, cotangent[node])));
    assert.ok(awaited.every((count) => count === 0));
    assert.ok(isComputed.every((yes) => yes === 1));
  }
});

test("meanwhile a cotangent is the sum over the edges that it need no more wait for", () => {
  for (const { recording, view, steps } of randomSteps(30)) {
    const { graph } = recording;
    const done = new Set();
    const final = backward(graph, steps.output);
    let before = null;
    steps.steps.forEach(({ phase, box }, step) => {
      if (phase === "backward") for (const node of view.boxes[box].members) if (steps.leads[node]) done.add(node);
      const state = steps.stateAfter(step);
      for (let node = 0; node < graph.count; node++) {
        const edges = [...graph.out(node)].filter((edge) => steps.leads[graph.target[edge]]);
        const left = edges.filter((edge) => !done.has(graph.target[edge]));
        const seed = node === steps.output && step >= steps.seedStep ? 1 : 0;
        const sum = edges.reduce(
          (total, edge) => total + (left.includes(edge) ? 0 : graph.rate[edge] * final[graph.target[edge]]),
          seed,
        );
        assert.equal(state.awaited[node], left.length);
        assert.ok(agree(state.cotangent[node], sum));
        assert.equal(state.isReached[node], Number(seed === 1 || left.length < edges.length));
        assert.ok(before === null || state.awaited[node] <= before.awaited[node]);
      }
      before = state;
    });
  }
});

test("every gradient becomes final once", () => {
  for (const { recording, steps } of randomSteps(40)) {
    const final = steps.steps.flatMap((_, step) => steps.finalAt(step));
    const leading = [...Array(recording.count).keys()].filter((node) => steps.leads[node]);
    const { isReached } = steps.stateAfter(steps.last);

    assert.deepEqual(
      final.sort((one, other) => one - other),
      leading.filter((node) => isReached[node]),
    );
  }
});

test("forward, a box comes after all that it rests on, and before it nothing of it is known", () => {
  for (const { recording, view, steps } of randomSteps(40)) {
    steps.steps.forEach(({ phase, box }, step) => {
      if (phase !== "forward") return;
      const before = steps.stateAfter(step - 1);
      for (const node of view.boxes[box].members) {
        if (!recording.isLeaf(node)) assert.equal(before.isComputed[node], 0);
        for (const edge of recording.all.into(node)) {
          const source = recording.all.source[edge];
          assert.ok(view.boxOf[source] === box || before.isComputed[source] === 1);
        }
      }
    });
  }
});

test("a leaf that is the output has a gradient of 1, and no sweep", () => {
  const tape = new Tape();
  const recording = tape.recording(tape.leaf(2, "x"));
  const steps = new Steps(new View(recording, groupTree(recording, "layered"), new Set()), 0);

  assert.deepEqual(
    steps.steps.map(({ phase }) => phase),
    ["start", "seed", "end"],
  );
  assert.deepEqual([...steps.stateAfter(2).cotangent], [1]);
  assert.deepEqual([...steps.stateAfter(0).isReached], [0]);
});

test("of two outputs that rest on each other, each can be what gradients are of", () => {
  const tape = new Tape();
  const y = tape.call("tanh", [tape.leaf(0.5, "x")], "y");
  const z = tape.call("mul", [y, y], "z");
  const recording = tape.recording(y, z);
  const view = new View(recording, groupTree(recording, "layered"), new Set());
  const gradients = (output) => {
    const steps = new Steps(view, output);
    const state = steps.stateAfter(steps.last);
    assert.ok(state.isComputed.every((yes) => yes === 1));
    return [...state.cotangent];
  };
  const slope = 1 - Math.tanh(0.5) ** 2;

  assert.deepEqual(gradients(y), [slope, 1, 0]);
  assert.deepEqual(gradients(z), [2 * Math.tanh(0.5) * slope, 2 * Math.tanh(0.5), 1]);
});

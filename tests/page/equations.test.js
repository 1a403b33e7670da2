import assert from "node:assert/strict";
import { test } from "node:test";

import { Network } from "../../microbp/draw/page/graph/equations.js";
import { backward } from "../../microbp/draw/page/graph/gradients.js";
import { agree, labelled, network, networkTape, Tape } from "./recordings.js";

test("what BP1–BP4 give is the gradient of the backward sweep", () => {
  for (const sizes of [
    [2, 3, 2],
    [1, 1],
    [3, 2, 4, 1],
  ]) {
    const recording = network(sizes);
    const net = new Network(recording);
    const gradient = backward(recording.graph, recording.outputs[0]);
    const told = {};
    for (let node = 0; node < recording.count; node++) {
      const found = net.atNode(node, gradient);
      const letter = recording.role.letter[node];
      assert.equal(found !== null, ["w", "b", "z"].includes(letter));
      if (found === null) continue;
      told[found.equation] = (told[found.equation] ?? 0) + 1;
      assert.ok(agree(found.total, gradient[node]));
      const sum = found.factors.reduce(
        (total, term) => total + term.reduce((product, { value }) => product * value, 1),
        0,
      );
      assert.ok(agree(sum, gradient[node]));
    }
    const neurons = sizes.slice(1).reduce((sum, n) => sum + n, 0);
    const weights = sizes.slice(1).reduce((sum, n, layer) => sum + n * sizes[layer], 0);
    const expected = { BP1: sizes.at(-1), BP2: neurons - sizes.at(-1), BP3: neurons, BP4: weights };
    assert.deepEqual(told, Object.fromEntries(Object.entries(expected).filter(([, count]) => count)));
  }
});

test("an equation has the book's letters, term by term", () => {
  const recording = network([2, 2, 2]);
  const net = new Network(recording);
  const gradient = backward(recording.graph, recording.outputs[0]);
  const told = (label) => {
    const { equation, left, factors } = net.atNode(labelled(recording, label), gradient);
    return `${equation}: ${left} = ${factors.map((term) => term.map(({ name }) => name).join(" ")).join(" + ")}`;
  };

  assert.equal(told("z3_2"), "BP1: δ3_2 = ∂C/∂a3_2 σ′(z3_2)");
  assert.equal(told("z2_1"), "BP2: δ2_1 = w3_1,1 δ3_1 σ′(z2_1) + w3_2,1 δ3_2 σ′(z2_1)");
  assert.equal(told("b2_1"), "BP3: ∂C/∂b2_1 = δ2_1");
  assert.equal(told("w3_2,1"), "BP4: ∂C/∂w3_2,1 = a2_1 δ3_2");
});

test("where labels tell of another network than was computed, nothing is said rather than something wrong", () => {
  const skipping = networkTape([1, 1, 1, 1]);
  const at = (label) => skipping.nodes.label.indexOf(label);
  // The activation of layer 2 also reaches the cost past the layers after it.
  const skipped = skipping.recording(skipping.call("add", [skipping.output, at("a2_1")]));

  const doubled = networkTape([1, 1, 1]);
  doubled.nodes.label[doubled.nodes.label.indexOf("b2_1")] = "w2_1,1";
  Object.assign(doubled.nodes, {
    letter: doubled.nodes.letter.map((letter, n) => (doubled.nodes.label[n] === "w2_1,1" ? "w" : letter)),
  });

  for (const recording of [skipped, doubled.recording(doubled.output)]) {
    const net = new Network(recording);
    const gradient = backward(recording.graph, recording.outputs[0]);
    const found = [...Array(recording.count).keys()].map((node) => net.atNode(node, gradient));
    found.forEach((one, node) => assert.ok(one === null || agree(one.total, gradient[node], 1e-6)));
    assert.ok(found.some((one, node) => one === null && "wzb".includes(recording.role.letter[node] || "?")));
  }
});

test("without labels in the book's indices there is no network", () => {
  const tape = new Tape();
  const net = new Network(tape.recording(tape.call("tanh", [tape.leaf(1, "x")])));

  assert.equal(net.last, 0);
  assert.equal(net.atNode(0, new Float64Array(2)), null);
});

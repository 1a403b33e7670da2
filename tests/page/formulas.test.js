import assert from "node:assert/strict";
import { test } from "node:test";

import { computationOf, putIn, rateOf } from "../../microbp/draw/page/graph/formulas.js";
import { Tape } from "./recordings.js";

test("names are put in all at once, so that none is taken for one that was put in before", () => {
  assert.equal(putIn("u·v + u", { u: "v", v: "u" }), "v·u + v");
  assert.equal(putIn("1 − y²", { y: "(−0.5)" }), "1 − (−0.5)²");
  assert.equal(putIn("u1 + u12 + exp(u)", { u1: "a", u: "b" }), "a + u12 + exp(b)");
  assert.equal(putIn("constructor(u) + $&", { u: "$&" }), "constructor($&) + $&");
});

function example() {
  const tape = new Tape();
  const [x, w] = [tape.leaf(2, "x"), tape.leaf(-0.5, "w2_1,3")];
  const product = tape.call("mul", [x, w]);
  const sum = tape.call("add", [product, tape.leaf(-3)]);
  const y = tape.call("tanh", [sum], "y");
  return { recording: tape.recording(y), product, sum, y };
}

test("a computation stands there with names and with numbers", () => {
  const { recording, product, sum, y } = example();

  assert.deepEqual(computationOf(recording, product), { names: "x·w2_1,3", numbers: "2·(−0.5)" });
  assert.deepEqual(computationOf(recording, sum), { names: "[x·w2_1,3] + (−3)", numbers: "−1 + (−3)" });
  assert.deepEqual(computationOf(recording, y), { names: "tanh([+])", numbers: "tanh(−4)" });
});

test("a rate factor is the partial derivative of the table, with numbers put in", () => {
  const { recording, product, y } = example();
  const [toX, toW] = recording.all.into(product);
  const [toY] = recording.all.into(y);

  assert.deepEqual(rateOf(recording, toX), { symbol: "∂y/∂u = v", numbers: "−0.5" });
  assert.deepEqual(rateOf(recording, toW), { symbol: "∂y/∂v = u", numbers: "2" });
  assert.deepEqual(rateOf(recording, toY), { symbol: "∂y/∂u = 1 − y²", numbers: "1 − (−0.999)²" });
});

test("where a formula is not known, or too long, there is none", () => {
  const { recording, product, y } = example();
  Object.assign(recording.functionOf(y), { expression: null, partials: [null] });
  Object.assign(recording.functionOf(product), { partials: [] });

  assert.deepEqual(computationOf(recording, y), { names: null, numbers: null });
  for (const node of [product, y])
    for (const edge of recording.all.into(node)) assert.equal(rateOf(recording, edge), null);
});

test("a plain number that is written into its operation is put in as it is", () => {
  const { recording, y } = example();
  recording.functionOf(y).plain = { slot: 1, value: -2 };
  Object.assign(recording.functionOf(y), {
    expression: "u^v",
    arguments: ["u", "v"],
    partials: ["v·u^(v − 1)", "log(u)·y"],
  });
  const [edge] = recording.all.into(y);

  assert.deepEqual(computationOf(recording, y), { names: "[+]^(−2)", numbers: "(−4)^(−2)" });
  assert.equal(rateOf(recording, edge).numbers, "−2·(−4)^((−2) − 1)");
});

test("of a linear function the formula says what is done to a cotangent", () => {
  const { recording, product } = example();
  Object.assign(recording.functionOf(product), { entrywise: false, partials: ["g @ bᵀ", "aᵀ @ g"] });
  const [edge] = recording.all.into(product);

  assert.deepEqual(rateOf(recording, edge), { symbol: "a cotangent g is pulled back as g @ bᵀ", numbers: null });
  assert.deepEqual(computationOf(recording, product), { names: null, numbers: null });
});

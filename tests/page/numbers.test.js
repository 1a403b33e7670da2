import assert from "node:assert/strict";
import { test } from "node:test";

import { clamped, countOf, countText, numberText, operandText, signOf } from "../../microbp/draw/page/base/numbers.js";
import { randomNumbers } from "../../microbp/draw/page/base/random.js";

test("a number has three figures, a true minus, no sign on a zero, and zeros at its end where it was rounded", () => {
  const texts = {
    "-0.020634": "−0.0206",
    2: "2",
    0.5: "0.5",
    123.456: "123",
    1234.5: "1235",
    99999: "99999",
    999999: "1.00·10⁶",
    9.999: "10.0",
    0.99999: "1.00",
    1.0019: "1.00",
    0.3: "0.3",
    1000: "1000",
  };
  for (const [x, text] of Object.entries(texts)) assert.equal(numberText(Number(x)), text);
  assert.equal(numberText(-0), "0");
});

test("what is very small or very large is a power of ten", () => {
  assert.equal(numberText(1.28e-8), "1.28·10⁻⁸");
  assert.equal(numberText(-5e-324), "−4.94·10⁻³²⁴");
  assert.equal(numberText(1e6), "1·10⁶");
  assert.equal(numberText(-1.7976931348623157e308), "−1.80·10³⁰⁸");
  assert.equal(numberText(0.0001), "0.0001");
  assert.equal(numberText(0.00001), "1·10⁻⁵");
});

test("what is no number is said so", () => {
  assert.deepEqual(
    [NaN, Infinity, -Infinity].map((x) => numberText(x)),
    ["nan", "∞", "−∞"],
  );
});

test("whatever the number, its text is as near as its figures permit", () => {
  const random = randomNumbers(3);
  const digits = { "⁻": "-", "⁰": 0, "¹": 1, "²": 2, "³": 3, "⁴": 4, "⁵": 5, "⁶": 6, "⁷": 7, "⁸": 8, "⁹": 9 };
  const read = (text) => {
    const [mantissa, power = ""] = text.replaceAll("−", "-").split("·10");
    return Number(`${mantissa}e${[...power].map((digit) => digits[digit]).join("") || 0}`);
  };
  for (let n = 0; n < 2000; n++) {
    const x = (random() - 0.5) * 10 ** Math.floor(40 * random() - 20);
    for (const figures of [3, 7])
      assert.ok(Math.abs(read(numberText(x, figures)) - x) <= 0.5001 * 10 ** (1 - figures) * Math.abs(x), `${x}`);
  }
});

test("behind an operator a negative number stands in parentheses", () => {
  assert.deepEqual(
    [-2, 2, -0, -Infinity].map((x) => operandText(x)),
    ["(−2)", "2", "0", "(−∞)"],
  );
});

test("counts are in groups of three digits, and one too long to read is a power of ten", () => {
  assert.deepEqual([0, 7, 1234, 1234567].map(countText), ["0", "7", "1,234", "1,234,567"]);
  assert.equal(countText(147573952589676412928n), "147,573,952,589,676,412,928");
  assert.equal(countText(10n ** 70n), "about 10^70");
});

test("a sign is a word", () => {
  assert.deepEqual([1, -1, 0, -0, NaN, -Infinity].map(signOf), [
    "positive",
    "negative",
    "zero",
    "zero",
    "unknown",
    "negative",
  ]);
});

test("a count of things is one thing, or many in groups of three digits", () => {
  assert.deepEqual([0, 1, 12345].map((n) => countOf(n, "epoch")), ["0 epochs", "1 epoch", "12,345 epochs"]);
});

test("a number is clamped to the nearest of a range", () => {
  assert.deepEqual([-2, 0.5, 7].map((x) => clamped(x, 0, 1)), [0, 0.5, 1]);
});

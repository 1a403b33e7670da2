/** Numbers as text. */

const SUPERSCRIPTS = { "-": "⁻", 0: "⁰", 1: "¹", 2: "²", 3: "³", 4: "⁴", 5: "⁵", 6: "⁶", 7: "⁷", 8: "⁸", 9: "⁹" };

/**
 * A number in so many significant figures, with a true minus and no sign on a zero: −0.0206, 1.30·10⁻⁸.
 *
 * What is rounded keeps its zeros: 1.00 for 1.0019, but 1 for 1.
 *
 * @param {number} x
 * @param {number} figures
 */
export function numberText(x, figures = 3) {
  if (Number.isNaN(x)) return "nan";
  if (!Number.isFinite(x)) return x > 0 ? "∞" : "−∞";
  if (x === 0) return "0";
  const [mantissa, exponent] = x.toExponential(figures - 1).split("e");
  const power = Number(exponent);
  if (power < -4 || power >= Math.max(figures, 6)) {
    const short = withoutZeros(mantissa);
    const shown = Number(`${short}e${exponent}`) === x ? short : mantissa;
    return withMinus(`${shown}·10${[...String(power)].map((digit) => SUPERSCRIPTS[digit]).join("")}`);
  }
  const text = x.toFixed(Math.max(figures - 1 - power, 0));
  const short = withoutZeros(text);
  return withMinus(Number(short) === x ? short : text);
}

/** A number as it stands behind an operator: a negative one in parentheses. */
export function operandText(x, figures = 3) {
  const text = numberText(x, figures);
  return text.startsWith("−") ? `(${text})` : text;
}

/** A count in groups of three digits; one too long to read as a power of ten. */
export function countText(count) {
  const digits = String(count);
  return digits.length > 30 ? `about 10^${digits.length - 1}` : digits.replace(/\B(?=(\d{3})+$)/g, ",");
}

/** A count of things, in English: 1 epoch, 2,000 epochs. */
export function countOf(count, what) {
  return `${countText(count)} ${what}${count === 1 ? "" : "s"}`;
}

/** The least and the greatest of many numbers; not-a-number where one of them is none. */
export function rangeOf(numbers) {
  return numbers.reduce(([low, high], x) => [Math.min(low, x), Math.max(high, x)], [Infinity, -Infinity]);
}

/** From the least to the greatest of many numbers; one number where they read the same. */
export function rangeText(low, high) {
  const [from, to] = [numberText(low), numberText(high)];
  return from === to ? from : `${from} … ${to}`;
}

/** The number between low and high that is nearest to x. */
export function clamped(x, low, high) {
  return Math.min(Math.max(x, low), high);
}

/** The sign of a rate factor as a word that styles and screen readers can use. */
export function signOf(x) {
  if (Number.isNaN(x)) return "unknown";
  return x > 0 ? "positive" : x < 0 ? "negative" : "zero";
}

function withoutZeros(text) {
  return text.includes(".") ? text.replace(/\.?0+$/, "") : text;
}

/** A text that JavaScript made of a number, with a true minus. */
export function withMinus(text) {
  return text.replace(/^-/, "−");
}

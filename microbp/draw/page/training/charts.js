/** What a chart is computed from: scales, ticks, the paths of lines and bands. Nothing here touches the page. */

import { withMinus } from "../base/numbers.js";

/**
 * The straight map of one range to another: f(x) = r₀ + (x − d₀)(r₁ − r₀)/(d₁ − d₀).
 *
 * @param {[number, number]} domain
 * @param {[number, number]} range
 */
export function linearScale([from, to], [start, end]) {
  const slope = to === from ? 0 : (end - start) / (to - from);
  return (x) => start + (x - from) * slope;
}

/**
 * About so many round numbers at even distances, 1, 2 or 5 times a power of ten, that lie in a range.
 *
 * @param {number} low
 * @param {number} high
 * @param {number} count how many are wanted
 * @param {number} least the smallest distance, 1 where only whole numbers make sense
 */
export function niceTicks(low, high, count = 5, least = 0) {
  const step = stepOf(low, high, count, least);
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, n) => (first + n) * step);
}

/** The smallest range from tick to tick that a range lies in. */
export function niceRange(low, high, count = 5) {
  const step = stepOf(low, high, count, 0);
  return [Math.floor(low / step + 1e-9) * step, Math.ceil(high / step - 1e-9) * step];
}

function stepOf(low, high, count, least) {
  const rough = Math.max((high - low) / count, least, Number.MIN_VALUE * 1e10);
  const power = 10 ** Math.floor(Math.log10(rough));
  const factor = [1, 2, 5, 10].find((n) => n * power >= rough * (1 - 1e-9));
  return factor * power;
}

/** The numbers at ticks as texts, all with as many decimals as tell them apart. */
export function tickTexts(ticks) {
  const step = ticks.length > 1 ? ticks[1] - ticks[0] : Math.abs(ticks[0]) || 1;
  const largest = Math.max(...ticks.map(Math.abs));
  if (largest >= 1e6 || step < 1e-5) return ticks.map((x) => withMinus(String(Number(x.toPrecision(4)))));
  const decimals = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  return ticks.map((x) => withMinus((Math.abs(x) < step / 1e3 ? 0 : x).toFixed(decimals)));
}

/**
 * The path of a line through points, as SVG has it; it is broken where a number is missing or infinite.
 *
 * @param {number[]} xs
 * @param {(number | null)[]} ys
 */
export function linePath(xs, ys) {
  let pen = "M";
  return xs
    .map((x, n) => {
      if (ys[n] === null || !Number.isFinite(ys[n])) {
        pen = "M";
        return "";
      }
      const piece = `${pen}${rounded(x)},${rounded(ys[n])}`;
      pen = "L";
      return piece;
    })
    .join("");
}

/** The path around a band between two lines. */
export function bandPath(xs, lows, highs) {
  const there = xs.map((x, n) => `${rounded(x)},${rounded(highs[n])}`);
  const back = xs.map((x, n) => `${rounded(x)},${rounded(lows[n])}`).reverse();
  return `M${[...there, ...back].join("L")}Z`;
}

/** The place of what is nearest to x in ascending numbers. */
export function nearest(numbers, x) {
  let best = 0;
  for (let n = 1; n < numbers.length; n++) {
    if (Math.abs(numbers[n] - x) < Math.abs(numbers[best] - x)) best = n;
  }
  return best;
}

function rounded(x) {
  return Math.round(x * 100) / 100;
}

/** An edge of the picture: a line along its route, as wide as its rate factor is large, with an arrow and a label. */

import { curve } from "../layout/curves.js";
import { svg } from "../base/elements.js";
import { clamped, rangeOf, rangeText, signOf } from "../base/numbers.js";

/** How long an arrow is, px. */
const ARROW = 7;

/** The height of a label, and the width of a letter in it, px. */
const LABEL = { height: 13, letter: 6.7 };

/** Put a label where it was found to have room. */
export function putLabel(label, { x, y }) {
  label.setAttribute("transform", `translate(${x}, ${y})`);
}

/** The room that a rate factor takes on its edge. */
export function labelSize({ text }) {
  return { width: text.length * LABEL.letter, height: LABEL.height };
}

/** A line along a route, with its arrow and its label, which has no place yet. */
export function edgeElement(points, rate) {
  const end = points.at(-1);
  const line = curve([...points.slice(0, -1), { x: end.x - ARROW, y: end.y }]);
  const { width, height } = labelSize(rate);
  const ground = svg("rect", { x: -width / 2, y: -height / 2, width, height, rx: 3 });
  const label = svg("g", { class: "rate" }, rate.text ? ground : null, svg("text", { y: 4 }, rate.text));
  const group = svg(
    "g", { class: `edge ${rate.sign}` },
    svg("path", { class: "reach", d: line }),
    svg("path", { class: "line", d: line, "stroke-width": rate.width }),
    svg("path", { class: "arrow", d: `M${end.x} ${end.y}l${-ARROW} ${-ARROW / 2}v${ARROW}z` }),
    label,
  );
  return { group, label };
}

/** Rate factors in a few letters, with their sign and the width of the line. */
export function rateLooks(rates) {
  if (rates.length === 0) return { text: "", sign: "constant", width: 1 };
  const [low, high] = rangeOf(rates);
  const text = `×${rangeText(low, high)}`;
  const isOfOneSign = low >= 0 || high <= 0;
  const largest = Math.abs(low) > Math.abs(high) ? low : high;
  const sign = rates.some(Number.isNaN) ? "unknown" : isOfOneSign ? signOf(largest) : "mixed";
  const size = rates.reduce((sum, rate) => sum + Math.abs(rate), 0) / rates.length;
  return { text, sign, width: lineWidth(size) };
}

/** The rate factors of an edge in a few letters, with their sign and the width of the line. */
export function rateText(view, edge) {
  const { source, target, edges } = view.edges[edge];
  const { all } = view.recording;
  if (edges.length === 1 && view.boxes[source].node !== null && view.boxes[target].node !== null) {
    return rateLooks([all.rate[edges[0]]].filter(() => view.recording.varies[all.source[edges[0]]]));
  }
  return rateLooks(view.ratesBetween(source, target).map(({ rate }) => rate));
}

/** Width of a line by |rate factor|: 1.8 px at 1, 0.8 more for every tenfold, from 0.8 to 4. */
function lineWidth(size) {
  if (!Number.isFinite(size)) return 4;
  return size === 0 ? 0.8 : clamped(1.8 + 0.8 * Math.log10(size), 0.8, 4);
}

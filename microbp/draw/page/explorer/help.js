/** How to read the picture, and what keys do. */

import { html, svg } from "../base/elements.js";

const KEYS = [
  [". or ,", "a step on, a step back"],
  ["[ or ]", "to the start, to the end"],
  ["p", "play, pause"],
  ["Tab", "into the picture; there →, ← walk from box to edge to box, ↑, ↓ to what is beside"],
  ["Enter", "select, or in the game take out"],
  ["+ or −", "open a group, close the one around"],
  ["Esc", "select nothing"],
];

/** A section that opens on request. */
export function helpSection() {
  const line = (sign, text) => html("li", {}, sample(sign), text);
  const keys = KEYS.flatMap(([key, says]) => [html("dt", {}, key), html("dd", {}, says)]);
  return html(
    "details", { class: "help" },
    html("summary", {}, "How to read this, and keys"),
    html("p", {}, "A box is a number: its name and operation, its value, and ∂, the gradient of the output by it. ",
      "“+ …” marks a gradient that is still being added up."),
    html("p", {}, "An edge carries its rate factor, ∂(right)/∂(left): how fast the one changes with the other. ",
      "Thicker is larger."),
    html(
      "ul", {},
      line("positive", "positive"),
      line("negative", "negative"),
      line("mixed", "of both signs"),
      line("constant", "by a constant"),
    ),
    html("p", {}, "∂C/∂w is the sum, over all paths from w to C, of the products of the rate factors along each."),
    html("dl", {}, ...keys),
  );
}

function sample(sign) {
  return svg(
    "svg", { class: "sample", width: 44, height: 12, "aria-hidden": true },
    svg("g", { class: `edge ${sign}` }, svg("path", { class: "line", d: "M2 6H42", "stroke-width": 2 })),
  );
}

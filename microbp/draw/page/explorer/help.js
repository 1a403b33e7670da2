/** How to read the picture, and what keys do. */

import { html, svg } from "../base/elements.js";

const BOOK = "http://neuralnetworksanddeeplearning.com/chap2.html";

const KEYS = [
  ["→ ←", "a step on, a step back; also . and ,"],
  ["[ ]", "to the start, to the end"],
  ["space", "play, pause; also p"],
  ["Tab", "into the picture; there → ← walk from box to edge to box, ↑ ↓ to what is beside"],
  ["→ ←", "in the game: from box to box"],
  ["Enter", "select, or in the game take out"],
  ["+ or −", "open a group, close the one around"],
  ["Esc", "select nothing"],
];

/** A section that opens on request; of a network it tells what the names mean. */
export function helpSection(hasNetwork) {
  const line = (sign, text) => html("li", {}, sample(sign), text);
  const keys = KEYS.flatMap(([key, says]) => [html("dt", {}, key), html("dd", {}, says)]);
  return html(
    "details", { class: "help" },
    html("summary", {}, "How to read this, and keys"),
    html("p", {}, "A box is a number: its name and operation, its value, and ∂, the gradient of the output with ",
      "respect to it. “+ …” marks a gradient that is still being added up, “·” what is not known yet."),
    hasNetwork ? networkNames() : null,
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

function networkNames() {
  return html(
    "p", {},
    "w3_1,2 is the weight from neuron 2 of layer 2 to neuron 1 of layer 3; b3_1 the bias of that neuron, ",
    "z3_1 = Σ w·a + b its weighted input, a3_1 = σ(z3_1) its activation, and δ3_1 = ∂C/∂z3_1 its error. ",
    "Layers are counted from the input, which is layer 1, as in ",
    html("a", { href: BOOK, target: "_blank", rel: "noopener" }, "Nielsen’s chapter 2"),
    ", from where BP1 to BP4 and eq. 53 are too.",
  );
}

function sample(sign) {
  return svg(
    "svg", { class: "sample", width: 44, height: 12, "aria-hidden": true },
    svg("g", { class: `edge ${sign}` }, svg("path", { class: "line", d: "M2 6H42", "stroke-width": 2 })),
  );
}

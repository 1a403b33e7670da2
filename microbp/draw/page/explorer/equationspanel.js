/** The panel of BP1–BP4: each is lit when what it defines becomes final, or is selected, with the numbers put in. */

import { html, math, refill } from "../base/elements.js";
import { Network } from "../graph/equations.js";
import { backward } from "../graph/gradients.js";
import { numberText, operandText } from "../base/numbers.js";

/** Quantities of one equation, and terms of one sum, that are written out. */
const [SHOWN, TERMS] = [3, 4];

const SAYS = {
  BP1: "the error of the output layer",
  BP2: "the error, from that of the next layer",
  BP3: "the gradient by a bias",
  BP4: "the gradient by a weight",
};

/** Where the cost is computed of zᴸ, and aᴸ and σ′ with it. */
const FUSED = "the error of the output layer; this cost is computed from z, σ in it";

/** The panel of the equations; hidden where nothing is labelled in the book's indices. */
export class EquationsPanel {
  /** @param {Explorer} explorer the recording, the steps and the selection */
  constructor(explorer) {
    this.explorer = explorer;
    this.network = new Network(explorer.recording);
    this.items = Object.fromEntries(Object.keys(SAYS).map((name) => [name, this.item(name)]));
    const list = html("ol", { class: "equations" }, ...Object.values(this.items).map(({ element }) => element));
    this.element = html("section", { "aria-label": "equations" }, html("h2", {}, "Equations"), list);
    this.element.hidden = this.network.last === 0;
  }

  showStep() {
    this.show();
  }

  showSelection() {
    this.show();
  }

  /** Light what the selection is defined by, or else what has just become final. */
  show() {
    if (this.network.last === 0) return;
    const { explorer, network } = this;
    const cotangent = this.cotangents();
    const selected = explorer.selection?.node;
    const isKnown = selected !== undefined && network.equationOf(selected) !== null && this.isFinal(selected);
    const nodes = isKnown ? [selected] : this.insideOf(explorer.selection) ?? explorer.steps.finalAt(explorer.step);
    for (const name of Object.keys(SAYS)) {
      const own = nodes.filter((node) => network.equationOf(node) === name && this.isFinal(node));
      const found = own.slice(0, SHOWN).map((node) => network.atNode(node, cotangent)).filter(Boolean);
      this.light(this.items[name], found, own.length - found.length);
    }
  }

  cotangents() {
    const { recording, output } = this.explorer;
    if (this.output !== output) Object.assign(this, { output, found: backward(recording.graph, output) });
    return this.found;
  }

  isFinal(node) {
    const { isReached, awaited } = this.explorer.state;
    return isReached[node] === 1 && awaited[node] === 0;
  }

  insideOf(selection) {
    return selection?.group?.kind === "neuron" ? selection.group.members : null;
  }

  light({ element, numbers }, found, more) {
    element.classList.toggle("lit", found.length > 0);
    element.setAttribute("aria-current", found.length > 0);
    const lines = found.map((line) => html("li", {}, lineText(line)));
    refill(numbers, ...lines, more > 0 ? html("li", {}, `and ${more} more`) : null);
  }

  item(name) {
    const numbers = html("ul", { class: "numbers" });
    const heading = html("span", { class: "name", title: SAYS[name] }, name);
    const element = html("li", {}, heading, FORMULAS[name](this.network), this.says(name), numbers);
    return { element, numbers };
  }

  says(name) {
    const { network } = this;
    const text = name === "BP1" && network.isFused ? FUSED : SAYS[name];
    const sigma = name === "BP1" ? network.sigmas.at(-1) : [...new Set(network.sigmas.slice(0, -1))].join(", ");
    const isSaid = (name === "BP1" && !network.isFused) || name === "BP2";
    return html("span", { class: "says" }, text + (isSaid && sigma ? `; σ is ${sigma}` : ""));
  }
}

/** An equation at its numbers, as "∂C/∂w2_1,1 = −0.524 × (−0.0422) = 0.0221". */
function lineText({ left, factors, total }) {
  const termText = (term, place) =>
    term.map(({ value }, n) => (n || place ? operandText : numberText)(value)).join(" × ");
  const terms = factors.slice(0, TERMS).map(termText);
  const more = factors.length > TERMS ? ` + … (${factors.length} terms)` : "";
  const sum = terms.map((term, n) => (n === 0 ? term : `+ ${term}`)).join(" ") + more;
  const isPlain = factors.length === 1 && factors[0].length === 1;
  return isPlain ? `${left} = ${factors[0][0].name} = ${sum}` : `${left} = ${sum} = ${numberText(total)}`;
}

// Parts of a formula in MathML, from single signs up.
const letter = (text) => math("mi", {}, text);
const sign = (text) => math("mo", {}, text);
const row = (...parts) => math("mrow", {}, ...parts);
const both = (base, lower, upper) => math("msubsup", {}, letter(base), lower, upper);
const over = (upper, lower) => math("mfrac", {}, upper, lower);
const minusOne = (text) => row(letter(text), sign("−"), math("mn", {}, "1"));
const plusOne = (text) => row(letter(text), sign("+"), math("mn", {}, "1"));
const partial = (...parts) => row(sign("∂"), ...parts);
const sigmaPrime = (layer) => row(letter("σ"), sign("′"), sign("("), both("z", letter("j"), letter(layer)), sign(")"));
const formula = (...parts) => math("math", { display: "block" }, ...parts);
const sumOver = (index) => math("munder", {}, sign("∑"), letter(index));
const overExamples = ({ hasExamples }) => (hasExamples ? [sumOver("x")] : []);

const FORMULAS = {
  BP1: ({ isFused }) => formula(
    both("δ", letter("j"), letter("L")), sign("="),
    over(partial(letter("C")), partial(both(isFused ? "z" : "a", letter("j"), letter("L")))),
    ...(isFused ? [] : [sigmaPrime("L")]),
  ),
  BP2: () => formula(
    both("δ", letter("j"), letter("l")), sign("="),
    sumOver("k"),
    both("w", row(letter("k"), letter("j")), plusOne("l")), both("δ", letter("k"), plusOne("l")), sigmaPrime("l"),
  ),
  BP3: (network) => formula(
    over(partial(letter("C")), partial(both("b", letter("j"), letter("l")))), sign("="),
    ...overExamples(network), both("δ", letter("j"), letter("l")),
  ),
  BP4: (network) => formula(
    over(partial(letter("C")), partial(both("w", row(letter("j"), letter("k")), letter("l")))), sign("="),
    ...overExamples(network), both("a", letter("k"), minusOne("l")), both("δ", letter("j"), letter("l")),
  ),
};

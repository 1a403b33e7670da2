/** Formulas from the table of primitives, with names or numbers put in. */

import { operandText } from "../base/numbers.js";

/**
 * A formula over the inputs of a function and its output y, with other texts in their places.
 *
 * @param {string} formula such as "1 − y²"
 * @param {Object<string, string>} texts what to put in, by name
 */
export function putIn(formula, texts) {
  return formula.replace(/[a-z]+\d*/gi, (word) => (Object.hasOwn(texts, word) ? texts[word] : word));
}

/** The names of a function's inputs with the text of each. */
function textsOf(recording, node, textOf) {
  const texts = {};
  const names = recording.functionOf(node).arguments;
  recording.inputs(node).forEach((input, slot) => {
    if (names[slot] !== undefined) texts[names[slot]] = textOf(input);
  });
  return texts;
}

function nameOf(recording, { node, value }) {
  const isBare = node < 0 || (recording.isLeaf(node) && recording.label[node] === null);
  return isBare ? operandText(value) : recording.nameInText(node);
}

/**
 * How a number was computed: with names, with numbers, and what came out; for an entry of an array just the latter.
 *
 * @returns {{names: string | null, numbers: string | null}}
 */
export function computationOf(recording, node) {
  const { expression, entrywise } = recording.functionOf(node);
  if (!entrywise || expression === null) return { names: null, numbers: null };
  const [names, numbers] = [
    textsOf(recording, node, (input) => nameOf(recording, input)),
    textsOf(recording, node, ({ value }) => operandText(value)),
  ];
  return { names: tidied(putIn(expression, names)), numbers: tidied(putIn(expression, numbers)) };
}

/**
 * The rate factor of an edge as the function's partial derivative: as it stands in the table, and with numbers.
 *
 * @returns {{symbol: string, numbers: string | null} | null} null where the formula is not known, or too long
 */
export function rateOf(recording, edge) {
  const target = recording.all.target[edge];
  const { arguments: names, partials, entrywise } = recording.functionOf(target);
  const slot = recording.slot[edge];
  const partial = partials[slot];
  if (!partial) return null;
  if (!entrywise) return { symbol: `a cotangent g is pulled back as ${partial}`, numbers: null };
  const numbers = textsOf(recording, target, ({ value }) => operandText(value));
  numbers.y = operandText(recording.value[target]);
  return { symbol: `∂y/∂${names[slot]} = ${partial}`, numbers: tidied(putIn(partial, numbers)) };
}

/** Without the parentheses of a negative number that stands alone, or first. */
function tidied(text) {
  return text.replace(/^\((−[^()]*)\)(?![²^])/, "$1").replace(/(^|[(,]\s*)\((−[^()]*)\)(?=\s*[),]|$)/g, "$1$2");
}

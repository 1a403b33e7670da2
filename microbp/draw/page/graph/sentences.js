/** What happens in a step, as a sentence. */

import { computationOf } from "./formulas.js";
import { numberText, operandText } from "../base/numbers.js";

/** Contributions that a sentence tells one by one. */
const TOLD = 4;

/**
 * The sentence of a step: "Backward from tanh, ∂ = −0.0422: ∂w += −0.524 × (−0.0422) = 0.0221".
 *
 * @param {Steps} steps
 * @param {number} step
 */
export function sentenceOf(steps, step) {
  const { view, output } = steps;
  const { recording } = view;
  const { phase, box } = steps.steps[step];
  if (phase === "start") {
    return "Start: what is given has its numbers. "
      + "Go on, and the rest is computed from them, one operation after another.";
  }
  if (phase === "seed") {
    const name = recording.name(output);
    return `All is computed. The backward sweep begins at ${name}: ∂${name}/∂${name} = 1.`;
  }
  if (phase === "end") {
    return `Both sweeps are done: each box has its value, and ∂, the gradient of ${recording.name(output)} `
      + "with respect to it. Play goes through them step by step.";
  }
  return phase === "forward" ? forwardSentence(view, box) : backwardSentence(steps, step);
}

function forwardSentence(view, box) {
  const { recording, boxes } = view;
  const { node, group } = boxes[box];
  if (group) return `Forward through ${group.fullName}: ${valuesText(view, box)}`;
  const value = numberText(recording.value[node]);
  const { names, numbers } = computationOf(recording, node);
  const label = recording.label[node];
  const start = label === null ? `Forward, ${recording.operation(node)}:` : `Forward: ${label} =`;
  return names === null
    ? `${start} ${value}`
    : `${start} ${names} = ${numbers} = ${value}`.replace(` = ${value} = ${value}`, ` = ${value}`);
}

function valuesText(view, box) {
  const { recording } = view;
  const exits = view.exitsOf(box);
  const told = exits
    .slice(0, TOLD)
    .map((node) => `${recording.nameInText(node)} = ${numberText(recording.value[node])}`);
  return told.join(", ") + andMore(exits.length - told.length);
}

function backwardSentence(steps, step) {
  const { view } = steps;
  const { recording, boxes } = view;
  const { box } = steps.steps[step];
  const { node, group } = boxes[box];
  const { cotangent } = steps.stateAfter(step);
  const contributions = contributionsOf(steps, box);
  const told = contributions.slice(0, TOLD).map(({ source, rate, target }) => {
    const product = `${numberText(rate)} × ${operandText(cotangent[target])}`;
    return `∂${recording.nameInText(source)} += ${product} = ${numberText(rate * cotangent[target])}`;
  });
  const more = andMore(contributions.length - told.length);
  if (group) {
    const says = told.length ? told.join("; ") + more : "the gradients by all in it are final";
    return `Backward through ${group.fullName}: ${says}`;
  }
  const name = [recording.operation(node), recording.label[node]].filter(Boolean).join(" ");
  return `Backward from ${name}, ∂ = ${numberText(cotangent[node])}: ${told.join("; ")}${more}`;
}

/** What a backward step adds to the nodes outside of a box: rate × cotangent to each. */
export function contributionsOf(steps, box) {
  const { view } = steps;
  const { contracted, boxOf } = view;
  if (contracted === null) return [];
  const { graph, nodes, place } = contracted;
  const contributions = [];
  for (const exit of view.exitsOf(box)) {
    if (!steps.leads[exit]) continue;
    for (const edge of graph.into(place[exit])) {
      const source = nodes[graph.source[edge]];
      if (boxOf[source] !== box) contributions.push({ source, rate: graph.rate[edge], target: exit });
    }
  }
  return contributions;
}

function andMore(count) {
  return count > 0 ? ` and ${count} more` : "";
}

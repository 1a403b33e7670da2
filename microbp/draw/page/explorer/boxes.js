/** What is written in a box: the rows of a single number, of a neuron, of a layer or any other closed group. */

import { countOf, numberText, rangeOf, rangeText, signOf } from "../base/numbers.js";

/** Letters of a name that are shown in a box. */
const LONGEST = 22;

/**
 * The rows of a box at a step.
 *
 * @param {View} view
 * @param {number} box
 * @param {Steps} steps
 * @param {object} state what is known (`Steps.stateAfter`)
 * @returns {{title: string, rows: {text: string, kind: string, mark: string, side: string, room: number}[]}} kind is
 *     "value", "gradient", "name" or "count"; mark "final", "partial" or "unknown"; side that of zero on which a
 *     gradient lies: "positive", "negative" or "mixed"; room how many letters longer it was while it was partial
 */
export function contentOf(view, box, steps, state) {
  const { recording, boxes } = view;
  const { node, group } = boxes[box];
  if (group === null) {
    return { title: titleOf(recording, node), rows: rowsOf(recording, node, steps, state) };
  }
  const inside = importantIn(view, box);
  if (inside.z !== undefined) return { title: group.name, rows: neuronRows(recording, inside, steps, state) };
  const isGiven = isAllLeaves(view, box);
  const exits = view.exitsOf(box).filter((exit) => isGiven || !recording.isLeaf(exit));
  if (exits.length === 1) {
    return {
      title: group.name,
      rows: [{ text: short(recording.name(exits[0])), kind: "name" }, ...rowsOf(recording, exits[0], steps, state)],
    };
  }
  return { title: short(group.name, 28), rows: manyRows(view, box, exits, steps, state) };
}

/** Name and operation of a number. */
export function titleOf(recording, node) {
  const title = [recording.label[node], recording.operation(node)].filter(Boolean).map((text) => short(text)).join(" ");
  return title || (recording.varies[node] ? "Value" : "number");
}

/** The z and the a of a closed neuron, where it has one of each. */
export function importantIn(view, box) {
  const { recording, boxes } = view;
  const { members, group } = boxes[box];
  if (group?.kind !== "neuron") return {};
  const found = { z: [], a: [] };
  for (const node of members) found[recording.role.letter[node]]?.push(node);
  if (found.z.length !== 1 || found.a.length > 1) return {};
  return { z: found.z[0], a: found.a[0] };
}

/** A text on one line, cut where it is too long. */
export function short(text, longest = LONGEST) {
  const letters = [...text];
  return letters.length <= longest ? text : `${letters.slice(0, longest - 1).join("")}…`;
}

/** "∂ 0.0195 …" as long as more is to come, "∂ ·" before anything has. */
export function gradientText(steps, state, node, sign = "∂") {
  if (!state.isReached[node]) return { text: `${sign} ·`, kind: "gradient", mark: "unknown" };
  const number = numberText(state.cotangent[node]);
  const side = signOf(state.cotangent[node]);
  const room = steps.contributions[node] > 1 ? 3 : 0;
  if (state.awaited[node] > 0) return { text: `${sign} ${number} + …`, kind: "gradient", mark: "partial", side, room };
  return { text: `${sign} ${number}`, kind: "gradient", mark: "final", side, room };
}

function valueText(recording, state, node, letter = "") {
  const number = state.isComputed[node] ? numberText(recording.value[node]) : "·";
  return { text: `${letter}${number}`, kind: "value", mark: state.isComputed[node] ? "final" : "unknown" };
}

function rowsOf(recording, node, steps, state) {
  const rows = [valueText(recording, state, node)];
  if (recording.varies[node]) rows.push(gradientText(steps, state, node));
  return rows;
}

function neuronRows(recording, { z, a }, steps, state) {
  const rows = [valueText(recording, state, z, "z ")];
  const output = recording.name(steps.output);
  const sign = output.length <= 3 ? `∂${output}/∂a` : "∂/∂a";
  if (a !== undefined) rows.push(valueText(recording, state, a, "a "), gradientText(steps, state, a, sign));
  return [...rows, gradientText(steps, state, z, "δ")];
}

function manyRows(view, box, exits, steps, state) {
  const { recording } = view;
  const { group, members } = view.boxes[box];
  const neurons = group.members.length && group.groups.filter(({ kind }) => kind === "neuron").length;
  const count = neurons
    ? countOf(neurons, "neuron")
    : group.kind === "tensor" || isAllLeaves(view, box)
      ? countOf(members.length, "number")
      : countOf(members.filter((node) => !recording.isLeaf(node)).length, "operation");
  const shown = exits.length ? exits : members;
  const computed = shown.filter((node) => state.isComputed[node]);
  const rows = [{ text: count, kind: "count" }, rangeRow("", computed, recording.value)];
  const reached = shown.filter((node) => state.isReached[node]);
  if (shown.some((node) => recording.varies[node])) {
    const row = rangeRow("∂ ", reached, state.cotangent);
    row.mark = reached.length === 0 ? "unknown" : shown.some((node) => state.awaited[node] > 0) ? "partial" : "final";
    rows.push({ ...row, kind: "gradient" });
  }
  return rows;
}

function rangeRow(sign, nodes, column) {
  const [low, high] = rangeOf(nodes.map((node) => column[node]));
  const text = nodes.length === 0 ? "·" : rangeText(low, high);
  const side = low < 0 && high > 0 ? "mixed" : signOf(Math.abs(low) > Math.abs(high) ? low : high);
  return { text: sign + text, kind: "value", mark: nodes.length ? "final" : "unknown", side };
}

function isAllLeaves(view, box) {
  return view.boxes[box].members.every((node) => view.recording.isLeaf(node));
}

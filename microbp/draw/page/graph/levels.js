/** Levels: which groups are open when a reader asks for layers, neurons, operations or entries. */

import { groupTree } from "./groups.js";
import { MOST, View } from "./view.js";

/** Inputs of a network up to which each has a box. */
const INPUTS = 60;

const CLOSED = {
  layers: ["layer", "input", "cost"],
  neurons: ["neuron", "cost"],
  operations: ["tensor"],
  entries: [],
};

/**
 * The levels that a recording has, from coarse to fine: those of a network, its operations (of arrays, one box an
 * array), and the entries of arrays.
 *
 * @param {Recording} recording
 * @returns {{name: string, tree: object, open: Set}[]}
 */
export function levelsOf(recording) {
  const kinds = new Set(recording.groups.map(({ kind }) => kind));
  const layered = groupTree(recording, "layered");
  const levels = kinds.has("layer")
    ? [levelOf(recording, "layers", layered), levelOf(recording, "neurons", layered)]
    : [];
  if (!kinds.has("tensor")) return [...levels, levelOf(recording, "operations", layered)];
  const whole = groupTree(recording, "whole");
  return [...levels, levelOf(recording, "operations", whole), levelOf(recording, "entries", whole)];
}

/**
 * The finest level that a reader can take in at a glance; where there is none, the coarsest.
 *
 * @param {Recording} recording
 * @param {object[]} levels as `levelsOf` gives them
 * @param {number} most boxes, and a third of as many edges
 * @param {(view: View) => boolean} fits whether all of a view is seen at once
 */
export function legibleLevel(recording, levels, most, fits = () => true) {
  const found = levels.findLast(({ tree, open }) => {
    const view = new View(recording, tree, open);
    return view.boxes.length <= most && view.edges.length <= 3 * most && fits(view);
  });
  return found ?? levels[0];
}

/** Opens groups from outside to inside: of a generation all of one kind, as far as they fit on a page together. */
function levelOf(recording, name, tree) {
  const open = new Set();
  let count = tree.root.items.length;
  let generation = tree.root.groups;
  while (generation.length) {
    const next = [];
    for (const kind of new Set(generation.map((group) => group.kind))) {
      const groups = generation.filter((group) => group.kind === kind);
      const more = groups.reduce((sum, group) => sum + group.items.length - 1, 0);
      const isLong = kind === "input" && groups[0].members.length > INPUTS;
      if (isLong || CLOSED[name].includes(kind) || count + more >= MOST) continue;
      count += more;
      for (const group of groups) {
        open.add(group);
        next.push(...group.groups);
      }
    }
    generation = next;
  }
  return { name, tree, open };
}

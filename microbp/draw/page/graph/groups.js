/** The tree of groups that a reader opens and closes: layers, neurons, Tensors, and parts of what is large. */

import { inTopologicalOrder } from "../base/topological.js";
import { edgesBetweenItems, untangle } from "./untangle.js";

/** Children from which on a group is divided into parts. */
export const MANY = 150;

/** Parts that a group is divided into at most. */
const PARTS = 60;

/**
 * A group: others, and nodes of its own.
 *
 * kind    "input", "layer", "neuron", "cost", "tensor", "part"; "root" for the one that all are in
 * items   groups and nodes (numbers) in the order in which they are shown
 */
export class Group {
  constructor(id, name, kind, number, parent) {
    Object.assign(this, { id, name, kind, number, parent, items: [] });
  }

  /** The groups that are in it directly. */
  get groups() {
    return this.items.filter((item) => item instanceof Group);
  }

  /** What it is called where it stands alone: "neuron 1 of layer 2". */
  get fullName() {
    const inside = this.kind === "neuron" || this.kind === "part";
    const outer = inside ? this.outer() : undefined;
    return outer ? `${this.name} of ${outer.fullName}` : this.name;
  }

  /** All nodes in it, in topological order. */
  get members() {
    this.cachedMembers ??= this.items.flatMap((item) => (item instanceof Group ? item.members : [item])).sort(byNumber);
    return this.cachedMembers;
  }

  /** This group and all that it is in, from within. */
  get line() {
    const line = [];
    for (let group = this; group; group = group.parent) line.push(group);
    return line;
  }

  outer() {
    let outer = this.parent;
    while (outer?.kind === "part") outer = outer.parent;
    return outer?.kind === "root" ? undefined : outer;
  }
}

/**
 * The tree of all nodes of a recording, in one of its ways of grouping. No choice of closed groups makes a circle.
 *
 * @param {Recording} recording
 * @param {"layered" | "whole"} grouping
 * @returns {{root: Group, groupOf: Group[]}} the outermost group, and the innermost one of each node
 */
export function groupTree(recording, grouping) {
  const root = new Group("root", "all", "root", 0, null);
  const groups = [root];
  const found = new Map();
  const groupAt = (place) => {
    if (place < 0) return root;
    if (!found.has(place)) {
      const { name, kind, number, parent } = recording.groups[place];
      found.set(place, new Group(`g${place}`, name, kind, number, groupAt(parent)));
      groups.push(found.get(place));
    }
    return found.get(place);
  };
  const again = ({ id, name, kind, number }, time, parent) => {
    const group = new Group(`${id}~${time + 1}`, `${name} (${time + 1})`, kind, number, parent);
    groups.push(group);
    return group;
  };
  const groupOf = Array.from(recording.grouping[grouping], groupAt);
  untangle(recording.all, groupOf, again);
  fill(groups, groupOf, recording);
  for (const group of groups) divide(group, recording, groupOf);
  return { root, groupOf };
}

/** Put nodes and groups into the groups that they are in, in topological order. */
function fill(groups, groupOf, recording) {
  groupOf.forEach((group, node) => group.items.push(node));
  const firstNode = new Map();
  groupOf.forEach((group, node) => {
    for (let outer = group; outer && !firstNode.has(outer); outer = outer.parent) firstNode.set(outer, node);
  });
  for (const group of groups) if (group.parent && firstNode.has(group)) group.parent.items.push(group);
  const edges = edgesBetweenItems(recording.all, groupOf);
  for (const group of groups) {
    const first = (item) => (item instanceof Group ? firstNode.get(item) : item);
    const isNeuron = (item) => item instanceof Group && item.kind === "neuron";
    // Neurons together, by their number; all else by the first node in it.
    const start = Math.min(...group.items.filter(isNeuron).map(first));
    const key = (item) => (isNeuron(item) ? [start, item.number, first(item)] : [first(item), 0, 0]);
    const keyed = group.items.map((item) => ({ item, key: key(item) }));
    keyed.sort((one, other) => one.key[0] - other.key[0] || one.key[1] - other.key[1] || one.key[2] - other.key[2]);
    group.items = inTopologicalOrder(keyed.map(({ item }) => item), edges.get(group) ?? []);
  }
}

/** Divide a group that has many items into parts of consecutive ones; as these are sorted, parts make no circle. */
function divide(group, recording, groupOf) {
  const { items } = group;
  if (items.length <= MANY) return;
  const count = Math.min(Math.ceil(Math.sqrt(items.length)), PARTS);
  const size = Math.ceil(items.length / count);
  group.items = [];
  for (let start = 0; start < items.length; start += size) {
    const inside = items.slice(start, start + size);
    const part = new Group(`${group.id}.${start / size + 1}`, partName(inside, start, recording), "part", 0, group);
    part.items = inside;
    for (const item of inside) {
      if (item instanceof Group) item.parent = part;
      else groupOf[item] = part;
    }
    group.items.push(part);
    divide(part, recording, groupOf);
  }
}

function partName(items, start, recording) {
  const names = items.map((item) => (item instanceof Group ? item.name : recording.label[item])).filter(Boolean);
  if (names.length > 1) return `${names[0]} … ${names.at(-1)}`;
  return `operations ${start + 1} … ${start + items.length}`;
}

function byNumber(one, other) {
  return one - other;
}

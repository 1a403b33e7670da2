/** The tree of groups that a reader opens and closes: layers, neurons, Tensors, and parts of what is large. */

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
 * The tree of all nodes of a recording, in one of its ways of grouping.
 *
 * @param {Recording} recording
 * @param {"layered" | "whole"} grouping
 * @returns {{root: Group, groupOf: Group[]}} the outermost group, and the innermost one of each node
 */
export function groupTree(recording, grouping) {
  const column = recording.grouping[grouping];
  const root = new Group("root", "all", "root", 0, null);
  const found = new Map();
  const groupAt = (place) => {
    if (place < 0) return root;
    if (!found.has(place)) {
      const { name, kind, number, parent } = recording.groups[place];
      const outer = groupAt(parent);
      const group = new Group(`g${place}`, name, kind, number, outer);
      found.set(place, group);
      outer.items.push(group);
    }
    return found.get(place);
  };
  const groupOf = new Array(recording.count);
  for (let node = 0; node < recording.count; node++) {
    groupOf[node] = groupAt(column[node]);
    groupOf[node].items.push(node);
  }
  for (const group of [root, ...found.values()]) {
    group.items.sort((one, other) => orderOf(one) - orderOf(other));
    divide(group, recording, groupOf);
  }
  return { root, groupOf };
}

/** Divide a group that has many items into parts of consecutive ones, so that no part is left and entered again. */
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

/** Neurons by their number; all others by the first node in them. */
function orderOf(item) {
  if (!(item instanceof Group)) return item;
  return item.kind === "neuron" ? item.number : firstNode(item);
}

function firstNode(group) {
  let first = Infinity;
  for (const item of group.items) first = Math.min(first, item instanceof Group ? firstNode(item) : item);
  return first;
}

function byNumber(one, other) {
  return one - other;
}

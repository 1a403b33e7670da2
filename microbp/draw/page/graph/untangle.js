/** Groups that a path leaves and enters again are split, so that whatever a reader closes, no circle is made. */

import { inTopologicalOrder } from "../base/topological.js";

/** Edges that are followed in search of circles, at most; then groups are split more finely than they need to be. */
const PATIENCE = 2_000_000;

/**
 * Split the groups of a tree until, in each group, the edges between what stands in it directly lead in no circle.
 * Then no choice of closed groups makes one, since a circle of boxes is one in the smallest group that has them all.
 *
 * What comes back to a group after having left it, as a network that is used twice does, makes a second group.
 *
 * @param {Graph} graph
 * @param {Group[]} groupOf the innermost group of each node; changed where a group is split
 * @param {(group: Group, time: number, parent: Group) => Group} again the group for what enters a group once more
 */
export function untangle(graph, groupOf, again) {
  for (let depth = 0; ; depth++) {
    const { outer, item, isDeepest } = ancestors(groupOf, depth);
    if (isDeepest) return;
    for (const [group, edges] of edgesByGroup(graph, outer, item)) {
      const tangled = onCircles(edges, item);
      if (tangled.size === 0) continue;
      const nodes = [...groupOf.keys()].filter((node) => outer[node] === group && tangled.has(item[node]));
      for (const { nodes: own, time } of split(graph, nodes, item)) {
        if (time > 0) moveOut(own, time, group, groupOf, again);
      }
    }
  }
}

/** For each group, the edges between what stands in it directly: pairs of items, a node being one itself. */
export function edgesBetweenItems(graph, groupOf) {
  const found = new Map();
  for (let depth = 0; ; depth++) {
    const { outer, item, isDeepest } = ancestors(groupOf, depth);
    if (isDeepest) return found;
    for (const [group, edges] of edgesByGroup(graph, outer, item)) {
      found.set(
        group,
        edges.map(([source, target]) => [item[source], item[target]]),
      );
    }
  }
}

/** Of each node the group that it is in at a depth, and what it is in, or is, one deeper. */
function ancestors(groupOf, depth) {
  const [outer, item] = [new Array(groupOf.length), new Array(groupOf.length)];
  const lines = new Map();
  let isDeepest = true;
  for (let node = 0; node < groupOf.length; node++) {
    let line = lines.get(groupOf[node]);
    if (line === undefined) lines.set(groupOf[node], (line = groupOf[node].line));
    outer[node] = line[line.length - 1 - depth];
    item[node] = line[line.length - 2 - depth] ?? node;
    if (outer[node] !== undefined) isDeepest = false;
  }
  return { outer, item, isDeepest };
}

function edgesByGroup(graph, outer, item) {
  const found = new Map();
  for (let edge = 0; edge < graph.size; edge++) {
    const [source, target] = [graph.source[edge], graph.target[edge]];
    const group = outer[source];
    if (group === undefined || group !== outer[target] || item[source] === item[target]) continue;
    if (!found.has(group)) found.set(group, []);
    found.get(group).push([source, target]);
  }
  return found;
}

/** The items that a circle leads through, or that lie between two circles. */
function onCircles(edges, item) {
  const pairs = edges.map(([source, target]) => [item[source], item[target]]);
  const items = [...new Set(pairs.flat())];
  const free = inTopologicalOrder(items, pairs);
  if (free.length === items.length) return new Set();
  const freed = new Set(free);
  const left = items.filter((one) => !freed.has(one));
  const isLeft = new Set(left);
  const back = pairs
    .filter(([source, target]) => isLeft.has(source) && isLeft.has(target))
    .map(([source, target]) => [target, source]);
  const freeBackwards = new Set(inTopologicalOrder(left, back));
  return new Set(left.filter((one) => !freeBackwards.has(one)));
}

/**
 * Nodes by item and by how often a path has come back to it; each joins the first class that it can.
 *
 * @param {Graph} graph
 * @param {number[]} nodes in topological order
 * @param {(Group | number)[]} item of each node of the graph
 */
function split(graph, nodes, item) {
  const classes = [];
  const classesOf = new Map();
  const classOf = new Map();
  let followed = 0;
  const leadsToAny = (from, sources) => {
    const seen = new Set([from]);
    const waiting = [from];
    while (waiting.length) {
      for (const next of waiting.pop().out) {
        if (sources.has(next) || ++followed > PATIENCE) return true;
        if (seen.has(next)) continue;
        seen.add(next);
        waiting.push(next);
      }
    }
    return false;
  };
  for (const node of nodes) {
    if (!classesOf.has(item[node])) classesOf.set(item[node], []);
    const own = classesOf.get(item[node]);
    const sources = new Set();
    for (const edge of graph.into(node)) {
      const source = classOf.get(graph.source[edge]);
      if (source !== undefined) sources.add(source);
    }
    const joins = (one) => {
      const added = new Set([...sources].filter((source) => source !== one && !one.into.has(source)));
      return added.size === 0 || !leadsToAny(one, added);
    };
    let found = own.find(joins);
    if (found === undefined) {
      found = { time: own.length, nodes: [], into: new Set(), out: new Set() };
      own.push(found);
      classes.push(found);
    }
    found.nodes.push(node);
    classOf.set(node, found);
    for (const source of sources) {
      if (source === found) continue;
      found.into.add(source);
      source.out.add(found);
    }
  }
  return classes;
}

/** Give nodes of an item of a group an item of their own there; a single node stands by itself. */
function moveOut(nodes, time, group, groupOf, again) {
  const copies = new Map([[group, group]]);
  const copyOf = (one) => {
    if (!copies.has(one)) copies.set(one, again(one, time, copyOf(one.parent)));
    return copies.get(one);
  };
  for (const node of nodes) groupOf[node] = nodes.length === 1 ? group : copyOf(groupOf[node]);
}

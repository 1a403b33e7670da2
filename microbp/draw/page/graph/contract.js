/** Contraction: the graph of kept nodes alone, in which an edge is the sum over all paths between its ends. */

import { Graph } from "./graph.js";

/** Edges that are looked at before giving up: what would take longer than a moment is not done. */
const PATIENCE = 4_000_000;

/**
 * The contracted graph. Only paths through nodes that are not kept count, so that a path in the small graph stands for
 * paths in the large one.
 *
 * @param {Graph} graph
 * @param {Uint8Array} kept 1 for each node that stays
 * @returns {{graph: Graph, nodes: Int32Array, place: Int32Array, origin: Int32Array} | null} the nodes that were kept,
 *     the place of each of them among these, and for each edge the one that it was, −1 where it is a sum or a product;
 *     null where it would take too long
 */
export function contract(graph, kept) {
  const nodes = [];
  const place = new Int32Array(graph.count).fill(-1);
  for (let node = 0; node < graph.count; node++) {
    if (kept[node]) {
      place[node] = nodes.length;
      nodes.push(node);
    }
  }
  const [sources, targets, rates, origin] = [[], [], [], []];
  let visits = 0;
  for (const target of nodes) {
    const into = graph.into(target);
    visits += into.length;
    if (into.every((edge) => kept[graph.source[edge]])) {
      for (const edge of into) {
        sources.push(place[graph.source[edge]]);
        targets.push(place[target]);
        rates.push(graph.rate[edge]);
        origin.push(edge);
      }
      continue;
    }
    const cone = coneOf(graph, target, kept, PATIENCE - visits);
    if (cone === null) return null;
    visits += cone.visits;
    for (const [source, { rate, edge }] of cone.sources) {
      sources.push(place[source]);
      targets.push(place[target]);
      rates.push(rate);
      origin.push(edge);
    }
  }
  return {
    graph: new Graph(nodes.length, sources, targets, rates),
    nodes: Int32Array.from(nodes),
    place,
    origin: Int32Array.from(origin),
  };
}

/** The kept nodes from which a target is reached without another kept one between, with the sum over the paths. */
function coneOf(graph, target, kept, patience) {
  const between = [];
  const seen = new Set([target]);
  const waiting = [target];
  let visits = 0;
  while (waiting.length) {
    const node = waiting.pop();
    between.push(node);
    for (const edge of graph.into(node)) {
      if (++visits > patience) return null;
      const source = graph.source[edge];
      if (!kept[source] && !seen.has(source)) {
        seen.add(source);
        waiting.push(source);
      }
    }
  }
  between.sort((one, other) => other - one);
  const cotangent = new Map([[target, 1]]);
  const sources = new Map();
  for (const node of between) {
    const ofNode = cotangent.get(node);
    for (const edge of graph.into(node)) {
      const source = graph.source[edge];
      const rate = graph.rate[edge] * ofNode;
      if (!kept[source]) {
        cotangent.set(source, (cotangent.get(source) ?? 0) + rate);
        continue;
      }
      const before = sources.get(source);
      if (before) Object.assign(before, { rate: before.rate + rate, edge: -1 });
      else sources.set(source, { rate, edge: node === target ? edge : -1 });
    }
  }
  return { sources: [...sources].sort(([one], [other]) => one - other), visits };
}

/**
 * A spanning tree of tight constraints, and the cut values of its edges, for simplex.js.
 *
 * Gansner, Koutsofios, North & Vo 1993, sections 2.3 and 2.4.
 */

import { DisjointSets } from "../base/sets.js";

/** The graph in arrays; parts that hang together by nothing are held by a root, at no cost. */
export function connected(count, constraints) {
  const sets = new DisjointSets(count);
  const isTarget = new Uint8Array(count);
  let groups = count;
  for (const { tail, head } of constraints) {
    isTarget[head] = 1;
    if (sets.join(tail, head)) groups--;
  }
  const all = constraints.slice();
  if (groups > 1) {
    for (let v = 0; v < count; v++) if (!isTarget[v]) all.push({ tail: count, head: v, minimum: 0, weight: 0 });
  }
  const nodes = groups > 1 ? count + 1 : count;
  const graph = {
    count: nodes,
    tail: Int32Array.from(all, (c) => c.tail),
    head: Int32Array.from(all, (c) => c.head),
    minimum: Float64Array.from(all, (c) => c.minimum),
    weight: Float64Array.from(all, (c) => c.weight),
    outgoing: Array.from({ length: nodes }, () => []),
    incoming: Array.from({ length: nodes }, () => []),
  };
  all.forEach(({ tail, head }, e) => {
    graph.outgoing[tail].push(e);
    graph.incoming[head].push(e);
  });
  return graph;
}

/** The least positions that keep all distances: the longest path that ends at each node. */
export function longestPaths({ count, tail, head, minimum, outgoing, incoming }) {
  const position = new Float64Array(count);
  const missing = Int32Array.from(incoming, (edges) => edges.length);
  const ready = [];
  for (let v = 0; v < count; v++) if (missing[v] === 0) ready.push(v);
  for (let i = 0; i < ready.length; i++) {
    for (const e of outgoing[ready[i]]) {
      position[head[e]] = Math.max(position[head[e]], position[tail[e]] + minimum[e]);
      missing[head[e]]--;
      if (missing[head[e]] === 0) ready.push(head[e]);
    }
  }
  return position;
}

/** A spanning tree of tight edges, grown from node 0: each step moves the tree until one more node is tight. */
export function tightTree(graph, position) {
  const { count, tail, head, minimum, outgoing, incoming } = graph;
  const tree = {
    position,
    edges: Array.from({ length: count }, () => []), // the tree's edges at each node
    parent: new Int32Array(count).fill(-1), // the edge towards the root
    last: new Int32Array(count), // number in postorder: a subtree has the numbers first to last
    first: new Int32Array(count),
    at: new Int32Array(count), // the node of a number
    cut: new Float64Array(count), // cut value of the edge towards the root
    next: 0, // where the search for a negative cut value goes on
  };
  const slack = (e) => position[head[e]] - position[tail[e]] - minimum[e];
  const inside = new Uint8Array(count);
  const grown = [];
  const tight = []; // edges that lead out of the tree, and some that did
  const border = [];
  const join = (v) => {
    inside[v] = 1;
    grown.push(v);
    for (const e of outgoing[v]) if (!inside[head[e]]) (slack(e) === 0 ? tight : border).push(e);
    for (const e of incoming[v]) if (!inside[tail[e]]) (slack(e) === 0 ? tight : border).push(e);
  };
  join(0);
  while (grown.length < count) {
    while (tight.length) {
      const e = tight.pop();
      if (inside[tail[e]] && inside[head[e]]) continue;
      tree.edges[tail[e]].push(e);
      tree.edges[head[e]].push(e);
      join(inside[tail[e]] ? head[e] : tail[e]);
    }
    let best = -1;
    let least = Infinity;
    let kept = 0;
    for (const e of border) {
      if (inside[tail[e]] && inside[head[e]]) continue;
      border[kept++] = e;
      if (slack(e) >= least) continue;
      best = e;
      least = slack(e);
    }
    border.length = kept;
    if (best < 0) break;
    const shift = inside[tail[best]] ? least : -least;
    for (const v of grown) position[v] += shift;
    for (const e of border) if (slack(e) === 0) tight.push(e);
  }
  numberSubtree(graph, tree, 0, -1, 0);
  return tree;
}

/**
 * Number the subtree of `root` in postorder from `start`, and sum up its cut values.
 *
 * The weights that leave a subtree less those that enter it are the sum of the same over its nodes, as what lies
 * within cancels.
 */
export function numberSubtree(graph, tree, root, parentEdge, start) {
  const { tail, head, weight, outgoing, incoming } = graph;
  const { edges, parent, first, last, at, cut } = tree;
  let next = start;
  const stack = [root];
  const progress = [0];
  parent[root] = parentEdge;
  first[root] = next;
  cut[root] = 0;
  while (stack.length) {
    const v = stack[stack.length - 1];
    const i = progress[progress.length - 1];
    if (i < edges[v].length) {
      progress[progress.length - 1]++;
      const e = edges[v][i];
      if (e === parent[v]) continue;
      const child = tail[e] === v ? head[e] : tail[e];
      parent[child] = e;
      first[child] = next;
      cut[child] = 0;
      stack.push(child);
      progress.push(0);
      continue;
    }
    stack.pop();
    progress.pop();
    last[v] = next;
    at[next++] = v;
    let sum = cut[v];
    for (const e of outgoing[v]) sum += weight[e];
    for (const e of incoming[v]) sum -= weight[e];
    // Until here cut[v] gathered its children; a sum counts for the parent as it is, whichever way the edge points.
    if (parent[v] >= 0) {
      const up = tail[parent[v]] === v ? head[parent[v]] : tail[parent[v]];
      if (stack.length) cut[up] += sum;
      cut[v] = tail[parent[v]] === v ? sum : -sum;
    }
  }
}

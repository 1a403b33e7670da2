// The network simplex: whole positions that make a weighted sum of distances least, under least distances.
//
// Gansner, Koutsofios, North & Vo 1993, "A technique for drawing directed graphs", sections 2.3 and 4.2. A tree of
// tight constraints fixes all positions; the cut value of a tree edge says what moving the two halves apart would cost
// a unit, and where it is negative they are moved until another constraint becomes tight, which takes its place.

/** How many exchanges are tried for each node before the best positions so far are handed back. */
const EXCHANGES = 12;

/** Negative cut values that are compared before one of them is taken. */
const COMPARED = 30;

/**
 * Positions p that make Σ weight · (p[head] − p[tail]) least, where p[head] − p[tail] ≥ minimum for each constraint.
 *
 * count        how many nodes
 * constraints  {tail, head, minimum, weight}: an acyclic graph, minimum and weight whole numbers, weight ≥ 0
 * balance      what could stand anywhere in an interval at the same cost stands in its middle, where that moves it by
 *              this much or more
 * Returns an array of whole numbers, the least of them 0.
 */
export function networkSimplex(count, constraints, { balance = Infinity } = {}) {
  if (count === 0) return [];
  const graph = connected(count, constraints);
  const tree = tightTree(graph, longestPaths(graph));
  for (let left = EXCHANGES * graph.count; left > 0; left -= 1) {
    const leaving = negativeCut(graph, tree);
    if (leaving < 0) break;
    exchange(graph, tree, leaving, entering(graph, tree, leaving));
  }
  if (balance < Infinity) centre(graph, tree, balance);
  const positions = Array.from(tree.position.subarray(0, count));
  const least = positions.reduce((a, b) => Math.min(a, b));
  return positions.map((p) => p - least);
}

/** The graph in arrays; parts that hang together by nothing are held by a root, at no cost. */
function connected(count, constraints) {
  const group = Int32Array.from({ length: count }, (_, v) => v);
  const find = (v) => {
    while (group[v] !== v) v = group[v] = group[group[v]];
    return v;
  };
  const isTarget = new Uint8Array(count);
  let groups = count;
  for (const { tail, head } of constraints) {
    isTarget[head] = 1;
    if (find(tail) === find(head)) continue;
    group[find(tail)] = find(head);
    groups -= 1;
  }
  const all = constraints.slice();
  if (groups > 1) {
    for (let v = 0; v < count; v += 1) if (!isTarget[v]) all.push({ tail: count, head: v, minimum: 0, weight: 0 });
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
function longestPaths({ count, tail, head, minimum, outgoing, incoming }) {
  const position = new Float64Array(count);
  const missing = Int32Array.from(incoming, (edges) => edges.length);
  const ready = [];
  for (let v = 0; v < count; v += 1) if (missing[v] === 0) ready.push(v);
  for (let i = 0; i < ready.length; i += 1) {
    for (const e of outgoing[ready[i]]) {
      position[head[e]] = Math.max(position[head[e]], position[tail[e]] + minimum[e]);
      missing[head[e]] -= 1;
      if (missing[head[e]] === 0) ready.push(head[e]);
    }
  }
  return position;
}

/** A spanning tree of tight edges, grown from node 0: each step moves the tree until one more node is tight. */
function tightTree(graph, position) {
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
  number(graph, tree, 0, -1, 0);
  return tree;
}

/**
 * Numbers the subtree of `root` in postorder from `start`, and sums up its cut values.
 *
 * The weights that leave a subtree less those that enter it are the sum of the same over its nodes, as what lies
 * within cancels.
 */
function number(graph, tree, root, parentEdge, start) {
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
      progress[progress.length - 1] += 1;
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

/** A node whose edge towards the root has a negative cut value, among the next few the most negative; or −1. */
function negativeCut({ count }, tree) {
  const { cut, parent } = tree;
  let best = -1;
  let found = 0;
  for (let i = 0; i < count && found < COMPARED; i += 1) {
    const v = tree.next;
    tree.next = v + 1 === count ? 0 : v + 1;
    if (parent[v] < 0 || cut[v] >= 0) continue;
    found += 1;
    if (best < 0 || cut[v] < cut[best]) best = v;
  }
  return best;
}

/** The edge of least slack that leads from the head's half back to the tail's, when `v` is cut from its parent. */
function entering({ count, tail, head, minimum, outgoing, incoming }, tree, v) {
  const { position, parent, first, last, at } = tree;
  const low = first[v];
  const high = last[v];
  const isTail = tail[parent[v]] === v;
  let best = -1;
  let least = Infinity;
  const look = (e, other, within) => {
    const n = last[other];
    if ((n >= low && n <= high) !== within) return;
    const slack = position[head[e]] - position[tail[e]] - minimum[e];
    if (slack < least) {
      best = e;
      least = slack;
    }
  };
  if (2 * (high - low + 1) <= count) {
    for (let n = low; n <= high; n += 1) {
      if (isTail) for (const e of incoming[at[n]]) look(e, tail[e], false);
      else for (const e of outgoing[at[n]]) look(e, head[e], false);
    }
  } else {
    for (let n = low > 0 ? 0 : high + 1; n < count; n = n + 1 === low ? high + 1 : n + 1) {
      if (isTail) for (const e of outgoing[at[n]]) look(e, head[e], true);
      else for (const e of incoming[at[n]]) look(e, tail[e], true);
    }
  }
  return best;
}

/** Moves one half of the tree by `shift`, the subtree of `v`, or all the rest the other way where that is less. */
function move({ count }, { position, first, last, at }, v, shift) {
  if (2 * (last[v] - first[v] + 1) <= count) {
    for (let n = first[v]; n <= last[v]; n += 1) position[at[n]] += shift;
    return;
  }
  for (let n = 0; n < first[v]; n += 1) position[at[n]] -= shift;
  for (let n = last[v] + 1; n < count; n += 1) position[at[n]] -= shift;
}

/** Takes the edge above `v` out of the tree and `e` in, which becomes tight. */
function exchange(graph, tree, v, e) {
  const { tail, head, minimum } = graph;
  const { position, edges, parent, first, last } = tree;
  const gone = parent[v];
  const slack = position[head[e]] - position[tail[e]] - minimum[e];
  if (slack > 0) move(graph, tree, v, tail[gone] === v ? -slack : slack);
  // What changes hangs below the nearest node that is above both ends.
  let top = tail[e];
  const other = last[head[e]];
  while (other < first[top] || other > last[top]) top = above(graph, tree, top);
  for (const u of [tail[gone], head[gone]]) edges[u].splice(edges[u].indexOf(gone), 1);
  edges[tail[e]].push(e);
  edges[head[e]].push(e);
  number(graph, tree, top, parent[top], first[top]);
}

function above({ tail, head }, { parent }, v) {
  return tail[parent[v]] === v ? head[parent[v]] : tail[parent[v]];
}

/** Moves what could be moved at no cost, a cut value of 0, half as far as it could go. */
function centre(graph, tree, least) {
  const { count, tail, head, minimum } = graph;
  const { position, parent, cut } = tree;
  for (let v = 0; v < count; v += 1) {
    if (parent[v] < 0 || cut[v] !== 0) continue;
    const e = entering(graph, tree, v);
    if (e < 0) continue;
    const shift = Math.floor((position[head[e]] - position[tail[e]] - minimum[e]) / 2);
    if (shift >= least) move(graph, tree, v, tail[parent[v]] === v ? -shift : shift);
  }
}

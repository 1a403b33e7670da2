// A graph drawn by each of three: layout.js, Graphviz's dot and dagre, as boxes and one line of points an edge.

import { execFileSync } from "node:child_process";

import { sampled } from "../../microbp/draw/page/layout/curves.js";
import { layout } from "../../microbp/draw/page/layout/layout.js";

const [RANK_GAP, BOX_GAP, EDGE_GAP] = [60, 16, 10];

/** {boxes, lines, crossings}: middles of boxes, and for each edge a list of points that lie close together. */
export function own({ boxes, edges }) {
  const drawing = layout(boxes, edges, { rankGap: RANK_GAP, boxGap: BOX_GAP, edgeGap: EDGE_GAP });
  return {
    ...drawing,
    boxes: boxes.map((box, v) => ({ ...box, x: drawing.x[v] + box.width / 2, y: drawing.y[v] + box.height / 2 })),
    lines: drawing.routes.map(sampled),
  };
}

/** dot as text: boxes of fixed size without labels, in px (72 an inch). */
export function dotText({ boxes, edges }) {
  const nodes = boxes.map(({ width, height }, v) => `${v} [width=${width / 72} height=${height / 72}]`);
  const arrows = edges.map(({ source, target }, e) => `${source} -> ${target} [id="${e}"]`);
  const gaps = `ranksep=${RANK_GAP / 72} nodesep=${BOX_GAP / 72}`;
  const head = `digraph { rankdir=LR ${gaps} node [shape=box fixedsize=true label=""] edge [arrowhead=none]`;
  return [head, ...nodes, ...arrows, "}"].join("\n");
}

export function byDot(graph) {
  const text = execFileSync("dot", ["-Tjson"], { input: dotText(graph), maxBuffer: 1 << 28 });
  const { objects, edges = [], bb } = JSON.parse(text);
  const point = (pair) => {
    const [x, y] = pair.split(",").map(Number);
    return { x, y: Number(bb.split(",")[3]) - y };
  };
  const boxes = [];
  for (const { name, pos } of objects) boxes[Number(name)] = { ...graph.boxes[Number(name)], ...point(pos) };
  const lines = [];
  for (const { id, pos } of edges) {
    const controls = pos.split(" ").map(point);
    lines[Number(id)] = [controls[0]];
    for (let i = 0; i + 3 < controls.length; i += 3) lines[Number(id)].push(...bezier(controls.slice(i, i + 4)));
  }
  return { boxes, lines };
}

/** The time of the processor that dot takes, in seconds, as bash measures it. */
export function dotSeconds(graph) {
  const command = 'TIMEFORMAT="%U %S"; { time dot -Tjson > /dev/null; } 2>&1';
  const [user, system] = execFileSync("bash", ["-c", command], { input: dotText(graph), encoding: "utf8" }).split(" ");
  return Number(user) + Number(system);
}

function bezier([p, q, r, s]) {
  return Array.from({ length: 12 }, (_, i) => {
    const t = (i + 1) / 12;
    const mix = (k) => (1 - t) ** 3 * p[k] + 3 * t * (1 - t) ** 2 * q[k] + 3 * t * t * (1 - t) * r[k] + t ** 3 * s[k];
    return { x: mix("x"), y: mix("y") };
  });
}

export function byDagre(dagre, { boxes, edges }) {
  const graph = new dagre.graphlib.Graph({ multigraph: true });
  graph.setGraph({ rankdir: "LR", ranksep: RANK_GAP, nodesep: BOX_GAP, edgesep: EDGE_GAP });
  graph.setDefaultEdgeLabel(() => ({}));
  boxes.forEach(({ width, height }, v) => graph.setNode(String(v), { width, height }));
  edges.forEach(({ source, target }, e) => graph.setEdge(String(source), String(target), {}, String(e)));
  dagre.layout(graph);
  return {
    boxes: boxes.map((box, v) => ({ ...box, x: graph.node(String(v)).x, y: graph.node(String(v)).y })),
    lines: edges.map(({ source, target }, e) => graph.edge(String(source), String(target), String(e)).points),
  };
}

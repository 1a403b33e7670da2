/**
 * A layered drawing of an acyclic graph, from left to right: where boxes stand and how edges run.
 *
 * Sugiyama, Tagawa & Toda 1981; Gansner, Koutsofios, North & Vo 1993. Ranks (ranks.js), virtual vertices on long edges
 * (layered.js), an order with few crossings (order.js), heights that keep edges straight (coordinates.js), routes.
 */

import { verticals } from "./coordinates.js";
import { layered } from "./layered.js";
import { orderLayers } from "./order.js";
import { ports, straightened } from "./ports.js";
import { ranks } from "./ranks.js";
import { columns, heightsAlong, route } from "./routes.js";
import { DisjointSets } from "../base/sets.js";

const OPTIONS = { rankGap: 60, boxGap: 16, edgeGap: 10, keepOrder: false };

/** Parts that don't hang together fill rows, about this many times as wide as high. */
const ASPECT = 1.6;

/**
 * The places of boxes and the routes of edges.
 *
 * @param {object[]} boxes {width, height, order, side}, px; order is optional: boxes of one rank stand sorted by it
 *     where that costs nothing; side is "first" for a box that nothing leads to and that stands in the first column,
 *     "last" for one that leads nowhere and stands in the last
 * @param {{source: number, target: number}[]} edges between boxes; an acyclic graph, in which two edges may have the
 *     same ends
 * @param {object} options {rankGap, boxGap, edgeGap, keepOrder}: px between columns, between boxes and between edges;
 *     with keepOrder boxes of one rank stand sorted by order at any cost
 * @returns {{x: number[], y: number[], width: number, height: number, routes: {x: number, y: number}[][],
 *     crossings: number, ranks: number[]}} top left corners; size of the whole; for each edge its points, through which
 *     `curve` draws; crossings of the layered drawing; the rank of each box
 * @throws {Error} where edges lead in a circle, or to a box that isn't there
 */
export function layout(boxes, edges, options = {}) {
  const settings = { ...OPTIONS, ...options };
  for (const { source, target } of edges) {
    if (boxes[source] === undefined || boxes[target] === undefined) {
      throw new Error(`layout: edge ${source} → ${target} leads to no box; there are boxes 0 to ${boxes.length - 1}`);
    }
  }
  // Boxes that keep their order keep it across parts too, so all are laid out as one.
  const parts = settings.keepOrder ? [everything(boxes, edges)] : components(boxes, edges);
  const result = { x: [], y: [], width: 0, height: 0, routes: [], crossings: 0, ranks: [] };
  const drawn = parts.map((part) => layoutPart(part, boxes, edges, settings));
  const area = drawn.reduce((sum, { width, height }) => sum + width * height, 0);
  const widest = Math.max(Math.sqrt(ASPECT * area), ...drawn.map(({ width }) => width));
  let [left, top, bottom] = [0, 0, 0];
  drawn.forEach((part, i) => {
    if (left > 0 && left + part.width > widest) [left, top] = [0, bottom + 2 * settings.boxGap];
    parts[i].boxes.forEach((box, n) => {
      result.x[box] = part.x[n] + left;
      result.y[box] = part.y[n] + top;
      result.ranks[box] = part.ranks[n];
    });
    parts[i].edges.forEach((edge, n) => {
      result.routes[edge] = part.routes[n].map(({ x, y }) => ({ x: x + left, y: y + top }));
    });
    result.crossings += part.crossings;
    result.width = Math.max(result.width, left + part.width);
    result.height = bottom = Math.max(bottom, top + part.height);
    left += part.width + settings.rankGap;
  });
  return result;
}

function everything(boxes, edges) {
  return { boxes: [...boxes.keys()], edges: [...edges.keys()] };
}

/** The indices of boxes and edges that hang together, part by part; the part of box 0 is the first. */
function components(boxes, edges) {
  const sets = new DisjointSets(boxes.length);
  for (const { source, target } of edges) sets.join(source, target);
  const parts = new Map();
  boxes.forEach((_, v) => {
    if (!parts.has(sets.find(v))) parts.set(sets.find(v), { boxes: [], edges: [] });
    parts.get(sets.find(v)).boxes.push(v);
  });
  edges.forEach(({ source }, e) => parts.get(sets.find(source)).edges.push(e));
  return [...parts.values()];
}

/** The ranks, with the boxes that are to stand at a side there. */
function atSides(boxes, rank) {
  const last = Math.max(0, ...rank);
  return rank.map((own, v) => (boxes[v].side === "first" ? 0 : boxes[v].side === "last" ? last : own));
}

function layoutPart(part, allBoxes, allEdges, { rankGap, boxGap, edgeGap, keepOrder }) {
  const boxes = part.boxes.map((box) => allBoxes[box]);
  const number = new Map(part.boxes.map((box, n) => [box, n]));
  const edges = part.edges.map((edge) => allEdges[edge]);
  const own = edges.map(({ source, target }) => ({ source: number.get(source), target: number.get(target) }));
  const [widths, heights] = [boxes.map(({ width }) => width), boxes.map(({ height }) => height)];

  const graph = layered(atSides(boxes, ranks(boxes.length, own)), own);
  const preference = boxes.map(({ order }) => order ?? undefined);
  const { layers, place, crossings } = orderLayers(graph, preference, keepOrder);
  const planned = ports(heights, graph.chains, place, edgeGap);
  const middle = verticals(graph, layers, place, heights, planned, { boxGap, edgeGap });
  const along = heightsAlong(graph, middle, straightened(heights, graph.chains, place, edgeGap, planned, middle));
  const borders = columns(graph, widths, along, rankGap);

  const x = boxes.map(({ width }, v) => (borders[graph.rank[v]].left + borders[graph.rank[v]].right - width) / 2);
  const y = boxes.map(({ height }, v) => middle[v] - height / 2);
  const top = Math.min(...y, ...along.flat());
  const routes = graph.chains.map((chain, e) => {
    const heightsOfEdge = along[e].map((h) => h - top);
    const [source, target] = [chain[0], chain.at(-1)];
    return route(chain, heightsOfEdge, x[source] + widths[source], x[target], graph.rank, borders);
  });
  const bottom = Math.max(top, ...y.map((h, v) => h + heights[v]), ...along.flat());
  return {
    x,
    y: y.map((h) => h - top),
    width: borders.length ? borders.at(-1).right : 0,
    height: boxes.length ? bottom - top : 0,
    routes,
    crossings,
    ranks: graph.rank.slice(0, boxes.length),
  };
}

/** Where the labels of edges stand: on their curve, clear of boxes, of each other and of other edges. */

import { pointOnSamples, sampled } from "./curves.js";

/** Parts of a curve's length at which a label is tried: the middle first, as equal places go to the first. */
const PLACES = [
  0.5, 0.45, 0.55, 0.4, 0.6, 0.35, 0.65, 0.3, 0.7, 0.25, 0.75, 0.2, 0.8, 0.16, 0.84, 0.12, 0.88, 0.08, 0.92,
];

/** What is worse: a px² of overlap with a box or with a label, or a px of another edge under the label. */
const [BOX, LABEL, EDGE] = [8, 2, 6];

/** How often all labels are placed anew, each in view of where the others stand. */
const ROUNDS = 3;

/** Side of the squares in which neighbours are looked up, px. */
const CELL = 64;

/**
 * Places for the labels of edges: of several along each curve that with the least overlap.
 *
 * @param {({width: number, height: number} | null)[]} labels for each route, px; null for one without a label
 * @param {{x: number, y: number, width: number, height: number}[]} boxes top left corners and sizes, px
 * @param {{x: number, y: number}[][]} routes as of `layout`
 * @returns {({x: number, y: number, free: boolean} | null)[]} for each label its middle, and whether it overlaps
 *     nothing; null for null
 */
export function placeLabels(labels, boxes, routes) {
  const lines = routes.map(sampled);
  const boxesNear = new Grid();
  boxes.forEach((box) => boxesNear.add(box, box));
  const piecesNear = new Grid();
  lines.forEach((line, edge) => {
    for (let i = 1; i < line.length; i++) {
      const piece = { from: line[i - 1], to: line[i], edge };
      piecesNear.add(around(piece.from, piece.to), piece);
    }
  });
  const candidates = labels.map((label, edge) => label && tried(label, lines[edge], edge, boxesNear, piecesNear));
  const labelsNear = new Grid();
  const placed = new Array(labels.length).fill(null);
  const edges = [...labels.keys()].filter((edge) => labels[edge]);
  // Those with the fewest good places choose first.
  const choice = (edge) => candidates[edge].filter(({ cost }) => cost === 0).length;
  const choices = new Map(edges.map((edge) => [edge, choice(edge)]));
  edges.sort((a, b) => choices.get(a) - choices.get(b) || a - b);
  for (let round = 0; round < ROUNDS; round++) {
    for (const edge of edges) {
      if (placed[edge]) labelsNear.remove(placed[edge].rectangle, placed[edge]);
      placed[edge] = cheapest(candidates[edge], labelsNear);
      labelsNear.add(placed[edge].rectangle, placed[edge]);
    }
  }
  return placed.map((place) => place && { x: place.x, y: place.y, free: total(place, labelsNear) === 0 });
}

/** All places along a line, with what each costs whatever other labels do. */
function tried({ width, height }, line, edge, boxesNear, piecesNear) {
  return PLACES.map((t) => {
    const { x, y } = pointOnSamples(line, t);
    const rectangle = { x: x - width / 2, y: y - height / 2, width, height };
    let cost = 0;
    for (const box of boxesNear.near(rectangle)) cost += BOX * overlap(rectangle, box);
    for (const piece of piecesNear.near(rectangle)) {
      if (piece.edge !== edge) cost += EDGE * lengthWithin(piece.from, piece.to, rectangle);
    }
    return { x, y, rectangle, cost };
  });
}

function cheapest(places, labelsNear) {
  let best = null;
  let least = Infinity;
  for (const place of places) {
    if (place.cost >= least) continue;
    const cost = total(place, labelsNear);
    if (cost < least) [best, least] = [place, cost];
  }
  return best;
}

function total(place, labelsNear) {
  let { cost } = place;
  for (const other of labelsNear.near(place.rectangle)) {
    if (other !== place) cost += LABEL * overlap(place.rectangle, other.rectangle);
  }
  return cost;
}

/** Area that two rectangles share. */
function overlap(a, b) {
  const wide = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x);
  const high = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y);
  return wide > 0 && high > 0 ? wide * high : 0;
}

/** Length of the part of a line that lies within a rectangle (Liang & Barsky 1984). */
function lengthWithin(from, to, { x, y, width, height }) {
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  let [start, end] = [0, 1];
  const [right, bottom] = [x + width, y + height];
  for (const [step, room] of [[-dx, from.x - x], [dx, right - from.x], [-dy, from.y - y], [dy, bottom - from.y]]) {
    if (step === 0 && room <= 0) return 0;
    if (step < 0) start = Math.max(start, room / step);
    if (step > 0) end = Math.min(end, room / step);
  }
  return end > start ? (end - start) * Math.hypot(dx, dy) : 0;
}

/** The rectangle that two points span. */
function around(p, q) {
  const [x, y] = [Math.min(p.x, q.x), Math.min(p.y, q.y)];
  return { x, y, width: Math.abs(p.x - q.x), height: Math.abs(p.y - q.y) };
}

/** Things by the squares that they touch. */
class Grid {
  cells = new Map();

  add(rectangle, thing) {
    for (const key of keys(rectangle)) {
      if (this.cells.has(key)) this.cells.get(key).add(thing);
      else this.cells.set(key, new Set([thing]));
    }
  }

  remove(rectangle, thing) {
    for (const key of keys(rectangle)) this.cells.get(key).delete(thing);
  }

  /** What shares a square with a rectangle, each once. */
  near(rectangle) {
    const found = new Set();
    for (const key of keys(rectangle)) for (const thing of this.cells.get(key) ?? []) found.add(thing);
    return found;
  }
}

function keys({ x, y, width, height }) {
  const result = [];
  for (let i = Math.floor(x / CELL); i <= Math.floor((x + width) / CELL); i++) {
    for (let j = Math.floor(y / CELL); j <= Math.floor((y + height) / CELL); j++) result.push(i * 1e6 + j);
  }
  return result;
}

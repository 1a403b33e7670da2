/** A way around boxes, for an edge that no layout was made for. */

import { sampled } from "./curves.js";

/** How far from a box an edge passes it, px, and how often a way is looked at again. */
const [DISTANCE, ATTEMPTS] = [16, 6];

/**
 * The points of a route that leads around boxes that stand in its way, above or below each, whichever is nearer.
 *
 * Where boxes stand so close that what avoids the one hits the other, the route may still pass one of them.
 *
 * @param {{x, y}[]} route from left to right
 * @param {{x, y, width, height}[]} boxes
 * @returns {{x, y}[]} with the same ends
 */
export function bypass(route, boxes) {
  const sides = new Map(); // of each box in the way, at which height it is passed
  let points = route;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const samples = sampled(points);
    const met = boxes.map((box) => [box, heightsWithin(samples, box)]).filter(([, heights]) => heights.length);
    if (met.length === 0) return points;
    for (const [box, heights] of met) sides.set(box, sideOf(box, heights, sides.get(box)));
    points = through(route, sides);
  }
  return points;
}

/** The heights at which a line through samples, x increasing, is inside of a box: one for each stretch that is. */
function heightsWithin(samples, box) {
  const heights = [];
  for (let n = 1; n < samples.length; n++) {
    const [from, to] = [samples[n - 1], samples[n]];
    const [left, right] = [Math.max(from.x, box.x), Math.min(to.x, box.x + box.width)];
    if (left >= right) continue;
    const heightAt = (x) => from.y + ((to.y - from.y) * (x - from.x)) / (to.x - from.x);
    const [high, low] = [heightAt(left), heightAt(right)].sort((one, other) => one - other);
    if (low > box.y && high < box.y + box.height) heights.push((high + low) / 2);
  }
  return heights;
}

/** Above or below a box, as it is met; on the other side where that was tried. */
function sideOf(box, heights, before) {
  const [above, below] = [box.y - DISTANCE, box.y + box.height + DISTANCE];
  if (before !== undefined) return before === above ? below : above;
  const height = heights.reduce((sum, y) => sum + y, 0) / heights.length;
  return height < box.y + box.height / 2 ? above : below;
}

/** The route through the points beside the boxes that it passes, each passed on the level. */
function through(route, sides) {
  const [start, end] = [route[0], route.at(-1)];
  const passing = [...sides].sort(([one], [other]) => one.x - other.x).flatMap(([box, y]) => [
    { x: box.x, y },
    { x: box.x + box.width, y },
  ]);
  const inOrder = [];
  for (const point of passing) {
    const last = inOrder.at(-1) ?? start;
    if (point.x > last.x && point.x < end.x) inOrder.push(point);
  }
  return [start, ...inOrder, end];
}

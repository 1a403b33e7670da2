/** Topological order: every edge leads on (Kahn 1962). */

import { Heap } from "./heap.js";

/**
 * Items in topological order; as far as that permits, in their given order. Those that a circle holds back are missing.
 *
 * @param {any[]} items in the order in which they would best be shown
 * @param {[any, any][]} edges between items
 */
export function inTopologicalOrder(items, edges) {
  const waitsFor = new Map(items.map((item) => [item, 0]));
  const next = new Map(items.map((item) => [item, []]));
  const place = new Map(items.map((item, n) => [item, n]));
  for (const [source, target] of edges) {
    waitsFor.set(target, waitsFor.get(target) + 1);
    next.get(source).push(target);
  }
  const ready = new Heap((one, other) => place.get(one) < place.get(other));
  for (const item of items) if (waitsFor.get(item) === 0) ready.push(item);
  const order = [];
  while (ready.size) {
    const item = ready.pop();
    order.push(item);
    for (const target of next.get(item)) {
      waitsFor.set(target, waitsFor.get(target) - 1);
      if (waitsFor.get(target) === 0) ready.push(target);
    }
  }
  return order;
}

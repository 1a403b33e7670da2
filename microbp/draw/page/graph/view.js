/** A view of a recording: which groups are closed, and the boxes and edges that are seen then. */

import { contract } from "./contract.js";
import { Group } from "./groups.js";
import { inTopologicalOrder } from "../base/topological.js";

/** Boxes that are laid out at most; one of these is kept for a number that a reader takes out of a closed group. */
export const MOST = 300;

/**
 * Boxes are single nodes and closed groups; an open group is a frame around its own.
 *
 * boxes    each with its group or its node, its members (nodes), and the open group that it stands in (frame)
 * frames   the open groups, but for the root
 * edges    between boxes (by their places): each with the edges of the recording that it stands for
 * order    the boxes in topological order; null where closed groups lead to each other in a circle
 */
export class View {
  /**
   * @param {Recording} recording
   * @param {{root: Group, groupOf: Group[]}} tree
   * @param {Set<Group>} open the groups that are open, if all that they are in are
   * @param {Set<number>} pinned nodes that have a box of their own beside the closed group that they are in, where
   *     that makes no circle
   */
  constructor(recording, tree, open, pinned = new Set()) {
    Object.assign(this, { recording, tree, open, pinned, boxes: [], frames: [] });
    this.boxOf = new Int32Array(recording.count);
    this.collect(tree.root);
    this.edges = this.edgesBetween();
    this.order = this.topologicalOrder();
  }

  /** Whether a group is a frame here. */
  isOpen(group) {
    return group.kind === "root" || this.open.has(group);
  }

  /** The recording with only those nodes kept that have a box, or by which a group is left; null if too large. */
  get contracted() {
    this.cachedContracted ??= { value: this.contractedWith([]) };
    return this.cachedContracted.value;
  }

  /** The same with some nodes kept that are inside of closed groups. */
  contractedWith(nodes) {
    const kept = this.keptNodes();
    for (const node of nodes) kept[node] = 1;
    return contract(this.recording.graph, kept);
  }

  /** The rate factors between two boxes: an edge of the contracted graph each. */
  ratesBetween(source, target) {
    this.cachedRates ??= this.ratesByBoxes();
    return this.cachedRates?.get(source * this.boxes.length + target) ?? [];
  }

  /** 1 for each node that has a box, or by which a closed group is left. */
  keptNodes() {
    const { recording, boxOf } = this;
    const kept = new Uint8Array(recording.count);
    for (const { node } of this.boxes) if (node !== null) kept[node] = 1;
    const { graph } = recording;
    for (let edge = 0; edge < graph.size; edge++) {
      if (boxOf[graph.source[edge]] !== boxOf[graph.target[edge]]) kept[graph.source[edge]] = 1;
    }
    for (const output of recording.outputs) kept[output] = 1;
    return kept;
  }

  /** The nodes of a box by which it is left, or which it was computed for. */
  exitsOf(box) {
    this.cachedKept ??= this.keptNodes();
    return this.boxes[box].members.filter((node) => this.cachedKept[node]);
  }

  collect(group) {
    for (const item of group.items) {
      if (!(item instanceof Group)) this.addBox(null, item, [item], group);
      else if (this.isOpen(item)) {
        this.frames.push(item);
        this.collect(item);
      } else {
        const inside = item.members.filter((node) => this.pinned.has(node) && this.canStandAlone(node, item));
        for (const node of inside) this.addBox(null, node, [node], group);
        const members = inside.length ? item.members.filter((node) => !this.pinned.has(node)) : item.members;
        if (members.length) this.addBox(item, null, members, group);
      }
    }
  }

  /** Whether a box of its own for a node makes no circle with the group: all edges between lead one way. */
  canStandAlone(node, group) {
    const { all } = this.recording;
    const isInside = new Set(group.members);
    const comesOf = all.into(node).some((edge) => isInside.has(all.source[edge]));
    return !comesOf || !all.out(node).some((edge) => isInside.has(all.target[edge]));
  }

  addBox(group, node, members, frame) {
    const id = group ? group.id : `n${node}`;
    for (const member of members) this.boxOf[member] = this.boxes.length;
    this.boxes.push({ id, group, node, members, frame });
  }

  edgesBetween() {
    const { all } = this.recording;
    const edges = [];
    const byEnds = new Map();
    for (let edge = 0; edge < all.size; edge++) {
      const source = this.boxOf[all.source[edge]];
      const target = this.boxOf[all.target[edge]];
      if (source === target) continue;
      const isSingle = this.boxes[source].node !== null && this.boxes[target].node !== null;
      const key = source * this.boxes.length + target;
      if (!isSingle && byEnds.has(key)) {
        byEnds.get(key).edges.push(edge);
        continue;
      }
      const between = { source, target, edges: [edge] };
      byEnds.set(key, between);
      edges.push(between);
    }
    return edges;
  }

  topologicalOrder() {
    const { boxes, edges } = this;
    // The operations in the order of their recording, as far as closed groups permit it.
    const last = boxes.map(({ members }) => members.at(-1));
    const byLast = [...boxes.keys()].sort((one, other) => last[one] - last[other]);
    const order = inTopologicalOrder(byLast, edges.map(({ source, target }) => [source, target]));
    return order.length === boxes.length ? order : null;
  }

  ratesByBoxes() {
    const { contracted, boxOf } = this;
    if (contracted === null) return null;
    const rates = new Map();
    for (let edge = 0; edge < contracted.graph.size; edge++) {
      const source = contracted.nodes[contracted.graph.source[edge]];
      const target = contracted.nodes[contracted.graph.target[edge]];
      if (boxOf[source] === boxOf[target]) continue;
      const key = boxOf[source] * this.boxes.length + boxOf[target];
      if (!rates.has(key)) rates.set(key, []);
      rates.get(key).push({ source, target, rate: contracted.graph.rate[edge] });
    }
    return rates;
  }
}

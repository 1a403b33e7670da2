/** Where everything stands: each open group is laid out by itself, and is a box in the layout of what it stands in. */

import { layout } from "../layout/layout.js";

/** Around the boxes in a frame, and above them for its name. */
const PADDING = 12;
const TITLE = 20;

/** Of a name in a frame: a letter, and what closes the frame beside it. */
const [LETTER, CLOSER] = [7, 44];

/** Where an edge from outside comes in, or one to outside leaves: as wide as the boxes that it passes between. */
const PORT = { width: 80, height: 8 };

/** The gap between ranks, with room for a rate factor, and between boxes; wider between layers than in a neuron. */
const GAPS = {
  root: { rankGap: 84, boxGap: 18 },
  network: { rankGap: 100, boxGap: 18, edgeGap: 15 },
  layer: { rankGap: 70, boxGap: 16, edgeGap: 15 },
  default: { rankGap: 64, boxGap: 12 },
};

/**
 * Places for the boxes, frames and edges of a view.
 *
 * @param {View} view
 * @param {{width: number, height: number}[]} sizes of the boxes
 * @returns {{boxes: object[], frames: object[], routes: {x, y}[][], width: number, height: number}} boxes as
 *     {x, y, width, height}, frames as the same with their group
 */
export function arrange(view, sizes) {
  const places = new Array(view.boxes.length);
  const frames = new Map();
  const routes = view.edges.map(() => ({ start: [], middle: [], end: [] }));
  const whole = arrangeGroup(view, view.tree.root, sizes);
  whole.put(0, 0, places, frames, routes);
  return {
    boxes: places,
    frames: [...frames].map(([group, place]) => ({ group, ...place })),
    routes: routes.map(({ start, middle, end }, edge) =>
      joined(view.edges[edge], places, [...start, ...middle, ...end]),
    ),
    width: whole.width,
    height: whole.height,
  };
}

/** The straight way between two boxes: from the middle of a right side to the middle of a left one. */
export function straight(from, to) {
  return [{ x: from.x + from.width, y: from.y + from.height / 2 }, { x: to.x, y: to.y + to.height / 2 }];
}

/** A layout of what a group holds, which can be put at a place. */
function arrangeGroup(view, group, sizes) {
  const items = itemsIn(view, group);
  const inner = items.map((item) => (item.group ? arrangeGroup(view, item.group, sizes) : sizes[item.box]));
  const itemOf = new Map();
  items.forEach((item, n) => item.boxes.forEach((box) => itemOf.set(box, n)));

  const boxes = items.map((item, n) => ({ width: inner[n].width, height: inner[n].height, order: n }));
  const edges = [];
  const carried = []; // for each edge of the layout, the edges of the view that take its way
  const ports = new Map();
  const portOf = (box, side) => {
    const key = `${side} ${box}`;
    if (!ports.has(key)) {
      ports.set(key, boxes.length);
      boxes.push({ ...PORT, side, order: box });
    }
    return ports.get(key);
  };
  const between = new Map();
  view.edges.forEach(({ source, target }, edge) => {
    const [from, to] = [itemOf.get(source), itemOf.get(target)];
    if (from === to || (from === undefined && to === undefined)) return;
    const start = from ?? portOf(source, "first");
    const end = to ?? portOf(target, "last");
    const isOwn = items[from]?.group === null && items[to]?.group === null;
    const key = `${start} ${end}`;
    if (!isOwn && between.has(key)) carried[between.get(key)].push(edge);
    else {
      between.set(key, edges.length);
      edges.push({ source: start, target: end });
      carried.push([edge]);
    }
  });
  const keepOrder = ["layer", "input", "tensor", "part"].includes(group.kind);
  const gaps = GAPS[group.groups.some(({ kind }) => kind === "layer") ? "network" : group.kind] ?? GAPS.default;
  const laid = layout(boxes, edges, { ...gaps, keepOrder });
  const isRoot = group.kind === "root";
  // Columns that hold nothing but ports need no room.
  const own = items.map((_, n) => ({ left: laid.x[n], right: laid.x[n] + inner[n].width }));
  const [left, right] = [Math.min(...own.map((item) => item.left)), Math.max(...own.map((item) => item.right))];
  const [padding, above] = isRoot ? [0, 0] : [PADDING, PADDING + TITLE];
  const columns = columnsOf(boxes, laid);
  return {
    width: Math.max(right - left + 2 * padding, isRoot ? 0 : LETTER * group.name.length + CLOSER),
    height: laid.height + above + padding,
    put(x, y, places, frames, routes) {
      if (!isRoot) frames.set(group, { x, y, width: this.width, height: this.height });
      const [originX, originY] = [x + padding - left, y + above];
      items.forEach((item, n) => {
        const [itemX, itemY] = [originX + laid.x[n], originY + laid.y[n]];
        if (item.group) inner[n].put(itemX, itemY, places, frames, routes);
        else places[item.box] = { x: itemX, y: itemY, ...sizes[item.box] };
      });
      const isWithin = (point) => point.x > x + padding + 1 && point.x < x + this.width - padding - 1;
      // A port beside boxes is passed on the level; in a column of its own it is left out.
      const throughPort = (points, side) => {
        const isAlone = side < 0 ? left >= PORT.width : laid.width - right >= PORT.width;
        const [port, end] = side < 0 ? [points[0], points.at(-1)] : [points.at(-1), points[0]];
        const between = points.slice(1, -1);
        const outside = { x: port.x + side * PORT.width, y: port.y };
        const inside = isAlone ? between.filter(isWithin) : between;
        const line = isAlone ? [...inside] : side < 0 ? [outside, port, ...inside] : [...inside, port, outside];
        return side < 0 ? [...line, end] : [end, ...line];
      };
      carried.forEach((viewEdges, n) => {
        const points = laid.routes[n].map((point) => ({ x: point.x + originX, y: point.y + originY }));
        const { source, target } = edges[n];
        // Where an edge begins or ends inside of a frame, that frame's own layout says how; between them, it keeps to
        // its way through the columns that it passes.
        const [isFrom, isTo] = [source, target].map((item) => item >= items.length || items[item].group === null);
        const [after, before] = [columns[laid.ranks[source]].right + 1, columns[laid.ranks[target]].left - 1];
        const isOnTheWay = (point) => point.x > originX + after && point.x < originX + before;
        const between = points.slice(1, -1).filter((point) => (isFrom && isTo) || isOnTheWay(point));
        const part = [...points.slice(0, isFrom ? 1 : 0), ...between, ...(isTo ? points.slice(-1) : [])];
        for (const edge of viewEdges) {
          if (source >= items.length) {
            routes[edge].end.unshift(...(isTo ? throughPort(part, -1) : part.slice(1).filter(isWithin)));
          } else if (target >= items.length) {
            routes[edge].start.push(...(isFrom ? throughPort(part, 1) : part.slice(0, -1).filter(isWithin)));
          } else routes[edge].middle = part;
        }
      });
    },
  };
}

/** From where to where the boxes of each rank reach. */
function columnsOf(boxes, { x, ranks }) {
  const columns = [];
  boxes.forEach(({ width }, box) => {
    const column = (columns[ranks[box]] ??= { left: Infinity, right: -Infinity });
    column.left = Math.min(column.left, x[box]);
    column.right = Math.max(column.right, x[box] + width);
  });
  return columns;
}

/** What stands in a group directly: boxes, and open groups with all boxes in them. */
function itemsIn(view, group) {
  const items = [];
  const itemOfGroup = new Map();
  view.boxes.forEach(({ frame }, box) => {
    const line = frame.line;
    const place = line.indexOf(group);
    if (place === 0) items.push({ group: null, box, boxes: [box] });
    else if (place > 0) {
      const inside = line[place - 1];
      if (!itemOfGroup.has(inside)) {
        itemOfGroup.set(inside, { group: inside, boxes: [] });
        items.push(itemOfGroup.get(inside));
      }
      itemOfGroup.get(inside).boxes.push(box);
    }
  });
  return items;
}

/** The points of an edge, which begins and ends at its boxes whatever the layouts on its way said. */
function joined({ source, target }, places, points) {
  const [start, end] = straight(places[source], places[target]);
  const inside = points.filter(({ x }) => x > start.x + 1 && x < end.x - 1);
  const first = points[0] && Math.abs(points[0].x - start.x) <= 1 ? points[0] : start;
  const last = points.at(-1) && Math.abs(points.at(-1).x - end.x) <= 1 ? points.at(-1) : end;
  return [first, ...inside, last];
}

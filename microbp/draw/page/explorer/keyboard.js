/** The keyboard: steps from anywhere, and in the picture a walk from box to edge to box. */

import { hasModifier } from "../base/elements.js";

/** Let keys do what the mouse does. */
export function keyboard(explorer) {
  document.addEventListener("keydown", (event) => {
    if (hasModifier(event)) return;
    const isPicture = event.target.closest?.(".picture");
    const done = (isPicture && inPicture(explorer, event)) || anywhere(explorer, event);
    if (done) event.preventDefault();
  });
}

function anywhere(explorer, { key, target }) {
  const isField = target.matches?.("input, select, textarea");
  if (isField && (target.type !== "range" || key.startsWith("Arrow"))) return false;
  if (key === " " && target.matches?.("button, summary, input")) return false;
  if (key !== "Escape") return !explorer.game && explorer.controls.stepper.pressed(key); // no steps while boxes are out
  explorer.select(null);
  return true;
}

function inPicture(explorer, { key, target }) {
  const element = target.closest("[data-box], [data-edge], [data-close]");
  if (element === null) return false;
  const { box, edge, close } = element.dataset;
  if (key === "Enter" || key === " ") {
    if (close !== undefined) explorer.closeGroup(explorer.view.frames.find(({ id }) => id === close));
    else if (edge === undefined) explorer.chooseBox(Number(box));
    else explorer.select({ edge: Number(edge) });
    return true;
  }
  if (explorer.game) return box !== undefined && inGame(explorer, Number(box), key);
  if (box !== undefined) return fromBox(explorer, Number(box), key);
  return edge !== undefined && fromEdge(explorer, Number(edge), key);
}

function fromBox(explorer, box, key) {
  const { view } = explorer;
  const { group, frame } = view.boxes[box];
  if (key === "+" && group) explorer.openGroup(group);
  else if (key === "-" && frame.kind !== "root") explorer.closeGroup(frame);
  else if (key === "ArrowRight") focusEdge(explorer, edgesAt(explorer, "source", box)[0]);
  else if (key === "ArrowLeft") focusEdge(explorer, edgesAt(explorer, "target", box)[0]);
  else if (key === "ArrowDown") explorer.focusBox(neighbour(explorer, box, 1));
  else if (key === "ArrowUp") explorer.focusBox(neighbour(explorer, box, -1));
  else return false;
  return true;
}

/** In the game, where edges come and go, a walk from box to box: in the order of the forward sweep, or up and down. */
function inGame(explorer, box, key) {
  const { view, picture } = explorer;
  const order = view.order.filter((other) => picture.isThere(other));
  const place = order.indexOf(box);
  if (key === "ArrowRight") explorer.focusBox(order[place + 1]);
  else if (key === "ArrowLeft") explorer.focusBox(order[place - 1]);
  else if (key === "ArrowDown") explorer.focusBox(neighbour(explorer, box, 1));
  else if (key === "ArrowUp") explorer.focusBox(neighbour(explorer, box, -1));
  else return false;
  return true;
}

function fromEdge(explorer, edge, key) {
  const { source, target } = explorer.view.edges[edge];
  if (key === "ArrowRight") explorer.focusBox(target);
  else if (key === "ArrowLeft") explorer.focusBox(source);
  else if (key === "ArrowDown" || key === "ArrowUp") {
    const beside = edgesAt(explorer, explorer.cameBy ?? "source", explorer.cameBy === "target" ? target : source);
    const place = beside.indexOf(edge) + (key === "ArrowDown" ? 1 : -1);
    focusEdge(explorer, beside[(place + beside.length) % beside.length]);
  } else return false;
  return true;
}

/** The edges at a box, from top to bottom at their other end. */
function edgesAt(explorer, side, box) {
  const { view, picture } = explorer;
  explorer.cameBy = side;
  const other = side === "source" ? "target" : "source";
  const top = (edge) => picture.placed.boxes[view.edges[edge][other]].y;
  return view.edges
    .flatMap((edge, place) => (edge[side] === box ? [place] : []))
    .sort((one, two) => top(one) - top(two));
}

function focusEdge(explorer, edge) {
  if (edge === undefined) return;
  const { group } = explorer.picture.edges[edge];
  group.focus();
  group.scrollIntoView({ block: "nearest", inline: "nearest" });
}

/** The next box below, or above: in the same column where there is one. */
function neighbour(explorer, box, direction) {
  const { boxes } = explorer.picture.placed;
  const here = boxes[box];
  let best = box;
  let least = Infinity;
  boxes.forEach((there, other) => {
    const down = (there.y - here.y) * direction;
    if (other === box || down <= 0 || !explorer.picture.isThere(other)) return;
    const distance = down + 3 * Math.abs(there.x + there.width / 2 - here.x - here.width / 2);
    if (distance < least) [best, least] = [other, distance];
  });
  return best;
}

/** The picture during the game: boxes that are gone, the edges that bridge them, and what each box would take. */

import { straight } from "./arrange.js";
import { bypass } from "../layout/bypass.js";
import { edgeElement, labelSize, putLabel, rateLooks } from "./edges.js";
import { svg } from "../base/elements.js";
import { placeLabels } from "../layout/labels.js";

/** The explorer's picture as the game changes it. */
export class GamePicture {
  /**
   * @param {Picture} picture
   * @param {Game} game
   */
  constructor(picture, game) {
    this.picture = picture;
    this.game = game;
    this.layer = svg("g", { class: "game-edges" });
    picture.element.classList.add("in-game");
    picture.element.querySelector(".box").before(this.layer);
    this.names = picture.boxes.map(({ group }) => group.getAttribute("aria-label"));
    this.degrees = picture.boxes.map(({ group }, box) => {
      const { width } = picture.placed.boxes[box];
      const text = svg("text", { class: "degree", x: width - 2, y: -3 });
      group.append(" ", text);
      return text;
    });
    this.routes = new Map(
      picture.view.edges.map(({ source, target }, edge) => [key(source, target), picture.placed.routes[edge]]),
    );
    const ends = game.edges.flatMap(({ source, target }) => [source, target]);
    this.started = new Set(ends.map((node) => picture.view.boxOf[node]));
  }

  /** A way from box to box where no edge was, around the boxes that are left. */
  bridge(source, target) {
    const { boxes } = this.picture.placed;
    const left = boxes.filter((_, box) => box !== source && box !== target && this.game.nodesIn(box).length);
    return bypass(straight(boxes[source], boxes[target]), left);
  }

  /** Leave the picture as it was before the game. */
  remove() {
    this.layer.remove();
    this.degrees.forEach((text) => text.remove());
    this.picture.element.classList.remove("in-game");
    this.picture.boxes.forEach(({ group }, box) => {
      group.classList.remove("fixed", "outside", "gone");
      group.setAttribute("aria-label", this.names[box]);
    });
  }

  /** Show what is left; bridges are the edges that the last move changed. */
  show(bridges) {
    const { picture, game } = this;
    const { boxOf } = picture.view;
    const fresh = new Set(bridges.map(({ source, target }) => key(boxOf[source], boxOf[target])));
    picture.boxes.forEach(({ group }, box) => {
      const nodes = game.nodesIn(box);
      const isFixed = game.inputs.has(box) || box === game.output;
      group.classList.toggle("fixed", isFixed && this.started.has(box));
      group.classList.toggle("outside", !this.started.has(box));
      group.classList.toggle("gone", this.started.has(box) && nodes.length === 0);
      const degree = isFixed || nodes.length !== 1 ? "" : degreeText(game.elimination, nodes[0]);
      this.degrees[box].textContent = degree;
      group.setAttribute("aria-label", [this.names[box], degree].filter(Boolean).join(" "));
    });
    const between = new Map();
    for (const { source, target, rate } of game.edges) {
      const ends = key(boxOf[source], boxOf[target]);
      if (boxOf[source] === boxOf[target]) continue;
      if (!between.has(ends)) between.set(ends, { source: boxOf[source], target: boxOf[target], rates: [] });
      between.get(ends).rates.push(rate);
    }
    const edges = [...between].map(([ends, { source, target, rates }]) => {
      const looks = rateLooks(rates);
      const route = this.routes.get(ends) ?? this.bridge(source, target);
      const { group, label } = edgeElement(route, looks);
      group.classList.toggle("fresh", fresh.has(ends));
      group.setAttribute("aria-label", picture.nameOfEdge(looks, source, target));
      group.setAttribute("role", "img");
      return { group, label, route, looks };
    });
    this.layer.replaceChildren(...edges.map(({ group }) => group));
    const sizes = edges.map(({ looks }) => labelSize(looks));
    const left = picture.placed.boxes.filter((_, box) => game.nodesIn(box).length);
    placeLabels(sizes, left, edges.map(({ route }) => route)).forEach((place, n) => putLabel(edges[n].label, place));
  }
}

/** What it costs to take a node out: edges in times edges out. */
function degreeText(elimination, node) {
  const [into, out] = [elimination.into.get(node).size, elimination.out.get(node).size];
  return `${into} in · ${out} out = ${into * out}`;
}

function key(source, target) {
  return `${source} ${target}`;
}

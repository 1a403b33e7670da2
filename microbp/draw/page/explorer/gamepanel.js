/** The game of elimination: nodes are taken out one by one, until one edge is left whose weight is the gradient. */

import { button, html, refill } from "../base/elements.js";
import { Game } from "../graph/game.js";
import { GamePicture } from "./gamepicture.js";
import { countOf, countText, numberText, operandText } from "../base/numbers.js";

const ORDERS = { forward: "forward order", reverse: "reverse order", markowitz: "cheapest first" };

/** Bridges that the message tells one by one. */
const TOLD = 3;

/** Significant figures of the gradient. */
const FIGURES = 7;

/** The panel of the game, hidden until it begins. */
export class GamePanel {
  /** @param {Explorer} explorer what is drawn and selected, and `say` */
  constructor(explorer) {
    this.explorer = explorer;
    this.score = html("p", { class: "score" });
    this.all = html("input", { type: "checkbox", onchange: () => this.begin() });
    this.element = html(
      "div", { class: "game", role: "group", "aria-label": "take out nodes" },
      html("span", {}, "take out the next in"),
      ...Object.entries(ORDERS).map(([order, name]) => button(name, () => this.takeNext(order))),
      button("undo", () => this.undo()),
      button("begin anew", () => this.begin()),
      html("label", {}, this.all, " by all inputs"),
      this.score,
    );
    this.element.hidden = true;
  }

  /** Begin the game, or end it. */
  toggle() {
    if (this.explorer.game) this.explorer.redraw();
    else this.begin();
  }

  /** Begin with all nodes in place: between the selected number and the output, or between all inputs and it. */
  begin() {
    const { explorer } = this;
    explorer.controls.stepper.pause();
    const from = explorer.from ?? firstParameter(explorer.recording);
    if (from === null) return explorer.say("Nothing here can vary, so there is no gradient to be found.");
    const isClosed = () => explorer.view.boxes[explorer.view.boxOf[from]].node === null;
    if (explorer.from === null || isClosed()) explorer.pin(from);
    if (isClosed()) return explorer.say(`${explorer.recording.name(from)} stands in a closed group: open it first.`);
    explorer.goTo(explorer.steps.last);
    if (explorer.view.contracted === null) {
      const says = "Too many paths lead through what is closed here to add them up: open some of it, or close more.";
      return explorer.say(says);
    }
    this.game = new Game(explorer.view, this.all.checked ? null : from, explorer.output);
    this.picture?.remove();
    this.picture = new GamePicture(explorer.picture, this.game);
    explorer.game = this;
    explorer.picture.light(null);
    return this.show(null);
  }

  /** The explorer draws something else: the game is over. */
  leave() {
    this.element.hidden = true;
    this.explorer.controls.showGame(false);
  }

  /** Take a box out, if the rules permit it. */
  take(box) {
    const name = this.explorer.picture.nameOf(box);
    const why = this.game.whyNot(box);
    if (why !== null) this.explorer.say(`${name} ${why}`);
    else this.show({ name, ...this.game.take(box) });
  }

  takeNext(order) {
    const box = this.game.next(order);
    if (box !== undefined) this.take(box);
  }

  undo() {
    this.game.undo();
    this.show(null);
  }

  /** Show what is left, and what it took. */
  show(taken) {
    const { explorer, game } = this;
    this.element.hidden = false;
    explorer.controls.showGame(true);
    this.picture.show(taken?.bridges ?? []);
    explorer.picture.restoreTabStop();
    explorer.say(this.sentence(taken));
    const sums = Object.entries(ORDERS).map(([order, name]) => `${name} ${countText(game.totals[order])}`);
    refill(
      this.score,
      "multiplications: ",
      html("data", { class: "multiplications", value: game.multiplications }, countText(game.multiplications)),
      `; in all it takes in ${sums.join(", ")}`,
    );
  }

  sentence(taken) {
    const { recording, output } = this.explorer;
    const { edges } = this.game;
    const name = recording.name(output);
    if (edges.length === 0) {
      const why = this.game.isByItself ? `∂${name}/∂${name} = 1` : `No path leads to ${name}`;
      return `${why}: there is nothing to take out.`;
    }
    if (this.game.isOver) {
      const named = edges.slice(0, TOLD).map((edge) => gradientText(recording, edge));
      const more = edges.length > TOLD ? ` and ${edges.length - TOLD} more` : "";
      const left = edges.length === 1
        ? "One edge is left, and its weight is the gradient"
        : "Only edges from inputs are left, and their weights are the gradient";
      return `${left}: ${named.join(", ")}${more}.`;
    }
    if (taken === null) {
      return `Take out the boxes between, one by one, until only edges to ${name} are left. `
        + "Which order takes the fewest multiplications?";
    }
    const told = taken.bridges.slice(0, TOLD).map((bridge) => bridgeText(recording, bridge));
    const more = taken.bridges.length > TOLD ? `; and ${taken.bridges.length - TOLD} more` : "";
    const count = countOf(taken.multiplications, "multiplication");
    return `Taken out: ${taken.name}, by ${count}: ${told.join("; ")}${more}`;
  }
}

function gradientText(recording, { source, target, rate }) {
  return `∂${recording.name(target)}/∂${recording.name(source)} = ${numberText(rate, FIGURES)}`;
}

function bridgeText(recording, { source, target, rateIn, rateOut, isNew }) {
  const product = `${numberText(rateIn)} × ${operandText(rateOut)}`;
  return `${recording.nameInText(source)} → ${recording.nameInText(target)} ${isNew ? "=" : "+="} ${product}`;
}

/** The first weight, or failing that the first number that a gradient can be asked by. */
function firstParameter(recording) {
  let first = null;
  for (let node = 0; node < recording.count; node++) {
    if (!recording.isLeaf(node) || !recording.varies[node]) continue;
    if (recording.role.letter[node] === "w") return node;
    first ??= node;
  }
  return first;
}

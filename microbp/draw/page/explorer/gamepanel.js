/** The game of elimination: nodes are taken out one by one, until one edge is left whose weight is the gradient. */

import { button, html, refill } from "../base/elements.js";
import { Game } from "../graph/game.js";
import { GamePicture } from "./gamepicture.js";
import { countOf, countText, numberText, operandText } from "../base/numbers.js";

const ORDERS = { forward: "forward order", reverse: "reverse order", markowitz: "fewest first" };

/** Bridges that the message tells one by one. */
const TOLD = 3;

/** How small the picture may be for all of the game to be seen. */
const SMALLEST = 0.48;

/** Significant figures of the gradient. */
const FIGURES = 7;

/** The panel of the game, hidden until it begins. */
export class GamePanel {
  /** @param {Explorer} explorer what is drawn and selected, and `say` */
  constructor(explorer) {
    this.explorer = explorer;
    this.score = html("p", { class: "score" });
    this.all = html("input", { type: "checkbox", onchange: () => this.askByAll() });
    this.orders = Object.entries(ORDERS).map(([order, name]) => button(name, () => this.takeNext(order)));
    this.element = html(
      "div", { class: "game", role: "group", "aria-label": "take out nodes" },
      html("span", {}, "take out the next in"),
      ...this.orders,
      button("undo", () => this.undo()),
      button("begin anew", () => this.begin()),
      html("label", {}, this.all, " gradient by all that is given, not by one number"),
      this.score,
    );
    this.element.hidden = true;
  }

  /** By all weights and biases, which are seen among the operations; or again by one of them. */
  askByAll() {
    const { explorer } = this;
    const { levels } = explorer;
    if (this.all.checked && explorer.level !== levels.at(-1)) explorer.showLevel(levels.at(-1));
    this.begin();
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
    const isAsked = explorer.from !== null && explorer.from !== explorer.output && explorer.steps.leads[explorer.from];
    const from = isAsked ? explorer.from : firstParameter(explorer.recording);
    if (from === null) return explorer.say("Nothing here can vary, so there is no gradient to be found.");
    const isClosed = () => explorer.view.boxes[explorer.view.boxOf[from]].node === null;
    if (!isAsked || isClosed()) explorer.pin(from);
    if (isClosed()) return explorer.say(`${explorer.recording.name(from)} stands in a closed group: open it first.`);
    explorer.goTo(explorer.steps.last);
    if (explorer.view.contracted === null) {
      return explorer.say("Too many paths lead through the closed groups: open some, or choose another level.");
    }
    this.game = new Game(explorer.view, this.all.checked ? null : from, explorer.output);
    this.picture?.remove();
    this.picture = new GamePicture(explorer.picture, this.game);
    explorer.game = this;
    explorer.picture.light(null);
    explorer.controls.fit(SMALLEST);
    return this.show(null);
  }

  /** The explorer draws something else: the game is over. */
  leave() {
    this.element.hidden = true;
    this.picture.remove();
    this.picture = undefined;
    this.explorer.controls.showGame(false);
  }

  /** Take a box out, if the rules permit it. */
  take(box) {
    const name = this.explorer.picture.nameOf(box);
    const why = this.game.whyNot(box);
    if (why !== null) this.explorer.say(`${name} ${why}`);
    else {
      const taken = this.game.take(box);
      this.show({ name, ...taken });
      const { boxOf } = this.explorer.view;
      const ends = taken.bridges.flatMap(({ source, target }) => [boxOf[source], boxOf[target]]);
      if (ends.length) this.explorer.controls.bringBoxesIntoSight(ends);
    }
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
    for (const order of this.orders) order.disabled = game.isOver;
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

  /** What was won, and why. */
  comparison() {
    const { multiplications, totals, inputs } = this.game;
    const least = Math.min(...Object.values(totals));
    const yours = `It took you ${countOf(multiplications, "multiplication")}`;
    const best = multiplications <= least ? "none of these orders takes fewer" : `${countText(least)} would do`;
    const why = inputs.size > 1
      ? "In reverse order each box that is taken out has one edge out, to what the gradient is of: one "
        + "multiplication an edge. In forward order it has an edge in from each number that it rests on."
      : "By one number both sweeps cost about the same; ask by all that is given, and they don't.";
    return `${yours}; ${best}. ${why}`;
  }

  sentence(taken) {
    const { recording, output } = this.explorer;
    const { edges } = this.game;
    const name = recording.name(output);
    if (edges.length === 0) {
      const says = this.game.isByItself ? `∂${name}/∂${name} = 1` : `No path leads to ${name}`;
      return `${says}: there is nothing to take out.`;
    }
    if (this.game.isOver) {
      const named = edges.slice(0, TOLD).map((edge) => gradientText(recording, edge));
      const more = edges.length > TOLD ? ` and ${edges.length - TOLD} more` : "";
      const left = edges.length === 1
        ? "One edge is left, and its weight is the gradient"
        : "Only edges from inputs are left, and their weights are the gradient";
      return `${left}: ${named.join(", ")}${more}. ${this.comparison()}`;
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

/** The training view: cost, weights and decision region by epochs, all moved by one slider. */

import { CostCard } from "./costcard.js";
import { html, refill } from "../base/elements.js";
import { MapCard } from "./mapcard.js";
import { countOf, countText, numberText } from "../base/numbers.js";
import { RegionCard } from "./regioncard.js";
import { Timeline } from "./timeline.js";
import { TrainingData } from "./trainingdata.js";
import { WeightPicker } from "./weightpicker.js";
import { WeightsCard } from "./weightscard.js";

/** Show a training run in an element of the page. */
export function showTraining(root, data) {
  const training = new Training(root, new TrainingData(data));
  training.show(training.data.frames.length - 1);
  return training;
}

/**
 * All that the cards share.
 *
 * frame     the slider's place
 * selected  the weight that the reader chose, null for none
 * lit       the weight that the reader points at
 */
class Training {
  constructor(root, data) {
    Object.assign(this, { root, data, frame: 0, selected: null, lit: null });
    this.timeline = new Timeline(this);
    this.message = html("p", { class: "message", role: "status", "aria-live": "polite" });
    const hasNumbers = data.weights.length > 0;
    const left = [new CostCard(this), data.parameters.length > 0 && new WeightsCard(this)].filter(Boolean);
    const right = [data.region !== null && new RegionCard(this), hasNumbers && new MapCard(this)].filter(Boolean);
    this.cards = [...left, ...right];
    this.picker = hasNumbers ? new WeightPicker(this) : null;
    root.classList.add("training");
    refill(
      root,
      html("header", {}, html("h1", {}, data.title), html("p", { class: "note" }, this.note())),
      html("main", {}, ...[left, right].filter(({ length }) => length > 0).map((cards) =>
        html("div", { class: "column" }, ...cards.map(({ element }) => element)))),
      html("footer", {}, this.message, this.picker?.element, this.timeline.element),
    );
  }

  /** What there is to know of the run, and what the page leaves out. */
  note() {
    const { data } = this;
    const parts = [countOf(data.epochs, "epoch")];
    if (data.interrupted) parts[0] += ", then training was interrupted";
    const every = data.frames[1] - data.frames[0];
    if (every > 1) parts.push(`every ${every}${every === 2 ? "nd" : "th"} is shown`);
    if (data.leftOut !== null) parts.push(`the decision region is left out: ${data.leftOut}`);
    return `${parts.join("; ")}.`;
  }

  /** Be at a frame, as the reader asked; what plays stops. */
  goTo(frame) {
    this.timeline.stepper.go(frame);
  }

  show(frame) {
    this.frame = frame;
    for (const card of this.cards) card.show(frame);
    this.timeline.show(frame, this.sentence().map((part) => part.textContent ?? part).join(""));
    this.say();
    this.picker?.show();
  }

  /** Say where the slider is; while it plays, to the eyes alone. */
  say() {
    for (const spoken of [this.message, this.picker?.told]) {
      spoken?.setAttribute("aria-live", this.timeline.stepper.isPlaying ? "off" : "polite");
    }
    refill(this.message, ...this.sentence());
  }

  sentence() {
    const { data, frame } = this;
    const epochs = data.frames[frame];
    const parts = [epochs === 0 ? "Before training" : `After ${countOf(epochs, "epoch")}`];
    const number = (name, value, text) => html("data", { class: name, value }, text);
    const percent = (part) => `${numberText(100 * part, 4)} %`;
    const share = (name, correct, total) => number(name, correct / total, percent(correct / total));
    const cost = data.costAt(frame);
    const validated = data.validatedAt(frame);
    const said = [];
    if (cost !== null) said.push(["cost ", number("cost", cost, numberText(cost, 4))]);
    if (data.region?.judged) {
      const { correct, points } = data.region;
      const { total } = points;
      said.push([share("taught", correct[frame], total), ` of ${countText(total)} training examples right`]);
    }
    if (validated !== null) {
      const { correct, total } = validated;
      said.push([share("validation", correct, total), ` of ${countText(total)} validation examples right`]);
    }
    said.forEach((part, n) => parts.push(n === 0 ? ": " : ", ", ...part));
    return [...parts, "."];
  }

  /** Light the weight that the reader points at. */
  light(weight) {
    if (this.isSame(weight, this.lit)) return;
    this.lit = weight;
    this.showLight();
  }

  /** Keep a weight lit, or when it is already, keep none; `isWalk` where the reader came to it by a key. */
  select(weight, isWalk = false) {
    this.selected = !isWalk && this.isSame(weight, this.selected) ? null : weight;
    this.showLight();
  }

  showLight() {
    for (const card of this.cards) card.showLight?.();
    this.picker?.show();
  }

  isSame(one, other) {
    return one?.parameter === other?.parameter && one?.index === other?.index;
  }
}

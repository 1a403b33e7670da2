/** The field for a weight's name, and beside it the number of the weight that is pointed at or chosen. */

import { html } from "../base/elements.js";
import { numberText } from "../base/numbers.js";

/** The field and what is told beside it. */
export class WeightPicker {
  /** @param {Training} training what the cards share: data, frame, selected and lit weight, and `select` */
  constructor(training) {
    this.training = training;
    this.weights = training.data.weights;
    this.hint = `point at a ${training.data.areLines ? "line or a " : ""}cell, or type a name; ↑ ↓ go on`;
    this.field = html("input", {
      type: "text", size: 9, spellcheck: "false", autocomplete: "off", "aria-describedby": "told",
      placeholder: training.data.nameOf(this.weights[0]),
      oninput: () => this.chosen(),
      onkeydown: (event) => this.pressed(event),
    });
    this.told = html("span", { id: "told", class: "told", role: "status", "aria-live": "polite" });
    this.element = html("div", { class: "picker" }, html("label", {}, "weight ", this.field), this.told);
  }

  chosen() {
    const { training, field } = this;
    const weight = training.data.find(field.value);
    this.isWrong = weight === null && field.value.trim() !== "";
    field.setAttribute("aria-invalid", this.isWrong);
    training.select(weight, true);
  }

  /** The next weight, or the one before. */
  pressed(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.key === "Escape") {
      this.write("");
      this.training.select(null);
    }
    if (step === undefined) return;
    event.preventDefault();
    const { training, weights } = this;
    const here = weights.findIndex((weight) => training.isSame(weight, training.selected));
    const next = here < 0 ? (step > 0 ? 0 : weights.length - 1) : here + step;
    training.select(weights[(next + weights.length) % weights.length], true);
  }

  show() {
    const { training, field } = this;
    const { data, frame, lit, selected } = training;
    const weight = lit ?? selected;
    const isTyped = selected === null || training.isSame(data.find(field.value), selected);
    if (document.activeElement !== field || !isTyped) this.write(selected === null ? "" : data.nameOf(selected));
    if (weight === null) {
      this.told.textContent = this.isWrong ? this.wrong() : this.hint;
      return;
    }
    const value = data.valueOf(weight, frame);
    const first = data.valueOf(weight, 0);
    this.told.replaceChildren(
      html("b", {}, data.nameOf(weight)), " = ", html("data", { class: "number", value }, numberText(value, 6)),
      ...(frame > 0 && data.frames[0] === 0 ? [`, before training ${numberText(first, 6)}`] : []),
    );
  }

  write(name) {
    this.field.value = name;
    this.isWrong = false;
    this.field.setAttribute("aria-invalid", false);
  }

  wrong() {
    const known = this.training.data.parameters.filter(({ values }) => values !== null);
    const ranges = known.map(({ name, letter, shape: [rows, columns] }) =>
      (letter === "b" ? `${name}_1 to ${name}_${rows}` : `${name}_1,1 to ${name}_${rows},${columns}`));
    return `there is no such weight; there are ${ranges.join(", ")}`;
  }
}

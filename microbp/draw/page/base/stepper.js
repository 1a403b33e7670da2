/** Buttons and a slider that lead through the steps of something, and playing them. */

import { button, html } from "./elements.js";
import { clamped } from "./numbers.js";

/** A walk from step 0 to the last; `element` holds its controls. */
export class Stepper {
  /**
   * @param {object} options
   *   label: what is walked through; step: one of them, as "an epoch"; slider: what the slider is called; hint: said of
   *   it; here: the step that is shown; last: the last one; show: shows a step; changed: told when playing begins or
   *   ends; pace: {stride, pause} of playing, in steps and ms; below: an element that stands under the slider
   */
  constructor({ label, step, slider, hint, here, last, show, changed = () => {}, pace, below = null }) {
    Object.assign(this, { here, last, show, changed, pace });
    const to = (name, sign, place) => button(sign, () => this.go(place()), { "aria-label": name, title: name });
    this.slider = html("input", {
      type: "range", min: 0, step: 1, "aria-label": slider, title: hint,
      oninput: () => this.go(Number(this.slider.value)),
    });
    this.playButton = button("play", () => this.toggle());
    this.count = html("span", { class: "count" }); // an output would be announced beside what happens
    this.element = html(
      "div", { class: "stepper", role: "group", "aria-label": label },
      to("to the start", "|‹", () => 0),
      to(`${step} back`, "‹", () => here() - 1),
      this.playButton,
      to(`${step} on`, "›", () => here() + 1),
      to("to the end", "›|", last),
      html("div", { class: "track" }, this.slider, below),
      this.count,
    );
  }

  /** Whether it plays. */
  get isPlaying() {
    return this.timer !== undefined;
  }

  /** Go to a step, as the reader asked; what plays stops. */
  go(step) {
    this.pause();
    this.show(clamped(step, 0, this.last()));
  }

  /** Take a step after another until the end; again to pause. */
  toggle() {
    if (this.isPlaying) return this.pause();
    const { here, last, show } = this;
    const { stride, pause } = this.pace();
    if (here() === last()) show(0);
    this.playButton.textContent = "pause";
    this.timer = setInterval(() => {
      show(Math.min(here() + stride, last()));
      if (here() === last()) this.pause();
    }, pause);
    return this.changed();
  }

  /** Stop playing. */
  pause() {
    if (!this.isPlaying) return;
    clearInterval(this.timer);
    this.timer = undefined;
    this.playButton.textContent = "play";
    this.changed();
  }

  /** Do what a key asks for, and say whether it asked for anything. */
  pressed(key) {
    const [back, on] = [this.here() - 1, this.here() + 1];
    const steps = { ".": on, ",": back, ArrowRight: on, ArrowLeft: back, "[": 0, "]": this.last() };
    if (key in steps) this.go(steps[key]);
    else if (key === "p" || key === " ") this.toggle();
    else return false;
    return true;
  }

  /**
   * Have the slider stand at the step that is shown.
   *
   * @param {string} count said beside it
   * @param {string} sentence what a screen reader says of its place
   */
  showStep(count, sentence) {
    this.slider.max = this.last();
    this.slider.value = this.here();
    this.slider.setAttribute("aria-valuetext", sentence);
    this.count.textContent = count;
  }
}

/** The slider that all cards share, with its buttons, its keys, and playing. */

import { hasModifier, wantsCalm } from "../base/elements.js";
import { clamped } from "../base/numbers.js";
import { Stepper } from "../base/stepper.js";

const LASTS = 8000; // ms that playing takes from the first frame to the last, if there are many
const [SHORTEST, LONGEST] = [40, 500]; // ms between two frames
const CALM = { stops: 10, pause: 1200 }; // where the reader wants less motion: few large steps, with ms between them

const KEYS = { ArrowRight: 1, ArrowLeft: -1, PageUp: 10, PageDown: -10 };

/** The stepper whose steps are the frames of a training run. */
export class Timeline {
  /** @param {Training} training what the cards share: data, frame, and `show` to be at another */
  constructor(training) {
    this.training = training;
    this.last = training.data.frames.length - 1;
    this.stepper = new Stepper({
      label: "epochs", step: "an epoch", slider: "epochs of training",
      hint: "keys: , and . or the arrows for an epoch, [ and ] for the ends, p to play",
      here: () => training.frame,
      last: () => this.last,
      show: (frame) => training.show(frame),
      changed: () => training.say(),
      pace: () => this.pace(),
    });
    this.element = this.stepper.element;
    if (this.last === 0) for (const control of this.element.querySelectorAll("button, input")) control.disabled = true;
    document.addEventListener("keydown", (event) => this.pressed(event));
  }

  /** How fast it plays. */
  pace() {
    if (!wantsCalm()) return { stride: 1, pause: clamped(LASTS / this.last, SHORTEST, LONGEST) };
    return { stride: Math.max(1, Math.ceil(this.last / CALM.stops)), pause: CALM.pause };
  }

  /** @param {string} sentence what a screen reader says of the slider's place */
  show(frame, sentence) {
    const { frames, epochs } = this.training.data;
    this.stepper.showStep(`${frames[frame]}/${epochs}`, sentence);
  }

  pressed(event) {
    const { key, target } = event;
    if (hasModifier(event) || event.defaultPrevented) return;
    const isSlider = target === this.stepper.slider; // which has arrow keys of its own
    if (!isSlider && target.matches?.("input, select, textarea")) return;
    if (this.stepper.pressed(key) || (!isSlider && this.walked(key))) event.preventDefault();
  }

  /** Do what a key asks for beside those of all steppers, and say whether it asked for anything. */
  walked(key) {
    const { training, stepper } = this;
    if (key in KEYS) stepper.go(training.frame + KEYS[key]);
    else if (key === "Home") stepper.go(0);
    else if (key === "End") stepper.go(this.last);
    else if (key === "Escape") training.select(null);
    else return false;
    return true;
  }
}

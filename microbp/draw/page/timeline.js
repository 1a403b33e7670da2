/** The slider that all cards share, with its buttons, its keys, and playing. */

import { html } from "./elements.js";

const LASTS = 8000; // ms that playing takes from the first frame to the last, if there are many
const CALM = { stops: 10, pause: 1200 }; // where the reader wants less motion: few large steps, with ms between them

const KEYS = { ".": 1, ",": -1, ArrowRight: 1, ArrowLeft: -1, PageUp: 10, PageDown: -10 };

export class Timeline {
  /** @param {Training} training what the cards share: data, frame, and `show` to be at another */
  constructor(training) {
    this.training = training;
    this.last = training.data.frames.length - 1;
    const button = (name, text, to) =>
      html("button", { type: "button", "aria-label": name, title: name, onclick: () => training.goTo(to()) }, text);
    this.slider = html("input", {
      type: "range", min: 0, max: this.last, step: 1, "aria-label": "epochs of training",
      title: "keys: , and . or the arrows for an epoch, [ and ] for the ends, p to play",
      oninput: () => training.goTo(Number(this.slider.value)),
    });
    this.playButton = html("button", { type: "button", onclick: () => this.toggle() }, "play");
    this.count = html("output", { class: "count" });
    this.element = html(
      "div", { class: "stepper", role: "group", "aria-label": "epochs" },
      button("to the start", "|‹", () => 0),
      button("an epoch back", "‹", () => training.frame - 1),
      this.playButton,
      button("an epoch on", "›", () => training.frame + 1),
      button("to the end", "›|", () => this.last),
      this.slider,
      this.count,
    );
    if (this.last === 0) for (const control of this.element.querySelectorAll("button, input")) control.disabled = true;
    document.addEventListener("keydown", (event) => this.pressed(event));
  }

  get isPlaying() {
    return this.timer !== undefined;
  }

  toggle() {
    if (this.isPlaying) return this.pause();
    const { training } = this;
    const isCalm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const step = isCalm ? Math.max(1, Math.ceil(this.last / CALM.stops)) : 1;
    if (training.frame === this.last) training.show(0);
    this.playButton.textContent = "pause";
    this.timer = setInterval(() => {
      training.show(Math.min(training.frame + step, this.last));
      if (training.frame === this.last) this.pause();
    }, isCalm ? CALM.pause : Math.min(500, Math.max(40, LASTS / this.last)));
    training.say();
  }

  pause() {
    if (!this.isPlaying) return;
    clearInterval(this.timer);
    this.timer = undefined;
    this.playButton.textContent = "play";
    this.training.say();
  }

  /** @param {string} sentence what a screen reader says of the slider's place */
  show(frame, sentence) {
    const { frames, epochs } = this.training.data;
    this.slider.value = frame;
    this.slider.setAttribute("aria-valuetext", sentence);
    this.count.textContent = `${frames[frame]}/${epochs}`;
  }

  pressed(event) {
    const { key, target } = event;
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    const isSlider = target === this.slider;
    if (!isSlider && target.matches?.("input, select, textarea")) return;
    if (isSlider && !(key in { ".": 1, ",": 1, "[": 1, "]": 1, p: 1 })) return; // it has its own arrow keys
    const { training } = this;
    if (key in KEYS) training.goTo(training.frame + KEYS[key]);
    else if (key === "[" || key === "Home") training.goTo(0);
    else if (key === "]" || key === "End") training.goTo(this.last);
    else if (key === "p") this.toggle();
    else if (key === "Escape") training.select(null);
    else return;
    event.preventDefault();
  }
}

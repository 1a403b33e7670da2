/** The controls: levels, zoom and export above the picture, steps below it. */

import { html } from "./elements.js";
import { savePicture } from "./export.js";
import { sentenceOf } from "./sentences.js";

const PAUSE = 900; // ms between two steps while playing

/** A picture that would have to be smaller than this is shown in part, as large as can be read. */
const [SMALLEST, LEGIBLE] = [0.58, 0.75];

export class Controls {
  constructor(explorer) {
    this.explorer = explorer;
    this.zoom = 1;
    this.levelButtons = explorer.levels.map((level) =>
      html("button", { type: "button", onclick: () => explorer.showLevel(level) }, level.name));
    this.gameButton = html("button", { type: "button", onclick: () => explorer.gamePanel.toggle() }, "take out nodes");
    const zoomBy = (factor) => () => this.setZoom(this.zoom * factor);
    this.header = html(
      "header", {},
      html("h1", {}, explorer.recording.title),
      this.outputChoice(),
      html("div", { role: "group", "aria-label": "level" }, ...this.levelButtons),
      html("div", { role: "group", "aria-label": "game" }, this.gameButton),
      html(
        "div", { role: "group", "aria-label": "picture" },
        html("button", { type: "button", "aria-label": "smaller", onclick: zoomBy(1 / 1.25) }, "−"),
        html("button", { type: "button", onclick: () => this.fit() }, "fit"),
        html("button", { type: "button", "aria-label": "larger", onclick: zoomBy(1.25) }, "+"),
        html("button", { type: "button", "aria-label": "save as SVG", onclick: () => savePicture(explorer) }, "SVG"),
      ),
    );
    const go = (step) => () => this.move(step());
    const button = (name, text, step) => html("button", { type: "button", "aria-label": name, title: name, onclick: go(step) }, text);
    this.slider = html("input", {
      type: "range", min: 0, step: 1, "aria-label": "step",
      oninput: () => this.move(Number(this.slider.value)),
    });
    this.playButton = html("button", { type: "button", onclick: () => this.play() }, "play");
    this.count = html("span", { class: "count" });
    this.stepper = html(
      "div", { class: "stepper", role: "group", "aria-label": "steps" },
      button("to the start", "|‹", () => 0),
      button("a step back", "‹", () => explorer.step - 1),
      this.playButton,
      button("a step on", "›", () => explorer.step + 1),
      button("to the end", "›|", () => explorer.steps.last),
      this.slider,
      this.count,
    );
  }

  /** Of several outputs, the one that gradients are of; nothing where there is one. */
  outputChoice() {
    const { recording } = this.explorer;
    const { outputs } = recording;
    if (outputs.length === 1) return null;
    const isNamed = new Set(outputs.map((node) => recording.name(node))).size === outputs.length;
    const options = outputs.map((node, n) => html("option", { value: node }, recording.name(node) + (isNamed ? "" : ` ${n + 1}`)));
    const choose = ({ target }) => this.explorer.askFor(Number(target.value));
    return html("label", {}, "gradient of ", html("select", { onchange: choose }, ...options));
  }

  /** Go to a step, as the reader asked; what plays stops. */
  move(step) {
    this.pause();
    this.explorer.goTo(step);
    this.bringIntoSight();
  }

  /** Take a step after another until the end; again to pause. */
  play() {
    if (this.timer) return this.pause();
    const { explorer } = this;
    if (explorer.step === explorer.steps.last) explorer.goTo(0);
    this.playButton.textContent = "pause";
    this.timer = setInterval(() => {
      explorer.goTo(explorer.step + 1);
      this.bringIntoSight();
      if (explorer.step === explorer.steps.last) this.pause();
    }, PAUSE);
  }

  pause() {
    clearInterval(this.timer);
    this.timer = null;
    this.playButton.textContent = "play";
  }

  /** What the buttons say of a view that has just been drawn. */
  showView() {
    const { levels, level, open, steps } = this.explorer;
    levels.forEach((one, n) => {
      const isShown = one === level && one.open.size === open.size && [...open].every((group) => one.open.has(group));
      this.levelButtons[n].setAttribute("aria-pressed", isShown);
    });
    this.slider.max = steps.last;
  }

  /** Whether the game is on, and the steps are hidden. */
  showGame(isOn) {
    this.gameButton.setAttribute("aria-pressed", isOn);
    this.stepper.hidden = isOn;
  }

  showStep() {
    const { step, steps } = this.explorer;
    this.slider.value = step;
    this.slider.setAttribute("aria-valuetext", `step ${step} of ${steps.last}`);
    this.slider.style.setProperty("--done", `${(100 * step) / steps.last}%`);
    this.slider.style.setProperty("--turn", `${(100 * steps.seedStep) / steps.last}%`);
    this.count.textContent = `${step}/${steps.last}`;
  }

  sentence() {
    return sentenceOf(this.explorer.steps, this.explorer.step);
  }

  /** As large as the window has room for, but legible. */
  fit() {
    const { canvas, picture } = this.explorer;
    const room = Math.min(canvas.clientWidth / picture.width, canvas.clientHeight / picture.height);
    this.setZoom(room < SMALLEST ? LEGIBLE : Math.min(room, 1.4));
    canvas.scrollTop = (canvas.scrollHeight - canvas.clientHeight) / 2;
  }

  setZoom(zoom) {
    const { element, width, height } = this.explorer.picture;
    this.zoom = Math.min(Math.max(zoom, 0.2), 4);
    element.setAttribute("width", width * this.zoom);
    element.setAttribute("height", height * this.zoom);
  }

  bringIntoSight() {
    const { steps, step, picture } = this.explorer;
    const { box } = steps.steps[step];
    const isCalm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    if (box >= 0) {
      picture.boxes[box].group.scrollIntoView({ block: "nearest", inline: "nearest", behavior: isCalm ? "auto" : "smooth" });
    }
  }
}

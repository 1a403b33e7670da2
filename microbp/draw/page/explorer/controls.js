/** The controls: levels, zoom and export above the picture, steps below it. */

import { button, html, wantsCalm } from "../base/elements.js";
import { savePicture } from "./export.js";
import { clamped } from "../base/numbers.js";
import { sentenceOf } from "../graph/sentences.js";
import { Stepper } from "../base/stepper.js";

const PAUSE = 900; // ms between two steps while playing

/** A picture that would have to be smaller than this is shown in part, as large as can be read. */
const [SMALLEST, LEGIBLE] = [0.58, 0.75];

/** What the explorer has above and below its picture: `header`, and the `stepper` of its sweeps. */
export class Controls {
  /** @param {Explorer} explorer what is shown, and what changes that */
  constructor(explorer) {
    this.explorer = explorer;
    this.zoom = 1;
    this.levelButtons = explorer.levels.map((level) =>
      button(level.name, () => explorer.showLevel(level)));
    this.gameButton = button("take out nodes", () => explorer.gamePanel.toggle());
    const zoomBy = (factor) => () => this.setZoom(this.zoom * factor);
    this.header = html(
      "header", {},
      html("h1", {}, explorer.recording.title),
      this.outputChoice(),
      html("div", { role: "group", "aria-label": "level" }, ...this.levelButtons),
      html("div", { role: "group", "aria-label": "game" }, this.gameButton),
      html(
        "div", { role: "group", "aria-label": "picture" },
        button("−", zoomBy(1 / 1.25), { "aria-label": "smaller" }),
        button("fit", () => this.fit()),
        button("+", zoomBy(1.25), { "aria-label": "larger" }),
        button("SVG", () => savePicture(explorer), { "aria-label": "save as SVG" }),
      ),
    );
    this.stepper = new Stepper({
      label: "steps", step: "a step", slider: "step",
      here: () => explorer.step,
      last: () => explorer.steps.last,
      show: (step) => {
        explorer.goTo(step);
        this.bringIntoSight();
      },
      pace: () => ({ stride: 1, pause: PAUSE }),
    });
  }

  /** Of several outputs, the one that gradients are of; nothing where there is one. */
  outputChoice() {
    const { recording } = this.explorer;
    const { outputs } = recording;
    if (outputs.length === 1) return null;
    const isNamed = new Set(outputs.map((node) => recording.name(node))).size === outputs.length;
    const options = outputs.map((node, n) =>
      html("option", { value: node }, recording.name(node) + (isNamed ? "" : ` ${n + 1}`)),
    );
    const choose = ({ target }) => this.explorer.askFor(Number(target.value));
    return html("label", {}, "gradient of ", html("select", { onchange: choose }, ...options));
  }

  /** What the buttons say of a view that has just been drawn. */
  showView() {
    const { levels, level, open } = this.explorer;
    levels.forEach((one, n) => {
      const isShown = one === level && one.open.size === open.size && [...open].every((group) => one.open.has(group));
      this.levelButtons[n].setAttribute("aria-pressed", isShown);
    });
  }

  /** Whether the game is on, and the steps are hidden. */
  showGame(isOn) {
    this.gameButton.setAttribute("aria-pressed", isOn);
    this.stepper.element.hidden = isOn;
  }

  /** Have the slider stand at the step, its track coloured up to there, and from the turn to the backward sweep on. */
  showStep() {
    const { step, steps } = this.explorer;
    this.stepper.showStep(`${step}/${steps.last}`, `step ${step} of ${steps.last}`);
    const { style } = this.stepper.slider;
    style.setProperty("--done", `${(100 * step) / steps.last}%`);
    style.setProperty("--turn", `${(100 * steps.seedStep) / steps.last}%`);
  }

  /** What happens in the step. */
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

  /** Show the picture so many times as large as it is. */
  setZoom(zoom) {
    const { element, width, height } = this.explorer.picture;
    this.zoom = clamped(zoom, 0.2, 4);
    element.setAttribute("width", width * this.zoom);
    element.setAttribute("height", height * this.zoom);
  }

  /** Scroll to the box of the step. */
  bringIntoSight() {
    const { steps, step, picture } = this.explorer;
    const { box } = steps.steps[step];
    if (box < 0) return;
    const behavior = wantsCalm() ? "auto" : "smooth";
    picture.boxes[box].group.scrollIntoView({ block: "nearest", inline: "nearest", behavior });
  }
}

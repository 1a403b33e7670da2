/** The controls: levels, zoom and export above the picture, steps below it. */

import { button, html, wantsCalm } from "../base/elements.js";
import { savePicture } from "./export.js";
import { clamped } from "../base/numbers.js";
import { sentenceOf } from "../graph/sentences.js";
import { Stepper } from "../base/stepper.js";

/** Milliseconds between two steps while playing, the shorter the more there are, and of all of them together. */
const PAUSE = { least: 300, most: 900, all: 30_000 };

/** A picture that would have to be smaller than this is shown in part, as large as can be read. */
const [SMALLEST, LEGIBLE] = [0.58, 0.75];

/** How much larger or smaller a press makes the picture, and how large it gets. */
const [STEP, LARGEST] = [1.25, 4];

/** Around what is brought into sight, px. */
const ROOM = 24;

/** What the explorer has above and below its picture: `header`, and the `stepper` of its sweeps. */
export class Controls {
  /** @param {Explorer} explorer what is shown, and what changes that */
  constructor(explorer) {
    this.explorer = explorer;
    this.zoom = 1;
    this.refit = null; // what fits the picture to the window, until a reader chooses a size
    addEventListener("resize", () => this.refit?.());
    this.levelButtons = explorer.levels.map((level) =>
      button(level.name, () => explorer.showLevel(level)));
    this.gameButton = button("take out nodes", () => explorer.gamePanel.toggle());
    this.header = html(
      "header", {},
      html("h1", {}, explorer.recording.title),
      this.outputChoice(),
      html("div", { role: "group", "aria-label": "level" }, ...this.levelButtons),
      html("div", { role: "group", "aria-label": "game" }, this.gameButton),
      html(
        "div", { role: "group", "aria-label": "picture" },
        button("−", () => this.zoomBy(1 / STEP), { "aria-label": "smaller" }),
        button("fit", () => this.fitWhole(), { title: "the whole picture" }),
        button("+", () => this.zoomBy(STEP), { "aria-label": "larger" }),
        button("SVG", () => savePicture(explorer), { "aria-label": "save as SVG" }),
      ),
    );
    const half = (name) => html("span", {}, name);
    this.halves = html("div", { class: "halves", "aria-hidden": true }, half("forward"), half("backward"));
    this.stepper = new Stepper({
      label: "steps", step: "a step", slider: "step", below: this.halves,
      here: () => explorer.step,
      last: () => explorer.steps.last,
      show: (step) => {
        explorer.picture.light(null); // a path that was lit would fade what happens
        explorer.goTo(step);
        this.bringIntoSight();
      },
      pace: () => ({ stride: 1, pause: clamped(PAUSE.all / explorer.steps.last, PAUSE.least, PAUSE.most) }),
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

  /** Have the slider stand at the step, and below it the halves of the way as long as they are. */
  showStep() {
    const { step, steps } = this.explorer;
    this.stepper.showStep(`${step}/${steps.last}`, `step ${step} of ${steps.last}`);
    this.halves.style.gridTemplateColumns = `${steps.seedStep}fr ${steps.last - steps.seedStep}fr`;
  }

  /** What happens in the step. */
  sentence() {
    return sentenceOf(this.explorer.steps, this.explorer.step);
  }

  /** How large a picture can be for all of it to be seen. */
  roomFor({ width, height }) {
    const { canvas } = this.explorer;
    return Math.min(canvas.clientWidth / width, canvas.clientHeight / height, 1.4);
  }

  /** As large as the window has room for; where it would be smaller than the smallest, legible, and seen in part. */
  fit(smallest = SMALLEST) {
    const { canvas, picture } = this.explorer;
    const room = this.roomFor(picture);
    this.refit = () => this.fit(smallest);
    this.setZoom(room < smallest ? LEGIBLE : room);
    canvas.scrollTop = (canvas.scrollHeight - canvas.clientHeight) / 2;
  }

  /** So large that all of it is seen, however small that is. */
  fitWhole() {
    this.refit = () => this.fitWhole();
    this.setZoom(this.roomFor(this.explorer.picture));
  }

  /** Make the picture larger or smaller, and leave it so when the window changes. */
  zoomBy(factor) {
    this.refit = null;
    this.setZoom(this.zoom * factor);
  }

  /** Show the picture so many times as large as it is. */
  setZoom(zoom) {
    const { element, width, height } = this.explorer.picture;
    this.zoom = clamped(zoom, 0.05, LARGEST);
    element.setAttribute("width", width * this.zoom);
    element.setAttribute("height", height * this.zoom);
  }

  /** Scroll to the box of the step, and to all that an edge leads to it from. */
  bringIntoSight() {
    const { steps, step, view } = this.explorer;
    const { box } = steps.steps[step];
    if (box < 0) return;
    const sources = view.edges.filter(({ target }) => target === box).map(({ source }) => source);
    this.bringBoxesIntoSight([box, ...sources]);
  }

  /** Scroll as little as brings boxes into sight; where they are too far apart, the first of them. */
  bringBoxesIntoSight(boxes) {
    const { canvas, picture } = this.explorer;
    const frame = canvas.getBoundingClientRect();
    const places = boxes.map((box) => picture.boxes[box].group.getBoundingClientRect());
    const along = (start, end, size) => {
      const own = [places[0][start], places[0][end]];
      const all = [Math.min(...places.map((place) => place[start])), Math.max(...places.map((place) => place[end]))];
      const [from, to] = all[1] - all[0] + 2 * ROOM <= size ? all : own;
      if (from - ROOM < frame[start]) return from - ROOM - frame[start];
      return to + ROOM > frame[start] + size ? to + ROOM - frame[start] - size : 0;
    };
    const left = along("left", "right", canvas.clientWidth);
    const top = along("top", "bottom", canvas.clientHeight);
    if (left || top) canvas.scrollBy({ left, top, behavior: wantsCalm() ? "auto" : "smooth" });
  }

  /** Let the picture be dragged, and the wheel make it larger while Ctrl is held. */
  letBeMoved() {
    const { canvas } = this.explorer;
    canvas.addEventListener("wheel", (event) => {
      if (!event.ctrlKey && !event.metaKey) return;
      event.preventDefault();
      this.zoomBy(event.deltaY < 0 ? STEP : 1 / STEP);
    }, { passive: false });
    canvas.addEventListener("pointerdown", (event) => {
      if (event.button !== 0 || event.target.closest("[role=button]")) return;
      const drag = ({ movementX, movementY }) => canvas.scrollBy(-movementX, -movementY);
      const drop = () => removeEventListener("pointermove", drag);
      addEventListener("pointermove", drag);
      addEventListener("pointerup", drop, { once: true });
    });
  }
}

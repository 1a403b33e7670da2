/** The card of the decision region: what the network answers in the plane of its two inputs, and the examples. */

import { Axes } from "./axes.js";
import { card, pointEntry } from "./card.js";
import { zeroLines } from "./contour.js";
import { html, svg } from "../base/elements.js";
import { clamped, countOf, countText, numberText } from "../base/numbers.js";
import { COLOURS, shapeOfClass } from "./shapes.js";

const WIDTH = 640;
const HEIGHT = 276;
const PLOT = { width: 560, height: 226 }; // at most
const FAINT = 0.1; // how strong the colour is at the boundary
const STRONG = 0.5; // and where the answer is as clear as can be
const NOTED = 12; // so many classes have their place in the legend

/** The card of the plane of inputs, coloured by the network's answers. */
export class RegionCard {
  /** @param {Training} training what the cards share: data and frame */
  constructor(training) {
    this.training = training;
    this.region = training.data.region;
    const { region } = this;
    this.axes = this.plot();
    this.field = html("canvas", { class: "field", "aria-hidden": true });
    const { axes } = this;
    Object.assign(this.field.style, {
      left: `${(100 * axes.left) / WIDTH}%`,
      top: `${(100 * axes.top) / HEIGHT}%`,
      width: `${(100 * (axes.right - axes.left)) / WIDTH}%`,
      height: `${(100 * (axes.bottom - axes.top)) / HEIGHT}%`,
    });
    this.halo = svg("path", { class: "boundary halo" });
    this.boundary = svg("path", { class: "boundary" });
    this.points = region.points.class.map((kind, n) => pointOf(region, axes, kind, n));
    axes.plot.append(this.halo, this.boundary, svg("g", { class: "points" }, ...this.points));
    this.chart = svg("svg", { class: "chart", role: "img", viewBox: `0 0 ${WIDTH} ${HEIGHT}` }, axes.element);
    this.told = html("p", { class: "told" });
    const chart = html("div", { class: "over" }, this.field, this.chart);
    this.element = card("region", "Decision region", this.legend(), chart, this.told);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.paint());
  }

  /** Axes on which both inputs have the same scale, unless one of them ranges much further. */
  plot() {
    const { x, y } = this.region;
    const ratio = clamped((x[1] - x[0]) / (y[1] - y[0]), 0.6, PLOT.width / PLOT.height);
    const width = PLOT.height * ratio + 80;
    return new Axes({
      left: (WIDTH - width - 20) / 2, top: 0, width, height: HEIGHT, xRange: x, yRange: y, xName: "x₁", yName: "x₂",
    });
  }

  legend() {
    const { region } = this;
    const entries = region.labels.slice(0, NOTED).map((label, kind) =>
      pointEntry(shapeOf(kind), region.judged ? `class ${label}` : label));
    if (region.labels.length > NOTED) entries.push(`and ${region.labels.length - NOTED} more`);
    if (region.judged) entries.push(pointEntry(svg("circle", { class: "ring", r: 6.5 }), "wrong"));
    return entries;
  }

  show(frame) {
    const { region } = this;
    this.paint();
    const lines = region.fieldsAt(frame).flatMap((field) => zeroLines(field, region.side, region.side));
    const d = lines.map((line) => `M${line.map((point) => this.placed(point)).join("L")}`).join("");
    this.halo.setAttribute("d", d);
    this.boundary.setAttribute("d", d);
    if (region.judged) {
      this.points.forEach((point, n) => {
        const isWrong = !region.isRight(frame, n);
        if (point.isWrong !== isWrong) point.classList.toggle("wrong", isWrong);
        point.isWrong = isWrong;
      });
    }
    this.tell(frame, lines.length);
    this.chart.setAttribute("aria-label", this.summary(frame, lines.length));
  }

  /** The colours of the plane: those of the classes, the stronger the clearer the answer. */
  paint() {
    const { region, field, training } = this;
    const { clearness, classes } = region.answersAt(training.frame);
    const style = getComputedStyle(this.field);
    const colours = region.labels.map((_, kind) =>
      bytesOfColour(style.getPropertyValue(`--class-${kind % COLOURS}`).trim()));
    const { side } = region;
    const small = document.createElement("canvas");
    small.width = small.height = side;
    const image = new ImageData(side, side);
    for (let n = 0; n < clearness.length; n++) {
      const place = 4 * ((side - 1 - Math.floor(n / side)) * side + (n % side));
      image.data.set(colours[classes[n]], place);
      image.data[place + 3] = 255 * (FAINT + (STRONG - FAINT) * clearness[n]);
    }
    small.getContext("2d").putImageData(image, 0, 0);
    [field.width, field.height] = [600, 600];
    const pen = field.getContext("2d");
    pen.imageSmoothingQuality = "high";
    // The outermost points of the grid lie on the border, so half a pixel of the small image is beyond it.
    pen.drawImage(small, 0.5, 0.5, side - 1, side - 1, 0, 0, field.width, field.height);
  }

  placed([i, j]) {
    const { axes, region } = this;
    const along = ([from, to], part) => from + (part * (to - from)) / (region.side - 1);
    return `${axes.x(along(region.x, i)).toFixed(1)},${axes.y(along(region.y, j)).toFixed(1)}`;
  }

  tell(frame, lines) {
    const { region } = this;
    const { total } = region.points;
    const parts = [];
    if (region.judged) {
      const correct = region.correct[frame];
      parts.push(
        html("data", { class: "correct", value: correct }, countText(correct)),
        ` of ${countText(total)} training examples right. `,
      );
    }
    const drawn = region.points.x.length;
    if (drawn < total) parts.push(`${countText(drawn)} of ${countText(total)} are drawn, chosen at random. `);
    const where = region.outputs === 1
      ? `output is ${numberText(region.middle)}`
      : "two largest outputs are equal";
    parts.push(lines > 0 ? `The line: where the ${where}.` : "All of this plane has one answer.");
    this.told.replaceChildren(...parts);
  }

  summary(frame, lines) {
    const { region, training } = this;
    const { total } = region.points;
    const right = region.judged ? `${region.correct[frame]} of ${total} training examples are right. ` : "";
    const { classes } = region.answersAt(frame);
    const shares = region.labels.map((label, kind) => {
      const share = classes.reduce((count, one) => count + (one === kind), 0) / classes.length;
      return `${label} in ${numberText(100 * share, 2)} %`;
    });
    return `Decision region after ${training.data.frames[frame]} epochs. ${right}In the plane drawn the answer is `
      + `${shares.slice(0, NOTED).join(", ")} of the area; the boundary is in ${countOf(lines, "piece")}.`;
  }
}

function pointOf(region, axes, kind, n) {
  const { points } = region;
  const [x, y] = [axes.x(points.x[n]), axes.y(points.y[n])];
  return svg(
    "g", { class: "example", transform: `translate(${x.toFixed(1)},${y.toFixed(1)})` },
    svg("circle", { class: "ring", r: 7 }),
    shapeOf(kind),
  );
}

function shapeOf(kind) {
  return svg("path", { class: `point class-${kind % COLOURS}`, d: shapeOfClass(kind) });
}

/** Red, green and blue of #rrggbb. */
function bytesOfColour(text) {
  return [1, 3, 5].map((place) => Number.parseInt(text.slice(place, place + 2), 16));
}

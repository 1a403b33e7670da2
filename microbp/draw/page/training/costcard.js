/** The card of the cost curve, and below it how many examples are right, where that is known. */

import { Axes } from "./axes.js";
import { card, lineEntry, pointIn } from "./card.js";
import { linePath, nearest, niceRange } from "./charts.js";
import { html, svg } from "../base/elements.js";
import { Faded } from "./faded.js";
import { numberText } from "../base/numbers.js";

const WIDTH = 640;
const HEIGHT = 256;
const COST = 132; // of the height, for the cost, where two plots share it

/** @typedef {{epochs: number[], numbers: (number | null)[], name: string, style: string, text: Function}} Curve */

/** The card of the cost by epochs; a click moves the slider there. */
export class CostCard {
  /** @param {Training} training what the cards share: data, and `goTo` to move the slider */
  constructor(training) {
    this.training = training;
    const { data } = training;
    const epochs = Array.from({ length: data.epochs }, (_, n) => n + 1);
    this.costs = { name: "training cost", style: "cost", epochs, numbers: data.costs, text: (x) => numberText(x, 4) };
    this.shares = sharesOf(data, epochs);
    const xRange = [Math.min(0, ...data.frames), Math.max(1, data.epochs)];
    const known = data.costs.filter((cost) => cost !== null);
    const [low, high] = niceRange(Math.min(0, ...known), Math.max(...known, 1e-12), 5);
    const common = { left: 0, width: WIDTH, xRange, xLeast: 1 };
    const isAlone = this.shares.length === 0;
    this.plots = [
      this.plot([this.costs], {
        ...common, top: 0, height: isAlone ? HEIGHT : COST, yRange: [low, high], yName: "training cost",
        xName: isAlone ? "epochs of training" : null,
      }),
    ];
    if (!isAlone) {
      const numbers = this.shares.flatMap((curve) => curve.numbers.filter((x) => x !== null));
      const lowest = Math.max(0, niceRange(Math.min(...numbers, 0.99), 1, 3)[0]);
      this.plots.push(this.plot(this.shares, {
        ...common, top: COST, height: HEIGHT - COST, yRange: [lowest, 1], yName: "right",
        xName: "epochs of training", yText: (x) => `${Math.round(1000 * x) / 10} %`,
      }));
    }
    this.chart = svg(
      "svg", { class: "chart", role: "img", viewBox: `0 0 ${WIDTH} ${HEIGHT}` },
      ...this.plots.map(({ axes }) => axes.element),
    );
    this.chart.addEventListener("click", (event) => this.clicked(event));
    this.element = card("cost", "Cost", this.legend(), this.chart);
  }

  plot(curves, options) {
    const axes = new Axes(options);
    const faded = new Faded(axes, () => curves.map((curve) => svg("path", {
      class: `curve ${curve.style}`, d: linePath(curve.epochs.map(axes.x), heights(curve, axes)),
    })));
    const marks = curves.map((curve) => {
      const dot = svg("circle", { class: `dot ${curve.style}`, r: 5 });
      const text = svg("text", { class: "value" });
      axes.above.append(dot, text);
      return { curve, dot, text };
    });
    return { axes, faded, marks };
  }

  /** Which curve of what is right is which, and its number. */
  legend() {
    return this.shares.map((curve) => {
      curve.told = html("b");
      return lineEntry(`curve ${curve.style}`, curve.name, curve.told);
    });
  }

  clicked(event) {
    const { axes } = this.plots[0];
    const { x } = pointIn(event, this.chart, WIDTH);
    const epochs = ((x - axes.left) / (axes.right - axes.left)) * (axes.xRange[1] - axes.xRange[0]) + axes.xRange[0];
    this.training.goTo(nearest(this.training.data.frames, epochs));
  }

  show(frame) {
    const epochs = this.training.data.frames[frame];
    for (const { axes, faded, marks } of this.plots) {
      axes.markAt(epochs);
      faded.endAt(epochs);
      for (const mark of marks) showMark(mark, axes, epochs);
    }
    this.chart.setAttribute("aria-label", this.summary(epochs));
  }

  summary(epochs) {
    const { data } = this.training;
    const known = data.costs.filter((cost) => cost !== null);
    const least = Math.min(...known);
    const parts = [
      `Training cost by epoch: ${numberText(known[0], 4)} in the first, ${numberText(known.at(-1), 4)} in the last, `
        + `lowest ${numberText(least, 4)} in epoch ${data.costs.indexOf(least) + 1}.`,
    ];
    for (const curve of [this.costs, ...this.shares]) {
      const value = valueAt(curve, epochs);
      if (value !== null) parts.push(`After ${epochs} epochs: ${curve.name} ${curve.text(value)}.`);
    }
    return parts.join(" ");
  }
}

/** The curves of what is right: of the validation examples, and of the training examples where they are known. */
function sharesOf(data, epochs) {
  const text = (x) => `${numberText(100 * x, 4)} %`;
  const curves = [];
  if (data.validation !== null) {
    const { correct, total } = data.validation;
    const numbers = correct.map((count) => (count === null ? null : count / total));
    curves.push({ name: "validation examples right", style: "validation", epochs, numbers, text });
  }
  if (data.region?.judged) {
    const numbers = data.region.correct.map((count) => count / data.region.points.total);
    curves.push({ name: "training examples right", style: "taught", epochs: data.frames, numbers, text });
  }
  return curves;
}

function heights(curve, axes) {
  return curve.numbers.map((x) => (x === null ? null : axes.y(x)));
}

function valueAt(curve, epochs) {
  return curve.numbers[curve.epochs.indexOf(epochs)] ?? null;
}

/** A dot at the slider's epoch, and its number: in the legend where the curve is there, else beside the dot. */
function showMark({ curve, dot, text }, axes, epochs) {
  const value = valueAt(curve, epochs);
  dot.toggleAttribute("hidden", value === null);
  text.toggleAttribute("hidden", value === null || Boolean(curve.told));
  if (curve.told) curve.told.textContent = value === null ? "" : curve.text(value);
  if (value === null) return;
  const [x, y] = [axes.x(epochs), axes.y(value)];
  const isLeft = x > axes.right - 90;
  dot.setAttribute("cx", x);
  dot.setAttribute("cy", y);
  text.setAttribute("x", isLeft ? x - 9 : x + 9);
  text.setAttribute("y", Math.max(y - 9, axes.top + 12));
  text.setAttribute("text-anchor", isLeft ? "end" : "start");
  text.textContent = curve.text(value);
}

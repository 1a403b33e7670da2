/** The card of the weights over time: a line each, or where there are too many, quantiles of each layer. */

import { Axes } from "./axes.js";
import { card, lineEntry, pointIn } from "./card.js";
import { bandPath, linePath, nearest, niceRange } from "./charts.js";
import { svg } from "../base/elements.js";
import { Faded } from "./faded.js";
import { countText } from "../base/numbers.js";

const WIDTH = 640;
const HEIGHT = 256;
const LOWEST = 112; // of a plot that shares the chart with others
const REACH = 12; // pixels from the pointer within which a line is meant
const QUANTILES = 5; // 5, 25, 50, 75 and 95 %

/** The card of the weights by epochs. */
export class WeightsCard {
  /** @param {Training} training what the cards share: data, frame, lit weight, and `light` and `select` */
  constructor(training) {
    this.training = training;
    const { data } = training;
    this.plots = data.areLines ? [this.plotOfLines()] : this.plotsOfBands();
    const height = data.areLines ? HEIGHT : Math.max(...this.plots.map(({ bottom }) => bottom));
    this.chart = svg(
      "svg", { class: "chart", role: "img", viewBox: `0 0 ${WIDTH} ${height}` },
      ...this.plots.map(({ axes }) => axes.element),
    );
    this.chart.addEventListener("pointermove", (event) => training.light(this.weightAt(event)));
    this.chart.addEventListener("pointerleave", () => training.light(null));
    this.chart.addEventListener("click", (event) => {
      const weight = this.weightAt(event);
      if (weight !== null || data.areLines) training.select(weight);
    });
    this.element = card("weights", "Weights over time", this.legend(), this.chart);
    this.chart.setAttribute("aria-label", this.summary());
  }

  plotOfLines() {
    const { data } = this.training;
    const weights = data.weights;
    const all = weights.flatMap((weight) => data.valuesOf(weight));
    const part = { left: 0, top: 0, width: WIDTH, height: HEIGHT };
    const axes = this.axes({ ...part, xName: "epochs of training", yName: "weight" }, all);
    const xs = data.frames.map(axes.x);
    const faded = new Faded(axes, () => weights.map((weight) => svg("path", {
      class: `line ${styleOf(weight.parameter)}`, d: linePath(xs, data.valuesOf(weight).map(axes.y)),
    })));
    return { axes, faded, parameters: data.parameters, ...this.lights(axes) };
  }

  /** A plot for each layer's weights, and right of it one for its biases. */
  plotsOfBands() {
    const { data } = this.training;
    const layers = [...new Set(data.parameters.map(({ layer }) => layer))];
    const height = Math.max(LOWEST, Math.floor(HEIGHT / layers.length));
    return data.parameters.map((parameter) => {
      const row = layers.indexOf(parameter.layer);
      const isLast = row === layers.length - 1;
      const part = { left: parameter.letter === "b" ? WIDTH / 2 : 0, top: row * height, width: WIDTH / 2 };
      const quantiles = parameter.quantiles;
      const axes = this.axes({
        ...part, height: height + (isLast ? 18 : 0), xName: isLast ? "epochs of training" : null, yName: parameter.name,
      }, [...quantiles]);
      const xs = data.frames.map(axes.x);
      const at = (k) => data.frames.map((_, frame) => axes.y(quantiles[frame * QUANTILES + k]));
      const style = styleOf(parameter);
      const faded = new Faded(axes, () => [
        svg("path", { class: `band wide ${style}`, d: bandPath(xs, at(0), at(4)) }),
        svg("path", { class: `band ${style}`, d: bandPath(xs, at(1), at(3)) }),
        svg("path", { class: `line median ${style}`, d: linePath(xs, at(2)) }),
      ]);
      return { axes, faded, parameters: [parameter], bottom: part.top + height + 18, ...this.lights(axes) };
    });
  }

  axes(options, numbers) {
    const { frames } = this.training.data;
    const finite = numbers.filter(Number.isFinite);
    const low = finite.reduce((least, x) => Math.min(least, x), 0);
    const high = finite.reduce((most, x) => Math.max(most, x), 0);
    const yRange = low === high ? [-1, 1] : niceRange(low, high, 6);
    return new Axes({ ...options, xRange: [frames[0], frames.at(-1) || 1], xLeast: 1, yRange });
  }

  /** The lines of the weights that the reader chose and points at, on top of all others. */
  lights(axes) {
    const made = {};
    for (const name of ["selected", "lit"]) {
      made[name] = { halo: svg("path", { class: `halo ${name}` }), path: svg("path"), dot: svg("circle", { r: 5 }) };
      axes.above.append(made[name].halo, made[name].path, made[name].dot);
    }
    return made;
  }

  legend() {
    const { data } = this.training;
    if (!data.areLines) return ["median, middle half and 5 % to 95 % of the numbers"];
    return data.parameters.map((parameter) => lineEntry(`line ${styleOf(parameter)}`, parameter.name));
  }

  /** The weight whose line is nearest to the pointer, null where none is near. */
  weightAt(event) {
    const { data } = this.training;
    if (!data.areLines) return null;
    const { axes } = this.plots[0];
    const { x, y } = pointIn(event, this.chart, WIDTH);
    const frame = nearest(data.frames.map(axes.x), x);
    const weights = data.weights;
    const place = nearest(weights.map((weight) => axes.y(data.valueOf(weight, frame))), y);
    return Math.abs(axes.y(data.valueOf(weights[place], frame)) - y) <= REACH ? weights[place] : null;
  }

  show(frame) {
    const epochs = this.training.data.frames[frame];
    for (const { axes, faded } of this.plots) {
      axes.markAt(epochs);
      faded.endAt(epochs);
    }
    this.showLight();
  }

  showLight() {
    const { lit, selected } = this.training;
    this.chart.classList.toggle("some-lit", this.training.data.areLines && Boolean(lit ?? selected));
    for (const plot of this.plots) {
      this.draw(plot, plot.selected, selected);
      this.draw(plot, plot.lit, lit);
    }
  }

  draw({ axes, parameters }, { halo, path, dot }, weight) {
    const { data, frame } = this.training;
    const isHere = weight !== null && parameters.includes(weight.parameter);
    for (const element of [halo, path, dot]) element.toggleAttribute("hidden", !isHere);
    if (!isHere) return;
    const d = linePath(data.frames.map(axes.x), data.valuesOf(weight).map(axes.y));
    halo.setAttribute("d", d);
    path.setAttribute("d", d);
    for (const element of [path, dot]) element.setAttribute("class", `line shown ${styleOf(weight.parameter)}`);
    dot.setAttribute("cx", axes.x(data.frames[frame]));
    dot.setAttribute("cy", axes.y(data.valueOf(weight, frame)));
  }

  summary() {
    const { data } = this.training;
    const names = data.parameters.map(({ name, size }) => `${countText(size)} in ${name}`).join(", ");
    const kind = data.areLines ? "A line for each number" : "Quantiles of the numbers";
    return `${kind} that the network learned, by epoch: ${names}. A number is told by its name in the field below.`;
  }
}

/** How a layer's lines look: a colour for each layer, biases dashed. */
export function styleOf({ letter, layer }) {
  return `layer-${(layer - 2) % 4} ${letter === "b" ? "bias" : "weight"}`;
}

/** Axes: the frame of a chart in an SVG, with ticks, names, and a line that marks the slider's epoch. */

import { linearScale, niceTicks, tickTexts } from "./charts.js";
import { svg } from "../base/elements.js";

/** Pixels between a plot and the border of its chart, for ticks and names. */
const ROOM = { left: 64, right: 16, top: 10, bottom: 40 };

/**
 * A plot with axes in a part of an SVG.
 *
 * element  a group; what is drawn goes into its `plot`, which is clipped to the frame
 * x, y     scales, from numbers to pixels
 */
export class Axes {
  /**
   * @param {object} options
   *   left, top, width, height: the part, ticks and names included; xRange, yRange: of the numbers; xName, yName;
   *   xLeast, yLeast: the smallest distances of ticks; yText: how a number on the y axis is written, if not as it is
     */
  constructor(options) {
    const { left, top, width, height, xRange, yRange, xName, yName, xLeast = 0, yLeast = 0, yText } = options;
    const bottom = xName ? ROOM.bottom : 22;
    this.left = left + ROOM.left;
    this.right = left + width - ROOM.right;
    this.top = top + ROOM.top;
    this.bottom = top + height - bottom;
    this.x = linearScale(xRange, [this.left, this.right]);
    this.y = linearScale(yRange, [this.bottom, this.top]);
    this.xRange = xRange;
    this.clip = `clip-${(Axes.count = (Axes.count ?? 0) + 1)}`;

    const xTicks = niceTicks(...xRange, Math.min(8, (this.right - this.left) / 60), xLeast);
    const yTicks = niceTicks(...yRange, Math.max(2, Math.min(6, (this.bottom - this.top) / 20)), yLeast);
    const yTexts = yText ? yTicks.map(yText) : tickTexts(yTicks);
    this.plot = svg("g", { "clip-path": `url(#${this.clip})` });
    this.mark = svg("line", { class: "mark", y1: this.top, y2: this.bottom, hidden: true });
    this.above = svg("g");
    this.element = svg(
      "g", { class: "axes" },
      svg("clipPath", { id: this.clip }, this.rectangle()),
      ...yTicks.map((tick, n) => this.yTick(tick, yTexts[n])),
      ...tickTexts(xTicks).map((text, n) => this.xTick(xTicks[n], text)),
      svg("path", { class: "frame", d: `M${this.left},${this.top}V${this.bottom}H${this.right}` }),
      xName && svg("text", { class: "name", x: (this.left + this.right) / 2, y: this.bottom + 35 }, xName),
      yName && svg(
        "text", { class: "name", transform: `translate(${left + 11},${(this.top + this.bottom) / 2}) rotate(-90)` },
        yName,
      ),
      this.mark,
      this.plot,
      this.above,
    );
  }

  /** Put the mark at a number of epochs. */
  markAt(epochs) {
    this.mark.removeAttribute("hidden");
    this.mark.setAttribute("x1", this.x(epochs));
    this.mark.setAttribute("x2", this.x(epochs));
  }

  rectangle() {
    return svg("rect", {
      x: this.left, y: this.top - 2, width: this.right - this.left, height: this.bottom - this.top + 4,
    });
  }

  xTick(tick, text) {
    const x = this.x(tick);
    return svg(
      "g", { class: "tick" },
      svg("line", { x1: x, x2: x, y1: this.bottom, y2: this.bottom + 4 }),
      svg("text", { x, y: this.bottom + 17 }, text),
    );
  }

  yTick(tick, text) {
    const y = this.y(tick);
    return svg(
      "g", { class: "tick across" },
      svg("line", { x1: this.left, x2: this.right, y1: y, y2: y }),
      svg("text", { x: this.left - 7, y: y + 4 }, text),
    );
  }
}

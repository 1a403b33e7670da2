/** Lines over time of which the future, right of the slider's epoch, is faint. */

import { svg } from "../base/elements.js";

/** What is drawn in a plot, faint, and again up to the slider's epoch in full. */
export class Faded {
  /**
   * @param {Axes} axes the plot; what is drawn is appended to it
   * @param {() => SVGElement[]} draw makes what is drawn; it is called twice
   */
  constructor(axes, draw) {
    this.axes = axes;
    this.clip = `past-${(Faded.count = (Faded.count ?? 0) + 1)}`;
    this.past = axes.rectangle();
    axes.plot.append(
      svg("clipPath", { id: this.clip }, this.past),
      svg("g", { class: "future", "aria-hidden": true }, ...draw()),
      svg("g", { "clip-path": `url(#${this.clip})` }, ...draw()),
    );
  }

  /** Have the past end at a number of epochs. */
  endAt(epochs) {
    this.past.setAttribute("width", Math.max(0, this.axes.x(epochs) - this.axes.left));
  }
}

/** The data of a training run as the page has them: numbers out of base64, weights by their names. */

import { bytesOf, floatsOf } from "../base/base64.js";

/**
 * What the page knows of a training run.
 *
 * frames      after how many epochs each place of the slider is
 * parameters  name, shape [rows, columns], layer, letter, and `values` and `quantiles` by frames, null where not known
 * weights     every weight and bias whose numbers are known, as {parameter, index}
 * region      the decision region, null where it is left out; then `leftOut` says why
 */
export class TrainingData {
  constructor(data) {
    Object.assign(this, {
      title: data.title, network: data.network, epochs: data.epochs, interrupted: data.interrupted,
      costs: data.costs, validation: data.validation, frames: data.frames,
    });
    this.parameters = data.parameters.map(({ name, shape, values, quantiles }) => ({
      name,
      shape,
      letter: name[0],
      layer: Number(name.slice(1)),
      size: shape[0] * shape[1],
      values: values === null ? null : floatsOf(values),
      quantiles: quantiles === null ? null : floatsOf(quantiles),
    }));
    this.count = this.parameters.reduce((sum, { size }) => sum + size, 0);
    this.areLines = this.parameters.length > 0 && this.parameters.every(({ quantiles }) => quantiles === null);
    this.weights = this.parameters.flatMap((parameter) =>
      (parameter.values === null ? [] : Array.from({ length: parameter.size }, (_, index) => ({ parameter, index }))));
    this.region = "left_out" in data.region ? null : new Region(data.region);
    this.leftOut = data.region.left_out ?? null;
  }

  /** The training cost of the epoch that a frame ends; null before the first. */
  costAt(frame) {
    return this.costs[this.frames[frame] - 1] ?? null;
  }

  /** How many validation examples were right at a frame, and of how many; null where it isn't known. */
  validatedAt(frame) {
    const correct = this.validation?.correct[this.frames[frame] - 1] ?? null;
    return correct === null ? null : { correct, total: this.validation.total };
  }

  valueOf({ parameter, index }, frame) {
    return parameter.values[frame * parameter.size + index];
  }

  valuesOf(weight) {
    return this.frames.map((_, frame) => this.valueOf(weight, frame));
  }

  /** A number's name in the book's indices, counted from 1: w2_3,1 or b2_3. */
  nameOf({ parameter, index }) {
    const [, columns] = parameter.shape;
    const row = Math.floor(index / columns) + 1;
    return parameter.letter === "b" ? `${parameter.name}_${row}` : `${parameter.name}_${row},${(index % columns) + 1}`;
  }

  /** The weight of a name, null where there is none with numbers. */
  find(name) {
    const match = /^([wb]\d+)_(\d+)(?:,(\d+))?$/.exec(name.trim().replace(/\s/g, ""));
    const parameter = match && this.parameters.find((one) => one.name === match[1] && one.values !== null);
    if (!parameter || (parameter.letter === "b") !== (match[3] === undefined)) return null;
    const [row, column] = [Number(match[2]), Number(match[3] ?? 1)];
    const [rows, columns] = parameter.shape;
    if (row < 1 || row > rows || column < 1 || column > columns) return null;
    return { parameter, index: (row - 1) * columns + column - 1 };
  }
}

/** The decision region by frames, and the examples that are drawn on it. */
export class Region {
  constructor(data) {
    const { side, x, y, outputs, labels, judged, points, correct } = data;
    Object.assign(this, { side, x, y, outputs, labels, judged, points, correct, middle: data.middle });
    this.clearness = new Int8Array(bytesOf(data.clearness).buffer);
    this.classes = data.classes === null ? null : bytesOf(data.classes);
    this.right = bytesOf(data.right);
  }

  /**
   * How clear the answer is at each point of the grid, from 0 to 1, and of which class it is.
   *
   * @returns {{ clearness: Float32Array, classes: Uint8Array }}
   */
  answersAt(frame) {
    const count = this.side * this.side;
    const codes = this.clearness.subarray(frame * count, (frame + 1) * count);
    const clearness = Float32Array.from(codes, (code) => (code / 127) ** 2);
    const classes = this.classes?.subarray(frame * count, (frame + 1) * count);
    return { clearness, classes: classes ?? Uint8Array.from(codes, (code) => Number(code > 0)) };
  }

  /** The fields whose zero lines are the boundaries: one for two classes, else one for each class. */
  fieldsAt(frame) {
    const { clearness, classes } = this.answersAt(frame);
    const kinds = this.classes === null ? [1] : [...new Set(classes)];
    if (this.classes !== null && kinds.length < 2) return [];
    return kinds.map((kind) => clearness.map((clear, n) => (classes[n] === kind ? clear : -clear)));
  }

  /** Whether a drawn example is on the right side at a frame. */
  isRight(frame, point) {
    const bytes = Math.ceil(this.points.x.length / 8);
    return Boolean((this.right[frame * bytes + (point >> 3)] >> (7 - (point & 7))) & 1);
  }
}

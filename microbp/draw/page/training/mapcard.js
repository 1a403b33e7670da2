/** The card of all weights at the slider's epoch, as cells whose colour and sign say how large they are. */

import { card, pointIn } from "./card.js";
import { hasModifier, html } from "../base/elements.js";
import { mapLayout } from "./maplayout.js";
import { clamped, countText, numberText } from "../base/numbers.js";

const WIDTH = 640;
const SHADES = 24;
const SAMPLE = 20_000;
const ROOMY = 26; // pixels that a number of two digits needs
const WIDE = 36; // and one of three
const MOVES = { ArrowRight: [0, 1], ArrowLeft: [0, -1], ArrowDown: [1, 0], ArrowUp: [-1, 0] };

/** The card of the cells: a number each, over which one points and walks. */
export class MapCard {
  /** @param {Training} training what the cards share: data, frame, lit weight, and `light` and `select` */
  constructor(training) {
    this.training = training;
    const { data } = training;
    this.signs = "both";
    const { blocks, height } = mapLayout(data.parameters, WIDTH);
    const scales = new Map(blocks.map(({ parameter: { layer } }) => [layer, scaleOf(data.parameters, layer)]));
    this.blocks = blocks.map((block) => ({ ...block, scale: scales.get(block.parameter.layer) }));
    this.height = height;
    this.canvas = html("canvas", { class: "cells", role: "img", tabindex: 0, "aria-describedby": "told" });
    this.marks = { selected: html("i", { class: "mark selected" }), lit: html("i", { class: "mark" }) };
    const select = html(
      "select", { onchange: () => { this.signs = select.value; this.paint(); } },
      ...["both", "only +", "only −"].map((name) => html("option", {}, name)),
    );
    this.canvas.addEventListener("pointermove", (event) => training.light(this.weightAt(event)));
    this.canvas.addEventListener("pointerleave", () => training.light(null));
    this.canvas.addEventListener("click", (event) => training.select(this.weightAt(event)));
    this.canvas.addEventListener("keydown", (event) => this.pressed(event));
    const sample = (sign, name) => html("span", {}, html("span", { class: `sample ${name}` }, sign), name);
    this.element = card(
      "map", "Weights at this epoch",
      [sample("+", "positive"), sample("−", "negative"), html("label", {}, "show ", select)],
      html("div", { class: "over" }, this.canvas, ...Object.values(this.marks)),
      html("p", { class: "hint" }, this.hint()),
    );
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.paint());
  }

  hint() {
    const { parameters } = this.training.data;
    const large = parameters.filter(({ values }) => values === null);
    const image = this.blocks.find(({ side }) => side !== null);
    const parts = ["A row is a neuron, a column one of its inputs, and b its bias."];
    if (image) {
      const { side, parameter: { name, size, shape: [rows] } } = image;
      parts.unshift(`Each square of ${name} is a neuron, its ${size / rows} weights as ${side} × ${side} pixels.`);
    }
    const scales = new Map(this.blocks.map(({ parameter, scale }) => [parameter.layer, scale]));
    const said = [...scales].map(([layer, scale]) => `layer ${layer} from ±${numberText(scale, 2)}`);
    parts.push(`Full colour: ${said.join(", ")}.`);
    for (const { name, size } of large) parts.push(`${name} has ${countText(size)} numbers, too many to draw.`);
    return parts.join(" ");
  }

  show() {
    this.paint();
    this.showLight();
    this.canvas.setAttribute("aria-label", this.summary());
  }

  /** Draw all cells anew. */
  paint() {
    const { canvas, training } = this;
    const dots = Math.max(2, Math.ceil(window.devicePixelRatio || 1));
    [canvas.width, canvas.height] = [WIDTH * dots, this.height * dots];
    const pen = canvas.getContext("2d");
    pen.scale(dots, dots);
    const style = getComputedStyle(canvas);
    const colour = (name) => style.getPropertyValue(`--${name}`).trim();
    const inks = { 1: colour("positive"), "-1": colour("negative"), text: colour("ink"), paper: colour("paper") };
    pen.textAlign = "center";
    pen.textBaseline = "middle";
    for (const block of this.blocks) this.paintBlock(pen, block, inks);
    pen.globalAlpha = 1;
    pen.fillStyle = colour("grey");
    pen.font = `12px ${colour("sans")}`;
    pen.textAlign = "left";
    for (const { parameter, x, y } of this.blocks) {
      pen.fillText(parameter.name, x, y - 9);
    }
  }

  paintBlock(pen, { parameter, cell, scale, side }, inks) {
    const { training, signs } = this;
    const start = training.frame * parameter.size;
    const [, , width, height] = cell(0);
    const gap = width >= 6 ? 1 : 0;
    for (let index = 0; index < parameter.size; index++) {
      const value = parameter.values[start + index];
      const [x, y] = cell(index);
      const sign = value < 0 ? -1 : 1;
      const isShown = signs === "both" || (signs === "only +") === (sign > 0);
      const shade = isShown ? Math.ceil(Math.min(1, Math.abs(value) / scale) * SHADES) / SHADES : 0;
      if (side === null || shade > 0) {
        pen.globalAlpha = 0.06 + 0.84 * shade;
        pen.fillStyle = shade > 0 ? inks[sign] : inks.text;
        pen.fillRect(x, y, width - gap, height - gap);
      }
      if (isShown && width >= 9 && height >= 9) {
        if (sign < 0) hatch(pen, x, y, width - gap, height - gap, inks.paper);
        label(pen, value, x, y, width - gap, height - gap, shade > 0.7 ? inks.paper : inks.text);
      }
    }
  }

  weightAt(event) {
    const { x, y } = pointIn(event, this.canvas, WIDTH);
    for (const { parameter, cell, ...block } of this.blocks) {
      if (x < block.x || y < block.y || x > block.x + block.width || y > block.y + block.height) continue;
      for (let index = 0; index < parameter.size; index++) {
        const [left, top, width, height] = cell(index);
        if (x >= left && x < left + width && y >= top && y < top + height) return { parameter, index };
      }
    }
    return null;
  }

  /** Walk from cell to cell by the arrow keys. */
  pressed(event) {
    if (!(event.key in MOVES) || hasModifier(event)) return;
    event.preventDefault();
    const { training } = this;
    const weight = training.selected ?? training.data.weights[0];
    const [rows, columns] = weight.parameter.shape;
    const [down, right] = training.selected ? MOVES[event.key] : [0, 0];
    const row = clamped(Math.floor(weight.index / columns) + down, 0, rows - 1);
    const column = clamped((weight.index % columns) + right, 0, columns - 1);
    training.select({ parameter: weight.parameter, index: row * columns + column }, true);
  }

  showLight() {
    this.place(this.marks.selected, this.training.selected);
    this.place(this.marks.lit, this.training.lit);
  }

  place(mark, weight) {
    const block = weight && this.blocks.find(({ parameter }) => parameter === weight.parameter);
    mark.hidden = !block;
    if (!block) return;
    const [x, y, width, height] = block.cell(weight.index);
    const room = 3; // around the cell, so that it is seen where cells are small
    Object.assign(mark.style, {
      left: `${(100 * (x - room)) / WIDTH}%`,
      top: `${(100 * (y - room)) / this.height}%`,
      width: `${(100 * (width + 2 * room)) / WIDTH}%`,
      height: `${(100 * (height + 2 * room)) / this.height}%`,
    });
  }

  summary() {
    const { data, frame } = this.training;
    const epochs = data.frames[frame];
    const said = this.blocks.map(({ parameter }) => {
      const numbers = parameter.values.subarray(frame * parameter.size, (frame + 1) * parameter.size);
      const low = numbers.reduce((least, x) => Math.min(least, x));
      const high = numbers.reduce((most, x) => Math.max(most, x));
      return `${parameter.name} from ${numberText(low)} to ${numberText(high)}`;
    });
    return `Weights and biases after ${epochs} epochs: ${said.join(", ")}.`;
  }
}

/** From which size on a number of a layer has full colour: so large are 2 % of them, over all frames. */
function scaleOf(parameters, layer) {
  const sizes = [];
  for (const { values } of parameters.filter((one) => one.layer === layer && one.values !== null)) {
    const step = Math.max(1, Math.floor(values.length / SAMPLE));
    for (let n = 0; n < values.length; n += step) sizes.push(Math.abs(values[n]));
  }
  sizes.sort((one, two) => one - two);
  return sizes[Math.floor(0.98 * (sizes.length - 1))] || 1;
}

function hatch(pen, x, y, width, height, colour) {
  pen.save();
  pen.beginPath();
  pen.rect(x, y, width, height);
  pen.clip();
  pen.globalAlpha = width >= ROOMY ? 0.16 : 0.35; // so that a number can be read
  pen.strokeStyle = colour;
  pen.lineWidth = 1.5;
  pen.beginPath();
  for (let start = -height; start < width; start += 6) {
    pen.moveTo(x + start, y + height);
    pen.lineTo(x + start + height, y);
  }
  pen.stroke();
  pen.restore();
}

/** The number where there is room for it, else its sign. */
function label(pen, value, x, y, width, height, colour) {
  pen.globalAlpha = 1;
  pen.fillStyle = colour;
  const isRoomy = width >= ROOMY && height >= 11;
  const sign = value < 0 ? "−" : "+";
  const font = width >= WIDE ? 10.5 : 9.5;
  pen.font = isRoomy ? `${font}px ui-monospace, DejaVu Sans Mono, monospace` : "11px sans-serif";
  const text = isRoomy ? sign + sizeText(Math.abs(value), width >= WIDE ? 3 : 2) : sign;
  pen.fillText(text, x + width / 2, y + height / 2 + 0.5, width - 2);
}

/** A size in two digits or three, .42 or 0.42, 3.1 or 3.14. */
function sizeText(size, digits) {
  if (digits === 2) return size < 0.995 ? size.toFixed(2).slice(1) : size.toFixed(size < 9.95 ? 1 : 0);
  return size.toFixed(size < 9.995 ? 2 : size < 99.95 ? 1 : 0);
}

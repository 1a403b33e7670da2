/** What the cards of the training view have in common: their frame, their legend, where the pointer is. */

import { html, svg } from "../base/elements.js";

/**
 * A card: a heading, beside it what its signs mean, and below it a chart.
 *
 * @param {string} name by which styles know the card
 * @param {string} title
 * @param {(Node | string)[]} legend
 * @param {...Node} children
 */
export function card(name, title, legend, ...children) {
  const heading = html("h2", { id: `${name}-title` }, title);
  return html(
    "section", { class: `card ${name}`, "aria-labelledby": heading.id },
    html("div", { class: "title" }, heading, html("span", { class: "legend" }, ...legend)),
    ...children,
  );
}

/**
 * Where an event is in a drawing.
 *
 * @param {MouseEvent} event
 * @param {Element} drawing
 * @param {number} width of the drawing in its own pixels, from which it is scaled to the width that it has
 * @returns {{x: number, y: number}} in its own pixels
 */
export function pointIn(event, drawing, width) {
  const box = drawing.getBoundingClientRect();
  const scale = width / box.width;
  return { x: (event.clientX - box.left) * scale, y: (event.clientY - box.top) * scale };
}

/** An entry of a legend: how a line looks, and what it is. */
export function lineEntry(style, ...said) {
  const swatch = svg(
    "svg", { class: "swatch", width: 26, viewBox: "0 0 26 10", "aria-hidden": true },
    svg("path", { class: style, d: "M0,5H26" }),
  );
  return html("span", {}, swatch, ...said);
}

/** An entry of a legend: how a point looks, and what it is. */
export function pointEntry(point, said) {
  const swatch = svg("svg", { class: "swatch", width: 16, viewBox: "-9 -9 18 18", "aria-hidden": true }, point);
  return html("span", {}, swatch, said);
}

/** A card of the training view: a heading, beside it what its signs mean, and below it a chart. */

import { html, svg } from "./elements.js";

/**
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

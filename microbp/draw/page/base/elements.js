/** Making elements of the page. Text is always put in as text, so that no label can be markup. */

const SVG = "http://www.w3.org/2000/svg";
const MATHML = "http://www.w3.org/1998/Math/MathML";

/**
 * An HTML element: html("p", { class: "note" }, "text", other).
 *
 * @param {string} name
 * @param {object} attributes; one that is null or false is left out, onclick and the like are listeners
 * @param {...(Node | string | null)} children
 */
export function html(name, attributes = {}, ...children) {
  return filled(document.createElement(name), attributes, children);
}

/** An SVG element. */
export function svg(name, attributes = {}, ...children) {
  return filled(document.createElementNS(SVG, name), attributes, children);
}

/** A MathML element. */
export function math(name, attributes = {}, ...children) {
  return filled(document.createElementNS(MATHML, name), attributes, children);
}

/** A button: button("fit", () => this.fit()). */
export function button(text, act, attributes = {}) {
  return html("button", { type: "button", ...attributes, onclick: act }, text);
}

/**
 * A table.
 *
 * @param {object} attributes
 * @param {string[]} names of its columns, "" for none
 * @param {Element[]} rows
 */
export function table(attributes, names, rows) {
  const head = names.map((name) => (name === "" ? html("td") : html("th", { scope: "col" }, name)));
  return html("table", attributes, html("thead", {}, html("tr", {}, ...head)), html("tbody", {}, ...rows));
}

/** Put other children in the place of an element's; the focus stays on the button of the same name, or else in here. */
export function refill(element, ...children) {
  const focused = element.contains(document.activeElement) ? nameOf(document.activeElement) : null;
  fill(element, children);
  if (focused === null) return element;
  const same = [...element.querySelectorAll("button")].find((button) => nameOf(button) === focused);
  if (same === undefined) element.tabIndex = -1;
  (same ?? element).focus({ preventScroll: true });
  return element;
}

/** Whether a key is held with others that give it to the browser. */
export function hasModifier(event) {
  return event.ctrlKey || event.metaKey || event.altKey;
}

/** Whether the reader wants less motion. */
export function wantsCalm() {
  return matchMedia("(prefers-reduced-motion: reduce)").matches;
}

function filled(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true && !name.startsWith("aria-") ? "" : value);
  }
  return fill(element, children);
}

function nameOf(element) {
  return element.getAttribute("aria-label") ?? element.textContent;
}

function fill(element, children) {
  element.replaceChildren(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

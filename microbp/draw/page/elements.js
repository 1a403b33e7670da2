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

/** Put other children in the place of an element's. */
export function refill(element, ...children) {
  element.replaceChildren(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

function filled(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true && !name.startsWith("aria-") ? "" : value);
  }
  return refill(element, ...children);
}

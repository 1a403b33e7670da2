/** Export of the picture as it is seen, as an SVG file that needs nothing else. */

const PROPERTIES = [
  "fill", "stroke", "stroke-width", "stroke-dasharray", "stroke-linejoin", "paint-order", "opacity", "display",
  "font-family", "font-size", "font-weight", "font-style", "text-anchor",
];

/** Save the explorer's picture; the name of the file is the title's. */
export function savePicture({ picture, recording }) {
  const text = pictureText(picture.element);
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "image/svg+xml" }));
  link.download = `${recording.title.replace(/[^\p{L}\p{N} _,.-]+/gu, "").trim().slice(0, 60) || "microbp"}.svg`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

/** The picture as the text of an SVG file, in which each element has the looks that it has on the page. */
export function pictureText(element) {
  const copy = element.cloneNode(true);
  const [shown, copied] = [[element, ...element.querySelectorAll("*")], [copy, ...copy.querySelectorAll("*")]];
  shown.forEach((original, n) => {
    const style = getComputedStyle(original);
    if (style.display === "none" || original.matches(".opener, .closer")) copied[n].dataset.hidden = "";
    for (const name of PROPERTIES) {
      const value = style.getPropertyValue(name);
      if (value) copied[n].setAttribute(name, value);
    }
    for (const name of ["class", "tabindex", "role", "style", "aria-pressed"]) copied[n].removeAttribute(name);
  });
  for (const hidden of copy.querySelectorAll("[data-hidden]")) hidden.remove();
  copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  const [x, y, width, height] = copy.getAttribute("viewBox").split(" ");
  copy.setAttribute("width", width);
  copy.setAttribute("height", height);
  const paper = document.createElementNS("http://www.w3.org/2000/svg", "rect");
  for (const [name, value] of Object.entries({ x, y, width, height })) paper.setAttribute(name, value);
  paper.setAttribute("fill", getComputedStyle(element.ownerDocument.body).backgroundColor);
  copy.prepend(paper);
  return new XMLSerializer().serializeToString(copy);
}

// A picture of what layout.js makes of a graph: boxes, curves, and a label on each edge.

import { curve } from "../../microbp/draw/page/layout/curves.js";
import { placeLabels } from "../../microbp/draw/page/layout/labels.js";
import { layout } from "../../microbp/draw/page/layout/layout.js";

const LABEL = { width: 44, height: 14 };

/** The picture as SVG text; a label that could not be placed free of overlap is red. */
export function picture({ boxes, edges }) {
  const drawing = layout(boxes, edges);
  const placed = boxes.map((box, v) => ({ ...box, x: drawing.x[v], y: drawing.y[v] }));
  const labels = placeLabels(edges.map(() => LABEL), placed, drawing.routes);
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="-10 -10 ${drawing.width + 20} ${drawing.height + 20}" ` +
      `width="${drawing.width + 20}" height="${drawing.height + 20}" font-family="sans-serif" font-size="11">`,
    '<rect x="-10" y="-10" width="100%" height="100%" fill="white"/>',
    ...drawing.routes.map((points) => `<path d="${curve(points)}" fill="none" stroke="#0072B2" stroke-width="1.5"/>`),
    ...placed.map(({ x, y, width, height, text }) => {
      const words = String(text).replace(/[<&]/g, "");
      const middle = `x="${x + width / 2}" y="${y + height / 2 + 4}" text-anchor="middle"`;
      const shape = `<rect x="${x}" y="${y}" width="${width}" height="${height}" rx="4" fill="#f4f6f8" stroke="#888"/>`;
      return `${shape}<text ${middle}>${words}</text>`;
    }),
    ...labels.map(({ x, y, free }, e) => {
      const halo = 'stroke="white" stroke-width="3" paint-order="stroke"';
      const place = `x="${x}" y="${y + 4}" text-anchor="middle" fill="${free ? "#222" : "red"}"`;
      return `<text ${place} ${halo}>−0.${100 + e}</text>`;
    }),
    "</svg>",
  ];
  return parts.join("\n");
}

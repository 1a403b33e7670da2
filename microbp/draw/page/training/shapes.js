/** How classes look: a colour and a shape each, so that they are told apart without colours too. */

/** Paths around (0, 0), about 8 pixels wide. */
const SHAPES = [
  "M-3.2,-3.2H3.2V3.2H-3.2Z", // square
  "M4,0A4,4 0 1 1 -4,0A4,4 0 1 1 4,0Z", // disc
  "M0,-4.8L4.5,3.4H-4.5Z", // triangle
  "M0,-5L4,0L0,5L-4,0Z", // diamond
  "M-1.5,-4.5H1.5V-1.5H4.5V1.5H1.5V4.5H-1.5V1.5H-4.5V-1.5H-1.5Z", // cross
  "M0,4.8L4.5,-3.4H-4.5Z", // triangle upside down
  "M-4.8,0L3.4,4.5V-4.5Z", // triangle to the left
  "M-4.5,-2H4.5V2H-4.5Z", // bar
];

/** How many colours there are, from --class-0 on; the second is that of positive numbers. */
export const COLOURS = 8;

/** The shape of a class; where colours come again, with another one. */
export function shapeOfClass(kind) {
  return SHAPES[(kind + 3 * Math.floor(kind / COLOURS)) % SHAPES.length];
}

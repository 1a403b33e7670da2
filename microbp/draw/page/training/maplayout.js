/** Where the numbers of a network stand in their picture: a block of cells for each layer. */

import { clamped } from "../base/numbers.js";

const GAP = 26; // pixels between two blocks, and above each for its name
const LARGEST = { width: 46, height: 24 };
const HEIGHT = 220; // that the rows of a layer share
const BESIDE = 14; // wide enough for a sign
const PIXELS = 64; // so many inputs, if they are a square, are drawn as an image

/**
 * The blocks of the layers whose numbers are known, in lines from left to right.
 *
 * A row of cells is a neuron, a column an input, and right of a gap its bias. Where the inputs of the network may be
 * the pixels of an image, each neuron of the first layer is such an image.
 *
 * @param {{name: string, letter: string, layer: number, shape: [number, number], values: object | null}[]} parameters
 * @param {number} width of the picture, in pixels
 * @returns {{ blocks: Block[], height: number }} each block with its `parameter`, `x`, `y`, `width` and `height`,
 *   and a function `cell(index)` that says where one of its numbers is: [x, y, width, height]
 */
export function mapLayout(parameters, width) {
  const blocks = [];
  let [x, y, lineHeight] = [0, GAP, 0];
  const layers = [...new Set(parameters.map(({ layer }) => layer))];
  const wide = sharedWidth(parameters, width, layers.length);
  for (const layer of layers) {
    const own = parameters.filter((parameter) => parameter.layer === layer && parameter.values !== null);
    const made = own.length === 0 ? [] : blocksOf(own, layer === layers[0], width, wide);
    const size = Math.max(0, ...made.map((block) => block.x + block.width));
    const high = Math.max(0, ...made.map((block) => block.height));
    if (x > 0 && x + size > width + 1e-6) [x, y, lineHeight] = [0, y + lineHeight + GAP, 0];
    for (const block of made) blocks.push(moved(block, x, y));
    if (made.length > 0) [x, lineHeight] = [x + size + GAP, Math.max(lineHeight, high)];
  }
  return { blocks, height: y + lineHeight + 2 };
}

/** The width of a cell at which all layers stand side by side. */
function sharedWidth(parameters, width, layers) {
  const columns = parameters.reduce((sum, { letter, shape }) => sum + (letter === "w" ? shape[1] : 1.4), 0);
  return (width - GAP * (layers - 1)) / columns;
}

function blocksOf(parameters, isFirst, width, wide) {
  const made = [];
  const [rows, columns] = parameters[0].shape;
  const side = Math.sqrt(columns);
  const areImages = isFirst && parameters[0].letter === "w" && side % 1 === 0 && columns >= PIXELS;
  const cellHeight = clamped(Math.floor(HEIGHT / rows), 1, LARGEST.height);
  const least = areImages ? BESIDE : Math.min(BESIDE, (width - 30) / (columns + 1.4));
  const cellWidth = clamped(Math.max(wide, least), 1, LARGEST.width);
  let x = 0;
  for (const parameter of parameters) {
    const isImage = areImages && parameter.letter === "w";
    const block = isImage ? tiles(parameter, side, width - 2 * BESIDE) : cells(parameter, cellWidth, cellHeight);
    made.push(moved(block, x, 0));
    x += block.width + Math.max(4, cellWidth * 0.4);
  }
  return made;
}

function cells(parameter, width, height) {
  const [rows, columns] = parameter.shape;
  const cell = (index) => [(index % columns) * width, Math.floor(index / columns) * height, width, height];
  return { parameter, x: 0, y: 0, width: columns * width, height: rows * height, cell, side: null };
}

/** Each row as an image of its own, in lines as long as there is room for. */
function tiles(parameter, side, width) {
  const [rows, columns] = parameter.shape;
  const pixel = clamped(Math.floor(2 * Math.sqrt((width * HEIGHT) / (rows * columns))) / 2, 1, 4);
  const pitch = side * pixel + 4;
  const perLine = clamped(Math.floor((width + 4) / pitch), 1, rows);
  const cell = (index) => {
    const [row, column] = [Math.floor(index / columns), index % columns];
    const left = (row % perLine) * pitch + (column % side) * pixel;
    return [left, Math.floor(row / perLine) * pitch + Math.floor(column / side) * pixel, pixel, pixel];
  };
  return {
    parameter, x: 0, y: 0, width: perLine * pitch - 4, height: Math.ceil(rows / perLine) * pitch - 4, cell, side,
  };
}

function moved(block, x, y) {
  const { cell } = block;
  const there = (index) => {
    const [left, top, width, height] = cell(index);
    return [left + x, top + y, width, height];
  };
  return { ...block, x: block.x + x, y: block.y + y, cell: there };
}

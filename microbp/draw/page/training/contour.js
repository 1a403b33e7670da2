/** Where a field of numbers on a grid is 0: marching squares (Lorensen & Cline 1987, in the plane). */

/**
 * The lines along which a field is 0, each as points [x, y] in places of the grid; a closed one ends where it began.
 *
 * Between two neighbours of different signs the line runs where a straight line between their numbers is 0. Where
 * the four corners of a cell change sign twice, the mean of the four says which two of them are connected.
 *
 * @param {ArrayLike<number>} field row after row
 * @param {number} width how many numbers a row has
 * @param {number} height how many rows there are
 */
export function zeroLines(field, width, height) {
  const links = new Map(); // from the edge of a cell to the one or two that the line goes on to
  for (let j = 0; j + 1 < height; j++) {
    for (let i = 0; i + 1 < width; i++) {
      for (const [one, two] of segmentsOf(field, width, height, i, j)) {
        link(links, one, two);
        link(links, two, one);
      }
    }
  }
  const lines = [];
  const ends = [...links.keys()].filter((edge) => links.get(edge).length === 1);
  for (const start of [...ends, ...links.keys()]) {
    if (links.has(start)) lines.push(followed(links, start).map((edge) => crossing(field, width, height, edge)));
  }
  return lines;
}

/** The pairs of edges of a cell that a line connects. An edge is a number: that of its first corner, by direction. */
function segmentsOf(field, width, height, i, j) {
  const corner = j * width + i;
  const [a, b, c, d] = [field[corner], field[corner + 1], field[corner + width + 1], field[corner + width]];
  const upright = width * height;
  const [low, right, high, left] = [corner, upright + corner + 1, corner + width, upright + corner];
  const code = (a > 0) + 2 * (b > 0) + 4 * (c > 0) + 8 * (d > 0);
  const isMiddleAbove = a + b + c + d > 0;
  switch (code) {
    case 0: case 15: return [];
    case 1: case 14: return [[left, low]];
    case 2: case 13: return [[low, right]];
    case 3: case 12: return [[left, right]];
    case 4: case 11: return [[right, high]];
    case 6: case 9: return [[low, high]];
    case 7: case 8: return [[left, high]];
    default: return (code === 5) === isMiddleAbove ? [[left, high], [low, right]] : [[left, low], [right, high]];
  }
}

function link(links, from, to) {
  if (!links.has(from)) links.set(from, []);
  links.get(from).push(to);
}

/** The edges along a line, from one of them on; their links are used up. */
function followed(links, start) {
  const edges = [start];
  let here = start;
  while (links.get(here)?.length) {
    const next = links.get(here).pop();
    const back = links.get(next);
    back.splice(back.indexOf(here), 1);
    if (links.get(here).length === 0) links.delete(here);
    edges.push(next);
    here = next;
  }
  links.delete(here);
  return edges;
}

/** The point on an edge at which the field is 0. */
function crossing(field, width, height, edge) {
  const upright = width * height;
  const isUpright = edge >= upright;
  const corner = isUpright ? edge - upright : edge;
  const [here, there] = [field[corner], field[corner + (isUpright ? width : 1)]];
  const part = here / (here - there);
  const [x, y] = [corner % width, Math.floor(corner / width)];
  return isUpright ? [x, y + part] : [x + part, y];
}

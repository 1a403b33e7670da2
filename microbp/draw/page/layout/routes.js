/** Where the columns of a layered drawing stand, and the points that each edge passes. */

/** A gap grows where its edges are steep: by this part of the greatest height in it, and at most to twice its width. */
const STEEPNESS = 0.15;

/**
 * The left and right border of each column, px.
 *
 * @param {object} graph of `layered`
 * @param {number[]} widths of each box, px
 * @param {number[][]} ends for each edge the heights at its vertices, of `heightsAlong`
 * @param {number} rankGap between two columns, px
 * @returns {{left: number, right: number}[]}
 */
export function columns({ layers, boxes, rank, chains }, widths, ends, rankGap) {
  const steepest = new Array(layers.length).fill(0);
  chains.forEach((chain, e) => {
    for (let i = 1; i < chain.length; i++) {
      const r = rank[chain[i]];
      steepest[r] = Math.max(steepest[r], Math.abs(ends[e][i] - ends[e][i - 1]));
    }
  });
  let right = -rankGap;
  return layers.map((layer, r) => {
    const left = right + rankGap + Math.round(Math.min(rankGap, STEEPNESS * steepest[r]));
    right = left + Math.max(0, ...layer.filter((v) => v < boxes).map((v) => widths[v]));
    return { left, right };
  });
}

/** For each edge the height at each vertex of its chain: the port's at boxes, its own at a virtual vertex. */
export function heightsAlong({ chains }, middle, { leaving, arriving }) {
  return chains.map((chain, e) =>
    chain.map((v, i) => middle[v] + (i === 0 ? leaving[e] : i === chain.length - 1 ? arriving[e] : 0)),
  );
}

/**
 * The points of one edge, from the right side of its source to the left side of its target.
 *
 * Edges rise and fall only between columns and are level within them, so that they pass no box.
 *
 * @param {number[]} chain its vertices
 * @param {number[]} heights at each, of `heightsAlong`
 * @param {number} from x where the source ends
 * @param {number} to x where the target begins
 * @param {number[]} rank of each vertex
 * @param {{left: number, right: number}[]} borders of `columns`
 * @returns {{x: number, y: number}[]}
 */
export function route(chain, heights, from, to, rank, borders) {
  const points = [];
  const add = (x, y) => {
    const [before, last] = [points.at(-2), points.at(-1)];
    if (last && last.x === x && last.y === y) return;
    if (before && before.y === y && last.y === y) points.pop(); // level all along
    points.push({ x, y });
  };
  add(from, heights[0]);
  chain.forEach((v, i) => {
    if (i > 0) add(borders[rank[v]].left, heights[i]);
    if (i < chain.length - 1) add(borders[rank[v]].right, heights[i]);
  });
  add(to, heights.at(-1));
  return points;
}

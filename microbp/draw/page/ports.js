// Where edges leave a box on its right side and arrive on its left side.

/** Least distance of a port from a corner of its box, px. */
const MARGIN = 4;

/**
 * The ports of every edge, in whole px below the middle of its box.
 *
 * Edges at one side are sorted by where they lead, so that they don't cross, and stand apart, so that the two edges of
 * x·x are seen to be two.
 *
 * heights  of each box, px
 * chains   the vertices of each edge, of layered.js
 * place    of each vertex in its layer
 * edgeGap  between two edges, px; less where the box is too small
 * Returns {leaving, arriving}, a number for each edge.
 */
export function ports(heights, chains, place, edgeGap) {
  const leaving = spread(heights, chains, place, edgeGap, (chain) => [chain[0], chain[1]]);
  const arriving = spread(heights, chains, place, edgeGap, (chain) => [chain.at(-1), chain.at(-2)]);
  return { leaving, arriving };
}

function spread(heights, chains, place, edgeGap, end) {
  const sides = heights.map(() => []);
  chains.forEach((chain, e) => sides[end(chain)[0]].push(e));
  const offset = new Array(chains.length).fill(0);
  sides.forEach((edges, box) => {
    edges.sort((d, e) => place[end(chains[d])[1]] - place[end(chains[e])[1]] || d - e);
    const room = Math.max(0, heights[box] - 2 * MARGIN);
    const step = edges.length > 1 ? Math.min(edgeGap, room / (edges.length - 1)) : 0;
    edges.forEach((e, i) => {
      offset[e] = Math.round((i - (edges.length - 1) / 2) * step);
    });
  });
  return offset;
}

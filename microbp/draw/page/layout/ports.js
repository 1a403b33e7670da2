/** Where edges leave a box on its right side and arrive on its left side, in whole px below the middle of the box. */

/** Least distance of a port from a corner of its box, px. */
const MARGIN = 4;

/** Ports stand this much farther apart than edges, so that labels have room one above the other. */
const WIDER = 1.4;

/** A port is moved by at most this many gaps between edges to make its edge straight, and keeps this many free. */
const MOVED = 0.8;
const FREE = 0.7;

const first = (chain) => [chain[0], chain[1]];
const last = (chain) => [chain.at(-1), chain.at(-2)];

/**
 * The ports of every edge.
 *
 * Edges at one side are sorted by where they lead, so that they don't cross, and stand apart, so that the two edges of
 * x·x are seen to be two.
 *
 * @param {number[]} heights of each box, px
 * @param {number[][]} chains the vertices of each edge, of `layered`
 * @param {ArrayLike<number>} place of each vertex in its layer
 * @param {number} edgeGap between two edges, px; ports stand somewhat farther apart, or closer where the box is too
 *     small
 * @returns {{leaving: number[], arriving: number[]}} for each edge, px below the middle of its box
 */
export function ports(heights, chains, place, edgeGap) {
  const spread = (end) => {
    const offset = new Array(chains.length).fill(0);
    sides(heights.length, chains, place, end).forEach((edges, box) => {
      const room = Math.max(0, heights[box] - 2 * MARGIN);
      const step = edges.length > 1 ? Math.min(WIDER * edgeGap, room / (edges.length - 1)) : 0;
      edges.forEach((e, i) => {
        offset[e] = Math.round((i - (edges.length - 1) / 2) * step);
      });
    });
    return offset;
  };
  return { leaving: spread(first), arriving: spread(last) };
}

/** The edges at one side of each box from top to bottom. */
function sides(count, chains, place, end) {
  const result = Array.from({ length: count }, () => []);
  chains.forEach((chain, e) => result[end(chain)[0]].push(e));
  for (const edges of result) edges.sort((d, e) => place[end(chains[d])[1]] - place[end(chains[e])[1]] || d - e);
  return result;
}

/**
 * Ports moved a little where that makes an edge straight that would rise or fall by a few px.
 *
 * @param {number[]} heights this and the next three are those of `ports`
 * @param {number[][]} chains
 * @param {ArrayLike<number>} place
 * @param {number} edgeGap
 * @param {{leaving: number[], arriving: number[]}} ports what it gave
 * @param {number[]} middle the height of the middle of each vertex
 * @returns {{leaving: number[], arriving: number[]}}
 */
export function straightened(heights, chains, place, edgeGap, { leaving, arriving }, middle) {
  const ends = [
    { offset: leaving.slice(), side: sides(heights.length, chains, place, first), end: first },
    { offset: arriving.slice(), side: sides(heights.length, chains, place, last), end: last },
  ];
  const [out, into] = ends;
  const move = ({ offset, side, end }, e, by) => {
    const box = end(chains[e])[0];
    const at = side[box].indexOf(e);
    const moved = offset[e] + by;
    const [above, below] = [offset[side[box][at - 1]] ?? -Infinity, offset[side[box][at + 1]] ?? Infinity];
    const isFree = moved - above >= FREE * edgeGap && below - moved >= FREE * edgeGap;
    if (!isFree || Math.abs(by) > MOVED * edgeGap || Math.abs(moved) > heights[box] / 2 - MARGIN) return false;
    offset[e] = moved;
    return true;
  };
  chains.forEach((chain, e) => {
    const [source, target] = [chain[0], chain.at(-1)];
    const [leaves, arrives] = [middle[source] + out.offset[e], middle[target] + into.offset[e]];
    if (chain.length === 2) {
      if (!move(into, e, leaves - arrives)) move(out, e, arrives - leaves);
    } else {
      move(out, e, middle[chain[1]] - leaves);
      move(into, e, middle[chain.at(-2)] - arrives);
    }
  });
  return { leaving: out.offset, arriving: into.offset };
}

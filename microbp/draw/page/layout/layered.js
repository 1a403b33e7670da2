/**
 * A graph in layers, in which every edge leads from one layer to the next.
 *
 * Sugiyama, Tagawa & Toda 1981: an edge over several ranks becomes a chain of virtual vertices, one a rank between.
 */

/**
 * The layered graph of boxes with ranks.
 *
 * @param {number[]} ranks the rank of each box
 * @param {{source: number, target: number}[]} edges
 * @returns {{count: number, boxes: number, rank: number[], chains: number[][], before: number[][], after: number[][],
 *     layers: number[][]}} vertices 0 to boxes − 1 are the boxes, the others virtual; chains has for each edge all its
 *     vertices from source to target; before and after have for each vertex its neighbours in the layer before and
 *     after it, one for each edge; layers has the vertices of each rank
 */
export function layered(ranks, edges) {
  const rank = ranks.slice();
  const before = ranks.map(() => []);
  const after = ranks.map(() => []);
  const chains = edges.map(({ source, target }) => {
    const chain = [source];
    for (let r = ranks[source] + 1; r < ranks[target]; r++) {
      chain.push(rank.length);
      rank.push(r);
      before.push([]);
      after.push([]);
    }
    chain.push(target);
    for (let i = 1; i < chain.length; i++) {
      after[chain[i - 1]].push(chain[i]);
      before[chain[i]].push(chain[i - 1]);
    }
    return chain;
  });
  const layers = Array.from({ length: Math.max(-1, ...ranks) + 1 }, () => []);
  rank.forEach((r, v) => layers[r].push(v));
  return { count: rank.length, boxes: ranks.length, rank, chains, before, after, layers };
}

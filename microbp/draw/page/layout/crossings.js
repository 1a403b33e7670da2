/** How many edges of a layered drawing cross. */

/**
 * Crossings between two layers, by an accumulator tree: O(edges · log places).
 *
 * Barth, Jünger & Mutzel 2002, "Simple and efficient bilayer cross counting".
 *
 * @param {number[]} targets the places in the second layer that edges lead to, the edges sorted by their place in the
 *     first layer, and those of one place by their target
 * @param {number} places how many places the second layer has
 */
export function bilayerCrossings(targets, places) {
  let leaves = 1;
  while (leaves < places) leaves *= 2;
  const tree = new Int32Array(2 * leaves);
  let crossings = 0;
  for (const target of targets) {
    // Each edge crosses those before it that lead farther: what lies right of its way up the tree.
    let node = target + leaves;
    tree[node]++;
    while (node > 1) {
      if (node % 2 === 0) crossings += tree[node + 1];
      node >>= 1;
      tree[node]++;
    }
  }
  return crossings;
}

/**
 * Crossings of a whole layered drawing.
 *
 * @param {number[][]} layers the vertices of each layer from top to bottom
 * @param {number[][]} after for each vertex its neighbours in the next layer, one for each edge
 * @param {ArrayLike<number>} place for each vertex its place in its layer
 */
export function countCrossings(layers, after, place) {
  let crossings = 0;
  for (let r = 0; r + 1 < layers.length; r++) {
    const targets = [];
    for (const v of layers[r]) {
      if (after[v].length === 1) {
        targets.push(place[after[v][0]]);
      } else {
        targets.push(...after[v].map((w) => place[w]).sort((a, b) => a - b));
      }
    }
    crossings += bilayerCrossings(targets, layers[r + 1].length);
  }
  return crossings;
}

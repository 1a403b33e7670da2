// Graphs for the tests of layouts, made from seeds.

import { randomNumbers } from "../../microbp/draw/page/base/random.js";

/** Boxes of one size. */
export function equalBoxes(count, width = 90, height = 48) {
  return Array.from({ length: count }, () => ({ width, height }));
}

/** An acyclic graph: boxes of many sizes, edges of all lengths, some of them parallel, in a random order. */
export function randomGraph(count, seed, edgesPerBox = 1.4) {
  const random = randomNumbers(seed);
  const some = (n) => Math.floor(random() * n);
  const name = shuffled([...Array(count).keys()], random);
  const boxes = name.map(() => ({ width: 30 + some(120), height: 20 + some(60) }));
  const edges = [];
  while (count > 1 && edges.length < edgesPerBox * count) {
    const low = some(count - 1);
    const high = Math.min(count - 1, low + 1 + some(random() < 0.8 ? 6 : count));
    edges.push({ source: name[low], target: name[high] });
    if (random() < 0.1) edges.push({ source: name[low], target: name[high] });
  }
  return { boxes, edges: shuffled(edges, random) };
}

export function shuffled(items, random) {
  const result = items.slice();
  for (let i = result.length - 1; i > 0; i -= 1) {
    const j = Math.floor(random() * (i + 1));
    [result[i], result[j]] = [result[j], result[i]];
  }
  return result;
}

/** Edges from a text: "0>1 1>2". */
export function edgesOf(text) {
  return text.split(" ").map((pair) => {
    const [source, target] = pair.split(">").map(Number);
    return { source, target };
  });
}

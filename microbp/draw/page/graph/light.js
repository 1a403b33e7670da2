/** Which boxes and edges of a view a path leads through. */

/**
 * @param {View} view
 * @param {{graph: Graph, nodes: Int32Array, origin: Int32Array}} contracted the graph that the path is of
 * @param {{edges: number[]}} path
 * @returns {{boxes: Set<number>, edges: Set<number>}}
 */
export function litByPath(view, contracted, path) {
  const { graph, nodes, origin } = contracted;
  const { boxOf, recording } = view;
  const lit = { boxes: new Set(), edges: new Set() };
  for (const edge of path.edges) {
    const [source, target] = [boxOf[nodes[graph.source[edge]]], boxOf[nodes[graph.target[edge]]]];
    lit.boxes.add(source).add(target);
    const own = origin[edge] < 0 ? -1 : recording.edgeOf[origin[edge]];
    const between = edgesBetween(view, source, target);
    const exact = between.filter((place) => view.edges[place].edges.includes(own));
    for (const place of exact.length ? exact : between) lit.edges.add(place);
  }
  return lit;
}

function edgesBetween(view, source, target) {
  return view.edges.flatMap((edge, place) => (edge.source === source && edge.target === target ? [place] : []));
}

/** The forward and the backward sweep over a linearized graph. */

/**
 * ∂(output)/∂(node) for every node: cotangents pulled from the output, a node at a time (Nielsen ch. 2).
 *
 * @param {Graph} graph
 * @param {number} output
 * @returns {Float64Array} 0 where no path leads to the output
 */
export function backward(graph, output) {
  const cotangent = new Float64Array(graph.count);
  const leads = graph.leadingTo([output]);
  cotangent[output] = 1;
  for (let node = output; node >= 0; node--) {
    if (!leads[node]) continue;
    for (const edge of graph.into(node)) cotangent[graph.source[edge]] += graph.rate[edge] * cotangent[node];
  }
  return cotangent;
}

/**
 * ∂(node)/∂(source) for every node: a small change at the source, pushed forward (eqs 47–52).
 *
 * @param {Graph} graph
 * @param {number} source
 * @returns {Float64Array} 0 where no path leads from the source
 */
export function forward(graph, source) {
  const tangent = new Float64Array(graph.count);
  const reached = graph.reachedFrom([source]);
  tangent[source] = 1;
  for (let node = source; node < graph.count; node++) {
    if (!reached[node]) continue;
    for (const edge of graph.out(node)) tangent[graph.target[edge]] += graph.rate[edge] * tangent[node];
  }
  return tangent;
}

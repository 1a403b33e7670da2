/** The steps of a view: forward through its boxes, then backward, and what is known after each. */

/**
 * A step computes, or differentiates, one box: a single operation, or all operations of a closed group.
 *
 * steps  {phase: "start" | "forward" | "seed" | "backward" | "end", box}; box is −1 where there is none
 */
export class Steps {
  /**
   * @param {View} view
   * @param {number} output what gradients are of
   */
  constructor(view, output) {
    Object.assign(this, { view, output });
    const { recording, boxes, order } = view;
    this.leads = recording.graph.leadingTo([output]);
    const computed = order.filter((box) => boxes[box].members.some((node) => !recording.isLeaf(node)));
    const differentiated = computed.filter((box) => boxes[box].members.some((node) => this.isSwept(node)));
    this.steps = [
      { phase: "start", box: -1 },
      ...computed.map((box) => ({ phase: "forward", box })),
      { phase: "seed", box: view.boxOf[output] },
      ...differentiated.reverse().map((box) => ({ phase: "backward", box })),
      { phase: "end", box: -1 },
    ];
    this.seedStep = 1 + computed.length;
    this.contributions = this.stateAfter(0).awaited; // to each node's cotangent, in all
  }

  /** How many steps there are after the first. */
  get last() {
    return this.steps.length - 1;
  }

  /** Whether a cotangent is pulled back through a node. */
  isSwept(node) {
    return this.leads[node] === 1 && this.view.recording.graph.into(node).length > 0;
  }

  /**
   * What is known after a step.
   *
   * isComputed   1 for each node that has its value
   * cotangent    ∂(output)/∂(node), as far as it has been added up
   * awaited      of how many edges a node's cotangent still waits for a contribution
   * isReached    1 for each node whose cotangent has been begun
   */
  stateAfter(last) {
    if (this.latest?.last !== last) this.latest = { last, state: this.stateFromTheStart(last) };
    return this.latest.state; // one step is asked about by all that shows it
  }

  stateFromTheStart(last) {
    const { recording, boxes } = this.view;
    const { graph } = recording;
    const state = {
      isComputed: Uint8Array.from({ length: graph.count }, (_, node) => (recording.isLeaf(node) ? 1 : 0)),
      cotangent: new Float64Array(graph.count),
      awaited: new Int32Array(graph.count),
      isReached: new Uint8Array(graph.count),
    };
    for (let edge = 0; edge < graph.size; edge++) {
      if (this.leads[graph.target[edge]]) state.awaited[graph.source[edge]]++;
    }
    for (const { phase, box } of this.steps.slice(0, last + 1)) {
      if (phase === "forward") for (const node of boxes[box].members) state.isComputed[node] = 1;
      if (phase === "seed") {
        state.cotangent[this.output] = 1;
        state.isReached[this.output] = 1;
      }
      if (phase === "backward") this.pullThrough(boxes[box].members, state);
    }
    return state;
  }

  /** The nodes whose cotangent is final after a step and was not before. */
  finalAt(step) {
    const { phase, box } = this.steps[step];
    if (phase === "seed") return [this.output];
    if (phase !== "backward") return [];
    const { graph } = this.view.recording;
    const after = this.stateAfter(step);
    const touched = new Set();
    for (const node of this.view.boxes[box].members) {
      if (this.isSwept(node)) for (const edge of graph.into(node)) touched.add(graph.source[edge]);
    }
    return [...touched].filter((node) => after.awaited[node] === 0).sort((one, other) => other - one);
  }

  pullThrough(members, { cotangent, awaited, isReached }) {
    const { graph } = this.view.recording;
    for (let place = members.length - 1; place >= 0; place--) {
      const node = members[place];
      if (!this.leads[node]) continue;
      for (const edge of graph.into(node)) {
        const source = graph.source[edge];
        cotangent[source] += graph.rate[edge] * cotangent[node];
        awaited[source]--;
        isReached[source] = 1;
      }
    }
  }
}

/** BP1–BP4 at the numbers of a recording whose nodes are labelled in the book's indices (Nielsen ch. 2). */

/** How far a sum and a gradient may be apart, relative to what was summed up: rounding alone. */
const TOLERANCE = 1e-6;

/**
 * The network that a recording is of.
 *
 * last         the number of its last layer, L; 0 where nothing is labelled
 * hasExamples  whether it was computed on several examples at a time
 * isFused      whether the cost is computed of zᴸ, with no aᴸ between
 * sigmas       the activation functions by layer, from the second on, as far as they are known
 */
export class Network {
  /** @param {Recording} recording */
  constructor(recording) {
    this.recording = recording;
    const { letter, layer, neuron, index } = recording.role;
    this.places = new Map();
    this.last = 0;
    this.neurons = new Map(); // of each layer, how many
    for (let node = 0; node < recording.count; node++) {
      if (!letter[node]) continue;
      const name = key(letter[node], layer[node], neuron[node], index[node]);
      this.places.set(name, this.places.has(name) ? undefined : node);
      if (letter[node] === "z") {
        this.last = Math.max(this.last, layer[node]);
        this.neurons.set(layer[node], Math.max(this.neurons.get(layer[node]) ?? 0, neuron[node]));
      }
    }
    const isOf = (node, name, number) => letter[node] === name && layer[node] === number;
    const nodes = [...letter.keys()];
    this.hasExamples = nodes.some((node) => letter[node] === "z" && index[node] > 0);
    this.isFused = this.last > 0 && !nodes.some((node) => isOf(node, "a", this.last));
    this.sigmas = [...this.neurons.keys()].sort((one, other) => one - other).map((number) => {
      const a = nodes.find((node) => isOf(node, "a", number));
      return a === undefined ? "" : recording.operation(a);
    });
  }

  /** The node of a letter, layer, neuron and second index (0 for none); undefined unless there is exactly one. */
  at(letter, layer, neuron, index = 0) {
    return this.places.get(key(letter, layer, neuron, index));
  }

  /** Which equation defines the gradient of a node: "BP1" … "BP4", or null. */
  equationOf(node) {
    const { letter, layer } = this.recording.role;
    if (this.last === 0) return null;
    if (letter[node] === "z") return layer[node] === this.last ? "BP1" : "BP2";
    return { b: "BP3", w: "BP4" }[letter[node]] ?? null;
  }

  /**
   * The equation that defines the gradient of a node, with numbers.
   *
   * @param {number} node a z, b or w of the network
   * @param {Float64Array} cotangent ∂C/∂(node) for every node
   * @returns {{equation: string, left: string, factors: {name: string, value: number}[][], total: number} | null} the
   *     sum over the products of these factors; null where what it takes isn't labelled, or where the labels tell
   *     of another network than was computed, as with connections that skip a layer: the sum isn't the gradient then
   */
  atNode(node, cotangent) {
    const equation = this.equationOf(node);
    if (equation === null) return null;
    const { layer, neuron, index } = this.recording.role;
    const terms = this[`terms${equation}`](layer[node], neuron[node], index[node], node, cotangent);
    if (terms === null) return null;
    const products = terms.map((term) => term.reduce((product, { value }) => product * value, 1));
    const total = products.reduce((sum, x) => sum + x, 0);
    const scale = products.reduce((sum, x) => sum + Math.abs(x), Math.abs(cotangent[node]));
    if (Math.abs(total - cotangent[node]) > TOLERANCE * scale) return null;
    return { equation, left: this.leftOf(equation, node), factors: terms, total };
  }

  leftOf(equation, node) {
    const { recording } = this;
    return equation === "BP1" || equation === "BP2" ? deltaName(recording, node) : `∂C/∂${recording.name(node)}`;
  }

  // δᴸ_j = ∂C/∂aᴸ_j σ′(zᴸ_j); where activations are coupled, as by softmax, a sum over all that z_j leads to.
  termsBP1(layer, neuron, example, z, cotangent) {
    const found = this.activationsOf(z, layer);
    if (found.length === 0) return [[{ name: `∂C/∂${this.recording.name(z)}`, value: cotangent[z] }]];
    return found.map(({ a, rate }) => [
      { name: `∂C/∂${this.recording.name(a)}`, value: cotangent[a] },
      rateFactor(this.recording, z, a, rate, found.length === 1),
    ]);
  }

  // δˡ_j = Σ_k wˡ⁺¹_kj δˡ⁺¹_k σ′(zˡ_j)
  termsBP2(layer, neuron, example, z, cotangent) {
    const found = this.activationsOf(z, layer);
    if (found.length > 1) return null;
    const terms = [];
    for (let k = 1; k <= this.neurons.get(layer + 1); k++) {
      const [w, next] = [this.at("w", layer + 1, k, neuron), this.at("z", layer + 1, k, example)];
      if (w === undefined || next === undefined) return null;
      const term = [this.number(w), { name: deltaName(this.recording, next), value: cotangent[next] }];
      if (found.length) term.push(rateFactor(this.recording, z, found[0].a, found[0].rate, true));
      terms.push(term);
    }
    return terms;
  }

  // ∂C/∂bˡ_j = δˡ_j, summed over the examples
  termsBP3(layer, neuron, index, b, cotangent) {
    const zs = this.examplesOf(layer, neuron);
    return zs.length ? zs.map(({ z }) => [{ name: deltaName(this.recording, z), value: cotangent[z] }]) : null;
  }

  // ∂C/∂wˡ_jk = aˡ⁻¹_k δˡ_j, summed over the examples
  termsBP4(layer, neuron, from, w, cotangent) {
    const terms = [];
    for (const { z, example } of this.examplesOf(layer, neuron)) {
      const a = this.at("a", layer - 1, from, example) ?? this.at("z", layer - 1, from, example);
      if (a === undefined) return null;
      terms.push([this.number(a), { name: deltaName(this.recording, z), value: cotangent[z] }]);
    }
    return terms.length ? terms : null;
  }

  /** The activations that a weighted input leads to right away, each with its rate factor. */
  activationsOf(z, layer) {
    const { graph, role } = this.recording;
    const reached = new Map([[z, 1]]);
    const found = [];
    for (const node of this.nodesBetween(z, layer)) {
      for (const edge of graph.out(node)) {
        const next = graph.target[edge];
        reached.set(next, (reached.get(next) ?? 0) + graph.rate[edge] * reached.get(node));
      }
    }
    for (const [node, rate] of reached) {
      if (role.letter[node] === "a" && role.layer[node] === layer) found.push({ a: node, rate });
    }
    return found.sort((one, other) => one.a - other.a);
  }

  /** The nodes on the way from a weighted input to activations of its layer, but for these, in topological order. */
  nodesBetween(z, layer) {
    const { graph, role, grouping, groups } = this.recording;
    const isInside = (node) => {
      for (let place = grouping.layered[node]; place >= 0; place = groups[place].parent) {
        if (groups[place].kind === "layer") return groups[place].number === layer;
      }
      return false;
    };
    const seen = new Set([z]);
    const waiting = [z];
    while (waiting.length) {
      for (const edge of graph.out(waiting.pop())) {
        const next = graph.target[edge];
        if (seen.has(next) || role.letter[next] === "a" || !isInside(next)) continue;
        seen.add(next);
        waiting.push(next);
      }
    }
    return [...seen].sort((one, other) => one - other);
  }

  examplesOf(layer, neuron) {
    const alone = this.at("z", layer, neuron);
    if (alone !== undefined) return [{ z: alone, example: 0 }];
    const zs = [];
    for (let example = 1; ; example++) {
      const z = this.at("z", layer, neuron, example);
      if (z === undefined) return zs;
      zs.push({ z, example });
    }
  }

  number(node) {
    return { name: this.recording.name(node), value: this.recording.value[node] };
  }
}

function rateFactor(recording, z, a, value, isOwn) {
  return { name: isOwn ? `σ′(${recording.name(z)})` : `∂${recording.name(a)}/∂${recording.name(z)}`, value };
}

function deltaName(recording, z) {
  return recording.name(z).replace(/^z/, "δ");
}

function key(letter, layer, neuron, index) {
  return `${letter}${layer}_${neuron},${index}`;
}

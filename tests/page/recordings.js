// Linearized graphs and recordings for the tests, made from seeds, and slow obvious ways of counting on them.

import { Graph } from "../../microbp/draw/page/graph/graph.js";
import { randomNumbers } from "../../microbp/draw/page/base/random.js";
import { Recording } from "../../microbp/draw/page/graph/recording.js";

/** A graph with parallel edges, dead ends and nodes that nothing leads to. */
export function randomLinearized(seed, { count = 8, edges = 16, rateOf = (random) => 4 * random() - 2 } = {}) {
  const random = randomNumbers(seed);
  const [source, target, rate] = [[], [], []];
  for (let edge = 0; edge < edges; edge++) {
    source.push(Math.floor(random() * (count - 1)));
    target.push(source[edge] + 1 + Math.floor(random() * (count - 1 - source[edge])));
    rate.push(rateOf(random));
    if (random() < 0.2) {
      source.push(source[edge]);
      target.push(target[edge]);
      rate.push(rateOf(random));
      edge++;
    }
  }
  return new Graph(count, source, target, rate);
}

/** A chain of stages with so many parallel edges each: width^stages paths. */
export function chain(stages, width, rateOf = (stage, n) => 1 / (stage + n + 1)) {
  const [source, target, rate] = [[], [], []];
  for (let stage = 0; stage < stages; stage++) {
    for (let n = 0; n < width; n++) {
      source.push(stage);
      target.push(stage + 1);
      rate.push(rateOf(stage, n));
    }
  }
  return new Graph(stages + 1, source, target, rate);
}

/** All paths from one node to another, each as its edges, by going all ways. */
export function allPaths(graph, source, target) {
  if (source === target) return [[]];
  const found = [];
  for (let edge = 0; edge < graph.size; edge++) {
    if (graph.source[edge] !== source) continue;
    for (const rest of allPaths(graph, graph.target[edge], target)) found.push([edge, ...rest]);
  }
  return found;
}

/** The product of the rate factors along a path. */
export function productOf(graph, path) {
  return path.reduce((product, edge) => product * graph.rate[edge], 1);
}

/** eq. 53, by enumeration. */
export function sumOverPaths(graph, source, target) {
  return allPaths(graph, source, target).reduce((sum, path) => sum + productOf(graph, path), 0);
}

/** Whether two numbers agree to rounding. */
export function agree(one, other, tolerance = 1e-12) {
  return Object.is(one, other) || Math.abs(one - other) <= tolerance * Math.max(1, Math.abs(one), Math.abs(other));
}

const ROWS = {
  add: { text: "+", expression: "u + v", partials: ["1", "1"], of: (u, v) => u + v, rates: () => [1, 1] },
  sub: { text: "−", expression: "u − v", partials: ["1", "−1"], of: (u, v) => u - v, rates: () => [1, -1] },
  mul: { text: "×", expression: "u·v", partials: ["v", "u"], of: (u, v) => u * v, rates: (u, v) => [v, u] },
  tanh: {
    text: "tanh",
    expression: "tanh(u)",
    partials: ["1 − y²"],
    of: Math.tanh,
    rates: (u) => [1 - Math.tanh(u) ** 2],
  },
};

/** Records a computation as the columns that the page reads. */
export class Tape {
  constructor() {
    this.nodes = {
      row: [],
      label: [],
      value: [],
      varies: [],
      layered: [],
      whole: [],
      letter: [],
      layer: [],
      neuron: [],
      index: [],
    };
    this.edges = { source: [], target: [], slot: [], rate: [] };
    this.rows = [];
    this.groups = [];
  }

  group(name, kind = "neuron", parent = -1, number = 0) {
    return this.groups.push({ name, kind, number, parent }) - 1;
  }

  leaf(value, label = null, { group = -1, varies = 1 } = {}) {
    return this.node({ value, label, group, varies });
  }

  call(name, inputs, label = null, { group = -1 } = {}) {
    const values = inputs.map((input) => this.nodes.value[input]);
    const { of, rates, ...described } = ROWS[name];
    let row = this.rows.findIndex((other) => other.name === name);
    if (row < 0)
      row =
        this.rows.push({
          name,
          entrywise: true,
          arguments: ["u", "v"].slice(0, inputs.length),
          plain: null,
          ...described,
        }) - 1;
    const varies = Number(inputs.some((input) => this.nodes.varies[input]));
    const node = this.node({ row, value: of(...values), label, group, varies });
    rates(...values).forEach((rate, slot) => {
      this.edges.source.push(inputs[slot]);
      this.edges.target.push(node);
      this.edges.slot.push(slot);
      this.edges.rate.push(this.nodes.varies[inputs[slot]] ? rate : null);
    });
    return node;
  }

  node({ row = -1, value, label, group, varies }) {
    const [, letter = "", layer, neuron, index] = /^([wbza])(\d+)_(\d+)(?:,(\d+))?$/.exec(label ?? "") ?? [];
    const role = { letter, layer: Number(layer ?? 0), neuron: Number(neuron ?? 0), index: Number(index ?? 0) };
    const columns = { row, label, value, varies, layered: group, whole: group, ...role };
    for (const [name, x] of Object.entries(columns)) this.nodes[name].push(x);
    return this.nodes.row.length - 1;
  }

  data(...outputs) {
    const { nodes, edges, rows, groups } = this;
    return { kind: "recording", title: "a test", nodes, edges, rows, groups, outputs };
  }

  recording(...outputs) {
    return new Recording(this.data(...outputs));
  }
}

/** A computation of random operations; with groups, each node is in a random one of a random tree, however tangled. */
export function randomRecording(seed, { leaves = 4, operations = 14, groups = 0 } = {}) {
  const random = randomNumbers(seed);
  const some = (n) => Math.floor(random() * n);
  const tape = new Tape();
  for (let n = 0; n < groups; n++) tape.group(`group ${n}`, ["layer", "neuron", "cost"][some(3)], some(n + 1) - 1, n);
  const place = () => ({ group: some(groups + 1) - 1 });
  for (let n = 0; n < leaves; n++) tape.leaf(2 * random() - 1, `x${n}`, { ...place(), varies: n === 1 ? 0 : 1 });
  let last = 0;
  for (let n = 0; n < operations; n++) {
    const name = ["add", "sub", "mul", "mul", "tanh"][some(5)];
    const inputs = [last, some(last + 1)].slice(0, name === "tanh" ? 1 : 2);
    last = tape.call(
      name,
      inputs.map((input) => (random() < 0.5 ? some(last + 1) : input)),
      null,
      place(),
    );
  }
  // The last of all rests on whatever was not used.
  const used = new Set(tape.edges.source);
  const unused = [...Array(last).keys()].filter((node) => !used.has(node));
  for (const node of unused) last = tape.call("add", [last, node], null, place());
  return tape.recording(last);
}

/** A network of tanh neurons with the quadratic cost, labelled and grouped as Python does it. */
export function networkTape(sizes, seed = 1) {
  const random = randomNumbers(seed);
  const tape = new Tape();
  const input = tape.group("input", "input");
  let a = Array.from({ length: sizes[0] }, (_, k) =>
    tape.leaf(2 * random() - 1, `a1_${k + 1}`, { group: input, varies: 0 }),
  );
  const y = Array.from({ length: sizes.at(-1) }, () => 2 * random() - 1);
  for (let layer = 2; layer <= sizes.length; layer++) {
    const outer = tape.group(`layer ${layer}`, "layer", -1, layer);
    a = Array.from({ length: sizes[layer - 1] }, (_, j) => {
      const group = tape.group(`neuron ${j + 1}`, "neuron", outer, j + 1);
      let z = tape.leaf(random() - 0.5, `b${layer}_${j + 1}`, { group });
      a.forEach((source, k) => {
        const w = tape.leaf(2 * random() - 1, `w${layer}_${j + 1},${k + 1}`, { group });
        const product = tape.call("mul", [w, source], null, { group });
        z = tape.call("add", [z, product], k === a.length - 1 ? `z${layer}_${j + 1}` : null, { group });
      });
      return tape.call("tanh", [z], `a${layer}_${j + 1}`, { group });
    });
  }
  const cost = tape.group("cost", "cost");
  let total = null;
  a.forEach((activation, j) => {
    const aim = tape.leaf(y[j], null, { group: cost, varies: 0 });
    const difference = tape.call("sub", [activation, aim], null, { group: cost });
    const square = tape.call("mul", [difference, difference], null, { group: cost });
    total = total === null ? square : tape.call("add", [total, square], null, { group: cost });
  });
  tape.nodes.label[total] = "C";
  tape.output = total;
  return tape;
}

/** The recording of such a network; its output is C. */
export function network(sizes, seed = 1) {
  const tape = networkTape(sizes, seed);
  return tape.recording(tape.output);
}

/** The node with a label. */
export function labelled(recording, label) {
  return recording.label.indexOf(label);
}

/** A few of these items, chosen at random. */
export function someOf(items, random, share = 0.5) {
  return items.filter(() => random() < share);
}

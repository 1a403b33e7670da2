// What the page's modules compute of recordings: JSON from a file, and JSON to the standard output.

import { readFileSync } from "node:fs";

import { contract } from "../../microbp/draw/page/graph/contract.js";
import { Elimination } from "../../microbp/draw/page/graph/elimination.js";
import { Network } from "../../microbp/draw/page/graph/equations.js";
import { backward } from "../../microbp/draw/page/graph/gradients.js";
import { levelsOf } from "../../microbp/draw/page/graph/levels.js";
import { Paths } from "../../microbp/draw/page/graph/paths.js";
import { Recording } from "../../microbp/draw/page/graph/recording.js";
import { Steps } from "../../microbp/draw/page/graph/steps.js";
import { View } from "../../microbp/draw/page/graph/view.js";

/** Numbers as JSON has them; nan and inf, which it does not have, as text. */
const exact = (x) => (Number.isFinite(x) ? x : String(x));

function computed(recording) {
  const [output] = recording.outputs;
  const gradient = backward(recording.graph, output);
  const levels = levelsOf(recording).map(({ name, tree, open }) => ({ name, view: new View(recording, tree, open) }));
  return {
    gradient: [...gradient].map(exact),
    stepped: levels.map(({ view }) => {
      const steps = new Steps(view, output);
      return [...steps.stateAfter(steps.last).cotangent].map(exact);
    }),
    levels: Object.fromEntries(levels.map(({ name, view }) => [name, view.boxes.length])),
    multiplications: Object.fromEntries(
      ["forward", "reverse", "markowitz"].map((order) => [order, eliminated(recording, order)]),
    ),
    equations: equations(recording, gradient),
  };
}

function eliminated(recording, order) {
  const inputs = [...Array(recording.count).keys()].filter((node) => recording.isLeaf(node) && recording.varies[node]);
  const game = new Elimination(recording.graph, inputs, recording.outputs);
  for (const node of game.inOrder(order)) game.take(node, false);
  return game.multiplications;
}

function equations(recording, gradient) {
  const network = new Network(recording);
  const found = [];
  for (let node = 0; node < recording.count; node++) {
    const { equation, total } = network.atNode(node, gradient) ?? {};
    if (equation) found.push([node, equation, total]);
  }
  return found;
}

function pathsOf(recording, [source, target]) {
  const paths = new Paths(recording.graph, source, target);
  return {
    count: String(paths.count),
    total: exact(paths.total),
    products: paths.top(5).map(({ product }) => exact(product)),
  };
}

function contracted(recording, nodes) {
  const kept = new Uint8Array(recording.count);
  for (const node of nodes) kept[node] = 1;
  const { graph, nodes: left } = contract(recording.graph, kept);
  return [...graph.rate].map((rate, edge) => [left[graph.source[edge]], left[graph.target[edge]], exact(rate)]);
}

const asked = JSON.parse(readFileSync(process.argv[2], "utf8"));
const answers = asked.map(({ columns, ends, kept }) => {
  const recording = new Recording(columns);
  return {
    ...computed(recording),
    paths: ends.map((pair) => pathsOf(recording, pair)),
    contracted: contracted(recording, kept),
  };
});
process.stdout.write(JSON.stringify(answers));

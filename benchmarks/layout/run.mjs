// Crossings, lengths and times of layout.js, dot and dagre on the graphs beside this file.
//
// node benchmarks/layout/run.mjs --dagre FOLDER [--svg FOLDER] [--rounds 7] [--cpu-time]
//   --dagre     the folder in which `npm install --no-save @dagrejs/dagre` was run; or set DAGRE
//   --svg       where pictures of layout.js, and of dot by dot itself, are written
//   --rounds    how often each draws each graph, in turns; the median of its times is shown
//   --cpu-time  the time of the processor, for a machine with other work to do

import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { parseArgs } from "node:util";

import { byDagre, byDot, dotSeconds, dotText, own } from "./drawings.mjs";
import { drawnCrossings, layeredCrossings, length, size } from "./measures.mjs";
import { picture } from "./pictures.mjs";

const { values } = parseArgs({
  options: {
    dagre: { type: "string", default: process.env.DAGRE },
    svg: { type: "string" },
    rounds: { type: "string", default: "7" },
    "cpu-time": { type: "boolean", default: false },
  },
});
const contestants = { microbp: own };
if (values.dagre) {
  const dagre = createRequire(join(values.dagre, "/"))("@dagrejs/dagre");
  contestants.dagre = (graph) => byDagre(dagre, graph);
}
contestants.dot = byDot;

const graphs = readdirSync(import.meta.dirname).filter((name) => name.endsWith(".json")).map((file) => {
  const { boxes, edges } = JSON.parse(readFileSync(join(import.meta.dirname, file), "utf8"));
  return {
    name: file.replace(".json", ""),
    boxes: boxes.map(([width, height, text]) => ({ width, height, text })),
    edges: edges.map(([source, target]) => ({ source, target })),
  };
});
graphs.sort((a, b) => a.boxes.length - b.boxes.length);

/** How long one drawing takes; dot's time includes its start, and reading and writing text. */
function milliseconds(name, graph) {
  if (name === "dot" && values["cpu-time"]) return 1000 * dotSeconds(graph);
  const [start, used] = [performance.now(), process.cpuUsage()];
  contestants[name](graph);
  const { user, system } = process.cpuUsage(used);
  return values["cpu-time"] ? (user + system) / 1000 : performance.now() - start;
}

const names = Object.keys(contestants);
const titles = ["layered crossings", "drawn crossings", "length, 1000 px", "size, px", "time, ms"];
console.log(`| graph | boxes | edges | ${titles.map((title) => `${title}: ${names.join(" / ")}`).join(" | ")} |`);
console.log(`|${" --- |".repeat(3 + titles.length)}`);
for (const graph of graphs) {
  const drawings = names.map((name) => contestants[name](graph));
  const times = names.map(() => []);
  for (let round = 0; round < Number(values.rounds); round += 1) {
    names.forEach((name, i) => {
      times[i].push(milliseconds(name, graph));
    });
  }
  const rows = [
    drawings.map((drawing) => layeredCrossings(drawing, graph.edges)),
    drawings.map(drawnCrossings),
    drawings.map((drawing) => (length(drawing) / 1000).toFixed(1)),
    drawings.map((drawing) => size(drawing).map(Math.round).join("×")),
    times.map((list) => list.sort((a, b) => a - b)[list.length >> 1].toFixed(1)),
  ];
  const cells = rows.map((row) => row.join(" / "));
  console.log(`| ${graph.name} | ${graph.boxes.length} | ${graph.edges.length} | ${cells.join(" | ")} |`);
  if (values.svg) {
    mkdirSync(values.svg, { recursive: true });
    writeFileSync(join(values.svg, `${graph.name}.svg`), picture(graph));
    execFileSync("dot", ["-Tsvg", "-o", join(values.svg, `${graph.name}-dot.svg`)], { input: dotText(graph) });
  }
}

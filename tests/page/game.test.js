import assert from "node:assert/strict";
import { test } from "node:test";

import { Elimination } from "../../microbp/draw/page/graph/elimination.js";
import { Game } from "../../microbp/draw/page/graph/game.js";
import { backward } from "../../microbp/draw/page/graph/gradients.js";
import { groupTree } from "../../microbp/draw/page/graph/groups.js";
import { randomNumbers } from "../../microbp/draw/page/base/random.js";
import { agree, labelled, network, randomRecording, someOf, Tape } from "./recordings.js";
import { View } from "../../microbp/draw/page/graph/view.js";

const ORDERS = ["forward", "reverse", "markowitz"];

function allIn(group) {
  return group.groups.flatMap((inner) => [inner, ...allIn(inner)]);
}

function* randomGames(count) {
  for (let seed = 0; seed < count; seed++) {
    const recording = seed % 2 ? randomRecording(seed, { groups: 4 }) : network([2, 3, 2], seed);
    const tree = groupTree(recording, "layered");
    const view = new View(recording, tree, new Set(someOf(allIn(tree.root), randomNumbers(seed))));
    yield { recording, view, seed, output: recording.outputs[0] };
  }
}

test("in any order the game ends, and what is left are the gradients", () => {
  for (const { recording, view, seed, output } of randomGames(60)) {
    const gradient = backward(recording.graph, output);
    const random = randomNumbers(seed);
    for (const order of [...ORDERS, "random"]) {
      const game = new Game(view, null, output);
      let moves = 0;
      while (!game.isOver) {
        assert.ok(++moves <= view.boxes.length);
        const takeable = [...view.boxes.keys()].filter((box) => game.whyNot(box) === null);
        const box = order === "random" ? takeable[Math.floor(random() * takeable.length)] : game.next(order);
        assert.ok(takeable.includes(box));
        game.take(box);
      }
      assert.equal(game.next("forward"), undefined);
      for (const { source, target, rate } of game.edges) {
        assert.equal(target, output);
        assert.ok(agree(rate, gradient[source]));
      }
    }
  }
});

test("totals are what the orders take, node by node; on single boxes, what the reader's moves take", () => {
  for (const { recording, view, output } of randomGames(20)) {
    const { graph, nodes, place } = view.contracted;
    const inputs = [...nodes.keys()].filter((node) => graph.into(node).length === 0 && recording.varies[nodes[node]]);
    const game = new Game(view, null, output);
    for (const order of ORDERS) {
      const plain = new Elimination(graph, inputs, [place[output]]);
      while (plain.left.length) plain.take(plain.next(order));
      assert.equal(game.totals[order], plain.multiplications);
    }
  }
  const recording = network([2, 2, 1]);
  const tree = groupTree(recording, "layered");
  const view = new View(recording, tree, new Set(allIn(tree.root)));
  for (const order of ORDERS) {
    const game = new Game(view, labelled(recording, "w2_1,1"), recording.outputs[0]);
    while (!game.isOver) game.take(game.next(order));
    assert.equal(game.multiplications, game.totals[order]);
    assert.equal(game.edges.length, 1);
  }
});

function byEnds(edges) {
  return new Map(edges.map(({ source, target, rate }) => [`${source} ${target}`, rate]).sort());
}

test("a move taken back is as if it had not been made", () => {
  for (const { view, output } of randomGames(10)) {
    const game = new Game(view, null, output);
    const seen = [];
    while (!game.isOver) {
      seen.push([game.multiplications, game.edges]);
      game.take(game.next("reverse"));
    }
    while (seen.length) {
      game.undo();
      const [multiplications, edges] = seen.pop();
      assert.equal(game.multiplications, multiplications);
      assert.deepEqual(byEnds(game.edges), byEnds(edges));
    }
  }
});

test("the two ends stay, and so does what lies on no path between", () => {
  const recording = network([2, 2, 1]);
  const tree = groupTree(recording, "layered");
  const view = new View(recording, tree, new Set(allIn(tree.root)));
  const game = new Game(view, labelled(recording, "w2_1,1"), recording.outputs[0]);
  const why = (label) => game.whyNot(view.boxOf[labelled(recording, label)]);

  assert.equal(why("w2_1,1"), "stays: it is what the gradient is asked by.");
  assert.equal(why("C"), "stays: it is what the gradient is of.");
  assert.equal(why("a2_2"), "lies on no path between the two ends.");
  assert.equal(why("z2_1"), null);
});

test("an entry that is constant in an array that varies is no input", () => {
  const tape = new Tape();
  const [x, zero] = [tape.leaf(2, "x"), tape.leaf(0, null, { varies: 0 })];
  const padded = tape.call("add", [zero, zero]);
  tape.nodes.varies[padded] = 1;
  const recording = tape.recording(tape.call("tanh", [tape.call("mul", [x, tape.call("tanh", [padded])])], "C"));
  const view = new View(recording, groupTree(recording, "layered"), new Set());
  const game = new Game(view, null, recording.outputs[0]);

  assert.deepEqual(game.totals, { forward: 1, reverse: 1, markowitz: 1 });
  assert.deepEqual([...game.inputs], [view.boxOf[x]]);
});

/** The explorer of a recorded computation: what is shown, what is selected, and what the reader does. */

import { Controls } from "./controls.js";
import { html, refill } from "../base/elements.js";
import { EquationsPanel } from "./equationspanel.js";
import { GamePanel } from "./gamepanel.js";
import { helpSection } from "./help.js";
import { keyboard } from "./keyboard.js";
import { legibleLevel, levelsOf } from "../graph/levels.js";
import { litByPath } from "../graph/light.js";
import { clamped } from "../base/numbers.js";
import { PathsPanel } from "./pathspanel.js";
import { Picture } from "./picture.js";
import { Recording } from "../graph/recording.js";
import { SelectionPanel } from "./selectionpanel.js";
import { Steps } from "../graph/steps.js";
import { MOST, View } from "../graph/view.js";

/** Boxes that a reader can take in, and how small they may be: the first view is the finest that is no more. */
const [LEGIBLE, GLANCE] = [150, 0.68];

/** Show the explorer of a recording in an element of the page. */
export function showRecording(root, data) {
  const explorer = new Explorer(root, new Recording(data));
  explorer.start();
  return explorer;
}

/**
 * All that the parts of the page share.
 *
 * view, picture, steps  what is drawn, and the steps through it
 * step, state           how far the reader has come, and what is known there
 * selection             {node}, {edge} (a place in view.edges), {group} or null
 * from, to              the ends of the paths that are listed
 */
export class Explorer {
  constructor(root, recording) {
    this.root = root;
    this.recording = recording;
    this.levels = levelsOf(recording);
    this.to = this.output = recording.outputs[0];
    this.from = null;
    this.selection = null;
    this.pinned = new Set();
    this.game = null;
  }

  /** Draw the first view, and the panels around it. */
  start() {
    this.canvas = html("div", { class: "canvas", tabindex: -1 });
    this.panels = [new SelectionPanel(this), new EquationsPanel(this), new PathsPanel(this)];
    this.controls = new Controls(this);
    this.gamePanel = new GamePanel(this);
    this.message = html("p", { class: "message", role: "status", "aria-live": "polite" });
    this.root.classList.add("recording");
    refill(
      this.root,
      this.controls.header,
      html("main", {}, this.canvas),
      html(
        "aside", { "aria-label": "what is selected, equations and paths" },
        ...this.panels.map(({ element }) => element),
        helpSection(this.recording.groups.some(({ kind }) => kind === "layer")),
      ),
      html("footer", {}, this.message, this.controls.stepper.element, this.gamePanel.element),
    );
    this.canvas.addEventListener("click", (event) => this.clicked(event));
    this.controls.letBeMoved();
    keyboard(this);
    this.showLevel(this.firstLevel());
    const { from, to } = this.recording.start;
    if (to !== null) this.to = to;
    if (from !== null) this.pin(from);
  }

  /** The level that was asked for, or the finest that can be taken in at a glance. */
  firstLevel() {
    const asked = this.levels.find(({ name }) => name === this.recording.start.level);
    const fits = (view) => this.controls.roomFor(new Picture(view, new Steps(view, this.output))) >= GLANCE;
    return asked ?? legibleLevel(this.recording, this.levels, LEGIBLE, fits);
  }

  /** Ask for the gradients of another output. */
  askFor(output) {
    this.output = this.to = output;
    this.redraw();
  }

  /** Show a level: its groups closed as it has them. */
  showLevel(level) {
    this.level = level;
    this.open = new Set(level.open);
    this.redraw();
  }

  /** Open a closed group. */
  openGroup(group) {
    const view = new View(this.recording, this.level.tree, new Set([...this.open, group]), this.pinned);
    if (view.boxes.length >= MOST) {
      const boxes = `${group.fullName} has ${group.items.length} boxes`;
      this.say(`${boxes}, and at most ${MOST} are drawn at once: close another group first.`);
      return;
    }
    this.open.add(group);
    this.redraw();
    this.focusBox(this.view.boxes.findIndex(({ frame }) => frame.line.includes(group)));
  }

  /** Close a group that is open. */
  closeGroup(group) {
    const open = new Set(this.open);
    for (const other of this.open) if (other.line.includes(group)) open.delete(other);
    const view = new View(this.recording, this.level.tree, open, this.pinned);
    if (view.order === null) {
      this.say(`${group.fullName} can't be closed: a path leaves it and comes back, which would make a circle.`);
      return;
    }
    this.open = open;
    this.redraw();
    const closed = this.view.boxes.findIndex((box) => box.group === group);
    this.focusBox(closed < 0 ? this.view.boxOf[group.members[0]] : closed); // all of it can have boxes of their own
  }

  /** Draw what is open anew. */
  redraw() {
    const before = this.steps?.steps[this.step];
    const nodes = before?.box >= 0 ? this.view.boxes[before.box].members : [];
    const wasAtEnd = this.steps === undefined || this.step === this.steps.last;
    this.view = new View(this.recording, this.level.tree, this.open, this.pinned);
    this.steps = new Steps(this.view, this.output);
    this.picture = new Picture(this.view, this.steps);
    refill(this.canvas, this.picture.element);
    this.controls.fit();
    const same = ({ phase, box }) =>
      phase === before?.phase && (box < 0 || this.view.boxes[box].members.includes(nodes.at(-1)));
    this.step = wasAtEnd ? this.steps.last : Math.max(this.steps.steps.findIndex(same), 0);
    if (this.selection?.edge !== undefined || this.selection?.group) this.selection = null;
    this.game?.leave();
    this.game = null;
    this.controls.showView();
    this.goTo(this.step);
    this.showSelection();
  }

  /** Go to a step. */
  goTo(step) {
    this.step = clamped(step, 0, this.steps.last);
    this.state = this.steps.stateAfter(this.step);
    this.picture.showStep(this.steps, this.step, this.state);
    this.controls.showStep();
    this.say(this.controls.sentence());
    for (const panel of this.panels) panel.showStep?.();
  }

  /** Select a node, an edge ({edge}), a closed group, or nothing (null). */
  select(selection) {
    this.selection = selection;
    if (selection === null) {
      Object.assign(this, { from: null, to: this.output });
      this.picture.light(null);
    }
    if (selection?.node !== undefined && this.recording.varies[selection.node]) this.from = selection.node;
    this.showSelection();
  }

  /** Give a node inside of a closed group a box of its own, and select it. */
  pin(node) {
    this.selection = { node };
    if (this.recording.varies[node]) this.from = node;
    const { boxes, boxOf } = this.view;
    if (boxes[boxOf[node]].node === null) {
      this.pinned = new Set([node]);
      this.redraw();
    } else this.showSelection();
    this.focusBox(this.view.boxOf[node], false);
  }

  /** List paths that end at another node than the output; where they begin is what is selected next. */
  endAt(node) {
    this.to = node;
    if (this.from === node) {
      this.from = null;
      this.picture.light(null);
    }
    this.showSelection();
  }

  /** Show what is selected, in the picture and in the panels. */
  showSelection() {
    const { selection, view } = this;
    const box = selection?.node !== undefined ? view.boxOf[selection.node]
      : selection?.group ? view.boxes.findIndex(({ group }) => group === selection.group) : undefined;
    this.picture.select({ box, edge: selection?.edge });
    for (const panel of this.panels) panel.showSelection();
  }

  /** Light the boxes and edges of a path in the contracted graph; null, or a path of no edges, for none. */
  lightPath(contracted, path) {
    this.picture.light(path?.edges.length ? litByPath(this.view, contracted, path) : null);
  }

  clicked(event) {
    const target = event.target.closest("[data-open], [data-close], [data-box], [data-edge]");
    if (target === null) return this.select(null);
    const { open, close, box, edge } = target.dataset;
    if (open !== undefined) return this.openGroup(this.view.boxes.find(({ id }) => id === open).group);
    if (close !== undefined) return this.closeGroup(this.view.frames.find(({ id }) => id === close));
    return edge === undefined ? this.chooseBox(Number(box)) : this.select({ edge: Number(edge) });
  }

  /** Select a box, or in the game take it out. */
  chooseBox(box) {
    if (this.game) return this.gamePanel.take(box);
    const { node, group } = this.view.boxes[box];
    return this.select(group ? { group } : { node });
  }

  /** Put the keyboard's focus on a box. */
  focusBox(box, take = true) {
    const { group } = this.picture.boxes[box] ?? {};
    if (!group) return;
    if (take) group.focus();
    group.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  /** Say what happens, where all can see it and screen readers speak it. */
  say(text) {
    this.message.textContent = text;
  }
}

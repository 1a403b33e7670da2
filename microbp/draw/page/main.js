/** The page: shows the data that it was made with, and says when it is ready. */

import { dataOf } from "./base/data.js";
import { showRecording } from "./explorer/explorer.js";
import { showTraining } from "./training/training.js";

const VIEWS = { recording: showRecording, training: showTraining };

const data = await dataOf(document);
const root = document.getElementById("explorer");
root.replaceChildren();
VIEWS[data.kind](root, data);
document.body.dataset.ready = data.kind;

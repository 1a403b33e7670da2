/** The training view. */

export function showTraining(root, data) {
  root.textContent = data.title;
}

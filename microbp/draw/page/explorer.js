/** The explorer of a recorded computation. */

export function showRecording(root, data) {
  root.textContent = data.title;
}

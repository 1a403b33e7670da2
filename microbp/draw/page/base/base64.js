/** Numbers out of base64, which is how JSON can hold many of them. */

/** The bytes of a base64 text. */
export function bytesOf(base64) {
  return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
}

/** The numbers of a base64 text of four little-endian bytes each. */
export function floatsOf(base64) {
  const { buffer } = bytesOf(base64);
  const view = new DataView(buffer);
  return Float32Array.from({ length: buffer.byteLength / 4 }, (_, n) => view.getFloat32(4 * n, true));
}

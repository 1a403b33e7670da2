/** The data that the page was made with. */

import { bytesOf } from "./base64.js";

/**
 * The data of this page, unpacked where they are deflated.
 *
 * @param {Document} page
 * @returns {Promise<object>}
 */
export async function dataOf(page) {
  const element = page.getElementById("data");
  const text = element.textContent;
  return JSON.parse(element.dataset.encoding === "deflate" ? await inflated(text) : text);
}

async function inflated(base64) {
  const stream = new Blob([bytesOf(base64)]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Response(stream).text();
}

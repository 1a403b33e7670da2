/** The data that the page was made with. */

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
  const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Response(stream).text();
}

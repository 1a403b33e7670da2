/** The places of vertices in their layers. */

/** Make `layers` the present order, repaired where boxes have to keep theirs. */
export function reorder(state, layers) {
  state.layers = layers.map((layer) => layer.slice());
  for (const layer of state.layers) settle(state, layer);
}

/** Put the boxes that keep their order into the places that they have among them, and number all places. */
export function settle({ place, preference, keepOrder }, layer) {
  if (keepOrder) {
    const places = [];
    layer.forEach((v, i) => {
      if (preference[v] !== undefined) places.push(i);
    });
    const sorted = places.map((i) => layer[i]).sort((a, b) => preference[a] - preference[b] || a - b);
    places.forEach((i, n) => {
      layer[i] = sorted[n];
    });
  }
  layer.forEach((v, i) => {
    place[v] = i;
  });
}

/** Negative when box v comes before box w: by their order, or as they are given. */
export function compare(preference, v, w) {
  return preference[v] - preference[w] || v - w;
}

/** Sort by insertion, in place: the lists are short and nearly sorted. */
export function sortByPlace(vertices, place) {
  for (let i = 1; i < vertices.length; i++) {
    const v = vertices[i];
    let j = i - 1;
    for (; j >= 0 && place[vertices[j]] > place[v]; j--) vertices[j + 1] = vertices[j];
    vertices[j + 1] = v;
  }
}

// What is measured on a drawing, the same for everyone who made it.

/**
 * Crossings of the layered drawing, whatever the edges look like in between.
 *
 * A rank is a set of boxes whose middles have one x. An edge has a height at each rank: that of its boxes' middles at
 * its ends, that of its line in between. Two edges cross between two ranks where the order of their heights turns.
 */
export function layeredCrossings({ boxes, lines }, edges) {
  const columns = [...new Set(boxes.map(({ x }) => Math.round(x)))].sort((a, b) => a - b);
  let crossings = 0;
  for (let i = 0; i + 1 < columns.length; i += 1) {
    const passing = [];
    edges.forEach(({ source, target }, e) => {
      const [from, to] = [boxes[source], boxes[target]];
      const [first, last] = [Math.round(from.x), Math.round(to.x)];
      if (first > columns[i] || last < columns[i + 1]) return;
      const left = first === columns[i] ? from.y : heightAt(lines[e], columns[i]);
      const right = last === columns[i + 1] ? to.y : heightAt(lines[e], columns[i + 1]);
      passing.push([left, right]);
    });
    passing.forEach(([left, right], n) => {
      for (const [l, r] of passing.slice(0, n)) if ((left - l) * (right - r) < -1e-6) crossings += 1;
    });
  }
  return crossings;
}

function heightAt(line, x) {
  if (line[0].x >= x) return line[0].y;
  for (let i = 1; i < line.length; i += 1) {
    const [from, to] = [line[i - 1], line[i]];
    if (to.x >= x) return from.y + ((to.y - from.y) * (x - from.x)) / (to.x - from.x || 1);
  }
  return line.at(-1).y;
}

/**
 * Crossings as drawn: points in which the lines of two edges intersect.
 *
 * Each line is moved by less than a thousandth of a px, another amount for each, as lines that meet exactly in their
 * points would not count.
 */
export function drawnCrossings({ lines }) {
  const segments = [];
  lines.forEach((line, e) => {
    const moved = line.map(({ x, y }) => ({ x: x + 1e-4 * Math.sin(7 * e), y: y + 1e-4 * Math.sin(5 * e + 1) }));
    for (let i = 1; i < line.length; i += 1) segments.push([moved[i - 1], moved[i], e]);
  });
  segments.sort((a, b) => Math.min(a[0].x, a[1].x) - Math.min(b[0].x, b[1].x));
  let active = [];
  let crossings = 0;
  for (const segment of segments) {
    const left = Math.min(segment[0].x, segment[1].x);
    active = active.filter(([p, q]) => Math.max(p.x, q.x) >= left);
    for (const other of active) if (other[2] !== segment[2] && intersect(segment, other)) crossings += 1;
    active.push(segment);
  }
  return crossings;
}

function intersect([a, b], [c, d]) {
  const side = (p, q, r) => Math.sign((q.x - p.x) * (r.y - p.y) - (q.y - p.y) * (r.x - p.x));
  return side(a, b, c) * side(a, b, d) < 0 && side(c, d, a) * side(c, d, b) < 0;
}

/** Length of all edges, px. */
export function length({ lines }) {
  let sum = 0;
  for (const line of lines) {
    for (let i = 1; i < line.length; i += 1) sum += Math.hypot(line[i].x - line[i - 1].x, line[i].y - line[i - 1].y);
  }
  return sum;
}

/** Width and height of the drawing, px. */
export function size({ boxes, lines }) {
  const xs = [...boxes.flatMap(({ x, width }) => [x - width / 2, x + width / 2]), ...lines.flat().map(({ x }) => x)];
  const ys = [...boxes.flatMap(({ y, height }) => [y - height / 2, y + height / 2]), ...lines.flat().map(({ y }) => y)];
  return [Math.max(...xs) - Math.min(...xs), Math.max(...ys) - Math.min(...ys)];
}

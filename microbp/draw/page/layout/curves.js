/** Smooth curves through the points of a route: cubic Béziers that set out and arrive level. */

/** Pieces that a curved part is cut into where lengths are measured. */
const PIECES = 16;

/**
 * The curve through the points as the text of an SVG path.
 *
 * Between two points the control points stand halfway, at the height of the end they belong to, so that the curve is
 * level at each point and stays within the rectangle that they span.
 *
 * @param {{x: number, y: number}[]} points x increasing
 */
export function curve(points) {
  let text = `M${figure(points[0].x)} ${figure(points[0].y)}`;
  for (let i = 1; i < points.length; i++) {
    const [from, to] = [points[i - 1], points[i]];
    if (from.y === to.y) {
      text += `H${figure(to.x)}`;
    } else {
      const middle = figure((from.x + to.x) / 2);
      text += `C${middle} ${figure(from.y)} ${middle} ${figure(to.y)} ${figure(to.x)} ${figure(to.y)}`;
    }
  }
  return text;
}

/** The curve through the points as a list of points that lie close together. */
export function sampled(points) {
  const result = [points[0]];
  for (let i = 1; i < points.length; i++) {
    const [from, to] = [points[i - 1], points[i]];
    const pieces = from.y === to.y ? 1 : PIECES;
    for (let n = 1; n <= pieces; n++) {
      const s = n / pieces;
      const rise = s * s * (3 - 2 * s);
      // The Bézier of y, y, y′, y′ is y + (y′ − y)(3s² − 2s³), that of x, m, m, x′ is x + (x′ − x)(3s(1 − s)/2 + s³).
      const run = 1.5 * s * (1 - s) + s * s * s;
      result.push({ x: from.x + (to.x - from.x) * run, y: from.y + (to.y - from.y) * rise });
    }
  }
  return result;
}

/** The point of the curve at the part `t` of its length, 0 at its start and 1 at its end. */
export function pointOn(points, t) {
  return pointOnSamples(sampled(points), t);
}

/** The same on what `sampled` gave. */
export function pointOnSamples(samples, t) {
  const lengths = [0];
  for (let i = 1; i < samples.length; i++) {
    const step = Math.hypot(samples[i].x - samples[i - 1].x, samples[i].y - samples[i - 1].y);
    lengths.push(lengths[i - 1] + step);
  }
  const wanted = Math.min(1, Math.max(0, t)) * lengths.at(-1);
  let i = 1;
  while (i < samples.length - 1 && lengths[i] < wanted) i++;
  if (samples.length === 1 || lengths[i] === lengths[i - 1]) return { ...samples[0] };
  const part = (wanted - lengths[i - 1]) / (lengths[i] - lengths[i - 1]);
  const [from, to] = [samples[i - 1], samples[i]];
  return { x: from.x + (to.x - from.x) * part, y: from.y + (to.y - from.y) * part };
}

function figure(x) {
  return String(Math.round(x * 10) / 10);
}

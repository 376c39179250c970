// Which cells a tool means: the same that the server will find (server/editing/operations.py).

export const MOST_CELLS = 10000;
const FILL_RADIUS = 64;

/** @typedef {{x: number, y: number}} Cell */

/** A round brush of `size` tiles led along a line. @returns {Cell[]} */
export function stroke(
  /** @type {Cell} */ from, /** @type {Cell} */ to, /** @type {number} */ size,
) {
  const half = Math.floor(size / 2) + 1;
  const dx = to.x - from.x;
  const dy = to.y - from.y;
  const length = dx * dx + dy * dy;
  const found = [];
  for (let y = Math.min(0, dy) - half; y <= Math.max(0, dy) + half; y += 1) {
    for (let x = Math.min(0, dx) - half; x <= Math.max(0, dx) + half; x += 1) {
      const along = x * dx + y * dy;
      const across = x * dy - y * dx;
      const isNear =
        4 * (x * x + y * y) <= size * size ||
        4 * ((x - dx) ** 2 + (y - dy) ** 2) <= size * size ||
        (length > 0 && along >= 0 && along <= length &&
          4 * across * across <= size * size * length);
      if (isNear) found.push({ x: from.x + x, y: from.y + y });
    }
  }
  return found;
}

/** @typedef {{left: number, top: number, width: number, height: number}} Box */

/** The box between two corners, both included. @returns {Box} */
export function boxOf(/** @type {Cell} */ a, /** @type {Cell} */ b) {
  return {
    left: Math.min(a.x, b.x),
    top: Math.min(a.y, b.y),
    width: Math.abs(a.x - b.x) + 1,
    height: Math.abs(a.y - b.y) + 1,
  };
}

/** All cells of a box. @returns {Cell[]} */
export function cellsOf(/** @type {Box} */ box) {
  const found = [];
  for (let y = box.top; y < box.top + box.height; y += 1) {
    for (let x = box.left; x < box.left + box.width; x += 1) found.push({ x, y });
  }
  return found;
}

/**
 * The cells that hang together with a cell and hold the same tile; none where they are too many.
 * @param {(x: number, y: number) => number} tileAt -1 beyond what is known
 * @returns {Cell[]}
 */
export function flood(tileAt, /** @type {Cell} */ start) {
  const same = tileAt(start.x, start.y);
  if (same < 0) return [];
  const found = [start];
  const seen = new Set([start.y * 65536 + start.x]);
  for (let at = 0; at < found.length; at += 1) {
    const { x, y } = found[at];
    for (const [nx, ny] of [[x + 1, y], [x - 1, y], [x, y + 1], [x, y - 1]]) {
      const key = ny * 65536 + nx;
      if (seen.has(key) || tileAt(nx, ny) !== same) continue;
      if (Math.abs(nx - start.x) > FILL_RADIUS || Math.abs(ny - start.y) > FILL_RADIUS) return [];
      if (found.length >= MOST_CELLS) return [];
      seen.add(key);
      found.push({ x: nx, y: ny });
    }
  }
  return found;
}

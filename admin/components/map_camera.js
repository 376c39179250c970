// Where one looks at the map from: a place, how close, and which chunks that shows.
import { CHUNK_SIZE, WATCHED_CHUNKS } from "./codec.js";

const CLOSEST = 64;
const FARTHER_THAN_ALL = 1.5;

/** @typedef {import("./map_session.js").Outlook} Outlook */

export class MapCamera {
  /** The middle of the window, in tiles. */
  x = 0;
  y = 0;
  /** A tile's side, in points of the page. */
  scale = 4;
  #world;
  #canvas;

  /** @param {import("./map_world.js").MapWorld} world @param {HTMLCanvasElement} canvas */
  constructor(world, canvas) {
    this.#world = world;
    this.#canvas = canvas;
  }

  /** The place under a point of the canvas. @param {number} x @param {number} y */
  tileUnder(x, y) {
    return {
      x: this.x + (x - this.#canvas.clientWidth / 2) / this.scale,
      y: this.y + (y - this.#canvas.clientHeight / 2) / this.scale,
    };
  }

  /** Has a cell in the middle. @param {number} x @param {number} y */
  goTo(x, y) {
    this.x = x + 0.5;
    this.y = y + 0.5;
  }

  /** By so many tiles, and not over the map's edge. @param {number} dx @param {number} dy */
  pan(dx, dy) {
    this.x = Math.max(0, Math.min(this.#world.width, this.x + dx));
    this.y = Math.max(0, Math.min(this.#world.height, this.y + dy));
  }

  /** What is under that point of the canvas stays there. @param {number} factor */
  zoom(factor, x = this.#canvas.clientWidth / 2, y = this.#canvas.clientHeight / 2) {
    const before = this.tileUnder(x, y);
    const least = this.#scaleOfAll(this.#canvas.clientWidth) / FARTHER_THAN_ALL;
    this.scale = Math.max(least, Math.min(CLOSEST, this.scale * factor));
    const after = this.tileUnder(x, y);
    this.pan(before.x - after.x, before.y - after.y);
  }

  /** Shows the whole map between what covers the canvas. @param {number} left @param {number} right */
  fit(left, right) {
    this.scale = this.#scaleOfAll(this.#canvas.clientWidth - left - right);
    this.x = (this.#world.width + (right - left) / this.scale) / 2;
    this.y = this.#world.height / 2;
  }

  /** What to ask the server for: the chunks in the window and those around them. @returns {Outlook} */
  outlook() {
    const { chunksWide, chunksHigh } = this.#world;
    const seen = this.#visibleChunks();
    const side = (/** @type {number} */ begin, /** @type {number} */ length, /** @type {number} */ count) => {
      const wide = Math.min(WATCHED_CHUNKS, count);
      const middle = begin + length / 2;
      return [Math.max(0, Math.min(count - wide, Math.round(middle - wide / 2))), wide];
    };
    const [chunk_x, width] = side(seen.left, seen.width, chunksWide);
    const [chunk_y, height] = side(seen.top, seen.height, chunksHigh);
    return { player_id: 0, chunk_x, chunk_y, width, height };
  }

  /** Whether what was asked for goes on being enough. @param {Outlook} asked */
  isServedBy(asked) {
    const seen = this.#visibleChunks();
    const wanted = this.outlook();
    const isServed = (
      /** @type {number} */ begin, /** @type {number} */ length, /** @type {number} */ has,
      /** @type {number} */ size, /** @type {number} */ wants,
    ) => {
      const isInIt = length <= WATCHED_CHUNKS && has <= begin && begin + length <= has + size;
      return isInIt || Math.abs(wants - has) < 2;
    };
    return (
      isServed(seen.left, seen.width, asked.chunk_x, asked.width, wanted.chunk_x) &&
      isServed(seen.top, seen.height, asked.chunk_y, asked.height, wanted.chunk_y)
    );
  }

  #scaleOfAll(/** @type {number} */ width) {
    return Math.min(width / this.#world.width, this.#canvas.clientHeight / this.#world.height);
  }

  #visibleChunks() {
    const begin = this.tileUnder(0, 0);
    const end = this.tileUnder(this.#canvas.clientWidth, this.#canvas.clientHeight);
    const chunk = (/** @type {number} */ at, /** @type {number} */ count) =>
      Math.max(0, Math.min(count - 1, Math.floor(at / CHUNK_SIZE)));
    const { chunksWide, chunksHigh } = this.#world;
    const [left, top] = [chunk(begin.x, chunksWide), chunk(begin.y, chunksHigh)];
    return {
      left,
      top,
      width: chunk(end.x, chunksWide) - left + 1,
      height: chunk(end.y, chunksHigh) - top + 1,
    };
  }
}

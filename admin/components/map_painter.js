// Draws a world on a canvas: tiles from the tile set's picture, or a point a tile from afar; then
// players, and what the editor shows over them.
import { CHUNK_SIZE, TilePattern } from "./codec.js";
import { LAYERS } from "./map_world.js";

const CELL = 16;
const CHUNK_PIXELS = CHUNK_SIZE * CELL;
const FIGURE = { width: 16, height: 24, frames: 4, looks: 6 };
const BLOCKS = [2, 0, 1, 3];
/** The figures' blocks of columns, by quarter turns from east over south. */
const FROM_AFAR = 5;
/** Below so many pixels a tile there are no pictures. */
const PICTURES_PER_FRAME = 24;
const MOST_PICTURES = 1400;
const UNKNOWN = "#1b1e1a";
const BARE = 0x2b3026;
const MARK_MS = 4000;

/** @param {string} url */
function picture(url) {
  const image = new Image();
  image.src = new URL(url, import.meta.url).href;
  return image;
}

/**
 * @typedef {{x: number, y: number, scale: number}} Camera The middle in tiles, and how many points
 *   of the page a tile is wide.
 * @typedef {import("./map_cells.js").Box} Box
 * @typedef {{
 *   layers: boolean[], isPictured: boolean, isSomebodysView: boolean, followed: number,
 *   grid: boolean,
 *   places: {spawns: number[][], areas: any[]} | null,
 *   selection: Box | null, cursor: {x: number, y: number}[] | null, ghost: Box | null,
 *   marks: {name: string, box: Box, since: number}[],
 * }} Look
 */

export class MapPainter {
  #canvas;
  #context;
  #tiles = picture("./tiles.png");
  #figures = picture("./characters.png");
  #below = document.createElement("canvas");
  #above = document.createElement("canvas");
  #afar = document.createElement("canvas");
  #afarStale = /** @type {Set<number>} */ (new Set());
  #pictures = /** @type {Map<number, HTMLCanvasElement | null>} */ (new Map());
  #drawn = "";
  #unbuilt = false;

  /** @param {HTMLCanvasElement} canvas */
  constructor(canvas) {
    this.#canvas = canvas;
    this.#context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d", { alpha: false }));
    for (const image of [this.#tiles, this.#figures]) {
      image.onload = () => this.forget();
    }
  }

  /** Whether there are pictures yet to be made for what is in view. */
  get isUnfinished() {
    return this.#unbuilt;
  }

  /** Everything is to be drawn anew. */
  forget() {
    this.#pictures.clear();
    this.#drawn = "";
    this.#afar.width = 0;
  }

  /**
   * @param {import("./map_world.js").MapWorld} world @param {Camera} camera @param {Look} look
   * @param {number} now
   */
  draw(world, camera, look, now) {
    if (!world.width) {
      this.#context.fillStyle = UNKNOWN;
      this.#context.fillRect(0, 0, this.#canvas.width, this.#canvas.height);
      return;
    }
    this.#drawMap(world, camera, look);
    const view = this.#view(camera);
    const context = this.#context;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.drawImage(this.#below, 0, 0);
    const players = world.visiblePlayers(now).sort((a, b) => a.place.y - b.place.y);
    this.#drawPlayers(players, view, look, now);
    if (look.layers[2]) context.drawImage(this.#above, 0, 0);
    this.#drawMarks(world, view, look, now);
    this.#drawNames(players, view, look);
  }

  #view(/** @type {Camera} */ camera) {
    const ratio = this.#canvas.width / Math.max(1, this.#canvas.clientWidth);
    const scale = camera.scale * ratio;
    const left = Math.round(this.#canvas.width / 2 - camera.x * scale);
    const top = Math.round(this.#canvas.height / 2 - camera.y * scale);
    return { scale, left, top, ratio };
  }

  // The map itself is kept as it was drawn last: most frames change a chunk of it, or nothing.
  #drawMap(/** @type {any} */ world, /** @type {Camera} */ camera, /** @type {Look} */ look) {
    const { width, height } = this.#canvas;
    const view = this.#view(camera);
    const isAfar = view.scale < FROM_AFAR || !look.isPictured;
    const key = [width, height, view.left, view.top, view.scale, look.layers, look.isPictured,
      look.isSomebodysView, world.width, world.height].join();
    this.#refresh(world);
    const isNew = key !== this.#drawn || this.#unbuilt;
    if (!isNew && !world.stale.size && !world.changed.size) return;
    for (const canvas of [this.#below, this.#above]) {
      if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
    }
    const below = /** @type {CanvasRenderingContext2D} */ (this.#below.getContext("2d", { alpha: false }));
    const above = /** @type {CanvasRenderingContext2D} */ (this.#above.getContext("2d"));
    let chunks = this.#chunksIn(world, view);
    if (isNew) {
      below.fillStyle = UNKNOWN;
      below.fillRect(0, 0, width, height);
      above.clearRect(0, 0, width, height);
    } else {
      chunks = chunks.filter((each) => world.stale.has(each) || world.changed.has(each));
    }
    world.stale.clear();
    world.changed.clear();
    this.#drawn = key;
    this.#unbuilt = false;
    let budget = PICTURES_PER_FRAME;
    if (isAfar) this.#refreshAfar(world, look);
    for (const chunk of chunks) {
      const known = world.chunks.get(chunk);
      const column = chunk % world.chunksWide;
      const row = (chunk - column) / world.chunksWide;
      const right = Math.min((column + 1) * CHUNK_SIZE, world.width);
      const bottom = Math.min((row + 1) * CHUNK_SIZE, world.height);
      const x = view.left + Math.round(column * CHUNK_SIZE * view.scale);
      const y = view.top + Math.round(row * CHUNK_SIZE * view.scale);
      const wide = view.left + Math.round(right * view.scale) - x;
      const high = view.top + Math.round(bottom * view.scale) - y;
      if (!known || (look.isSomebodysView && !known.isLive)) {
        below.fillStyle = known ? "#000" : UNKNOWN;
        below.fillRect(x, y, wide, high);
        above.clearRect(x, y, wide, high);
        continue;
      }
      const isBuilt = isAfar || LAYERS.every((each) => this.#pictures.has(chunk * 4 + each));
      if (isAfar || (!isBuilt && budget <= 0)) {
        if (!isAfar && !this.#unbuilt) {
          this.#unbuilt = true;
          this.#refreshAfar(world, look);
        }
        below.imageSmoothingEnabled = false;
        below.drawImage(this.#afar, column * CHUNK_SIZE, row * CHUNK_SIZE,
          right - column * CHUNK_SIZE, bottom - row * CHUNK_SIZE, x, y, wide, high);
        above.clearRect(x, y, wide, high);
      } else {
        if (!isBuilt) budget -= 1;
        below.fillStyle = "#3c4435";
        below.fillRect(x, y, wide, high);
        above.clearRect(x, y, wide, high);
        for (const layer of LAYERS) {
          const built = look.layers[layer] ? this.#built(world, chunk, layer) : null;
          if (built === null) continue;
          const onto = layer === 2 ? above : below;
          onto.imageSmoothingEnabled = view.scale < CELL;
          onto.drawImage(built, 0, 0, (right - column * CHUNK_SIZE) * CELL,
            (bottom - row * CHUNK_SIZE) * CELL, x, y, wide, high);
        }
      }
      if (!known.isLive) {
        below.fillStyle = "rgba(38, 42, 48, 0.62)";
        below.fillRect(x, y, wide, high);
        above.clearRect(x, y, wide, high);
      }
    }
  }

  #chunksIn(/** @type {any} */ world, /** @type {any} */ view) {
    const side = CHUNK_SIZE * view.scale;
    const first = (/** @type {number} */ at) => Math.max(0, Math.floor(-at / side));
    const last = (/** @type {number} */ at, /** @type {number} */ size, /** @type {number} */ count) =>
      Math.min(count - 1, Math.floor((size - at) / side));
    const found = [];
    for (let row = first(view.top); row <= last(view.top, this.#canvas.height, world.chunksHigh); row += 1) {
      for (let column = first(view.left); column <= last(view.left, this.#canvas.width, world.chunksWide); column += 1) {
        found.push(row * world.chunksWide + column);
      }
    }
    return found;
  }

  /** Pictures of chunks that changed are made anew when they are needed. */
  #refresh(/** @type {any} */ world) {
    for (const chunk of world.stale) {
      this.#afarStale.add(chunk);
      for (const layer of LAYERS) this.#pictures.delete(chunk * 4 + layer);
    }
    for (const [chunk, cells] of world.changed) {
      this.#afarStale.add(chunk);
      for (const index of cells) this.#mend(world, chunk, index);
    }
    if (this.#pictures.size > MOST_PICTURES) this.#pictures.clear();
  }

  #refreshAfar(/** @type {any} */ world, /** @type {Look} */ look) {
    const key = [world.width, world.height, look.layers].join();
    if (this.#afar.dataset.of !== key || !this.#afar.width) {
      Object.assign(this.#afar, { width: world.width, height: world.height });
      this.#afar.dataset.of = key;
      for (const chunk of world.chunks.keys()) this.#afarStale.add(chunk);
    }
    if (!this.#afarStale.size) return;
    const context = /** @type {CanvasRenderingContext2D} */ (this.#afar.getContext("2d"));
    const image = context.createImageData(CHUNK_SIZE, CHUNK_SIZE);
    const points = new Uint32Array(image.data.buffer);
    for (const chunk of this.#afarStale) {
      if (!world.chunks.has(chunk)) continue;
      const column = chunk % world.chunksWide;
      const left = column * CHUNK_SIZE;
      const top = ((chunk - column) / world.chunksWide) * CHUNK_SIZE;
      for (let at = 0; at < CHUNK_SIZE * CHUNK_SIZE; at += 1) {
        let colour = BARE;
        for (const layer of LAYERS) {
          if (!look.layers[layer]) continue;
          const id = world.tileAt(layer, left + (at % CHUNK_SIZE), top + Math.floor(at / CHUNK_SIZE));
          if (id > 0) colour = world.tiles.get(id)?.colour ?? colour;
        }
        points[at] = 0xff000000 | ((colour & 255) << 16) | (colour & 0xff00) | (colour >> 16);
      }
      context.putImageData(image, left, top);
    }
    this.#afarStale.clear();
  }

  /** A layer of a chunk, null where it is empty. */
  #built(/** @type {any} */ world, /** @type {number} */ chunk, /** @type {number} */ layer) {
    const key = chunk * 4 + layer;
    const known = this.#pictures.get(key);
    if (known !== undefined) return known;
    const column = chunk % world.chunksWide;
    const left = column * CHUNK_SIZE;
    const top = ((chunk - column) / world.chunksWide) * CHUNK_SIZE;
    let canvas = null;
    for (let y = 0; y < CHUNK_SIZE; y += 1) {
      for (let x = 0; x < CHUNK_SIZE; x += 1) {
        if (world.tileAt(layer, left + x, top + y) <= 0) continue;
        if (canvas === null) {
          canvas = document.createElement("canvas");
          canvas.width = canvas.height = CHUNK_PIXELS;
        }
        this.#drawCell(canvas, world, layer, left + x, top + y);
      }
    }
    this.#pictures.set(key, canvas);
    return canvas;
  }

  /** Draws a cell anew in its layer's picture, where there is one. */
  #mend(/** @type {any} */ world, /** @type {number} */ chunk, /** @type {number} */ index) {
    const key = chunk * 4 + (index >> 8);
    const canvas = this.#pictures.get(key);
    if (canvas === undefined) return;
    if (canvas === null) {
      this.#pictures.delete(key);  // It was empty.
      return;
    }
    const column = chunk % world.chunksWide;
    const x = column * CHUNK_SIZE + (index & 15);
    const y = ((chunk - column) / world.chunksWide) * CHUNK_SIZE + ((index >> 4) & 15);
    const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
    context.clearRect((index & 15) * CELL, ((index >> 4) & 15) * CELL, CELL, CELL);
    this.#drawCell(canvas, world, index >> 8, x, y);
  }

  #drawCell(/** @type {HTMLCanvasElement} */ canvas, /** @type {any} */ world,
    /** @type {number} */ layer, /** @type {number} */ x, /** @type {number} */ y) {
    const id = world.tileAt(layer, x, y);
    const tile = id > 0 ? world.tiles.get(id) : undefined;
    if (tile === undefined) return;
    const at = this.#cellOf(world, tile, layer, x, y);
    const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
    context.drawImage(this.#tiles, at * CELL, tile.row * CELL, CELL, CELL,
      (x & 15) * CELL, (y & 15) * CELL, CELL, CELL);
  }

  #cellOf(/** @type {any} */ world, /** @type {any} */ tile, /** @type {number} */ layer,
    /** @type {number} */ x, /** @type {number} */ y) {
    if (tile.pattern === TilePattern.RANDOM) return tile.column + variant(x, y);
    if (tile.pattern !== TilePattern.EDGES) return tile.column;
    let mask = 0;
    for (const [dx, dy, bit] of [[0, -1, 1], [1, 0, 2], [0, 1, 4], [-1, 0, 8]]) {
      const other = world.tileAt(layer, x + dx, y + dy);
      if (other === tile.id || other < 0) mask |= bit;
    }
    return tile.column + mask;
  }

  /** Draws a tile's picture by itself, for the palette. */
  drawTile(/** @type {HTMLCanvasElement} */ canvas, /** @type {any} */ tile, /** @type {boolean} */ isPictured) {
    const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
    context.clearRect(0, 0, canvas.width, canvas.height);
    context.imageSmoothingEnabled = false;
    if (!isPictured || !this.#tiles.complete) {
      context.fillStyle = `#${tile.colour.toString(16).padStart(6, "0")}`;
      context.fillRect(0, 0, canvas.width, canvas.height);
      return;
    }
    const column = tile.column + (tile.pattern === TilePattern.EDGES && tile.layer !== 1 ? 15 : 0);
    context.drawImage(this.#tiles, column * CELL, tile.row * CELL, CELL, CELL, 0, 0, canvas.width, canvas.height);
  }

  /** Called when the pictures are there. @param {() => void} then */
  whenReady(then) {
    this.#tiles.decode().then(then, then);
  }

  #drawPlayers(/** @type {any[]} */ players, /** @type {any} */ view, /** @type {Look} */ look, /** @type {number} */ now) {
    const context = this.#context;
    const size = view.scale / CELL;
    for (const { player, place } of players) {
      const x = view.left + place.x * view.scale;
      const y = view.top + place.y * view.scale;
      if (view.scale < 10) {
        const radius = Math.max(3.5, view.scale * 0.4) * view.ratio ** 0.5;
        context.beginPath();
        context.arc(x, y, radius, 0, 2 * Math.PI);
        context.fillStyle = player.id === look.followed ? "#ffd257" : "#fff";
        context.fill();
        context.lineWidth = 1.5;
        context.strokeStyle = "#1c1712";
        context.stroke();
        continue;
      }
      const walked = place.isMoving ? Math.floor(now / 125) % FIGURE.frames : 0;
      const block = BLOCKS[Math.round(place.rotation * 4) % 4] * FIGURE.frames;
      context.fillStyle = player.id === look.followed ? "rgba(255, 210, 87, 0.75)" : "rgba(0, 0, 0, 0.25)";
      context.beginPath();
      context.ellipse(x, y + size, 5 * size, 2.5 * size, 0, 0, 2 * Math.PI);
      context.fill();
      context.imageSmoothingEnabled = false;
      context.drawImage(this.#figures, (block + walked) * FIGURE.width, (player.look % FIGURE.looks) * FIGURE.height,
        FIGURE.width, FIGURE.height, x - 8 * size, y - 20 * size, FIGURE.width * size, FIGURE.height * size);
    }
  }

  #drawNames(/** @type {any[]} */ players, /** @type {any} */ view, /** @type {Look} */ look) {
    if (players.length > 60 && view.scale < 8) return;
    for (const { player, place } of players) {
      const above = view.scale < 10 ? 8 * view.ratio : (22 * view.scale) / CELL;
      const isFollowed = player.id === look.followed;
      this.#label(player.name, view.left + place.x * view.scale, view.top + place.y * view.scale - above,
        view.ratio, isFollowed ? "#ffd257" : "#fff");
    }
  }

  #label(/** @type {string} */ text, /** @type {number} */ x, /** @type {number} */ y,
    /** @type {number} */ ratio, /** @type {string} */ colour) {
    const context = this.#context;
    context.font = `600 ${Math.round(12 * ratio)}px Roboto, sans-serif`;
    context.textAlign = "center";
    context.textBaseline = "bottom";
    context.lineJoin = "round";
    context.lineWidth = 3 * ratio;
    context.strokeStyle = "rgba(20, 16, 12, 0.8)";
    context.strokeText(text, x, y);
    context.fillStyle = colour;
    context.fillText(text, x, y);
  }

  #drawMarks(/** @type {any} */ world, /** @type {any} */ view, /** @type {Look} */ look, /** @type {number} */ now) {
    const context = this.#context;
    const box = (/** @type {Box} */ { left, top, width, height }) => [
      view.left + left * view.scale, view.top + top * view.scale, width * view.scale, height * view.scale,
    ];
    if (look.grid && view.scale >= 12) this.#drawGrid(world, view);
    const places = look.places;
    for (const area of places?.areas ?? []) {
      const [x, y, w, h] = box({ left: area.x, top: area.y, width: area.width, height: area.height });
      context.fillStyle = "rgba(120, 190, 255, 0.14)";
      context.fillRect(x, y, w, h);
      context.setLineDash([6 * view.ratio, 4 * view.ratio]);
      context.lineWidth = 2 * view.ratio;
      context.strokeStyle = "#8cc8ff";
      context.strokeRect(x, y, w, h);
      context.setLineDash([]);
      this.#label(area.name, x + w / 2, y + 16 * view.ratio, view.ratio, "#bfe1ff");
    }
    for (const [x, y] of places?.spawns ?? []) this.#drawFlag(x, y, view);
    for (const mark of look.marks) {
      const age = (now - mark.since) / MARK_MS;
      if (age >= 1) continue;
      context.globalAlpha = 1 - age ** 3;
      context.lineWidth = 2 * view.ratio;
      context.strokeStyle = "#ff9d5c";
      const [x, y, w, h] = box(mark.box);
      context.strokeRect(x - 1, y - 1, w + 2, h + 2);
      this.#label(`✎ ${mark.name}`, x + w / 2, y - 3, view.ratio, "#ffc79e");
      context.globalAlpha = 1;
    }
    if (look.ghost) this.#dashed(box(look.ghost), view, "#ffd257", "rgba(255, 210, 87, 0.2)");
    if (look.selection) this.#dashed(box(look.selection), view, "#fff", "rgba(255, 255, 255, 0.08)");
    if (look.cursor) this.#drawCursor(look.cursor, view);
  }

  #dashed(/** @type {number[]} */ [x, y, w, h], /** @type {any} */ view, /** @type {string} */ line, /** @type {string} */ fill) {
    const context = this.#context;
    context.fillStyle = fill;
    context.fillRect(x, y, w, h);
    context.lineWidth = 1.5 * view.ratio;
    context.strokeStyle = "#000";
    context.strokeRect(x, y, w, h);
    context.setLineDash([5 * view.ratio, 5 * view.ratio]);
    context.strokeStyle = line;
    context.strokeRect(x, y, w, h);
    context.setLineDash([]);
  }

  #drawCursor(/** @type {{x: number, y: number}[]} */ cells, /** @type {any} */ view) {
    const context = this.#context;
    context.fillStyle = "rgba(255, 255, 255, 0.28)";
    // They come row by row: side by side they are one box, and a large brush is few of them.
    for (let from = 0, to = 1; from < cells.length; from = to, to += 1) {
      const { x, y } = cells[from];
      while (to < cells.length && cells[to].y === y && cells[to].x === x + to - from) to += 1;
      context.fillRect(view.left + x * view.scale, view.top + y * view.scale,
        (to - from) * view.scale, view.scale);
    }
    if (cells.length > 1) return;
    context.lineWidth = view.ratio;
    context.strokeStyle = "rgba(255, 255, 255, 0.9)";
    const { x, y } = cells[0];
    context.strokeRect(view.left + x * view.scale, view.top + y * view.scale, view.scale, view.scale);
  }

  #drawGrid(/** @type {any} */ world, /** @type {any} */ view) {
    const context = this.#context;
    const { width, height } = this.#canvas;
    context.lineWidth = 1;
    for (const [step, colour] of /** @type {[number, string][]} */ ([[1, "rgba(0,0,0,0.10)"], [CHUNK_SIZE, "rgba(0,0,0,0.32)"]])) {
      context.strokeStyle = colour;
      context.beginPath();
      const begin = (/** @type {number} */ at) => Math.max(0, Math.floor(-at / view.scale / step) * step);
      for (let x = begin(view.left); x <= world.width && view.left + x * view.scale < width; x += step) {
        const at = Math.round(view.left + x * view.scale) + 0.5;
        context.moveTo(at, Math.max(0, view.top));
        context.lineTo(at, Math.min(height, view.top + world.height * view.scale));
      }
      for (let y = begin(view.top); y <= world.height && view.top + y * view.scale < height; y += step) {
        const at = Math.round(view.top + y * view.scale) + 0.5;
        context.moveTo(Math.max(0, view.left), at);
        context.lineTo(Math.min(width, view.left + world.width * view.scale), at);
      }
      context.stroke();
    }
  }

  #drawFlag(/** @type {number} */ tileX, /** @type {number} */ tileY, /** @type {any} */ view) {
    const context = this.#context;
    const unit = Math.max(view.scale, 14 * view.ratio) / CELL;
    const x = view.left + (tileX + 0.5) * view.scale;
    const y = view.top + (tileY + 0.8) * view.scale;
    context.lineWidth = 2 * unit;
    context.strokeStyle = "#3b2a1a";
    context.beginPath();
    context.moveTo(x - 4 * unit, y);
    context.lineTo(x - 4 * unit, y - 14 * unit);
    context.stroke();
    context.fillStyle = "#e5533d";
    context.beginPath();
    context.moveTo(x - 4 * unit, y - 14 * unit);
    context.lineTo(x + 6 * unit, y - 10.5 * unit);
    context.lineTo(x - 4 * unit, y - 7 * unit);
    context.fill();
  }
}

/** One of four, by the place alone: as the game's own client chooses. */
function variant(/** @type {number} */ x, /** @type {number} */ y) {
  const mixed = Math.imul(x, 73856093) ^ Math.imul(y, 19349663);
  // Two of the lower 18 bits come out: those of the product's lower 25 are enough for them.
  return (Math.imul((mixed >> 7) ^ mixed, 2654435761) >>> 16) & 3;
}

// What is known of a world: tiles, players and what was asked for but not answered yet. It draws
// nothing and sends nothing.
import { CHUNK_SIZE, LAYER_COUNT, PlayerFlag, SnapshotFlag } from "./codec.js";

const TICK_MS = 50;
const DELAY_TICKS = 2;
/** So far behind the newest snapshot players are drawn, that there are two to go between. */
const JUMP_TILES = 3;
const KEPT_PLACES = 8;
const UNITS_PER_TILE = 256;

/**
 * @typedef {{id: number, layer: number, height: number, colour: number, column: number,
 *   row: number, pattern: number, name: string}} Tile
 * @typedef {{revision: number, cells: Uint16Array, isLive: boolean}} Chunk
 * @typedef {{tick: number, x: number, y: number, rotation: number, isMoving: boolean}} Place
 */

export class MapPlayer {
  /** @param {{player_id: number, slot: number, look: number, name: string}} fields */
  constructor(fields) {
    this.id = fields.player_id;
    this.slot = fields.slot;
    this.look = fields.look;
    this.name = fields.name;
    this.places = /** @type {Place[]} */ ([]);
    this.isInSight = false;
  }

  /** @param {Place} place */
  put(place) {
    const last = this.places.at(-1);
    if (last === undefined || far(last, place)) {
      this.places = [place];
      return;
    }
    // Who is not in a snapshot has not moved.
    if (last.tick < place.tick - 1) this.places.push({ ...last, tick: place.tick - 1 });
    this.places.push(place);
    if (this.places.length > KEPT_PLACES) this.places.splice(0, this.places.length - KEPT_PLACES);
  }

  /** Where the player was at a tick, which need not be whole. @param {number} tick */
  at(tick) {
    const places = this.places;
    let after = places.length - 1;
    if (after < 0) return null;
    while (after > 0 && places[after - 1].tick >= tick) after -= 1;
    const to = places[after];
    const from = places[after - 1];
    if (from === undefined || tick >= to.tick) return { ...to, isMoving: to.isMoving && tick < to.tick + 2 };
    const part = Math.max(0, (tick - from.tick) / (to.tick - from.tick));
    return {
      tick,
      x: from.x + (to.x - from.x) * part,
      y: from.y + (to.y - from.y) * part,
      rotation: to.rotation,
      isMoving: from.x !== to.x || from.y !== to.y,
    };
  }
}

/** @param {Place} a @param {Place} b */
const far = (a, b) => Math.hypot(a.x - b.x, a.y - b.y) > JUMP_TILES;

/** Of all numbers with these low 16 bits the one nearest to `own`. */
const nearest = (/** @type {number} */ low, /** @type {number} */ own) =>
  own + (((low - own + 0x8000) & 0xffff) - 0x8000);

export class MapWorld {
  constructor() {
    this.width = 0;
    this.height = 0;
    this.chunksWide = 0;
    this.chunksHigh = 0;
    /** @type {Map<number, Tile>} */
    this.tiles = new Map();
    /** @type {Map<number, Chunk>} */
    this.chunks = new Map();
    /** @type {Map<number, MapPlayer>} */
    this.players = new Map();
    /** Chunks whose picture is out of date. @type {Set<number>} */
    this.stale = new Set();
    /** Cells that look otherwise, as indices in a chunk, by chunk. @type {Map<number, Set<number>>} */
    this.changed = new Map();
    /** Cells that were asked for: their number -> tile and edit. */
    this.wanted = /** @type {Map<number, {tile: number, edit: number}>} */ (new Map());
    this._bySlot = /** @type {Map<number, MapPlayer>} */ (new Map());
    this._clock = NaN;
    this._editCells = /** @type {Map<number, number[]>} */ (new Map());
  }

  /**
   * Takes a message; returns chunk places to be asked for anew, if any.
   * @param {string} name @param {any} fields @param {number} now in milliseconds
   * @returns {{chunk_x: number, chunk_y: number} | null}
   */
  take(name, fields, now) {
    switch (name) {
      case "WORLD_ENTERED":
        this._enter(fields);
        break;
      case "TILE":
        this.tiles.set(fields.id, fields);
        break;
      case "PLAYER_JOIN":
        this._join(fields);
        break;
      case "PLAYER_UPDATE": {
        const player = this.players.get(fields.player_id);
        if (player) {
          const { x, y, rotation, timestamp } = fields;
          const place = { tick: timestamp, x: x / 1024, y: y / 1024, rotation: rotation / 65536 };
          player.places = [{ ...place, isMoving: false }];
          player.isInSight = this.isLiveAt(x / 1024, y / 1024);
        }
        break;
      }
      case "PLAYER_LEAVE":
        this._leave(fields.player_id);
        break;
      case "CHUNK_DATA":
        this._takeChunk(fields);
        break;
      case "CHUNK_DROP":
        this._dropChunk(this.chunkAt(fields.chunk_x, fields.chunk_y));
        break;
      case "CHUNK_EDIT":
        return this._takeEdit(fields);
      case "WORLD_STATE":
        this._takeState(fields, now);
        break;
    }
    return null;
  }

  /** @param {number} column @param {number} row in chunks */
  chunkAt(column, row) {
    return row * this.chunksWide + column;
  }

  /** @param {number} x @param {number} y in tiles */
  isOnMap(x, y) {
    return x >= 0 && y >= 0 && x < this.width && y < this.height;
  }

  /** @param {number} x @param {number} y in tiles */
  isLiveAt(x, y) {
    const chunk = this.chunks.get(this.chunkAt(Math.floor(x / CHUNK_SIZE), Math.floor(y / CHUNK_SIZE)));
    return chunk !== undefined && chunk.isLive;
  }

  /** The tile there as it will be, -1 where it is not known. */
  tileAt(/** @type {number} */ layer, /** @type {number} */ x, /** @type {number} */ y) {
    if (!this.isOnMap(x, y)) return -1;
    if (this.wanted.size) {
      const wanted = this.wanted.get(this.cellNumber(layer, x, y));
      if (wanted !== undefined) return wanted.tile;
    }
    const chunk = this.chunks.get((y >> 4) * this.chunksWide + (x >> 4));
    return chunk === undefined ? -1 : chunk.cells[(layer * 16 + (y & 15)) * 16 + (x & 15)];
  }

  cellNumber(/** @type {number} */ layer, /** @type {number} */ x, /** @type {number} */ y) {
    return (layer * this.height + y) * this.width + x;
  }

  /** Shows cells as they were asked for, until the server has answered.
   * @param {number} edit @param {{layer: number, x: number, y: number, tile: number}[]} cells */
  want(edit, cells) {
    const numbers = this._editCells.get(edit) ?? [];
    for (const { layer, x, y, tile } of cells) {
      const number = this.cellNumber(layer, x, y);
      this.wanted.set(number, { tile, edit });
      numbers.push(number);
      this.touch(layer, x, y);
    }
    this._editCells.set(edit, numbers);
  }

  /** The server has answered: what it did is in the chunks. @param {number} edit */
  answered(edit) {
    for (const number of this._editCells.get(edit) ?? []) {
      if (this.wanted.get(number)?.edit !== edit) continue;
      const x = number % this.width;
      const row = (number - x) / this.width;
      const y = row % this.height;
      this._change((row - y) / this.height, x, y, () => this.wanted.delete(number));
    }
    this._editCells.delete(edit);
  }

  /** Nothing that was asked for will be answered any more. */
  forgetWanted() {
    for (const edit of [...this._editCells.keys()]) this.answered(edit);
  }

  /** A cell looks otherwise, and so may its neighbours.
   * @param {number} layer @param {number} x @param {number} y */
  touch(layer, x, y) {
    this._touchCell(layer, x, y);
    this._touchCell(layer, x - 1, y);
    this._touchCell(layer, x + 1, y);
    this._touchCell(layer, x, y - 1);
    this._touchCell(layer, x, y + 1);
  }

  _touchCell(/** @type {number} */ layer, /** @type {number} */ x, /** @type {number} */ y) {
    if (!this.isOnMap(x, y)) return;
    const chunk = this.chunkAt(x >> 4, y >> 4);
    let cells = this.changed.get(chunk);
    if (cells === undefined) {
      cells = new Set();
      this.changed.set(chunk, cells);
    }
    cells.add((layer * 16 + (y & 15)) * 16 + (x & 15));
  }

  // What turns out as it was shown already need not be drawn again.
  _change(/** @type {number} */ layer, /** @type {number} */ x, /** @type {number} */ y,
    /** @type {() => void} */ work) {
    const before = this.tileAt(layer, x, y);
    work();
    if (this.tileAt(layer, x, y) !== before) this.touch(layer, x, y);
  }

  /** The tick that is shown now. @param {number} now */
  tickAt(now) {
    return (now - this._clock) / TICK_MS - DELAY_TICKS;
  }

  /** Who is in sight, and where. @param {number} now */
  visiblePlayers(now) {
    const tick = this.tickAt(now);
    const found = [];
    for (const player of this.players.values()) {
      const place = player.isInSight ? player.at(tick) : null;
      if (place !== null && this.isLiveAt(place.x, place.y)) found.push({ player, place });
    }
    return found;
  }

  _enter(/** @type {any} */ fields) {
    const isOther = fields.width !== this.width || fields.height !== this.height;
    this.width = fields.width;
    this.height = fields.height;
    this.chunksWide = Math.ceil(this.width / CHUNK_SIZE);
    this.chunksHigh = Math.ceil(this.height / CHUNK_SIZE);
    this._clock = NaN;
    this.players.clear();
    this._bySlot.clear();
    this.forgetWanted();
    if (isOther) this.chunks.clear();
    for (const [key, chunk] of this.chunks) {
      chunk.isLive = false;
      this.stale.add(key);
    }
  }

  _join(/** @type {any} */ fields) {
    const known = this.players.get(fields.player_id);
    if (known) {
      this._bySlot.delete(known.slot);
      Object.assign(known, { slot: fields.slot, look: fields.look, name: fields.name });
    }
    const player = known ?? new MapPlayer(fields);
    this.players.set(player.id, player);
    this._bySlot.set(player.slot, player);
  }

  _leave(/** @type {number} */ id) {
    const player = this.players.get(id);
    if (player === undefined) return;
    this.players.delete(id);
    if (this._bySlot.get(player.slot) === player) this._bySlot.delete(player.slot);
  }

  _takeChunk(/** @type {any} */ { chunk_x, chunk_y, revision, cells }) {
    this.chunks.set(this.chunkAt(chunk_x, chunk_y), { revision, cells, isLive: true });
    for (const [x, y] of [[chunk_x, chunk_y], [chunk_x - 1, chunk_y], [chunk_x + 1, chunk_y],
      [chunk_x, chunk_y - 1], [chunk_x, chunk_y + 1]]) {
      if (x >= 0 && y >= 0 && x < this.chunksWide && y < this.chunksHigh) {
        this.stale.add(this.chunkAt(x, y));
      }
    }
  }

  _dropChunk(/** @type {number} */ key) {
    const chunk = this.chunks.get(key);
    if (chunk) chunk.isLive = false;
    this.stale.add(key);
    for (const player of this.players.values()) {
      const last = player.places.at(-1);
      if (last && !this.isLiveAt(last.x, last.y)) player.isInSight = false;
    }
  }

  _takeEdit(/** @type {any} */ { chunk_x, chunk_y, base_revision, revision, cells }) {
    const chunk = this.chunks.get(this.chunkAt(chunk_x, chunk_y));
    if (chunk === undefined || !chunk.isLive) return null;
    if (chunk.revision !== base_revision) return { chunk_x, chunk_y };
    chunk.revision = revision;
    for (const { index, tile } of cells) {
      const layer = index >> 8;
      const x = chunk_x * CHUNK_SIZE + (index & 15);
      const y = chunk_y * CHUNK_SIZE + ((index >> 4) & 15);
      this._change(layer, x, y, () => {
        chunk.cells[index] = tile;
        this.wanted.delete(this.cellNumber(layer, x, y));
      });
    }
    return null;
  }

  _takeState(/** @type {any} */ fields, /** @type {number} */ now) {
    const begin = now - fields.tick * TICK_MS;
    // The quickest snapshots tell the clock; it gives way slowly, for clocks drift.
    this._clock = begin < this._clock || Number.isNaN(this._clock) ? begin : this._clock + 0.05;
    if (begin - this._clock > 1000) this._clock = begin;
    if (fields.flags & SnapshotFlag.FULL) {
      for (const player of this.players.values()) player.isInSight = false;
    }
    for (const each of fields.players) {
      const player = this._bySlot.get(each.slot);
      if (player === undefined) continue;
      const x = nearest(each.x, fields.x >> 2) / UNITS_PER_TILE;
      const y = nearest(each.y, fields.y >> 2) / UNITS_PER_TILE;
      const isMoving = (each.flags & PlayerFlag.MOVING) !== 0;
      player.put({ tick: fields.tick, x, y, rotation: each.rotation / 256, isMoving });
      player.isInSight = this.isLiveAt(x, y);
    }
  }
}

export const LAYERS = [...Array(LAYER_COUNT).keys()];

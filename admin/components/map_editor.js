// What one paints, on its way to the server: shown at once, sent at the pace that the server takes,
// and remembered by strokes, for undo.
import { errorName } from "./map_session.js";

/** Below the server's 10 a second and burst of 40, for its clock is not ours. */
const EDITS_PER_SECOND = 9;
const EDIT_BURST = 30;
const BATCH_MS = 60;
const SLOW_BATCH_MS = 120;
const MOST_CELLS = 500;
const MOST_TRIES = 5;
const MOST_GROUPS = 200;

/**
 * @typedef {{layer: number, x: number, y: number, tile: number}} CellEdit
 * @typedef {{count: number, open: number, settled: (() => void) | null}} Group What is undone at
 *   once: how many edits of it changed something, and how many have not been answered.
 * @typedef {{name: string, values: any, group: Group | null, tries: number}} Order
 */

export class MapEditor {
  #world;
  #session;
  #report;
  #number = 0;
  #waiting = /** @type {Order[]} */ ([]);
  #sent = /** @type {Map<number, Order>} */ (new Map());
  #batch = /** @type {{edit: number, cells: Map<number, CellEdit>} | null} */ (null);
  #group = /** @type {Group | null} */ (null);
  #tokens = EDIT_BURST;
  #filled = 0;
  #flushed = 0;
  #undo = /** @type {Group[]} */ ([]);
  #redo = /** @type {Group[]} */ ([]);

  /**
   * @param {import("./map_world.js").MapWorld} world
   * @param {import("./map_session.js").MapSession} session
   * @param {(code: string, text: string) => void} report hears of refusals
   */
  constructor(world, session, report) {
    this.#world = world;
    this.#session = session;
    this.#report = report;
  }

  get isBusy() {
    return this.#waiting.length + this.#sent.size > 0 || this.#batch !== null;
  }

  /** Adds cells to the stroke that goes on. @param {CellEdit[]} cells */
  paint(cells) {
    const world = this.#world;
    for (const cell of cells) {
      const there = world.tileAt(cell.layer, cell.x, cell.y);
      if (there < 0 || there === cell.tile) continue;
      this.#batch ??= { edit: this.#next(), cells: new Map() };
      this.#batch.cells.set(world.cellNumber(cell.layer, cell.x, cell.y), cell);
      world.want(this.#batch.edit, [cell]);
      if (this.#batch.cells.size === MOST_CELLS) this.#closeBatch();
    }
  }

  /** What is painted next is another stroke. */
  endStroke() {
    this.#closeBatch();
    this.#group = null;
  }

  /** All that `work` does is one step, for undo. @param {() => void} work */
  step(work) {
    this.endStroke();
    work();
    this.endStroke();
  }

  /**
   * Draws a shape (EDIT_SHAPE's fields, but its number); `cells` are those that it will change.
   * @param {any} fields @param {CellEdit[]} cells
   */
  shape(fields, cells) {
    this.#closeBatch();
    const edit = this.#next();
    this.#world.want(edit, this.#known(cells));
    this.#order("EDIT_SHAPE", { edit, ...fields });
  }

  /** Copies a rectangle (EDIT_STAMP's fields). @param {any} fields @param {CellEdit[]} cells */
  stamp(fields, cells) {
    this.#closeBatch();
    const edit = this.#next();
    this.#world.want(edit, this.#known(cells));
    this.#order("EDIT_STAMP", { edit, ...fields });
  }

  /** Takes the last stroke back, or does it again. @param {boolean} isRedo */
  async undo(isRedo) {
    this.endStroke();
    const from = isRedo ? this.#redo : this.#undo;
    const group = from.pop();
    if (group === undefined) {
      // Painted before this page was opened.
      this.#order("EDIT_UNDO", { edit: this.#next(), redo: Number(isRedo) }, null);
      return;
    }
    if (group.open > 0) await new Promise((done) => { group.settled = () => done(null); });
    for (let at = 0; at < group.count; at += 1) {
      this.#order("EDIT_UNDO", { edit: this.#next(), redo: Number(isRedo) }, null);
    }
    (isRedo ? this.#undo : this.#redo).push(group);
  }

  /** Sends what the server takes by now. @param {number} now in milliseconds */
  pump(now) {
    const gained = ((now - this.#filled) / 1000) * EDITS_PER_SECOND;
    this.#tokens = Math.min(EDIT_BURST, this.#tokens + gained);
    this.#filled = now;
    const pause = this.#tokens > EDIT_BURST / 2 ? BATCH_MS : SLOW_BATCH_MS;
    if (this.#batch !== null && !this.#waiting.length && now - this.#flushed >= pause) {
      this.#closeBatch();
      this.#flushed = now;
    }
    while (this.#waiting.length && this.#tokens >= 1 && this.#session.isOpen) {
      const order = /** @type {Order} */ (this.#waiting.shift());
      this.#tokens -= 1;
      this.#sent.set(order.values.edit, order);
      this.#session.send(order.name, order.values);
    }
  }

  /** EDIT_RESULT came. @param {any} fields */
  take(fields) {
    const order = this.#sent.get(fields.edit);
    if (order === undefined) return;
    this.#sent.delete(fields.edit);
    const code = errorName(fields.code);
    if (code === "EDIT_TOO_FAST" && order.tries < MOST_TRIES) {
      this.#tokens = -EDITS_PER_SECOND * (fields.retry_after_ms / 1000);
      order.tries += 1;
      this.#waiting.unshift(order);
      return;
    }
    this.#world.answered(fields.edit);
    this.#settle(order, fields.code === 0 && fields.cells > 0);
    if (fields.code !== 0) this.#report(code, fields.text);
  }

  /** The connection is gone: nothing more is answered. */
  forget() {
    for (const order of [...this.#sent.values(), ...this.#waiting]) this.#settle(order, false);
    this.#sent.clear();
    this.#waiting = [];
    this.#batch = null;
    this.#group = null;
    this.#undo = [];
    this.#redo = [];
    this.#world.forgetWanted();
  }

  #known(/** @type {CellEdit[]} */ cells) {
    return cells.filter(({ layer, x, y }) => this.#world.tileAt(layer, x, y) >= 0);
  }

  #next() {
    this.#number += 1;
    return this.#number;
  }

  #closeBatch() {
    if (this.#batch === null) return;
    const { edit, cells } = this.#batch;
    this.#batch = null;
    this.#order("EDIT_CELLS", { edit, cells: [...cells.values()] });
  }

  /** @param {Group | null} [group] that it belongs to; the stroke's where none is given */
  #order(/** @type {string} */ name, /** @type {any} */ values, group) {
    if (group === undefined) {
      if (this.#group === null) {
        this.#group = { count: 0, open: 0, settled: null };
        this.#undo.push(this.#group);
        if (this.#undo.length > MOST_GROUPS) this.#undo.shift();
        this.#redo = [];
      }
      group = this.#group;
      group.open += 1;
    }
    this.#waiting.push({ name, values, group, tries: 0 });
  }

  /** @param {Order} order @param {boolean} hasChanged */
  #settle({ group }, hasChanged) {
    if (group === null) return;
    group.open -= 1;
    group.count += Number(hasChanged);
    if (group.open > 0) return;
    if (group.count === 0) this.#undo = this.#undo.filter((each) => each !== group);
    group.settled?.();
  }
}

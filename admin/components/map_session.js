// The page's own connection to the game: the byte protocol of every client, by a ticket that only
// watches. It comes back by itself when it is lost.
import {
  AuthMethod,
  ErrorCode,
  MAGIC,
  PROTOCOL_VERSION,
  SCHEMA_HASH,
  SUBPROTOCOL,
  decode,
  encode,
} from "./codec.js";

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 5000;
const NAMES = Object.fromEntries(Object.entries(ErrorCode).map(([name, code]) => [code, name]));

/** The name of an ErrorCode. */
export const errorName = (/** @type {number} */ code) => NAMES[code] ?? String(code);

/**
 * @typedef {{player_id: number, chunk_x: number, chunk_y: number, width: number, height: number}}
 *   Outlook What WATCH asks for, but the world.
 */

export class MapSession {
  #socket = /** @type {WebSocket | null} */ (null);
  #world = "";
  #outlook = /** @type {Outlook | null} */ (null);
  #inbox = /** @type {{name: string, fields: any, cells?: Promise<Uint16Array>}[]} */ ([]);
  #isReading = false;
  #wait = FIRST_WAIT_MS;
  #timer = 0;
  #generation = 0;

  /**
   * @param {(name: string, fields: any) => void} onMessage hears messages in their order;
   *   CHUNK_DATA has its cells unpacked
   * @param {(state: string, code: string) => void} onState hears "connecting", "open", "lost", or
   *   "resting" where the world does not run, and the ErrorCode's name where there is one
   */
  constructor(onMessage, onState) {
    this.onMessage = onMessage;
    this.onState = onState;
  }

  get isOpen() {
    return this.#socket?.readyState === WebSocket.OPEN && this.#outlook !== null;
  }

  /** Watches a world; what was watched before is over. @param {string} world */
  open(world) {
    this.close();
    this.#world = world;
    this.onState("connecting", "");
    this.#connect();
  }

  close() {
    this.#generation += 1;
    clearTimeout(this.#timer);
    this.#socket?.close();
    this.#socket = null;
    this.#outlook = null;
    this.#inbox = [];
  }

  /** Looks there from now on. @param {Outlook} outlook */
  look(outlook) {
    this.#outlook = outlook;
    this.send("WATCH", { world: this.#world, ...outlook });
  }

  /** @param {string} name @param {any} values */
  send(name, values) {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(encode(name, values));
  }

  async #connect() {
    const generation = this.#generation;
    const ticket = await fetch("/api/panel/ticket", { method: "POST", cache: "no-store" })
      .then((answer) => (answer.ok ? answer.json() : null))
      .catch(() => null);
    if (generation !== this.#generation) return;
    if (ticket === null) {
      this.#lost("");
      return;
    }
    const way = `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/ws`;
    const socket = new WebSocket(way, SUBPROTOCOL);
    socket.binaryType = "arraybuffer";
    this.#socket = socket;
    let refusal = "";
    socket.onopen = () =>
      this.send("HELLO", {
        magic: MAGIC,
        lowest_version: PROTOCOL_VERSION,
        highest_version: PROTOCOL_VERSION,
        features: 0,
        schema_hash: SCHEMA_HASH,
        client: "panel",
      });
    socket.onmessage = ({ data }) => {
      for (const message of decode(data)) {
        const isGone = message.name === "ERROR" && message.fields.code === ErrorCode.WORLD_UNKNOWN;
        if (isGone || (message.name === "ERROR" && message.fields.fatal)) {
          refusal = errorName(message.fields.code);
        }
        // Nobody tells when it runs again: so it is asked for anew.
        if (isGone) socket.close();
        else this.#take(message, ticket.ticket);
      }
    };
    socket.onclose = () => {
      if (generation === this.#generation) this.#lost(refusal);
    };
  }

  /** @param {string} code */
  #lost(code) {
    this.#socket = null;
    this.#outlook = null;
    if (code === "WORLD_UNKNOWN") this.onState("resting", "");
    else this.onState("lost", code);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#connect(), this.#wait);
    this.#wait = Math.min(this.#wait * 2, LONGEST_WAIT_MS);
  }

  /** @param {{name: string, fields: any}} message @param {string} ticket */
  #take(message, ticket) {
    const { name, fields } = message;
    if (name === "WELCOME") {
      const secret = new TextEncoder().encode(ticket);
      this.send("AUTH", { method: AuthMethod.TICKET, look: 0, name: "", secret });
    } else if (name === "PING") {
      this.send("PONG", { token: fields.token, tick: 0, phase: 0 });
    } else {
      if (name === "AUTH_OK" && this.#outlook === null) {
        // The map's size is not known yet: the answer tells it.
        this.look({ player_id: 0, chunk_x: 0, chunk_y: 0, width: 1, height: 1 });
        this.onState("open", "");
      }
      if (name === "WORLD_ENTERED") this.#wait = FIRST_WAIT_MS;
      const cells = name === "CHUNK_DATA" ? unpacked(fields.cells) : undefined;
      this.#inbox.push({ name, fields, cells });
      if (!this.#isReading) this.#read();
    }
  }

  /** One after the other, for unpacking takes its time and edits follow their chunks. */
  async #read() {
    this.#isReading = true;
    const generation = this.#generation;
    while (this.#inbox.length) {
      const { name, fields, cells } = /** @type {any} */ (this.#inbox.shift());
      if (cells) {
        fields.cells = await cells;
        if (generation !== this.#generation) break;
      }
      this.onMessage(name, fields);
    }
    this.#isReading = false;
    if (this.#inbox.length) this.#read();
  }
}

/** The tile ids in CHUNK_DATA.cells. @param {Uint8Array} bytes */
async function unpacked(bytes) {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  const view = new DataView(await new Response(stream).arrayBuffer());
  return Uint16Array.from({ length: view.byteLength / 2 }, (_, at) => view.getUint16(2 * at));
}

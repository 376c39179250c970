"""The JavaScript codec: a table of the messages and the few functions that read it."""

from __future__ import annotations

import json

from protocol_spec.generate.spec import Spec

RUNTIME = """
const SIZES = { u8: 1, i8: 1, u16: 2, i16: 2, u32: 4, i32: 4, u64: 8 };
const READ = {
  u8: (view, at) => view.getUint8(at),
  i8: (view, at) => view.getInt8(at),
  u16: (view, at) => view.getUint16(at),
  i16: (view, at) => view.getInt16(at),
  u32: (view, at) => view.getUint32(at),
  i32: (view, at) => view.getInt32(at),
  u64: (view, at) => Number(view.getBigUint64(at)),
};
const WRITE = {
  u8: (view, at, value) => view.setUint8(at, value),
  i8: (view, at, value) => view.setInt8(at, value),
  u16: (view, at, value) => view.setUint16(at, value),
  i16: (view, at, value) => view.setInt16(at, value),
  u32: (view, at, value) => view.setUint32(at, value),
  i32: (view, at, value) => view.setInt32(at, value),
  u64: (view, at, value) => view.setBigUint64(at, BigInt(value)),
};
const UTF8_READER = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const UTF8_WRITER = new TextEncoder();

/** The bytes are not the protocol's; `code` is a value of ErrorCode. */
export class DecodeError extends Error {
  constructor(code, messageType = 0) {
    const name = Object.keys(ErrorCode).find((key) => ErrorCode[key] === code);
    super(name);
    this.code = code;
    this.messageType = messageType;
  }
}

function need(view, at, size) {
  if (at + size > view.byteLength) throw new DecodeError(ErrorCode.TRUNCATED);
}

function readFields(view, at, fields) {
  const values = {};
  for (const field of fields) {
    if (field.type in SIZES) {
      need(view, at, SIZES[field.type]);
      values[field.name] = READ[field.type](view, at);
      at += SIZES[field.type];
      continue;
    }
    const prefix = field.max > 0xff ? "u16" : "u8";
    need(view, at, SIZES[prefix]);
    const count = READ[prefix](view, at);
    at += SIZES[prefix];
    if (count > field.max) throw new DecodeError(ErrorCode.VALUE_TOO_LONG);
    if (field.type === "array") {
      const record = RECORDS[field.record];
      need(view, at, count * record.size);
      values[field.name] = [];
      for (let index = 0; index < count; index += 1) {
        values[field.name].push(readFields(view, at, record.fields).values);
        at += record.size;
      }
      continue;
    }
    need(view, at, count);
    const bytes = new Uint8Array(view.buffer, view.byteOffset + at, count);
    at += count;
    if (field.type === "bytes") {
      values[field.name] = bytes.slice();
      continue;
    }
    try {
      values[field.name] = UTF8_READER.decode(bytes);
    } catch {
      throw new DecodeError(ErrorCode.BAD_TEXT);
    }
  }
  return { values, at };
}

function readMessage(type, view) {
  const message = MESSAGES[type];
  if (message === undefined) {
    if (type <= HIGHEST_CORE_TYPE) throw new DecodeError(ErrorCode.UNKNOWN_TYPE, type);
    return null;
  }
  try {
    return { name: message.name, fields: readFields(view, 0, message.fields).values };
  } catch (error) {
    if (error instanceof DecodeError) error.messageType = type;
    throw error;
  }
}

/** Reads a whole WebSocket message (an ArrayBuffer) into a list of { name, fields }. */
export function decode(buffer) {
  const view = new DataView(buffer);
  if (view.byteLength === 0) throw new DecodeError(ErrorCode.EMPTY_MESSAGE);
  const messages = [];
  for (let at = 0; at < view.byteLength; ) {
    if (at + 3 > view.byteLength) throw new DecodeError(ErrorCode.LENGTH_BEYOND_END);
    const type = view.getUint8(at);
    const length = view.getUint16(at + 1);
    if (at + 3 + length > view.byteLength) {
      throw new DecodeError(ErrorCode.LENGTH_BEYOND_END, type);
    }
    const message = readMessage(type, new DataView(buffer, at + 3, length));
    if (message !== null) messages.push(message);
    at += 3 + length;
  }
  return messages;
}

function pieces(fields, values) {
  const parts = [];
  const scalar = (type, value) => {
    const view = new DataView(new ArrayBuffer(SIZES[type]));
    WRITE[type](view, 0, value);
    parts.push(new Uint8Array(view.buffer));
  };
  for (const field of fields) {
    const value = values[field.name];
    if (field.type in SIZES) {
      scalar(field.type, value);
      continue;
    }
    const content = field.type === "string" ? UTF8_WRITER.encode(value) : value;
    if (content.length > field.max) throw new RangeError(`${field.name} is too long`);
    scalar(field.max > 0xff ? "u16" : "u8", content.length);
    if (field.type === "array") {
      for (const each of content) parts.push(...pieces(RECORDS[field.record].fields, each));
    } else {
      parts.push(content);
    }
  }
  return parts;
}

/** Writes one frame, e.g. encode("PING", { token: 7 }), as a Uint8Array. */
export function encode(name, values) {
  const type = MessageType[name];
  const parts = pieces(MESSAGES[type].fields, values);
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const frame = new Uint8Array(3 + length);
  const view = new DataView(frame.buffer);
  view.setUint8(0, type);
  view.setUint16(1, length);
  let at = 3;
  for (const part of parts) {
    frame.set(part, at);
    at += part.length;
  }
  return frame;
}
"""


def emit(spec: Spec) -> str:
    lines = [
        "// Generated from protocol.toml by `python -m protocol_spec.generate`: do not edit.",
        "",
        f"export const PROTOCOL_VERSION = {spec.version};",
        f'export const SUBPROTOCOL = "{spec.subprotocol}";',
        f"export const SCHEMA_HASH = {spec.schema_hash};",
    ]
    for constant in spec.constants:
        lines.append(f"/** {constant.doc} */")
        lines.append(f"export const {constant.name} = {json.dumps(constant.value)};")
    enums = [("MessageType", {each.name: each.number for each in spec.messages})]
    enums += [(each.name, {v.name: v.number for v in each.values}) for each in spec.enums]
    for name, values in enums:
        lines.append(f"export const {name} = Object.freeze({json.dumps(values, indent=2)});")
    records = {
        name: {"size": record.size, "fields": [_field(each) for each in record.fields]}
        for name, record in spec.records.items()
    }
    messages = {
        str(each.number): {"name": each.name, "fields": [_field(f) for f in each.fields]}
        for each in spec.messages
    }
    lines.append(f"const RECORDS = {json.dumps(records, indent=2)};")
    lines.append(f"const MESSAGES = {json.dumps(messages, indent=2)};")
    return "\n".join(lines) + "\n" + RUNTIME


def _field(each: object) -> dict[str, object]:
    wanted = ("name", "type", "max", "record")
    return {key: getattr(each, key) for key in wanted if getattr(each, key)}

// Runs the hand-written vectors through the JavaScript codec: node tests/codec_vectors.mjs
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

import { DecodeError, ErrorCode, decode, encode } from "../admin/components/codec.js";

const source = new URL("../protocol_spec/vectors/messages.json", import.meta.url);
const vectors = JSON.parse(readFileSync(source, "utf-8"));

const fromHex = (hex) => Uint8Array.from(Buffer.from(hex.replaceAll(" ", ""), "hex"));
const toHex = (bytes) => Buffer.from(bytes).toString("hex");

/** A message as the vectors write it: byte fields as hex. */
function plain({ name, fields }) {
  const shown = { ...fields };
  for (const [key, value] of Object.entries(fields)) {
    if (value instanceof Uint8Array) shown[key] = toHex(value);
  }
  return { name, fields: shown };
}

function fieldsToEncode(fields) {
  const values = { ...fields };
  for (const key of ["secret", "cells", "resume_token"]) {
    if (typeof values[key] === "string") values[key] = fromHex(values[key]);
  }
  return values;
}

for (const vector of vectors.valid) {
  const data = fromHex(vector.hex);
  assert.deepEqual(decode(data.buffer).map(plain), vector.messages, vector.name);
  if (vector.decode_only) continue;
  const frames = vector.messages.map(({ name, fields }) => encode(name, fieldsToEncode(fields)));
  assert.equal(frames.map(toHex).join(""), toHex(data), vector.name);
}
for (const vector of vectors.invalid) {
  assert.throws(
    () => decode(fromHex(vector.hex).buffer),
    (error) => error instanceof DecodeError && error.code === ErrorCode[vector.error],
    vector.name,
  );
}
console.log(`${vectors.valid.length} valid, ${vectors.invalid.length} invalid`);

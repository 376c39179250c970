// Compares the JavaScript codec with what Python made of mangled messages:
// node tests/codec_verdicts.mjs FILE, as `python -m tests.verdicts FILE` wrote it.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

import { DecodeError, decode, encode } from "../admin/components/codec.js";

const rows = JSON.parse(readFileSync(process.argv[2], "utf-8"));
const refused = {};
for (const { hex, error, encoded } of rows) {
  const data = Uint8Array.from(Buffer.from(hex, "hex"));
  let found = "";
  let again = "";
  try {
    const frames = decode(data.buffer).map(({ name, fields }) => encode(name, fields));
    again = frames.map((frame) => Buffer.from(frame).toString("hex")).join("");
  } catch (problem) {
    assert(problem instanceof DecodeError, `${hex}: ${problem.stack}`);
    found = problem.message;
  }
  assert.equal(found, error, hex);
  assert.equal(again, encoded, hex);
  refused[error] = (refused[error] ?? 0) + 1;
}
console.log(`${rows.length} judged alike: ${JSON.stringify(refused)}`);

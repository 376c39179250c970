"""What the Python codec makes of mangled messages: the other codecs are to make the same of them.

`python -m tests.verdicts FILE` writes the file that tests/codec_verdicts.mjs reads, and Godot's
test_codec.gd with `--verdicts`.
"""

from __future__ import annotations

import dataclasses
import json
import sys
from pathlib import Path

from protocol_spec import codec
from tests.mutants import mutants

VECTORS = Path(__file__).resolve().parents[1] / "protocol_spec/vectors/messages.json"
COUNT = 5000
EXACT_IN_JAVASCRIPT = 1 << 53


def seeds() -> list[bytes]:
    vectors = json.loads(VECTORS.read_text(encoding="utf-8"))
    return [bytes.fromhex(each["hex"]) for each in vectors["valid"] + vectors["invalid"]]


def write_verdicts(path: Path, count: int = COUNT, seed: int = 8) -> None:
    """A list of {hex, error, encoded, in_godot}: the error's name or nothing, and all that could be
    read, written anew, also as Godot has it, whose strings know no U+0000."""
    rows = []
    for data in mutants(seeds(), count, seed=seed):
        error, messages = verdict(data)
        if any(_is_beyond(each) for each in messages):
            continue  # JavaScript's numbers are exact up to there.
        row = {"hex": data.hex(), "error": error, "encoded": "", "in_godot": ""}
        if not error:
            row["encoded"] = b"".join(each.encode() for each in messages).hex()
            row["in_godot"] = b"".join(_in_godot(each).encode() for each in messages).hex()
        rows.append(row)
    path.write_text(json.dumps(rows), encoding="utf-8")


def verdict(data: bytes) -> tuple[str, list[codec.Message]]:
    """The error's name, empty where there is none, and the messages before it."""
    messages: list[codec.Message] = []
    try:
        for number, payload in codec.parse(data):
            message = codec.decode(number, payload)
            if message is not None:
                messages.append(message)
    except codec.DecodeError as error:
        return error.code.name, messages
    return "", messages


def _in_godot(message: codec.Message) -> codec.Message:
    fields = dataclasses.asdict(message)
    texts = {key: value.replace("\0", "") for key, value in fields.items() if type(value) is str}
    changed: codec.Message = dataclasses.replace(message, **texts)  # type: ignore[arg-type]
    return changed


def _is_beyond(message: codec.Message) -> bool:
    return int(getattr(message, "timestamp", 0)) > EXACT_IN_JAVASCRIPT


if __name__ == "__main__":
    write_verdicts(Path(sys.argv[1]))

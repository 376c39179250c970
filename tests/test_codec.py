"""The Python and JavaScript codecs against the hand-written vectors; the generator against itself.

Godot runs the same vectors in godot_client/tests.
"""

from __future__ import annotations

import dataclasses
import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from protocol_spec import codec
from protocol_spec.generate import spec
from protocol_spec.generate.__main__ import ROOT, generated_files
from tests.toolbox import find

VECTORS = json.loads((ROOT / "protocol_spec/vectors/messages.json").read_text(encoding="utf-8"))
VALID, INVALID = VECTORS["valid"], VECTORS["invalid"]


RECORDS: dict[tuple[type[codec.Message], str], Callable[[bytes], list[Any]]] = {
    (codec.WorldState, "players"): codec.PlayerState.unpack,
    (codec.Input, "commands"): codec.Command.unpack,
    (codec.ChunkEdit, "cells"): codec.CellChange.unpack,
    (codec.EditCells, "cells"): codec.CellEdit.unpack,
    (codec.ModeScores, "rows"): codec.ModeScore.unpack,
}
"""The arrays, which the Python codec leaves packed."""


def name_of(vector: dict[str, Any]) -> str:
    return str(vector["name"])


def plain(message: codec.Message) -> dict[str, Any]:
    """A message as the vectors write it: arrays as lists of objects, bytes as hex."""
    fields = dataclasses.asdict(message)
    for key, value in fields.items():
        record = RECORDS.get((type(message), key))
        if record is not None:
            fields[key] = [dataclasses.asdict(each) for each in record(value)]
        elif isinstance(value, bytes):
            fields[key] = value.hex()
    return {"name": codec.MessageType(message.TYPE).name, "fields": fields}


def decode_all(data: bytes) -> list[codec.Message]:
    messages = [codec.decode(number, payload) for number, payload in codec.parse(data)]
    return [each for each in messages if each is not None]


@pytest.mark.parametrize("vector", VALID, ids=name_of)
def test_a_valid_vector_decodes_to_its_fields_and_encodes_to_its_bytes(
    vector: dict[str, Any],
) -> None:
    data = bytes.fromhex(vector["hex"])
    messages = decode_all(data)
    assert [plain(each) for each in messages] == vector["messages"]
    if not vector.get("decode_only"):
        assert b"".join(each.encode() for each in messages) == data


@pytest.mark.parametrize("vector", INVALID, ids=name_of)
def test_an_invalid_vector_is_refused_with_its_error(vector: dict[str, Any]) -> None:
    with pytest.raises(codec.DecodeError) as refusal:
        decode_all(bytes.fromhex(vector["hex"]))
    assert refusal.value.code.name == vector["error"]


def test_every_message_has_a_valid_vector() -> None:
    shown = {each["name"] for vector in VALID for each in vector["messages"]}
    assert shown == {each.name for each in codec.MessageType}


def test_the_javascript_codec_runs_the_same_vectors() -> None:
    done = subprocess.run(
        [find("node"), ROOT / "tests/codec_vectors.mjs"], capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{len(VALID)} valid, {len(INVALID)} invalid" in done.stdout


def test_the_generated_files_agree_with_the_source() -> None:
    for path, content in generated_files(spec.load()).items():
        assert (ROOT / path).read_text(encoding="utf-8") == content, f"{path} is stale"


SOURCE = spec.SOURCE.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("good", "bad", "complaint"),
    [
        ('name = "token", type = "u32"', 'name = "token", type = "u31"', "PING.token.*'u31'"),
        ('record = "Command"', 'record = "Commands"', "INPUT.commands.*'Commands'"),
        ("number = 13\n", "number = 12\n", "message number 12 is used twice"),
        ('name = "PONG"', 'name = "PING"', "message PING is used twice"),
        ('from = "both"', 'from = "all"', "message CHAT_MESSAGE: from 'all'"),
        ('name = "Shape"', 'name = "EditShape"', "EDIT_SHAPE.shape|name EditShape is used twice"),
        ('state = "hello"', 'state = "hallo"', "message HELLO.*state"),
        ("max = 2000", "max = 0", "CHAT_MESSAGE.text: needs a max"),
        ('enum = "LeaveReason"', 'enum = "Leave"', "PLAYER_LEAVE.reason.*'Leave'"),
        ('fatal = "always"', 'fatal = "perhaps"', "ErrorCode: INTERNAL: fatal 'perhaps'"),
        ("version = 1", "version = = 1", "line"),
    ],
)
def test_a_bad_source_is_refused_with_its_place(good: str, bad: str, complaint: str) -> None:
    assert good in SOURCE
    with pytest.raises(spec.SpecError, match=complaint):
        spec.parse(SOURCE.replace(good, bad, 1))


def test_prose_does_not_change_the_schema_hash_but_a_field_does() -> None:
    original = spec.parse(SOURCE).schema_hash
    assert spec.parse(SOURCE.replace("Are you there?", "Hello?")).schema_hash == original
    assert spec.parse(SOURCE.replace('name = "phase"', 'name = "part"')).schema_hash != original


@pytest.mark.parametrize(
    "message",
    [
        codec.EnterWorld(world="x" * 65),
        codec.Input(tick=1, commands=bytes(9 * codec.Command.SIZE)),
    ],
)
def test_a_value_over_its_limit_is_not_encoded(message: codec.Message) -> None:
    with pytest.raises(ValueError, match="more than the"):
        message.encode()


def test_the_codec_needs_the_standard_library_alone() -> None:
    text = Path(codec.__file__).read_text(encoding="utf-8")
    imports = {line.split()[1] for line in text.splitlines() if line.startswith(("import", "from"))}
    assert imports == {"__future__", "struct", "collections.abc", "dataclasses", "enum", "typing"}

"""The generated Wireshark dissector, run by tshark over captures of real and made-up sessions."""

from __future__ import annotations

import asyncio
import dataclasses
import json
import subprocess
import xml.etree.ElementTree as ET
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from protocol_spec import classic, codec
from protocol_spec.client import Client
from protocol_spec.codec import DecodeError
from protocol_spec.generate.__main__ import ROOT
from tests.capture import SERVER_PORT, Conversation, Recorder, write_pcap
from tests.conftest import needed
from tests.mutants import mutants
from tests.running import running_server

DISSECTOR = ROOT / "protocol_spec/estragon.lua"
VECTORS = json.loads((ROOT / "protocol_spec/vectors/messages.json").read_text(encoding="utf-8"))
CLASSIC = json.loads((ROOT / "protocol_spec/vectors/classic.json").read_text(encoding="utf-8"))

Seen = list[tuple[str, dict[str, Any], str]]
"""The frames of a WebSocket message: name, fields, and the error where there is one."""


@pytest.fixture(scope="module")
def tshark() -> Path:
    return needed("tshark")


def dissected(tshark: Path, capture: Path, *, proto: str = "estragon") -> list[Seen]:
    """What tshark makes of each WebSocket message of a capture."""
    command: list[str | Path] = [tshark, "-r", capture, "-X", f"lua_script:{DISSECTOR}"]
    command += ["-o", f"estragon_classic.port:{SERVER_PORT if 'classic' in proto else 0}"]
    command += ["-T", "pdml", "-J", proto, "-Y", proto]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    complaints = [line for line in done.stderr.splitlines() if "as user" not in line]
    assert (done.returncode, complaints) == (0, [])
    assert "Lua Error" not in done.stdout
    tree = ET.fromstring(done.stdout)
    return [
        message_of(root, proto)
        for packet in tree.iter("packet")
        for root in packet.findall(f"proto[@name='{proto}']")
    ]


def message_of(root: ET.Element, proto: str) -> Seen:
    if proto == "estragon":
        seen = [frame_of(each, proto) for each in root.findall(f"proto[@name='{proto}']")]
        # What is too short for a type and a length, and text, have an error and no frame.
        seen += [("", {}, error) for error in errors_of(root, proto)]
        return seen
    return [frame_of(root, proto)]


def errors_of(tree: ET.Element, proto: str) -> list[str]:
    found = [each.get("show", "") for each in tree.findall(f"field[@name='{proto}.error']")]
    marked = tree.findall("field[@name='_ws.expert']") + [
        each for each in tree.findall("field") if each.get("name") == f"{proto}.malformed"
    ]
    assert bool(marked) == bool(found)
    return found


def frame_of(tree: ET.Element, proto: str) -> tuple[str, dict[str, Any], str]:
    name = str(tree.get("showname"))
    if proto != "estragon":
        kind = tree.find(f"field[@name='{proto}.type']")
        assert kind is not None
        name = str(kind.get("showname")).removeprefix("type: ").split(" ")[0]
    fields: dict[str, Any] = {}
    for each in tree.findall("field"):
        owner, _, field = str(each.get("name")).removeprefix(f"{proto}.").partition(".")
        if owner == name.lower():
            fields[field] = value_of(each)
    errors = errors_of(tree, proto)
    return name, fields, errors[0] if errors else ""


def value_of(element: ET.Element) -> Any:
    """As a number where it is one, else as hex."""
    records = [value_of_record(each) for each in element.findall("proto")]
    if records:
        return records
    shown = str(element.get("show"))
    if shown == "" or str(element.get("showname")).endswith(": (empty)"):
        return ""
    try:
        return float(shown) if "." in shown or "e" in shown else int(shown)
    except ValueError:
        return element.get("value")


def value_of_record(tree: ET.Element) -> dict[str, Any]:
    fields = tree.findall("field")
    return {str(each.get("name")).rpartition(".")[2]: value_of(each) for each in fields}


RECORDS: dict[tuple[str, str], Any] = {
    ("WorldState", "players"): codec.PlayerState,
    ("Input", "commands"): codec.Command,
    ("ChunkEdit", "cells"): codec.CellChange,
    ("EditCells", "cells"): codec.CellEdit,
    ("ModeScores", "rows"): codec.ModeScore,
}


def expected(data: bytes) -> Seen:
    """What the Python codec makes of a WebSocket message."""
    seen: Seen = []
    try:
        for number, payload in codec.parse(data):
            try:
                message = codec.decode(number, payload)
            except DecodeError as error:
                return [*seen, (name_of(number), {}, error.code.name)]
            seen.append((name_of(number), plain(message) if message else {}, ""))
    except DecodeError as error:
        name = name_of(error.message_type) if error.message_type else ""
        seen.append((name, {}, error.code.name))
    return seen


def name_of(number: int) -> str:
    known = number in codec.MessageType.__members__.values()
    return codec.MessageType(number).name if known else f"type 0x{number:02x}"


def plain(message: Any) -> dict[str, Any]:
    """A message's fields as `value_of` has them."""
    fields = {}
    for key, value in dataclasses.asdict(message).items():
        record = RECORDS.get((type(message).__name__, key))
        if record is not None:
            fields[key] = [dataclasses.asdict(each) for each in record.unpack(value)] or ""
        elif isinstance(value, bytes | str):
            raw = value if isinstance(value, bytes) else value.encode()
            # A word that is a number looks like one.
            fields[key] = raw.hex()
        else:
            fields[key] = value
    return fields


def alike(shown: Seen, wanted: Seen) -> bool:
    def bare(seen: Seen) -> list[Any]:
        return [(name, fields if not error else {}, error) for name, fields, error in seen]

    def same(one: Any, other: Any) -> bool:
        if isinstance(one, dict):
            return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
        if isinstance(one, list):
            return len(one) == len(other) and all(map(same, one, other))
        if isinstance(other, str) and not isinstance(one, str):
            return bytes.fromhex(other).decode() == str(one) or float(one) == float(
                bytes.fromhex(other)
            )
        return bool(one == other)

    one, other = bare(shown), bare(wanted)
    return len(one) == len(other) and all(
        a[0] == b[0] and a[2] == b[2] and same(a[1], b[1]) for a, b in zip(one, other, strict=True)
    )


def websocket_messages(conversation: Conversation) -> list[bytes]:
    """The binary messages of a recorded conversation, each side's in order, read by hand."""
    found = []
    for side in (True, False):
        data = b"".join(each for is_client, each in conversation.said if is_client is side)
        data = data.partition(b"\r\n\r\n")[2]
        while len(data) >= 2:
            opcode, size, at = data[0] & 15, data[1] & 127, 2
            if size > 125:
                more = 2 if size == 126 else 8
                size, at = int.from_bytes(data[2 : 2 + more]), 2 + more
            mask = b"\0\0\0\0"
            if data[1] & 128:
                mask, at = data[at : at + 4], at + 4
            payload = bytes(each ^ mask[i % 4] for i, each in enumerate(data[at : at + size]))
            if opcode == 2:
                found.append(payload)
            data = data[at + size :]
    return found


async def play(url: str) -> None:
    """A session with a bit of everything."""
    other = await Client.join(url, "Estragon")
    client = await Client.join(url, "Vladimir", look=3)
    for _ in range(20):
        client.session.walk(0x2000, 255, 1)
        await asyncio.sleep(0.05)
    client.session.say("Nothing to be done. Ничего не поделаешь 👋")
    client.session.whisper(other.session.player_id, "come on")
    client.session.report(other.session.player_id, "he fell asleep")
    client.session.rename("Didi")
    client.session.send(codec.Resync().encode() + codec.Ping(7).encode())
    state = client.session.state
    assert state is not None
    column, row = state.x >> 14, state.y >> 14
    client.session.send(codec.ChunkRequest(column, row).encode())
    x, y = state.x >> 10, state.y >> 10
    grounds = [each.id for each in client.session.tiles.values() if each.layer == 0]
    other_ground = next(each for each in grounds if each != client.session.tile_at(0, x, y))
    cell = codec.CellEdit(0, x, y, other_ground)
    number = client.session.edit(codec.EditCells(0, cell.pack()))
    await client.wait_for(lambda session: number in session.edit_results)
    number = client.session.undo()
    await client.wait_for(lambda session: number in session.edit_results)
    await client.wait_for(lambda session: session.name == "Didi")
    await client.close()
    await other.close()


def test_a_real_session_is_told_message_by_message(tshark: Path, tmp_path: Path) -> None:
    environment = {"ESTRAGON_GUESTS_MAY_BUILD": "true"}
    with running_server(tmp_path, environment=environment) as server:
        with Recorder(server.port) as recorder:
            asyncio.run(play(f"ws://127.0.0.1:{recorder.port}/ws"))
            recorder.wait_until_over()
        sessions = recorder.conversations
    write_pcap(tmp_path / "session.pcap", *sessions)
    shown = dissected(tshark, tmp_path / "session.pcap")
    said = [each for session in sessions for each in websocket_messages(session)]
    assert len(shown) == len(said)
    names = Counter(name for message in shown for name, _, _ in message)
    assert names == Counter(name for data in said for name, _, _ in expected(data))
    assert [error for message in shown for _, _, error in message if error] == []
    # Packets come in another order than each side's own.
    remaining = list(map(expected, said))
    for message in shown:
        match = next((at for at, wanted in enumerate(remaining) if alike(message, wanted)), None)
        assert match is not None, message
        del remaining[match]
    assert {"HELLO", "AUTH", "INPUT", "CHAT_MESSAGE", "WHISPER", "REPORT", "RENAME"} <= set(names)
    assert {"WELCOME", "TILE", "CHUNK_DATA", "CHUNK_EDIT", "WORLD_STATE", "NOTICE"} <= set(names)


def over_wires(
    tshark: Path, folder: Path, messages: list[bytes], subprotocol: str = "estragon.v1"
) -> list[Seen]:
    conversation = Conversation.of([(False, each) for each in messages], subprotocol)
    write_pcap(folder / "made_up.pcap", conversation)
    return dissected(tshark, folder / "made_up.pcap")


def test_every_vector_is_told_with_its_fields_or_marked_with_its_error(
    tshark: Path, tmp_path: Path
) -> None:
    vectors = [*VECTORS["valid"], *VECTORS["invalid"]]
    # Wireshark shows no dissector a WebSocket message without a byte.
    data = [bytes.fromhex(each["hex"]) for each in vectors if each["hex"]]
    shown = over_wires(tshark, tmp_path, data)
    for one, message in zip(data, shown, strict=True):
        assert alike(message, expected(one)), (one.hex(), message, expected(one))
    errors = [message[-1][2] for message in shown if message[-1][2]]
    assert sorted(errors) == sorted(each["error"] for each in VECTORS["invalid"] if each["hex"])


def test_of_mangled_messages_it_thinks_as_the_codec_does(tshark: Path, tmp_path: Path) -> None:
    seeds = [bytes.fromhex(each["hex"]) for each in VECTORS["valid"]]
    data = [each for each in mutants(seeds, 3000, seed=8) if each]
    shown = over_wires(tshark, tmp_path, data)
    for one, message in zip(data, shown, strict=True):
        assert verdicts(message) == verdicts(expected(one)), one.hex()


def verdicts(message: Seen) -> list[tuple[str, str]]:
    # The codec tells a frame of type 0 from none at all no better.
    return [("" if name == "type 0x00" else name, error) for name, _, error in message]


def test_without_the_subprotocol_it_knows_a_session_by_its_hello(
    tshark: Path, tmp_path: Path
) -> None:
    hello = codec.Hello(codec.MAGIC, 1, 1, 0, 0, "bot").encode()
    shown = over_wires(tshark, tmp_path, [hello, codec.Ping(7).encode()], subprotocol="")
    assert [message[0][0] for message in shown] == ["HELLO", "PING"]
    assert over_wires(tshark, tmp_path, [codec.Ping(7).encode()], subprotocol="") == []


def test_text_is_marked(tshark: Path, tmp_path: Path) -> None:
    conversation = Conversation.of([(True, b"hello?")], "estragon.v1", opcode=1)
    write_pcap(tmp_path / "text.pcap", conversation)
    assert dissected(tshark, tmp_path / "text.pcap") == [[("", {}, "TEXT_FRAME")]]


def test_the_classic_endpoint_is_told_of_on_the_port_that_one_names(
    tshark: Path, tmp_path: Path
) -> None:
    vectors = [*CLASSIC["valid"], *(each for each in CLASSIC["invalid"] if each["hex"])]
    data = [bytes.fromhex(each["hex"]) for each in vectors]
    data += [each for each in mutants(data, 1000, seed=9) if each]
    write_pcap(tmp_path / "classic.pcap", Conversation.of([(False, each) for each in data]))
    shown = dissected(tshark, tmp_path / "classic.pcap", proto="estragon_classic")
    for one, [(_, fields, error)] in zip(data, shown, strict=True):
        message, refusal = classic_verdict(one)
        assert error == refusal, one.hex()
        if message is not None:
            assert fields.keys() == dataclasses.asdict(message).keys(), one.hex()
            assert fields["player_id"] == message.player_id


def classic_verdict(data: bytes) -> tuple[classic.Message | None, str]:
    try:
        return classic.decode(data), ""
    except DecodeError as error:
        return None, error.code.name

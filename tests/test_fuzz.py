"""Whatever bytes come: decoders read them or refuse them, and all of them judge alike."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protocol_spec import classic, codec
from protocol_spec.codec import DecodeError
from tests.godot_client import complaints, run_godot
from tests.mutants import mutants
from tests.toolbox import find
from tests.verdicts import COUNT, seeds, verdict, write_verdicts

MANGLED = st.builds(
    lambda seed: next(mutants(seeds(), 1, seed=seed)), st.integers(0, 2**32)
) | st.binary(max_size=300)
CLASSIC_SEEDS = [
    classic.PlayerUpdate(7, 1.5, -2.5, 0.0, 90.0, 3.0).encode(),
    classic.PlayerJoin(7).encode(),
    classic.PlayerLeave(7).encode(),
    classic.ChatMessage(7, "Привет 👋", 1.0).encode(),
]
MANGLED_CLASSIC = st.builds(
    lambda seed: next(mutants(CLASSIC_SEEDS, 1, seed=seed)), st.integers(0, 2**32)
) | st.binary(max_size=60)


@settings(max_examples=3000, deadline=None)
@given(MANGLED)
def test_bytes_are_read_or_refused_and_what_was_read_is_written_as_it_was(data: bytes) -> None:
    error, messages = verdict(data)
    again = b"".join(each.encode() for each in messages)
    assert verdict(again) == ("EMPTY_MESSAGE" if not messages else "", messages)
    if not error:
        assert len(again) <= len(data)


@settings(max_examples=3000, deadline=None)
@given(MANGLED_CLASSIC)
def test_classic_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        message = classic.decode(data)
    except DecodeError:
        return
    again = message.encode()
    # A float that is no number may come back in other bits.
    assert len(again) <= len(data)
    assert type(classic.decode(again)) is type(message)


@settings(max_examples=1000, deadline=None)
@given(st.binary(max_size=200))
def test_records_are_read_whole(data: bytes) -> None:
    for record in (codec.Command, codec.PlayerState, codec.CellChange, codec.CellEdit):
        whole = data[: len(data) // record.SIZE * record.SIZE]
        assert b"".join(each.pack() for each in record.unpack(whole)) == whole


@pytest.fixture(scope="module")
def verdicts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("verdicts") / "verdicts.json"
    write_verdicts(path)
    return path


def test_the_mangled_messages_have_every_fault_and_many_have_none(verdicts: Path) -> None:
    rows = json.loads(verdicts.read_text(encoding="utf-8"))
    errors = [row["error"] for row in rows]
    assert set(errors) == {
        "",
        "EMPTY_MESSAGE",
        "LENGTH_BEYOND_END",
        "UNKNOWN_TYPE",
        "TRUNCATED",
        "VALUE_TOO_LONG",
        "BAD_TEXT",
    }
    assert COUNT / 10 < errors.count("") < COUNT * 0.9


def test_the_javascript_codec_judges_them_alike(verdicts: Path) -> None:
    done = subprocess.run(
        [find("node"), Path(__file__).with_name("codec_verdicts.mjs"), verdicts],
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "judged alike" in done.stdout


def test_godots_codec_judges_them_alike(godot: Path, verdicts: Path) -> None:
    output = run_godot("res://tests/judge.tscn", "--", f"--verdicts={verdicts}")
    assert complaints(output) == []
    assert "judged alike" in output

"""What PROTOCOL.md shows is so: its bytes are those of the vectors, its smallest client plays."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from protocol_spec import codec
from protocol_spec.clock import Clock
from protocol_spec.conformance.rules import PAGE
from tests.running import RunningServer

TEXT = PAGE.read_text(encoding="utf-8")
VECTORS = json.loads((PAGE.parent / "vectors/messages.json").read_text(encoding="utf-8"))
WANTED_LINES = 12


def section(title: str) -> str:
    return TEXT.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def bytes_of(block: str) -> str:
    """The hexadecimal digits of an example: what stands in front of each line's words."""
    lines = block.splitlines()
    words_begin = re.match(r"\S+ {2,}", lines[0])
    width = words_begin.end() if words_begin else None
    return "".join(line[:width].replace(" ", "") for line in lines)


EXAMPLES = [
    part
    for block in re.findall(r"```\n(.*?)```", section("Examples in bytes"), re.DOTALL)
    for part in block.split("\n\n")
]


def test_there_are_examples() -> None:
    assert len(EXAMPLES) >= 8


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda each: each.splitlines()[0])
def test_an_example_is_what_the_codec_and_the_vectors_say(example: str) -> None:
    digits = bytes_of(example)
    frames = list(codec.parse(bytes.fromhex(digits)))
    for kind, payload in frames:
        codec.decode(kind, payload)
    told = re.search(r"type (\d+), ([A-Z_]+)", example)
    if told is not None:
        assert frames[0][0] == int(told[1]) == codec.MessageType[told[2]]
    known = "|".join(each["hex"].replace(" ", "") for each in VECTORS["valid"])
    assert digits in known, "the page says that it is one of the vectors"


def test_the_smallest_client_walks_east(server: RunningServer, tmp_path: Path) -> None:
    found = re.search(r"```python\n(.*?)```", section("The smallest client"), re.DOTALL)
    assert found is not None
    program = tmp_path / "smallest.py"
    program.write_text(found[1].replace("ws://127.0.0.1:8000/ws", server.url), encoding="utf-8")
    client = subprocess.Popen(
        [sys.executable, "-u", str(program)], stdout=subprocess.PIPE, text=True
    )
    try:
        assert client.stdout is not None
        lines = [client.stdout.readline() for _ in range(WANTED_LINES)]
    finally:
        client.kill()
        client.communicate()
    pattern = r"tick (\d+): (\d+\.\d\d) east, (\d+\.\d\d) south\n"
    told = [re.fullmatch(pattern, line) for line in lines]
    assert None not in told, lines
    east = [float(each[2]) for each in told if each is not None]
    assert east == sorted(east)
    assert east[-1] > east[0] + 1


def test_the_clock_of_the_example_goes_as_the_page_says() -> None:
    """Moments are in ticks of the client's own clock."""
    clock = Clock(20)
    sent: list[tuple[float, int]] = []
    leads: list[int] = []
    for n in range(1, 600):
        tick = 1000 + n
        # It was done a tick ago; what was sent a tick before that, or earlier, had arrived.
        arrived = [each for at, each in sent if at + 2 <= n]
        leads.append(arrived[-1] - tick if arrived else -128)
        clock.advance(n / 20)
        clock.observe_round_trip(2 / 20, n / 20)
        clock.observe_snapshot(tick, leads[-1], n / 20)
        clock.advance((n + 0.5) / 20)
        if clock.is_ready:
            newest = sent[-1][1] if sent else clock.input_tick() - 1
            for each in range(newest + 1, clock.input_tick() + 1):
                sent.append((n + 0.5, each))
                clock.note_sent(each)
    assert sent[0] == (5.5, 1011)
    assert "half a tick after n = 5, is for 1011" in TEXT
    first_lead = next(each for each in leads if each > -128)
    assert f"The snapshots then say `lead` {first_lead}:" in TEXT
    assert set(leads[200:]) == {1, 2}
    assert "until `lead` is 1 or 2." in TEXT

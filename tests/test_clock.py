"""The clock of the reference client against the vectors that were written by hand.

Godot runs the same ones in godot_client/tests/test_clock.gd.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from protocol_spec.clock import Clock

VECTORS = json.loads(
    (Path(__file__).parents[1] / "protocol_spec/vectors/clock.json").read_text(encoding="utf-8")
)
NO_COMMAND_YET = -128


@pytest.mark.parametrize("vector", VECTORS["vectors"], ids=lambda vector: str(vector["name"]))
def test_the_reference_clients_clock_does_as_the_vector_says(vector: dict[str, Any]) -> None:
    rate = VECTORS["tick_rate"]
    clock = Clock(rate)
    clock.advance(vector["steps"][0]["n"] / rate)
    sent: int | None = None
    for step in vector["steps"]:
        times = int(step.get("until", step["n"]) - step["n"]) + 1
        for turn in range(times):
            now = (step["n"] + turn) / rate
            clock.advance(now)
            if "trip" in step:
                clock.observe_round_trip(step["trip"] / rate, now)
            if "snapshot" in step:
                lead = step.get("lead", NO_COMMAND_YET)
                clock.observe_snapshot(step["snapshot"] + turn, lead, now)
            if clock.is_ready:
                newest = clock.input_tick()
                for tick in range(newest if sent is None else sent + 1, newest + 1):
                    clock.note_sent(tick)
                    sent = tick
        if "command" in step:
            assert sent == step["command"], f"n = {now * rate}"
        if "jitter" in step:
            assert clock.jitter_seconds * rate == pytest.approx(step["jitter"]), f"n = {now * rate}"

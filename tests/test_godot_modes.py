"""The real Godot client plays each mode to its end, against two bots."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from protocol_spec.codec import ModeMark
from tests.godot_client import GodotPlayer, Plan, Step
from tests.playing_bots import two_bots, world_with
from tests.running import running_server

pytestmark = pytest.mark.usefixtures("godot")

NAME = "Estragon"


SETTINGS: dict[str, dict[str, Any]] = {
    "tag": {"round_seconds": 12, "pause_seconds": 5, "least_players": 3},
    "race": {"round_seconds": 60, "pause_seconds": 5, "least_players": 3},
    "build": {"guests_build": True, "areas": {"start": ["builder"]}},
    "free_roam": {},
}


def play(tmp_path: Path, mode: str, plan: Plan) -> tuple[list[Step], Mapping[int, Any]]:
    """What Godot told while it played, and the table as a bot saw it at the end."""
    world_with(tmp_path / "data", mode, SETTINGS[mode])

    async def scene(url: str, godot: GodotPlayer) -> Mapping[int, Any]:
        async with two_bots(url) as bots:
            await asyncio.to_thread(godot.finish, 90)
            return dict(bots[0].client.session.scores)

    with (
        running_server(tmp_path) as server,
        GodotPlayer(plan, tmp_path / "plan.json", address=server.address, name=NAME) as godot,
    ):
        scores = asyncio.run(scene(server.url, godot))
    return godot.events, scores


def own_row(events: list[Step], phase: str) -> list[int]:
    """Godot's score, time and marks when that phase began."""
    told = next(each for each in events if each["event"] == "phase" and each["phase"] == phase)
    row: list[int] = [int(each) for each in told["own"]]
    return row


def heard(events: list[Step]) -> list[str]:
    """The sounds, but for those that are heard all the time."""
    return [str(each["sound"]) for each in events if each["event"] == "heard"]


def phases(mode: str, *names: str) -> list[Step]:
    return [{"do": "wait_phase", "mode": mode, "phase": each, "seconds": 40} for each in names]


def test_godot_plays_tag_to_the_end_of_the_round(tmp_path: Path) -> None:
    plan = [
        {"do": "join"},
        *phases("tag", "running"),
        {"do": "run_after", "seconds": 30},
        *phases("tag", "over"),
        {"do": "quit"},
    ]
    events, _ = play(tmp_path, "tag", plan)
    score, _, marks = own_row(events, "over")
    assert not marks & (ModeMark.IT | ModeMark.SPECTATOR)
    assert abs(score) < 100
    texts = [each["text"] for each in events if each["event"] == "chat"]
    assert any("is it now, caught by" in each for each in texts)
    sounds = heard(events)
    assert sounds[0] == "join"
    assert "start" in sounds
    assert {"caught", "point"} & set(sounds)
    assert ("win" in sounds) is bool(marks & ModeMark.WINNER)


def test_godot_races_to_the_finish(tmp_path: Path) -> None:
    plan = [
        {"do": "join"},
        *phases("race", "running"),
        {"do": "race", "seconds": 60},
        *phases("race", "over"),
        {"do": "quit"},
    ]
    events, scores = play(tmp_path, "race", plan)
    score, time, marks = own_row(events, "over")
    assert score == 1
    assert 60 <= time < 1200
    assert marks & ModeMark.FINISHED
    sounds = [each for each in heard(events) if each not in ("jump", "land")]
    assert sounds[:2] == ["join", "start"]
    # The start, two checkpoints and the line.
    assert sounds.count("point") >= 3
    assert ("win" in sounds) is bool(marks & ModeMark.WINNER)
    assert len(scores) >= 2


def test_godot_builds_and_reads_where_it_may_not(tmp_path: Path) -> None:
    things = 1
    plan = [
        {"do": "join"},
        *phases("build", "none"),
        {"do": "build", "tile": "crate", "at": [30, 4]},
        {"do": "wait_tile", "layer": things, "at": [30, 4], "tile": "crate"},
        {"do": "build", "tile": "crate", "at": [8, 12]},
        {"do": "wait_chat", "text": "You may not build in this area."},
        *phases("build", "none"),
        {"do": "quit"},
    ]
    events, _ = play(tmp_path, "build", plan)
    rows = [each["own"] for each in events if each["event"] == "phase"]
    assert [row[0] for row in rows] == [0, 1]
    assert heard(events) == ["join", "land"]


def test_godot_roams_freely(tmp_path: Path) -> None:
    plan = [
        {"do": "join"},
        *phases("free_roam", "none"),
        {"do": "go", "to": [20, 16], "seconds": 40},
        {"do": "quit"},
    ]
    events, scores = play(tmp_path, "free_roam", plan)
    assert any(each["event"] == "walked" for each in events)
    assert scores == {}

"""The guide to a mode of one's own: its code is run as it stands there."""

from __future__ import annotations

import asyncio
import re
import shlex
from pathlib import Path

from protocol_spec.client import Client
from server.mapmakers import Area
from server.modes.mode import Mode
from server.modes.mode_world import ModeWorld
from tests.desks import operator
from tests.playing_bots import world_with
from tests.running import RunningServer, running_server

ROOT = Path(__file__).parents[1]
GUIDE = (ROOT / "server/modes/README.md").read_text(encoding="utf-8")


def block(language: str) -> str:
    found = re.search(rf"```{language}\n(.*?)```", GUIDE, re.DOTALL)
    assert found is not None
    return found[1]


def test_the_guides_mode_is_played_as_the_guide_says(tmp_path: Path) -> None:
    file = tmp_path / "hill.py"
    file.write_text(block("python"), encoding="utf-8")
    # Where the first one comes in is the hill.
    world_with(tmp_path / "data", "free_roam", {}, (Area("hill", 9, 13, 3, 3),))
    order = next(line for line in block("sh").splitlines() if line.startswith("estragon world"))
    words = shlex.split(order.replace("village", "free_roam").replace("points=30", "points=2"))

    async def scene(server: RunningServer) -> None:
        king = await Client.join(server.url, "Vladimir")
        await asyncio.to_thread(operator, server, *words[1:])
        await king.wait_for(lambda each: each.mode is not None and each.mode.mode == "hill:Hill")
        assert king.session.mode is not None
        assert king.session.mode.texts.split("\x1f")[:2] == ["en", "Take the hill!"]
        await king.wait_for(lambda each: bool(each.mode_news))
        assert "Vladimir is up!" in king.session.mode_news[0].texts
        await king.wait_for(lambda each: each.scores[each.player_id].score == 1)
        await king.wait_for(lambda each: each.mode is not None and "King: Vlad" in each.mode.texts)
        assert king.session.scores[king.session.player_id].score == 0
        king.session.say("/kings")
        await king.wait_for(lambda each: "Kings so far" in each.mode_news[-1].texts)
        assert "Vladimir" in king.session.mode_news[-1].texts
        # The file is changed, and the same order takes it up, with what the mode has kept.
        file.write_text(block("python").replace("Kings so far", "They were"), encoding="utf-8")
        await asyncio.to_thread(operator, server, *words[1:])
        heard = king.session.state
        assert heard is not None
        # It begins with the next tick.
        await king.wait_for(
            lambda each: each.state is not None and each.state.tick > heard.tick + 1
        )
        king.session.say("/kings")
        await king.wait_for(
            lambda each: any("They were: Vladimir" in news.texts for news in each.mode_news)
        )
        await king.close()

    environment = {"PYTHONPATH": f"{tmp_path}:{ROOT}"}
    with running_server(tmp_path, environment=environment) as server:
        asyncio.run(scene(server))
        assert "hill:Hill" in operator(server, "world", "list")


def test_the_guide_names_all_hooks_and_all_that_a_mode_can_do() -> None:
    hooks = {each for each in vars(Mode) if not each.startswith("_") and callable(vars(Mode)[each])}
    told = set(re.findall(r"`(\w+)\(", GUIDE.partition("## The hooks")[2]))
    assert hooks - {"Settings"} - told == set()
    host_only = {"came", "went", "greeting", "take_frames", "take_private_frames"}
    calls = {each for each in vars(ModeWorld) if not each.startswith("_")} - host_only
    assert calls - set(re.findall(r"`(\w+)", GUIDE.partition("## What a mode can do")[2])) == set()

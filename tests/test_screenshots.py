"""What a person sees: the menu, and the world with five bots, in a real window on a virtual screen.

`make screenshots` keeps the pictures in godot_client/screenshots, where the README shows them.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from tests.conftest import needed
from tests.displays import virtual_display
from tests.godot_client import GodotPlayer, Plan, run_godot
from tests.running import RunningServer

BOTS = 5


@pytest.fixture(scope="module")
def display() -> Iterator[dict[str, str]]:
    needed("Xvfb")
    needed("godot")
    run_godot("--import", timeout_seconds=300)
    with virtual_display() as variables:
        yield variables


@pytest.fixture(scope="module")
def populated(server: RunningServer) -> Iterator[RunningServer]:
    """A server with bots that walk about."""
    command = [sys.executable, "-m", "server", "bots", server.url, "--count", str(BOTS)]
    bots = subprocess.Popen([*command, "--seconds", "600"], stdout=subprocess.DEVNULL)
    try:
        server.wait_for_players(BOTS)
        yield server
    finally:
        bots.kill()
        bots.wait()


def folder_for(tmp_path: Path) -> Path:
    folder = Path(os.environ.get("ESTRAGON_SCREENSHOTS") or tmp_path)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.mark.parametrize(("locale", "name"), [("en", "Estragon"), ("ru", "Эстрагон")])
def test_the_menu_and_the_world_are_pictures_of_something(
    populated: RunningServer,
    display: dict[str, str],
    tmp_path: Path,
    locale: str,
    name: str,
) -> None:
    folder = folder_for(tmp_path)
    menu, world = folder / f"menu_{locale}.png", folder / f"world_{locale}.png"
    plan: Plan = [
        {"do": "fill_in", "world": "village"},
        {"do": "pause", "for": 1},
        {"do": "screenshot", "path": str(menu)},
        {"do": "join", "world": "village"},
        {"do": "wait_world"},
        {"do": "say", "text": "Nothing to be done." if locale == "en" else "Ничего не поделаешь."},
        {"do": "walk", "action": "move_down", "tiles": 1, "seconds": 40},
        {"do": "pause", "for": 1.5},
        {"do": "screenshot", "path": str(world)},
        {"do": "quit"},
    ]
    with GodotPlayer(
        plan,
        tmp_path / "plan.json",
        address=populated.address,
        name=name,
        locale=locale,
        display=display,
    ) as godot:
        godot.finish(seconds=120)
        seen = {each["name"] for each in godot.events if each["event"] == "player_seen"}
    assert len(seen) >= 2
    for path in (menu, world):
        with Image.open(path) as picture:
            assert picture.size == (1280, 720)
            colours = picture.convert("RGB").resize((320, 180)).getcolors(maxcolors=320 * 180)
            assert colours is not None
            most_common = max(count for count, _ in colours)
            assert len(colours) > 200, "too few colours for a picture of the game"
            assert most_common < 320 * 180 * 0.6, "most of it is one colour"

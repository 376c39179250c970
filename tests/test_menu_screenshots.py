"""The menu, its list of servers and its settings as a person sees them, small and large, in both
languages; and that nothing in them is cut off or too small for a finger.

`make screenshots` keeps the small pictures in godot_client/screenshots.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from tests.conftest import needed
from tests.displays import virtual_display
from tests.godot_client import GodotPlayer, Plan
from tests.running import running_server
from tests.test_discovery import asking_port

TABS = ("General", "Keys", "Sound", "Screen")
LIST = "%ServerList"


@pytest.fixture(scope="module")
def display(godot: Path) -> Iterator[dict[str, str]]:
    needed("Xvfb")
    with virtual_display() as variables:
        yield variables


@pytest.mark.parametrize("size", ["1280x720", "1920x1080"])
@pytest.mark.parametrize("locale", ["en", "ru"])
def test_the_menu_its_servers_and_its_settings_are_pictures_of_something(
    display: dict[str, str], tmp_path: Path, locale: str, size: str
) -> None:
    kept = os.environ.get("ESTRAGON_SCREENSHOTS")
    folder = Path(kept) if kept and size == "1280x720" else tmp_path
    folder.mkdir(parents=True, exist_ok=True)
    greeting = "Nothing to be done." if locale == "en" else "Ничего не поделаешь."
    environment = {
        "ESTRAGON_DISCOVERY": "true",
        "ESTRAGON_DISCOVERY_PORT": "0",
        "ESTRAGON_NAME": "A country road" if locale == "en" else "Просёлочная дорога",
        "ESTRAGON_MESSAGE_OF_THE_DAY": greeting,
    }
    pictures: list[Path] = []

    def shot(name: str) -> list[dict[str, object]]:
        pictures.append(folder / f"{name}_{locale}.png")
        # No element may say more than it can show.
        return [
            {"do": "pause", "for": 0.6},
            {"do": "check_layout"},
            {"do": "screenshot", "path": str(pictures[-1])},
        ]

    def settings(tab: str) -> list[dict[str, object]]:
        opened: dict[str, object] = {"do": "click", "node": f"%SettingsPage/%{tab}Tab"}
        return [opened, *shot(f"settings_{tab.lower()}")]

    with running_server(tmp_path, environment=environment) as server:
        addresses = (f"localhost:{server.port}", "127.0.0.1:9")
        plan: Plan = [
            {"do": "fill_in", "world": "village"},
            *shot("menu_start"),
            {"do": "click", "node": "%Servers"},
            *(
                step
                for address in addresses
                for step in (
                    {"do": "type", "node": f"{LIST}/%NewAddress", "text": address},
                    {"do": "click", "node": f"{LIST}/%Add"},
                )
            ),
            {"do": "click", "node": f"{LIST}/%Saved/ServerRow/%Star"},
            {"do": "wait_text", "node": f"{LIST}/%Saved/ServerRow/%Count", "text": "0 / "},
            {"do": "wait_text", "node": f"{LIST}/%Nearby/ServerRow/%Count", "text": "0 / "},
            *shot("servers"),
            {"do": "click", "node": f"{LIST}/%Close"},
            {"do": "click", "node": "%Settings"},
            *(step for tab in TABS for step in settings(tab)),
            {"do": "quit"},
        ]
        with GodotPlayer(
            plan,
            tmp_path / "plan.json",
            address=server.address,
            name="Estragon" if locale == "en" else "Эстрагон",
            locale=locale,
            display=display,
            size=size,
            nearby_port=asking_port(server),
        ) as godot:
            godot.finish(seconds=180)
    for path in pictures:
        check_picture(path, size)


def check_picture(path: Path, size: str) -> None:
    """It shows more than nothing."""
    with Image.open(path) as picture:
        assert "{}x{}".format(*picture.size) == size
        colours = picture.convert("RGB").resize((320, 180)).getcolors(maxcolors=320 * 180)
        assert colours is not None
        assert len(colours) > 200, "too few colours for a picture of the menu"
        assert max(count for count, _ in colours) < 320 * 180 * 0.7, "most of it is one colour"

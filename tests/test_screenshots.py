"""What a person sees: the menu, and the world with five others, in a window on a virtual screen.

`make screenshots` keeps the pictures in godot_client/screenshots, where the README shows them.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from PIL import Image

from protocol_spec import codec
from protocol_spec.client import Client, ClientSession
from tests.conftest import needed
from tests.displays import virtual_display
from tests.godot_client import GodotPlayer, Plan, run_godot
from tests.running import RunningServer

COMPANY = ("Владимир", "Pozzo", "Lucky", "Мальчик", "Winnie")


@pytest.fixture(scope="module")
def display() -> Iterator[dict[str, str]]:
    needed("Xvfb")
    needed("godot")
    run_godot("--import", timeout_seconds=300)
    with virtual_display() as variables:
        yield variables


async def keep_company(url: str, until: asyncio.Event) -> None:
    """Five that join and stroll about where everybody arrives."""
    bots = [await Client.join(url, name, look=look) for look, name in enumerate(COMPANY, 1)]
    for number, bot in enumerate(bots):
        bot.session.on_message = partial(stroll, bot.session, number)
    await until.wait()
    await asyncio.gather(*(bot.close() for bot in bots))


def stroll(session: ClientSession, number: int, message: codec.Message) -> None:
    """Some steps away from the others, then to and fro."""
    if isinstance(message, codec.WorldState):
        turn = number * 65536 // len(COMPANY)
        away = message.tick // 20 % 2 == 0
        session.walk((turn if away else turn + 32768) % 65536, pace=200)


def folder_for(tmp_path: Path) -> Path:
    folder = Path(os.environ.get("ESTRAGON_SCREENSHOTS") or tmp_path)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.mark.parametrize(("locale", "name"), [("en", "Estragon"), ("ru", "Эстрагон")])
def test_the_menu_and_the_world_are_pictures_of_something(
    server: RunningServer,
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
        *({"do": "wait_player", "name": each} for each in COMPANY),
        {"do": "pause", "for": 1.5},
        {"do": "screenshot", "path": str(world)},
        {"do": "quit"},
    ]

    async def play() -> set[str]:
        done = asyncio.Event()
        company = asyncio.create_task(keep_company(server.url, done))
        with GodotPlayer(
            plan,
            tmp_path / "plan.json",
            address=server.address,
            name=name,
            locale=locale,
            display=display,
        ) as godot:
            await asyncio.to_thread(godot.finish, seconds=120)
            done.set()
            await company
            return {each["name"] for each in godot.events if each["event"] == "player_seen"}

    assert asyncio.run(play()) == {name, *COMPANY}
    for path in (menu, world):
        with Image.open(path) as picture:
            assert picture.size == (1280, 720)
            colours = picture.convert("RGB").resize((320, 180)).getcolors(maxcolors=320 * 180)
            assert colours is not None
            most_common = max(count for count, _ in colours)
            assert len(colours) > 200, "too few colours for a picture of the game"
            assert most_common < 320 * 180 * 0.6, "most of it is one colour"

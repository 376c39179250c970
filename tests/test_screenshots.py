"""What a person sees: menu, account, the world with others, chat; in a window on a virtual screen.

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
from protocol_spec.client import Client
from protocol_spec.session import ClientSession
from server.mapmakers.arena import make_arena
from server.mapmakers.village import make_village
from tests import people
from tests.conftest import needed
from tests.displays import virtual_display
from tests.godot_client import GodotPlayer, Plan
from tests.mock_server import TILES
from tests.people import PASSWORD, QUICK, enter, hang_up, register, staff
from tests.playing_bots import two_bots, world_with
from tests.running import RunningServer, running_server

COMPANY = ("Владимир", "Pozzo", "Lucky", "Мальчик", "Winnie")


@pytest.fixture(scope="module")
def display(godot: Path) -> Iterator[dict[str, str]]:
    needed("Xvfb")
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
    menu, world, night, touch = pictures = [
        folder / f"{each}_{locale}.png" for each in ("menu", "world", "night", "touch")
    ]
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
        {"do": "night"},
        {"do": "pause", "for": 0.3},
        {"do": "screenshot", "path": str(night)},
        {"do": "leave"},
        {"do": "touch"},
        {"do": "join", "world": "village"},
        {"do": "wait_world"},
        {"do": "pause", "for": 1.5},
        {"do": "check_layout"},
        {"do": "screenshot", "path": str(touch)},
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
    for path in pictures:
        check_picture(path)


def check_picture(path: Path, size: tuple[int, int] = (1280, 720)) -> None:
    """It shows more than nothing."""
    with Image.open(path) as picture:
        assert picture.size == size
        colours = picture.convert("RGB").resize((320, 180)).getcolors(maxcolors=320 * 180)
        assert colours is not None
        most_common = max(count for count, _ in colours)
        assert len(colours) > 200, "too few colours for a picture of the game"
        assert most_common < 320 * 180 * 0.6, "most of it is one colour"


@pytest.mark.parametrize("locale", ["en", "ru"])
def test_accounts_and_chat_are_pictures_of_something(
    display: dict[str, str], tmp_path: Path, locale: str
) -> None:
    english = locale == "en"
    name = "Estragon" if english else "Эстрагон"
    say, whisper, reason, announcement, report = (
        (
            "Charming spot. Let's go.",
            "We can't. We're waiting.",
            "too much shouting",
            "The tree gets leaves at six.",
            "He pulls Lucky along on a rope and calls it a walk.",
        )
        if english
        else (
            "Чудесное место. Пойдём?",
            "Нельзя. Мы ждём.",
            "слишком много крика",
            "В шесть на дереве появятся листья.",
            "Водит Лаки на верёвке и называет это прогулкой.",
        )
    )
    folder = folder_for(tmp_path)
    pictures = [
        folder / f"{each}_{locale}.png"
        for each in ("log_in", "remembered", "account", "chat", "report")
    ]
    log_in, remembered, account, chat, complaint = map(str, pictures)
    form, entry = "%Who/%LogIn", "%ChatBox/%Entry"
    plan: Plan = [
        {"do": "fill_in", "world": "village"},
        {"do": "click", "node": "%Who/%LogInTab"},
        {"do": "type", "node": f"{form}/%Name", "text": name},
        {"do": "type", "node": f"{form}/%Password/%Entry", "text": "a wrong one"},
        {"do": "click", "node": "%Play"},
        {"do": "wait_message", "text_key": "ERROR_AUTH_FAILED"},
        {"do": "pause", "for": 1},
        {"do": "screenshot", "path": log_in},
        {"do": "type", "node": f"{form}/%Password/%Entry", "text": PASSWORD},
        {"do": "click", "node": "%Play"},
        {"do": "wait_world"},
        {"do": "leave"},
        {"do": "fill_in", "world": "village"},
        {"do": "wait_shown", "node": "%Who/%AccountName"},
        {"do": "pause", "for": 1},
        {"do": "screenshot", "path": remembered},
        {"do": "click", "node": "%Who/%Open"},
        {"do": "click", "node": "%AccountPage/%LookChooser/%Next"},
        {"do": "wait_message", "text_key": "ACCOUNT_LOOK_CHANGED"},
        {"do": "pause", "for": 1},
        {"do": "screenshot", "path": account},
        {"do": "click", "node": "%AccountPage/%Close"},
        {"do": "click", "node": "%Play"},
        {"do": "wait_world"},
        {"do": "walk", "action": "move_right", "tiles": 2},
        {"do": "press", "action": "chat"},
        {"do": "type", "node": entry, "text": say},
        {"do": "enter"},
        {"do": "wait_chat", "from": "Vladimir", "text": whisper, "kind": "heard_whisper"},
        {"do": "tell_place"},
        {"do": "wait_chat", "from": name, "text": say},
        {"do": "press", "action": "chat"},
        {"do": "type", "node": entry, "text": "/w vla"},
        {"do": "complete", "node": entry, "text": "/w Vladimir "},
        {"do": "pause", "for": 1},
        {"do": "screenshot", "path": chat},
        {"do": "ask_about", "name": "Vladimir"},
        {"do": "pick", "node": "%PlayerMenu", "item": "CHAT_REPORT"},
        {"do": "type", "node": "%ReportDialog/%Text", "text": report},
        {"do": "pause", "for": 1},
        {"do": "screenshot", "path": complaint},
        {"do": "quit"},
    ]

    async def play(server: RunningServer, godot: GodotPlayer) -> None:
        answer = await asyncio.to_thread(people.log_in, server, "Godeau")
        godeau = await enter(server, answer.told["ticket"])
        vladimir = await Client.join(server.url, "Vladimir", look=4)
        await asyncio.to_thread(godot.wait_for, "walked", seconds=90)
        await vladimir.wait_for(lambda session: any(each.text == say for each in session.chat))
        found = vladimir.session.player(name)
        assert found is not None
        godeau.session.say(f"/say {announcement}")
        godeau.session.say(f"/mute {name} 10m {reason}")
        godeau.session.say("/slow 5")
        await godeau.wait_for(lambda session: len(session.notices) >= 3)
        vladimir.session.whisper(found.player_id, whisper)
        await asyncio.to_thread(godot.finish, seconds=120)
        await hang_up(godeau, vladimir)

    staff(tmp_path / "data", ("Godeau", "owner"))
    with running_server(tmp_path, environment=QUICK) as server:
        register(server, name)
        with GodotPlayer(
            plan,
            tmp_path / "plan.json",
            address=server.address,
            name=name,
            locale=locale,
            display=display,
            home=tmp_path / "home",
            remembers=True,
        ) as godot:
            asyncio.run(play(server, godot))
    for path in pictures:
        check_picture(path)


@pytest.mark.parametrize(("locale", "size"), [("en", (1280, 720)), ("ru", (1920, 1080))])
@pytest.mark.parametrize("mode", ["tag", "race", "build"])
def test_what_is_played_is_pictures_of_something(
    display: dict[str, str], tmp_path: Path, mode: str, locale: str, size: tuple[int, int]
) -> None:
    """With two bots; the list of players is open in a second picture of tag."""
    folder = folder_for(tmp_path)
    picture, players = (folder / f"{each}_{locale}.png" for each in (mode, "players"))
    plan: list[dict[str, object]] = [
        {"do": "join"},
        {"do": "wait_world", "seconds": 60},
        {"do": "pause", "for": 6},
        {"do": "show_emote", "kind": "WAVE"},
        {"do": "walk", "action": "move_left", "tiles": 1},
        {"do": "pause", "for": 0.7},
        {"do": "screenshot", "path": str(picture)},
    ]
    if mode == "tag":
        plan += [
            {"do": "press", "action": "players"},
            {"do": "wait_shown", "node": "%PlayerList/%Names"},
            {"do": "pause", "for": 1},
            {"do": "screenshot", "path": str(players)},
        ]
    rounds = {"pause_seconds": 3, "least_players": 3, "round_seconds": 120}
    draft = make_arena(TILES, 5) if mode == "race" else make_village(TILES, 5)
    world_with(tmp_path / "data", mode, {} if mode == "build" else rounds, draft=draft)

    async def play(url: str, godot: GodotPlayer) -> None:
        async with two_bots(url):
            await asyncio.to_thread(godot.finish, seconds=180)

    with (
        running_server(tmp_path) as server,
        GodotPlayer(
            [*plan, {"do": "quit"}],
            tmp_path / "plan.json",
            address=server.address,
            name="Estragon" if locale == "en" else "Эстрагон",
            locale=locale,
            display=display,
            size="{}x{}".format(*size),
        ) as godot,
    ):
        asyncio.run(play(server.url, godot))
    check_picture(picture, size)
    if mode == "tag":
        check_picture(players, size)

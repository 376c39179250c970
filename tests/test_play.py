"""The game in a terminal: the real program in one that tmux keeps, on a real server."""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from rich.text import Text
from textual.app import App, ComposeResult

from protocol_spec import codec
from protocol_spec.client import Client
from protocol_spec.codec import AuthMethod, EmoteKind, ErrorCode, ModeMark, ModePhase, NoticeCode
from server.cli.play import words, worlds
from server.cli.play.building import tile_name
from server.cli.play.chat import ChatLog
from server.cli.play.visit import is_private
from server.cli.play.words import Words
from server.mapmakers import Draft
from server.store import Store
from tests.bad_network import BadNetwork
from tests.certificates import make_certificate
from tests.conftest import needed
from tests.mock_server import TILES, grass
from tests.people import PASSWORD, QUICK, becomes, register, staff
from tests.playing_bots import world_with
from tests.running import RunningServer, running_server

WALKED = 256 // 2
"""Half a tile, in 1/256."""
LONG_SECONDS = 3600.0


class Terminal:
    """`estragon play` in a terminal of its own."""

    def __init__(
        self,
        tmux: Path,
        socket: Path,
        url: str,
        *arguments: str,
        environment: dict[str, str] | None = None,
    ) -> None:
        self._environment = environment or {}
        self._tmux = (str(tmux), "-S", str(socket), "-f", "/dev/null")
        words = [sys.executable, "-m", "server", "play", url, *arguments]
        # The shell tells how it ended, and keeps the screen.
        line = " ".join(f"'{each}'" for each in words) + "; echo ended with $?; exec sleep 600"
        self._run("new-session", "-d", "-x", "110", "-y", "34", line)

    def _run(self, *command: str) -> str:
        environment = {**os.environ, "TERM": "xterm-256color", "LANG": "C.UTF-8", "LC_ALL": ""}
        # The size is the terminal's, and not what stands there of the one that the tests run in.
        environment |= {"COLUMNS": "", "LINES": ""} | self._environment
        done = subprocess.run(
            [*self._tmux, *command], capture_output=True, text=True, timeout=20, env=environment
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    @property
    def screen(self) -> str:
        return self._run("capture-pane", "-p")

    def press(self, *keys: str) -> None:
        self._run("send-keys", *keys)

    def type(self, text: str) -> None:
        self._run("send-keys", "-l", text)

    def resize(self, columns: int, rows: int) -> None:
        self._run("resize-window", "-x", str(columns), "-y", str(rows))

    def wait_for(self, text: str, seconds: float = 30) -> str:
        """Whatever it is wrapped like."""
        deadline = time.monotonic() + seconds
        while " ".join(text.split()) not in " ".join((screen := self.screen).split()):
            assert time.monotonic() < deadline, f"{text!r} never came:\n{screen}"
            time.sleep(0.1)
        return screen

    def end(self) -> None:
        self._run("kill-server")


@pytest.fixture
def terminals(tmp_path: Path) -> Iterator[Callable[..., Terminal]]:
    opened: list[Terminal] = []

    def open_one(url: str, *arguments: str, environment: dict[str, str] | None = None) -> Terminal:
        socket = tmp_path / f"tmux{len(opened)}"
        opened.append(Terminal(needed("tmux"), socket, url, *arguments, environment=environment))
        return opened[-1]

    yield open_one
    for each in opened:
        each.end()


def test_one_joins_walks_talks_and_quits(
    server: RunningServer, terminals: Callable[..., Terminal]
) -> None:
    async def play() -> None:
        other = await Client.join(server.url, "Estragon")
        terminal = terminals(server.url, "--name", "Vladimir", "--language", "en")
        await other.wait_for(lambda session: session.player("Vladimir") is not None, 30)
        for text in ("Players: 2", "Estragon", "village", "Arrows or WASD walk"):
            await asyncio.to_thread(terminal.wait_for, text)
        player = other.session.player("Vladimir")
        assert player is not None
        x, y = player.x, player.y
        for _ in range(10):
            await asyncio.to_thread(terminal.press, "Right")
            await asyncio.to_thread(terminal.press, "s")
        await other.wait_for(lambda session: player.x - x > WALKED or player.y - y > WALKED, 10)
        other.session.say("Shall we go?")
        await asyncio.to_thread(terminal.wait_for, "Estragon: Shall we go?")
        await asyncio.to_thread(terminal.press, "Enter")
        await asyncio.to_thread(terminal.wait_for, "Say something")
        await asyncio.to_thread(terminal.type, "Yes, let us go. Да!")
        await asyncio.to_thread(terminal.press, "Enter")
        await other.wait_for(lambda session: session.chat[-1].text == "Yes, let us go. Да!")
        await asyncio.to_thread(terminal.wait_for, "Vladimir: Yes, let us go. Да!")
        other.session.whisper(player.player_id, "they do not move")
        await asyncio.to_thread(terminal.wait_for, "Estragon whispers to you: they do not move")
        await asyncio.to_thread(terminal.resize, 60, 20)
        await asyncio.to_thread(terminal.wait_for, "Vladimir")
        await asyncio.to_thread(terminal.press, "C-q")
        await asyncio.to_thread(terminal.wait_for, "ended with 0")
        await other.wait_for(lambda session: session.player("Vladimir") is None)
        await other.close()

    asyncio.run(play())


def test_after_a_lost_connection_the_same_player_is_back(
    server: RunningServer, terminals: Callable[..., Terminal]
) -> None:
    with BadNetwork(server.port) as network:
        terminal = terminals(network.url, "--name", "Lucky", "--language", "ru")
        terminal.wait_for("Игроки: 1")
        network.cut(LONG_SECONDS)
        terminal.wait_for("Связь потеряна")
        network.cut()  # There is a way again, but not before the line was read.
        terminal.wait_for("Lucky · village")
        server.wait_for_players(1)
        terminal.press("Enter")
        terminal.wait_for("Скажите")
        terminal.type("/who")
        terminal.press("Enter")
        terminal.wait_for("Сейчас здесь:")
        terminal.press("C-q")
        terminal.wait_for("ended with 0")


def test_whose_name_is_taken_reads_so_and_chooses_another(
    server: RunningServer, terminals: Callable[..., Terminal]
) -> None:
    async def play() -> None:
        other = await Client.join(server.url, "Pozzo")
        terminal = terminals(server.url, "--name", "Pozzo", "--language", "en")
        await asyncio.to_thread(terminal.wait_for, "Somebody with this name is here already")
        await asyncio.to_thread(terminal.type, "Molloy")
        await asyncio.to_thread(terminal.press, "Enter")
        await asyncio.to_thread(terminal.wait_for, "Molloy · village")
        assert other.session.player("Molloy") is not None
        await asyncio.to_thread(terminal.press, "C-q")
        await asyncio.to_thread(terminal.wait_for, "ended with 0")
        await other.close()

    asyncio.run(play())


@pytest.mark.parametrize("address", ["ws://127.0.0.1:1/ws", "127.0.0.1:1"])
def test_where_no_server_is_one_reads_so(terminals: Callable[..., Terminal], address: str) -> None:
    terminal = terminals(address, "--name", "Nobody", "--language", "en")
    terminal.wait_for("There is no server at this address.")
    terminal.wait_for("ended with 1")


def test_where_no_game_is_spoken_one_reads_so_and_may_try_again(
    server: RunningServer, terminals: Callable[..., Terminal]
) -> None:
    terminal = terminals(f"{server.base.replace('http', 'ws')}/nowhere", "--language", "en")
    terminal.wait_for("Who are you?")
    terminal.press("Enter")
    terminal.wait_for("There is no server at this address.")
    terminal.press("C-q")
    terminal.wait_for("ended with 0")


def log_in(terminal: Terminal, password: str) -> None:
    """The name is known already."""
    terminal.type(password)
    terminal.press("Enter")


def test_an_account_comes_in_by_its_password_and_back_after_the_server_was_away(
    tmp_path: Path, terminals: Callable[..., Terminal]
) -> None:
    async def role() -> str:
        client = await Client.join(
            server.url, "Godeau", method=AuthMethod.PASSWORD, secret=PASSWORD.encode()
        )
        await client.close()
        return client.session.role

    staff(tmp_path / "data", ("Godeau", "owner"))
    with running_server(tmp_path, environment=QUICK) as server:
        terminal = terminals(server.url, "--name", "Godeau", "--login", "--language", "en")
        terminal.wait_for("Who are you?")
        terminal.wait_for("Godeau")
        log_in(terminal, "a wrong one")
        screen = terminal.wait_for("Name and password do not belong together.")
        assert "a wrong one" not in screen
        terminal.type(PASSWORD)
        assert PASSWORD not in terminal.screen
        terminal.press("Enter")
        terminal.wait_for("Godeau · ")
        terminal.press("Enter")
        terminal.wait_for("Say something")
        terminal.type("/say It is I.")
        terminal.press("Enter")
        terminal.wait_for("Godeau announces: It is I.")
        server.stop()
        terminal.wait_for("The connection was lost.")
        server.start()
        terminal.wait_for("Godeau · ")
        server.wait_for_players(1)
        assert asyncio.run(role()) == "owner"
        # Whoever comes in by the same account takes over: EST-AU-10.
        terminal.wait_for("You came in from another place")
        terminal.wait_for("ended with 1")


def test_a_guest_with_the_name_of_an_account_is_asked_for_its_password(
    tmp_path: Path, terminals: Callable[..., Terminal]
) -> None:
    with running_server(tmp_path, environment=QUICK) as server:
        register(server, "Владимир")
        terminal = terminals(server.url, "--name", "Владимир", "--language", "ru")
        terminal.wait_for("Это имя принадлежит игроку с учётной записью.")
        terminal.type(PASSWORD)
        terminal.press("Enter")
        terminal.wait_for("Владимир · ")
        terminal.press("C-q")
        terminal.wait_for("ended with 0")


def test_no_password_goes_to_another_machine_where_it_can_be_read(
    terminals: Callable[..., Terminal],
) -> None:
    terminal = terminals("ws://game.invalid/ws", "--name", "Lucky", "--login", "--language", "en")
    terminal.wait_for("Who are you?")
    log_in(terminal, PASSWORD)
    terminal.wait_for("A password is only sent over a secure connection")


@pytest.mark.parametrize(
    ("url", "is_so"),
    [
        ("wss://game.example/ws", True),
        ("ws://127.0.0.1:8000/ws", True),
        ("ws://127.3.2.1/ws", True),
        ("ws://[::1]:8000/ws", True),
        ("ws://localhost:8000/ws", True),
        ("ws://192.168.0.2:8000/ws", False),
        ("ws://localhost.example/ws", False),
        ("ws://game.example/ws", False),
        ("nonsense", False),
    ],
)
def test_what_is_private(url: str, is_so: bool) -> None:
    assert is_private(url) is is_so


def test_a_certificate_that_nobody_vouches_for_is_told_and_one_of_trust_is_taken(
    tmp_path: Path, terminals: Callable[..., Terminal]
) -> None:
    certificate = make_certificate(tmp_path / "certificate")
    staff(tmp_path / "data", ("Winnie", "player"))
    with running_server(tmp_path, certificate=certificate, environment=QUICK) as server:
        terminal = terminals(server.url, "--name", "Lucky", "--language", "en")
        terminal.wait_for("The connection is not safe")
        terminal.wait_for("ended with 1")
        trusted = {"SSL_CERT_FILE": str(certificate.authority)}
        terminal = terminals(
            server.url, "--name", "Winnie", "--login", "--language", "en", environment=trusted
        )
        terminal.wait_for("Who are you?")
        log_in(terminal, PASSWORD)
        terminal.wait_for("Winnie · ")
        terminal.press("C-q")
        terminal.wait_for("ended with 0")


def test_what_the_staff_does_is_told_with_its_reason_and_its_end(
    tmp_path: Path, terminals: Callable[..., Terminal]
) -> None:
    async def play(url: str) -> None:
        godeau = await Client.join(
            url, "Godeau", method=AuthMethod.PASSWORD, secret=PASSWORD.encode()
        )
        terminal = terminals(url, "--name", "Lucky", "--language", "en")
        await godeau.wait_for(lambda session: session.player("Lucky") is not None, 30)
        for command, said in (
            ("/slow 5", "From now on everybody may write once in 5 seconds."),
            ("/slow 0", "Everybody may write as often as they like again."),
            ("/warn Lucky think more quietly", "The staff warns you: think more quietly"),
            ("/mute Lucky 90m too loud", "Reason: “too loud”. It holds for another 90 minutes."),
            ("/unmute Lucky", "You may write again."),
            ("/ban Lucky 3d thinking aloud", "It holds for another 3 days, until 20"),
        ):
            godeau.session.say(command)
            # A line that is long enough is wrapped.
            await asyncio.to_thread(terminal.wait_for, said)
        assert "Reason: “thinking aloud”." in terminal.screen
        await asyncio.to_thread(terminal.wait_for, "ended with 1")
        await godeau.close()

    staff(tmp_path / "data", ("Godeau", "owner"))
    with running_server(tmp_path, environment=QUICK) as server:
        asyncio.run(play(server.url))


def test_what_was_written_comes_again_and_names_and_commands_are_completed(
    server: RunningServer, terminals: Callable[..., Terminal]
) -> None:
    async def play() -> None:
        other = await Client.join(server.url, "Estragon")
        terminal = terminals(server.url, "--name", "Vladimir", "--language", "en")
        await other.wait_for(lambda session: session.player("Vladimir") is not None, 30)

        async def write(*keys: str) -> None:
            await asyncio.to_thread(terminal.press, "Enter")
            await asyncio.to_thread(terminal.wait_for, "Tab completes")
            for key in keys:
                act = terminal.press if key in ("Tab", "Up", "Down") else terminal.type
                await asyncio.to_thread(act, key)

        async def said(text: str) -> None:
            count = len(other.session.chat)
            await asyncio.to_thread(terminal.press, "Enter")
            await other.wait_for(lambda session: len(session.chat) > count)
            await asyncio.to_thread(terminal.wait_for, "Arrows or WASD")
            assert other.session.chat[-1].text == text

        await write("one")
        await said("one")
        await write("two")
        await said("two")
        await write("draft", "Up", "Up", "Down", "Up")
        await said("one")
        await write("/who")
        await asyncio.to_thread(terminal.press, "Enter")
        await asyncio.to_thread(terminal.wait_for, "Players here:")
        await asyncio.to_thread(terminal.wait_for, "Arrows or WASD")
        await write("/w estr")
        await asyncio.to_thread(terminal.wait_for, "/w estragon")
        await asyncio.to_thread(terminal.press, "Tab")
        await asyncio.to_thread(terminal.wait_for, "/w Estragon")
        await asyncio.to_thread(terminal.type, "psst")
        await asyncio.to_thread(terminal.press, "Enter")
        await other.wait_for(lambda session: any(w.text == "psst" for w in session.whispers))
        await asyncio.to_thread(terminal.press, "C-q")
        await asyncio.to_thread(terminal.wait_for, "ended with 0")
        await other.close()

    asyncio.run(play())


def test_what_is_played_and_how_one_stands_is_shown(
    tmp_path: Path, terminals: Callable[..., Terminal]
) -> None:
    async def play(url: str) -> None:
        other = await Client.join(url, "Estragon")
        terminal = terminals(url, "--name", "Vladimir", "--language", "ru")
        await asyncio.to_thread(terminal.wait_for, "Салки")
        await asyncio.to_thread(terminal.wait_for, "Бегите!")
        await other.wait_for(
            lambda session: session.mode is not None and session.mode.phase == ModePhase.RUNNING
        )
        chaser = next(
            session_name(other, each.player_id)
            for each in other.session.scores.values()
            if each.marks & ModeMark.IT
        )
        await asyncio.to_thread(terminal.wait_for, f"Водит {chaser}. Бегите!")
        for shown in (r"Бегите!\s+\d:\d\d", r"Vladimir +0"):
            await asyncio.to_thread(
                becomes,
                lambda: terminal.screen,
                lambda screen, shown=shown: bool(re.search(shown, screen)),
            )
        other.session.show(EmoteKind.WAVE)
        await asyncio.to_thread(terminal.wait_for, "Estragon · Привет!")
        await asyncio.to_thread(terminal.press, "C-q")
        await asyncio.to_thread(terminal.wait_for, "ended with 0")
        await other.close()

    world_with(
        tmp_path / "data", "tag", {"pause_seconds": 1, "least_players": 2, "round_seconds": 120}
    )
    with running_server(tmp_path) as server:
        asyncio.run(play(server.url))


def session_name(client: Client, player_id: int) -> str:
    return client.session.players[player_id].name


def test_one_chooses_a_world_builds_where_it_is_allowed_and_shows_something(
    tmp_path: Path, terminals: Callable[..., Terminal]
) -> None:
    async def play(url: str) -> None:
        other = await Client.join(url, "Estragon", world="arena")
        terminal = terminals(url, "--language", "en")

        async def press(*keys: str) -> None:
            await asyncio.to_thread(terminal.press, *keys)

        async def shown(text: str) -> str:
            return await asyncio.to_thread(terminal.wait_for, text)

        async def is_tile(cell: tuple[int, int], name: str) -> None:
            tile = TILES[name] if name else 0
            await other.wait_for(lambda session: session.tile_at(1, *cell) == tile, 30)

        await shown("arena Free roam 1")
        await asyncio.to_thread(terminal.type, "Vladimir")
        await press("Tab", "Tab", "Down", "Enter")
        await shown("Vladimir · arena · Free roam")
        await press("q")
        await shown("What do you show?")
        await press("2")
        await other.wait_for(lambda session: bool(session.emotes), 30)
        assert other.session.emotes[0].kind == EmoteKind.LAUGH
        await press("b")
        await shown("Building path")
        await press("Space")
        await shown("You may not change this map.")
        # Escape and a letter at once would be one key to a terminal.
        await press("b")
        await shown("Arrows or WASD walk")
        await press("m")
        await shown("Where to?")
        await press("1")
        await shown("Vladimir · build · Building")
        await other.wait_for(lambda session: session.player("Vladimir") is None, 30)
        await other.close()

        other = await Client.join(url, "Estragon", world="build")
        player = other.session.player("Vladimir")
        assert player is not None
        beside = (player.x >> 8) + 1, player.y >> 8
        below = beside[0], beside[1] + 1
        await press("b")
        await shown("Building path")
        await press("6", "Space")
        await is_tile(beside, "crate")
        await press("Down", "BTab", "Enter")
        await is_tile(below, "fence")
        await press("x")
        await is_tile(below, "")
        await press("u")
        await is_tile(below, "fence")
        await press("r")
        await is_tile(below, "")
        await press("r")
        await shown("There is nothing to undo or redo.")
        await press("Escape")
        await shown("Arrows or WASD walk")
        assert player.x >> 8 == beside[0] - 1, "the arrows moved the cursor alone"

        full = [await Client.join(url, name, world="arena") for name in ("Pozzo", "Lucky")]
        await press("m")
        await shown("arena Free roam 2")
        await press("2")
        await shown("This world is full.")
        await other.wait_for(lambda session: session.player("Vladimir") is not None, 30)
        await shown("You are in the world build now.")
        await press("C-q")
        await shown("ended with 0")
        for each in (other, *full):
            await each.close()

    world_with(tmp_path / "data", "build", {"guests_build": True})
    store = Store(tmp_path / "data")
    store.add_world(
        "arena", "free_roam", store.add_map("arena", Draft(grass(32, 32), ((9, 9),), ()), TILES)
    )
    store.close()
    with running_server(tmp_path, environment={"ESTRAGON_MAX_PLAYERS": "2"}) as server:
        asyncio.run(play(server.url))


def test_a_stranger_who_answers_for_a_server_says_nothing_that_hurts() -> None:
    answers: list[object] = [None, [], {}, {"worlds": 7}, {"worlds": [3]}]
    for answer in answers:
        info = worlds.read(answer)
        assert info is None or info.worlds == ()
    told = {"name": 5, "worlds": [{"name": ["x"], "players": "many"}, {"name": "arena"}]}
    info = worlds.read(told)
    assert info is not None
    assert [each.name for each in info.worlds] == ["", "arena"]


def test_what_a_server_says_of_itself_may_come_in_pieces() -> None:
    body = b'{"name": "A road", "worlds": [{"name": "arena"}]}'
    head = b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"

    async def scene() -> worlds.ServerInfo | None:
        async def say(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(head + body[:9])
            await writer.drain()
            await asyncio.sleep(0.1)  # Without it the pieces may arrive as one.
            writer.write(body[9:])
            writer.close()

        async with await asyncio.start_server(say, "127.0.0.1", 0) as server:
            port = server.sockets[0].getsockname()[1]
            return await worlds.ask(f"ws://127.0.0.1:{port}/ws")

    info = asyncio.run(scene())
    assert info is not None
    assert [each.name for each in info.worlds] == ["arena"]


def test_a_tile_is_called_as_a_person_says_it() -> None:
    assert tile_name("stone_wall", "en") == "stone wall"
    assert tile_name("stone_wall", "ru") == "каменная ограда"
    assert tile_name("own_thing", "ru") == "own thing"


def test_a_line_that_the_staff_takes_away_is_gone() -> None:
    class Page(App[None]):
        def compose(self) -> ComposeResult:
            yield ChatLog()

    async def look() -> list[str]:
        page = Page()
        async with page.run_test() as pilot:
            log = page.query_one(ChatLog)
            for number, text in enumerate(("first", "rude", "last")):
                log.say(Text(text), (7, number))
            log.take_away((7, 1))
            log.take_away((8, 2))
            await pilot.pause()
            return [each.text for each in log.lines]

    assert asyncio.run(look()) == ["first", "last"]


def test_everything_is_said_in_both_languages() -> None:
    for table in words._TABLE.values():
        assert set(table) == set(words.LANGUAGES)
        assert all(table.values())
    for code in ErrorCode:
        assert f"ERROR_{code.name}" in words._TABLE
    for kind in EmoteKind:
        assert f"EMOTE_{kind.name}" in words._TABLE
    values = {NoticeCode.MUTED: "loud\x1f10", NoticeCode.SLOW_MODE: "5"}
    for notice in NoticeCode:
        for language in words.LANGUAGES:
            told = Words(language).notice(codec.Notice(notice, values.get(notice, "a\x1fb")))
            assert told
            assert not any("{" in line for line in told)


def test_every_text_of_the_modes_is_in_the_terminals_words() -> None:
    folder = Path(words.__file__).parents[2] / "modes"
    keys = {
        key
        for path in folder.glob("*.py")
        for key in re.findall(r'Text\("(\w+)"', path.read_text())
    }
    assert len(keys) > 10
    assert keys <= words._TABLE.keys()


@pytest.mark.parametrize(
    ("language", "seconds", "told"),
    [
        ("en", 1, "1 second"),
        ("en", 100, "2 minutes"),
        ("en", 3 * 86400, "3 days"),
        ("ru", 1, "1 секунду"),
        ("ru", 22, "22 секунды"),
        ("ru", 600, "10 минут"),
        ("ru", 11 * 3600, "11 часов"),
        ("ru", 21 * 86400, "21 день"),
    ],
)
def test_how_long_something_is_has_the_right_ending(language: str, seconds: int, told: str) -> None:
    assert Words(language).duration(seconds * 1000) == told


@pytest.mark.parametrize(
    ("code", "retry_after_ms", "text", "told"),
    [
        (ErrorCode.AUTH_TOO_MANY_TRIES, 61_000, "", "Too many tries. Try again in 61 seconds."),
        (
            ErrorCode.CHAT_MUTED,
            0,
            "",
            "You may not write for now. It holds until the staff lifts it.",
        ),
        (ErrorCode.BANNED, 0, "", "You may not come in here. It holds for good."),
        (ErrorCode.KICKED, 0, "loud", "You were sent out of the game. Reason: “loud”."),
        (
            ErrorCode.COMMAND_USAGE,
            0,
            "/mute player [duration] [text]",
            "The command wants something else. /mute name [10m, 2h or 3d] [text]",
        ),
        (250, 0, "from tomorrow", "The server ended the connection."),
    ],
)
def test_an_error_is_told_in_words(code: int, retry_after_ms: int, text: str, told: str) -> None:
    assert Words("en").error(codec.Error(code, 0, 0, retry_after_ms, text)) == told


def test_a_mode_without_words_of_ours_has_its_own() -> None:
    texts = "\x1f".join(("en", "Hide!", "ru", "Прячьтесь!"))
    assert Words("ru").told("HIDE", "", texts) == "Прячьтесь!"
    assert Words("en").told("HIDE", "", texts) == "Hide!"
    assert Words("en").told("HIDE", "", "") == ""
    assert Words("en").mode("hide") == "hide"


@pytest.mark.parametrize(
    ("variables", "language"),
    [
        ({"LANG": "ru_RU.UTF-8"}, "ru"),
        ({"LANG": "ru_RU.UTF-8", "LC_ALL": "C.UTF-8"}, "en"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
        ({}, "en"),
    ],
)
def test_the_language_is_the_terminals(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], language: str
) -> None:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert words.own_language() == language
    assert Words(language)("players") in ("Players", "Игроки")

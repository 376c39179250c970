"""The game in a terminal: the real program in one that tmux keeps, on a real server."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from protocol_spec.client import Client
from protocol_spec.codec import ErrorCode
from server.cli.play import words
from server.cli.play.words import Words
from tests.bad_network import BadNetwork
from tests.conftest import needed
from tests.running import RunningServer

WALKED = 256 // 2
"""Half a tile, in 1/256."""


class Terminal:
    """`estragon play` in a terminal of its own."""

    def __init__(self, tmux: Path, socket: Path, url: str, *arguments: str) -> None:
        self._tmux = (str(tmux), "-S", str(socket), "-f", "/dev/null")
        words = [sys.executable, "-m", "server", "play", url, *arguments]
        # The shell tells how it ended, and keeps the screen.
        line = " ".join(f"'{each}'" for each in words) + "; echo ended with $?; exec sleep 60"
        self._run("new-session", "-d", "-x", "110", "-y", "34", line)

    def _run(self, *command: str) -> str:
        environment = {**os.environ, "TERM": "xterm-256color", "LANG": "C.UTF-8", "LC_ALL": ""}
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
        deadline = time.monotonic() + seconds
        while text not in (screen := self.screen):
            assert time.monotonic() < deadline, f"{text!r} never came:\n{screen}"
            time.sleep(0.1)
        return screen

    def end(self) -> None:
        self._run("kill-server")


@pytest.fixture
def terminals(tmp_path: Path) -> Iterator[Callable[..., Terminal]]:
    opened: list[Terminal] = []

    def open_one(url: str, *arguments: str) -> Terminal:
        socket = tmp_path / f"tmux{len(opened)}"
        opened.append(Terminal(needed("tmux"), socket, url, *arguments))
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
        screen = await asyncio.to_thread(terminal.wait_for, "Players: 2")
        assert "Estragon" in screen
        assert "village" in screen
        assert "Arrows or WASD walk" in screen
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
        network.cut()
        terminal.wait_for("Связь потеряна")
        terminal.wait_for("Lucky · village")
        server.wait_for_players(1)
        terminal.press("Enter")
        terminal.wait_for("Скажите")
        terminal.type("/who")
        terminal.press("Enter")
        terminal.wait_for("Сейчас здесь:")
        terminal.press("C-q")
        terminal.wait_for("ended with 0")


def test_who_may_not_come_in_reads_why(
    server: RunningServer, terminals: Callable[..., Terminal]
) -> None:
    async def play() -> None:
        other = await Client.join(server.url, "Pozzo")
        terminal = terminals(server.url, "--name", "Pozzo", "--language", "en")
        await asyncio.to_thread(terminal.wait_for, "Somebody with this name is here already")
        await asyncio.to_thread(terminal.wait_for, "ended with 1")
        await other.close()

    asyncio.run(play())


def test_where_no_server_is_one_reads_so(terminals: Callable[..., Terminal]) -> None:
    terminal = terminals("ws://127.0.0.1:1/ws", "--language", "en")
    terminal.wait_for("There is no server at this address.")
    terminal.wait_for("ended with 1")


def test_everything_is_said_in_both_languages() -> None:
    for table in words._TABLE.values():
        assert set(table) == set(words.LANGUAGES)
        assert all(table.values())
    for code in ErrorCode:
        assert f"ERROR_{code.name}" in words._TABLE


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

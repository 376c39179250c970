"""Servers that are wrong in one thing each: the conformance suite must tell every one of them.

Each is a small change to the running server, put on by pytest's monkeypatch.
"""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import uvicorn

from protocol_spec import codec
from protocol_spec.codec import ErrorCode, LeaveReason, MessageType
from server import gateway, handlers, inputs, movement, session, snapshot
from server.chat.chat import Chat
from server.chunks import TileMap
from server.editing import requests
from server.failures import Rejected
from server.game import Game
from server.gateway import connection
from server.gateway.connection import Connection
from server.handlers import HANDLERS, State
from server.lobby import Lobby
from server.main import create_app
from server.people import authentication
from server.people.identity import Sanction
from server.people.returning import Returning
from server.people.tickets import Tickets
from server.session import Session
from server.settings import Settings
from server.watcher import Outlook
from server.world import Say, World
from tests.staffed import hire

Patch = pytest.MonkeyPatch


@dataclass(frozen=True)
class Mutant:
    about: str
    caught_by: tuple[str, ...]
    """Cases of which at least one must fail."""
    put_on: Callable[[Patch], None]


MUTANTS: list[Mutant] = []


def mutant(
    about: str, *caught_by: str
) -> Callable[[Callable[[Patch], None]], Callable[[Patch], None]]:
    def add(put_on: Callable[[Patch], None]) -> Callable[[Patch], None]:
        MUTANTS.append(Mutant(about, caught_by, put_on))
        return put_on

    return add


def handled(patch: Patch, kind: MessageType, handle: Callable[..., None]) -> None:
    """The server does something else with a kind of message."""
    patch.setitem(HANDLERS, kind, (HANDLERS[kind][0], handle))


def other_codec(patch: Patch, **changes: Any) -> None:
    """Sessions read with another codec; the suite keeps its own."""
    patch.setattr(session, "codec", SimpleNamespace(**{**vars(codec), **changes}))


@mutant("believes a claimed sender", "EST-CT-02a")
def _(patch: Patch) -> None:
    def say(self: Session, message: codec.ChatMessage, now: float) -> None:
        assert self.game is not None
        time_ms = self.lobby.wall_clock_ms()
        self.game.submit(Say(message.player_id or self.player_id, message.text, time_ms))

    handled(patch, MessageType.CHAT_MESSAGE, say)


@mutant("believes a client's clock", "EST-CT-02c")
def _(patch: Patch) -> None:
    def say(self: Session, message: codec.ChatMessage, now: float) -> None:
        assert self.game is not None
        time_ms = message.timestamp or self.lobby.wall_clock_ms()
        self.game.submit(Say(self.player_id, message.text, time_ms & (2**63 - 1)))

    handled(patch, MessageType.CHAT_MESSAGE, say)


@mutant("ignores the length of frames", "EST-FR-02a")
def _(patch: Patch) -> None:
    def parse(data: bytes) -> Iterator[tuple[int, bytes]]:
        yield data[0], data[3:]

    other_codec(patch, parse=parse)


@mutant("counts revisions off by one", "EST-ED-01a")
def _(patch: Patch) -> None:
    edit_frame = snapshot._edit_frame

    def late(place: Any, delta: Any) -> bytes:
        frame = edit_frame(place, delta)
        edit = codec.ChunkEdit.decode(frame[3:])
        edit.base_revision += 1
        edit.revision += 1
        return edit.encode()

    patch.setattr(snapshot, "_edit_frame", late)


@mutant("lets a resume token in twice", "EST-RS-02a")
def _(patch: Patch) -> None:
    patch.setattr(Lobby, "take_resume_token", lambda self, token: True)
    patch.setattr(Returning, "drop", lambda self, keys: None)
    patch.setattr(Tickets, "drop", lambda self, key: None)


@mutant("lets a ticket in twice", "EST-AU-09a")
def _(patch: Patch) -> None:
    patch.setattr(Tickets, "take", Tickets.peek)


@mutant("takes any magic", "EST-HS-02a")
def _(patch: Patch) -> None:
    hello = HANDLERS[MessageType.HELLO][1]

    def lenient(self: Session, message: codec.Hello, now: float) -> None:
        message.magic = codec.MAGIC
        hello(self, message, now)

    handled(patch, MessageType.HELLO, lenient)


@mutant("speaks a version that the client does not", "EST-HS-03b")
def _(patch: Patch) -> None:
    hello = HANDLERS[MessageType.HELLO][1]

    def lenient(self: Session, message: codec.Hello, now: float) -> None:
        message.lowest_version, message.highest_version = 0, 255
        hello(self, message, now)

    handled(patch, MessageType.HELLO, lenient)


@mutant("takes what is no UTF-8", "EST-FR-05d")
def _(patch: Patch) -> None:
    def hello(kind: int, payload: bytes) -> codec.Message | None:
        try:
            return codec.decode(kind, payload)
        except codec.DecodeError as error:
            if error.code is ErrorCode.BAD_TEXT:
                return codec.Hello(codec.MAGIC, 1, 1, 0, 0, "")
            raise

    other_codec(patch, decode=hello)


@mutant("takes strings over their limit", "EST-FR-05a")
def _(patch: Patch) -> None:
    def lenient(kind: int, payload: bytes) -> codec.Message | None:
        try:
            return codec.decode(kind, payload)
        except codec.DecodeError as error:
            if error.code is ErrorCode.VALUE_TOO_LONG:
                return codec.Hello(codec.MAGIC, 1, 1, 0, 0, "")
            raise

    other_codec(patch, decode=lenient)


@mutant("refuses what it may skip", "EST-FR-09a")
def _(patch: Patch) -> None:
    def strict(kind: int, payload: bytes) -> codec.Message | None:
        if kind not in codec.MESSAGES:
            raise codec.DecodeError(ErrorCode.UNKNOWN_TYPE, kind)
        return codec.decode(kind, payload)

    other_codec(patch, decode=strict)


@mutant("skips what it must refuse", "EST-FR-10a")
def _(patch: Patch) -> None:
    def lenient(kind: int, payload: bytes) -> codec.Message | None:
        return codec.decode(kind, payload) if kind in codec.MESSAGES else None

    other_codec(patch, decode=lenient)


@mutant("refuses the fields of later versions", "EST-FR-06d")
def _(patch: Patch) -> None:
    def strict(kind: int, payload: bytes) -> codec.Message | None:
        message = codec.decode(kind, payload)
        if message is not None and len(message.encode()) - 3 != len(payload):
            raise codec.DecodeError(ErrorCode.LENGTH_BEYOND_END, kind)
        return message

    other_codec(patch, decode=strict)


@mutant("reads messages of any length", "EST-TR-05b")
def _(patch: Patch) -> None:
    other_codec(patch, MAX_CLIENT_MESSAGE=1 << 20)


@mutant("says nothing to a text message", "EST-TR-03a")
def _(patch: Patch) -> None:
    patch.setattr(Session, "receive_text", lambda self: None)


@mutant("takes a message in any state", "EST-ST-02b")
def _(patch: Patch) -> None:
    handle = HANDLERS[MessageType.CHAT_MESSAGE][1]

    def lenient(self: Session, message: codec.ChatMessage, now: float) -> None:
        if self.state is State.WORLD:
            handle(self, message, now)

    patch.setitem(HANDLERS, MessageType.CHAT_MESSAGE, (None, lenient))


@mutant("hears from whoever wants to watch", "EST-WA-01c")
def _(patch: Patch) -> None:
    def patient(session: Session, message: codec.Watch, now: float) -> None:
        raise Rejected(ErrorCode.FORBIDDEN)

    patch.setitem(HANDLERS, MessageType.WATCH, (None, patient))


@mutant("shows fewer chunks than it should", "EST-CH-08a")
def _(patch: Patch) -> None:
    look = TileMap.view_from

    def shortsighted(self: TileMap, chunk: int) -> tuple[int, ...]:
        column = chunk % self.chunks_wide
        return tuple(
            each for each in look(self, chunk) if abs(each % self.chunks_wide - column) < 2
        )

    patch.setattr(TileMap, "view_from", shortsighted)


@mutant("lets whom it puts out lose the tick", "EST-ED-04b")
def _(patch: Patch) -> None:
    finish = World._finish_edits

    def losing(self: World, changes: Any, taken_back: Any) -> None:
        finish(self, changes, taken_back)
        for each in changes.moved_out:
            self.inputs.pace[each.slot] = 0
            self.inputs._buffer_tick[each.slot] = 0

    patch.setattr(World, "_finish_edits", losing)


@mutant("closes with a code off by one", "EST-FR-03a")
def _(patch: Patch) -> None:
    close = Connection.close
    patch.setattr(Connection, "close", lambda self, code, reason: close(self, code + 1, reason))


@mutant("cuts connections instead of closing them", "EST-FR-03a")
def _(patch: Patch) -> None:
    patch.setattr(Connection, "send", lambda self, message: None)
    patch.setattr(Connection, "close", lambda self, code, reason: self.abort())


@mutant("lets pages of anybody in", "EST-TR-08a")
def _(patch: Patch) -> None:
    patch.setattr(gateway, "refusal", lambda *words: None)


@mutant("moves late commands to the next tick", "EST-IN-03b")
def _(patch: Patch) -> None:
    add_input = World.add_input

    def add(self: World, slot: int, tick: int, commands: bytes) -> None:
        add_input(self, slot, max(tick, self.tick + 1), commands)

    patch.setattr(World, "add_input", add)


@mutant("moves early commands nearer", "EST-IN-04a")
def _(patch: Patch) -> None:
    add_input = World.add_input

    def add(self: World, slot: int, tick: int, commands: bytes) -> None:
        add_input(self, slot, min(tick, self.tick + 30), commands)

    patch.setattr(World, "add_input", add)


@mutant("keeps the first of two commands", "EST-IN-05a")
def _(patch: Patch) -> None:
    add_input = World.add_input
    had: set[tuple[int, int]] = set()

    def add(self: World, slot: int, tick: int, commands: bytes) -> None:
        if (slot, tick) not in had:
            had.add((slot, tick))
            add_input(self, slot, tick, commands)

    patch.setattr(World, "add_input", add)


@mutant("repeats a command once too often", "EST-IN-06a")
def _(patch: Patch) -> None:
    patch.setattr(inputs, "INPUT_REPEAT_TICKS", codec.INPUT_REPEAT_TICKS + 1)


@mutant("walks a little faster", "EST-IN-03a")
def _(patch: Patch) -> None:
    patch.setattr(movement, "WALK_SPEED", codec.WALK_SPEED + 1)


@mutant("leaps a little higher", "EST-IN-07a")
def _(patch: Patch) -> None:
    patch.setattr(movement, "_JUMP_SPEED", np.int32(codec.JUMP_SPEED + 1))


@mutant("shows what is written as it is", "EST-CT-03d")
def _(patch: Patch) -> None:
    patch.setattr(handlers, "clean_chat", lambda text: text)


@mutant("counts bytes for characters", "EST-CT-04c")
def _(patch: Patch) -> None:
    chat_text = handlers._chat_text

    def counted(session: Session, raw: str, now: float) -> str:
        if len(raw.encode()) > session.lobby.settings.chat_characters:
            raise Rejected(ErrorCode.CHAT_TOO_LONG)
        return chat_text(session, raw, now)

    patch.setattr(handlers, "_chat_text", counted)


@mutant("has no limit of chat", "EST-CT-05a")
def _(patch: Patch) -> None:
    patch.setattr(handlers, "_take_chat_token", lambda session, now: None)


@mutant("whispers to all", "EST-WH-01a")
def _(patch: Patch) -> None:
    whispered = Chat._whispered

    def loud(self: Chat, line: Any, shown: str) -> None:
        whispered(self, line, shown)
        for each in self._lobby.players.values():
            each.peer.send(codec.Whisper(line.player_id, 0, line.name, shown, 1).encode())

    patch.setattr(Chat, "_whispered", loud)


@mutant("tells names apart by their case", "EST-AU-12o")
def _(patch: Patch) -> None:
    patch.setattr(authentication, "skeleton", lambda name: name)


@mutant("tells others nothing of a new name", "EST-ID-05a")
def _(patch: Patch) -> None:
    def told_alone(self: Lobby, identity: Any) -> None:
        self.players[identity.player_id].tell_identity("x")

    patch.setattr(Lobby, "identity_changed", told_alone)


@mutant("takes a broken line for a good-bye", "EST-ID-07b", "EST-RS-01a")
def _(patch: Patch) -> None:
    def lost(self: Session, *, said_goodbye: bool = False) -> None:
        self._leave(LeaveReason.LEFT)
        self.lobby.disconnected(self.peer)

    patch.setattr(Session, "lost", lost)


@mutant("takes what it broke off itself for a broken line", "EST-ID-07e", "EST-RS-04e")
def _(patch: Patch) -> None:
    patch.setattr(Connection, "broke_off", lambda self: None)


@mutant("puts out of a wall to whichever side", "EST-MV-13a")
def _(patch: Patch) -> None:
    patch.setattr(movement, "_SEARCH", movement._SEARCH * np.int32(-1))


@mutant("puts out who could be lifted", "EST-MV-10a")
def _(patch: Patch) -> None:
    patch.setattr(movement, "_reach", lambda z: z)


@mutant("ignores RESYNC", "EST-SN-13a")
def _(patch: Patch) -> None:
    handled(patch, MessageType.RESYNC, lambda self, message, now: None)


@mutant("tells the tick to come", "EST-TM-03a")
def _(patch: Patch) -> None:
    clock = Game.clock
    patch.setattr(Game, "clock", lambda self, now: (clock(self, now)[0] + 1, clock(self, now)[1]))


@mutant("forgets which edit it answers", "EST-ED-05a")
def _(patch: Patch) -> None:
    result_frame = requests.result_frame
    patch.setattr(requests, "result_frame", lambda number, result: result_frame(5, result))


@mutant("answers a PING with another token", "EST-TM-02a")
def _(patch: Patch) -> None:
    ping = HANDLERS[MessageType.PING][1]

    def other(self: Session, message: codec.Ping, now: float) -> None:
        message.token &= 0x7FFFFFFF
        ping(self, message, now)

    handled(patch, MessageType.PING, other)


@mutant("waits for ever for who does not hang up", "EST-ER-04a")
def _(patch: Patch) -> None:
    patch.setattr(connection, "CLOSE_LINGER_SECONDS", 60.0)


@mutant("lets the banned in again", "EST-AU-07b")
def _(patch: Patch) -> None:
    patch.setattr(authentication.Authentication, "_check_bans", lambda *words: None)


@mutant("says for ever of what lasts an hour", "EST-CT-06a")
def _(patch: Patch) -> None:
    patch.setattr(Sanction, "left_ms", lambda self, now_ms: 0)


@mutant("lets everybody watch", "EST-WA-01a")
def _(patch: Patch) -> None:
    patch.setattr(Session, "may", lambda self, resource, action: True)


@mutant("shows those who watch one chunk too few", "EST-WA-02a")
def _(patch: Patch) -> None:
    chunks = Outlook.chunks
    patch.setattr(Outlook, "chunks", lambda self, tile_map: chunks(self, tile_map)[1:])


class ThreadServer:
    """The real server within this process, so that it can be made wrong while it runs."""

    def __init__(self, data: Path) -> None:
        self.data = data
        settings = Settings(data=data, guests_may_build=True, limit_loopback_logins=False)
        app = create_app(settings)
        self._socket = socket.create_server(("127.0.0.1", 0))
        config = uvicorn.Config(
            app,
            ws=gateway.upgrade_protocol(app.state.lobby, fast=True),
            ws_max_size=gateway.LARGEST_MESSAGE,
            ws_ping_interval=None,
            ws_per_message_deflate=False,
            proxy_headers=False,
            http="httptools",
            access_log=False,
            log_config=None,
            timeout_graceful_shutdown=2,
        )
        self._server = uvicorn.Server(config)
        self.url = f"ws://127.0.0.1:{self._socket.getsockname()[1]}/ws"

    def serve(self) -> None:
        asyncio.run(self._server.serve(sockets=[self._socket]))

    def stop(self) -> None:
        self._server.should_exit = True

    def close(self) -> None:
        self._socket.close()


@contextmanager
def server_to_change(data: Path) -> Iterator[str]:
    """The URL of a server in a thread of this process, with a staff."""
    server = ThreadServer(data)
    hire(data)
    thread = threading.Thread(target=server.serve)
    thread.start()
    try:
        yield server.url
    finally:
        server.stop()
        thread.join()
        server.close()

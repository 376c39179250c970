"""What a case about a client works with: a server for one connection at a time.

The client is started by a command, or by hand: then it is waited for.
"""

from __future__ import annotations

import asyncio
import os
import re
import shlex
import subprocess
from collections.abc import Callable, Sequence
from contextlib import suppress

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.typing import Subprotocol

from protocol_spec import codec
from protocol_spec.codec import ErrorCode
from protocol_spec.conformance.case import Failed, Unimplemented, Verdict
from protocol_spec.conformance.client.village import (
    PLAYER_ID,
    ROLE,
    SLOT,
    TICK_RATE,
    TOKEN,
    Village,
)
from protocol_spec.conformance.peer import WAIT_SECONDS, Peer, title
from protocol_spec.generate.spec import load

GAME_PATH = "/ws"
START_SECONDS = 90.0
"""A client that a command starts is there by then..."""
BY_HAND_SECONDS = 50.0
"""...and one that somebody starts by hand by then."""
HANG_UP_SECONDS = 5.0
LOGIN_SECONDS = 10.0
EXIT_SECONDS = 0.5
"""So long a program that has hung up may take to end."""
LOOK_SECONDS = 0.1
"""How often it is looked whether a client that has not come yet still runs."""
CHAT_CHARACTERS = 500

SERVERS_ALONE = frozenset(each.number for each in load().messages if each.sender == "server")


class Host(Peer):
    """Our end is the server; a client is tested. PINGs are answered: clocks are set by them."""

    def __init__(self, connection: ServerConnection, village: Village) -> None:
        super().__init__(connection, "client")
        self.request = connection.request
        self._village = village
        self._answers: set[asyncio.Task[None]] = set()
        self._is_silent = False

    def fall_silent(self) -> None:
        """From here on PINGs are not answered, either."""
        self._is_silent = True

    def _take(self, data: str | bytes) -> None:
        first = len(self.heard)
        super()._take(data)
        for each in self.heard[first:]:
            if isinstance(each.message, codec.Ping) and not self._is_silent:
                pong = codec.Pong(each.message.token, self._village.tick, 0).encode()
                answer = asyncio.create_task(self.send(pong))
                self._answers.add(answer)
                answer.add_done_callback(self._answers.discard)

    def wrong_with(self, message: codec.Message, data: bytes) -> str:
        kind = title(message)
        if message.TYPE in SERVERS_ALONE:
            return f"{kind} came, which servers alone send"
        if len(data) > codec.MAX_CLIENT_MESSAGE:
            return f"a WebSocket message of {len(data)} bytes came"
        return ""


class Door:
    """Where clients come in: a listening socket and who knocked."""

    def __init__(self) -> None:
        self.came: asyncio.Queue[ServerConnection] = asyncio.Queue()
        self._server: Server | None = None
        self._leaving = asyncio.Event()

    async def open(self, host: str, port: int) -> str:
        """The URL at which it is."""
        self._server = await serve(
            self._hold,
            host,
            port,
            select_subprotocol=_select,
            compression=None,
            max_size=1 << 20,
            max_queue=None,
            ping_interval=None,
            close_timeout=HANG_UP_SECONDS,
        )
        bound = next(iter(self._server.sockets)).getsockname()[1]
        return f"ws://{host}:{bound}{GAME_PATH}"

    async def _hold(self, connection: ServerConnection) -> None:
        self.came.put_nowait(connection)
        await self._leaving.wait()

    async def shut(self) -> None:
        self._leaving.set()
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()


def _select(connection: ServerConnection, offered: Sequence[Subprotocol]) -> Subprotocol | None:
    """Ours where it is offered; none, and not the door, where it is not: EST-TR-02."""
    ours = Subprotocol(codec.SUBPROTOCOL)
    return ours if ours in offered else None


class Scene:
    def __init__(
        self,
        command: str = "",
        host: str = "127.0.0.1",
        port: int = 0,
        on_open: Callable[[str], None] = lambda url: None,
    ) -> None:
        """`command` starts the client; {url} and {address} (host and port) in it become ours."""
        self.notes: list[str] = []
        self.village = Village()
        self.url = ""
        self._command = command
        self._where = (host, port)
        self._on_open = on_open
        self._door = Door()
        self._process: subprocess.Popen[bytes] | None = None
        self._peers: list[Host] = []
        self._ticking: asyncio.Task[None] | None = None

    async def client(self, seconds: float | None = None) -> Host:
        """The next connection of the client's."""
        if not self.url:
            self.url = await self._door.open(*self._where)
            self._on_open(self.url)
            self._start()
        if seconds is None:
            seconds = START_SECONDS if self._command else BY_HAND_SECONDS
        try:
            async with asyncio.timeout(seconds):
                connection = await self._next_connection()
        except TimeoutError:
            raise Failed(f"no client came within {seconds:g} s") from None
        peer = Host(connection, self.village)
        self._peers.append(peer)
        return peer

    async def _next_connection(self) -> ServerConnection:
        """Raises Failed as soon as nobody is left who could come."""
        process = self._process
        while True:
            has_ended = process is not None and process.poll() is not None
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_SECONDS):
                    return await self._door.came.get()
            if has_ended:
                assert process is not None
                raise Failed(f"the client ended with code {process.returncode} before it connected")

    def _start(self) -> None:
        if not self._command:
            return
        command = self._command
        words = command if re.search(r"\{(url|address)\}", command) else f"{command} {{url}}"
        address = self.url.removeprefix("ws://").removesuffix(GAME_PATH)
        # Split first: what is put in is never read as words of a command.
        arguments = [
            each.replace("{url}", self.url).replace("{address}", address)
            for each in shlex.split(words)
        ]
        self._process = subprocess.Popen(
            arguments,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "ESTRAGON_URL": self.url},
        )

    async def greeted(self, *, welcome: bytes | None = None) -> Host:
        """A client that said HELLO and was sent WELCOME."""
        peer = await self.client()
        await self.greet(peer, welcome=welcome)
        return peer

    async def greet(self, peer: Host, *, welcome: bytes | None = None) -> codec.Hello:
        hello = await peer.until(codec.Hello, seconds=LOGIN_SECONDS)
        await peer.send(welcome or self.welcome())
        return hello

    def welcome(self) -> bytes:
        tick = self.village.tick
        schema = codec.SCHEMA_HASH
        return codec.Welcome(
            1, 0, schema, TICK_RATE, tick, 60, CHAT_CHARACTERS, "conformance"
        ).encode()

    async def let_in(self, *, auth_ok: bytes | None = None) -> Host:
        """A client that was sent AUTH_OK."""
        peer = await self.greeted()
        await peer.until(codec.Auth, seconds=LOGIN_SECONDS)
        await peer.send(auth_ok or self.auth_ok())
        return peer

    def auth_ok(self, name: str = "Conformist", token: bytes = TOKEN) -> bytes:
        return codec.AuthOk(PLAYER_ID, name, 0, 0, ROLE, 60, token).encode()

    async def playing(self) -> Host:
        """A client in the world, to which ticks come."""
        peer = await self.let_in()
        await self.enter(peer)
        return peer

    async def enter(self, peer: Host) -> None:
        await peer.until(codec.EnterWorld, seconds=LOGIN_SECONDS)
        for batch in self.greeting():
            await peer.send(*batch)
        self.begin_ticks(peer)

    def greeting(self, name: str = "Conformist") -> list[list[bytes]]:
        """What comes when the client is taken into the world, in WebSocket messages."""
        village = self.village
        first = [village.entered().encode(), *(each.encode() for each in village.tiles())]
        first.append(codec.PlayerJoin(PLAYER_ID, SLOT, 0, name).encode())
        first.append(village.placed().encode())
        chunks = [each.encode() for each in village.chunks()]
        return [[*first, *chunks, village.state(full=True).encode()]]

    def begin_ticks(self, peer: Host) -> None:
        self._ticking = asyncio.create_task(self._tick(peer))

    async def end_ticks(self) -> None:
        if self._ticking is not None:
            self._ticking.cancel()
            await asyncio.gather(self._ticking, return_exceptions=True)
            self._ticking = None

    async def _tick(self, peer: Host) -> None:
        loop = asyncio.get_running_loop()
        due, heard = loop.time(), 0
        while not peer.is_closed:
            due += 1 / TICK_RATE
            await asyncio.sleep(max(0.0, due - loop.time()))
            for each in peer.messages(codec.Input, heard):
                self.village.hear(each)
            heard = len(peer.heard)
            self.village.step()
            await peer.send(self.village.state().encode())

    async def finish(self) -> tuple[Verdict, str]:
        """Says good-bye as a server that stops; the client must have been there, and hang up."""
        await self.end_ticks()
        try:
            for peer in self._peers:
                if peer.is_closed or peer.close_verdict is not None or peer.is_left:
                    continue
                with suppress(Failed):
                    await peer.settle()
                if not peer.is_closed:
                    await self.end(peer, ErrorCode.SERVER_STOPPING)
            return self._judged()
        finally:
            for peer in self._peers:
                await peer.stop()
            if self._process is not None:
                self._process.terminate()
                try:
                    await asyncio.to_thread(self._process.wait, WAIT_SECONDS)
                except subprocess.TimeoutExpired:
                    self._process.kill()
                    self._process.wait()
            await self._door.shut()

    def _judged(self) -> tuple[Verdict, str]:
        judged = [
            (each.close_verdict, each.close_text)
            if each.close_verdict is not None
            else (Verdict.FAILED, f"the client is gone: {each.ending}{self._exit()}")
            for each in self._peers
            if not each.is_left
        ]
        if not judged:
            return Verdict.INFORMATIONAL, "there is nothing to close"
        return max(judged, key=lambda each: list(Verdict).index(each[0]))

    def _exit(self) -> str:
        """How the client's program ended, where it did so by itself."""
        if self._process is None:
            return ""
        with suppress(subprocess.TimeoutExpired):
            code = self._process.wait(EXIT_SECONDS)
            return f"; it ended with signal {-code}" if code < 0 else f"; it ended with code {code}"
        return ""

    async def end(self, peer: Host, code: ErrorCode, text: str = "") -> None:
        """A fatal ERROR and its close; how the client takes it is the close's verdict."""
        await self.end_ticks()
        await peer.send(codec.Error(code, 1, 0, 0, text).encode())
        await peer.connection.close(4000 + code, code.name)
        answer = peer.connection.protocol.close_rcvd
        if answer is not None:
            peer.judge_close(Verdict.OK, f"our close was answered with {answer.code}")
        else:
            peer.judge_close(Verdict.NON_STRICT, "our close frame was not answered")

    @property
    def faults(self) -> list[str]:
        return [each.fault for each in self._peers if each.fault]

    @property
    def transcripts(self) -> list[list[str]]:
        return [each.transcript for each in self._peers]


async def no_other_comes(scene: Scene, seconds: float) -> None:
    """For so long the client does not come back."""
    try:
        await scene.client(seconds)
    except Failed:
        return
    raise Failed("the client came back by itself")


def unsent(what: str) -> Unimplemented:
    return Unimplemented(f"the client sends no {what} by itself")

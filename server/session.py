"""One connection's side of the protocol: bytes in, calls out. Knows no socket and no clock.

`Session.receive` looks each message up in HANDLERS: the state that it needs and what it does.
`now` is in seconds of any clock that does not go back.
"""

from __future__ import annotations

import logging
import struct
import unicodedata
from collections.abc import Callable
from enum import Enum
from functools import partial
from typing import TYPE_CHECKING, Protocol

from protocol_spec import codec
from protocol_spec.codec import EmoteKind, ErrorCode, LeaveReason, MessageType, NoticeCode
from server.editing import requests
from server.editing.edits import AppliedEdit, Check, Edit
from server.failures import ProtocolError, Rejected
from server.limits import Bucket
from server.modes.editor import Editor
from server.people.identity import Identity
from server.people.roles import may

if TYPE_CHECKING:
    from server.game import Game
    from server.lobby import Lobby

log = logging.getLogger(__name__)

PING_SECONDS = 5.0
"""So often the way to a player is measured."""
LATELY_SECONDS = 2.0
"""Only while as much was heard of them: whoever is silent is asked once, and not for this."""

MOST_ERROR_BYTES, MOST_NOTICE_BYTES = 255, 4000
"""ERROR.text and NOTICE.values hold so much."""
NORMAL_CLOSE_CODE = 1000
TEXT_CLOSE_CODE = 1003
"""RFC 6455, 7.4.1: data of a type that the endpoint cannot accept."""


NOT_MEANT = (ErrorCode.SILENT, ErrorCode.INTERNAL)
"""Neither the player nor anybody else wanted the end: they may resume."""


class Peer(Protocol):
    """The way back to the client: what a gateway has to offer."""

    address: str
    """The client's, for limits; empty where it is this very machine."""
    remote: str
    """The client's, always: for sanctions and for the record."""
    is_secure: bool
    """Nobody on the way can read what is sent: TLS, or this very machine."""

    def send(self, message: bytes) -> None:
        """Sends one WebSocket message, or queues it; never waits."""

    @property
    def sender(self) -> Callable[[bytes], object]:
        """The shortest way to send, for as long as the peer is there; it counts no bytes."""

    def close(self, code: int, reason: str) -> None:
        """Closes once everything that was sent has left."""

    def abort(self) -> None:
        """Drops the connection and what is queued."""

    @property
    def queued_bytes(self) -> int:
        """What was sent and has not left yet."""


class State(Enum):
    """How far a connection has come. The spec's `state` of a message names one of these."""

    HELLO = "hello"
    AUTH = "auth"
    AUTHENTICATING = "authenticating"
    """Between AUTH and its answer."""
    LOBBY = "lobby"
    ENTERING = "entering"
    """Between ENTER_WORLD and WORLD_ENTERED, which the next tick brings."""
    WORLD = "world"
    CLOSED = "closed"


class Session:
    def __init__(self, lobby: Lobby, peer: Peer, now: float) -> None:
        settings = lobby.settings
        self.lobby = lobby
        self.peer = peer
        self.state = State.HELLO
        self.identity: Identity | None = None
        """Who is here, once that is known."""
        self.came_ms = 0
        """When the player was let in, in ms since 1970."""
        self.slot = -1
        self.game: Game | None = None
        self.resume_keys: list[str] = []
        """The hashes of the tokens by which the player may come back: the last two."""
        self.came_by = ""
        """That of the token by which they did, until they are known to have heard of another."""
        self.only_watches = False
        """Whether it is but a view of the panel: its owner may play elsewhere meanwhile."""
        self.ping_ms: float | None = None
        """The last round trip; None before there was one."""
        self.messages_per_second = 0.0
        """Over the last second or so."""
        self._ping_token = 0
        self._ping_sent: float | None = None
        """When the last PING that measures was sent; None where its PONG was there."""
        self._next_ping = now + PING_SECONDS
        self._message_count = 0
        self._counted_since = now
        self._opened = now
        self._heard = now
        self._pinged = False
        self._messages = Bucket(settings.messages_per_second, settings.message_burst, now)
        self._over_limit = 0
        self._chat = Bucket(
            settings.chat_burst / settings.chat_window_seconds, settings.chat_burst, now
        )
        self._edits = Bucket(settings.edits_per_second, settings.edit_burst, now)

    @property
    def player_id(self) -> int:
        return self.identity.player_id if self.identity else 0

    @property
    def name(self) -> str:
        return self.identity.name if self.identity else ""

    @property
    def look(self) -> int:
        return self.identity.look if self.identity else 0

    @property
    def is_in_world(self) -> bool:
        return self.state is State.WORLD

    @property
    def world_name(self) -> str:
        """Empty in the lobby."""
        return self.game.name if self.game else ""

    @property
    def via(self) -> str:
        """What the journal calls this way of editing."""
        return "game" if self.slot >= 0 else "panel"

    def may(self, resource: str, action: str) -> bool:
        """Whether the player's role allows it."""
        return self.identity is not None and may(self.identity.role, resource, action)

    def receive(self, data: bytes, now: float) -> None:
        """A binary WebSocket message came."""
        if self.state is State.CLOSED:
            return
        self._heard = now
        self._pinged = False
        if self.game is not None:
            self.game.counters.bytes_received += len(data)
        if self.slot >= 0 and self.state is State.WORLD and self._take_input(data, now):
            return
        message_type = 0
        try:
            if len(data) > codec.MAX_CLIENT_MESSAGE:
                raise ProtocolError(ErrorCode.MESSAGE_TOO_LARGE)
            for message_type, payload in codec.parse(data):
                self._message_count += 1
                if self._messages.take(now):
                    if self._messages.is_rested:
                        self._over_limit = 0
                    self._handle(message_type, payload, now)
                else:
                    self._count_over_limit(message_type)
                if self.is_closed:
                    return
        except codec.DecodeError as error:
            self.fail(error.code, message_type=error.message_type)
        except ProtocolError as error:
            self.fail(error.code, str(error), message_type)

    def _take_input(self, data: bytes, now: float) -> bool:
        """The short way for what nearly all messages are: an INPUT of one command.

        False, and nothing is done, for all others and for whoever sends too many.
        """
        if len(data) != _ONE_INPUT.size:
            return False
        kind, length, tick, count, command = _ONE_INPUT.unpack(data)
        if kind != _INPUT or length != _ONE_INPUT.size - 3 or count != 1:
            return False
        if not self._messages.take(now):
            return False
        if self._over_limit and self._messages.is_rested:
            self._over_limit = 0
        self._message_count += 1
        assert self.game is not None
        self.game.world.add_input(self.slot, tick, command)
        return True

    def receive_text(self) -> None:
        """A text WebSocket message came: the protocol has none."""
        self.fail(ErrorCode.TEXT_FRAME, close_code=TEXT_CLOSE_CODE)

    def lost(self, *, said_goodbye: bool = False) -> None:
        """The connection is gone, whoever ended it. Called once."""
        self._leave(LeaveReason.LEFT if said_goodbye else LeaveReason.LOST)
        self.lobby.disconnected(self.peer)

    def say_goodbye(self) -> None:
        """The player leaves in words, where the protocol that they speak has some for it."""
        if self.state is not State.CLOSED:
            self._leave(LeaveReason.LEFT)
            self.peer.close(NORMAL_CLOSE_CODE, "")

    def steer(self, tick: int, commands: bytes) -> None:
        """Packed commands that no INPUT brought, for who has no words for it."""
        if self.game is not None and self.slot >= 0:
            self.game.world.add_input(self.slot, tick, commands)

    def drop(self) -> None:
        """Ends a connection that hears nothing any more, without a word."""
        if self.game is not None:
            self.game.counters.dropped_unread += not self.is_closed
        self._leave(LeaveReason.LOST)
        self.peer.abort()

    def check_time(self, now: float) -> None:
        """Ends what is overdue and asks the silent whether they are there. Once a second."""
        settings = self.lobby.settings
        if self.state is State.CLOSED:
            return
        silent = now - self._heard
        if self.identity is None and now - self._opened > settings.auth_timeout_seconds:
            self.fail(ErrorCode.AUTH_TIMEOUT)
        elif silent > settings.ping_after_seconds + settings.silence_seconds:
            self.fail(ErrorCode.SILENT)
        elif self.peer.queued_bytes > settings.queued_bytes:
            self.drop()
        elif silent > settings.ping_after_seconds and not self._pinged:
            self._pinged = True
            self.peer.send(codec.Ping(token=0).encode())
        elif self.slot >= 0 and now >= self._next_ping and silent < LATELY_SECONDS:
            self._measure(now)
        if now > self._counted_since:
            self.messages_per_second = self._message_count / (now - self._counted_since)
            self._message_count, self._counted_since = 0, now

    def _measure(self, now: float) -> None:
        """Asks for a PONG, to see how long it takes. Answers to earlier ones count no more."""
        self._ping_token = self._ping_token % 0xFFFF_FFFF + 1
        self._ping_sent, self._next_ping = now, now + PING_SECONDS
        self.peer.send(codec.Ping(token=self._ping_token).encode())

    def clogged(self) -> None:
        """The peer does not read as fast as we send."""
        if self.game is not None and self.slot >= 0:
            self.game.audience.unsettle(self.slot)

    def let_in(self, identity: Identity, resume_token: str) -> None:
        """The player is known from here on."""
        self.identity = identity
        self.state = State.LOBBY
        self.tell_identity(resume_token)

    def tell_identity(self, resume_token: str) -> None:
        """Says who the player is to us now."""
        assert self.identity is not None
        self.peer.send(
            codec.AuthOk(
                player_id=self.player_id,
                name=self.name,
                account=int(self.identity.is_account),
                look=self.look,
                role=self.identity.role,
                resume_seconds=round(self.lobby.settings.resume_seconds),
                resume_token=resume_token.encode(),
            ).encode()
        )
        if self.state is State.WORLD:
            self.peer.send(b"".join(self.command_frames()))

    def command_frames(self) -> list[bytes]:
        """What the player may command in the chat."""
        return [
            codec.ChatCommand(index, *each).encode()
            for index, each in enumerate(self.lobby.commands.allowed(self))
        ]

    def notice(self, code: NoticeCode, *values: str | int) -> None:
        """Tells the player something, to be put in words by the client."""
        if self.state is not State.CLOSED:
            self.peer.send(notice_frame(code, *values))

    def limits_changed(self) -> None:
        """The settings have other limits of chat and of edits: from now on these count."""
        settings, now = self.lobby.settings, self._heard
        self._chat = Bucket(
            settings.chat_burst / settings.chat_window_seconds, settings.chat_burst, now
        )
        self._edits = Bucket(settings.edits_per_second, settings.edit_burst, now)

    def refuse(self, refusal: Rejected, message_type: int = 0) -> None:
        """Says no to something; all goes on."""
        if self.state is not State.CLOSED:
            self._refuse(refusal, message_type)

    def not_let_in(self, refusal: Rejected) -> None:
        """AUTH was no good; another may follow."""
        if self.state is State.AUTHENTICATING:
            self.state = State.AUTH
            self._refuse(refusal, MessageType.AUTH)

    def entered(self, slot: int) -> None:
        """The world took the player in."""
        self.state = State.WORLD
        self.slot = slot

    def entry_refused(self, code: ErrorCode) -> None:
        """The world did not take the player in; another one may."""
        if self.state is State.CLOSED:
            return
        self.state = State.LOBBY
        self.game = None
        self._refuse(Rejected(code), MessageType.ENTER_WORLD)

    def fail(
        self,
        code: ErrorCode,
        text: str = "",
        message_type: int = 0,
        close_code: int = 0,
        retry_after_ms: int = 0,
    ) -> None:
        """Tells the peer why, and closes."""
        if self.state is State.CLOSED:
            return
        self._leave(LeaveReason.LOST if code in NOT_MEANT else LeaveReason.REMOVED)
        self.lobby.refused_counts[code] += 1
        log.info("%s is refused: %s %s", self.name or "a connection", code.name, text)
        self.peer.send(_error(code, text, message_type, fatal=True, retry_after_ms=retry_after_ms))
        self.peer.close(close_code or 4000 + code, code.name)

    @property
    def is_closed(self) -> bool:
        return self.state is State.CLOSED

    def _leave(self, reason: LeaveReason) -> None:
        if self.state is State.CLOSED:
            return
        if self.game is not None:
            self.game.leave(self, reason)
        self.state = State.CLOSED
        self.lobby.forget(self, reason)

    def _handle(self, message_type: int, payload: bytes, now: float) -> None:
        handler = HANDLERS.get(message_type)
        if handler is None:
            if message_type in codec.MESSAGES:
                raise ProtocolError(ErrorCode.WRONG_DIRECTION)
            codec.decode(message_type, payload)  # Skips what may be skipped, refuses the rest.
            return
        needed, handle = handler
        if needed is not None and self.state is not needed:
            raise ProtocolError(
                ErrorCode.WRONG_STATE, f"needs state {needed.value}, is {self.state.value}"
            )
        message = codec.decode(message_type, payload)
        try:
            handle(self, message, now)
        except Rejected as refusal:
            self._refuse(refusal, message_type)

    def _refuse(self, refusal: Rejected, message_type: int) -> None:
        self.peer.send(
            _error(refusal.code, str(refusal), message_type, retry_after_ms=refusal.retry_after_ms)
        )

    def _count_over_limit(self, message_type: int) -> None:
        """One reply, then, after as many more as a burst may have, the end."""
        self._over_limit += 1
        if self._over_limit == 1:
            self._refuse(Rejected(ErrorCode.RATE_LIMITED), message_type)
        elif self._over_limit > self.lobby.settings.message_burst:
            raise ProtocolError(ErrorCode.RATE_LIMITED)

    def _hello(self, message: codec.Hello, now: float) -> None:
        if message.magic != codec.MAGIC:
            raise ProtocolError(ErrorCode.BAD_MAGIC)
        if not message.lowest_version <= codec.PROTOCOL_VERSION <= message.highest_version:
            raise ProtocolError(
                ErrorCode.VERSION_UNSUPPORTED, f"this server speaks {codec.PROTOCOL_VERSION}"
            )
        if message.schema_hash not in (0, codec.SCHEMA_HASH):
            log.warning("%r was built from another protocol.toml than this server", message.client)
        settings = self.lobby.settings
        self.state = State.AUTH
        self.peer.send(
            codec.Welcome(
                version=codec.PROTOCOL_VERSION,
                features=0,
                schema_hash=codec.SCHEMA_HASH,
                tick_rate=self.lobby.tick_rate,
                tick=self.lobby.default_game.clock(now)[0],
                messages_per_second=settings.messages_per_second,
                chat_characters=settings.chat_characters,
                server=settings.name,
            ).encode()
        )

    def _auth(self, message: codec.Auth, now: float) -> None:
        self.state = State.AUTHENTICATING
        self.lobby.authenticate(self, message)

    def _enter_world(self, message: codec.EnterWorld, now: float) -> None:
        assert self.identity is not None
        self.came_by = ""  # Nobody asks for this before AUTH_OK.
        if self.only_watches:
            raise Rejected(ErrorCode.FORBIDDEN, "this ticket is for watching")
        self.game = self.lobby.find_game(message.world)
        self.state = State.ENTERING
        self.game.admit(self, self.lobby.standing(self.identity, self.game.name))

    def _watch(self, message: codec.Watch, now: float) -> None:
        if message.player_id and not self.may("player", "watch"):
            raise Rejected(ErrorCode.FORBIDDEN)
        if self.state is State.LOBBY:
            if not self.may("panel", "enter"):
                raise Rejected(ErrorCode.FORBIDDEN)
            game = self.lobby.find_game(message.world)
            game.watch(self, message)
            self.game, self.state = game, State.WORLD
        elif self.game is not None and self.slot < 0:
            self.game.watch(self, message)
        else:
            raise ProtocolError(ErrorCode.WRONG_STATE, "who plays does not watch")

    def _check_is_player(self) -> None:
        if self.slot < 0:
            raise Rejected(ErrorCode.FORBIDDEN, "who watches does not play")

    def _input(self, message: codec.Input, now: float) -> None:
        assert self.game is not None
        self._check_is_player()
        self.game.world.add_input(self.slot, message.tick, message.commands)

    def _chat_message(self, message: codec.ChatMessage, now: float) -> None:
        self._check_is_player()
        text = self._chat_text(message.text, now)
        if text.startswith("/"):
            self.lobby.commands.run(self, text)
        else:
            self.lobby.chat.say(self, text, now)

    def _whisper(self, message: codec.Whisper, now: float) -> None:
        self.lobby.chat.whisper(self, message.player_id, self._chat_text(message.text, now))

    def _emote(self, message: codec.Emote, now: float) -> None:
        self._check_is_player()
        try:
            kind = EmoteKind(message.kind)
        except ValueError:
            raise Rejected(ErrorCode.EMOTE_UNKNOWN) from None
        self._take_chat_token(now)
        self.lobby.chat.show(self, kind)

    def _report(self, message: codec.Report, now: float) -> None:
        text = self._chat_text(message.text, now)
        self.lobby.start(self.lobby.reports.file(self, message.player_id, text))

    def _rename(self, message: codec.Rename, now: float) -> None:
        self._take_chat_token(now)
        self.lobby.start(self.lobby.accounts.rename(self, message.name))

    def _chat_text(self, raw: str, now: float) -> str:
        """What the player wrote, fit to be shown. Raises Rejected."""
        text = clean_chat(raw)
        if not text:
            raise Rejected(ErrorCode.CHAT_EMPTY)
        if len(text) > self.lobby.settings.chat_characters:
            raise Rejected(
                ErrorCode.CHAT_TOO_LONG, f"at most {self.lobby.settings.chat_characters} characters"
            )
        self._take_chat_token(now)
        return text

    def _take_chat_token(self, now: float) -> None:
        if not self._chat.take(now):
            wait_ms = round(self._chat.wait_seconds * 1000)
            raise Rejected(ErrorCode.CHAT_TOO_FAST, retry_after_ms=wait_ms)

    def _chunk_request(self, message: codec.ChunkRequest, now: float) -> None:
        assert self.game is not None
        self.game.audience.request_chunk(self, message.chunk_x, message.chunk_y)

    def _edit(self, message: requests.EditMessage, now: float) -> None:
        done = partial(self._tell_edit, message.edit)
        try:
            check = self._check_may_edit(now)
            operation = requests.operation_of(message)
        except Rejected as refusal:
            done(refusal)
            return
        assert self.game is not None
        time_ms = self.lobby.wall_clock_ms()
        author = self.player_id
        self.game.edit(Edit(self.name, self.via, operation, time_ms, done, author, check))

    def _edit_undo(self, message: codec.EditUndo, now: float) -> None:
        done = partial(self._tell_edit, message.edit)
        try:
            check = self._check_may_edit(now)
        except Rejected as refusal:
            done(refusal)
            return
        assert self.game is not None
        self.game.undo(self.name, self.player_id, self.via, bool(message.redo), done, check)

    def _check_may_edit(self, now: float) -> Check | None:
        """Raises Rejected where this player may not edit, or not just now. Returns what the
        world's mode has to say about the cells."""
        assert self.game is not None
        assert self.identity is not None
        identity, mode = self.identity, self.game.mode
        editor = Editor(identity.player_id, identity.name, identity.role, identity.is_account)
        may_edit = self.may("map", "edit") or self.lobby.settings.guests_may_build
        if not (may_edit or mode.may_build(editor)):
            raise Rejected(ErrorCode.EDIT_FORBIDDEN)
        if not self._edits.take(now):
            wait_ms = round(self._edits.wait_seconds * 1000)
            raise Rejected(ErrorCode.EDIT_TOO_FAST, retry_after_ms=wait_ms)
        return partial(mode.check_edit, editor) if mode.checks_edits else None

    def _tell_edit(self, number: int, result: AppliedEdit | Rejected) -> None:
        if self.state is not State.CLOSED:
            self.peer.send(requests.result_frame(number, result))

    def _ping(self, message: codec.Ping, now: float) -> None:
        tick, phase = (self.game or self.lobby.default_game).clock(now)
        self.peer.send(codec.Pong(token=message.token, tick=tick, phase=phase).encode())

    def _pong(self, message: codec.Pong, now: float) -> None:
        """Besides being a sign of life it may tell how long the way is."""
        if message.token == self._ping_token and self._ping_sent is not None:
            self.ping_ms = (now - self._ping_sent) * 1000
            self._ping_sent = None

    def _resync(self, message: codec.Resync, now: float) -> None:
        assert self.game is not None
        self.game.audience.resync(self)


HANDLERS: dict[int, tuple[State | None, Callable[..., None]]] = {
    MessageType.HELLO: (State.HELLO, Session._hello),
    MessageType.AUTH: (State.AUTH, Session._auth),
    MessageType.ENTER_WORLD: (State.LOBBY, Session._enter_world),
    MessageType.WATCH: (None, Session._watch),
    MessageType.INPUT: (State.WORLD, Session._input),
    MessageType.CHAT_MESSAGE: (State.WORLD, Session._chat_message),
    MessageType.WHISPER: (State.WORLD, Session._whisper),
    MessageType.EMOTE: (State.WORLD, Session._emote),
    MessageType.REPORT: (State.WORLD, Session._report),
    MessageType.RENAME: (State.WORLD, Session._rename),
    MessageType.RESYNC: (State.WORLD, Session._resync),
    MessageType.CHUNK_REQUEST: (State.WORLD, Session._chunk_request),
    MessageType.EDIT_CELLS: (State.WORLD, Session._edit),
    MessageType.EDIT_SHAPE: (State.WORLD, Session._edit),
    MessageType.EDIT_STAMP: (State.WORLD, Session._edit),
    MessageType.EDIT_UNDO: (State.WORLD, Session._edit_undo),
    MessageType.PING: (None, Session._ping),
    MessageType.PONG: (None, Session._pong),
}
"""Message -> (the state that it needs, None for any; the method that carries it out)."""

_INPUT = int(MessageType.INPUT)
_ONE_INPUT = struct.Struct("!BHIB6s")
"""Type, length, tick, count and the command: a third of all that a player costs when it goes
through the codec, a tenth when it does not (tests/bench)."""

_BIDI_OVERRIDES = set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""They would let one player's line rearrange its neighbours' letters."""


def clean_chat(text: str) -> str:
    """One line without control characters. Joiners stay: families of emoji need them."""
    return "".join(
        each
        for each in " ".join(text.split())
        if unicodedata.category(each) != "Cc" and each not in _BIDI_OVERRIDES
    )


def notice_frame(code: NoticeCode, *values: str | int) -> bytes:
    """A NOTICE with as many of the values as it can hold."""
    told = [str(each).replace("\x1f", " ") for each in values]
    # The last of long lists have no room; half a name would be another's.
    while len(told) > 1 and len("\x1f".join(told).encode()) > MOST_NOTICE_BYTES:
        del told[-max(1, len(told) // 16) :]
    return codec.Notice(code, shortened("\x1f".join(told), MOST_NOTICE_BYTES)).encode()


def _error(
    code: ErrorCode,
    text: str,
    message_type: int,
    *,
    fatal: bool = False,
    retry_after_ms: int = 0,
) -> bytes:
    return codec.Error(
        code=code,
        fatal=int(fatal),
        message=message_type,
        retry_after_ms=retry_after_ms,
        text=shortened(text, MOST_ERROR_BYTES),
    ).encode()


def shortened(text: str, most_bytes: int) -> str:
    """So much of a text as has room in a field."""
    return text.encode()[:most_bytes].decode(errors="ignore")

"""What each message of a client does: the state that it needs, and what carries it out.

Where a function raises ProtocolError the connection ends, where it raises Rejected it goes on; the
peer hears the code of both. `now` is in seconds of any clock that does not go back.
"""

from __future__ import annotations

import logging
import unicodedata
from collections.abc import Callable
from enum import Enum
from functools import partial
from typing import TYPE_CHECKING

from protocol_spec import codec
from protocol_spec.codec import EmoteKind, ErrorCode, MessageType
from server.editing import requests
from server.editing.edits import AppliedEdit, Check, Edit, Undo
from server.failures import ProtocolError, Rejected
from server.modes.editor import Editor

if TYPE_CHECKING:
    from server.session import Session

log = logging.getLogger(__name__)

_BIDI_OVERRIDES = set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""They would let one player's line rearrange its neighbours' letters."""


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


def hello(session: Session, message: codec.Hello, now: float) -> None:
    if message.magic != codec.MAGIC:
        raise ProtocolError(ErrorCode.BAD_MAGIC)
    if not message.lowest_version <= codec.PROTOCOL_VERSION <= message.highest_version:
        raise ProtocolError(
            ErrorCode.VERSION_UNSUPPORTED, f"this server speaks {codec.PROTOCOL_VERSION}"
        )
    if message.schema_hash not in (0, codec.SCHEMA_HASH):
        log.warning("%r was built from another protocol.toml than this server", message.client)
    settings = session.lobby.settings
    session.state = State.AUTH
    session.peer.send(
        codec.Welcome(
            version=codec.PROTOCOL_VERSION,
            features=0,
            schema_hash=codec.SCHEMA_HASH,
            tick_rate=session.lobby.tick_rate,
            tick=session.lobby.default_game.clock(now)[0],
            messages_per_second=settings.messages_per_second,
            chat_characters=settings.chat_characters,
            server=settings.name,
        ).encode()
    )


def auth(session: Session, message: codec.Auth, now: float) -> None:
    session.state = State.AUTHENTICATING
    session.lobby.authenticate(session, message)


def enter_world(session: Session, message: codec.EnterWorld, now: float) -> None:
    assert session.identity is not None
    session.came_by = ""  # Nobody asks for this before AUTH_OK.
    if session.only_watches:
        raise Rejected(ErrorCode.FORBIDDEN, "this ticket is for watching")
    session.game = session.lobby.find_game(message.world)
    session.state = State.ENTERING
    session.game.admit(session, session.lobby.standing(session.identity, session.game.name))


def watch(session: Session, message: codec.Watch, now: float) -> None:
    is_watching = session.state is State.WORLD and session.slot < 0
    if session.state is not State.LOBBY and not is_watching:
        raise ProtocolError(ErrorCode.WRONG_STATE, "from the lobby alone")
    if message.player_id and not session.may("player", "watch"):
        raise Rejected(ErrorCode.FORBIDDEN)
    if is_watching:
        assert session.game is not None
        session.game.watch(session, message)
        return
    if not session.may("panel", "enter"):
        raise Rejected(ErrorCode.FORBIDDEN)
    game = session.lobby.find_game(message.world)
    game.watch(session, message)
    session.game, session.state = game, State.WORLD


def _check_is_player(session: Session) -> None:
    if session.slot < 0:
        raise Rejected(ErrorCode.FORBIDDEN, "who watches does not play")


def inputs(session: Session, message: codec.Input, now: float) -> None:
    assert session.game is not None
    _check_is_player(session)
    session.game.world.add_input(session.slot, message.tick, message.commands)


def chat_message(session: Session, message: codec.ChatMessage, now: float) -> None:
    _check_is_player(session)
    text = _chat_text(session, message.text, now)
    if text.startswith("/"):
        session.lobby.commands.run(session, text)
    else:
        session.lobby.chat.say(session, text, now)


def whisper(session: Session, message: codec.Whisper, now: float) -> None:
    session.lobby.chat.whisper(session, message.player_id, _chat_text(session, message.text, now))


def emote(session: Session, message: codec.Emote, now: float) -> None:
    _check_is_player(session)
    try:
        kind = EmoteKind(message.kind)
    except ValueError:
        raise Rejected(ErrorCode.EMOTE_UNKNOWN) from None
    _take_chat_token(session, now)
    session.lobby.chat.show(session, kind)


def report(session: Session, message: codec.Report, now: float) -> None:
    text = _chat_text(session, message.text, now)
    session.lobby.start(session.lobby.reports.file(session, message.player_id, text))


def rename(session: Session, message: codec.Rename, now: float) -> None:
    _take_chat_token(session, now)
    session.lobby.start(session.lobby.accounts.rename(session, message.name))


def _chat_text(session: Session, raw: str, now: float) -> str:
    """What the player wrote, fit to be shown. Raises Rejected."""
    text = clean_chat(raw)
    if not text:
        raise Rejected(ErrorCode.CHAT_EMPTY)
    if len(text) > session.lobby.settings.chat_characters:
        raise Rejected(
            ErrorCode.CHAT_TOO_LONG, f"at most {session.lobby.settings.chat_characters} characters"
        )
    _take_chat_token(session, now)
    return text


def _take_chat_token(session: Session, now: float) -> None:
    if not session.chat_bucket.take(now):
        wait_ms = round(session.chat_bucket.wait_seconds * 1000)
        raise Rejected(ErrorCode.CHAT_TOO_FAST, retry_after_ms=wait_ms)


def chunk_request(session: Session, message: codec.ChunkRequest, now: float) -> None:
    assert session.game is not None
    session.game.audience.request_chunk(session, message.chunk_x, message.chunk_y)


def edit(session: Session, message: requests.EditMessage, now: float) -> None:
    done = partial(_tell_edit, session, message.edit)
    try:
        check = _check_may_edit(session, now)
        operation = requests.operation_of(message)
    except Rejected as refusal:
        done(refusal)
        return
    assert session.game is not None
    time_ms = session.lobby.wall_clock_ms()
    author = session.player_id
    session.game.edit(Edit(session.name, session.via, operation, time_ms, done, author, check))


def edit_undo(session: Session, message: codec.EditUndo, now: float) -> None:
    done = partial(_tell_edit, session, message.edit)
    try:
        check = _check_may_edit(session, now)
    except Rejected as refusal:
        done(refusal)
        return
    assert session.game is not None
    author, redo = session.player_id, bool(message.redo)
    session.game.undo(Undo(session.name, session.via, done, author, check, redo))


def _check_may_edit(session: Session, now: float) -> Check | None:
    """Raises Rejected where this player may not edit, or not just now. Returns what the
    world's mode has to say about the cells."""
    assert session.game is not None
    assert session.identity is not None
    identity, mode = session.identity, session.game.mode
    editor = Editor(identity.player_id, identity.name, identity.role, identity.is_account)
    may_edit = session.may("map", "edit") or session.lobby.settings.guests_may_build
    if not (may_edit or mode.may_build(editor)):
        raise Rejected(ErrorCode.EDIT_FORBIDDEN)
    if not session.edit_bucket.take(now):
        wait_ms = round(session.edit_bucket.wait_seconds * 1000)
        raise Rejected(ErrorCode.EDIT_TOO_FAST, retry_after_ms=wait_ms)
    return partial(mode.check_edit, editor) if mode.checks_edits else None


def _tell_edit(session: Session, number: int, result: AppliedEdit | Rejected) -> None:
    if session.state is not State.CLOSED:
        session.peer.send(requests.result_frame(number, result))


def ping(session: Session, message: codec.Ping, now: float) -> None:
    tick, phase = (session.game or session.lobby.default_game).clock(now)
    session.peer.send(codec.Pong(token=message.token, tick=tick, phase=phase).encode())


def pong(session: Session, message: codec.Pong, now: float) -> None:
    """Besides being a sign of life it may tell how long the way is."""
    session.pulse.answered(message.token, now)


def resync(session: Session, message: codec.Resync, now: float) -> None:
    assert session.game is not None
    session.game.audience.resync(session)


def clean_chat(text: str) -> str:
    """One line without control characters. Joiners stay: families of emoji need them."""
    return "".join(
        each
        for each in " ".join(text.split())
        if unicodedata.category(each) != "Cc" and each not in _BIDI_OVERRIDES
    )


HANDLERS: dict[int, tuple[State | None, Callable[..., None]]] = {
    MessageType.HELLO: (State.HELLO, hello),
    MessageType.AUTH: (State.AUTH, auth),
    MessageType.ENTER_WORLD: (State.LOBBY, enter_world),
    MessageType.WATCH: (None, watch),
    MessageType.INPUT: (State.WORLD, inputs),
    MessageType.CHAT_MESSAGE: (State.WORLD, chat_message),
    MessageType.WHISPER: (State.WORLD, whisper),
    MessageType.EMOTE: (State.WORLD, emote),
    MessageType.REPORT: (State.WORLD, report),
    MessageType.RENAME: (State.WORLD, rename),
    MessageType.RESYNC: (State.WORLD, resync),
    MessageType.CHUNK_REQUEST: (State.WORLD, chunk_request),
    MessageType.EDIT_CELLS: (State.WORLD, edit),
    MessageType.EDIT_SHAPE: (State.WORLD, edit),
    MessageType.EDIT_STAMP: (State.WORLD, edit),
    MessageType.EDIT_UNDO: (State.WORLD, edit_undo),
    MessageType.PING: (None, ping),
    MessageType.PONG: (None, pong),
}
"""Message -> (the state that it needs, None for any; the method that carries it out)."""

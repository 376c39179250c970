"""One connection's side of the protocol: bytes in, calls out. Knows no socket and no clock.

`Session.receive` looks each message up in `handlers`: the state that it needs and what it does.
`now` is in seconds of any clock that does not go back.
"""

from __future__ import annotations

import logging
import struct
from typing import TYPE_CHECKING

from protocol_spec import codec
from protocol_spec.codec import ErrorCode, LeaveReason, MessageType, NoticeCode
from server.failures import ProtocolError, Rejected
from server.frames import error_frame, notice_frame
from server.handlers import HANDLERS, State
from server.limits import Bucket
from server.peer import Peer
from server.people.identity import Identity
from server.people.roles import may
from server.pulse import Pulse

if TYPE_CHECKING:
    from server.game import Game
    from server.lobby import Lobby

log = logging.getLogger(__name__)

NORMAL_CLOSE_CODE = 1000
TEXT_CLOSE_CODE = 1003
"""RFC 6455, 7.4.1: data of a type that the endpoint cannot accept."""
NOT_MEANT = (ErrorCode.SILENT, ErrorCode.INTERNAL)
"""Neither the player nor anybody else wanted the end: they may resume."""


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
        self.pulse = Pulse(now)
        self._messages = Bucket(settings.messages_per_second, settings.message_burst, now)
        self._over_limit = 0
        self.chat_bucket = Bucket(
            settings.chat_burst / settings.chat_window_seconds, settings.chat_burst, now
        )
        self.edit_bucket = Bucket(settings.edits_per_second, settings.edit_burst, now)

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
        self.pulse.heard(now)
        if self.game is not None:
            self.game.counters.bytes_received += len(data)
        if self.slot >= 0 and self.state is State.WORLD and self._take_input(data, now):
            return
        message_type = 0
        try:
            if len(data) > codec.MAX_CLIENT_MESSAGE:
                raise ProtocolError(ErrorCode.MESSAGE_TOO_LARGE)
            for message_type, payload in codec.parse(data):
                self.pulse.message_count += 1
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
        self.pulse.message_count += 1
        assert self.game is not None
        self.game.world.add_input(self.slot, tick, command)
        return True

    def receive_text(self) -> None:
        """A text WebSocket message came: the protocol has none."""
        self.fail(ErrorCode.TEXT_FRAME, close_code=TEXT_CLOSE_CODE)

    def broken_off(self) -> None:
        """The gateway closes it, for what came is no WebSocket message, or too long to be read."""
        self._leave(LeaveReason.REMOVED)

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
        pulse = self.pulse
        silent = now - pulse.heard_at
        if self.identity is None and now - pulse.began > settings.auth_timeout_seconds:
            self.fail(ErrorCode.AUTH_TIMEOUT)
        elif silent > settings.ping_after_seconds + settings.silence_seconds:
            self.fail(ErrorCode.SILENT)
        elif self.peer.queued_bytes > settings.queued_bytes:
            self.drop()
        elif silent > settings.ping_after_seconds:
            if not pulse.is_asked:
                self.peer.send(pulse.ask())
        elif self.slot >= 0 and pulse.may_measure(now):
            self.peer.send(pulse.measure(now))
        pulse.count(now)

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
        settings, now = self.lobby.settings, self.pulse.heard_at
        self.chat_bucket = Bucket(
            settings.chat_burst / settings.chat_window_seconds, settings.chat_burst, now
        )
        self.edit_bucket = Bucket(settings.edits_per_second, settings.edit_burst, now)

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
        self.peer.send(
            error_frame(code, text, message_type, fatal=True, retry_after_ms=retry_after_ms)
        )
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
            is_own = codec.LOWEST_OWN_TYPE <= message_type <= codec.HIGHEST_OWN_TYPE
            if is_own and self.state is State.WORLD and self.game is not None:
                self.game.mode.message(self.player_id, message_type, payload)
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
            error_frame(
                refusal.code, str(refusal), message_type, retry_after_ms=refusal.retry_after_ms
            )
        )

    def _count_over_limit(self, message_type: int) -> None:
        """One reply, then, after as many more as a burst may have, the end."""
        self._over_limit += 1
        if self._over_limit == 1:
            self._refuse(Rejected(ErrorCode.RATE_LIMITED), message_type)
        elif self._over_limit > self.lobby.settings.message_burst:
            raise ProtocolError(ErrorCode.RATE_LIMITED)


_INPUT = int(MessageType.INPUT)
_ONE_INPUT = struct.Struct("!BHIB6s")
"""Type, length, tick, count and the command: a third of all that a player costs when it goes
through the codec, a tenth when it does not (tests/bench)."""

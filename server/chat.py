"""What players say: who may, what the filter makes of it, who hears it, and what is kept."""

from __future__ import annotations

from collections import deque

from protocol_spec import codec
from protocol_spec.codec import ErrorCode, NoticeCode
from server.chat_filter import Action, ChatFilter
from server.failures import Rejected
from server.game import Game, wall_clock_ms
from server.identity import SanctionKind
from server.lobby import Lobby
from server.player_log import PlayerLog
from server.session import Session
from server.store.chat import ChatLine
from server.world import Say

REMEMBERED = 200
"""Lines that a report or a newcomer can be shown, in each world."""
REPORTED = 50
"""Lines that go with a report."""


class Chat:
    def __init__(self, lobby: Lobby, player_log: PlayerLog, chat_filter: ChatFilter) -> None:
        self.filter = chat_filter
        self._lobby = lobby
        self._log = player_log
        self._recent: dict[str, deque[ChatLine]] = {
            name: deque(maxlen=REMEMBERED) for name in lobby.games
        }
        self._slow_seconds: dict[str, float] = {}
        """By world: how long everybody waits between two lines."""
        self._spoke: dict[int, float] = {}
        """When each player spoke last."""

    def say(self, session: Session, text: str, now: float) -> None:
        """A player speaks to the world. Raises Rejected."""
        game = session.game
        assert game is not None
        self._check_may_speak(session)
        if not session.may("chat", "slow_mode"):
            self._wait_turn(session, game, now)
        time_ms = wall_clock_ms()
        is_shadowed = self._is_shadowed(session)
        verdict = self.filter.judge(text)
        shown = verdict.masked_text if verdict.action is Action.MASK else text
        fate = "shadowed" if is_shadowed else _FATES.get(verdict.action, "said")
        self._keep(session, game.name, text, fate, time_ms)
        said = Say(session.player_id, shown, time_ms)
        if is_shadowed:
            session.peer.send(_frame(said))
        elif verdict.action is Action.HOLD:
            session.notice(NoticeCode.CHAT_HELD)
        else:
            game.submit(said)

    def whisper(self, session: Session, player_id: int, text: str) -> None:
        """A player speaks to one other. Raises Rejected."""
        self._check_may_speak(session)
        if not session.may("chat", "whisper"):
            raise Rejected(ErrorCode.FORBIDDEN)
        other = self._lobby.players.get(player_id)
        if other is None or other is session or other.game is None or session.game is None:
            raise Rejected(ErrorCode.CHAT_NOBODY)
        time_ms = wall_clock_ms()
        is_shadowed = self._is_shadowed(session)
        verdict = self.filter.judge(text)
        shown = verdict.masked_text if verdict.action is Action.MASK else text
        is_held = verdict.action is Action.HOLD
        fate = "shadowed" if is_shadowed else _FATES.get(verdict.action, "said")
        self._keep(session, session.game.name, text, fate, time_ms, to=other)
        if is_held and not is_shadowed:
            session.notice(NoticeCode.CHAT_HELD)
            return
        session.peer.send(codec.Whisper(player_id, 1, other.name, shown, time_ms).encode())
        if not is_shadowed:
            heard = codec.Whisper(session.player_id, 0, session.name, shown, time_ms)
            other.peer.send(heard.encode())

    def announce(self, who: str, text: str, world: str = "") -> None:
        """Tells everybody in a world, or in all of them."""
        for session in list(self._lobby.players.values()):
            if session.game is not None and world in ("", session.game.name):
                session.notice(NoticeCode.ANNOUNCEMENT, who, text)

    def set_slow_mode(self, world: str, seconds: float) -> None:
        """Everybody in the world waits so long between two lines; 0: no more."""
        self._slow_seconds[world] = seconds
        for session in list(self._lobby.players.values()):
            if session.game is not None and session.game.name == world:
                session.notice(NoticeCode.SLOW_MODE, f"{seconds:g}")

    def slow_mode(self, world: str) -> float:
        return self._slow_seconds.get(world, 0.0)

    def recent(self, world: str, player_id: int) -> list[ChatLine]:
        """The last lines that a player could read, the oldest first."""
        lines = [
            each
            for each in self._recent.get(world, ())
            if each.fate in ("said", "masked", "flagged")
            and (each.to_id is None or player_id in (each.to_id, each.player_id))
        ]
        return lines[-REPORTED:]

    def remove(self, line: ChatLine) -> None:
        """Takes a line from everybody's sight."""
        frame = codec.ChatRemoved(line.player_id, line.time_ms).encode()
        for session in list(self._lobby.players.values()):
            if session.game is not None and session.game.name == line.world:
                session.peer.send(frame)

    def release(self, line: ChatLine) -> None:
        """Lets a line that was held go out after all."""
        game = self._lobby.games.get(line.world)
        if game is not None:
            game.submit(Say(line.player_id, line.text, line.time_ms))

    def _check_may_speak(self, session: Session) -> None:
        assert session.identity is not None
        now_ms = wall_clock_ms()
        mute = session.identity.sanction(SanctionKind.MUTE, now_ms)
        if mute is not None:
            raise Rejected(ErrorCode.CHAT_MUTED, mute.reason, mute.left_ms(now_ms))
        if not session.may("chat", "speak"):
            raise Rejected(ErrorCode.FORBIDDEN)

    def _wait_turn(self, session: Session, game: Game, now: float) -> None:
        slow = self._slow_seconds.get(game.name, 0.0)
        wait = self._spoke.get(session.player_id, -slow) + slow - now
        if slow and wait > 0:
            raise Rejected(ErrorCode.CHAT_TOO_FAST, retry_after_ms=round(wait * 1000))
        if slow:
            self._spoke[session.player_id] = now
        else:
            self._spoke.clear()

    def _is_shadowed(self, session: Session) -> bool:
        assert session.identity is not None
        return session.identity.sanction(SanctionKind.SHADOW_MUTE, wall_clock_ms()) is not None

    def _keep(
        self,
        session: Session,
        world: str,
        text: str,
        fate: str,
        time_ms: int,
        to: Session | None = None,
    ) -> None:
        line = ChatLine(
            time_ms=time_ms,
            world=world,
            player_id=session.player_id,
            name=session.name,
            text=text,
            fate=fate,
            to_id=to.player_id if to else None,
            to_name=to.name if to else "",
        )
        self._recent[world].append(line)
        self._log.said(line)


_FATES = {Action.MASK: "masked", Action.FLAG: "flagged", Action.HOLD: "held"}


def _frame(said: Say) -> bytes:
    return codec.ChatMessage(said.player_id, said.text, said.timestamp_ms).encode()

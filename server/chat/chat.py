"""What players say: who may, what the filter makes of it, who hears it, and what is kept."""

from __future__ import annotations

from collections import deque

from protocol_spec import codec
from protocol_spec.codec import EmoteKind, ErrorCode, NoticeCode
from server.chat.filter import Action, ChatFilter
from server.clock import wall_clock_ms
from server.failures import Rejected
from server.game import Game
from server.lobby import Lobby
from server.people.identity import SanctionKind
from server.player_log import PlayerLog
from server.session import Session
from server.store.chat import ChatLine
from server.world import Say, Show

REMEMBERED = 200
"""Lines that a report or a newcomer can be shown, in each world."""
REPORTED = 50
"""Lines that go with a report."""


class Chat:
    def __init__(self, lobby: Lobby, player_log: PlayerLog, chat_filter: ChatFilter) -> None:
        self.filter = chat_filter
        self._lobby = lobby
        self._log = player_log
        self._time_ms = 0
        self._recent: dict[str, deque[ChatLine]] = {}
        self._slow_seconds: dict[str, float] = {}
        """By world: how long everybody waits between two lines."""
        self._spoke: dict[str, dict[int, float]] = {}
        """By world: when those spoke who have to wait, for it is in slow mode."""

    def say(self, session: Session, text: str, now: float) -> None:
        """A player speaks to the world. Raises Rejected."""
        game = session.game
        assert game is not None
        self._check_may_speak(session)
        if not session.may("chat", "slow_mode"):
            self._wait_turn(session, game, now)
        shown, fate = self._judge(session, text)
        line = self._keep(session, text, fate)
        if shown is None:
            session.notice(NoticeCode.CHAT_HELD)
        elif fate == "shadowed":
            echo = codec.ChatMessage(line.player_id, shown, line.time_ms)
            game.audience.tell(session, echo.encode())
        else:
            game.submit(Say(line.player_id, shown, line.time_ms))

    def whisper(self, session: Session, player_id: int, text: str) -> None:
        """A player speaks to one other. Raises Rejected."""
        self._check_may_speak(session)
        if not session.may("chat", "whisper"):
            raise Rejected(ErrorCode.FORBIDDEN)
        other = self._lobby.players.get(player_id)
        if other is None or other is session or not other.is_in_world:
            raise Rejected(ErrorCode.CHAT_NOBODY)
        shown, fate = self._judge(session, text)
        line = self._keep(session, text, fate, to=other)
        if shown is None:
            session.notice(NoticeCode.CHAT_HELD)
        else:
            self._whispered(line, shown)

    def show(self, session: Session, kind: EmoteKind) -> None:
        """A player shows something without words. Raises Rejected."""
        game = session.game
        assert game is not None
        self._check_may_speak(session)
        assert session.identity is not None
        if session.identity.sanction(SanctionKind.SHADOW_MUTE, wall_clock_ms()) is not None:
            game.audience.tell(session, codec.Emote(session.player_id, kind).encode())
        else:
            game.submit(Show(session.player_id, kind))

    def announce(self, who: str, text: str, world: str = "") -> None:
        """Tells everybody in a world, or in all of them."""
        for session in list(self._lobby.players.values()):
            if session.is_in_world and world in ("", session.world_name):
                session.notice(NoticeCode.ANNOUNCEMENT, who, text)

    def set_slow_mode(self, world: str, seconds: float) -> None:
        """Everybody in the world waits so long between two lines; 0: no more."""
        self._slow_seconds[world] = seconds
        for session in list(self._lobby.players.values()):
            if session.is_in_world and session.world_name == world:
                session.notice(NoticeCode.SLOW_MODE, f"{seconds:g}")

    def slow_mode(self, world: str) -> float:
        return self._slow_seconds.get(world, self._lobby.settings.slow_mode_seconds)

    def recent(self, world: str, player_id: int) -> list[ChatLine]:
        """The last lines that a player in that world could read, the oldest first.

        Whispers reach players in whatever world they are.
        """
        lines = [
            each
            for lines in self._recent.values()
            for each in lines
            if (player_id in (each.to_id, each.player_id) if each.to_id else each.world == world)
            and (each.fate in READ or (each.fate == "shadowed" and each.player_id == player_id))
        ]
        return sorted(lines, key=lambda each: each.time_ms)[-REPORTED:]

    def remove(self, line: ChatLine) -> None:
        """Takes a line from the sight of all who could read it."""
        frame = codec.ChatRemoved(line.player_id, line.time_ms).encode()
        for session in list(self._lobby.players.values()):
            is_reader = (
                session.player_id in (line.player_id, line.to_id)
                if line.to_id
                else session.world_name == line.world
            )
            if is_reader and session.is_in_world:
                session.peer.send(frame)

    def release(self, line: ChatLine) -> None:
        """Lets a line that was held go out after all."""
        self._remember(line)
        game = self._lobby.games.get(line.world)
        if line.to_id:
            self._whispered(line, line.text)
        elif game is not None:
            game.submit(Say(line.player_id, line.text, line.time_ms))

    def _whispered(self, line: ChatLine, shown: str) -> None:
        """Sends a whisper to its writer, and to whom it is for, as far as they are here."""
        writer = self._lobby.players.get(line.player_id)
        other = self._lobby.players.get(line.to_id or 0)
        own = codec.Whisper(line.to_id or 0, 1, line.to_name, shown, line.time_ms)
        heard = codec.Whisper(line.player_id, 0, line.name, shown, line.time_ms)
        if writer is not None and writer.is_in_world:
            writer.peer.send(own.encode())
        if other is not None and other.is_in_world and line.fate != "shadowed":
            other.peer.send(heard.encode())

    def _check_may_speak(self, session: Session) -> None:
        assert session.identity is not None
        now_ms = wall_clock_ms()
        mute = session.identity.sanction(SanctionKind.MUTE, now_ms)
        if mute is not None:
            raise Rejected(ErrorCode.CHAT_MUTED, mute.reason, mute.left_ms(now_ms))
        if not session.may("chat", "speak"):
            raise Rejected(ErrorCode.FORBIDDEN)

    def _wait_turn(self, session: Session, game: Game, now: float) -> None:
        slow = self.slow_mode(game.name)
        spoke = self._spoke.setdefault(game.name, {})
        for player_id in [each for each, when in spoke.items() if when + slow <= now]:
            del spoke[player_id]
        if (when := spoke.get(session.player_id)) is not None:
            wait = when + slow - now
            raise Rejected(ErrorCode.CHAT_TOO_FAST, retry_after_ms=round(wait * 1000))
        if slow:
            spoke[session.player_id] = now

    def _judge(self, session: Session, text: str) -> tuple[str | None, str]:
        """What is shown of a line, None where it is held, and what becomes of it.

        Who is shadow muted sees of their own lines what everybody would.
        """
        assert session.identity is not None
        verdict = self.filter.judge(text)
        shown = verdict.masked_text if verdict.action is Action.MASK else text
        if session.identity.sanction(SanctionKind.SHADOW_MUTE, wall_clock_ms()) is not None:
            fate = "shadowed"
        else:
            fate = _FATES.get(verdict.action, "said")
        return (None if verdict.action is Action.HOLD else shown), fate

    def _keep(self, session: Session, text: str, fate: str, to: Session | None = None) -> ChatLine:
        # No two lines have the same time: by it one is taken away again.
        self._time_ms = max(wall_clock_ms(), self._time_ms + 1)
        line = ChatLine(
            time_ms=self._time_ms,
            world=session.world_name,
            player_id=session.player_id,
            name=session.name,
            text=text,
            fate=fate,
            to_id=to.player_id if to else None,
            to_name=to.name if to else "",
        )
        self._remember(line)
        self._log.said(line)
        return line

    def _remember(self, line: ChatLine) -> None:
        if line.world in self._lobby.games:
            recent = self._recent.setdefault(line.world, deque(maxlen=REMEMBERED))
            recent.append(line)


READ = ("said", "masked", "flagged")
"""What became of lines that others could read."""
_FATES = {Action.MASK: "masked", Action.FLAG: "flagged", Action.HOLD: "held"}

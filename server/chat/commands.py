"""Commands in the chat: a line that begins with a slash. A table says who may give which."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from protocol_spec.codec import ErrorCode, MessageType, NoticeCode
from server.chat.chat import Chat
from server.failures import Rejected
from server.lobby import Lobby
from server.moderation.actor import Actor
from server.moderation.deeds import Deeds
from server.moderation.reports import ReportDesk
from server.moderation.sanctions import SanctionDesk
from server.people.accounts import Accounts
from server.people.authentication import busy
from server.people.identity import SanctionKind
from server.people.names import LONGEST
from server.session import Session
from server.store import StoreError

VIA = "game"
DURATION = re.compile(r"(\d{1,6})([smhdw])")
UNIT_MS = {"s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000, "w": 604_800_000}

Words = dict[str, str]
Run = Callable[[Session, Words], Awaitable[None]]


@dataclass(frozen=True)
class Command:
    name: str
    permission: tuple[str, str]
    """Resource and action."""
    parameters: str
    """As CHAT_COMMAND has them: player, duration, number, word; text takes the rest of the line."""
    run: Run


class Commands:
    def __init__(
        self,
        lobby: Lobby,
        chat: Chat,
        accounts: Accounts,
        sanctions: SanctionDesk,
        reports: ReportDesk,
        deeds: Deeds,
    ) -> None:
        self._lobby = lobby
        self._chat = chat
        self._accounts = accounts
        self._sanctions = sanctions
        self._reports = reports
        self._deeds = deeds
        speak, kick = ("chat", "speak"), ("player", "kick")
        mute, ban = ("player", "mute"), ("player", "ban")
        shadow = ("player", "shadow_mute")
        self._table = {
            each.name: each
            for each in (
                Command("help", speak, "", self._help),
                Command("who", speak, "", self._who),
                Command("w", ("chat", "whisper"), "player text", self._whisper),
                Command("nick", ("own", "rename"), "text", self._nick),
                Command("report", ("report", "file"), "player text", self._report),
                Command("kick", kick, "player [text]", self._with(SanctionKind.KICK)),
                Command(
                    "warn", ("player", "warn"), "player text", self._with(SanctionKind.WARNING)
                ),
                Command("mute", mute, "player [duration] [text]", self._with(SanctionKind.MUTE)),
                Command("unmute", mute, "player", self._lift(SanctionKind.MUTE)),
                Command(
                    "shadowmute",
                    shadow,
                    "player [duration] [text]",
                    self._with(SanctionKind.SHADOW_MUTE),
                ),
                Command("unshadowmute", shadow, "player", self._lift(SanctionKind.SHADOW_MUTE)),
                Command("ban", ban, "player [duration] [text]", self._with(SanctionKind.BAN)),
                Command("unban", ban, "player", self._lift(SanctionKind.BAN)),
                Command("tp", ("player", "teleport"), "player [player]", self._teleport),
                Command("slow", ("chat", "slow_mode"), "number", self._slow),
                Command("say", ("chat", "announce"), "text", self._announce),
            )
        }

    def allowed(self, session: Session) -> list[tuple[str, str]]:
        """Those that a player may give, with their parameters, by name; the mode's too."""
        found = dict(session.game.mode.commands) if session.game is not None else {}
        for each in self._table.values():
            if session.may(*each.permission):
                found[each.name] = each.parameters
            else:
                found.pop(each.name, None)
        return sorted(found.items())

    def run(self, session: Session, line: str) -> None:
        """Carries a line out that begins with a slash. Raises Rejected."""
        name, _, rest = line[1:].partition(" ")
        command = self._table.get(name.lower())
        mode = session.game.mode if session.game is not None else None
        if command is None and mode is not None and name.lower() in mode.commands:
            mode.command(session.player_id, name.lower(), rest.strip())
            return
        if command is None or not session.may(*command.permission):
            raise Rejected(ErrorCode.COMMAND_UNKNOWN, f"/{name[:32]}")
        words = self._parse(command, rest.strip())
        self._lobby.start(self._carry_out(command, session, words))

    async def _carry_out(self, command: Command, session: Session, words: Words) -> None:
        try:
            await command.run(session, words)
        except Rejected as refusal:
            session.refuse(refusal, MessageType.CHAT_MESSAGE)
        except StoreError as trouble:
            session.refuse(busy(trouble), MessageType.CHAT_MESSAGE)

    def _parse(self, command: Command, rest: str) -> Words:
        """The line's words by their parameters. Raises Rejected COMMAND_USAGE."""
        usage = Rejected(ErrorCode.COMMAND_USAGE, f"/{command.name} {command.parameters}".strip())
        words: Words = {}
        for parameter in command.parameters.split():
            kind = parameter.strip("[]")
            key = kind if kind not in words else f"second {kind}"
            is_optional = parameter != kind
            taken, left = self._take(kind, rest)
            if taken:
                words[key], rest = taken, left
            elif not is_optional:
                raise usage
        if rest:
            raise usage
        return words

    def _take(self, kind: str, rest: str) -> tuple[str, str]:
        """What belongs to a parameter, and what is left of the line; empty where it is not there.

        A name may have spaces, and stand in quotes.
        """
        if kind == "text":
            return rest, ""
        if kind == "player":
            quoted = re.match(r'"([^"]+)"\s*', rest)
            if quoted:
                return quoted[1], rest[quoted.end() :]
            found = self._named_first(rest)
            return found, rest[len(found) :].strip()
        word, _, left = rest.partition(" ")
        if kind == "duration" and not DURATION.fullmatch(word.lower()):
            return "", rest
        if kind == "number" and not re.fullmatch(r"\d{1,4}", word):
            return "", rest
        return word, left.strip()

    def _named_first(self, rest: str) -> str:
        """The longest name that a line begins with and somebody has; else its first word.

        One that is spelled so comes before one that only looks so, or `/ban Pozzo spam` would hit
        a Pozzospam.
        """
        words = rest.split(" ")
        starts = [" ".join(words[:count]) for count in range(1, min(len(words), LONGEST) + 1)]
        named = {each: who.name for each in starts if (who := self._lobby.find_named(each))}
        spelled = [each for each, name in named.items() if name.casefold() == each.casefold()]
        return (spelled or list(named) or starts[:1])[-1]

    def _player(self, name: str) -> Session:
        identity = self._lobby.find_named(name)
        session = self._lobby.players.get(identity.player_id) if identity else None
        if session is None:
            raise Rejected(ErrorCode.CHAT_NOBODY, name)
        return session

    def _with(self, kind: SanctionKind) -> Run:
        async def run(session: Session, words: Words) -> None:
            subject = await self._sanctions.find_named(words["player"])
            await self._sanctions.sanction(
                actor_of(session),
                kind,
                subject.player_id,
                words.get("text", ""),
                duration_ms=_milliseconds(words.get("duration", "")),
            )
            session.notice(NoticeCode.DONE, kind.value, subject.name)

        return run

    def _lift(self, kind: SanctionKind) -> Run:
        async def run(session: Session, words: Words) -> None:
            subject = await self._sanctions.find_named(words["player"])
            lifted = await self._sanctions.lift_all(actor_of(session), kind, subject.player_id)
            if not lifted:
                raise Rejected(ErrorCode.CHAT_NOBODY, f"no {kind.value} is in force")
            session.notice(NoticeCode.DONE, f"un{kind.value}", subject.name)

        return run

    async def _help(self, session: Session, words: Words) -> None:
        lines = [f"/{name} {parameters}".strip() for name, parameters in self.allowed(session)]
        session.notice(NoticeCode.COMMANDS, *lines)

    async def _who(self, session: Session, words: Words) -> None:
        if session.game is not None:
            names = sorted(each.name for each in session.game.player_statuses())
            session.notice(NoticeCode.PLAYERS, session.game.name, *names)

    async def _whisper(self, session: Session, words: Words) -> None:
        self._chat.whisper(session, self._player(words["player"]).player_id, words["text"])

    async def _nick(self, session: Session, words: Words) -> None:
        await self._accounts.rename_player(session, words["text"])

    async def _report(self, session: Session, words: Words) -> None:
        other = self._player(words["player"])
        await self._reports.file(session, other.player_id, words["text"])

    async def _teleport(self, session: Session, words: Words) -> None:
        """Oneself to somebody, or somebody to somebody else."""
        first = self._player(words["player"])
        goal = self._player(words["second player"]) if "second player" in words else first
        moved = session if goal is first else first
        await self._deeds.teleport_to(actor_of(session), moved, goal)
        session.notice(NoticeCode.DONE, "teleport", moved.name)

    async def _slow(self, session: Session, words: Words) -> None:
        if session.game is not None:
            seconds = int(words["number"])
            await self._deeds.slow_mode(actor_of(session), session.game.name, seconds)

    async def _announce(self, session: Session, words: Words) -> None:
        world = session.game.name if session.game else ""
        await self._deeds.announce(actor_of(session), words["text"], world)


def actor_of(session: Session) -> Actor:
    """A player who acts in the game."""
    assert session.identity is not None
    return Actor(session.player_id, session.name, session.identity.role, VIA)


def _milliseconds(duration: str) -> int | None:
    """Of "10m", "2h" and the like; None, which is for good, where there is none."""
    found = DURATION.fullmatch(duration.lower())
    return int(found[1]) * UNIT_MS[found[2]] if found else None

"""The classic endpoint's words <-> the protocol's own, for who speaks only those four. Pure.

A classic connection is an ordinary session with this in front of it. So it is let in, limited,
muted, filtered and banned as all others are: nothing of that is here.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from urllib.parse import parse_qs

from protocol_spec import classic, codec
from protocol_spec.codec import UNITS_PER_TILE, WALK_SPEED, AuthMethod, ErrorCode, NoticeCode
from server.people.identity import Standing

MOST_IN_SIGHT = 100
"""So many others a client is told of, the nearest: each costs a WebSocket message."""
TICKS_A_TURN = 2
"""So many ticks are between two tellings of who is where: ten a second."""
MOST_NAMES = 9
"""So many names are tried for a client that asked for none."""
FARTHEST_TILES = 1 << 20
"""Beyond any map: wishes are cut there, so that they stay whole numbers of 32 bits."""

MOST_NAME_BYTES, MOST_WORLD_BYTES = 255, 64
"""AUTH.name and ENTER_WORLD.world hold so much."""

_PATH = re.compile(r"/ws/0*([1-9][0-9]{0,9})")
_ALIVE = codec.Pong(0, 0, 0).encode()
"""It counts as a message and a sign of life, and asks for nothing."""


@dataclass(frozen=True)
class Wish:
    """What the address says that a client would like."""

    player_id: int
    """By what number it wants to be called, on its own connection."""
    name: str = ""
    """Empty: one made of the number."""
    world: str = ""

    @classmethod
    def read(cls, path: str, query: str) -> Wish | None:
        """From `/ws/{player_id}?name=...&world=...`; None where it is not that."""
        found = _PATH.fullmatch(path)
        player_id = int(found[1]) if found else 0
        if not 0 < player_id <= 0xFFFFFFFF:
            return None
        try:
            # More than a handful of fields has nobody meant.
            asked = parse_qs(query, max_num_fields=8)
        except ValueError:
            return None
        name, world = (asked.get(each, [""])[0] for each in ("name", "world"))
        if len(name.encode()) > MOST_NAME_BYTES or len(world.encode()) > MOST_WORLD_BYTES:
            return None
        return cls(player_id, name, world)


@dataclass(frozen=True)
class Sight:
    """What a player sees at a tick."""

    own: Standing
    speed: int
    """Of the tile under them, in percent."""
    others: Iterable[tuple[int, Standing]]
    """By slot."""


class Interpreter:
    """Between one classic client and its session.

    `ask` takes what is for the session, `tell` what is for the client; `end` ends the session for
    a refusal that the client has no words for, None: because the client said good-bye.
    """

    def __init__(
        self,
        wish: Wish,
        ask: Callable[[bytes], None],
        tell: Callable[[bytes], None],
        end: Callable[[ErrorCode | None], None],
    ) -> None:
        self._wish = wish
        self._ask = ask
        self._tell = tell
        self._end = end
        self._names_tried = 0
        self._player_id = 0
        self._tick_rate = 1
        self._tick = 0
        self.slot = -1
        """The player's in the world; -1: not there yet."""
        self._target: classic.PlayerUpdate | None = None
        self._by_slot: dict[int, int] = {}
        """Who is in the world: the numbers that the server gave."""
        self._shown: dict[int, Standing] = {}
        """By those numbers: how the client knows them."""
        self._unheard: list[bytes] = []
        """What was said in the tick in which the client came: first it hears where it is."""

    def begin(self) -> None:
        """The socket is open."""
        hello = codec.Hello(
            magic=codec.MAGIC,
            lowest_version=codec.PROTOCOL_VERSION,
            highest_version=codec.PROTOCOL_VERSION,
            features=0,
            schema_hash=codec.SCHEMA_HASH,
            client="classic",
        )
        self._ask(hello.encode())
        self._introduce()

    def receive(self, data: bytes) -> None:
        """The client sent a message. Raises DecodeError."""
        message = classic.decode(data)
        match message:
            case classic.ChatMessage() if self.slot >= 0:
                self._ask(codec.ChatMessage(0, message.text, 0).encode())
                return
            case classic.PlayerUpdate() if math.isfinite(message.x) and math.isfinite(message.y):
                self._target = message
            case classic.PlayerLeave():
                self._end(None)
        self._ask(_ALIVE)

    def hear(self, data: bytes) -> bool:
        """The session sent a message; True where a tick of the world is done with it."""
        is_tick = False
        for kind, payload in codec.parse(data):
            if kind == codec.WorldState.TYPE:
                self._tick = int.from_bytes(payload[:4])
                is_tick = True
            elif kind in _HEARD:
                message = codec.decode(kind, payload)
                assert message is not None
                self._take(message)
        return is_tick and self.slot >= 0

    def look(self, sight: Sight) -> bytes:
        """What the player sees at the tick that was heard; returns their command for the next."""
        if self._player_id not in self._shown or (self._tick + self.slot) % TICKS_A_TURN == 0:
            self._show(sight)
        return self._command(sight)

    @property
    def tick(self) -> int:
        """The last one that was heard."""
        return self._tick

    def _take(self, message: codec.Message) -> None:
        match message:
            case codec.Welcome():
                self._tick_rate = message.tick_rate
            case codec.AuthOk():
                if not self._player_id:
                    self._ask(codec.EnterWorld(self._wish.world).encode())
                self._player_id = message.player_id
            case codec.WorldEntered():
                self.slot = message.slot
            case codec.PlayerJoin():
                self._by_slot[message.slot] = message.player_id
            case codec.PlayerLeave():
                self._forget(message.player_id)
            case codec.ChatMessage():
                self._say(message.player_id, message.text)
            case codec.Whisper():
                if not message.own:
                    self._say(message.player_id, f"/w {message.text}")
            case codec.Notice():
                self._take_notice(message)
            case codec.Error():
                self._take_error(message)

    def _take_notice(self, message: codec.Notice) -> None:
        values = message.values.split("\x1f") if message.values else []
        if message.code == NoticeCode.ANNOUNCEMENT:
            self._say(0, ": ".join(values))
        elif message.code in NoticeCode.__members__.values():
            self._say(0, " ".join([NoticeCode(message.code).name, *values]))

    def _take_error(self, message: codec.Error) -> None:
        if message.fatal:
            return  # The close that follows says the same.
        code = ErrorCode(message.code)
        is_name = code in (ErrorCode.NAME_IN_USE, ErrorCode.NAME_REGISTERED)
        if is_name and not self._wish.name and self._names_tried < MOST_NAMES:
            self._introduce()
        elif message.message in (codec.Auth.TYPE, codec.EnterWorld.TYPE):
            self._end(code)
        else:
            self._say(0, f"{code.name} {message.text}".strip())

    def _introduce(self) -> None:
        """Asks to be let in, under the name that was wished for or the next that may be free."""
        self._names_tried += 1
        name = self._wish.name
        if not name:
            again = f" {self._names_tried}" if self._names_tried > 1 else ""
            name = f"Player {self._wish.player_id}{again}"
        self._ask(codec.Auth(AuthMethod.GUEST, 0, name, b"").encode())

    def _named(self, player_id: int) -> int:
        """What this client calls a player: itself as it wished, and whoever has that number by
        the one that the server gave to the client."""
        if player_id == self._player_id:
            return self._wish.player_id
        return self._player_id if player_id == self._wish.player_id else player_id

    @property
    def _seconds(self) -> float:
        return self._tick / self._tick_rate

    def _say(self, player_id: int, text: str) -> None:
        who = self._named(player_id) if player_id else 0
        text = text.encode()[: classic.CHAT_BYTES].decode(errors="ignore")
        line = classic.ChatMessage(who, text, self._seconds).encode()
        if self._player_id in self._shown:
            self._tell(line)
        else:
            self._unheard.append(line)

    def _show(self, sight: Sight) -> None:
        seen = {self._player_id: sight.own}
        for slot, standing in sight.others:
            if (player_id := self._by_slot.get(slot)) is not None:
                seen[player_id] = standing
        for player_id in [each for each in self._shown if each not in seen]:
            self._forget(player_id)
        for player_id, standing in seen.items():
            before = self._shown.get(player_id)
            who = self._named(player_id)
            if before is None:
                self._tell(classic.PlayerJoin(who).encode())
            if before != standing:
                self._tell(self._update(who, standing).encode())
        self._shown = seen
        for line in self._unheard:
            self._tell(line)
        self._unheard.clear()

    def _forget(self, player_id: int) -> None:
        if self._shown.pop(player_id, None) is not None:
            self._tell(classic.PlayerLeave(self._named(player_id)).encode())

    def _update(self, who: int, at: Standing) -> classic.PlayerUpdate:
        return classic.PlayerUpdate(
            who,
            at.x / UNITS_PER_TILE,
            at.y / UNITS_PER_TILE,
            at.z / UNITS_PER_TILE,
            at.rotation * 360 / 65536,
            self._seconds,
        )

    def _command(self, sight: Sight) -> bytes:
        """The next step towards where the client would like to be; empty where it said nothing."""
        target, own = self._target, sight.own
        if target is None:
            return b""
        right, down = _units(target.x) - own.x, _units(target.y) - own.y
        direction = round(math.atan2(down, right) * 32768 / math.pi)
        # Movement heeds the upper 8 bits only, and goes no further than there is to go.
        direction = (direction + 128) & 0xFF00
        full_step = WALK_SPEED * max(sight.speed, 1)
        pace = min(255, math.isqrt(right * right + down * down) * 25500 // full_step)
        aim = own.rotation
        if math.isfinite(target.rotation):
            aim = round(target.rotation * 65536 / 360) & 0xFFFF
        return codec.Command(direction, aim, pace, buttons=0).pack()


_HEARD = {
    each.TYPE
    for each in (
        codec.Welcome,
        codec.AuthOk,
        codec.WorldEntered,
        codec.PlayerJoin,
        codec.PlayerLeave,
        codec.ChatMessage,
        codec.Whisper,
        codec.Notice,
        codec.Error,
    )
}
"""Of all that a session is told a classic client gets no more than these can say."""


def _units(tiles: float) -> int:
    return round(max(-FARTHEST_TILES, min(tiles, FARTHEST_TILES)) * UNITS_PER_TILE)

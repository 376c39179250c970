"""The classic endpoint: its bytes, what it makes of them, and the thirty-line clients of the guide.

Most of it without a socket: a `Line` is what a gateway's connection is to a ClassicSession. The
last part is over real sockets, through both gateways.
"""

from __future__ import annotations

import asyncio
import dataclasses
import json
import math
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

from protocol_spec import classic
from protocol_spec.client import Client
from protocol_spec.codec import BODY_RADIUS, DecodeError, ErrorCode, Message, NoticeCode
from server.chunks import TileMap
from server.classic import MOST_IN_SIGHT, Wish
from server.gateway.classic import ClassicSession
from server.moderation.actor import OPERATOR
from server.people.identity import SanctionKind
from server.world import TICK_RATE
from tests.godot_client import complaints
from tests.mock_server import TILES, WALL, MockServer, grass
from tests.people import becomes, done
from tests.running import RunningServer, running_server

ROOT = Path(__file__).resolve().parents[1]
VECTORS = json.loads((ROOT / "protocol_spec/vectors/classic.json").read_text(encoding="utf-8"))
PAGE = (ROOT / "protocol_spec/PROTOCOL.md").read_text(encoding="utf-8")
SECTION = PAGE.partition("\n## The classic endpoint\n")[2].partition("\n## ")[0]


def name_of(vector: dict[str, Any]) -> str:
    return str(vector["name"])


@pytest.mark.parametrize("vector", VECTORS["valid"], ids=name_of)
def test_a_valid_vector_decodes_to_its_fields_and_encodes_to_its_bytes(
    vector: dict[str, Any],
) -> None:
    data = bytes.fromhex(vector["hex"])
    message = classic.decode(data)
    name = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", type(message).__name__).upper()
    shown = {"name": name, "fields": dataclasses.asdict(message)}
    assert shown == vector["message"]
    if not vector.get("decode_only"):
        assert message.encode() == data


@pytest.mark.parametrize("vector", VECTORS["invalid"], ids=name_of)
def test_an_invalid_vector_is_refused_with_its_error(vector: dict[str, Any]) -> None:
    with pytest.raises(DecodeError) as refusal:
        classic.decode(bytes.fromhex(vector["hex"]))
    assert refusal.value.code.name == vector["error"]


@pytest.mark.parametrize(
    ("path", "query", "wish"),
    [
        ("/ws/7", "", Wish(7)),
        ("/ws/4294967295", "name=Lucky&world=maze", Wish(4294967295, "Lucky", "maze")),
        ("/ws/7", "name=%D0%9F%D0%BE%D1%86%D1%86%D0%BE+1&colour=red", Wish(7, "Поццо 1")),
        ("/ws/0", "", None),
        ("/ws/4294967296", "", None),
        ("/ws/-7", "", None),
        ("/ws/+7", "", None),
        ("/ws/٧", "", None),
        ("/ws/seven", "", None),
        ("/ws/", "", None),
        ("/ws/7/8", "", None),
        ("/ws/7", "world=" + "x" * 65, None),
        ("/ws/7", "&".join(f"a{each}=b" for each in range(9)), None),
    ],
)
def test_an_address_is_read_as_a_wish(path: str, query: str, wish: Wish | None) -> None:
    assert Wish.read(path, query) == wish


class Line:
    """A connection without a socket."""

    def __init__(self, server: MockServer, wish: Wish, address: str = "") -> None:
        self.server = server
        self.address = address
        self.remote = address or "127.0.0.1"
        self.is_secure = True
        self.queued_bytes = 0
        self.heard: list[classic.Message] = []
        self.closed: tuple[int, str] | None = None
        self._soon: list[Callable[[float], None]] = []
        self.session = ClassicSession(server.lobby, self, wish)  # type: ignore[arg-type]
        self.rest()

    @property
    def now(self) -> float:
        return self.server.now

    def soon(self, work: Callable[[float], None]) -> None:
        self._soon.append(work)

    def rest(self) -> None:
        """What the event loop does next."""
        while self._soon:
            self._soon.pop(0)(self.now)

    def send(self, message: bytes) -> None:
        self.heard.append(classic.decode(message))

    def close(self, code: int, reason: str) -> None:
        self.closed = self.closed or (code, reason)

    def abort(self) -> None:
        self.closed = self.closed or (1006, "")

    def say(self, *messages: classic.Message | bytes) -> None:
        for each in messages:
            self.session.receive(each if isinstance(each, bytes) else each.encode(), self.now)
        self.rest()

    def wish(self, x: float, y: float, rotation: float = 0.0, player_id: int = 7) -> None:
        self.say(classic.PlayerUpdate(player_id, x, y, 0.0, rotation, 0.0))

    def tick(self, count: int = 1) -> None:
        for _ in range(count):
            self.server.tick()
            self.rest()

    def chat(self) -> list[tuple[int, str]]:
        said = [each for each in self.heard if isinstance(each, classic.ChatMessage)]
        return [(each.player_id, each.text) for each in said]

    def places(self, player_id: int) -> list[tuple[float, float]]:
        """All places at which the client was told that player is."""
        updates = [each for each in self.heard if isinstance(each, classic.PlayerUpdate)]
        return [(each.x, each.y) for each in updates if each.player_id == player_id]

    def in_sight(self) -> set[int]:
        """Whom a client draws that believes PLAYER_JOIN and PLAYER_LEAVE."""
        seen: set[int] = set()
        for each in self.heard:
            if isinstance(each, classic.PlayerJoin):
                assert each.player_id not in seen
                seen.add(each.player_id)
            elif isinstance(each, classic.PlayerLeave):
                seen.remove(each.player_id)
        return seen

    @property
    def player_id(self) -> int:
        """The server's own number for the client."""
        return self.session._session.player_id


@pytest.fixture
def mock() -> MockServer:
    return MockServer()


def joined(mock: MockServer, player_id: int = 7, name: str = "", address: str = "") -> Line:
    line = Line(mock, Wish(player_id, name), address)
    line.tick(2)
    assert line.closed is None
    return line


def test_first_one_hears_of_oneself(mock: MockServer) -> None:
    line = joined(mock)
    assert line.heard[:2] == [
        classic.PlayerJoin(7),
        classic.PlayerUpdate(7, 48.5, 48.5, 0.0, 90.0, line.heard[1].timestamp),  # type: ignore[union-attr]
    ]


def test_what_is_said_as_one_comes_in_is_heard_after_that(mock: MockServer) -> None:
    other = mock.join("Vladimir")
    line = Line(mock, Wish(7))
    other.say("welcome")
    line.tick(2)
    kinds = [type(each) for each in line.heard if each != classic.PlayerJoin(other.player_id)]
    assert kinds[:2] == [classic.PlayerJoin, classic.PlayerUpdate]
    assert line.chat() == [(other.player_id, "welcome")]


def test_timestamps_are_seconds_of_the_worlds_clock(mock: MockServer) -> None:
    line = joined(mock)
    line.wish(60.0, 48.5)
    line.tick(10)
    update = line.heard[-1]
    assert isinstance(update, classic.PlayerUpdate)
    assert mock.world.tick - round(update.timestamp * TICK_RATE) in (0, 1)


def test_a_wish_is_walked_to_at_walking_speed_and_no_faster(mock: MockServer) -> None:
    line, other = joined(mock), mock.join("Vladimir")
    line.wish(51.5, 52.5, rotation=180.0)
    before = (48.5, 48.5)
    walked = 0
    while math.dist(before, (51.5, 52.5)) > 0.02:
        line.tick()
        walked += 1
        slot = other.players[line.player_id].slot
        now = (mock.world.x[slot] / 1024, mock.world.y[slot] / 1024)
        assert math.dist(before, now) <= 0.2501
        before = now
    # Five tiles at five tiles a second.
    assert 19 <= walked <= 25
    line.tick(10)
    seen = other.players[line.player_id]
    assert math.dist((seen.x / 256, seen.y / 256), (51.5, 52.5)) < 0.02
    assert seen.rotation == 128
    assert math.dist(line.places(7)[-1], (51.5, 52.5)) < 0.02


def test_the_newest_wish_counts(mock: MockServer) -> None:
    line = joined(mock)
    line.wish(90.0, 48.5)
    line.tick(10)
    line.wish(48.5, 48.5)
    line.tick(20)
    assert math.dist(line.places(7)[-1], (48.5, 48.5)) < 0.02


def test_a_wall_stops_and_one_slides_along_it() -> None:
    cells = grass(96, 96)
    cells[1, :, 52] = WALL
    line = joined(MockServer(TileMap.of(cells, TILES)))
    line.wish(53.0, 58.5)
    line.tick(100)
    x, y = line.places(7)[-1]
    assert x == (52 * 1024 - 1 - BODY_RADIUS) / 1024
    assert 58.4 < y <= 58.5


def test_nobody_leaves_the_map(mock: MockServer) -> None:
    line = joined(mock)
    line.wish(-3e38, 3e38)
    line.tick(300)
    x, y = line.places(7)[-1]
    assert (x, y) == (BODY_RADIUS / 1024, (96 * 1024 - 1 - BODY_RADIUS) / 1024)


@pytest.mark.parametrize("odd", [math.nan, math.inf, -math.inf])
def test_a_place_that_is_no_finite_number_says_nothing(mock: MockServer, odd: float) -> None:
    line = joined(mock)
    line.wish(odd, 48.5)
    line.wish(48.5, odd)
    line.tick(5)
    assert (line.places(7), line.closed) == ([(48.5, 48.5)], None)
    line.wish(49.5, 48.5, rotation=odd)
    line.tick(10)
    assert math.dist(line.places(7)[-1], (49.5, 48.5)) < 0.02


def test_whatever_number_one_claims_one_moves_oneself(mock: MockServer) -> None:
    line, other = joined(mock), mock.join("Vladimir")
    line.wish(50.5, 48.5, player_id=other.player_id)
    line.say(classic.ChatMessage(other.player_id, "I am Vladimir", 0.0))
    line.tick(20)
    assert line.places(7)[-1] != (48.5, 48.5)
    assert line.places(other.player_id) == [(48.5, 48.5)]
    assert [(each.player_id, each.text) for each in other.chat] == [
        (line.player_id, "I am Vladimir")
    ]
    assert line.chat() == [(7, "I am Vladimir")]


def test_two_may_wish_for_the_same_number(mock: MockServer) -> None:
    one, two = joined(mock), joined(mock)
    one.tick(2)
    assert one.in_sight() == {7, two.player_id}
    assert two.in_sight() == {7, one.player_id}
    names = {each.name for each in mock.world.players.values()}
    assert names == {"Player 7", "Player 7 2"}


def test_a_number_that_is_anothers_trades_places_with_ones_own(mock: MockServer) -> None:
    other = mock.join("Vladimir")
    line = joined(mock, player_id=other.player_id)
    line.tick(2)
    assert line.in_sight() == {other.player_id, line.player_id}
    other.say("hello")
    line.say(classic.ChatMessage(0, "hello yourself", 0.0))
    line.tick(2)
    assert line.chat() == [(line.player_id, "hello"), (other.player_id, "hello yourself")]


def test_a_name_in_the_address_is_ones_name(mock: MockServer) -> None:
    other = mock.join("Vladimir")
    line = joined(mock, name="Поццо")
    line.tick()
    assert other.players[line.player_id].name == "Поццо"


@pytest.mark.parametrize(
    ("name", "code"),
    [("Vladimir", ErrorCode.NAME_IN_USE), ("x", ErrorCode.NAME_TOO_SHORT)],
)
def test_a_name_that_may_not_be_closes_with_its_code(
    mock: MockServer, name: str, code: ErrorCode
) -> None:
    mock.join("Vladimir")
    line = Line(mock, Wish(7, name))
    assert line.closed == (4000 + code, code.name)
    assert line.heard == []


def test_an_unknown_world_closes_with_its_code(mock: MockServer) -> None:
    line = Line(mock, Wish(7, world="the moon"))
    assert line.closed == (4036, "WORLD_UNKNOWN")


def test_where_guests_may_not_play_nobody_gets_in() -> None:
    line = Line(MockServer(guests=False), Wish(7))
    assert line.closed == (4074, "GUESTS_FORBIDDEN")


def test_a_full_world_closes_with_its_code() -> None:
    mock = MockServer(max_players=1)
    mock.join("Vladimir")
    assert Line(mock, Wish(7)).closed == (4037, "WORLD_FULL")


def test_the_banned_stay_out(mock: MockServer) -> None:
    line = joined(mock, address="192.0.2.7")
    done(mock.services.sanctions.sanction(OPERATOR, SanctionKind.BAN, line.player_id, "enough"))
    line.rest()
    assert line.closed == (4052, "BANNED")
    assert Line(mock, Wish(8), "192.0.2.7").closed == (4052, "BANNED")


def test_connections_are_counted_like_all_others() -> None:
    mock = MockServer(connections_per_address=1)
    joined(mock, address="192.0.2.7")
    assert Line(mock, Wish(8), "192.0.2.7").closed == (4038, "TOO_MANY_CONNECTIONS")


def test_the_muted_are_not_heard_and_are_told_so(mock: MockServer) -> None:
    line, other = joined(mock), mock.join("Vladimir")
    mute = mock.services.sanctions.sanction
    done(mute(OPERATOR, SanctionKind.MUTE, line.player_id, "thinking aloud"))
    line.say(classic.ChatMessage(7, "quaquaquaqua", 0.0))
    line.tick()
    assert line.chat() == [(0, "MUTED thinking aloud 0"), (0, "CHAT_MUTED thinking aloud")]
    assert other.chat == []


def test_chat_is_limited_cleaned_and_filtered_like_anybodys(mock: MockServer) -> None:
    line, other = joined(mock), mock.join("Vladimir")
    line.say(*(classic.ChatMessage(7, f"a\n{each}\x07", 0.0) for each in range(9)))
    line.tick()
    assert [each.text for each in other.chat] == [f"a {each}" for each in range(8)]
    assert line.chat()[0] == (0, "CHAT_TOO_FAST")
    mock.now += 10
    line.say(classic.ChatMessage(7, "what a shit", 0.0))
    line.tick()
    assert other.chat[-1].text == "what a ****"


def test_commands_and_whispers_come_as_chat(mock: MockServer) -> None:
    line, other = joined(mock), mock.join("Vladimir")
    other.whisper(line.player_id, "are you there?")
    line.say(classic.ChatMessage(7, "/w Vladimir I am", 0.0))
    line.say(classic.ChatMessage(7, "/nonsense", 0.0))
    line.tick()
    assert line.chat() == [(other.player_id, "/w are you there?"), (0, "COMMAND_UNKNOWN /nonsense")]
    assert [each.text for each in other.whispers if not each.own] == ["I am"]


def test_announcements_are_the_servers_own_chat(mock: MockServer) -> None:
    line = joined(mock)
    line.session._session.notice(NoticeCode.ANNOUNCEMENT, "Godot", "I shall come tomorrow")
    line.rest()
    assert line.chat() == [(0, "Godot: I shall come tomorrow")]


def test_a_text_longer_than_the_message_holds_is_cut_between_letters(mock: MockServer) -> None:
    line = joined(mock)
    line.session._session.notice(NoticeCode.ANNOUNCEMENT, "Годо", "ждите" * 300)
    line.rest()
    text = line.chat()[0][1]
    assert text.startswith("Годо: ждите")
    assert 1998 <= len(text.encode()) <= classic.CHAT_BYTES


def test_what_is_said_before_one_is_there_is_not_heard(mock: MockServer) -> None:
    other = mock.join("Vladimir")
    line = Line(mock, Wish(7))
    line.say(classic.ChatMessage(7, "first!", 0.0))
    line.tick(2)
    assert (line.closed, other.chat) == (None, [])


def test_a_flood_is_warned_of_and_then_ends(mock: MockServer) -> None:
    line = joined(mock)
    line.say(*[classic.PlayerUpdate(7, 48.5, 48.5, 0.0, 0.0, 0.0)] * 400)
    assert line.chat() == [(0, "RATE_LIMITED")]
    assert line.closed == (4023, "RATE_LIMITED")


def test_who_walks_and_says_no_more_than_others_may_is_no_flood(mock: MockServer) -> None:
    """The server's own steps are not the client's messages."""
    line = joined(mock)
    for _ in range(TICK_RATE * 10):
        line.wish(60.0, 48.5)
        line.wish(60.0, 48.5)
        line.wish(60.0, 48.5)
        line.tick()
    assert (line.closed, line.chat()) == (None, [])


def test_who_is_silent_is_closed_and_who_is_not_is_not(mock: MockServer) -> None:
    silent, busy = joined(mock, 7), joined(mock, 8)
    for _ in range(26):
        mock.now += 1
        busy.wish(48.5, 48.5)
        for line in (silent, busy):
            line.session._session.check_time(mock.now)
            line.rest()
    assert (silent.closed, busy.closed) == ((4024, "SILENT"), None)


def test_good_bye_is_a_message_too(mock: MockServer) -> None:
    line, other = joined(mock), mock.join("Vladimir")
    line.say(classic.PlayerJoin(7))
    line.say(classic.PlayerLeave(7))
    assert line.closed == (1000, "")
    mock.tick()
    assert list(other.players) == [other.player_id]
    joined(mock, name="Player 7")


def test_whoever_is_gone_leaves_the_name_behind_at_once(mock: MockServer) -> None:
    line = joined(mock, name="Lucky")
    line.session.lost(said_goodbye=False)
    mock.tick()
    joined(mock, name="Lucky")


def test_who_walks_out_of_sight_leaves_and_joins_again_when_back() -> None:
    mock = MockServer(TileMap.of(grass(256, 256), TILES), spawns=((48, 48), (50, 48)))
    line, other = joined(mock), mock.join("Vladimir")
    line.tick(2)
    assert line.in_sight() == {7, other.player_id}
    mock.game.move(other.player_id, 200 * 1024, 200 * 1024, 0)
    line.tick(4)
    assert line.in_sight() == {7}
    told = len(line.heard)
    mock.walk(other, 0, 20)
    line.tick()
    assert len(line.heard) == told
    mock.game.move(other.player_id, 49 * 1024, 48 * 1024, 0)
    line.tick(4)
    assert line.in_sight() == {7, other.player_id}
    other.disconnect()
    line.tick(2)
    assert line.in_sight() == {7}


def test_of_a_crowd_the_nearest_are_told_of() -> None:
    mock = MockServer(spawns=((48, 48), *((32 + each % 48, 30) for each in range(MOST_IN_SIGHT))))
    line = joined(mock, player_id=1_000_000)
    crowd = [mock.join(f"Player {each}00") for each in range(MOST_IN_SIGHT + 10)]
    line.tick(3)
    seen = line.in_sight() - {1_000_000}
    assert len(seen) == MOST_IN_SIGHT
    own = mock.world.players[line.player_id].slot

    def away(player_id: int) -> float:
        slot = mock.world.players[player_id].slot
        return math.dist(
            (mock.world.x[own], mock.world.y[own]), (mock.world.x[slot], mock.world.y[slot])
        )

    hidden = {each.player_id for each in crowd} - seen
    assert max(map(away, seen)) <= min(map(away, hidden))


def test_who_does_not_read_is_told_nothing_meanwhile(mock: MockServer) -> None:
    line, other = joined(mock), mock.join("Vladimir")
    line.tick(2)
    line.queued_bytes = 40_000
    line.session.clogged()
    told = len(line.heard)
    mock.walk(other, 0, 20)
    line.rest()
    assert len(line.heard) == told
    line.queued_bytes = 0
    line.tick(3)
    assert line.places(other.player_id)[-1][0] > 48.5


# Real sockets.


def hear(client: ClientConnection, until: Callable[[classic.Message], bool]) -> classic.Message:
    """The first message of that kind."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        message = client.recv(timeout=10)
        assert isinstance(message, bytes)
        if until(classic.decode(message)):
            return classic.decode(message)
    raise AssertionError("it never came")


def closed_with(client: ClientConnection) -> int:
    """The close code; nothing but messages of this endpoint may come before it."""
    with pytest.raises(ConnectionClosed) as closed:
        hear(client, lambda message: False)
    assert closed.value.rcvd is not None
    return closed.value.rcvd.code


def test_one_comes_in_walks_and_talks(either_server: RunningServer) -> None:
    async def play() -> None:
        other = await Client.join(either_server.url, "Vladimir")
        wishes = await asyncio.to_thread(connect, f"{either_server.url}/7", compression=None)
        with wishes:
            start = hear(wishes, lambda each: isinstance(each, classic.PlayerUpdate))
            assert isinstance(start, classic.PlayerUpdate)
            assert start.player_id == 7
            wish = dataclasses.replace(start, x=start.x + 2)
            wishes.send(wish.encode())
            wishes.send(classic.ChatMessage(7, "Hello!", 0.0).encode())
            await other.wait_for(lambda session: [each.text for each in session.chat] == ["Hello!"])
            player = other.session.player("Player 7")
            assert player is not None
            assert other.session.chat[0].player_id == player.player_id
            await other.wait_for(lambda session: abs(player.x / 256 - wish.x) < 0.05)
        await other.wait_for(lambda session: session.player("Player 7") is None)
        await other.close()

    asyncio.run(play())


@pytest.mark.parametrize("vector", VECTORS["invalid"], ids=name_of)
def test_malformed_bytes_close_with_their_code(
    either_server: RunningServer, vector: dict[str, Any]
) -> None:
    with connect(f"{either_server.url}/7", compression=None) as client:
        client.send(bytes.fromhex(vector["hex"]))
        assert closed_with(client) == 4000 + ErrorCode[vector["error"]]


def test_too_many_bytes_and_words_have_their_codes(either_server: RunningServer) -> None:
    with connect(f"{either_server.url}/7", compression=None) as client:
        client.send(bytes([1]) * 4097)
        assert closed_with(client) == 4012
    with connect(f"{either_server.url}/7", compression=None) as client:
        client.send("hello?")
        assert closed_with(client) == 1003


@pytest.mark.parametrize("path", ["0", "seven", "7/8", "4294967296"])
def test_another_address_is_no_game_socket(either_server: RunningServer, path: str) -> None:
    with pytest.raises(InvalidStatus) as refused:
        connect(f"{either_server.url}/{path}", compression=None)
    assert refused.value.response.status_code == 403


def test_pages_of_foreign_origin_are_kept_out_here_too(either_server: RunningServer) -> None:
    with pytest.raises(InvalidStatus) as refused:
        connect(f"{either_server.url}/7", origin=Origin("https://example.org"))
    assert refused.value.response.status_code == 403


@pytest.mark.parametrize("gateway", ["fast", "asgi"])
def test_it_can_be_shut(tmp_path: Path, gateway: str) -> None:
    environment = {"ESTRAGON_CLASSIC": "false"}
    with running_server(tmp_path, "--gateway", gateway, environment=environment) as server:
        with pytest.raises(InvalidStatus) as refused:
            connect(f"{server.url}/7")
        assert refused.value.response.status_code == 403


def block(language: str) -> str:
    """The section's client in that language."""
    found = re.findall(rf"```{language}\n(.*?)```", SECTION, re.DOTALL)
    assert len(found) == 1
    return str(found[0])


LONGEST_CLIENT = 30


def length_of(code: str) -> int:
    """Lines that are not blank."""
    return sum(bool(line.strip()) for line in code.splitlines())


def meet(server: RunningServer, folder: Path, *command: str | Path) -> None:
    """Sees the guide's client walk five tiles and hears it say hello; then ends it."""
    heard = folder / "heard"
    started: list[subprocess.Popen[bytes]] = []

    def start() -> None:
        with heard.open("wb") as file:
            started.append(subprocess.Popen(command, stdout=file, stderr=subprocess.STDOUT))

    def said() -> list[str]:
        return heard.read_text(encoding="utf-8").splitlines()

    async def watch() -> int:
        other = await Client.join(server.url, "Vladimir")
        ways: list[int] = []

        def note(_: Message) -> None:
            """From the first message on that shows it: several may come in one read."""
            lucky = other.session.player("Lucky")
            if lucky is not None and lucky.is_in_sight:
                ways.append(lucky.x)

        other.session.on_message = note
        await asyncio.to_thread(start)
        await other.wait_for(lambda session: len(ways) > 0, 60)
        await other.wait_for(lambda session: ways[-1] > ways[0] + 4.9 * 256, 20)
        await other.wait_for(lambda session: any(e.text == "Hello!" for e in session.chat))
        other.session.say("Good morning")
        greeted = f"{other.session.player_id} says Good morning"
        await asyncio.to_thread(becomes, said, lambda lines: greeted in lines)
        await other.close()
        return other.session.player_id

    try:
        other_id = asyncio.run(watch())
        becomes(said, lambda lines: f"{other_id} is gone" in lines)
    finally:
        started[0].kill()
        started[0].wait(20)
    assert said()[0].startswith(("7 is here", "Godot Engine"))
    for line in ("7 says Hello!", f"{other_id} is here"):
        assert line in said()
    assert any(re.fullmatch(r"7 is at \d+\.\d\d, \d+\.\d\d", line) for line in said())
    assert complaints("\n".join(said())) == []
    assert "Traceback" not in heard.read_text(encoding="utf-8")


@pytest.fixture
def fresh_server(tmp_path: Path) -> Iterator[RunningServer]:
    """The second to come to the village has five tiles of meadow to the east."""
    with running_server(tmp_path) as server:
        yield server


def test_the_guides_client_in_python(fresh_server: RunningServer, tmp_path: Path) -> None:
    code = block("python")
    assert length_of(code) <= LONGEST_CLIENT
    program = tmp_path / "lucky.py"
    program.write_text(code.replace("ws://127.0.0.1:8000/ws", fresh_server.url))
    meet(fresh_server, tmp_path, sys.executable, program)


def test_the_guides_client_in_gdscript(
    fresh_server: RunningServer, godot: Path, tmp_path: Path
) -> None:
    (tmp_path / "project.godot").write_text(
        "config_version=5\n[debug]\ngdscript/warnings/untyped_declaration=2\n"
    )
    code = block("gdscript")
    assert length_of(code) <= LONGEST_CLIENT
    script = tmp_path / "lucky.gd"
    script.write_text(code)
    for tool in (["gdformat", "--check", "--line-length", "100"], ["gdlint"]):
        subprocess.run([Path(sys.executable).with_name(tool[0]), *tool[1:], script], check=True)
    script.write_text(code.replace("ws://127.0.0.1:8000/ws", fresh_server.url))
    (tmp_path / "lucky.tscn").write_text(
        '[gd_scene format=3]\n[ext_resource type="Script" path="res://lucky.gd" id="1"]\n'
        '[node name="Lucky" type="Node"]\nscript = ExtResource("1")\n'
    )
    meet(fresh_server, tmp_path, godot, "--headless", "--path", tmp_path, "res://lucky.tscn")

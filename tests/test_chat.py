"""What is said, who hears it, and what becomes of it. What the filter finds has its own tests."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from protocol_spec import codec
from protocol_spec.client import Client
from protocol_spec.codec import ErrorCode, NoticeCode
from server.chat.filter import Action, Rule
from server.editing.keeper import Keeper
from server.game import Game
from server.mapmakers import Draft
from server.moderation.actor import OPERATOR, Actor
from server.modes.finding import free_roam
from server.people.identity import SanctionKind
from server.people.roles import Role, may
from server.player_log import DAY_MS
from server.store import Store, chat, sanctions
from server.store.accounts import Visit, visits_of, write_log
from server.store.audit import Audit
from server.store.chat import ChatLine
from server.tiles import builtin_tile_set
from server.world import World
from tests.mock_server import MockServer, SameThread, grass, meadow
from tests.people import (
    QUICK,
    account,
    actor,
    done,
    enter,
    guest,
    hang_up,
    heard,
    joined,
    log_in,
    of_type,
    play,
    refusal,
    staff,
    with_ticket,
)
from tests.running import RunningServer, running_server

MASKED, FLAGGED, HELD = "pozzoism", "luckyism", "godotism"


@pytest.fixture
def mock() -> MockServer:
    """With a word for each thing that the filter may do."""
    mock = MockServer(chat_burst=1000)
    rules = [
        Rule(MASKED, "en", Action.MASK),
        Rule(FLAGGED, "en", Action.FLAG),
        Rule(HELD, "en", Action.HOLD),
    ]
    done(mock.services.deeds.set_filter_rules(OPERATOR, rules))
    return mock


def kept(mock: MockServer) -> list[ChatLine]:
    """What the database has, the oldest first."""
    done(mock.services.player_log.flush())
    return done(mock.services.database.do(chat.lines))[::-1]


def number_of(mock: MockServer, text: str) -> int:
    (found,) = [each.number for each in kept(mock) if each.text == text]
    return found


# -- To the world ---------------------------------------------------------------------------


def test_what_is_said_is_kept_with_who_where_and_when(mock: MockServer) -> None:
    client = guest(mock, "Vladimir")
    client.say("Ничего нельзя сделать 🌳")
    assert heard(client) == ["Ничего нельзя сделать 🌳"]
    (line,) = kept(mock)
    assert (line.world, line.name, line.player_id, line.text, line.fate, line.to_id) == (
        "meadow",
        "Vladimir",
        client.player_id,
        "Ничего нельзя сделать 🌳",
        "said",
        None,
    )
    assert line.time_ms == client.chat[0].timestamp


def test_no_two_lines_have_the_same_time(mock: MockServer) -> None:
    """By its time a line is taken away again."""
    client = guest(mock, "Vladimir")
    for number in range(100):
        client.say(str(number))
    assert len(heard(client)) == 100
    times = [each.timestamp for each in client.chat]
    assert times == sorted(set(times))


def test_a_masked_line_is_kept_as_it_was_written(mock: MockServer) -> None:
    client, other = guest(mock, "Vladimir"), guest(mock, "Estragon")
    client.say(f"such {MASKED} again")
    assert heard(other) == heard(client) == ["such ******** again"]
    (line,) = kept(mock)
    assert (line.text, line.fate) == (f"such {MASKED} again", "masked")


def test_a_flagged_line_is_said_and_pointed_out(mock: MockServer) -> None:
    client = guest(mock, "Vladimir")
    client.say(FLAGGED)
    assert heard(client) == [FLAGGED]
    assert kept(mock)[0].fate == "flagged"


def test_a_held_line_waits_for_the_staff(mock: MockServer) -> None:
    client, other = guest(mock, "Vladimir"), guest(mock, "Estragon")
    client.say(f"more {HELD}")
    assert heard(client) == heard(other) == []
    assert client.notices == [(NoticeCode.CHAT_HELD, [])]
    number = number_of(mock, f"more {HELD}")
    assert kept(mock)[0].fate == "held"
    done(mock.services.deeds.release_line(OPERATOR, number))
    assert heard(other) == heard(client) == [f"more {HELD}"]
    assert kept(mock)[0].fate == "said"
    assert other.chat[0].timestamp == kept(mock)[0].time_ms


def test_a_held_line_is_let_go_once(mock: MockServer) -> None:
    client = guest(mock, "Vladimir")
    client.say(HELD)
    number = number_of(mock, HELD)
    done(mock.services.deeds.release_line(OPERATOR, number))
    again = mock.services.deeds.release_line(OPERATOR, number)
    assert refusal(again) is ErrorCode.CHAT_NOBODY
    assert heard(client) == [HELD]


@pytest.mark.parametrize("text", ["plain", MASKED, FLAGGED])
def test_only_what_was_held_can_be_let_go(mock: MockServer, text: str) -> None:
    client, other = guest(mock, "Vladimir"), guest(mock, "Estragon")
    client.say(text)
    mock.tick()
    already = list(other.chat)
    release = mock.services.deeds.release_line
    assert refusal(release(OPERATOR, number_of(mock, text))) is ErrorCode.CHAT_NOBODY
    assert refusal(release(OPERATOR, 12345)) is ErrorCode.CHAT_NOBODY
    mock.tick()
    assert other.chat == already


def test_a_shadow_muted_line_cannot_be_let_go(mock: MockServer) -> None:
    client, other = guest(mock, "Vladimir"), guest(mock, "Estragon")
    mute = mock.services.sanctions.sanction(
        OPERATOR, SanctionKind.SHADOW_MUTE, client.player_id, "x"
    )
    done(mute)
    client.say("hidden")
    number = number_of(mock, "hidden")
    release = mock.services.deeds.release_line
    assert refusal(release(OPERATOR, number)) is ErrorCode.CHAT_NOBODY
    client.say(f"more {HELD}")
    assert client.notices == [(NoticeCode.CHAT_HELD, [])]
    assert heard(client) == ["hidden"]
    assert heard(other) == []


def test_a_held_whisper_that_is_let_go_is_whispered(mock: MockServer) -> None:
    """Not shouted to the whole world."""
    client, other, third = (guest(mock, name) for name in ("Vladimir", "Estragon", "Pozzo"))
    client.whisper(other.player_id, f"our {HELD}")
    assert client.notices == [(NoticeCode.CHAT_HELD, [])]
    assert client.whispers == other.whispers == []
    done(mock.services.deeds.release_line(OPERATOR, number_of(mock, f"our {HELD}")))
    mock.tick()
    assert [(each.player_id, each.own, each.text) for each in other.whispers] == [
        (client.player_id, 0, f"our {HELD}")
    ]
    assert [(each.player_id, each.own) for each in client.whispers] == [(other.player_id, 1)]
    assert (third.whispers, third.chat, other.chat) == ([], [], [])


def test_a_held_line_whose_writer_is_gone_harms_nobody(mock: MockServer) -> None:
    client, other = guest(mock, "Vladimir"), guest(mock, "Estragon")
    client.say(HELD)
    client.whisper(other.player_id, f"our {HELD}")
    client.server_session.lost(said_goodbye=True)
    for text in (HELD, f"our {HELD}"):
        done(mock.services.deeds.release_line(OPERATOR, number_of(mock, text)))
    assert heard(other) == []
    assert [each.name for each in other.whispers] == ["Vladimir"]


def test_a_line_that_is_deleted_is_taken_from_everybodys_sight(mock: MockServer) -> None:
    client, other = guest(mock, "Vladimir"), guest(mock, "Estragon")
    for text in ("stays", "goes", "stays too"):
        client.say(text)
    mock.tick()
    number = number_of(mock, "goes")
    done(mock.services.deeds.delete_line(OPERATOR, number))
    assert heard(other) == heard(client) == ["stays", "stays too"]
    (removed,) = of_type(other, codec.ChatRemoved)
    assert removed.player_id == client.player_id
    again = mock.services.deeds.delete_line(OPERATOR, number)
    assert refusal(again) is ErrorCode.CHAT_NOBODY
    assert [each.fate for each in kept(mock)] == ["said", "deleted", "said"]


def test_a_whisper_that_is_deleted_is_nobody_elses_business(mock: MockServer) -> None:
    client, other, third = (guest(mock, name) for name in ("Vladimir", "Estragon", "Pozzo"))
    client.whisper(other.player_id, "pst")
    done(mock.services.deeds.delete_line(OPERATOR, number_of(mock, "pst")))
    assert [len(of_type(each, codec.ChatRemoved)) for each in (client, other, third)] == [1, 1, 0]


@pytest.mark.parametrize("role", Role)
def test_only_who_may_deletes_lines_and_lets_them_go(mock: MockServer, role: Role) -> None:
    client = guest(mock, "Vladimir")
    client.say(HELD)
    number, who = number_of(mock, HELD), Actor(1_000_000, "Clov", role, "panel")
    works = (mock.services.deeds.release_line, mock.services.deeds.delete_line)
    for work in works:
        if may(role, "chat", "delete"):
            done(work(who, number))
            mock.tick()
        else:
            assert refusal(work(who, number)) is ErrorCode.FORBIDDEN
    assert heard(client) == []
    assert kept(mock)[0].fate == ("deleted" if may(role, "chat", "delete") else "held")


# -- Whispers -------------------------------------------------------------------------------


def test_a_whisper_is_heard_by_one(mock: MockServer) -> None:
    client, other, third = (guest(mock, name) for name in ("Vladimir", "Estragon", "Pozzo"))
    client.whisper(other.player_id, "pst  \n pst")
    (heard_by_other,), (own,) = other.whispers, client.whispers
    assert heard_by_other == codec.Whisper(
        client.player_id, 0, "Vladimir", "pst pst", own.timestamp
    )
    assert own == codec.Whisper(other.player_id, 1, "Estragon", "pst pst", own.timestamp)
    mock.tick()
    assert (third.whispers, third.chat, other.chat) == ([], [], [])
    (line,) = kept(mock)
    assert (line.to_id, line.to_name) == (other.player_id, "Estragon")


def test_whispers_are_filtered_like_all_that_is_said(mock: MockServer) -> None:
    client, other = guest(mock, "Vladimir"), guest(mock, "Estragon")
    client.whisper(other.player_id, MASKED)
    assert [each.text for each in (*client.whispers, *other.whispers)] == ["********"] * 2


@pytest.mark.parametrize("number", [0, 12345, 0xFFFF_FFFF])
def test_there_is_nobody_to_whisper_to(mock: MockServer, number: int) -> None:
    client = guest(mock, "Vladimir")
    client.whisper(number, "pst")
    client.whisper(client.player_id, "to myself")
    assert client.wire.errors() == [ErrorCode.CHAT_NOBODY] * 2
    assert kept(mock) == []


def test_nobody_hears_anything_before_they_are_in_a_world(mock: MockServer) -> None:
    client = guest(mock, "Vladimir")
    arriving = with_ticket(mock, account(mock, "Estragon").player_id)
    arriving.begin()
    already = len(arriving.wire.sent)
    client.whisper(arriving.player_id, "pst")
    assert client.wire.errors() == [ErrorCode.CHAT_NOBODY]
    done(mock.services.deeds.announce(OPERATOR, "The tide is in."))
    done(mock.services.deeds.slow_mode(OPERATOR, "meadow", 5))
    assert arriving.wire.sent[already:] == []
    mock.tick()
    assert isinstance(arriving.wire.messages()[-1], codec.WorldState)


def test_whispers_cross_from_world_to_world_and_into_reports(tmp_path: Path) -> None:
    store = Store(tmp_path / "data")
    store.migrate()
    tiles = builtin_tile_set()
    for name in ("meadow", "moor"):
        number = store.add_map(name, Draft(grass(32, 32), ((8, 8),), ()), tiles)
        store.add_world(name, "free_roam", number)
    store.close()
    staff(tmp_path / "data", ("Clov", Role.ADMIN))

    async def scene(server: RunningServer) -> None:
        here = await Client.join(server.url, "Vladimir", "meadow")
        there = await Client.join(server.url, "Pozzo", "moor")
        here.session.say("to the meadow alone")
        there.session.whisper(here.session.player_id, "from the moor")
        await here.wait_for(lambda session: len(session.whispers) == 1)
        assert here.session.whispers[0].name == "Pozzo"
        here.session.report(there.session.player_id, "bothers me")
        await here.wait_for(lambda session: len(session.notices) == 1)
        assert here.session.notices == [(NoticeCode.REPORT_FILED, ["Pozzo"])]
        told = (await asyncio.to_thread(log_in, server, "Clov")).told
        admin = await enter(server, told["ticket"])
        admin.session.say("/say all aboard")
        admin.session.say("/slow 30")
        await here.wait_for(lambda session: len(session.notices) == 3)
        assert here.session.notices[1:] == [
            (NoticeCode.ANNOUNCEMENT, ["Clov", "all aboard"]),
            (NoticeCode.SLOW_MODE, ["30"]),
        ]
        await there.wait_for(lambda session: session.state is not None)
        assert (there.session.chat, there.session.notices) == ([], [])
        await hang_up(here, there, admin)

    with running_server(tmp_path, environment=QUICK) as server:
        asyncio.run(scene(server))
    store = Store(tmp_path / "data")
    (report,) = store.do(sanctions.reports)
    assert [each["text"] for each in report.chat] == ["to the meadow alone", "from the moor"]
    store.close()


# -- Slow mode and announcements ------------------------------------------------------------


def test_in_slow_mode_everybody_waits_but_those_who_may_turn_it_on(mock: MockServer) -> None:
    client, moderator = guest(mock, "Vladimir"), play(mock, "Hamm", Role.MODERATOR)
    done(mock.services.deeds.slow_mode(OPERATOR, "meadow", 10))
    assert client.notices == [(NoticeCode.SLOW_MODE, ["10"])]
    for text in ("one", "two"):
        client.say(text)
        moderator.say(text)
    assert client.wire.errors() == [ErrorCode.CHAT_TOO_FAST]
    assert 9_900 < of_type(client, codec.Error)[0].retry_after_ms <= 10_000
    assert moderator.wire.errors() == []
    mock.now += 10
    client.say("three")
    assert heard(client) == ["one", "one", "two", "three"]
    done(mock.services.deeds.slow_mode(OPERATOR, "meadow", 0))
    client.say("four")
    client.say("five")
    assert heard(client)[-2:] == ["four", "five"]


def test_slow_mode_is_for_one_world_and_whispers_are_free(mock: MockServer) -> None:
    client, other = guest(mock, "Vladimir"), guest(mock, "Estragon")
    done(mock.services.deeds.slow_mode(OPERATOR, "moor", 10))
    assert client.notices == []
    client.say("one")
    client.say("two")
    done(mock.services.deeds.slow_mode(OPERATOR, "meadow", 10))
    client.say("three")
    for _ in range(3):
        client.whisper(other.player_id, "pst")
    assert heard(client) == ["one", "two", "three"]
    assert len(other.whispers) == 3
    assert mock.services.chat.slow_mode("meadow") == 10


def test_who_speaks_in_another_world_ends_nobodys_wait(mock: MockServer) -> None:
    moor = World(meadow(), mock.world.places, 10)
    keeper = Keeper(mock.services.database.store, 1, SameThread())
    game = Game("moor", free_roam(), "moor", moor, keeper, mock.settings)
    mock.lobby.open_world(game, ["meadow", "moor"])
    client, elsewhere = guest(mock, "Vladimir"), mock.connect("Pozzo")
    elsewhere.world = "moor"
    elsewhere.begin()
    game.do_tick(mock.now)
    done(mock.services.deeds.slow_mode(OPERATOR, "meadow", 10))
    client.say("one")
    elsewhere.say("hello")
    client.say("two")
    assert elsewhere.wire.errors() == []
    assert client.wire.errors() == [ErrorCode.CHAT_TOO_FAST]


@pytest.mark.parametrize("seconds", [-1, 3601, float("nan"), float("inf")])
def test_slow_mode_has_its_bounds(mock: MockServer, seconds: float) -> None:
    work = mock.services.deeds.slow_mode(OPERATOR, "meadow", seconds)
    assert refusal(work) is ErrorCode.COMMAND_USAGE


def test_an_announcement_is_one_line_from_somebody_with_a_name(mock: MockServer) -> None:
    client = guest(mock, "Vladimir")
    admin = account(mock, "Hamm", Role.ADMIN)
    done(mock.services.deeds.announce(actor(admin), " The tide\n is\x1b in. "))
    assert client.notices == [(NoticeCode.ANNOUNCEMENT, ["Hamm", "The tide is in."])]
    assert refusal(mock.services.deeds.announce(actor(admin), " \n")) is ErrorCode.CHAT_EMPTY
    player = account(mock, "Clov")
    assert refusal(mock.services.deeds.announce(actor(player), "x")) is ErrorCode.FORBIDDEN


# -- What is kept, and for how long ---------------------------------------------------------


def line(time_ms: int, text: str, **more: Any) -> ChatLine:
    return replace(ChatLine(time_ms, "meadow", 1, "Vladimir", text), **more)


def test_lines_are_found_by_what_is_asked(store: Store) -> None:
    store.do(
        chat.write_lines,
        [
            line(1, "Ничего нельзя сделать 🌳"),
            line(2, "100% sure", player_id=2, name="Estragon"),
            line(3, "100 sure", world="moor", fate="flagged"),
            line(4, "pst", to_id=2, to_name="Estragon"),
        ],
    )

    def found(**wanted: Any) -> list[int]:
        return [each.time_ms for each in store.do(chat.lines, **wanted)]

    assert found() == [4, 3, 2, 1]
    assert found(limit=2) == [4, 3]
    assert found(world="moor") == [3]
    assert found(player_id=2) == [2]
    assert found(containing="НЕЛЬЗЯ") in ([1], [])  # SQLite folds Latin letters only.
    assert found(containing="нельзя") == [1]
    assert found(containing="100%") == [2]
    assert found(containing="SURE") == [3, 2]
    assert found(since_ms=2, until_ms=3) == [3, 2]
    assert found(fates=["flagged"]) == [3]
    (whisper,) = store.do(chat.lines, since_ms=4)
    assert (whisper.to_id, whisper.to_name) == (2, "Estragon")


def test_only_one_of_two_changes_what_becomes_of_a_line(store: Store) -> None:
    store.do(chat.write_lines, [line(1, "x", fate="held")])
    (number,) = [each.number for each in store.do(chat.lines)]
    audit = Audit(0, "@operator", "cli", "chat.delete", "line 1", 1)
    said = store.do(chat.change_fate, number, ("held",), "said", audit)
    assert said is not None
    assert said.fate == "said"
    assert store.do(chat.change_fate, number, ("held",), "deleted", audit) is None
    assert store.do(chat.change_fate, 999, ("held",), "said", audit) is None


def test_chat_and_visits_are_forgotten_after_their_days(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = 1_900_000_000_000
    monkeypatch.setattr("server.player_log.wall_clock_ms", lambda: now)
    monkeypatch.setattr("server.player_log.FLUSH_SECONDS", 0.0)

    def left(chat_days: int, visit_days: int) -> tuple[list[str], list[str]]:
        """The chat and the visits that are there a turn after the start."""
        mock = MockServer(chat_days=chat_days, visit_days=visit_days)
        log = mock.services.player_log
        store = mock.services.database.store
        ages = {str(age): now - age * DAY_MS - 1 for age in (0, 29, 30, 400)}
        lines = [line(time_ms, age) for age, time_ms in ages.items()]
        visits = [Visit(1, age, "::1", True, time_ms) for age, time_ms in ages.items()]
        store.do(write_log, {}, visits, lines, now)

        async def one_turn() -> None:
            flushed = asyncio.Event()
            real = log.flush

            async def flush() -> None:
                await real()
                flushed.set()

            monkeypatch.setattr(log, "flush", flush)
            running = asyncio.create_task(log.run([mock.game], mock.lobby.is_expected))
            await flushed.wait()
            running.cancel()

        asyncio.run(one_turn())
        said = [each.text for each in store.do(chat.lines)]
        return said[::-1], [each.name for each in store.do(visits_of, 1)][::-1]

    everything = ["0", "29", "30", "400"]
    assert left(chat_days=30, visit_days=1) == (["0", "29"], ["0"])
    assert left(chat_days=1, visit_days=30) == (["0"], ["0", "29"])
    assert left(chat_days=0, visit_days=0) == (everything, everything)


def test_the_filter_keeps_its_rules_over_a_restart(store: Store) -> None:
    before = MockServer(store=store)
    done(before.services.deeds.set_filter_rules(OPERATOR, [Rule(HELD, "en", Action.HOLD)]))
    after = MockServer(store=store)
    client = joined(after.connect("Vladimir"))
    client.say(HELD)
    assert client.notices == [(NoticeCode.CHAT_HELD, [])]
    unsound = after.services.deeds.set_filter_rules(OPERATOR, [Rule("", "en", Action.HOLD)])
    assert refusal(unsound) is ErrorCode.COMMAND_USAGE
    player = actor(account(after, "Clov"))
    assert refusal(after.services.deeds.set_filter_rules(player, [])) is ErrorCode.FORBIDDEN


def test_what_is_said_over_real_sockets_reaches_the_others(either_server: RunningServer) -> None:
    async def scene() -> None:
        clients = [await Client.join(either_server.url, name) for name in ("Vladimir", "Estragon")]
        clients[0].session.say("We are happy.")
        clients[1].session.whisper(clients[0].session.player_id, "What do we do now?")
        await clients[1].wait_for(lambda session: len(session.chat) == 1)
        await clients[0].wait_for(lambda session: len(session.whispers) == 1)
        await hang_up(*clients)

    asyncio.run(scene())

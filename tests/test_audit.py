"""The staff's deeds and their rows: neither without the other, and what is written stays."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import Connection, NullPool, create_engine, text
from sqlalchemy.exc import DBAPIError

from protocol_spec import codec
from server.chat.filter import Action, Rule
from server.clock import wall_clock_ms
from server.failures import Rejected
from server.moderation.actor import OPERATOR, Actor
from server.people.identity import SanctionKind
from server.people.roles import MATRIX, Role
from server.store import Store, StoreError
from server.store.audit import Audit, audit_entries, escaped, write_audit
from tests.mock_server import MockClient, MockServer
from tests.people import account, actor, done, guest, of_type, play

NOW = 1_900_000_000_000
HOUR = 3_600_000


@dataclass
class Scene:
    """A world in which there is something to do for the staff."""

    mock: MockServer
    who: Actor
    lucky: MockClient
    pozzo: MockClient
    held: int
    said: int
    mute: int

    @property
    def clients(self) -> tuple[MockClient, ...]:
        return self.lucky, self.pozzo


@pytest.fixture
def scene() -> Scene:
    mock = MockServer()
    who = actor(account(mock, "Hamm", Role.OWNER))
    lucky, pozzo = guest(mock, "Lucky"), play(mock, "Pozzo")
    rules = [Rule("godotism", "en", Action.HOLD)]
    done(mock.services.deeds.set_filter_rules(OPERATOR, rules))
    mute = mock.services.sanctions.sanction(OPERATOR, SanctionKind.MUTE, pozzo.player_id, "x")
    lucky.say("godotism")
    lucky.say("plain")
    lucky.report(pozzo.player_id, "cruelty")
    mock.tick()
    done(mock.services.player_log.flush())
    found = Scene(mock, who, lucky, pozzo, 1, 2, done(mute).number)
    forget_audit(mock)
    return found


SUBJECTS = {
    "player.ban_address": "192.0.2.0/24",
    "chat.delete": "line 2",
    "chat.announce": "meadow",
    "chat.slow_mode": "meadow",
    "filter.edit": "1 rules",
}
"""Else it is the player's name."""

KINDS = (codec.Error, codec.Notice, codec.ChatRemoved, codec.AuthOk, codec.PlayerUpdate)
"""Of messages that tell a player of a deed."""
Deed = Callable[[Scene], Coroutine[Any, Any, object]]


def sanction(kind: SanctionKind) -> Deed:
    return lambda it: it.mock.services.sanctions.sanction(
        it.who, kind, it.lucky.player_id, "because", "a note", HOUR
    )


DEEDS: dict[str, tuple[str, Deed]] = {
    "warn": ("player.warn", sanction(SanctionKind.WARNING)),
    "mute": ("player.mute", sanction(SanctionKind.MUTE)),
    "shadow mute": ("player.shadow_mute", sanction(SanctionKind.SHADOW_MUTE)),
    "kick": ("player.kick", sanction(SanctionKind.KICK)),
    "ban": ("player.ban", sanction(SanctionKind.BAN)),
    "ban addresses": (
        "player.ban_address",
        lambda it: it.mock.services.sanctions.ban_network(it.who, "192.0.2.0/24", "because"),
    ),
    "change a mute": (
        "player.mute",
        lambda it: it.mock.services.sanctions.change(
            it.who, it.mute, reason="other", note="", expires_ms=None
        ),
    ),
    "lift a mute": (
        "player.mute",
        lambda it: it.mock.services.sanctions.lift(it.who, it.mute),
    ),
    "note": (
        "player.note",
        lambda it: it.mock.services.sanctions.note(it.who, it.pozzo.player_id, "watch him"),
    ),
    "take a report": ("report.take", lambda it: it.mock.services.reports.take(it.who, 1)),
    "close a report": (
        "report.close",
        lambda it: it.mock.services.reports.close(it.who, 1, "talked to"),
    ),
    "delete a line": (
        "chat.delete",
        lambda it: it.mock.services.deeds.delete_line(it.who, it.said),
    ),
    "release a line": (
        "chat.delete",
        lambda it: it.mock.services.deeds.release_line(it.who, it.held),
    ),
    "announce": (
        "chat.announce",
        lambda it: it.mock.services.deeds.announce(it.who, "The tide is in.", "meadow"),
    ),
    "slow mode": (
        "chat.slow_mode",
        lambda it: it.mock.services.deeds.slow_mode(it.who, "meadow", 5),
    ),
    "filter": (
        "filter.edit",
        lambda it: it.mock.services.deeds.set_filter_rules(
            it.who, [Rule("other", "en", Action.MASK)]
        ),
    ),
    "role": (
        "account.change_role",
        lambda it: it.mock.services.deeds.change_role(it.who, it.pozzo.player_id, Role.BUILDER),
    ),
    "teleport": (
        "player.teleport",
        lambda it: it.mock.services.deeds.teleport(
            it.who, it.mock.lobby.players[it.lucky.player_id], 10 << 10, 10 << 10
        ),
    ),
    "reset a password": (
        "account.reset_password",
        lambda it: it.mock.services.account_desk.reset_password(
            it.who, "Pozzo", "another, altogether"
        ),
    ),
    "create an account": (
        "account.create",
        lambda it: it.mock.services.account_desk.create(
            it.who, "Clov", "another, altogether", Role.PLAYER
        ),
    ),
}
TABLES = ("sanctions", "notes", "reports", "chat", "settings", "accounts", "audit")


def entries(mock: MockServer) -> list[Audit]:
    return done(mock.services.database.do(audit_entries))


def execute(mock: MockServer, *statements: str) -> None:
    mock.services.database.store.do(
        lambda session: [session.execute(text(each)) for each in statements]
    )


def forget_audit(mock: MockServer) -> None:
    """What the database itself allows to nobody: with its guards taken down for a moment."""
    guards = mock.services.database.store.do(
        lambda session: session.execute(
            text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        ).all()
    )
    execute(mock, *(f"DROP TRIGGER {name}" for name, _ in guards), "DELETE FROM audit")
    execute(mock, *(sql for _, sql in guards))


def state(mock: MockServer) -> dict[str, list[Any]]:
    """All rows that a deed may touch."""
    return mock.services.database.store.do(
        lambda session: {
            table: [
                tuple(row) for row in session.execute(text(f"SELECT * FROM {table} ORDER BY 1"))
            ]
            for table in TABLES
        }
    )


def refuse(mock: MockServer, table: str) -> None:
    """The database takes no more rows or changes in a table."""
    execute(
        mock,
        *(
            f"CREATE TRIGGER no_{change}_{table} BEFORE {change} ON {table} "
            "BEGIN SELECT RAISE(ABORT, 'refused'); END"
            for change in ("INSERT", "UPDATE")
        ),
    )


def felt(it: Scene) -> list[object]:
    """All that the players can notice."""
    it.mock.tick(3)
    found: list[object] = []
    for client in it.clients:
        found += [client.wire.closed, client.notices, client.place, client.name, client.role]
        found += [[each.text for each in client.chat], client.resume_token]
        found += [len(of_type(client, kind)) for kind in KINDS]
    found.append(it.mock.services.chat.slow_mode("meadow"))
    found.append(it.mock.services.chat.filter.judge("other").action)
    for client in it.clients:
        identity = it.mock.lobby.find_identity(client.player_id)
        found.append(identity and [each.number for each in identity.sanctions])
    return found


@pytest.mark.parametrize("name", DEEDS)
def test_a_deed_writes_one_row_of_who_did_what_to_whom(scene: Scene, name: str) -> None:
    action, deed = DEEDS[name]
    done(deed(scene))
    (row,) = entries(scene.mock)
    assert (row.actor_id, row.actor, row.via, row.action) == (
        scene.who.player_id,
        "Hamm",
        "panel",
        action,
    )
    about = {"release a line": "line 1", "create an account": "Clov"}.get(name)
    about = about or SUBJECTS.get(action)
    assert row.subject in ([about] if about else ["Lucky", "Pozzo"])
    assert action in MATRIX.meanings
    assert abs(row.time_ms - wall_clock_ms()) < 60_000


@pytest.mark.parametrize("name", DEEDS)
def test_without_its_row_a_deed_is_not_done(scene: Scene, name: str) -> None:
    before, noticed = state(scene.mock), felt(scene)
    refuse(scene.mock, "audit")
    with pytest.raises(StoreError, match="refused"):
        done(DEEDS[name][1](scene))
    assert state(scene.mock) == before
    assert felt(scene) == noticed


@pytest.mark.parametrize(
    "name", [each for each in DEEDS if each not in ("announce", "slow mode", "teleport")]
)
def test_a_deed_that_fails_leaves_no_row(scene: Scene, name: str) -> None:
    before, noticed = state(scene.mock), felt(scene)
    for table in TABLES[:-1]:
        refuse(scene.mock, table)
    with pytest.raises((StoreError, Rejected)):
        done(DEEDS[name][1](scene))
    assert state(scene.mock) == before
    assert felt(scene) == noticed


def test_what_is_refused_leaves_no_row(scene: Scene) -> None:
    nobody = Actor(1_000_000, "Clov", Role.PLAYER, "panel")
    weak = Scene(**{**vars(scene), "who": nobody})
    for _, deed in DEEDS.values():
        with pytest.raises(Rejected):
            done(deed(weak))
    assert entries(scene.mock) == []


def test_a_command_in_the_game_is_a_deed_in_the_game(scene: Scene) -> None:
    admin = play(scene.mock, "Nagg", Role.ADMIN)
    admin.say("/kick Lucky out")
    admin.say("/slow 5")
    slow, kick = entries(scene.mock)
    assert (kick.actor, kick.via, kick.action, kick.subject) == (
        "Nagg",
        "game",
        "player.kick",
        "Lucky",
    )
    assert kick.details["reason"] == "out"
    assert (slow.action, slow.subject, slow.details) == ("chat.slow_mode", "meadow", {"seconds": 5})


def test_what_players_do_is_not_the_staffs_affair(scene: Scene) -> None:
    scene.lucky.rename("Krapp")
    scene.lucky.say("hello")
    done(scene.mock.services.accounts.register("Winnie", "a long happy day", "127.0.0.1"))
    assert entries(scene.mock) == []


# -- In both databases ----------------------------------------------------------------------


@pytest.fixture
def raw(store: Store, address: str) -> Connection:
    """Another way into the database than the store's, with no transaction of its own."""
    engine = create_engine(address, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    return engine.connect()


def row(subject: str = "Lucky", **details: Any) -> Audit:
    return Audit(7, "Hamm", "panel", "player.ban", subject, NOW, details)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit SET actor = 'Nobody'",
        "UPDATE audit SET actor = 'Nobody' WHERE id = 1",
        "DELETE FROM audit",
        "DELETE FROM audit WHERE id = 1",
        "DELETE FROM audit WHERE id = 999",
        "TRUNCATE audit",
        "INSERT OR REPLACE INTO audit SELECT id, time_ms, 0, '', '', '', '', '{}' FROM audit",
        "REPLACE INTO audit VALUES (1, 1, 0, '', '', '', '', '{}')",
        "INSERT INTO audit SELECT id, time_ms, 0, '', '', '', '', '{}' FROM audit WHERE id = 1 "
        "ON CONFLICT (id) DO UPDATE SET actor = 'Nobody'",
    ],
)
def test_no_statement_changes_or_deletes_a_row(
    store: Store, raw: Connection, statement: str
) -> None:
    for subject in ("Lucky", "Pozzo"):
        store.do(write_audit, row(subject))
    before = store.do(audit_entries)
    of_the_other_database = "syntax error"
    # Where no row is meant, SQLite has none to refuse.
    refused = (
        suppress(DBAPIError)
        if "999" in statement
        else pytest.raises(DBAPIError, match=f"append-only|{of_the_other_database}")
    )
    with raw, refused:
        raw.execute(text(statement))
    assert store.do(audit_entries) == before
    store.do(write_audit, row("Krapp"))
    assert len(store.do(audit_entries)) == 3


def test_rows_are_found_by_what_is_asked(store: Store) -> None:
    rows = (
        ("Hamm", "player.ban", "panel"),
        ("Clov", "player.ban", "game"),
        ("Hamm", "chat.delete", "cli"),
    )
    for number, (who, action, via) in enumerate(rows):
        store.do(write_audit, Audit(number, who, via, action, "Lucky", NOW + number))

    def found(**wanted: Any) -> list[int]:
        return [each.actor_id for each in store.do(audit_entries, **wanted)]

    assert found() == [2, 1, 0]
    assert found(limit=1) == [2]
    assert found(who="Hamm") == [2, 0]
    assert found(action="player.ban") == [1, 0]
    assert found(via="cli") == [2]
    assert found(subject="Lucky", since_ms=NOW + 1, until_ms=NOW + 1) == [1]
    assert found(subject="Pozzo") == []


NASTY = "\x00\x07\x1b[31mred\r\n\u202eevil\u2028\ud800\\x07 Ёж 🌳"
NEAT = "\\x00\\x07\\x1b[31mred\\r\\n\\u202eevil\\u2028\\ud800\\\\x07 Ёж 🌳"


def test_control_characters_are_escaped_wherever_they_stand(store: Store) -> None:
    details = {"reason": NASTY, "list": [NASTY, {"deep": NASTY}], NASTY: 1, "number": 7, "no": None}
    made = Audit(7, NASTY, "panel", "player.ban", NASTY, NOW, details)
    store.do(write_audit, made)
    (found,) = store.do(audit_entries)
    assert (found.actor, found.subject) == (NEAT[:64], NEAT)
    assert found.details == {
        "reason": NEAT,
        "list": [NEAT, {"deep": NEAT}],
        NEAT: 1,
        "number": 7,
        "no": None,
    }
    assert escaped("plain text, Ёж 🌳") == "plain text, Ёж 🌳"


def test_long_words_are_cut_to_what_the_columns_hold(store: Store) -> None:
    store.do(write_audit, Audit(7, "x" * 999, "panel", "player.ban", "\x00" * 999, NOW))
    (found,) = store.do(audit_entries)
    assert (len(found.actor), len(found.subject)) == (64, 128)

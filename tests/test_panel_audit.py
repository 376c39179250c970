"""The audit: what its filter finds, page by page, and who may take it away as a file."""

from __future__ import annotations

import asyncio
import csv
import io
import json
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from protocol_spec.codec import ErrorCode
from server.desks.audit import AuditDesk
from server.desks.audit_filter import AuditFilter, parse_audit_filter
from server.editing.journal import FilterError
from server.people.roles import Role
from server.store.audit import Audit, write_audit
from tests.desks import PEOPLE, operator, signed_in, staffed_server
from tests.mock_server import MockServer
from tests.people import account, actor, done, refusal
from tests.running import RunningServer

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
NOON_MS = round(NOW.timestamp() * 1000)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    with staffed_server(tmp_path_factory.mktemp("audit")) as started:
        yield started


def desk_with(server: MockServer, *rows: tuple[str, str, str, int]) -> AuditDesk:
    for who, action, subject, minute in rows:
        row = Audit(7, who, "panel", action, subject, NOON_MS + minute * 60_000, {"n": minute})
        done(server.services.database.do(write_audit, row))
    return AuditDesk(server.services.database)


def test_the_filter_reads_its_words_in_any_order() -> None:
    found = parse_audit_filter('via:panel subject:"old tree" who:Ann action:world since:2h', NOW)
    assert found == AuditFilter(
        "Ann", "world", "old tree", "panel", since_ms=NOON_MS - 2 * 3600 * 1000
    )


@pytest.mark.parametrize("text", ["who", "who:", "tile:grass", "who:a who:b", "since:soon"])
def test_a_filter_that_makes_no_sense_is_refused(text: str) -> None:
    with pytest.raises(FilterError):
        parse_audit_filter(text, NOW)


def test_the_filter_finds_what_it_says_and_nothing_else() -> None:
    server = MockServer()
    desk = desk_with(
        server,
        ("Ann", "world.stop", "village", 0),
        ("Ann", "world.start", "100%", 1),
        ("Bea", "player.ban", "villain", 2),
    )
    owner = actor(account(server, "Vladimir", Role.OWNER))

    def found(text: str) -> list[str]:
        rows = done(desk.entries(owner, parse_audit_filter(text, NOW), 10))
        return [each.subject for each in rows]

    assert found("") == ["villain", "100%", "village"]
    assert found("who:Ann") == ["100%", "village"]
    assert found("action:world") == ["100%", "village"]
    assert found("action:world.stop") == ["village"]
    assert found("action:worl") == []
    assert found("subject:VILLA") == ["villain", "village"]
    assert found("subject:%") == ["100%"]
    assert found("via:cli") == []
    assert found("since:2026-11-22T12:01") == ["villain", "100%"]
    assert found("until:2026-11-22T12:01 who:Ann") == ["100%", "village"]


def test_pages_go_on_where_the_last_one_ended() -> None:
    server = MockServer()
    desk = desk_with(server, *(("Ann", "world.stop", f"world {n}", n) for n in range(5)))
    owner = actor(account(server, "Vladimir", Role.OWNER))
    first = done(desk.entries(owner, AuditFilter(), 3))
    second = done(desk.entries(owner, AuditFilter(), 3, first[-1].number))
    assert [each.subject for each in first + second] == [f"world {n}" for n in (4, 3, 2, 1, 0)]


def test_the_export_has_everything_and_no_formula() -> None:
    server = MockServer()
    rows = [("Ann", "world.message", f"=1+{n}", n) for n in range(1100)]
    desk = desk_with(server, *rows)
    owner = actor(account(server, "Vladimir", Role.OWNER))
    table = list(csv.reader(io.StringIO(done(desk.export(owner, AuditFilter(), "csv")).decode())))
    assert len(table) == 1101
    assert table[1][5] == "'=1+1099"
    assert json.loads(table[1][6]) == {"n": 1099}
    told = json.loads(done(desk.export(owner, AuditFilter(), "json")))
    assert [each["subject"] for each in told] == [subject for _, _, subject, _ in reversed(rows)]


@pytest.mark.parametrize(
    ("role", "may_read", "may_export"),
    [(Role.OWNER, True, True), (Role.ADMIN, True, False), (Role.MODERATOR, False, False)],
)
def test_only_those_who_may_read_it_or_take_it_away(
    role: Role, may_read: bool, may_export: bool
) -> None:
    server = MockServer()
    desk = desk_with(server)
    who = actor(account(server, "Ann", role))
    for allowed, work in (
        (may_read, lambda: desk.entries(who, AuditFilter(), 10)),
        (may_export, lambda: desk.export(who, AuditFilter(), "csv")),
    ):
        if allowed:
            done(work())
        else:
            assert refusal(work()) is ErrorCode.FORBIDDEN


def test_the_page_searches_shows_no_markup_and_gives_the_owner_a_file(
    server: RunningServer,
) -> None:
    operator(server, "admin", "role", PEOPLE[Role.PLAYER], "builder")

    async def scene() -> None:
        async with signed_in(server, "/audit") as page:
            await page.get_by_text("account.change_role").first.wait_for()
            await page.locator("input[data-do=filter]").fill("action:world")
            await page.locator("[data-do=search]").click()
            await page.get_by_text("account.change_role").first.wait_for(state="detached")
            await page.locator("input[data-do=filter]").fill("tile:grass")
            await page.locator("[data-do=search]").click()
            await page.get_by_text("tile: is none of").wait_for()
            await page.locator("input[data-do=filter]").fill("subject:Godot")
            async with page.expect_download() as download:
                await page.locator("[data-do=csv]").click()
            assert b"account.change_role" in (await (await download.value).path()).read_bytes()
        async with signed_in(server, "/audit", PEOPLE[Role.ADMIN]) as page:
            await page.get_by_text("account.change_role").first.wait_for()
            assert await page.locator("[data-do=csv]").count() == 0

    asyncio.run(scene())

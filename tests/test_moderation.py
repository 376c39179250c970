"""Keeping the peace: what the staff may do to whom, what is felt of it, and for how long."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest

from protocol_spec import codec
from protocol_spec.client import Client, Refused
from protocol_spec.codec import AuthMethod, ErrorCode, NoticeCode
from server.failures import Rejected
from server.moderation.actor import OPERATOR, Actor
from server.moderation.reports import REPORTS_PER_HOUR
from server.moderation.sanctions import LONGEST_MS
from server.people.identity import (
    GUEST,
    Account,
    Sanction,
    SanctionKind,
    address_key,
    address_range,
    parse_network,
)
from server.people.roles import Role, may, outranks
from server.store import Store, accounts, sanctions
from server.store.audit import Audit
from server.store.sanctions import Note, Report
from tests.gate import Gate
from tests.mock_server import MockClient, MockServer
from tests.people import (
    PASSWORD,
    QUICK,
    account,
    actor,
    ask,
    close_code,
    done,
    enter,
    guest,
    hang_up,
    heard,
    joined,
    knock,
    log_in,
    of_type,
    play,
    refusal,
    register,
    staff,
    with_resume_token,
    with_ticket,
)
from tests.running import RunningServer, running_server

HERE, THERE, ELSEWHERE = "192.0.2.7", "198.51.100.9", "100.64.0.1"
BAN, MUTE, SHADOW = SanctionKind.BAN, SanctionKind.MUTE, SanctionKind.SHADOW_MUTE
NOW = 1_900_000_000_000
HOUR = 3_600_000


@pytest.fixture
def mock() -> MockServer:
    return MockServer()


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The time in milliseconds since 1970, to be set."""
    now = [NOW]
    for module in ("people.authentication", "people.accounts", "chat.chat", "moderation.sanctions"):
        monkeypatch.setattr(f"server.{module}.wall_clock_ms", lambda: now[0])
    for module in ("moderation.reports", "moderation.actor", "player_log", "lobby"):
        monkeypatch.setattr(f"server.{module}.wall_clock_ms", lambda: now[0])
    return now


def punish(mock: MockServer, kind: SanctionKind, client: MockClient, **more: Any) -> Sanction:
    more.setdefault("reason", "because")
    return done(mock.services.sanctions.sanction(OPERATOR, kind, client.player_id, **more))


def by_password(mock: MockServer, name: str, address: str = "") -> MockClient:
    client = mock.connect(name, address)
    client.method, client.secret = AuthMethod.PASSWORD, PASSWORD.encode()
    return client


# The tests of bans.


def ways_in(mock: MockServer, kept: Account, address: str) -> dict[str, ErrorCode | None]:
    """With which code each way in is refused to an account's owner; None where it is not."""
    begun = done(mock.services.accounts.log_in(kept.name, PASSWORD, "", ELSEWHERE))
    resume = joined(with_ticket(mock, kept.player_id, ELSEWHERE))
    resume.disconnect()
    mock.tick()

    def socket(client: MockClient) -> ErrorCode | None:
        client.begin()
        codes = client.wire.errors()
        client.server_session.lost(said_goodbye=True)
        return codes[0] if codes else None

    def web(work: Coroutine[Any, Any, object]) -> ErrorCode | None:
        try:
            done(work)
        except Rejected as rejected:
            return rejected.code
        return None

    kept_accounts = mock.services.accounts
    return {
        "resume": socket(with_resume_token(mock, resume.resume_token, address)),
        "password": socket(by_password(mock, kept.name, address)),
        "ticket": socket(with_ticket(mock, kept.player_id, address)),
        "log in": web(kept_accounts.log_in(kept.name, PASSWORD, address, address)),
        "come back": web(kept_accounts.come_back(begun.token, address)),
        "guest": socket(mock.connect("Somebody", address)),
        "register": web(kept_accounts.register(f"Krapp {mock.now:.0f}", PASSWORD, address)),
    }


OF_ACCOUNTS = ("resume", "password", "ticket", "log in", "come back")
OF_STRANGERS = ("guest", "register")


def test_an_account_that_is_banned_comes_in_no_way(mock: MockServer) -> None:
    kept = account(mock, "Pozzo")
    assert set(ways_in(mock, kept, HERE).values()) == {None}
    done(mock.services.sanctions.sanction(OPERATOR, BAN, kept.player_id, "cruelty"))
    # The log-in and the session that the ways begin with are refused already.
    with pytest.raises(Rejected):
        ways_in(mock, kept, HERE)
    for client in (by_password(mock, "Pozzo"), with_ticket(mock, kept.player_id)):
        client.begin()
        (error,) = of_type(client, codec.Error)
        assert (error.code, error.text, error.retry_after_ms) == (
            ErrorCode.BANNED,
            "cruelty",
            0,
        )
        assert client.wire.closed == (4000 + ErrorCode.BANNED, "BANNED")
    web = mock.services.accounts
    assert refusal(web.log_in("Pozzo", PASSWORD, "", HERE)) is ErrorCode.BANNED
    assert joined(mock.connect("Somebody")).is_account is False


@pytest.mark.parametrize(
    ("banned", "address"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("192.0.2.0/24", "192.0.2.255"),
        ("192.0.2.77/24", "192.0.2.0"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.0/120", "192.0.2.9"),
        ("2001:db8::/32", "2001:db8:ffff::1"),
        ("2001:DB8::7", "2001:db8:0:0::7"),
        ("128.0.0.0/1", "192.0.2.7"),
    ],
)
def test_who_comes_from_a_banned_address_comes_in_no_way(
    mock: MockServer,
    banned: str,
    address: str,
) -> None:
    kept = account(mock, "Pozzo")
    done(mock.services.sanctions.ban_network(OPERATOR, banned, "noise"))
    assert set(ways_in(mock, kept, address).values()) == {ErrorCode.BANNED}


@pytest.mark.parametrize(
    ("banned", "address"),
    [
        ("192.0.2.7", "192.0.2.8"),
        ("192.0.2.0/24", "192.0.3.0"),
        ("2001:db8::/32", "2001:db9::"),
        ("::/1", "192.0.2.7"),
        ("::7f00:1", "127.0.0.1"),
        ("c000:200::/24", "192.0.2.7"),
    ],
)
def test_other_addresses_are_not_meant(mock: MockServer, banned: str, address: str) -> None:
    kept = account(mock, "Pozzo")
    done(mock.services.sanctions.ban_network(OPERATOR, banned, "noise"))
    assert set(ways_in(mock, kept, address).values()) == {None}


@pytest.mark.parametrize(
    "text", ["", "everybody", "192.0.2", "192.0.2.0/33", "fe80::1%eth0", "x" * 999]
)
def test_what_is_no_address_is_refused(mock: MockServer, text: str) -> None:
    work = mock.services.sanctions.ban_network(OPERATOR, text, "noise")
    assert refusal(work) is ErrorCode.COMMAND_USAGE


@pytest.mark.parametrize("text", ["0.0.0.0/0", "::/0", "1.2.3.4/0"])
def test_nobody_bans_everybody(mock: MockServer, text: str) -> None:
    work = mock.services.sanctions.ban_network(OPERATOR, text, "noise")
    assert refusal(work) is ErrorCode.COMMAND_USAGE


def test_keys_of_addresses_are_in_the_order_of_the_addresses() -> None:
    ordered = ["0.0.0.0", "9.255.255.255", "10.0.0.0", "192.0.2.7", "::", "::1", "2001:db8::"]
    keys = [address_key(each) for each in ordered]
    assert keys == sorted(keys)
    assert address_key("::ffff:192.0.2.7") == address_key("192.0.2.7")
    assert address_range("192.0.2.0/31") == (address_key("192.0.2.0"), address_key("192.0.2.1"))
    assert str(parse_network(" 192.0.2.9/24 ")) == "192.0.2.0/24"


def test_a_ban_of_addresses_throws_out_who_is_here_from_there(mock: MockServer) -> None:
    gone = [play(mock, "Pozzo", address=HERE), guest(mock, "Lucky", HERE)]
    others = [guest(mock, "Vladimir", THERE), play(mock, "Hamm", Role.MODERATOR, HERE)]
    done(mock.services.sanctions.ban_network(OPERATOR, f"{HERE}/28", "noise", duration_ms=HOUR))
    for client in gone:
        assert client.wire.closed == (4000 + ErrorCode.BANNED, "BANNED")
        (error,) = of_type(client, codec.Error)
        assert error.text == "noise"
        assert 0 < error.retry_after_ms <= HOUR
        knocked = with_resume_token(mock, client.resume_token, THERE)
        assert knock(knocked) is ErrorCode.AUTH_EXPIRED
    for client in others:
        assert client.wire.closed is None


def test_no_ban_of_addresses_keeps_the_staff_out(mock: MockServer) -> None:
    """Or an admin could shut the owner out, and everybody themselves."""
    for role in (Role.OWNER, Role.ADMIN, Role.MODERATOR, Role.BUILDER):
        kept = account(mock, f"Hamm {role}", role)
        admin = Actor(99, "Clov", Role.ADMIN, "panel")
        done(mock.services.sanctions.ban_network(admin, HERE, "noise"))
        ways = ways_in(mock, kept, HERE)
        assert {ways[each] for each in OF_ACCOUNTS} == {None}
        assert {ways[each] for each in OF_STRANGERS} == {ErrorCode.BANNED}


def test_the_ban_of_a_guest_holds_for_the_address_but_not_for_accounts_there(
    mock: MockServer,
) -> None:
    """Without an account there is nothing else by which somebody could be known again."""
    griefer = guest(mock, "Lucky", HERE)
    housemate = play(mock, "Pozzo", address=HERE)
    punish(mock, BAN, griefer)
    assert griefer.wire.closed == (4000 + ErrorCode.BANNED, "BANNED")
    assert housemate.wire.closed is None
    ways = ways_in(mock, account(mock, "Winnie"), HERE)
    assert {ways[each] for each in OF_ACCOUNTS} == {None}
    assert {ways[each] for each in OF_STRANGERS} == {ErrorCode.BANNED}
    assert guest(mock, "Vladimir", THERE).wire.closed is None


def test_a_guest_who_is_gone_is_banned_from_where_they_were(mock: MockServer) -> None:
    griefer = guest(mock, "Lucky", HERE)
    griefer.server_session.lost(said_goodbye=True)
    done(mock.services.player_log.flush())
    punish(mock, BAN, griefer)
    assert knock(mock.connect("Lucky 2", HERE)) is ErrorCode.BANNED


def test_the_ban_of_a_guest_holds_for_all_addresses_that_one_household_has(
    mock: MockServer,
) -> None:
    """Of IPv6 that is a network of 64 bits, out of which every program may take another one."""
    here, gone = guest(mock, "Lucky", "2001:db8::7"), guest(mock, "Nagg", "2001:db8:1::7")
    gone.server_session.lost(said_goodbye=True)
    done(mock.services.player_log.flush())
    assert punish(mock, BAN, here).network == "2001:db8::/64"
    assert punish(mock, BAN, gone).network == "2001:db8:1::/64"
    for address in ("2001:db8::8", "2001:db8:1::8"):
        assert knock(mock.connect("Lucky 2", address)) is ErrorCode.BANNED
    assert guest(mock, "Vladimir", "2001:db8:2::7").wire.closed is None


def test_the_ban_of_a_guest_on_this_machine_is_nobody_elses(mock: MockServer) -> None:
    """Behind a proxy that nobody named as trusted, all seem to be on this machine."""
    griefer = guest(mock, "Lucky")
    assert punish(mock, BAN, griefer).network == ""
    guest(mock, "Vladimir")


def test_a_banned_guest_does_not_come_in_by_the_account_they_became(mock: MockServer) -> None:
    client = guest(mock, "Lucky")
    registering = mock.services.accounts.register(
        "", PASSWORD, HERE, resume_token=client.resume_token.decode()
    )
    with Gate(mock, accounts.add_account, before=True) as gate:
        made = gate.start(registering)
        gate.settle()
        gate.run(mock.services.sanctions.sanction(OPERATOR, BAN, client.player_id, "x"))
        gate.open()
        ticket = gate.run(made).ticket
    late = mock.connect("")
    late.method, late.secret = AuthMethod.TICKET, ticket.encode()
    assert knock(late) is ErrorCode.BANNED
    assert knock(by_password(mock, "Lucky")) is ErrorCode.BANNED


def test_who_is_at_the_door_as_they_are_banned_does_not_come_in(mock: MockServer) -> None:
    kept = account(mock, "Pozzo")
    client = with_ticket(mock, kept.player_id)
    with Gate(mock, accounts.arrival, before=True) as gate:
        client.begin()
        gate.settle()
        gate.run(mock.services.sanctions.sanction(OPERATOR, BAN, kept.player_id, "x"))
    assert client.wire.errors() == [ErrorCode.BANNED]


def test_a_ban_ends_in_its_time(mock: MockServer, clock: list[int]) -> None:
    client = play(mock, "Pozzo")
    punish(mock, BAN, client, duration_ms=HOUR)
    (error,) = of_type(client, codec.Error)
    assert error.retry_after_ms == HOUR
    clock[0] += HOUR - 1
    late = by_password(mock, "Pozzo")
    late.begin()
    assert of_type(late, codec.Error)[0].retry_after_ms == 1
    clock[0] += 1
    assert joined(by_password(mock, "Pozzo")).player_id == client.player_id


def test_of_two_bans_the_longer_one_is_told(mock: MockServer, clock: list[int]) -> None:
    client = play(mock, "Pozzo")
    for reason, length in (("short", HOUR), ("long", 5 * HOUR), ("middling", 2 * HOUR)):
        punish(mock, BAN, client, reason=reason, duration_ms=length)
    late = by_password(mock, "Pozzo")
    late.begin()
    assert of_type(late, codec.Error)[0].text == "long"
    punish(mock, BAN, client, reason="for good")
    late = by_password(mock, "Pozzo")
    late.begin()
    error = of_type(late, codec.Error)[0]
    assert (error.text, error.retry_after_ms) == ("for good", 0)


def test_a_ban_that_is_lifted_is_over(mock: MockServer) -> None:
    client = play(mock, "Pozzo")
    ban = punish(mock, BAN, client)
    lifted = done(mock.services.sanctions.lift(OPERATOR, ban.number))
    assert lifted.lifted_by == "@operator"
    assert joined(by_password(mock, "Pozzo")).player_id == client.player_id


def test_a_ban_can_be_given_another_end(mock: MockServer, clock: list[int]) -> None:
    """And whoever came in after the old one goes again."""
    client = play(mock, "Pozzo")
    ban = punish(mock, BAN, client, duration_ms=HOUR)
    clock[0] += 2 * HOUR
    back = joined(by_password(mock, "Pozzo"))
    change = mock.services.sanctions.change
    changed = done(
        change(OPERATOR, ban.number, reason="again", note="n", expires_ms=clock[0] + HOUR)
    )
    assert (changed.reason, changed.note, changed.expires_ms) == ("again", "n", clock[0] + HOUR)
    assert back.wire.closed == (4000 + ErrorCode.BANNED, "BANNED")
    done(change(OPERATOR, ban.number, reason="over", note="", expires_ms=clock[0]))
    assert joined(by_password(mock, "Pozzo")).player_id == client.player_id


@pytest.mark.parametrize("expires_ms", [NOW + LONGEST_MS, 1 << 62, 1 << 70])
def test_beyond_all_calendars_is_for_good(
    mock: MockServer, clock: list[int], expires_ms: int
) -> None:
    ban = punish(mock, BAN, play(mock, "Pozzo"), duration_ms=HOUR)
    change = mock.services.sanctions.change
    changed = done(change(OPERATOR, ban.number, reason="", note="", expires_ms=expires_ms))
    assert changed.expires_ms is None
    assert punish(mock, BAN, guest(mock, "Lucky"), duration_ms=LONGEST_MS).expires_ms is None


@pytest.mark.parametrize("duration_ms", [0, -1])
def test_a_sanction_lasts_for_some_time(mock: MockServer, duration_ms: int) -> None:
    work = mock.services.sanctions.sanction(
        OPERATOR, BAN, guest(mock, "Lucky").player_id, "x", duration_ms=duration_ms
    )
    assert refusal(work) is ErrorCode.COMMAND_USAGE


def test_however_long_the_reason_the_connection_ends(mock: MockServer) -> None:
    reason = "жестокость " * 45
    client = guest(mock, "Lucky")
    punish(mock, BAN, client, reason=reason)
    assert client.wire.closed == (4000 + ErrorCode.BANNED, "BANNED")
    (error,) = of_type(client, codec.Error)
    assert reason.startswith(error.text)
    assert 250 < len(error.text.encode()) <= 255
    other = guest(mock, "Pozzo")
    work = mock.services.sanctions.sanction(OPERATOR, BAN, other.player_id, "x" * 501)
    assert refusal(work) is ErrorCode.COMMAND_USAGE
    assert other.wire.closed is None


def test_over_real_sockets_a_ban_is_felt_within_a_second_and_after_a_restart(
    tmp_path: Path,
) -> None:
    staff(tmp_path / "data", ("Clov", Role.ADMIN))

    async def scene(server: RunningServer) -> None:
        told = await asyncio.to_thread(register, server, "Pozzo")
        spare = await ticket(server, "Pozzo")
        admin = await enter(
            server, (await asyncio.to_thread(log_in, server, "Clov")).told["ticket"]
        )
        pozzo = await enter(server, told["ticket"])
        admin.session.say("/ban Pozzo 1h cruelty")
        assert await close_code(pozzo, 1.0) == 4000 + ErrorCode.BANNED
        assert pozzo.session.error is not None
        assert pozzo.session.error.text == "cruelty"
        await admin.wait_for(lambda session: (NoticeCode.DONE, ["ban", "Pozzo"]) in session.notices)
        await all_refused(server, told["token"], [spare.encode(), pozzo.session.resume_token])
        await hang_up(admin)
        await asyncio.to_thread(server.stop)
        await asyncio.to_thread(server.start)
        await all_refused(server, told["token"], [])
        admin = await enter(
            server, (await asyncio.to_thread(log_in, server, "Clov")).told["ticket"]
        )
        admin.session.say("/unban Pozzo")
        await admin.wait_for(lambda session: len(session.notices) == 1)
        await hang_up(admin, await enter(server, await ticket(server, "Pozzo")))

    async def ticket(server: RunningServer, name: str) -> str:
        return str((await asyncio.to_thread(log_in, server, name)).told["ticket"])

    async def all_refused(server: RunningServer, token: str, secrets: list[bytes]) -> None:
        for answer in (
            await asyncio.to_thread(log_in, server, "Pozzo"),
            await asyncio.to_thread(ask, server, "POST", "/api/tickets", token=token),
        ):
            assert (answer.status, answer.code, answer.told["text"]) == (403, "BANNED", "cruelty")
            assert 0 < answer.told["retry_after_ms"] <= HOUR
        client = Client("Pozzo", method=AuthMethod.PASSWORD, secret=PASSWORD.encode())
        await client.connect(server.url)
        assert await close_code(client, 5.0) == 4000 + ErrorCode.BANNED
        for secret in secrets:
            method = AuthMethod.RESUME if secret.startswith(b"est_r_") else AuthMethod.TICKET
            with pytest.raises(Refused, match=r"BANNED|AUTH_EXPIRED"):
                await enter(server, secret, method)

    with running_server(tmp_path, environment=QUICK) as server:
        asyncio.run(scene(server))


# Who may do what to whom.

ACTIONS = {
    SanctionKind.WARNING: "warn",
    MUTE: "mute",
    SHADOW: "shadow_mute",
    SanctionKind.KICK: "kick",
    BAN: "ban",
}


@pytest.mark.parametrize(("by", "to"), list(itertools.product(Role, Role)))
def test_everybody_does_what_their_role_says_and_only_to_those_below_them(
    mock: MockServer, by: Role, to: Role
) -> None:
    who = Actor(1_000_000, "Clov", by, "panel")
    for kind, action in ACTIONS.items():
        name = f"Hamm {action.replace('_', ' ')}"
        subject = guest(mock, name) if to == GUEST else play(mock, name, to)
        work = mock.services.sanctions.sanction(who, kind, subject.player_id, "x")
        if may(by, "player", action) and outranks(by, to):
            assert done(work).by_id == 1_000_000
        else:
            assert refusal(work) is ErrorCode.FORBIDDEN
            found = mock.services.database.do(sanctions.all_sanctions, player_id=subject.player_id)
            assert done(found) == []
            assert subject.wire.closed is None


def test_nobody_does_it_to_themselves(mock: MockServer) -> None:
    """Not even an owner, who may do all to everybody: there might be no other."""
    owner = account(mock, "Hamm", Role.OWNER)
    for kind in SanctionKind:
        work = mock.services.sanctions.sanction(actor(owner), kind, owner.player_id, "x")
        assert refusal(work) is ErrorCode.FORBIDDEN


def test_nobody_lifts_or_changes_what_was_done_to_themselves_or_their_equals(
    mock: MockServer,
) -> None:
    punished, friend = (account(mock, name, Role.MODERATOR) for name in ("Hamm", "Clov"))
    admin = account(mock, "Nagg", Role.ADMIN)
    desk = mock.services.sanctions
    mute = done(desk.sanction(actor(admin), MUTE, punished.player_id, "x"))
    for who in (punished, friend):
        assert refusal(desk.lift(actor(who), mute.number)) is ErrorCode.FORBIDDEN
        work = desk.change(actor(who), mute.number, reason="", note="", expires_ms=1)
        assert refusal(work) is ErrorCode.FORBIDDEN
        lifting = desk.lift_all(actor(who), MUTE, punished.player_id)
        assert refusal(lifting) is ErrorCode.FORBIDDEN
    assert done(desk.lift(actor(admin), mute.number)).lifted_by == "Nagg"


def test_addresses_are_banned_and_freed_by_those_who_may(mock: MockServer) -> None:
    desk = mock.services.sanctions
    ban = done(desk.ban_network(OPERATOR, HERE, "x"))
    for role in Role:
        who = Actor(1_000_000, "Clov", role, "panel")
        banning = desk.ban_network(who, THERE, "x")
        lifting = desk.lift(who, ban.number)
        if may(role, "player", "ban_address"):
            done(banning)
            done(lifting)
        else:
            assert refusal(banning) is ErrorCode.FORBIDDEN
            assert refusal(lifting) is ErrorCode.FORBIDDEN


def test_an_account_that_is_not_here_can_be_judged(mock: MockServer) -> None:
    kept = account(mock, "Pozzo")
    done(mock.services.sanctions.sanction(OPERATOR, MUTE, kept.player_id, "x"))
    client = joined(with_ticket(mock, kept.player_id))
    client.say("hello")
    assert client.wire.errors() == [ErrorCode.CHAT_MUTED]
    nobody = mock.services.sanctions.sanction(OPERATOR, MUTE, 12345, "x")
    assert refusal(nobody) is ErrorCode.CHAT_NOBODY
    kicking = mock.services.sanctions.sanction(
        OPERATOR, SanctionKind.KICK, account(mock, "Lucky").player_id, "x"
    )
    assert refusal(kicking) is ErrorCode.CHAT_NOBODY


def test_who_is_kicked_is_told_why_and_may_come_again(mock: MockServer) -> None:
    client, watcher = guest(mock, "Lucky"), guest(mock, "Vladimir")
    punish(mock, SanctionKind.KICK, client, reason="thinking aloud")
    (error,) = of_type(client, codec.Error)
    assert (error.code, error.fatal, error.text) == (ErrorCode.KICKED, 1, "thinking aloud")
    assert client.wire.closed == (4000 + ErrorCode.KICKED, "KICKED")
    mock.tick()
    assert client.player_id not in watcher.players
    guest(mock, "Lucky")


def test_who_is_warned_reads_why(mock: MockServer) -> None:
    client = guest(mock, "Lucky")
    warning = punish(mock, SanctionKind.WARNING, client, reason="once\x1f\x1b[31m more\n")
    assert client.notices == [(NoticeCode.WARNED, ["once [31m more"])]
    assert warning.reason == "once [31m more"
    client.say("sorry")
    assert heard(client) == ["sorry"]


# Mutes.


def test_who_is_muted_speaks_to_nobody_in_any_way(mock: MockServer, clock: list[int]) -> None:
    client, other = guest(mock, "Lucky"), guest(mock, "Vladimir")
    punish(mock, MUTE, client, reason="thinking aloud", duration_ms=90_000)
    assert client.notices == [(NoticeCode.MUTED, ["thinking aloud", "2"])]
    client.say("quaquaquaqua")
    client.whisper(other.player_id, "quaquaquaqua")
    client.say("/w Vladimir quaquaquaqua")
    errors = of_type(client, codec.Error)
    assert [each.code for each in errors] == [ErrorCode.CHAT_MUTED] * 3
    assert {(each.text, each.retry_after_ms) for each in errors} == {("thinking aloud", 90_000)}
    mock.tick()
    assert (other.chat, other.whispers) == ([], [])
    client.report(other.player_id, "they do not listen")
    assert client.notices[-1] == (NoticeCode.REPORT_FILED, ["Vladimir"])
    clock[0] += 90_000
    client.say("in spite of the tennis")
    assert heard(other) == ["in spite of the tennis"]


def test_a_mute_holds_at_the_next_visit(mock: MockServer) -> None:
    client = play(mock, "Lucky")
    punish(mock, MUTE, client)
    client.server_session.lost(said_goodbye=True)
    back = joined(by_password(mock, "Lucky"))
    back.say("quaquaquaqua")
    assert back.wire.errors() == [ErrorCode.CHAT_MUTED]


def test_of_two_mutes_the_last_to_be_lifted_frees_the_tongue(mock: MockServer) -> None:
    client = guest(mock, "Lucky")
    first, second = punish(mock, MUTE, client), punish(mock, MUTE, client, duration_ms=HOUR)
    done(mock.services.sanctions.lift(OPERATOR, first.number))
    assert NoticeCode.UNMUTED not in [code for code, _ in client.notices]
    client.say("quaquaquaqua")
    assert client.wire.errors() == [ErrorCode.CHAT_MUTED]
    done(mock.services.sanctions.lift(OPERATOR, second.number))
    assert client.notices[-1] == (NoticeCode.UNMUTED, [])
    client.say("I resume")
    assert heard(client) == ["I resume"]


def test_a_mute_that_is_changed_is_told_anew(mock: MockServer, clock: list[int]) -> None:
    client = guest(mock, "Lucky")
    mute = punish(mock, MUTE, client)
    change = mock.services.sanctions.change
    done(change(OPERATOR, mute.number, reason="less", note="", expires_ms=NOW + 60_000))
    assert client.notices[-1] == (NoticeCode.MUTED, ["less", "1"])
    done(change(OPERATOR, mute.number, reason="less", note="", expires_ms=NOW))
    assert client.notices[-1] == (NoticeCode.UNMUTED, [])


def test_who_is_shadow_muted_hears_themselves_and_nobody_else_does(mock: MockServer) -> None:
    lucky, vladimir = guest(mock, "Lucky"), guest(mock, "Vladimir")
    already = len(lucky.wire.messages())
    punish(mock, SHADOW, lucky)
    assert lucky.wire.messages()[already:] == []
    lucky.say("Given the existence")
    lucky.whisper(vladimir.player_id, "of a personal God")
    lucky.say("/w Vladimir quaquaquaqua")
    assert heard(lucky) == ["Given the existence"]
    assert [(each.own, each.text) for each in lucky.whispers] == [
        (1, "of a personal God"),
        (1, "quaquaquaqua"),
    ]
    mock.tick(5)
    assert (vladimir.chat, vladimir.whispers) == ([], [])
    vladimir.whisper(lucky.player_id, "Dance!")
    assert [each.text for each in lucky.whispers if not each.own] == ["Dance!"]
    assert lucky.wire.errors() == []
    assert lucky.chat[0].player_id == lucky.player_id


def test_a_shadow_muted_line_looks_to_its_writer_like_any_other(mock: MockServer) -> None:
    """It comes in the same way, with the next tick, and with the same limits and filters."""
    lucky, pozzo = guest(mock, "Lucky"), guest(mock, "Pozzo")
    punish(mock, SHADOW, lucky)

    def trace(client: MockClient, text: str) -> list[list[str]]:
        already = len(client.wire.sent)
        client.say(text)
        assert len(client.wire.sent) == already or text == "/nope"
        mock.tick()
        return [
            [type(codec.decode(*frame)).__name__ for frame in codec.parse(sent)]
            for sent in client.wire.sent[already:]
        ]

    for text in ("Given", "the existence"):
        assert trace(lucky, text)[0][0] == trace(pozzo, text)[0][0] == "ChatMessage"
    for _ in range(10):
        lucky.say("quaquaquaqua")
        pozzo.say("Think, pig!")
    assert lucky.wire.errors() == pozzo.wire.errors() != []


def test_a_shadow_muted_line_is_in_nobodys_report_but_the_writers(mock: MockServer) -> None:
    lucky, vladimir, pozzo = (guest(mock, name) for name in ("Lucky", "Vladimir", "Pozzo"))
    punish(mock, SHADOW, lucky)
    lucky.say("Given the existence")
    vladimir.say("What is it?")
    mock.tick()
    vladimir.report(pozzo.player_id, "cruelty")
    lucky.report(pozzo.player_id, "cruelty")
    theirs, vladimirs = all_reports(mock)
    assert [each["text"] for each in vladimirs.chat] == ["What is it?"]
    assert [each["text"] for each in theirs.chat] == ["Given the existence", "What is it?"]


# Reports and notes.


def all_reports(mock: MockServer) -> list[Report]:
    """The latest first."""
    return done(mock.services.database.do(sanctions.reports))


def test_a_report_freezes_what_its_writer_could_read(mock: MockServer) -> None:
    vladimir, pozzo, lucky = (guest(mock, name) for name in ("Vladimir", "Pozzo", "Lucky"))
    pozzo.say("Up pig!")
    pozzo.whisper(vladimir.player_id, "Do you want a bone?")
    pozzo.whisper(lucky.player_id, "Between ourselves: pig!")
    vladimir.whisper(pozzo.player_id, "Shame on you!")
    lucky.say("...")
    vladimir.report(pozzo.player_id, "cruelty to a carrier")
    pozzo.say("What did I do?")
    (report,) = all_reports(mock)
    assert (report.reporter_name, report.subject_name, report.text, report.state) == (
        "Vladimir",
        "Pozzo",
        "cruelty to a carrier",
        "open",
    )
    assert [(each["name"], each["to_name"], each["text"]) for each in report.chat] == [
        ("Pozzo", "", "Up pig!"),
        ("Pozzo", "Vladimir", "Do you want a bone?"),
        ("Vladimir", "Pozzo", "Shame on you!"),
        ("Lucky", "", "..."),
    ]
    assert vladimir.notices == [(NoticeCode.REPORT_FILED, ["Pozzo"])]


def test_who_spoke_and_is_gone_can_still_be_reported(mock: MockServer) -> None:
    vladimir, pozzo = guest(mock, "Vladimir"), guest(mock, "Pozzo")
    silent = guest(mock, "Godot")
    pozzo.say("Up pig!")
    for client in (pozzo, silent):
        client.server_session.lost(said_goodbye=True)
    mock.tick()
    vladimir.report(pozzo.player_id, "cruelty")
    assert vladimir.notices == [(NoticeCode.REPORT_FILED, ["Pozzo"])]
    for number in (silent.player_id, vladimir.player_id, 0, 0xFFFF_FFFF):
        vladimir.report(number, "nobody")
    assert vladimir.wire.errors() == [ErrorCode.CHAT_NOBODY] * 4
    assert len(all_reports(mock)) == 1


def test_nobody_floods_the_staff_with_reports(mock: MockServer, clock: list[int]) -> None:
    vladimir, pozzo = guest(mock, "Vladimir"), guest(mock, "Pozzo")
    for _ in range(REPORTS_PER_HOUR + 3):
        vladimir.report(pozzo.player_id, "cruelty")
        mock.now += 60
    assert vladimir.wire.errors() == [ErrorCode.CHAT_TOO_FAST] * 3
    assert len(all_reports(mock)) == REPORTS_PER_HOUR
    clock[0] += HOUR + 1
    vladimir.report(pozzo.player_id, "cruelty")
    assert len(all_reports(mock)) == REPORTS_PER_HOUR + 1


def test_a_report_is_taken_and_closed_once(mock: MockServer) -> None:
    vladimir, pozzo = guest(mock, "Vladimir"), guest(mock, "Pozzo")
    vladimir.report(pozzo.player_id, "cruelty")
    (report,) = all_reports(mock)
    first, second = (account(mock, name, Role.MODERATOR) for name in ("Hamm", "Clov"))
    desk = mock.services.reports
    taken = done(desk.take(actor(first), report.number))
    assert (taken.state, taken.taken_by) == ("taken", "Hamm")
    handed = done(desk.take(actor(second), report.number))
    assert handed.taken_by == "Clov"
    closed = done(desk.close(actor(second), report.number, "warned\x07"))
    assert (closed.state, closed.outcome) == ("closed", "warned")
    assert closed.closed_ms is not None
    again = desk.take(actor(first), report.number), desk.close(actor(first), report.number, "")
    for work in again:
        assert refusal(work) is ErrorCode.FORBIDDEN
    assert refusal(desk.take(actor(first), 999)) is ErrorCode.CHAT_NOBODY
    (kept,) = all_reports(mock)
    assert (kept.state, kept.taken_by, kept.outcome) == ("closed", "Clov", "warned")


def test_of_two_who_close_a_report_at_once_one_does(mock: MockServer) -> None:
    vladimir, pozzo = guest(mock, "Vladimir"), guest(mock, "Pozzo")
    vladimir.report(pozzo.player_id, "cruelty")
    desk = mock.services.reports
    with Gate(mock, sanctions.find_report) as gate:
        works = [gate.start(desk.close(OPERATOR, 1, outcome)) for outcome in ("a", "b")]
        gate.settle()
        gate.open()
        assert gate.run(works[0]).outcome == "a"
        with pytest.raises(Rejected, match="closed"):
            gate.run(works[1])
    assert all_reports(mock)[0].outcome == "a"


@pytest.mark.parametrize("role", [Role.GUEST, Role.PLAYER, Role.BUILDER])
def test_only_who_may_works_on_reports_and_notes(mock: MockServer, role: Role) -> None:
    who = Actor(1_000_000, "Clov", role, "panel")
    desk, subject = mock.services.reports, guest(mock, "Lucky")
    works: list[Callable[[], Coroutine[Any, Any, object]]] = [
        lambda: desk.take(who, 1),
        lambda: desk.close(who, 1, ""),
        lambda: mock.services.sanctions.note(who, subject.player_id, "x"),
    ]
    assert {refusal(work()) for work in works} == {ErrorCode.FORBIDDEN}


def test_a_note_is_kept_with_who_wrote_it(mock: MockServer) -> None:
    subject = account(mock, "Lucky")
    moderator = account(mock, "Clov", Role.MODERATOR)
    note = mock.services.sanctions.note
    done(note(actor(moderator), subject.player_id, " dances \n the Net\u202e "))
    assert refusal(note(actor(moderator), subject.player_id, " \n ")) is ErrorCode.CHAT_EMPTY
    assert refusal(note(actor(moderator), subject.player_id, "x" * 501)) is ErrorCode.COMMAND_USAGE
    (kept,) = done(mock.services.database.do(sanctions.notes, subject.player_id))
    assert (kept.text, kept.by_name) == ("dances the Net", "Clov")


# In both databases.


def audit(action: str = "player.ban") -> Audit:
    return Audit(0, "@operator", "cli", action, "Lucky", NOW)


def sanction(kind: SanctionKind, **more: Any) -> Sanction:
    told: dict[str, Any] = {
        "player_id": 7,
        "name": "Lucky",
        "network": "",
        "reason": "",
        "note": "",
        "by_id": 0,
        "by_name": "@operator",
        "created_ms": NOW,
    }
    return Sanction(kind, **{**told, **more})


def test_what_is_in_force_is_found_for_a_player_and_an_address(store: Store) -> None:
    kept = {
        name: store.do(sanctions.add_sanction, each, audit()).number
        for name, each in {
            "endless": sanction(BAN),
            "until": sanction(MUTE, expires_ms=NOW + 10),
            "over": sanction(MUTE, expires_ms=NOW),
            "lifted": sanction(BAN, lifted_ms=NOW),
            "warning": sanction(SanctionKind.WARNING),
            "other": sanction(BAN, player_id=8),
            "range": sanction(BAN, player_id=None, network="192.0.2.0/24"),
            "six": sanction(BAN, player_id=None, network="2001:db8::/32"),
            "guest": sanction(BAN, player_id=9, network="192.0.2.7/32"),
        }.items()
    }

    def found(player_id: int | None, address: str) -> set[str]:
        held = store.do(sanctions.in_force, player_id, address, NOW)
        return {name for name, number in kept.items() if number in {each.number for each in held}}

    assert found(7, THERE) == {"endless", "until"}
    assert found(7, HERE) == {"endless", "until", "range", "guest"}
    assert found(None, "192.0.2.8") == {"range"}
    assert found(9, THERE) == {"guest"}
    assert found(None, "2001:db8::1") == {"six"}
    assert found(8, "::1") == {"other"}
    assert len(store.do(sanctions.all_sanctions)) == 9
    assert len(store.do(sanctions.all_sanctions, kind=MUTE)) == 2
    assert len(store.do(sanctions.all_sanctions, in_force_at_ms=NOW)) == 6
    assert len(store.do(sanctions.all_sanctions, player_id=7, limit=2)) == 2


def test_a_sanction_comes_back_as_it_was_kept(store: Store) -> None:
    made = sanction(
        MUTE, reason="громко 🌳", note="n", expires_ms=NOW + 1, lifted_by="", network=""
    )
    kept = store.do(sanctions.add_sanction, made, audit())
    found = store.do(sanctions.find_sanction, kept.number)
    assert found == kept
    assert found is not None
    assert (found.reason, found.expires_ms, found.kind) == ("громко 🌳", NOW + 1, MUTE)
    columns = {"lifted_ms": NOW + 5, "lifted_by": "Clov"}
    changed = store.do(sanctions.change_sanction, kept.number, audit(), columns)
    assert changed is not None
    assert not changed.is_in_force(NOW)
    assert store.do(sanctions.change_sanction, 999, audit(), columns) is None
    assert store.do(sanctions.find_sanction, 999) is None


def test_a_report_comes_back_with_its_chat(store: Store) -> None:
    lines = [{"text": "Свинья! 🌳", "time_ms": NOW, "to_id": None}]
    report = Report(NOW, "meadow", 1, "Vladimir", 2, "Pozzo", "жестокость", lines)
    kept = store.do(sanctions.add_report, report)
    assert store.do(sanctions.find_report, kept.number) == kept
    assert kept.chat == lines
    assert store.do(sanctions.reports, state="open", subject_id=2) == [kept]
    assert store.do(sanctions.reports, state="closed") == []
    assert store.do(sanctions.reports_by, 1, NOW) == 1
    assert store.do(sanctions.reports_by, 1, NOW + 1) == 0
    closed = store.do(sanctions.change_report, kept.number, audit(), {"state": "closed"})
    assert closed is not None
    assert store.do(sanctions.change_report, kept.number, audit(), {"state": "open"}) is None


def test_notes_are_found_by_player_the_latest_first(store: Store) -> None:
    for text, player_id in (("first", 7), ("other", 8), ("second", 7)):
        store.do(sanctions.add_note, Note(player_id, text, "Clov", NOW), audit("player.note"))
    assert [each.text for each in store.do(sanctions.notes, 7)] == ["second", "first"]

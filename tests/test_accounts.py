"""Accounts: nobody gets in where they don't belong, and nobody loses who they are."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from protocol_spec import codec
from protocol_spec.client import Client, Refused
from protocol_spec.codec import AuthMethod, ErrorCode, NoticeCode
from server.clock import wall_clock_ms
from server.failures import Rejected
from server.mapmakers import Draft
from server.people.identity import OWNER
from server.people.names import skeleton
from server.people.passwords import Busy
from server.people.roles import Role
from server.store import Store, StoreError, accounts
from server.store.export import export
from tests.gate import Gate
from tests.mock_server import TILES, MockClient, MockServer, grass, meadow
from tests.people import (
    PASSWORD,
    QUICK,
    account,
    actor,
    ask,
    becomes,
    close_code,
    done,
    drop,
    enter,
    fifty_at_once,
    guest,
    hang_up,
    joined,
    knock,
    log_in,
    play,
    refusal,
    register,
    since,
    with_resume_token,
    with_ticket,
)
from tests.running import RunningServer, running_server

HERE = "127.0.0.1"
PATH = TILES["path"]


@pytest.fixture
def mock() -> MockServer:
    return MockServer()


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    with running_server(tmp_path_factory.mktemp("accounts"), environment=QUICK) as server:
        yield server


def test_guests_can_be_kept_out_and_accounts_still_come_in() -> None:
    mock = MockServer(guests=False)
    client = mock.connect("Vladimir")
    assert knock(client) is ErrorCode.GUESTS_FORBIDDEN
    assert client.wire.closed is None
    registered = done(mock.services.accounts.register("Vladimir", PASSWORD, HERE))
    assert joined(with_ticket(mock, registered.account.player_id)).name == "Vladimir"


def test_a_guest_becomes_an_account_and_others_see_nothing_of_it(mock: MockServer) -> None:
    vladimir, estragon = guest(mock, "Vladimir"), guest(mock, "Estragon")
    mock.walk(vladimir, 0x2000, 10)
    number, place, slot = vladimir.player_id, vladimir.place, vladimir.server_session.slot
    token = vladimir.resume_token.decode()
    told = since(
        estragon,
        lambda: done(mock.services.accounts.register("", PASSWORD, HERE, resume_token=token)),
    )
    assert told == []
    assert (vladimir.is_account, vladimir.role, vladimir.name) == (True, "player", "Vladimir")
    assert (vladimir.player_id, vladimir.place, vladimir.server_session.slot) == (
        number,
        place,
        slot,
    )
    kept = done(mock.services.accounts.log_in("VLADIMIR", PASSWORD, "", HERE)).account
    assert (kept.player_id, kept.name) == (number, "Vladimir")


def test_a_guest_who_becomes_an_account_of_another_name_is_seen_to_change_it_alone(
    mock: MockServer,
) -> None:
    vladimir, estragon = guest(mock, "Vladimir"), guest(mock, "Estragon")
    token = vladimir.resume_token.decode()
    told = since(
        estragon,
        lambda: done(
            mock.services.accounts.register("Monsieur Albert", PASSWORD, HERE, resume_token=token)
        ),
    )
    number, slot = vladimir.player_id, vladimir.server_session.slot
    assert told == [codec.PlayerJoin(number, slot, 0, "Monsieur Albert")]
    assert vladimir.name == "Monsieur Albert"
    assert guest(mock, "Vladimir").player_id != number
    assert knock(mock.connect("Monsieur Albert")) is ErrorCode.NAME_IN_USE


def test_a_guests_edits_are_the_accounts_to_undo_at_once_and_on_the_next_day(
    store: Store,
) -> None:
    number = store.add_map("meadow", Draft(grass(96, 96), ((48, 48),), ()), TILES)

    def day() -> MockServer:
        tile_map = meadow()
        tile_map.unload(0)  # As it is in the database.
        return MockServer(tile_map, store=store, map_id=number, guests_may_build=True)

    def put(client: MockClient, tile: int) -> None:
        edit = client.edit(codec.EditCells(0, codec.CellEdit(0, 5, 5, tile).pack()))
        server.tick(3)
        assert client.edit_results[edit].code == 0

    def undo(client: MockClient) -> codec.EditResult:
        edit = client.undo()
        server.tick(4)
        return client.edit_results[edit]

    server = day()
    client = guest(server, "Vladimir")
    put(client, TILES["sand"])
    put(client, PATH)
    token = client.resume_token.decode()
    made = done(
        server.services.accounts.register("Estragon", PASSWORD, HERE, resume_token=token)
    ).account
    assert undo(client).cells == 1
    server = day()
    client = joined(with_ticket(server, made.player_id))
    result = undo(client)
    assert (result.code, result.cells) == (0, 1)
    assert undo(client).code == ErrorCode.EDIT_NOTHING
    stranger = guest(server, "Vladimir")
    assert undo(stranger).code == ErrorCode.EDIT_NOTHING


def test_only_the_guest_themselves_can_become_an_account(mock: MockServer) -> None:
    """Neither by a token of somebody who is gone, nor by one that an account has."""
    make = mock.services.accounts.register
    client = guest(mock, "Vladimir")
    token = client.resume_token.decode()
    client.disconnect()
    assert refusal(make("", PASSWORD, HERE, resume_token=token)) is ErrorCode.AUTH_EXPIRED
    assert refusal(make("", PASSWORD, HERE, resume_token="est_r_x")) is ErrorCode.AUTH_EXPIRED
    own = play(mock, "Estragon").resume_token.decode()
    assert refusal(make("Lucky", PASSWORD, HERE, resume_token=own)) is ErrorCode.FORBIDDEN


LIKE_VLADIMIR = ("vladimir", "V l a d i m i r", "Vládimír", "vladirnir", "Vlad-imir")
"""As the rules for names let through; what they refuse, tests/test_names.py tells."""


@pytest.mark.parametrize("name", LIKE_VLADIMIR)
def test_a_registered_name_is_nobody_elses_however_they_ask(mock: MockServer, name: str) -> None:
    account(mock, "Vladimir")
    other = account(mock, "Pozzo")
    registering = mock.services.accounts.register(name, PASSWORD, HERE)
    assert refusal(registering) is ErrorCode.NAME_REGISTERED
    changing = mock.services.accounts.change_name(other, name)
    assert refusal(changing) is ErrorCode.NAME_REGISTERED
    assert knock(mock.connect(name)) is ErrorCode.NAME_REGISTERED
    for client in (guest(mock, "Estragon"), joined(with_ticket(mock, other.player_id))):
        client.rename(name)
        assert client.wire.errors() == [ErrorCode.NAME_REGISTERED]
        client.say(f"/nick {name}")
        assert client.wire.errors() == [ErrorCode.NAME_REGISTERED] * 2


@pytest.mark.parametrize("name", LIKE_VLADIMIR)
def test_the_name_of_a_guest_who_is_here_is_nobody_elses_either(
    mock: MockServer, name: str
) -> None:
    vladimir = guest(mock, "Vladimir")
    vladimir.disconnect()  # And may come back.
    other = account(mock, "Pozzo")
    registering = mock.services.accounts.register(name, PASSWORD, HERE)
    assert refusal(registering) is ErrorCode.NAME_IN_USE
    assert refusal(mock.services.accounts.change_name(other, name)) is ErrorCode.NAME_IN_USE
    assert knock(mock.connect(name)) is ErrorCode.NAME_IN_USE


def test_a_name_changes_for_everybody_and_the_old_one_is_free(mock: MockServer) -> None:
    vladimir, estragon = play(mock, "Vladimir"), guest(mock, "Estragon")
    vladimir.rename("Monsieur Albert")
    mock.tick()
    assert vladimir.notices == [(NoticeCode.NAME_CHANGED, ["Vladimir", "Monsieur Albert"])]
    player = estragon.players[vladimir.player_id]
    assert player.name == "Monsieur Albert"
    again = done(mock.services.accounts.log_in("Monsieur Albert", PASSWORD, "", HERE))
    assert again.account.player_id == vladimir.player_id
    estragon.rename("Vladimir")
    mock.tick()
    assert estragon.name == "Vladimir"
    assert guest(mock, "Estragon").name == "Estragon"


def test_ones_own_name_can_be_spelled_another_way(mock: MockServer) -> None:
    for client in (play(mock, "Vladimir"), guest(mock, "Estragon")):
        client.rename(client.name.upper())
        mock.tick()
        assert client.name.isupper()
        assert knock(mock.connect(client.name.lower())) in (
            ErrorCode.NAME_REGISTERED,
            ErrorCode.NAME_IN_USE,
        )


def test_a_name_changed_over_http_changes_in_the_world(mock: MockServer) -> None:
    kept = account(mock, "Vladimir")
    client, other = joined(with_ticket(mock, kept.player_id)), guest(mock, "Estragon")
    done(mock.services.accounts.change_name(kept, "Pozzo"))
    done(mock.services.accounts.change_look(kept, 7))
    mock.tick()
    assert (client.name, client.look) == ("Pozzo", 7)
    assert (other.players[kept.player_id].name, other.players[kept.player_id].look) == ("Pozzo", 7)


def test_only_the_staff_is_called_like_the_staff(mock: MockServer) -> None:
    make, change = mock.services.accounts.register, mock.services.accounts.change_name
    assert refusal(make("Moderator", PASSWORD, HERE)) is ErrorCode.NAME_INVALID
    assert refusal(change(account(mock, "Pozzo"), "Admin")) is ErrorCode.NAME_INVALID
    assert account(mock, "Admin", OWNER).name == "Admin"
    assert knock(mock.connect("Server")) is ErrorCode.NAME_INVALID


async def _claims(server: RunningServer, name: str, count: int) -> tuple[int, set[str]]:
    """So many ask for one name at a time, in every way. How many got it, and what the others
    heard."""
    renamers = await asyncio.gather(
        *(Client.join(server.url, f"Pozzo {each:05}", timeout_seconds=60) for each in range(20))
    )
    spellings = (
        name,
        name.upper(),
        name.lower(),
        f"{name[:4]} {name[4:]}",
        f"{name[:3]}-{name[3:]}",
    )
    heard: set[str] = set()
    won = 0
    ready = asyncio.Event()

    async def by_http(web: aiohttp.ClientSession, number: int) -> bool:
        body = {"name": spellings[number % 5], "password": PASSWORD}
        await ready.wait()
        async with web.post(f"{server.base}/api/accounts", json=body) as answer:
            told = await answer.json()
            heard.add(told.get("code", "201"))
            return answer.status == 201

    async def as_guest(number: int) -> bool:
        client = Client(spellings[number % 5])
        await ready.wait()
        await client.connect(server.url)
        try:
            await client.wait_for(lambda session: session.player_id > 0, 60)
        except Refused as refused:
            heard.add(refused.code.name if refused.code else str(refused))
            await drop(client)
            return False
        clients.append(client)
        return True

    async def by_renaming(client: Client, number: int) -> bool:
        await ready.wait()
        client.session.rename(spellings[number % 5])
        try:
            await client.wait_for(lambda session: len(session.notices) > 0, 60)
        except Refused as refused:
            heard.add(refused.code.name if refused.code else str(refused))
            return False
        return client.session.notices[0][0] is NoticeCode.NAME_CHANGED

    clients: list[Client] = list(renamers)
    connector = aiohttp.TCPConnector(limit=100)
    async with aiohttp.ClientSession(connector=connector) as web:
        ways: list[Coroutine[Any, Any, bool]] = []
        for number in range(count):
            ways.append(by_http(web, number) if number % 3 else as_guest(number))
        ways += [by_renaming(client, number) for number, client in enumerate(renamers)]
        asyncio.get_running_loop().call_later(0.1, ready.set)
        won = sum(await asyncio.gather(*ways))
    await drop(*clients)
    return won, heard


@pytest.mark.parametrize("name", ["Vladimir", "Евстрагон"])
def test_of_a_thousand_who_ask_for_a_name_at_once_one_gets_it(tmp_path: Path, name: str) -> None:
    with running_server(tmp_path, environment=QUICK) as server:
        won, codes = asyncio.run(_claims(server, name, 1000))
        assert won == 1, codes
        refusals = {"NAME_IN_USE", "NAME_REGISTERED", "SERVER_BUSY", "201"}
        assert codes <= refusals


def test_a_guest_cannot_register_twice_at_once(running: RunningServer) -> None:
    async def scene() -> list[tuple[int, str]]:
        client = await Client.join(running.url, "Twofold")
        token = client.session.resume_token.decode()
        bodies = [
            {"name": f"Twofold {each}a", "password": PASSWORD, "resume_token": token}
            for each in range(8)
        ]
        async with aiohttp.ClientSession() as web:

            async def register(body: dict[str, str]) -> tuple[int, str]:
                async with web.post(f"{running.base}/api/accounts", json=body) as answer:
                    told = await answer.json()
                    return answer.status, told.get("code", body["name"])

            answers = await asyncio.gather(*map(register, bodies))
        made = [name for status, name in answers if status == 201]
        await client.wait_for(lambda session: session.is_account)
        assert made == [client.session.name]
        await client.close()
        return answers

    answers = asyncio.run(scene())
    assert {code for status, code in answers if status != 201} <= {
        "SERVER_BUSY",
        "NAME_REGISTERED",
        "FORBIDDEN",
    }


def test_who_registers_is_logged_in_and_may_log_in_again(running: RunningServer) -> None:
    told = register(running, "Registrar", look=3)
    assert told["account"]["name"] == "Registrar"
    assert told["account"]["role"] == "player"
    assert told["account"]["look"] == 3
    again = log_in(running, "registrar")
    assert again.status == 200
    assert again.told["account"] == told["account"]
    assert again.told["token"] != told["token"]
    for token in (told["token"], again.told["token"]):
        assert ask(running, "GET", "/api/account", token=token).told == told["account"]


def test_a_wrong_password_and_an_unknown_name_are_told_the_same(running: RunningServer) -> None:
    register(running, "Wronged")
    wrong, unknown = log_in(running, "Wronged", "not this one"), log_in(running, "Nobody at all")
    assert (wrong.status, wrong.told) == (unknown.status, unknown.told)
    assert (wrong.status, wrong.code) == (401, "AUTH_FAILED")
    assert wrong.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/api/tickets"),
        ("GET", "/api/account"),
        ("GET", "/api/account/export"),
        ("POST", "/api/logout-everywhere"),
    ],
)
@pytest.mark.parametrize("token", ["", "est_l_wrong", "est_l_wrong.wrong", "\u00e4", "." * 99])
def test_without_a_good_token_nothing_is_told(
    running: RunningServer, method: str, path: str, token: str
) -> None:
    answer = ask(running, method, path, token=token)
    assert (answer.status, answer.code) == (401, "AUTH_EXPIRED")


def test_who_logs_out_has_nothing_left_by_any_token_of_that_log_in(
    running: RunningServer,
) -> None:
    told, other = register(running, "Leaver"), log_in(running, "Leaver").told
    newer = ask(running, "POST", "/api/tickets", token=told["token"]).told["token"]
    assert ask(running, "POST", "/api/logout", token=told["token"]).status == 204
    for token in (told["token"], newer):
        assert ask(running, "POST", "/api/tickets", token=token).status == 401
    assert ask(running, "GET", "/api/account", token=other["token"]).status == 200


def test_who_logs_out_everywhere_is_out_within_a_second_and_after_a_restart(
    tmp_path: Path,
) -> None:
    async def scene(ticket: str, token: str) -> int | None:
        client = await enter(server, ticket)
        answer = await asyncio.to_thread(ask, server, "POST", "/api/logout-everywhere", token=token)
        assert answer.status == 204
        code = await close_code(client, 1.0)
        with pytest.raises(Refused, match="AUTH_EXPIRED"):
            await enter(server, client.session.resume_token, AuthMethod.RESUME)
        return code

    with running_server(tmp_path, environment=QUICK) as server:
        told = register(server, "Vladimir")
        spare = log_in(server, "Vladimir").told
        code = asyncio.run(scene(told["ticket"], told["token"]))
        assert code == 4000 + ErrorCode.LOGGED_OUT
        for _ in range(2):
            for token in (told["token"], spare["token"]):
                assert ask(server, "POST", "/api/tickets", token=token).status == 401
            server.stop()
            server.start()
        with pytest.raises(Refused, match="AUTH_EXPIRED"):
            asyncio.run(enter(server, spare["ticket"]))


def test_a_ticket_lets_one_in_of_fifty_who_use_it_at_once(running: RunningServer) -> None:
    outcomes = asyncio.run(fifty_at_once(running, register(running, "Ticketed")["ticket"]))
    assert outcomes == ["AUTH_EXPIRED"] * 49 + ["in"]


def test_a_token_whose_answer_was_lost_is_good_once_more(mock: MockServer) -> None:
    begun = done(mock.services.accounts.register("Vladimir", PASSWORD, HERE))
    come_back = mock.services.accounts.come_back
    done(come_back(begun.token, HERE))  # The answer is lost.
    done(come_back(begun.token, HERE))  # And this one.
    last = done(come_back(begun.token, HERE))
    assert done(come_back(last.token, HERE)).account.name == "Vladimir"


@pytest.mark.parametrize("use", ["come_back", "who"])
def test_a_token_that_was_replaced_long_ago_ends_its_log_in_and_no_other(
    mock: MockServer, use: str
) -> None:
    """Either its owner or a thief has a newer one. RFC 9700, 4.14.2."""
    kept = mock.services.accounts
    first = done(kept.register("Vladimir", PASSWORD, HERE))
    other = done(kept.log_in("Vladimir", PASSWORD, "", HERE))
    second = done(kept.come_back(first.token, HERE))
    third = done(kept.come_back(second.token, HERE))
    late = kept.come_back(first.token, HERE) if use == "come_back" else kept.who(first.token)
    assert refusal(late) is ErrorCode.AUTH_EXPIRED
    for each in (first, second, third):
        assert refusal(kept.who(each.token)) is ErrorCode.AUTH_EXPIRED
    assert done(kept.who(other.token)).name == "Vladimir"


def test_of_too_many_log_ins_the_one_ends_that_was_not_used_for_longest(
    mock: MockServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    now_ms = wall_clock_ms()
    monkeypatch.setattr("server.people.accounts.wall_clock_ms", lambda: now_ms)
    kept, database = mock.services.accounts, mock.services.database
    first, second = (done(kept.register(name, PASSWORD, HERE)) for name in ("Vladimir", "Estragon"))
    other = done(kept.log_in("Vladimir", PASSWORD, "", HERE))
    now_ms += 1
    used = done(kept.come_back(first.token, HERE))
    for _ in range(49):
        done(kept.log_in("Vladimir", PASSWORD, "", HERE))
    assert len(done(database.do(export, first.account.player_id))["logins"]) == 50
    assert refusal(kept.who(other.token)) is ErrorCode.AUTH_EXPIRED
    assert done(kept.who(used.token)).name == "Vladimir"
    assert done(kept.who(second.token)).name == "Estragon"


def test_a_made_up_token_of_a_family_is_no_token(mock: MockServer) -> None:
    kept = mock.services.accounts
    first = done(kept.register("Vladimir", PASSWORD, HERE))
    assert refusal(kept.come_back("est_l_x.y", HERE)) is ErrorCode.AUTH_EXPIRED
    assert done(kept.who(first.token)).name == "Vladimir"


def test_a_log_in_ends_a_month_after_its_last_use(
    mock: MockServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept, day = mock.services.accounts, 24 * 3600 * 1000
    now = [1_900_000_000_000]
    monkeypatch.setattr("server.people.accounts.wall_clock_ms", lambda: now[0])
    token = done(kept.register("Vladimir", PASSWORD, HERE)).token
    for _ in range(3):
        now[0] += 29 * day
        token = done(kept.come_back(token, HERE)).token
    now[0] += 30 * day
    assert refusal(kept.come_back(token, HERE)) is ErrorCode.AUTH_EXPIRED


def test_another_password_needs_the_old_one_and_ends_all_that_was_begun_with_it(
    mock: MockServer,
) -> None:
    kept = mock.services.accounts
    begun = done(kept.register("Vladimir", PASSWORD, HERE))
    client = joined(with_ticket(mock, begun.account.player_id))
    spare = mock.services.authentication.issue_ticket(begun.account.player_id)
    change = kept.change_password
    new = "two men and a bare tree"
    assert refusal(change(begun.account, "wrong", new, "")) is ErrorCode.AUTH_FAILED
    assert refusal(change(begun.account, PASSWORD, "short", "")) is ErrorCode.PASSWORD_TOO_SHORT
    assert client.wire.closed is None
    done(change(begun.account, PASSWORD, new, ""))
    assert client.wire.closed == (4000 + ErrorCode.LOGGED_OUT, "LOGGED_OUT")
    assert refusal(kept.who(begun.token)) is ErrorCode.AUTH_EXPIRED
    assert knock(with_resume_token(mock, client.resume_token)) is ErrorCode.AUTH_EXPIRED
    late = mock.connect("")
    late.method, late.secret = AuthMethod.TICKET, spare.encode()
    assert knock(late) is ErrorCode.AUTH_EXPIRED
    assert refusal(kept.log_in("Vladimir", PASSWORD, "", HERE)) is ErrorCode.AUTH_FAILED
    assert done(kept.log_in("Vladimir", new, "", HERE)).account.name == "Vladimir"


def test_a_deleted_account_is_gone_with_all_that_was_its_own(mock: MockServer) -> None:
    kept, database = mock.services.accounts, mock.services.database
    begun = done(kept.register("Vladimir", PASSWORD, HERE))
    number = begun.account.player_id
    client = joined(with_ticket(mock, number))
    mock.services.player_log.note_standings([mock.game])
    done(mock.services.player_log.flush())
    assert done(database.do(accounts.standings, number))
    assert done(database.do(accounts.visits_of, number))
    assert refusal(kept.delete(begun.account, "wrong", "")) is ErrorCode.AUTH_FAILED
    done(kept.delete(begun.account, PASSWORD, ""))
    mock.tick()
    mock.services.player_log.note_standings([mock.game])
    done(mock.services.player_log.flush())
    assert client.wire.closed == (4000 + ErrorCode.LOGGED_OUT, "LOGGED_OUT")
    assert refusal(kept.who(begun.token)) is ErrorCode.AUTH_EXPIRED
    assert done(database.do(accounts.standings, number)) == {}
    assert done(database.do(export, number))["logins"] == []
    assert done(database.do(accounts.visits_of, number)) == []
    newcomer = done(kept.register("Vladimir", PASSWORD, HERE)).account
    assert newcomer.player_id != number


def test_a_visit_that_was_not_yet_written_does_not_outlive_its_account(mock: MockServer) -> None:
    kept = account(mock, "Vladimir")
    joined(with_ticket(mock, kept.player_id))
    done(mock.services.accounts.delete(kept, PASSWORD, ""))
    done(mock.services.player_log.flush())
    assert done(mock.services.database.do(accounts.visits_of, kept.player_id)) == []


def test_the_last_owner_can_neither_be_deleted_nor_step_down(mock: MockServer) -> None:
    owner, deeds = account(mock, "Pozzo", OWNER), mock.services.deeds
    delete = mock.services.accounts.delete
    assert refusal(delete(owner, PASSWORD, "")) is ErrorCode.FORBIDDEN
    stepping_down = deeds.change_role(actor(owner), owner.player_id, Role.ADMIN)
    assert refusal(stepping_down) is ErrorCode.FORBIDDEN
    second = account(mock, "Lucky", OWNER)
    done(deeds.change_role(actor(owner), owner.player_id, Role.ADMIN))
    assert refusal(delete(second, PASSWORD, "")) is ErrorCode.FORBIDDEN
    done(delete(owner, PASSWORD, ""))


def test_a_password_confirms_its_own_account_and_not_whose_name_it_has_now(
    mock: MockServer,
) -> None:
    """Whoever has a stolen token could rename the account, and take the name for their own."""
    kept = mock.services.accounts
    victim, thief = account(mock, "Vladimir"), account(mock, "Pozzo")
    done(kept.change_password(thief, PASSWORD, "the thief's own password", ""))
    done(kept.change_name(victim, "Estragon"))
    done(kept.change_name(thief, "Vladimir"))
    delete = kept.delete(victim, "the thief's own password", "")
    assert refusal(delete) is ErrorCode.AUTH_FAILED
    change = kept.change_password(victim, "the thief's own password", "another, altogether", "")
    assert refusal(change) is ErrorCode.AUTH_FAILED
    assert done(kept.log_in("Estragon", PASSWORD, "", HERE)).account.player_id == victim.player_id


def test_trouble_with_the_database_is_told_and_costs_nobody_anything(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Whichever work of whichever request it hits: afterwards the same request succeeds."""
    real, left = Store.do, [1 << 30]

    def do(self: Store, work: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        left[0] -= 1
        if left[0] < 0:
            raise StoreError("database is locked")
        return real(self, work, *args, **kwargs)

    monkeypatch.setattr(Store, "do", do)

    def scenes() -> dict[str, tuple[MockServer, Callable[[], str]]]:
        """By name: a server, and what can be asked of it again and again until it works."""
        found: dict[str, tuple[MockServer, Callable[[], str]]] = {}

        def scene(name: str) -> Callable[..., None]:
            return lambda mock, act: found.__setitem__(name, (mock, act))

        def outcome(work: Callable[[], Coroutine[Any, Any, object]]) -> Callable[[], str]:
            def act() -> str:
                try:
                    done(work())
                except Rejected as rejected:
                    return rejected.code.name
                except StoreError:
                    return "SERVER_BUSY"  # As server.account_api answers it.
                return "done"

            return act

        def entry(client_of: Callable[[], MockClient]) -> Callable[[], str]:
            def act() -> str:
                client = client_of()
                client.begin()
                codes = [each.name for each in client.wire.errors()]
                return codes[0] if codes else "done"

            return act

        mock = MockServer()
        scene("guest")(mock, entry(lambda: mock.connect("Vladimir")))

        registering = MockServer()
        scene("register")(
            registering,
            outcome(lambda: registering.services.accounts.register("Vladimir", PASSWORD, HERE)),
        )

        upgrading = MockServer()
        client = guest(upgrading, "Vladimir")
        scene("upgrade")(
            upgrading,
            outcome(
                lambda: upgrading.services.accounts.register(
                    "Estragon", PASSWORD, HERE, resume_token=client.resume_token.decode()
                )
            ),
        )

        by_ticket = MockServer()
        kept = account(by_ticket, "Vladimir")
        ticket = by_ticket.services.authentication.issue_ticket(kept.player_id).encode()

        def with_this_ticket() -> MockClient:
            client = by_ticket.connect("")
            client.method, client.secret = AuthMethod.TICKET, ticket
            return client

        scene("ticket")(by_ticket, entry(with_this_ticket))

        resuming = MockServer()
        lost = guest(resuming, "Vladimir")
        lost.disconnect()
        scene("resume")(resuming, entry(lambda: with_resume_token(resuming, lost.resume_token)))

        renaming = MockServer()
        renamed = play(renaming, "Vladimir")

        def rename() -> str:
            already = len(renamed.wire.errors())
            renamed.rename("Estragon")
            codes = [each.name for each in renamed.wire.errors()[already:]]
            return codes[0] if codes else "done"

        scene("rename")(renaming, rename)

        password = MockServer()
        owner = account(password, "Vladimir")

        def with_password() -> MockClient:
            client = password.connect("Vladimir")
            client.method, client.secret = AuthMethod.PASSWORD, PASSWORD.encode()
            return client

        scene("password")(password, entry(with_password))
        scene("log in")(
            password,
            outcome(lambda: password.services.accounts.log_in("Vladimir", PASSWORD, "", HERE)),
        )
        scene("delete")(
            password, outcome(lambda: password.services.accounts.delete(owner, PASSWORD, ""))
        )

        reporting = MockServer()
        reporter, subject = guest(reporting, "Vladimir"), guest(reporting, "Pozzo")

        def report() -> str:
            already = len(reporter.wire.errors())
            reporter.report(subject.player_id, "a bore")
            codes = [each.name for each in reporter.wire.errors()[already:]]
            return codes[0] if codes else "done"

        scene("report")(reporting, report)
        return found

    for name in scenes():
        for after in range(10):
            left[0] = 1 << 30
            _, act = scenes()[name]
            left[0] = after
            first = act()
            was_felt = left[0] < 0
            left[0] = 1 << 30
            if not was_felt:
                assert first == "done", (name, after)
                assert after > 0, name
                break
            assert first == "SERVER_BUSY", (name, after)
            assert act() == "done", (name, after)
        else:
            raise AssertionError(f"{name} asks the database too often")


def test_a_socket_that_closes_meanwhile_uses_up_no_ticket_and_frees_no_name(
    mock: MockServer,
) -> None:
    kept = account(mock, "Vladimir")
    client, lost = with_ticket(mock, kept.player_id), guest(mock, "Estragon")
    resuming = with_resume_token(mock, lost.resume_token)
    with Gate(mock, accounts.arrival) as gate:
        client.begin()
        resuming.begin()
        gate.settle()
        client.disconnect()
        resuming.disconnect()
    assert lost.wire.closed is None
    again = mock.connect("")
    again.method, again.secret = AuthMethod.TICKET, client.secret
    assert joined(again).player_id == kept.player_id
    assert knock(mock.connect("Estragon")) is ErrorCode.NAME_IN_USE
    resumed = joined(with_resume_token(mock, lost.resume_token))
    assert resumed.player_id == lost.player_id


def test_who_logs_out_everywhere_keeps_out_whoever_is_at_the_door(mock: MockServer) -> None:
    kept = account(mock, "Vladimir")
    here = joined(with_ticket(mock, kept.player_id))
    at_the_door = [with_ticket(mock, kept.player_id), with_resume_token(mock, here.resume_token)]
    with Gate(mock, accounts.arrival) as gate:
        for client in at_the_door:
            client.begin()
        gate.settle()
        gate.run(mock.services.accounts.log_out_everywhere(kept.player_id))
    for client in at_the_door:
        assert client.wire.errors() == [ErrorCode.AUTH_EXPIRED]
        assert client.player_id == 0


def test_a_log_in_by_a_password_that_changes_meanwhile_is_none(mock: MockServer) -> None:
    kept, owner = mock.services.accounts, account(mock, "Vladimir")
    client = mock.connect("Vladimir")
    client.method, client.secret = AuthMethod.PASSWORD, PASSWORD.encode()
    with Gate(mock, accounts.find_account) as gate:
        client.begin()
        logging_in = gate.start(kept.log_in("Vladimir", PASSWORD, "", HERE))
        gate.settle()
        gate.run(kept.set_password(owner, "another, altogether"))
        gate.open()
        with pytest.raises(Rejected) as rejected:
            gate.run(logging_in)
    assert rejected.value.code is ErrorCode.AUTH_FAILED
    assert client.wire.errors() == [ErrorCode.AUTH_FAILED]


def test_an_old_hash_that_is_renewed_overwrites_no_new_password(mock: MockServer) -> None:
    owner = account(mock, "Vladimir")
    stale = owner.password_hash
    done(mock.services.accounts.set_password(owner, "another, altogether"))
    renewed = mock.services.database.do(
        accounts.renew_hash, owner.player_id, stale, "of the old password"
    )
    assert not done(renewed)
    log_in = mock.services.accounts.log_in("Vladimir", "another, altogether", "", HERE)
    assert done(log_in).account.player_id == owner.player_id


def test_a_name_that_was_asked_for_when_the_server_was_busy_is_free(
    mock: MockServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def busy(_: str) -> str:
        raise Busy(7)

    with monkeypatch.context() as patch:
        patch.setattr(mock.services.passwords, "hash", busy)
        with pytest.raises(Rejected) as rejected:
            done(mock.services.accounts.register("Vladimir", PASSWORD, HERE))
    assert rejected.value.code is ErrorCode.SERVER_BUSY
    assert rejected.value.retry_after_ms == 7000
    guest(mock, "Vladimir")


def test_a_hash_of_old_parameters_is_renewed_at_the_log_in(store: Store) -> None:
    before = MockServer(store=store)
    number = account(before, "Vladimir").player_id
    after = MockServer(store=store, argon2_passes=2)
    old = store.do(accounts.find_account, player_id=number)
    done(after.services.accounts.log_in("Vladimir", PASSWORD, "", HERE))
    new = store.do(accounts.find_account, player_id=number)
    assert old is not None
    assert new is not None
    assert "t=1" in old.password_hash
    assert "t=2" in new.password_hash
    client = after.connect("Vladimir")
    client.method, client.secret = AuthMethod.PASSWORD, PASSWORD.encode()
    assert joined(client).player_id == number


def test_a_player_who_comes_in_while_the_name_changes_has_the_new_one(mock: MockServer) -> None:
    kept = account(mock, "Vladimir")
    client = with_ticket(mock, kept.player_id)
    with Gate(mock, accounts.change_account, before=True) as gate:
        gate.start(mock.services.accounts.change_name(kept, "Estragon"))
        gate.settle()
        client.begin()
        gate.settle()
        assert client.name == "Vladimir"
    mock.tick()
    assert client.name == "Estragon"
    assert client.players[kept.player_id].name == "Estragon"
    assert mock.lobby.names.holders == {skeleton("Estragon"): kept.player_id}


def test_a_guest_who_leaves_while_they_register_holds_no_name(mock: MockServer) -> None:
    client, kept = guest(mock, "Vladimir"), mock.services.accounts
    token = client.resume_token.decode()
    with Gate(mock, accounts.add_account) as gate:
        registering = gate.start(kept.register("Estragon", PASSWORD, HERE, resume_token=token))
        gate.settle(lambda: mock.services.database.store.do(accounts.all_accounts))
        client.server_session.lost(said_goodbye=True)
        gate.open()
        made = gate.run(registering).account
    assert (made.player_id, made.name) == (client.player_id, "Estragon")
    assert mock.lobby.names.holders == {}


def test_one_name_after_the_other(mock: MockServer) -> None:
    """A guest who asks for a name while they become an account could end with two of them."""
    client, kept = guest(mock, "Vladimir"), mock.services.accounts
    token = client.resume_token.decode()
    with Gate(mock, accounts.find_account) as gate:
        client.rename("Lucky")
        gate.settle()
        with pytest.raises(Rejected) as rejected:
            gate.run(kept.register("Estragon", PASSWORD, HERE, resume_token=token))
    assert rejected.value.code is ErrorCode.SERVER_BUSY
    assert client.name == "Lucky"
    assert mock.lobby.names.holders == {skeleton("Lucky"): client.player_id}


def test_an_export_has_all_that_is_kept_of_somebody(running: RunningServer) -> None:
    told = register(running, "Exporter")

    async def scene() -> None:
        client = await enter(running, told["ticket"])
        client.session.say("We are waiting for Godot.")
        await client.wait_for(lambda session: len(session.chat) == 1)
        other = await Client.join(running.url, "Reported")
        client.session.report(other.session.player_id, "a bore")
        await client.wait_for(lambda session: len(session.notices) == 1)
        await hang_up(client, other)

    asyncio.run(scene())
    export = becomes(
        lambda: ask(running, "GET", "/api/account/export", token=told["token"]).told,
        lambda export: bool(export["standings"]),
    )
    assert export["account"][0]["name"] == "Exporter"
    assert [each["text"] for each in export["chat"]] == ["We are waiting for Godot."]
    assert [each["world"] for each in export["standings"]] == ["village"]
    assert [each["address"] for each in export["visits"]] == [HERE]
    assert [each["text"] for each in export["reports"]] == ["a bore"]
    assert len(export["logins"]) == 1
    assert "argon2" not in json.dumps(export)
    assert told["token"] not in json.dumps(export)


@pytest.mark.parametrize(
    "path",
    [
        *("login", "accounts", "setup"),
        *("panel/session", "panel/session/code", "panel/new-password", "panel/own/password"),
    ],
)
def test_an_endless_body_is_not_read_to_its_end(running: RunningServer, path: str) -> None:
    body = {"name": "x" * 200_000, "password": PASSWORD}
    answer = ask(running, "POST", f"/api/{path}", body)
    assert (answer.status, answer.code) == (413, "MESSAGE_TOO_LARGE")


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"\xff\xfe", b"[" * 20_000, b'{"\\ud800": 1}', b"1" * 10_000]
)
def test_what_is_no_request_is_told_so(running: RunningServer, body: bytes) -> None:
    async def scene() -> tuple[int, Any]:
        headers = {"Content-Type": "application/json"}
        async with (
            aiohttp.ClientSession() as web,
            web.post(f"{running.base}/api/login", data=body, headers=headers) as answer,
        ):
            return answer.status, await answer.json()

    status, told = asyncio.run(scene())
    assert (status, told["code"]) == (422, "INVALID")


def test_half_a_letter_is_no_name(running: RunningServer) -> None:
    answer = log_in(running, "\ud800abc")
    assert (answer.status, answer.code) == (422, "INVALID")

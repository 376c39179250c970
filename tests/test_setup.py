"""The first owner: the link that a server prints once, and what it takes to use it."""

from __future__ import annotations

import asyncio
import http.client
import json
import re
import ssl
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from protocol_spec.codec import ErrorCode
from server.control.claim import here
from server.failures import Rejected
from server.people.first_owner import LINK_SECONDS, TRIES, FirstOwner, SetupClosed, SetupState
from server.people.tokens import token_hash
from server.services import Services, assemble
from server.settings import Settings
from server.store import Store
from server.store.accounts import all_accounts
from server.store.audit import audit_entries
from server.store.thread import Database
from tests.certificates import make_certificate
from tests.running import RunningServer, running_server
from tests.stopped_clock import StoppedClock

NAME = "Godot"
PASSWORD = "three blind mice run"
FROM_AFAR = {"X-Forwarded-For": "203.0.113.7"}
OVER_TLS = {**FROM_AFAR, "X-Forwarded-Proto": "https"}
PROXY = ("--trusted-proxy", "127.0.0.1")


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RunningServer]:
    """A server of the test's own, without an owner."""
    with running_server(tmp_path, *PROXY) as started:
        yield started


def links(server: RunningServer) -> list[str]:
    """All that it ever printed."""
    return re.findall(r"https?://\S+#token=\S+", server.log)


def link_of(server: RunningServer) -> str:
    return links(server)[-1]


def token_of(server: RunningServer) -> str:
    return link_of(server).partition("#token=")[2]


def post(
    server: RunningServer,
    token: str,
    name: str = NAME,
    password: str = PASSWORD,
    headers: dict[str, str] | None = None,
) -> tuple[int, dict[str, Any]]:
    """The status and the JSON of the answer."""
    return call(server, "/api/setup", {"token": token, "name": name, "password": password}, headers)


def call(
    server: RunningServer, path: str, body: Any, headers: dict[str, str] | None = None
) -> tuple[int, dict[str, Any]]:
    connection = http.client.HTTPConnection(server.address, timeout=30)
    method = "GET" if body is None else "POST"
    sent = {"Content-Type": "application/json", **(headers or {})}
    connection.request(method, path, json.dumps(body), sent)
    answer = connection.getresponse()
    told = json.loads(answer.read())
    connection.close()
    return answer.status, told


def refused(answer: tuple[int, dict[str, Any]]) -> tuple[int, str]:
    """The status and the code of a refusal, which must be nothing else."""
    status, told = answer
    assert set(told) == {"code", "text", "retry_after_ms"}
    return status, told["code"]


class TestLink:
    """What is printed, and where else it is to be found: nowhere."""

    def test_it_is_printed_once_for_each_start_without_an_owner(
        self, server: RunningServer
    ) -> None:
        (first,) = links(server)
        assert re.fullmatch(rf"{server.base}/admin/setup#token=est_s_[\w-]{{43}}", first)
        server.stop()
        server.start()
        _, second = links(server)
        assert second != first
        assert refused(post(server, first.partition("=")[2])) == (401, "AUTH_EXPIRED")
        assert post(server, token_of(server))[0] == 201
        server.stop()
        server.start()
        assert links(server) == [first, second]

    def test_its_token_is_in_no_log_line_and_neither_it_nor_its_hash_is_kept(
        self, server: RunningServer, tmp_path: Path
    ) -> None:
        token = token_of(server)
        post(server, "est_s_wrong")
        post(server, token, password="short")
        assert post(server, token)[0] == 201
        post(server, token)
        server.stop()
        (line,) = [each for each in server.log.splitlines() if token in each]
        assert line == f"  own it:   {link_of(server)}"
        said = server.log.encode()
        kept = {each.name: each.read_bytes() for each in server.data.rglob("*") if each.is_file()}
        assert NAME.encode() in kept["estragon.sqlite3"]
        for secret in (PASSWORD, token_hash(token), token[10:]):
            assert not [name for name, data in kept.items() if secret.encode() in data]
            assert secret == token[10:] or secret.encode() not in said

    def test_with_a_certificate_it_is_one_for_https(self, tmp_path: Path) -> None:
        certificate = make_certificate(tmp_path / "certificate")
        with running_server(tmp_path, certificate=certificate) as server:
            assert link_of(server).startswith(f"https://127.0.0.1:{server.port}/admin/setup#")
            connection = http.client.HTTPSConnection(
                server.address, context=ssl.create_default_context(cafile=certificate.authority)
            )
            body = {"token": token_of(server), "name": NAME, "password": PASSWORD}
            sent = {"Content-Type": "application/json"}
            connection.request("POST", "/api/setup", json.dumps(body), sent)
            assert connection.getresponse().status == 201
            connection.close()

    @pytest.mark.parametrize(
        ("host", "found"), [("0.0.0.0", "127.0.0.1"), ("::", "::1"), ("192.0.2.1", "192.0.2.1")]
    )
    def test_it_leads_to_an_address_that_can_be_opened(self, host: str, found: str) -> None:
        assert here(host) == found


class TestOwner:
    """What the link does, and when it does it no more."""

    def test_it_makes_an_owner_who_is_logged_in(self, server: RunningServer) -> None:
        status, told = post(server, token_of(server))
        assert status == 201
        assert set(told) == {"account", "token", "expires_ms", "ticket", "ticket_seconds"}
        assert (told["account"]["name"], told["account"]["role"]) == (NAME, "owner")
        bearer = {"Authorization": f"Bearer {told['token']}"}
        assert call(server, "/api/account", None, bearer) == (200, told["account"])
        status, again = call(server, "/api/login", {"name": NAME, "password": PASSWORD})
        assert (status, again["account"]) == (200, told["account"])

    def test_the_audit_tells_of_it(self, server: RunningServer) -> None:
        post(server, token_of(server), headers=OVER_TLS)
        server.stop()
        (row,) = Store(server.data).do(audit_entries)
        assert (row.actor_id, row.actor, row.via) == (0, "@operator", "panel")
        assert (row.action, row.subject) == ("account.create", NAME)
        assert row.details == {"role": "owner", "address": "203.0.113.7"}

    def test_it_works_once(self, server: RunningServer) -> None:
        assert post(server, token_of(server))[0] == 201
        for token in (token_of(server), "est_s_wrong"):
            assert refused(post(server, token, "Pozzo")) == (410, "SETUP_DONE")

    def test_of_many_who_use_it_at_once_one_wins(self, server: RunningServer) -> None:
        token = token_of(server)
        with ThreadPoolExecutor(20) as crowd:
            answers = list(crowd.map(lambda each: post(server, token, f"Pozzo {each}"), range(20)))
        statuses = [status for status, _ in answers]
        assert statuses.count(201) == 1
        assert set(statuses) <= {201, 410, 429}
        server.stop()
        store = Store(server.data)
        (owner,) = store.do(all_accounts)
        (row,) = store.do(audit_entries)
        (winner,) = [told["account"]["name"] for status, told in answers if status == 201]
        assert owner.name == row.subject == winner

    def test_five_wrong_tokens_end_it(self, server: RunningServer) -> None:
        token = token_of(server)
        for tried in range(TRIES):
            wrong = token[:-1] + ("x" if token[-1] != "x" else "y") if tried else ""
            assert refused(post(server, wrong)) == (401, "AUTH_EXPIRED")
        assert refused(post(server, token)) == (410, "SETUP_OVER")
        server.stop()
        server.start()
        assert post(server, token_of(server))[0] == 201

    @pytest.mark.parametrize(
        ("name", "password", "code"),
        [
            ("", PASSWORD, "NAME_EMPTY"),
            ("ab", PASSWORD, "NAME_TOO_SHORT"),
            ("Vladimir" * 3, PASSWORD, "NAME_TOO_LONG"),
            ("Gоdоt", PASSWORD, "NAME_INVALID"),
            (NAME, "fourteen chars", "PASSWORD_TOO_SHORT"),
            (NAME, "q" + "werty" * 26, "PASSWORD_TOO_LONG"),
            (NAME, "passwordpassword", "PASSWORD_COMMON"),
        ],
    )
    def test_what_will_not_do_is_refused_and_may_be_tried_again(
        self, module_server: RunningServer, name: str, password: str, code: str
    ) -> None:
        token = token_of(module_server)
        for _ in range(TRIES + 1):
            assert refused(post(module_server, token, name, password)) == (422, code)

    @pytest.mark.parametrize(
        "body", [None, [], {}, {"token": 1}, {"token": "", "name": "", "password": "", "x": 1}]
    )
    def test_what_is_not_sound_is_no_try(self, module_server: RunningServer, body: Any) -> None:
        for _ in range(TRIES + 1):
            found = call(module_server, "/api/setup", body or "nothing")
            assert refused(found) == (422, "INVALID")

    def test_a_line_that_others_can_read_is_refused(self, server: RunningServer) -> None:
        token = token_of(server)
        for _ in range(TRIES + 1):
            found = post(server, "est_s_wrong", headers=FROM_AFAR)
            assert refused(found) == (403, "AUTH_INSECURE")
        assert post(server, token, headers=OVER_TLS)[0] == 201

    def test_who_failed_to_log_in_too_often_may_not_try_here_either(
        self, server: RunningServer
    ) -> None:
        for each in range(10):
            body = {"name": f"Pozzo {each}", "password": PASSWORD}
            assert refused(call(server, "/api/login", body, OVER_TLS)) == (401, "AUTH_FAILED")
        for _ in range(TRIES + 1):
            found = post(server, "est_s_wrong", headers=OVER_TLS)
            assert refused(found) == (429, "AUTH_TOO_MANY_TRIES")
        # It cost the link nothing.
        assert post(server, token_of(server))[0] == 201


class TestTime:
    """With a clock of the test's own."""

    def test_after_half_an_hour_it_is_over(self, services: Services, clock: StoppedClock) -> None:
        async def play() -> None:
            owner = services.first_owner
            token = owner.open_link()
            clock.now += LINK_SECONDS - 1
            assert await owner.state() is SetupState.OPEN
            with pytest.raises(Rejected) as weak:
                await create(owner, token, password="short")
            assert weak.value.code is ErrorCode.PASSWORD_TOO_SHORT
            clock.now += 1
            assert await owner.state() is SetupState.OVER
            with pytest.raises(SetupClosed) as closed:
                await create(owner, token)
            assert closed.value.state is SetupState.OVER

        asyncio.run(play())

    def test_wrong_tokens_count_as_failures_of_their_address(
        self, services: Services, clock: StoppedClock
    ) -> None:
        async def play() -> None:
            owner = services.first_owner
            owner.open_link()
            for _ in range(TRIES):
                with pytest.raises(Rejected):
                    await owner.create("est_s_wrong", NAME, PASSWORD, "203.0.113.7", "203.0.113.7")
            clock.now += 60
            codes = []
            for each in range(6):
                with pytest.raises(Rejected) as refusal:
                    await services.authentication.log_in(f"Pozzo {each}", "", "203.0.113.7")
                codes.append(refusal.value.code)
            assert codes == 5 * [ErrorCode.AUTH_FAILED] + [ErrorCode.AUTH_TOO_MANY_TRIES]

        asyncio.run(play())

    def test_nobody_but_who_opened_it_has_its_token(self, services: Services) -> None:
        token = services.first_owner.open_link()
        kept = [str(each) for each in vars(services.first_owner).values()]
        assert token_hash(token) in kept
        assert token not in kept

    def test_until_then_it_works(self, services: Services, clock: StoppedClock) -> None:
        async def play() -> None:
            token = services.first_owner.open_link()
            clock.now += LINK_SECONDS - 1
            made = await create(services.first_owner, token)
            assert made == "owner"

        asyncio.run(play())

    def test_an_owner_made_by_a_command_ends_it(self, services: Services) -> None:
        async def play() -> None:
            owner = services.first_owner
            token = owner.open_link()
            await services.accounts.create("Vladimir", PASSWORD, "owner")
            with pytest.raises(SetupClosed) as closed:
                await create(owner, token)
            assert closed.value.state is SetupState.DONE
            assert await owner.state() is SetupState.DONE
            assert owner.open_link() == ""

        asyncio.run(play())

    def test_without_a_link_there_is_no_token_that_fits(self, services: Services) -> None:
        async def play() -> None:
            for token in ("", "est_s_"):
                with pytest.raises(SetupClosed):
                    await create(services.first_owner, token)

        asyncio.run(play())


async def create(owner: FirstOwner, token: str, password: str = PASSWORD) -> str:
    return (await owner.create(token, NAME, password, "", "127.0.0.1")).account.role


@pytest.fixture
def clock() -> StoppedClock:
    return StoppedClock()


@pytest.fixture
def services(tmp_path: Path, clock: StoppedClock) -> Iterator[Services]:
    """Without worlds, sockets and HTTP."""
    store = Store(tmp_path)
    store.migrate()
    made = assemble(Settings(data=tmp_path), Database(store), [], clock=clock)
    yield made
    made.passwords.close()
    store.close()


@pytest.fixture(scope="module")
def module_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """One whose link is not used up."""
    with running_server(tmp_path_factory.mktemp("setup")) as started:
        yield started

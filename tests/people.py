"""Who the tests of accounts are about: owners of accounts, staff, and their ways to the server."""

from __future__ import annotations

import asyncio
import http.client
import json
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from protocol_spec import codec
from protocol_spec.client import Client, Refused
from protocol_spec.codec import AuthMethod, ErrorCode
from server.clock import wall_clock_ms
from server.failures import Rejected
from server.moderation.actor import Actor
from server.people.identity import PLAYER, Account
from server.people.names import skeleton
from server.people.passwords import Passwords
from server.settings import Settings
from server.store import Store, accounts
from tests.mock_server import QUICK_PASSWORDS, MockClient, MockServer
from tests.running import RunningServer

T = TypeVar("T")

PASSWORD = "waiting for nobody in particular"
"""Everybody's here. Long enough for staff."""
QUICK = {f"ESTRAGON_{name.upper()}": str(value) for name, value in QUICK_PASSWORDS.items()}
"""The environment of a real server whose passwords nobody attacks."""


def done(work: Coroutine[Any, Any, T]) -> T:
    """What comes of something that has to be awaited."""
    return asyncio.run(work)


def refusal(work: Coroutine[Any, Any, object]) -> ErrorCode:
    """The code with which something is refused."""
    try:
        asyncio.run(work)
    except Rejected as rejected:
        return rejected.code
    raise AssertionError("it was not refused")


def account(server: MockServer, name: str, role: str = PLAYER) -> Account:
    """A new one."""
    return done(server.services.accounts.create(name, PASSWORD, role))


def actor(kept: Account) -> Actor:
    """An account's owner who acts in the panel."""
    return Actor(kept.player_id, kept.name, kept.role, "panel")


def with_ticket(server: MockServer, player_id: int, address: str = "") -> MockClient:
    """A client with a fresh ticket that has not said hello yet."""
    client = server.connect("", address)
    client.method = AuthMethod.TICKET
    client.secret = server.services.authentication.issue_ticket(player_id).encode()
    return client


def with_resume_token(server: MockServer, token: bytes, address: str = "") -> MockClient:
    """A client that means to come back, and has not said hello yet."""
    client = server.connect("", address)
    client.method, client.secret = AuthMethod.RESUME, token
    return client


def joined(client: MockClient) -> MockClient:
    """The client in the world, with its first snapshot."""
    client.begin()
    client.server.tick()
    assert client.state is not None, client.error
    return client


def play(server: MockServer, name: str, role: str = PLAYER, address: str = "") -> MockClient:
    """A new account's owner, in the world."""
    return joined(with_ticket(server, account(server, name, role).player_id, address))


def guest(server: MockServer, name: str, address: str = "") -> MockClient:
    """A guest in the world."""
    return joined(server.connect(name, address))


def knock(client: MockClient) -> ErrorCode:
    """The code with which a client is refused that asks to be let in."""
    client.begin()
    (code,) = client.wire.errors()
    return code


def heard(client: MockClient) -> list[str]:
    """The chat lines that a client knows, those taken away left out."""
    client.server.tick()
    return [each.text for each in client.chat]


@dataclass(frozen=True)
class Answer:
    status: int
    told: Any
    """Read from JSON."""
    headers: http.client.HTTPMessage

    @property
    def code(self) -> str:
        return str(self.told["code"])


def ask(
    server: RunningServer,
    method: str,
    path: str,
    told: object = None,
    token: str = "",
    **headers: str,
) -> Answer:
    """A request with a body of JSON, and its answer."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    try:
        if told is not None:
            headers["Content-Type"] = "application/json"
        if token:
            headers["Authorization"] = f"Bearer {token}"
        body = None if told is None else json.dumps(told)
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        raw = answer.read()
        return Answer(answer.status, json.loads(raw) if raw else None, answer.headers)
    finally:
        connection.close()


def register(server: RunningServer, name: str, **more: object) -> dict[str, Any]:
    """What a new account's owner is told."""
    answer = ask(server, "POST", "/api/accounts", {"name": name, "password": PASSWORD, **more})
    assert answer.status == 201, answer
    told: dict[str, Any] = answer.told
    return told


def log_in(server: RunningServer, name: str, password: str = PASSWORD) -> Answer:
    return ask(server, "POST", "/api/login", {"name": name, "password": password})


async def enter(
    server: RunningServer, secret: str | bytes, method: AuthMethod = AuthMethod.TICKET
) -> Client:
    """A client in the world. Raises Refused."""
    secret = secret if isinstance(secret, bytes) else secret.encode()
    client = Client("", method=method, secret=secret)
    await client.connect(server.url)
    try:
        await client.wait_for(lambda session: session.state is not None)
    except Refused:
        await drop(client)
        raise
    return client


async def fifty_at_once(
    server: RunningServer, secret: str | bytes, method: AuthMethod = AuthMethod.TICKET
) -> list[str]:
    """What becomes of fifty who come by one secret: "in", or why not, in the alphabet's order."""
    clients: list[Client] = []

    async def come() -> str:
        try:
            clients.append(await enter(server, secret, method))
        except Refused as refused:
            return refused.code.name if refused.code else str(refused)
        return "in"

    outcomes = await asyncio.gather(*(come() for _ in range(50)))
    await hang_up(*clients)
    return sorted(outcomes)


async def hang_up(*clients: Client) -> None:
    for client in clients:
        await client.close()


async def drop(*clients: Client) -> None:
    """Cuts connections without a word, and waits until they are gone."""
    for client in clients:
        client.abort()
    for client in clients:
        assert await close_code(client, 5.0) is not None


async def close_code(client: Client, seconds: float) -> int | None:
    """With which code a connection is closed within that time; None where it is not."""
    try:
        async with asyncio.timeout(seconds):
            while client._transport is not None:
                client._news.clear()
                await client._news.wait()
    except TimeoutError:
        return None
    return client.close_code


def staff(data: Path, *people: tuple[str, str], database_url: str = "") -> None:
    """Makes accounts, by name and role, in a data folder that no server works on."""
    store = Store(data, database_url)
    store.migrate()
    passwords = Passwords(Settings.model_validate(QUICK_PASSWORDS))
    now_ms = wall_clock_ms()
    for name, role in people:
        kept = done(passwords.hash(PASSWORD))
        number = store.do(accounts.reserve_player_ids, 1)
        made = Account(number, name, skeleton(name), kept, role, 0, now_ms, now_ms)
        store.do(accounts.add_account, made)
    passwords.close()
    store.close()


def becomes(look: Callable[[], T], is_so: Callable[[T], bool], seconds: float = 10.0) -> T:
    """What somebody sees who looks again and again, as soon as it is so."""
    deadline = time.monotonic() + seconds
    while not is_so(seen := look()):
        assert time.monotonic() < deadline, seen
        time.sleep(0.02)
    return seen


def of_type(client: MockClient, kind: type[T]) -> list[T]:
    """All messages of a kind that a client got."""
    return [each for each in client.wire.messages() if isinstance(each, kind)]


def since(client: MockClient, work: Callable[[], object]) -> list[codec.Message]:
    """What a client hears while something happens and in the tick after, snapshots left out."""
    already = len(client.wire.messages())
    work()
    client.server.tick()
    new = client.wire.messages()[already:]
    return [each for each in new if not isinstance(each, codec.WorldState)]

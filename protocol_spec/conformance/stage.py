"""What a case about a server works with: fresh connections, players, accounts, staff, HTTP.

Whatever a case opened here is closed after it, and how that goes is its second verdict.
"""

from __future__ import annotations

import asyncio
import json
import random
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import Any

from websockets.asyncio.client import ClientConnection

from protocol_spec import codec
from protocol_spec.codec import AuthMethod, ErrorCode
from protocol_spec.conformance import wire
from protocol_spec.conformance.case import Failed, Unimplemented, Verdict
from protocol_spec.conformance.peer import WAIT_SECONDS, Client, Peer, named

_LETTERS = "bcdfghkpqstxz"
"""None of them can be read as another, alone or in pairs: names stay apart."""
NAME_LENGTH = 12
PASSWORD_TRIES = 4


def new_name() -> str:
    """A name that nobody has."""
    return "".join(random.choices(_LETTERS, k=NAME_LENGTH)).capitalize()


@dataclass
class Account:
    player_id: int
    name: str
    password: str
    token: str
    ticket: str
    ticket_seconds: float


@dataclass(frozen=True)
class Login:
    name: str
    password: str


@dataclass(frozen=True)
class Means:
    """What the operator of the tested server lends to the suite."""

    staff: tuple[Login, ...] = ()
    """Accounts of theirs. Cases that take one have the turn STAFF: nobody is in two places."""
    stop: tuple[str, ...] = ()
    """The words of a command that stops the server."""


STAFF = "staff"
"""The turn of cases that may need an account of the staff's."""


class Stage:
    def __init__(self, url: str, means: Means | None = None) -> None:
        """`url` is that of the game's socket, such as ws://127.0.0.1:8000/ws."""
        self.url = url
        self.notes: list[str] = []
        self._means = means or Means()
        self._staff = list(self._means.staff)
        self._peers: list[Peer] = []
        self._accounts: list[Account] = []

    async def connect(
        self,
        *,
        subprotocol: str | None = codec.SUBPROTOCOL,
        compression: str | None = None,
        headers: dict[str, str] | None = None,
        query: str = "",
        kind: type[ClientConnection] = ClientConnection,
        receive_buffer: int = 0,
    ) -> Client:
        """An open socket on which nothing was said."""
        peer = await Client.open(
            self.url + query,
            subprotocol=subprotocol,
            compression=compression,
            headers=headers,
            kind=kind,
            receive_buffer=receive_buffer,
        )
        self._peers.append(peer)
        return peer

    async def greeted(self) -> Client:
        """After WELCOME."""
        peer = await self.connect()
        await peer.send(wire.hello())
        await peer.until(codec.Welcome)
        return peer

    async def lobby(self, name: str = "", *, look: int = 0) -> Client:
        """A guest after AUTH_OK."""
        peer = await self.greeted()
        await self.authenticate(peer, wire.auth(name or new_name(), look=look))
        return peer

    async def player(self, name: str = "", *, look: int = 0) -> Client:
        """A guest in the first world, after the first snapshot."""
        peer = await self.lobby(name, look=look)
        await self.enter(peer)
        return peer

    async def log_in(self, peer: Client) -> codec.AuthOk:
        """Takes an open socket into the lobby, as a guest."""
        await peer.send(wire.hello())
        await peer.until(codec.Welcome)
        return await self.authenticate(peer, wire.auth(new_name()))

    async def staff(self) -> Client:
        """One of the staff in the lobby, at the next call another one."""
        if not self._staff:
            more = "one more" if self._means.staff else "one"
            raise Unimplemented(f"it takes {more} of the staff: --staff NAME")
        login = self._staff.pop(0)
        return await self.by_password(login.name, login.password)

    async def by_password(self, name: str, password: str) -> Client:
        """Into the lobby by an account's name and password."""
        peer, refusal = await self.asked_by_password(name, password)
        if refusal is None:
            return peer
        if refusal.code == ErrorCode.AUTH_INSECURE:
            raise Unimplemented("passwords are taken over wss or on its own machine")
        raise Failed(f"{named(refusal.code)} came instead of AUTH_OK")

    async def asked_by_password(
        self, name: str, password: str
    ) -> tuple[Client, codec.Error | None]:
        """A fresh connection, and how its AUTH was refused; None where it was not.

        To look at a password takes a server long on purpose. Where many wait for it on a slow
        machine AUTH_TIMEOUT may come first, which is no fault: then it is tried again.
        """
        auth = wire.auth(name, method=AuthMethod.PASSWORD, secret=password)
        tries = 0
        while True:
            tries += 1
            peer = await self.greeted()
            await peer.send(auth)
            try:
                await peer.until(codec.AuthOk)
            except Failed:
                errors = peer.messages(codec.Error)
                if not errors:
                    raise
                if errors[0].code != ErrorCode.AUTH_TIMEOUT or tries == PASSWORD_TRIES:
                    return peer, errors[0]
                await peer.cut_off()
            else:
                return peer, None

    async def stop_server(self) -> None:
        """As its operator would."""
        if not self._means.stop:
            raise Unimplemented("it takes a command that stops the server: --stop COMMAND")
        process = await asyncio.create_subprocess_exec(*self._means.stop)
        if code := await process.wait():
            raise Unimplemented(f"the command that was to stop the server ended with {code}")

    async def authenticate(self, peer: Client, auth: bytes) -> codec.AuthOk:
        """Raises Unimplemented where the server takes no guests."""
        await peer.send(auth)
        try:
            return await peer.until(codec.AuthOk)
        except Failed:
            if ErrorCode.GUESTS_FORBIDDEN in peer.errors():
                raise Unimplemented("the server takes no guests") from None
            raise

    async def enter(self, peer: Client, world: str = "") -> codec.WorldState:
        """The first snapshot."""
        await peer.send(wire.enter_world(world))
        await peer.until(codec.WorldEntered)
        return await peer.until(codec.WorldState)

    async def come_back(self, secret: bytes, method: int = AuthMethod.RESUME) -> Client:
        """Into the lobby by a token or ticket."""
        peer = await self.greeted()
        await self.authenticate(peer, wire.auth(method=method, secret=secret))
        return peer

    async def account(self, guest: Client | None = None) -> Account:
        """A new account, which is deleted after the case; of `guest` where one is given."""
        name = "" if guest else new_name()
        password = "".join(random.choices(_LETTERS, k=20))
        body: dict[str, Any] = {"name": name, "password": password}
        if guest is not None:
            body["resume_token"] = guest.last(codec.AuthOk).resume_token.decode()
        status, answer = await self.http("POST", "/api/accounts", body)
        if status in (403, 404):
            raise Unimplemented("the server makes no accounts here: over wss or on its own machine")
        if status != 201:
            raise Failed(f"POST /api/accounts is answered with {status} {answer}")
        made = answer["account"]
        account = Account(
            made["player_id"],
            made["name"],
            password,
            answer["token"],
            answer["ticket"],
            answer["ticket_seconds"],
        )
        self._accounts.append(account)
        return account

    async def http(
        self, method: str, path: str, body: Any = None, token: str = ""
    ) -> tuple[int, Any]:
        """The status and the JSON of the answer, None where there is none."""
        base = "http" + self.url.removeprefix("ws").removesuffix("/ws")
        headers = {"Content-Type": "application/json"}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(base + path, data, headers, method=method)
        return await asyncio.to_thread(_answer, request)

    async def finish(self) -> tuple[Verdict, str]:
        """Closes all; how that went, and why."""
        worst, text = Verdict.INFORMATIONAL, "there is nothing to close"
        judged = []
        for peer in self._peers:
            await peer.leave()
            if peer.close_verdict is not None:
                judged.append((peer.close_verdict, peer.close_text))
        if judged:
            worst, text = max(judged, key=lambda each: list(Verdict).index(each[0]))
        elif self._peers:
            text = "we cut all connections ourselves"
        for peer in self._peers:
            await peer.stop()
        for account in self._accounts:
            await self._delete(account)
        return worst, text

    async def _delete(self, account: Account) -> None:
        body = {"password": account.password}
        status, _ = await self.http("DELETE", "/api/account", body, account.token)
        if status == 401:  # The case used the token up.
            credentials = {"name": account.name, "password": account.password}
            status, answer = await self.http("POST", "/api/login", credentials)
            if status == 200:
                await self.http("DELETE", "/api/account", body, answer["token"])

    @property
    def faults(self) -> list[str]:
        return [each.fault for each in self._peers if each.fault]

    @property
    def transcripts(self) -> list[list[str]]:
        return [each.transcript for each in self._peers]


def _answer(request: urllib.request.Request) -> tuple[int, Any]:
    try:
        with urllib.request.urlopen(request, timeout=WAIT_SECONDS) as answer:
            return answer.status, _read(answer.read())
    except urllib.error.HTTPError as refusal:
        with refusal:
            return refusal.code, _read(refusal.read())


def _read(body: bytes) -> Any:
    try:
        return json.loads(body) if body else None
    except ValueError:
        return None


def expect(found: object, wanted: object, what: str) -> None:
    """Raises Failed where it is not so."""
    if found != wanted:
        raise Failed(f"{what} is {_shown(found)}, not {_shown(wanted)}")


def expect_that(holds: bool, otherwise: str) -> None:
    """Raises Failed with these words where it does not hold."""
    if not holds:
        raise Failed(otherwise)


def _shown(value: object) -> str:
    if isinstance(value, ErrorCode):
        return named(value)
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:77]}..."

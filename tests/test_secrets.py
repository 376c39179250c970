"""Passwords and tokens: in no line of the log, however talkative, and in no byte of the data."""

from __future__ import annotations

import asyncio
import re
import sqlite3
from pathlib import Path

import pytest

from protocol_spec.client import Client, Refused
from protocol_spec.codec import AuthMethod
from server.people.tokens import token_hash
from server.store.database import DATABASE_NAME
from tests.people import QUICK, Answer, ask, becomes, drop, enter, hang_up, log_in
from tests.running import RunningServer, running_server

TALKATIVE = """
import logging

logging.root.level = 1
logging.Logger.setLevel = lambda self, level: None
"""
"""Has every library tell all that it can. Python reads it at the start."""
PASSWORD, WRONG, NEW = "kZ9qW-xT4vB-7mHsR", "gP2nJ-cL6yD-3fXuE", "bQ8rV-wM5tK-9zAhS"
"""Nothing that stands in a log for another reason."""
PIECE = 8
"""So many letters of a secret in a row are not there by chance."""


def talkative(folder: Path) -> dict[str, str]:
    """The environment of a server that logs everything."""
    (folder / "talkative").mkdir()
    (folder / "talkative/sitecustomize.py").write_text(TALKATIVE)
    return {**QUICK, "PYTHONPATH": str(folder / "talkative")}


async def live(server: RunningServer) -> dict[str, bytes]:
    """Somebody uses everything that is secret; returns what was, by what it is."""
    secrets: dict[str, bytes] = {"password": PASSWORD.encode(), "wrong": WRONG.encode()}

    async def web(method: str, path: str, told: object = None, token: str = "") -> Answer:
        answer = await asyncio.to_thread(ask, server, method, path, told, token)
        for kind in ("token", "ticket"):
            if isinstance(answer.told, dict) and kind in answer.told:
                secrets[f"{kind} of {path} {len(secrets)}"] = answer.told[kind].encode()
        return answer

    guest = await Client.join(server.url, "Vladimir")
    secrets["guest's resume token"] = guest.session.resume_token
    resume_token = guest.session.resume_token.decode()
    told = {"password": PASSWORD, "resume_token": resume_token}
    registered = (await web("POST", "/api/accounts", told)).told
    await guest.wait_for(lambda session: session.is_account)
    secrets["account's resume token"] = guest.session.resume_token
    await drop(guest)
    resumed = await enter(server, guest.session.resume_token, AuthMethod.RESUME)
    secrets["next resume token"] = resumed.session.resume_token
    by_ticket = await enter(server, registered["ticket"])
    by_password = Client("Vladimir", method=AuthMethod.PASSWORD, secret=PASSWORD.encode())
    await by_password.connect(server.url)
    await by_password.wait_for(lambda session: session.state is not None)
    wrong = Client("Vladimir", method=AuthMethod.PASSWORD, secret=WRONG.encode())
    await wrong.connect(server.url)
    with pytest.raises(Refused, match="AUTH_FAILED"):
        await wrong.wait_for(lambda session: session.state is not None)
    for secret in ("est_t_" + "x" * 43, "est_r_" + "y" * 43):
        with pytest.raises(Refused, match="AUTH_EXPIRED"):
            await enter(server, secret)
    await web("POST", "/api/login", {"name": "Vladimir", "password": WRONG})
    login = (await web("POST", "/api/login", {"name": "Vladimir", "password": PASSWORD})).told
    second = (await web("POST", "/api/tickets", token=login["token"])).told
    await web("POST", "/api/tickets", token=second["token"])
    late = await web("POST", "/api/tickets", token=login["token"])  # Reused: it ends the log-in.
    assert late.status == 401
    for unsound in ({"name": "Vladimir", "password": PASSWORD * 80}, {"password": [PASSWORD]}):
        answer = await web("POST", "/api/login", unsound)
        assert answer.status == 422
        assert PASSWORD not in str(answer.told)
    again = (await web("POST", "/api/login", {"name": "Vladimir", "password": PASSWORD})).told
    change = {"old": PASSWORD, "new": NEW}
    changed = await web("POST", "/api/account/password", change, token=again["token"])
    assert changed.status == 204
    secrets["new password"] = NEW.encode()
    await hang_up(wrong, resumed, by_ticket, by_password)
    await web("POST", "/api/login", {"name": "Vladimir", "password": NEW})
    return secrets


def pieces(secret: bytes) -> set[bytes]:
    """Parts of a secret as they would stand in a log or a file: as text, and in two ways as hex."""
    secret = secret.removeprefix(b"est_")[2:] if secret.startswith(b"est_") else secret
    parts = [secret[at : at + PIECE] for at in range(0, len(secret) - PIECE + 1, 2)]
    found = set(parts)
    found |= {part.hex().encode() for part in parts}
    found |= {part.hex(" ").encode() for part in parts}
    return found


def leaks(secrets: dict[str, bytes], told: bytes) -> list[tuple[str, bytes]]:
    told = told.lower()
    return [
        (kind, piece)
        for kind, secret in secrets.items()
        for piece in pieces(secret)
        if piece.lower() in told
    ]


@pytest.mark.parametrize("gateway", ["fast", "asgi"])
def test_no_secret_is_in_the_log_or_in_the_database(tmp_path: Path, gateway: str) -> None:
    environment = talkative(tmp_path)
    # Only Python's own start looks for what makes it talkative.
    with running_server(
        tmp_path, "--gateway", gateway, is_fresh=True, environment=environment
    ) as server:
        secrets = asyncio.run(live(server))
        login = log_in(server, "Vladimir", NEW).told
        secrets["last token"] = login["token"].encode()
        becomes(lambda: server.log, lambda log: "INSERT INTO visits" in log)
        server.stop()
        log = server.log
    assert "sqlalchemy.engine" in log
    assert " DEBUG " in log
    assert len(secrets) > 12
    assert leaks(secrets, log.encode()) == []
    # The link for the first owner is printed, once, for whoever may start the server.
    assert len(re.findall(r"est_s_[\w-]{43}", log)) == 1
    assert not re.findall(r"est_[lrtp]_[\w-]{8}", log)
    files = [each for each in (tmp_path / "data").rglob("*") if each.is_file()]
    data = b"\0".join(each.read_bytes() for each in files)
    assert leaks(secrets, data) == []
    assert not re.findall(rb"est_[a-z]_[\w-]{8}", data)
    # It could be found: the hash of the token is there, and that of the password.
    assert token_hash(login["token"]).encode() in data
    assert b"$argon2id$" in data


def test_a_log_in_is_kept_as_nothing_but_hashes(tmp_path: Path) -> None:
    with running_server(tmp_path, environment=QUICK) as server:
        told = ask(server, "POST", "/api/accounts", {"name": "Vladimir", "password": PASSWORD}).told
        next_told = ask(server, "POST", "/api/tickets", token=told["token"]).told
    connection = sqlite3.connect(tmp_path / "data" / DATABASE_NAME)
    ((family, now, before),) = connection.execute(
        "SELECT family_hash, token_hash, previous_hash FROM logins"
    )
    connection.close()
    assert now == token_hash(next_told["token"])
    assert family == before == token_hash(told["token"])

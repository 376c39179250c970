"""How a command gets its work done: by the server that runs on the data, or else by itself."""

from __future__ import annotations

import asyncio
import hashlib
import http.client
import json
import ssl
import time
from typing import Any

from server.control import claim, orders
from server.control.orders import Order, OrderRefused
from server.desks.accounts import AccountDesk
from server.desks.maps import MapDesk, Progress
from server.desks.modes import ModeDesk
from server.services import assemble
from server.settings import Settings
from server.store import Store
from server.store.database import DATABASE_NAME
from server.store.thread import Database

PATIENCE_SECONDS = 5.0
"""So long a command waits for another one, or for a server that is just starting."""


def do(order: Order, settings: Settings, progress: Progress, *, makes_data: bool = False) -> Any:
    """Raises OrderRefused, DataInUse, StoreError, OSError."""
    nothing_here = OrderRefused(f"there is no data in {settings.data}")
    needs_file = not (makes_data or settings.database_url)
    file = settings.data / DATABASE_NAME
    # A server that runs may have its data elsewhere, and in the folder no more than its lock.
    if needs_file and not file.exists() and not (settings.data / claim.LOCK_NAME).exists():
        raise nothing_here
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            with claim.claimed(settings.data):
                if needs_file and not file.exists():
                    raise nothing_here
                return _do_here(order, settings, progress)
        except claim.DataInUse:
            there = claim.find_control(settings.data)
            try:
                if there is not None:
                    return _do_there(order, there, progress)
            except ConnectionRefusedError:
                pass  # It is just starting, or just ending.
            if time.monotonic() > deadline:
                raise
        time.sleep(0.1)


def _do_here(order: Order, settings: Settings, progress: Progress) -> Any:
    store = Store(settings.data, settings.database_url)

    def accounts() -> AccountDesk:
        return assemble(settings, Database(store), []).account_desk

    modes = ModeDesk(Database(store))
    try:
        store.claim()
        store.migrate()
        return asyncio.run(orders.perform(MapDesk(store), modes, accounts, order, progress))
    finally:
        store.close()


def _do_there(order: Order, there: claim.Control, progress: Progress) -> Any:
    connection = _connection(there)
    try:
        connection.request(
            "POST",
            orders.PATH,
            order.model_dump_json(exclude_defaults=True).encode(),
            {"Authorization": f"Bearer {there.token}", "Content-Type": "application/json"},
        )
        answer = connection.getresponse()
        if answer.status != 200:
            text = answer.read(1000).decode(errors="replace")
            raise OrderRefused(f"the server says {answer.status}: {' '.join(text.split())}")
        for line in answer:
            told = json.loads(line)
            if "result" in told:
                return told["result"]
            if "failed" in told:
                raise OrderRefused(told["failed"], wrong_words=told["wrong_words"])
            progress(told["done"], told["whole"])
    except (http.client.HTTPException, ConnectionResetError) as error:
        raise OrderRefused("the server ended while it was at work; see its log") from error
    finally:
        connection.close()
    raise OrderRefused("the server ended while it was at work; see its log")


def _connection(there: claim.Control) -> http.client.HTTPConnection:
    if not there.certificate:
        return http.client.HTTPConnection(there.host, there.port)
    # Whoever wrote the certificate's fingerprint into the data folder is the server. That says more
    # than its name could, for it is made out to another one than an address on this machine.
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    connection = http.client.HTTPSConnection(there.host, there.port, context=context)
    connection.connect()
    shown = connection.sock.getpeercert(binary_form=True) or b""
    if hashlib.sha256(shown).hexdigest() != there.certificate:
        connection.close()
        raise OrderRefused("something else than the server listens at its address")
    return connection

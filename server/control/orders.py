"""What an operator's command asks of maps and accounts, as JSON: done here, or by the server that
runs.

POST /api/control {"do": "history", "map": "village", "filter": "since:2h"}
{"done": 0, "whole": 12} ... {"result": ...}      lines of JSON; the last is the result
{"failed": "there is no map 'village'"}           or why there is none
"""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import AsyncIterator, Callable
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any, Literal

import orjson
from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.responses import PlainTextResponse, Response, StreamingResponse

from server.control import account_orders
from server.control.parcel import Parcel, pack, unpack
from server.desks.accounts import AccountDesk
from server.desks.maps import Author, MapDesk, MapRefused, Progress, said
from server.desks.modes import ModeDesk
from server.editing.journal import Filter, FilterError, JournalEntry, parse_filter, parse_moment
from server.failures import Rejected
from server.moderation.actor import Actor
from server.people.identity import OWNER
from server.people.roles import Role
from server.store import StoreError

PATH = "/api/control"
LARGEST_BODY = 256 * 1024 * 1024
"""Base64 of the largest map, should nothing of it compress, is half of that."""
LOOPBACK = ("127.0.0.1", "::1")
FORWARDED = ("forwarded", "x-forwarded-for", "x-real-ip", "via")


class Order(BaseModel):
    """What shall be done, with what belongs to it."""

    model_config = ConfigDict(extra="forbid")

    do: Literal[
        "maps",
        "add",
        "read",
        "history",
        "revert",
        "snapshots",
        "take_snapshot",
        "restore",
        "purge",
        "worlds",
        "add_world",
        "modes",
        "mode",
        "set_mode",
        "accounts",
        "create_account",
        "change_role",
        "reset_password",
        "end_two_factor",
    ]
    map: str = ""
    author: str = Field(default="@operator", min_length=1, max_length=64)
    filter: str = ""
    limit: int = Field(default=0, ge=0)
    preview: bool = False
    snapshot: str = ""
    before: str = ""
    """A span until now or a time, as `until:` has them."""
    world: str = ""
    mode: str = ""
    settings: dict[str, Any] = Field(default_factory=dict)
    """Of the mode."""
    parcel: Parcel | None = None
    name: str = Field(default="", max_length=255)
    """An account's."""
    password: str = Field(default="", max_length=1024, repr=False)
    role: Role | None = None


class OrderRefused(Exception):
    """It was not done, or not all of it; the text is one line for a person."""

    def __init__(self, text: str, *, wrong_words: bool = False) -> None:
        super().__init__(text)
        self.wrong_words = wrong_words
        """Whether it could not even be understood."""


async def perform(
    desk: MapDesk,
    modes: ModeDesk,
    accounts: Callable[[], AccountDesk],
    order: Order,
    progress: Progress,
) -> Any:
    """Does it; the result is fit for JSON. Raises OrderRefused.

    `accounts` is asked only where it is about accounts: much has to be there for them.
    """
    try:
        if order.do in account_orders.DEEDS:
            return await account_orders.perform(accounts(), order)
        if order.do in MODE_DEEDS:
            return await _perform_on_modes(modes, order)
        return await _perform(desk, order, progress)
    except Rejected as refusal:
        if order.do in account_orders.DEEDS:
            raise OrderRefused(account_orders.said(refusal)) from refusal
        # A large revert is many edits.
        raise OrderRefused(f"{said(refusal)}; what was done before stays done") from refusal
    except StoreError as error:
        raise OrderRefused(str(error)) from error
    except FilterError as error:
        raise OrderRefused(str(error), wrong_words=True) from error
    except MapRefused as error:
        raise OrderRefused(str(error)) from error


MODE_DEEDS = ("modes", "mode", "set_mode")


async def _perform_on_modes(desk: ModeDesk, order: Order) -> Any:
    operator = Actor(0, order.author, OWNER, "cli")
    match order.do:
        case "modes":
            return [{"mode": each} for each in desk.names()]
        case "mode":
            return asdict(await desk.state(operator, order.world))
        case "set_mode":
            return asdict(await desk.change(operator, order.world, order.mode, order.settings))


async def _perform(desk: MapDesk, order: Order, progress: Progress) -> Any:
    author = Author(order.author, "cli")
    match order.do:
        case "maps":
            return [
                {
                    "name": each.name,
                    "width": each.width,
                    "height": each.height,
                    "tiles": each.tiles.name,
                    "spawns": len(each.places.spawns),
                    "world": world,
                }
                for each, world in await desk.maps()
            ]
        case "add":
            if order.parcel is None:
                raise MapRefused("there is no map in it")
            try:
                draft, tiles = await asyncio.to_thread(unpack, order.parcel)
            except ValueError as error:
                raise MapRefused(str(error)) from error
            await desk.add(order.map, draft, tiles)
            return {"name": order.map, "width": order.parcel.width, "height": order.parcel.height}
        case "read":
            parcel = await asyncio.to_thread(pack, *await desk.read(order.map, progress))
            return parcel.model_dump()
        case "history":
            wanted = await _filter(desk, order)
            return [_told(each) for each in await desk.history(order.map, wanted, order.limit)]
        case "revert":
            wanted = await _filter(desk, order)
            if wanted == Filter():
                raise MapRefused("a revert of everything: say which, at least since: or who:")
            return asdict(
                await desk.revert(order.map, wanted, author, progress, preview=order.preview)
            )
        case "snapshots":
            return await desk.snapshots(order.map)
        case "take_snapshot":
            await desk.take_snapshot(order.map, order.snapshot, author)
            return {"snapshot": order.snapshot}
        case "restore":
            return asdict(
                await desk.restore(
                    order.map, order.snapshot, author, progress, preview=order.preview
                )
            )
        case "purge":
            moment = parse_moment("--older-than", order.before, datetime.now(UTC))
            return {"entries": await desk.purge(order.map, round(moment.timestamp() * 1000))}
        case "worlds":
            return [
                {"name": each.name, "mode": each.mode, "map": each.map.name}
                for each in await desk.worlds()
            ]
        case "add_world":
            await desk.add_world(order.world, order.map, order.mode)
            return {"name": order.world, "mode": order.mode, "map": order.map}


async def _filter(desk: MapDesk, order: Order) -> Filter:
    return parse_filter(order.filter, await desk.tiles(order.map), datetime.now(UTC))


def _told(entry: JournalEntry) -> dict[str, Any]:
    left, top, right, bottom = entry.reach
    return {
        "number": entry.number,
        "time": datetime.fromtimestamp(entry.time_ms / 1000, UTC).isoformat("T", "milliseconds"),
        "author": entry.author,
        "via": entry.via,
        "kind": entry.kind,
        "cells": len(entry.changes),
        "area": [left, top, right - left + 1, bottom - top + 1] if right >= left else None,
        "undone": entry.is_undone,
    }


def router(desk: MapDesk, modes: ModeDesk, accounts: AccountDesk, token: str) -> APIRouter:
    """`token` is what a command must know: whoever may read the data folder does."""
    routes = APIRouter()

    # The request is taken raw: nothing of it shall be read before its sender is known.
    @routes.post(PATH, include_in_schema=False)
    async def control(request: Request) -> Response:
        if not _is_from_here(request):
            return PlainTextResponse("Commands are taken from this machine only.", 403)
        if not hmac.compare_digest(
            request.headers.get("authorization", "").encode(), f"Bearer {token}".encode()
        ):
            return PlainTextResponse("The token is wrong.", 401, {"WWW-Authenticate": "Bearer"})
        body = bytearray()
        async for some in request.stream():
            body += some
            if len(body) > LARGEST_BODY:
                return PlainTextResponse("That is too much.", 413)
        try:
            order = await asyncio.to_thread(Order.model_validate_json, bytes(body))
        except ValidationError as error:
            fault = error.errors()[0]
            place = ".".join(map(str, fault["loc"]))
            return PlainTextResponse(f"{place}: {fault['msg']}".removeprefix(": "), 422)
        return StreamingResponse(
            _lines(desk, modes, accounts, order), media_type="application/x-ndjson"
        )

    return routes


async def _lines(
    desk: MapDesk, modes: ModeDesk, accounts: AccountDesk, order: Order
) -> AsyncIterator[bytes]:
    """Progress while it goes on, then the result. Who hangs up ends it after the edit at work."""
    news: asyncio.Queue[dict[str, Any] | None] = asyncio.Queue()

    def progress(done: int, whole: int) -> None:
        news.put_nowait({"done": done, "whole": whole})

    task = asyncio.create_task(perform(desk, modes, lambda: accounts, order, progress))
    task.add_done_callback(lambda _: news.put_nowait(None))
    try:
        while (told := await news.get()) is not None:
            yield orjson.dumps(told) + b"\n"
        try:
            last = {"result": task.result()}
        except OrderRefused as refusal:
            last = {"failed": str(refusal), "wrong_words": refusal.wrong_words}
        yield orjson.dumps(last) + b"\n"
    finally:
        task.cancel()


def _is_from_here(request: Request) -> bool:
    """From this machine, and not passed on by a proxy that runs here."""
    client, server = request.scope.get("client"), request.scope.get("server")
    if client is None or any(name in request.headers for name in FORWARDED):
        return False
    # Who reaches a server's outer address from that very address is on its machine as well.
    return client[0] in LOOPBACK or (server is not None and client[0] == server[0])

"""What a server says of itself and its worlds, before anybody has come in."""

from __future__ import annotations

import json
from dataclasses import dataclass
from urllib.parse import urljoin

import aiohttp

MOST_WORLDS = 100
"""More are not listed."""
MOST_BYTES = 256 * 1024
PATIENCE_SECONDS = 15.0


@dataclass(frozen=True)
class WorldInfo:
    name: str
    mode: str
    players: int


@dataclass(frozen=True)
class ServerInfo:
    name: str
    worlds: tuple[WorldInfo, ...]


async def ask(url: str) -> ServerInfo | None:
    """`url` is the game's socket. None where the server does not say."""
    page = urljoin(url.replace("ws", "http", 1), "api/server")
    timeout = aiohttp.ClientTimeout(total=PATIENCE_SECONDS)
    try:
        async with aiohttp.ClientSession(timeout=timeout) as web, web.get(page) as answer:
            said = bytearray()
            async for piece in answer.content.iter_any():
                said += piece
                if len(said) > MOST_BYTES:
                    return None
            return read(json.loads(said))
    except (TimeoutError, aiohttp.ClientError, OSError, ValueError):
        return None


def read(told: object) -> ServerInfo | None:
    """None where it is no such answer. A stranger may have written it: nothing is for granted."""
    worlds = told.get("worlds") if isinstance(told, dict) else None
    if not isinstance(told, dict) or not isinstance(worlds, list):
        return None
    known = [each for each in worlds[:MOST_WORLDS] if isinstance(each, dict)]
    return ServerInfo(
        name=_text(told.get("name")),
        worlds=tuple(
            WorldInfo(_text(each.get("name")), _text(each.get("mode")), _count(each.get("players")))
            for each in known
        ),
    )


def _text(told: object) -> str:
    return told if isinstance(told, str) else ""


def _count(told: object) -> int:
    return told if isinstance(told, int) else 0

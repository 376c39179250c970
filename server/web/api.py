"""What the server says over HTTP: who it is, what runs here, and that it is alive."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import BaseModel

from protocol_spec.codec import PROTOCOL_VERSION
from server import __version__
from server.lobby import Lobby


class WorldInfo(BaseModel):
    name: str
    mode: str
    map: str
    players: int


class ServerInfo(BaseModel):
    name: str
    message_of_the_day: str
    version: str
    protocol_versions: list[int]
    players: int
    max_players: int
    """In each world."""
    worlds: list[WorldInfo]


class WorldHealth(BaseModel):
    name: str
    tick: int
    late_ticks: int
    tick_p50_ms: float
    tick_p99_ms: float


class Health(BaseModel):
    status: str
    worlds: list[WorldHealth]


def router(lobby: Lobby) -> APIRouter:
    routes = APIRouter()

    @routes.get("/api/server")
    async def server() -> ServerInfo:
        """What a client's menu shows."""
        settings = lobby.settings
        worlds = lobby.world_statuses()
        return ServerInfo(
            name=settings.name,
            message_of_the_day=settings.message_of_the_day,
            version=__version__,
            protocol_versions=[PROTOCOL_VERSION],
            players=sum(each.player_count for each in worlds),
            max_players=settings.max_players,
            worlds=[
                WorldInfo(
                    name=each.name,
                    mode=each.mode,
                    map=each.map_name,
                    players=each.player_count,
                )
                for each in worlds
            ],
        )

    @routes.get("/healthz")
    async def healthz() -> Health:
        """200 while the server answers at all, and how its worlds keep time."""
        return Health(
            status="ok",
            worlds=[
                WorldHealth(
                    name=each.name,
                    tick=each.tick,
                    late_ticks=each.late_ticks,
                    tick_p50_ms=each.tick_p50_ms,
                    tick_p99_ms=each.tick_p99_ms,
                )
                for each in lobby.world_statuses()
            ],
        )

    return routes

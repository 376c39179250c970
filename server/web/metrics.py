"""`GET /metrics`: what a Prometheus server collects.

The worlds count in plain numbers; only here, when somebody asks, are they made into metrics.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Iterable, Iterator

from fastapi import APIRouter, Request
from prometheus_client import CollectorRegistry, GCCollector, ProcessCollector
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector
from starlette.responses import PlainTextResponse, Response

from server.counters import TICK_SECONDS_BOUNDS
from server.game import Game
from server.lobby import Lobby
from server.web.callers import caller_of

PATH = "/metrics"

WORLD_COUNTERS: tuple[tuple[str, str, Callable[[Game], float]], ...] = (
    (
        "estragon_late_ticks",
        "Ticks that began later than they should have.",
        lambda game: game.counters.late_ticks,
    ),
    (
        "estragon_edits_applied",
        "Edits of the map that were carried out.",
        lambda game: game.counters.edits_applied,
    ),
    (
        "estragon_sent_bytes",
        "Bytes of the game's messages to clients, without what WebSockets add.",
        lambda game: game.counters.bytes_sent,
    ),
    (
        "estragon_received_bytes",
        "Bytes of the game's messages from clients, without what WebSockets add.",
        lambda game: game.counters.bytes_received,
    ),
    (
        "estragon_unread_drops",
        "Clients that were cut off because they did not read.",
        lambda game: game.counters.dropped_unread,
    ),
    (
        "estragon_inputs",
        "Commands of players for a tick.",
        lambda game: game.world.inputs.count,
    ),
    (
        "estragon_late_inputs",
        "Commands of players that came after their tick.",
        lambda game: game.world.inputs.late_count,
    ),
)
"""Name without `_total`, what it is, and where it is counted."""


class EstragonCollector(Collector):
    """The worlds' figures and the lobby's. What is a state now is looked at when asked for."""

    def __init__(self, lobby: Lobby) -> None:
        self._lobby = lobby

    def collect(self) -> Iterator[Metric]:
        games = self._lobby.games.values()
        yield _tick_seconds(games)
        for name, documentation, count in WORLD_COUNTERS:
            counter = CounterMetricFamily(name, documentation, labels=["world"])
            for game in games:
                counter.add_metric([game.name], count(game))
            yield counter
        yield from _states(games)
        yield from self._connections()

    def _connections(self) -> Iterator[Metric]:
        lobby = self._lobby
        yield GaugeMetricFamily(
            "estragon_connections", "Game sockets that are open.", lobby.connection_count
        )
        yield CounterMetricFamily(
            "estragon_connections_opened", "Game sockets that came.", lobby.opened_count
        )
        refused = CounterMetricFamily(
            "estragon_connections_refused",
            "Connections that the server ended with an ERROR, by its name.",
            labels=["error"],
        )
        for code, count in sorted(lobby.refused_counts.items()):
            refused.add_metric([code.name], count)
        yield refused
        yield CounterMetricFamily(
            "estragon_failed_logins",
            "Log-ins with a wrong name or password.",
            lobby.authentication.failed_login_count,
        )


def _tick_seconds(games: Iterable[Game]) -> Metric:
    histogram = HistogramMetricFamily(
        "estragon_tick_seconds", "How long ticks took; each has 0.05.", labels=["world"]
    )
    bounds = [*map(str, TICK_SECONDS_BOUNDS), "+Inf"]
    for game in games:
        buckets, so_far = [], 0
        for bound, count in zip(bounds, game.counters.tick_counts, strict=True):
            so_far += count
            buckets.append((bound, float(so_far)))
        histogram.add_metric([game.name], buckets, game.counters.tick_seconds)
    return histogram


def _states(games: Iterable[Game]) -> Iterator[Metric]:
    players = GaugeMetricFamily("estragon_players", "Players in the world.", labels=["world"])
    queued = GaugeMetricFamily(
        "estragon_queued_bytes", "Bytes unsent to all clients.", labels=["world"]
    )
    largest = GaugeMetricFamily(
        "estragon_largest_queue_bytes", "Most bytes unsent to one client.", labels=["world"]
    )
    behind = GaugeMetricFamily(
        "estragon_clogged_clients",
        "Clients that have to read before they get more, or had to a moment ago.",
        labels=["world"],
    )
    for game in games:
        queues = game.audience.queues()
        players.add_metric([game.name], len(game.world.players))
        queued.add_metric([game.name], sum(queues))
        largest.add_metric([game.name], max(queues, default=0))
        behind.add_metric([game.name], game.audience.behind_count)
    yield from (players, queued, largest, behind)


def router(lobby: Lobby) -> APIRouter:
    registry = CollectorRegistry()
    registry.register(EstragonCollector(lobby))
    ProcessCollector(registry=registry)
    GCCollector(registry=registry)
    token = lobby.settings.metrics_token.get_secret_value()
    routes = APIRouter()

    @routes.get(PATH, include_in_schema=False)
    async def metrics(request: Request) -> Response:
        """For this very machine, and for whoever has the token."""
        given = request.headers.get("authorization", "")
        is_known = bool(token) and hmac.compare_digest(given.encode(), f"Bearer {token}".encode())
        if not (is_known or caller_of(request.scope).is_local):
            if not token:
                return PlainTextResponse("only for this machine itself", 403)
            return PlainTextResponse(
                "a token is needed", 401, headers={"WWW-Authenticate": "Bearer"}
            )
        encode, content_type = choose_encoder(request.headers.get("accept", ""))
        return Response(encode(registry), media_type=content_type)

    return routes

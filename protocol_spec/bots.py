"""Clients that walk about: company for one player, load for a server, figures for both."""

from __future__ import annotations

import asyncio
import random
import time
from statistics import fmean
from typing import Any

from protocol_spec import codec
from protocol_spec.client import Client, Refused, known_code
from protocol_spec.playing import Playing

COMMAND_SECONDS = 1 / 20
PING_SECONDS = 1.0
PING_TOKEN = 1
"""The session measures by PINGs of its own: their answers are not taken for these."""
JOINS_AT_ONCE = 50
NAMES = ("Vladimir", "Pozzo", "Lucky", "Murphy", "Molloy", "Malone", "Krapp", "Winnie", "Hamm")


class Bot:
    """A client that turns now and then, and notes when snapshots come."""

    def __init__(
        self, number: int, seed: int, keeps_players: bool = False, plays: bool = False
    ) -> None:
        """One that `plays` takes part in its world's mode."""
        self.client = Client(f"{NAMES[number % len(NAMES)]} {seed % 1000:03}{number:04}"[:20])
        session = self.client.session
        session.look = number % 256
        session.keeps_players = keeps_players or plays
        self._playing = Playing(session, seed * 100_003 + number) if plays else None
        session.on_message = self._note
        self.joined = False
        self.bytes = 0
        self.snapshot_times: list[float] = []
        self.round_trips: list[float] = []
        self.errors: list[str] = []
        self._random = random.Random(seed * 100_003 + number)
        self._direction = self._random.randrange(65536)
        self._ping_sent = 0.0
        receive = session.receive

        def counted(data: bytes) -> None:
            self.bytes += len(data)
            receive(data)

        session.receive = counted  # type: ignore[method-assign]

    def _note(self, message: codec.Message) -> None:
        if isinstance(message, codec.WorldState):
            self.snapshot_times.append(time.perf_counter())
        elif isinstance(message, codec.Pong) and message.token == PING_TOKEN:
            self.round_trips.append(time.perf_counter() - self._ping_sent)
        elif isinstance(message, codec.Error):
            code = known_code(message.code)
            self.errors.append(code.name if code else f"error {message.code}")

    async def join(self, url: str, world: str) -> None:
        self.client.session.world = world
        await self.client.connect(url)
        await self.client.wait_for(lambda session: session.state is not None, timeout_seconds=30)
        self.joined = True

    def act(self) -> None:
        """One command: mostly straight on, now and then another way; or what the mode wants."""
        if self._playing is not None:
            self._playing.act()
            return
        if self._random.random() < 0.05:
            self._direction = self._random.randrange(65536)
        self.client.session.walk(self._direction)

    def ping(self) -> None:
        self._ping_sent = time.perf_counter()
        self.client.session.send(codec.Ping(token=PING_TOKEN).encode())

    @property
    def was_dropped(self) -> bool:
        return self.client.close_code is not None

    def start_counting(self) -> None:
        self.bytes = 0
        self.snapshot_times.clear()
        self.round_trips.clear()


async def run_bots(
    url: str, count: int, seconds: float, world: str = "", *, plays: bool = False
) -> dict[str, Any]:
    """Joins with all bots, lets them walk for `seconds`, and reports what they saw.

    Figures are per bot: the mean where a bot is as good as another, and for gaps between snapshots
    the quantiles over all gaps of all bots.
    """
    seed = time.time_ns()
    bots = [Bot(number, seed, plays=plays) for number in range(count)]
    gate = asyncio.Semaphore(JOINS_AT_ONCE)

    async def join(bot: Bot) -> None:
        async with gate:
            try:
                await bot.join(url, world)
            except (Refused, OSError, TimeoutError) as error:
                bot.errors.append(str(error) or type(error).__name__)

    await asyncio.gather(*map(join, bots))
    joined = [bot for bot in bots if bot.joined]
    for bot in joined:
        bot.start_counting()
    began = time.perf_counter()
    await _walk(joined, began + seconds)
    lasted = time.perf_counter() - began
    report = _report(bots, joined, lasted)
    await asyncio.gather(*(bot.client.close() for bot in joined))
    return report


async def _walk(bots: list[Bot], until: float) -> None:
    """Every bot acts once every COMMAND_SECONDS, each at its own moment within them."""
    slices = 10
    turn = 0
    due = time.perf_counter()
    next_ping = due
    while (now := time.perf_counter()) < until:
        for bot in bots[turn % slices :: slices]:
            bot.act()
        if now >= next_ping:
            next_ping = now + PING_SECONDS
            for bot in bots:
                bot.ping()
        turn += 1
        due += COMMAND_SECONDS / slices
        await asyncio.sleep(max(0.0, due - time.perf_counter()))


def _report(bots: list[Bot], joined: list[Bot], seconds: float) -> dict[str, Any]:
    gaps = sorted(
        later - earlier
        for bot in joined
        for earlier, later in zip(bot.snapshot_times, bot.snapshot_times[1:], strict=False)
    )
    rates = [len(bot.snapshot_times) / seconds for bot in joined]
    round_trips = [each for bot in joined for each in bot.round_trips]
    errors = sorted({error for bot in bots for error in bot.errors})
    return {
        "bots": len(bots),
        "joined": len(joined),
        "dropped": sum(bot.was_dropped or not bot.joined for bot in bots),
        "seconds": round(seconds, 2),
        "snapshots_per_second": round(fmean(rates), 2) if rates else 0.0,
        "snapshots_per_second_least": round(min(rates), 2) if rates else 0.0,
        "gap_p50_ms": _milliseconds(gaps, 0.50),
        "gap_p99_ms": _milliseconds(gaps, 0.99),
        "bytes_per_second": round(fmean(bot.bytes / seconds for bot in joined)) if joined else 0,
        "round_trip_ms": round(fmean(round_trips) * 1000, 2) if round_trips else None,
        "errors": errors,
    }


def _milliseconds(ordered: list[float], quantile: float) -> float | None:
    if not ordered:
        return None
    return round(ordered[int(quantile * (len(ordered) - 1))] * 1000, 2)

"""What a Prometheus server reads off /metrics, and who may."""

from __future__ import annotations

import asyncio
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from fastapi import FastAPI
from prometheus_client.parser import text_string_to_metric_families
from pydantic import ValidationError
from starlette.types import Message

from protocol_spec import codec
from protocol_spec.client import Client, Refused
from protocol_spec.codec import AuthMethod, ErrorCode
from server.counters import TICK_SECONDS_BOUNDS, Counters
from server.handlers import State
from server.settings import Settings
from server.web import metrics
from server.web.entrance import Entrance
from server.world import TICK_RATE
from tests.mock_server import MockServer
from tests.running import RunningServer, running_server

EAST = 0
TOKEN = "2b7e151628aed2a6abf7158809cf4f3c"

Samples = dict[tuple[str, frozenset[tuple[str, str]]], float]


def samples(text: str) -> Samples:
    return {
        (each.name, frozenset(each.labels.items())): each.value
        for family in text_string_to_metric_families(text)
        for each in family.samples
    }


def scrape(server: RunningServer) -> Samples:
    with server.get("/metrics") as answer:
        return samples(answer.read().decode())


def of(found: Samples, name: str, **labels: str) -> float:
    return found[name, frozenset(labels.items())]


class Scraped:
    """The metrics of a mock server, as somebody at an address gets them."""

    def __init__(self, server: MockServer, address: str = "127.0.0.1") -> None:
        self._app = FastAPI()
        self._app.include_router(metrics.router(server.lobby))
        self._app.add_middleware(Entrance, settings=server.settings)
        self._address = address

    def answer(self, **headers: str) -> tuple[int, str]:
        """Status and text."""
        said: list[Message] = []

        async def receive() -> Message:
            return {"type": "http.request"}

        async def send(message: Message) -> None:
            said.append(message)

        scope = {
            "type": "http",
            "http_version": "1.1",
            "method": "GET",
            "scheme": "http",
            "path": "/metrics",
            "query_string": b"",
            "client": (self._address, 50_000),
            "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
        }
        asyncio.run(self._app(scope, receive, send))
        return said[0]["status"], b"".join(each.get("body", b"") for each in said[1:]).decode()

    @property
    def samples(self) -> Samples:
        return samples(self.answer()[1])

    def of(self, name: str) -> float:
        """A world's figure."""
        return of(self.samples, name, world="meadow")


def test_this_machine_may_read_them_without_a_token() -> None:
    for address in ("127.0.0.1", "::1"):
        status, text = Scraped(MockServer(), address).answer()
        assert status == 200
        assert "estragon_players" in text


def test_others_may_not_where_there_is_no_token() -> None:
    scraped = Scraped(MockServer(), "192.0.2.1")
    assert scraped.answer()[0] == 403
    assert scraped.answer(authorization="Bearer ")[0] == 403
    assert scraped.answer(authorization="Bearer")[0] == 403


def test_others_may_with_the_token() -> None:
    scraped = Scraped(MockServer(metrics_token=TOKEN), "192.0.2.1")
    status, text = scraped.answer(authorization=f"Bearer {TOKEN}")
    assert status == 200
    assert "estragon_players" in text


@pytest.mark.parametrize(
    "given", ["", "Bearer", f"Basic {TOKEN}", TOKEN, f"Bearer {TOKEN}0", f"Bearer {TOKEN[:-1]}"]
)
def test_a_wrong_token_is_told_what_is_needed(given: str) -> None:
    scraped = Scraped(MockServer(metrics_token=TOKEN), "192.0.2.1")
    status, text = scraped.answer(**({"authorization": given} if given else {}))
    assert (status, "estragon_players" in text) == (401, False)


def test_a_token_that_is_no_ascii_is_wrong_and_no_bug() -> None:
    scraped = Scraped(MockServer(metrics_token=TOKEN), "192.0.2.1")
    assert scraped.answer(authorization="Bearer ы")[0] == 401


def test_what_came_through_a_proxy_is_not_this_machine() -> None:
    scraped = Scraped(MockServer())
    assert scraped.answer(**{"x-forwarded-for": "127.0.0.1"})[0] == 403


def test_a_token_out_of_an_example_is_refused() -> None:
    with pytest.raises(ValidationError, match="metrics_token: its secret is a placeholder"):
        Settings.model_validate({"metrics_token": "changeme"})


def test_a_tick_is_counted_in_the_bucket_that_it_fits_into() -> None:
    counters = Counters()
    for seconds in (0.0009, 0.001, 0.0011, 0.05, 0.0501, 7.0):
        counters.ticked(seconds)
    counts = dict(zip([*TICK_SECONDS_BOUNDS, "more"], counters.tick_counts, strict=True))
    assert {bound: count for bound, count in counts.items() if count} == {
        0.001: 2,
        0.00125: 1,
        0.05: 1,
        0.063: 1,
        "more": 1,
    }
    assert counters.tick_seconds == pytest.approx(7.1031)


def test_the_histogram_holds_every_tick_in_buckets_that_grow(either_server: RunningServer) -> None:
    def counts(found: Samples) -> list[float]:
        name = "estragon_tick_seconds_bucket"
        return [
            of(found, name, world="village", le=str(bound))
            for bound in (*TICK_SECONDS_BOUNDS, "+Inf")
        ]

    began = time.monotonic()
    before = scrape(either_server)
    time.sleep(1)
    after = scrape(either_server)
    seconds = time.monotonic() - began
    assert counts(after) == sorted(counts(after))
    assert of(after, "estragon_tick_seconds_count", world="village") == counts(after)[-1]
    ticks = counts(after)[-1] - counts(before)[-1]
    assert TICK_RATE / 2 < ticks < 3 * TICK_RATE * seconds
    took = of(after, "estragon_tick_seconds_sum", world="village")
    assert 0 < took - of(before, "estragon_tick_seconds_sum", world="village") < 2 * seconds


def test_bytes_are_counted_in_both_directions(either_server: RunningServer) -> None:
    """At every client they are as many as the server counts."""

    async def play() -> None:
        before = scrape(either_server)
        heard, said = 0, 0
        clients = [await Client.join(either_server.url, f"Guest {number}") for number in range(3)]
        for client in clients:
            receive, send = client.session.receive, client.session.send

            def count_heard(data: bytes, receive=receive) -> None:  # type: ignore[no-untyped-def]
                nonlocal heard
                heard += len(data)
                receive(data)

            def count_said(data: bytes, send=send) -> None:  # type: ignore[no-untyped-def]
                nonlocal said
                said += len(data)
                send(data)

            client.session.receive = count_heard  # type: ignore[method-assign]
            client.session.send = count_said
        least, most = {}, {}
        most["sent"], most["received"] = -heard, -said
        middle = await asyncio.to_thread(scrape, either_server)
        least["sent"], least["received"] = -heard, -said
        for number in range(40):
            for client in clients:
                client.session.walk(number * 1000)
            clients[0].session.say(f"line {number}") if number % 8 == 0 else None
            await asyncio.sleep(0.05)
        least["sent"] += heard
        least["received"] += said
        after = await asyncio.to_thread(scrape, either_server)
        most["sent"] += heard
        most["received"] += said
        for name in ("sent", "received"):
            metric = f"estragon_{name}_bytes_total"
            grown = of(after, metric, world="village") - of(middle, metric, world="village")
            # What is on its way at either moment.
            assert least[name] / 1.15 < grown < most[name] * 1.15
            assert of(middle, metric, world="village") > of(before, metric, world="village")
        assert of(after, "estragon_players", world="village") == 3
        assert of(after, "estragon_connections") == 3
        inputs = of(after, "estragon_inputs_total", world="village")
        assert inputs - of(middle, "estragon_inputs_total", world="village") >= 110
        for client in clients:
            await client.close()

    asyncio.run(play())


def test_connections_and_refusals_are_counted(either_server: RunningServer) -> None:
    async def play() -> None:
        def refused(found: Samples) -> float:
            name = "estragon_connections_refused_total"
            return found.get((name, frozenset({("error", "VERSION_UNSUPPORTED")})), 0)

        before = scrape(either_server)
        client = Client("Vladimir")
        hello = codec.Hello(codec.MAGIC, 77, 78, 0, 0, "tomorrow").encode()
        client.session.begin = lambda: client.session.send(hello)  # type: ignore[method-assign]
        await client.connect(either_server.url)
        with pytest.raises(Refused):
            await client.wait_for(lambda session: session.welcome is not None)
        wrong = Client("Nobody", method=AuthMethod.PASSWORD, secret=b"correct horse")
        await wrong.connect(either_server.url)
        with pytest.raises(Refused) as caught:
            await wrong.wait_for(lambda session: session.player_id > 0)
        assert caught.value.code is ErrorCode.AUTH_FAILED
        await asyncio.gather(client.close(), wrong.close())
        after = await asyncio.to_thread(scrape, either_server)
        assert refused(after) - refused(before) == 1
        for name in ("estragon_connections_opened_total", "estragon_failed_logins_total"):
            assert of(after, name) - of(before, name) == (2 if "opened" in name else 1)

    asyncio.run(play())


def test_the_process_tells_of_itself(either_server: RunningServer) -> None:
    found = scrape(either_server)
    assert of(found, "process_resident_memory_bytes") > 2**20
    assert of(found, "process_cpu_seconds_total") > 0
    assert ("python_gc_collections_total", frozenset({("generation", "2")})) in found


def test_two_apps_in_a_process_count_apart() -> None:
    one, other = MockServer(), MockServer()
    one.join()
    assert Scraped(one).of("estragon_players") == 1
    assert Scraped(other).of("estragon_players") == 0


def test_late_inputs_are_counted() -> None:
    server = MockServer()
    client = server.join()
    server.tick(5)
    command = codec.Command(EAST, EAST, 255, 0).pack()
    for tick in (server.world.tick - 2, server.world.tick, server.world.tick + 1):
        client.send(codec.Input(tick, command).encode())
    client.send(codec.Input(server.world.tick, command * 3).encode())
    server.tick()
    scraped = Scraped(server)
    assert scraped.of("estragon_inputs_total") == 6
    assert scraped.of("estragon_late_inputs_total") == 3


def test_edits_are_counted_when_they_are_applied() -> None:
    server = MockServer(guests_may_build=True)
    client = server.join()
    sand = next(each.id for each in client.tiles.values() if each.name == "sand")
    client.edit(codec.EditCells(0, codec.CellEdit(0, 50, 50, sand).pack()))
    client.edit(codec.EditCells(0, codec.CellEdit(0, 5000, 50, sand).pack()))
    server.tick(2)
    assert Scraped(server).of("estragon_edits_applied_total") == 1


def test_who_does_not_read_is_seen_in_the_queues_and_then_among_the_dropped() -> None:
    server = MockServer()
    vladimir, estragon = server.join("Vladimir"), server.join("Estragon")
    scraped = Scraped(server)
    vladimir.wire.queued_bytes = 40_000
    estragon.wire.queued_bytes = 500
    server.tick()
    assert scraped.of("estragon_queued_bytes") == 40_500
    assert scraped.of("estragon_largest_queue_bytes") == 40_000
    assert scraped.of("estragon_clogged_clients") == 1
    assert scraped.of("estragon_unread_drops_total") == 0
    vladimir.wire.queued_bytes = 300_000
    server.tick(2)
    assert vladimir.server_session.state is State.CLOSED
    assert scraped.of("estragon_unread_drops_total") == 1
    assert scraped.of("estragon_largest_queue_bytes") == 500
    assert scraped.of("estragon_clogged_clients") == 0


def test_a_server_from_elsewhere_gets_openmetrics_where_it_asks(server: RunningServer) -> None:
    request = urllib.request.Request(
        f"{server.base}/metrics", headers={"Accept": "application/openmetrics-text; version=1.0.0"}
    )
    with urllib.request.urlopen(request, timeout=5) as answer:
        assert answer.headers["content-type"].startswith("application/openmetrics-text")
        assert answer.read().decode().endswith("# EOF\n")


def test_the_token_is_a_setting_of_the_environment(tmp_path: Path) -> None:
    """Behind a proxy on this machine nothing is local, and only the token helps."""
    with running_server(tmp_path, environment={"ESTRAGON_METRICS_TOKEN": TOKEN}) as server:

        def status(**headers: str) -> int:
            request = urllib.request.Request(f"{server.base}/metrics", headers=headers)
            try:
                with urllib.request.urlopen(request, timeout=5) as answer:
                    assert isinstance(answer.status, int)
                    return answer.status
            except urllib.error.HTTPError as refusal:
                refusal.close()
                return refusal.code

        proxied = {"X-Forwarded-For": "192.0.2.1"}
        assert status() == 200
        assert status(**proxied) == 401
        assert status(**proxied, Authorization=f"Bearer {TOKEN}") == 200

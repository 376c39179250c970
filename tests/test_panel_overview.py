"""The overview: figures of the server that runs, over the day, and what there is to do."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
from playwright.async_api import Page, expect

from protocol_spec.client import Client
from server.people.roles import Role
from server.trends import KEPT_SAMPLES, Trends
from tests.desks import PEOPLE, signed_in, staffed_server
from tests.mock_server import MockServer
from tests.people import guest, hang_up
from tests.running import RunningServer


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    with staffed_server(tmp_path_factory.mktemp("overview")) as started:
        yield started


async def figure(page: Page, key: str, text: str) -> None:
    """Until a figure is that."""
    label = page.locator(f"[data-figure={key}] > div").nth(1)
    await expect(label).to_have_text(text, timeout=15_000)


def test_the_figures_follow_who_comes_goes_and_complains(server: RunningServer) -> None:
    async def scene() -> None:
        async with signed_in(server, "/") as page:
            await figure(page, "players", "0")
            await figure(page, "open_reports", "0")
            ann = await Client.join(server.url, "Ann")
            bea = await Client.join(server.url, "Bea")
            await figure(page, "players", "2")
            sent = page.locator("[data-figure=sent] > div").nth(1)
            await expect(sent).not_to_have_text("0.0 KiB/s", timeout=15_000)
            ann.session.report(bea.session.player_id, "<img src=x onerror=alert(1)>")
            await figure(page, "open_reports", "1")
            await hang_up(ann, bea)
            await figure(page, "players", "0")
            await expect(page.locator("canvas")).to_have_count(2)

    asyncio.run(scene())


def test_a_builder_sees_neither_reports_nor_what_the_staff_did(server: RunningServer) -> None:
    async def scene() -> None:
        async with signed_in(server, "/", PEOPLE[Role.BUILDER]) as page:
            await figure(page, "players", "0")
            assert await page.locator("[data-figure=open_reports]").count() == 0
            assert await page.get_by_text("What the staff did last").count() == 0

    asyncio.run(scene())


def test_a_sample_counts_what_is_there_and_no_more_than_a_day_is_kept() -> None:
    server = MockServer()
    trends = Trends(server.lobby)
    assert trends.now().players == 0
    guest(server, "Ann")
    sample = trends.now()
    assert sample.players == 1
    for _ in range(KEPT_SAMPLES + 5):
        trends.samples.append(sample)
    assert len(trends.samples) == 24 * 60

"""The page of the worlds: what it starts, stops and says reaches real clients."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.async_api import Page

from protocol_spec import codec
from protocol_spec.client import Client
from protocol_spec.codec import ErrorCode, ModePhase, NoticeCode
from server.people.roles import Role
from server.tiles import builtin_tile_set
from tests.desks import PEOPLE, operator, refused, signed_in, staffed_server
from tests.panel import never_reloads
from tests.panel_map import LIVE
from tests.people import QUICK, close_code, hang_up, staff
from tests.running import RunningServer

SAND = builtin_tile_set()["sand"]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """With a world that does not run yet, and a map that has none."""
    with staffed_server(tmp_path_factory.mktemp("worlds"), guests_may_build="1") as started:
        for name in ("ruins", "tower"):
            operator(started, "map", "new", "maze", "--name", name, "--size", "64x64")
        operator(started, "world", "add", "cellar", "--map", "ruins")
        yield started


async def press(page: Page, world: str, what: str) -> None:
    await page.locator(f"[data-world='{world.encode().hex()}'] [data-do={what}]").click()


async def say_yes(page: Page) -> None:
    await page.locator("[data-do=yes]").click()


async def wait_for_button(page: Page, world: str, what: str) -> None:
    await page.locator(f"[data-world='{world.encode().hex()}'] [data-do={what}]").wait_for()


def test_a_world_starts_takes_players_in_and_stops_with_nothing_lost(
    server: RunningServer,
) -> None:
    async def scene() -> None:
        async with signed_in(server, "/worlds") as page:
            await press(page, "cellar", "start")
            await wait_for_button(page, "cellar", "stop")
            ann = await Client.join(server.url, "Ann", "cellar")
            assert ann.session.entered is not None
            assert ann.session.entered.world == "cellar"
            assert ann.session.state is not None
            x, y = ann.session.state.x >> 10, ann.session.state.y >> 10
            window = await page.context.new_page()
            await window.goto(f"{server.base}/admin/map?world=cellar")
            await window.locator("canvas.map-canvas").wait_for()
            await window.wait_for_function(f"{LIVE}?.model.players.size === 1")
            # Not waited for: what is on its way when the world stops is saved, too.
            ann.session.edit(codec.EditCells(0, codec.CellEdit(0, x, y, SAND).pack()))
            await press(page, "cellar", "stop")
            await say_yes(page)
            assert await close_code(ann, 10) == 4000 + ErrorCode.WORLD_UNKNOWN
            assert ann.session.error is not None
            assert ann.session.error.text == "cellar was stopped"
            await wait_for_button(page, "cellar", "start")
            await window.get_by_text("This world does not run now.").wait_for()
            assert await refused(server, "Bea", "cellar") == ErrorCode.WORLD_UNKNOWN
            assert "Ann" in await asyncio.to_thread(operator, server, "map", "history", "ruins")
            await press(page, "cellar", "start")
            await wait_for_button(page, "cellar", "stop")
            cyd = await Client.join(server.url, "Cyd", "cellar")
            await cyd.wait_for(lambda session: session.tile_at(0, x, y) == SAND)
            await window.get_by_text("This world does not run now.").wait_for(state="detached")
            cyd_number = cyd.session.player_id
            await window.wait_for_function(f"{LIVE}.model.players.has({cyd_number})")
            await window.wait_for_function(f"{LIVE}.model.tileAt(0, {x}, {y}) === {SAND}")
            await hang_up(cyd)

    asyncio.run(scene())


def test_who_is_elsewhere_plays_on_and_the_last_world_stays(server: RunningServer) -> None:
    async def scene() -> None:
        async with signed_in(server, "/worlds") as page:
            ann = await Client.join(server.url, "Ann", "village")
            window = await page.context.new_page()
            await window.goto(f"{server.base}/admin/map?world=cellar")
            await window.locator("canvas.map-canvas").wait_for()
            await window.wait_for_function(f"{LIVE}?.model.chunks.size > 0")
            await press(page, "cellar", "stop")
            await say_yes(page)
            await wait_for_button(page, "cellar", "start")
            # Who looked at it still hears what is done to its map.
            await asyncio.to_thread(operator, server, "map", "revert", "ruins", "who:Ann")
            await window.wait_for_function(f"{LIVE}.painters.length === 1")
            await window.close()
            await press(page, "village", "stop")
            await say_yes(page)
            await page.get_by_text("the last world that runs cannot be stopped").wait_for()
            assert ann.session.state is not None
            tick = ann.session.state.tick
            await ann.wait_for(lambda each: each.state is not None and each.state.tick > tick)
            await hang_up(ann)

    asyncio.run(scene())


def test_a_world_is_made_of_a_map_and_a_mode_and_deleted(server: RunningServer) -> None:
    async def scene() -> None:
        async with signed_in(server, "/worlds") as page:
            await page.locator("[data-do=new]").click()
            await page.get_by_label("Name").fill("attic")
            await say_yes(page)
            await press(page, "attic", "start")
            await wait_for_button(page, "attic", "stop")
            ann = await Client.join(server.url, "Ann", "attic")
            assert ann.session.entered is not None
            assert ann.session.entered.width == 64
            await hang_up(ann)
            await press(page, "attic", "stop")
            await say_yes(page)
            await press(page, "attic", "delete")
            await say_yes(page)
            await page.get_by_text("attic", exact=True).wait_for(state="detached")
        assert "attic" not in await asyncio.to_thread(operator, server, "world", "list")
        assert "tower" in await asyncio.to_thread(operator, server, "map", "list")

    asyncio.run(scene())


def test_the_message_of_the_day_reaches_who_is_there_and_who_comes(server: RunningServer) -> None:
    text = "<b>Tea</b> at five"
    told = (NoticeCode.ANNOUNCEMENT, ["village", text])

    async def scene() -> None:
        async with signed_in(server, "/worlds") as page:
            ann = await Client.join(server.url, "Ann", "village")
            await press(page, "village", "message")
            await page.locator(".q-dialog").get_by_label("Text").fill(text)
            await say_yes(page)
            await ann.wait_for(lambda session: told in session.notices)
            bea = await Client.join(server.url, "Bea", "village")
            await bea.wait_for(lambda session: told in session.notices)
            await page.get_by_text(text).wait_for()
            assert await page.get_by_text("Tea", exact=True).count() == 0
            await hang_up(ann, bea)

    asyncio.run(scene())


def test_what_one_writes_stays_while_players_come_and_go(server: RunningServer) -> None:
    async def scene() -> None:
        async with signed_in(server, "/worlds") as page:
            await press(page, "village", "message")
            field = page.locator(".q-dialog").get_by_label("Text")
            await field.fill("half a sent")
            gus = await Client.join(server.url, "Gus", "village")
            await page.get_by_text("Players: 1").first.wait_for()
            assert await field.input_value() == "half a sent"
            await page.locator(".q-dialog").get_by_text("Cancel").click()
            await hang_up(gus)

    asyncio.run(scene())


def test_who_loses_the_role_cannot_stop_a_world_from_an_open_page(server: RunningServer) -> None:
    name = PEOPLE[Role.ADMIN]

    async def scene() -> None:
        async with signed_in(server, "/worlds", name) as page:
            await press(page, "village", "message")
            field = page.locator(".q-dialog").get_by_label("Text")
            await field.fill("mine")
            await never_reloads(page)
            await asyncio.to_thread(operator, server, "admin", "role", name, "moderator")
            await say_yes(page)
            await page.get_by_text("Your role may not do that.").wait_for()
            assert await page.get_by_text("mine", exact=True).count() == 0

    asyncio.run(scene())
    operator(server, "admin", "role", name, "admin")


def test_a_stopped_world_stays_stopped_over_a_restart(server: RunningServer) -> None:
    server.stop()
    server.start()

    async def scene() -> None:
        assert await refused(server, "Dan", "cellar") == ErrorCode.WORLD_UNKNOWN
        await hang_up(await Client.join(server.url, "Ann", "village"))

    asyncio.run(scene())


def test_a_mode_is_chosen_and_set_while_players_are_there(server: RunningServer) -> None:
    async def scene() -> None:
        async with signed_in(server, "/worlds") as page:
            ann = await Client.join(server.url, "Ann", "village")
            await press(page, "village", "mode")
            await page.locator("[data-field=mode]").click()
            await page.get_by_role("option", name="Tag (tag)").click()
            field = page.get_by_label("Fewest players for a round")
            await field.fill("0")
            await say_yes(page)
            await page.get_by_text("greater than or equal to 1").wait_for()
            assert ann.session.mode is not None
            assert ann.session.mode.mode == "free_roam"
            await press(page, "village", "mode")
            await page.locator("[data-field=mode]").click()
            await page.get_by_role("option", name="Tag (tag)").click()
            await field.fill("1")
            await say_yes(page)
            await ann.wait_for(lambda each: each.mode is not None and each.mode.mode == "tag")
            await ann.wait_for(
                lambda each: each.mode is not None and each.mode.phase == ModePhase.PAUSE
            )
            told = await asyncio.to_thread(operator, server, "world", "mode", "village")
            assert "least_players=1 (changed)" in told
            await asyncio.to_thread(operator, server, "world", "mode", "village", "free_roam")
            await hang_up(ann)

    asyncio.run(scene())


def test_a_broken_mode_shows_its_traceback_and_can_be_tried_again(tmp_path: Path) -> None:
    lines = ["from server.modes import Mode", "", "class Bad(Mode):", "    def chat(self, *said):"]
    (tmp_path / "bad_mode.py").write_text("\n".join([*lines, "        raise KeyError('tea')\n"]))
    staff(tmp_path / "data", (PEOPLE[Role.OWNER], Role.OWNER), (PEOPLE[Role.BUILDER], Role.BUILDER))
    path = f"{tmp_path}:{Path(__file__).parents[1]}"

    async def scene(server: RunningServer) -> None:
        ann = await Client.join(server.url, "Ann")
        await asyncio.to_thread(operator, server, "world", "mode", "village", "bad_mode:Bad")
        await ann.wait_for(lambda each: each.mode is not None and "Bad" in each.mode.mode)
        ann.session.say("Is there tea?")
        await ann.wait_for(lambda each: each.mode is not None and each.mode.mode == "free_roam")
        async with signed_in(server, "/worlds") as page:
            problem = page.locator("[data-problem]")
            await problem.get_by_text("Traceback").wait_for()
            await problem.get_by_text("KeyError: 'tea'").wait_for()
            await page.locator("[data-do=again]").click()
            await ann.wait_for(lambda each: each.mode is not None and "Bad" in each.mode.mode)
            await problem.wait_for(state="detached")
        ann.session.say("And now?")
        await ann.wait_for(lambda each: each.mode is not None and each.mode.mode == "free_roam")
        async with signed_in(server, "/worlds", PEOPLE[Role.BUILDER]) as page:
            await page.get_by_text("KeyError: 'tea'").wait_for()
            assert await page.get_by_text("Traceback").count() == 0
            assert await page.locator("[data-do=again]").count() == 0
        await hang_up(ann)

    environment = QUICK | {"PYTHONPATH": path}
    with RunningServer(tmp_path / "data", environment=environment) as server:
        asyncio.run(scene(server))

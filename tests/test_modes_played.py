"""Modes on a real server, played to their end by bots; and modes that are changed, or break."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from pathlib import Path

from protocol_spec import codec
from protocol_spec.client import Client
from protocol_spec.codec import ErrorCode, ModeMark, ModePhase
from protocol_spec.session import ClientSession
from tests.desks import operator
from tests.playing_bots import two_bots, world_with
from tests.running import RunningServer, running_server

QUICK = {"round_seconds": 8, "pause_seconds": 1}
Condition = Callable[[ClientSession], bool]


def is_in(phase: ModePhase, mode: str = "") -> Condition:
    return lambda session: (
        session.mode is not None and session.mode.phase == phase and mode in ("", session.mode.mode)
    )


def test_bots_play_tag_to_its_end_before_a_spectator(tmp_path: Path) -> None:
    world_with(tmp_path / "data", "tag", {**QUICK, "safe_seconds": 0.5})

    async def scene(server: RunningServer) -> None:
        async with two_bots(server.url) as bots:
            first = bots[0].client
            await first.wait_for(is_in(ModePhase.RUNNING))
            late = await Client.join(server.url, "Late")
            assert late.session.scores[late.session.player_id].marks == ModeMark.SPECTATOR
            assert late.session.scores == first.session.scores
            await late.wait_for(is_in(ModePhase.OVER), 20)
            rows = late.session.scores
            winners = [each for each in rows.values() if each.marks & ModeMark.WINNER]
            assert winners
            assert not any(each.marks & ModeMark.IT for each in rows.values())
            best = max(
                each.score for each in rows.values() if each.player_id != late.session.player_id
            )
            assert {each.score for each in winners} == {best}
            await late.wait_for(is_in(ModePhase.RUNNING), 20)
            assert late.session.scores[late.session.player_id].marks != ModeMark.SPECTATOR
            await late.close()

    with running_server(tmp_path) as server:
        asyncio.run(scene(server))


def test_bots_race_to_the_finish_and_the_record_outlasts_the_server(tmp_path: Path) -> None:
    world_with(tmp_path / "data", "race", {**QUICK, "round_seconds": 30, "least_players": 2})

    async def race(server: RunningServer) -> list[codec.ModeRecord]:
        async with two_bots(server.url) as bots:
            session = bots[0].client.session
            await bots[0].client.wait_for(is_in(ModePhase.OVER), 40)
            times = [each.time for each in session.scores.values()]
            assert len(times) == 2
            assert all(60 <= each <= 600 for each in times)
            assert [each.time for each in session.records] == sorted(times)
            keys = [each.key for each in session.mode_news]
            assert keys.count("RACE_CHECKPOINT") == 2
            assert keys.count("RACE_FINISHED") == 2
            return session.records

    async def see(server: RunningServer) -> list[codec.ModeRecord]:
        client = await Client.join(server.url, "Godot")
        await client.close()
        return client.session.records

    with RunningServer(tmp_path / "data") as server:
        records = asyncio.run(race(server))
        time.sleep(1.1)  # What modes keep is written once a second; a power cut takes no more.
        server.kill()
        server.start()
        assert asyncio.run(see(server)) == records
        assert server.failures() == []


def test_bots_build_and_a_guest_is_kept_out_of_a_castle(tmp_path: Path) -> None:
    settings = {"guests_build": True, "areas": {"start": ["builder"]}}
    world_with(tmp_path / "data", "build", settings)

    async def scene(server: RunningServer) -> None:
        async with two_bots(server.url) as bots:
            session = bots[0].client.session
            await bots[0].client.wait_for(
                lambda each: (
                    len(each.scores) == 2 and all(row.score for row in each.scores.values())
                ),
                30,
            )
            results = session.edit_results.values()
            assert {each.code for each in results} <= {0, ErrorCode.EDIT_PROTECTED}
            client = await Client.join(server.url, "Pozzo")
            crate = next(each for each in client.session.tiles.values() if each.name == "crate")
            cell = codec.CellEdit(crate.layer, 8, 12, crate.id)
            number = client.session.edit(codec.EditCells(0, cell.pack()))
            await client.wait_for(lambda each: number in each.edit_results)
            assert client.session.edit_results[number].code == ErrorCode.EDIT_PROTECTED
            assert client.session.edit_results[number].text == "start"
            await client.close()

    with running_server(tmp_path) as server:
        asyncio.run(scene(server))


BROKEN = """
from server.modes import Mode

class Explodes(Mode):
    def command(self, player, name, text):
        raise RuntimeError(f"boom, says {player.name}")

    commands = {"light": "[text]"}
"""


def test_an_operator_changes_the_mode_before_the_players_eyes(tmp_path: Path) -> None:
    """Also to a module of their own, which fails, and back again; all of it outlasts a restart."""
    (tmp_path / "own_modes.py").write_text(BROKEN)
    world_with(tmp_path / "data", "free_roam", {})

    async def scene(server: RunningServer) -> None:
        def order(*words: str) -> str:
            return operator(server, "world", "mode", "free_roam", *words)

        client = await Client.join(server.url, "Vladimir")
        assert "tag" in await asyncio.to_thread(order, "tag", "least_players=1", "pause_seconds=1")
        await client.wait_for(is_in(ModePhase.RUNNING, "tag"))
        told = await asyncio.to_thread(order)
        assert "least_players=1 (changed)" in told
        assert "round_seconds=180.0 " in told
        await asyncio.to_thread(order, "own_modes:Explodes")
        await client.wait_for(is_in(ModePhase.NONE, "own_modes:Explodes"))
        await client.wait_for(lambda each: each.commands.get("light") == "[text]")
        assert client.session.scores == {}
        client.session.say("/light the fuse")
        await client.wait_for(is_in(ModePhase.NONE, "free_roam"))
        await client.wait_for(lambda each: "light" not in each.commands)
        assert client.session.mode_news[-1].values == "own_modes:Explodes"
        client.session.say("Still here")
        await client.wait_for(lambda each: bool(each.chat))
        await client.close()

    environment = {"PYTHONPATH": f"{tmp_path}:{Path(__file__).parents[1]}"}
    with RunningServer(tmp_path / "data", environment=environment) as server:
        asyncio.run(scene(server))
        assert "boom, says Vladimir" in server.log
        server.stop()
        server.start()
        told = operator(server, "world", "mode", "free_roam", "tag")
        assert "least_players=1 (changed)" in told


def test_a_mode_that_is_gone_or_set_wrongly_keeps_no_server_from_starting(tmp_path: Path) -> None:
    """And without a server it is put right by the same command."""
    world_with(tmp_path / "data", "tag", {"round_seconds": -5})

    async def mode_of(server: RunningServer) -> str:
        client = await Client.join(server.url, "Vladimir")
        await client.close()
        assert client.session.mode is not None
        return client.session.mode.mode

    with RunningServer(tmp_path / "data") as server:
        assert asyncio.run(mode_of(server)) == "free_roam"
        assert "the mode tag of tag does not begin: round_seconds" in server.log
        server.stop()
        told = operator(server, "world", "mode", "tag", "round_seconds=60")
        assert "tag: tag\n" in told
        assert "round_seconds=60 (changed)" in told
        server.start()
        assert asyncio.run(mode_of(server)) == "tag"
        assert "round_seconds=180.0 " in operator(server, "world", "mode", "tag", "round_seconds=")

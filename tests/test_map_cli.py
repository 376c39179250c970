"""`estragon map` and `estragon world`, as an operator types them: offline and beside a server."""

from __future__ import annotations

import asyncio
import http.client
import json
import os
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from protocol_spec import codec
from protocol_spec.client import Client
from server.cli import terminal
from server.cli.main import main
from server.control.claim import find_control
from server.mapfiles import read_map
from server.tiles import builtin_tile_set
from tests.running import RunningServer

TILES = builtin_tile_set()


def words(*typed: str, data: Path) -> list[str]:
    return [sys.executable, "-m", "server", *typed, "--data", str(data)]


def estragon(*typed: str, data: Path) -> subprocess.CompletedProcess[str]:
    variables = {k: v for k, v in os.environ.items() if not k.startswith("ESTRAGON_")}
    return subprocess.run(
        words(*typed, data=data), capture_output=True, text=True, timeout=60, env=variables
    )


def done(*typed: str, data: Path) -> str:
    """What a command that goes well prints."""
    result = estragon(*typed, data=data)
    assert (result.returncode, result.stderr) == (0, "")
    return result.stdout


def refused(*typed: str, data: Path, code: int = 1) -> str:
    """The one line of a command that does not."""
    result = estragon(*typed, data=data)
    assert result.returncode == code, result.stderr
    assert result.stdout == ""
    assert result.stderr.startswith("estragon: ")
    assert result.stderr.count("\n") == 1
    return result.stderr.removeprefix("estragon: ").strip()


class Here:
    """The commands without processes of their own, each of which takes a second to start."""

    def __init__(self, captured: pytest.CaptureFixture[str]) -> None:
        self._captured = captured

    def done(self, *typed: str, data: Path) -> str:
        assert main([*typed, "--data", str(data)]) == 0
        out, line = self._captured.readouterr()
        assert line == ""
        return str(out)

    def refused(self, *typed: str, data: Path, code: int = 1) -> str:
        assert main([*typed, "--data", str(data)]) == code
        out, line = self._captured.readouterr()
        assert out == ""
        assert line.startswith("estragon: ")
        assert line.count("\n") == 1
        return str(line).removeprefix("estragon: ").strip()


@pytest.fixture
def here(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Here:
    for each in os.environ:
        if each.startswith("ESTRAGON_"):
            monkeypatch.delenv(each)
    return Here(capsys)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    folder = tmp_path_factory.mktemp("maps")
    environment = {"ESTRAGON_GUESTS_MAY_BUILD": "true"}
    with RunningServer(folder / "data", environment=environment) as running:
        yield running
        assert running.failures() == []


@pytest.fixture(scope="module")
def offline(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with a map, and no server."""
    data = tmp_path_factory.mktemp("offline") / "data"
    done("map", "new", "maze", "--name", "first", "--size", "32x48", "--seed", "7", data=data)
    return data


async def build(client: Client, x: int, y: int, tile: int) -> None:
    """Puts a tile on the ground and waits until it is saved."""
    cells = codec.CellEdit(layer=0, x=x, y=y, tile=tile).pack()
    number = client.session.edit(codec.EditCells(edit=0, cells=cells))
    await client.wait_for(lambda session: number in session.edit_results)
    assert client.session.edit_results[number].code == 0


def place(client: Client) -> tuple[int, int]:
    assert client.session.state is not None
    return client.session.state.x >> 10, client.session.state.y >> 10


def post(server: RunningServer, body: bytes, **headers: str) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request("POST", "/api/control", body, sent)
    status = connection.getresponse().status
    connection.close()
    return status


def test_maps_are_made_listed_kept_and_restored_offline(here: Here, offline: Path) -> None:
    assert json.loads(here.done("map", "list", "--json", data=offline))[0] == {
        "name": "first",
        "width": 32,
        "height": 48,
        "tiles": "village",
        "spawns": 16,
        "world": "",
    }
    assert "first  32x48  village  -" in here.done("map", "list", data=offline)
    assert here.done("map", "snapshot", "first", "monday", data=offline) == "monday: kept\n"
    assert here.done("map", "snapshot", "first", data=offline) == "monday\n"
    assert here.done("map", "restore", "first", "monday", data=offline).startswith(
        "0 cells went back"
    )
    assert here.done("map", "history", "first", data=offline) == ""
    assert here.done("map", "purge", "first", "--older-than", "90d", data=offline) == (
        "0 entries forgotten\n"
    )


@pytest.mark.parametrize("ending", ["tmx", "tmj"])
def test_a_map_that_went_out_and_came_back_is_the_same(
    here: Here, offline: Path, tmp_path: Path, ending: str
) -> None:
    once, again = tmp_path / f"once.{ending}", tmp_path / f"again.{ending}"
    here.done("map", "export", "first", str(once), data=offline)
    here.done("map", "import", str(once), "--name", f"from {ending}", data=offline)
    here.done("map", "export", f"from {ending}", str(again), data=offline)
    before, after = read_map(once), read_map(again)
    np.testing.assert_array_equal(before.draft.cells, after.draft.cells)
    assert before.draft.spawns == after.draft.spawns
    assert before.draft.areas == after.draft.areas
    assert before.tiles.by_id == after.tiles.by_id == TILES.by_id


def test_an_export_writes_over_a_file_only_where_told_to(
    here: Here, offline: Path, tmp_path: Path
) -> None:
    path = tmp_path / "map.tscn"
    path.write_text("mine")
    line = here.refused("map", "export", "first", str(path), data=offline)
    assert line == f"{path} is there already; --force writes over it"
    assert path.read_text() == "mine"
    here.done("map", "export", "first", str(path), "--force", data=offline)
    assert path.read_text().startswith("[gd_scene")


@pytest.mark.parametrize(
    ("typed", "code", "complaint"),
    [
        (("map", "history", "moor"), 1, "there is no map 'moor'"),
        (("map", "restore", "first", "sunday"), 1, "there is no snapshot 'sunday'"),
        (("map", "history", "first", "colour:red"), 2, "colour: is none of who, since"),
        (("map", "history", "first", "everything"), 2, "'everything' is not of the form"),
        (("map", "revert", "first", "tile:gold"), 2, "tile: there is no 'gold'"),
        (("map", "purge", "first", "--older-than", "soon"), 2, "--older-than: 'soon' is neither"),
        (("map", "new", "moon", "--name", "x"), 2, "'moon' is no kind of map: arena, islands"),
        (("map", "new", "maze", "--name", "first"), 1, "there is a map 'first' already"),
        (("map", "new", "maze", "--name", "../x"), 1, "a map's name has no slashes"),
        (("map", "export", "first", "map.png"), 2, "map.png: a map's file ends with"),
        (("map", "export", "first", "/no/where/x.tmx"), 1, "No such file or directory"),
        (("map", "import", "/no/where/x.tmx", "--name", "x"), 1, ""),
        (("world", "add", "w", "--map", "moor"), 1, "there is no map 'moor'"),
    ],
)
def test_wrong_words_are_one_clear_line(
    here: Here,
    offline: Path,
    typed: tuple[str, ...],
    code: int,
    complaint: str,
) -> None:
    assert complaint in here.refused(*typed, data=offline, code=code)


@pytest.mark.parametrize(
    "content",
    [b"", b"<map", b"<map/>", b"\x00\xff" * 100, b"<!DOCTYPE a [<!ENTITY b 'c'>]><map>&b;</map>"],
)
def test_a_broken_map_file_is_one_clear_line(
    here: Here, offline: Path, tmp_path: Path, content: bytes
) -> None:
    path = tmp_path / "broken.tmx"
    path.write_bytes(content)
    here.refused("map", "import", str(path), "--name", "broken", data=offline)


def test_a_folder_without_data_stays_as_it_is(here: Here, tmp_path: Path) -> None:
    missing = tmp_path / "typo"
    assert here.refused("map", "list", data=missing) == f"there is no data in {missing}"
    assert not missing.exists()


def test_a_map_made_before_the_first_start_can_be_the_starter_worlds(
    here: Here, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    here.done("map", "new", "arena", "--name", "village", "--size", "64x64", data=data)
    with RunningServer(data):
        told = json.loads(done("map", "list", "--json", data=data))
    assert [(each["name"], each["width"], each["world"]) for each in told] == [
        ("village", 64, "village")
    ]


def test_a_revert_is_seen_by_who_plays_there(server: RunningServer) -> None:
    async def play() -> None:
        client = await Client.join(server.url, "Vladimir")
        x, y = place(client)
        before = client.session.tile_at(0, x, y)
        tile = TILES["sand"] if before != TILES["sand"] else TILES["grass"]
        await build(client, x, y, tile)
        by_him = ("map", "revert", "village", "who:Vladimir")
        foreseen = await asyncio.to_thread(done, *by_him, "--preview", data=server.data)
        assert foreseen == "1 cells would go back in 1 edits\n"
        assert client.session.tile_at(0, x, y) == tile
        run = await asyncio.create_subprocess_exec(*words(*by_him, data=server.data))
        await client.wait_for(lambda session: session.tile_at(0, x, y) == before, 10)
        seen = time.monotonic()
        assert await run.wait() == 0
        assert time.monotonic() - seen < 2
        await client.close()

    asyncio.run(play())
    entries = json.loads(done("map", "history", "village", "via:cli", "--json", data=server.data))
    assert (entries[0]["kind"], entries[0]["cells"]) == ("revert", 1)
    table = done("map", "history", "village", "who:Vladimir", "--limit", "1", data=server.data)
    assert "Vladimir  game  cells" in table


def test_a_snapshot_brings_back_what_was_edited_after_it(server: RunningServer) -> None:
    async def play() -> None:
        client = await Client.join(server.url, "Estragon")
        x, y = place(client)
        before = client.session.tile_at(0, x, y)
        await asyncio.to_thread(
            done, "map", "snapshot", "village", "before Pozzo", data=server.data
        )
        await build(client, x, y, TILES["sand"] if before != TILES["sand"] else TILES["grass"])
        told = await asyncio.to_thread(
            done, "map", "restore", "village", "before Pozzo", "--json", data=server.data
        )
        assert json.loads(told) == {"cells": 1, "skipped": 0, "edits": 1, "sets_places": False}
        await client.wait_for(lambda session: session.tile_at(0, x, y) == before, 2)
        await client.close()

    asyncio.run(play())


def test_maps_and_worlds_are_added_while_a_server_runs(
    here: Here, server: RunningServer, tmp_path: Path
) -> None:
    made = here.done(
        "map", "new", "islands", "--name", "isles", "--size", "64x64", data=server.data
    )
    assert made == "isles: 64x64 tiles\n"
    path = tmp_path / "isles.tmx"
    here.done("map", "export", "isles", str(path), data=server.data)
    here.done("map", "import", str(path), "--name", "isles again", data=server.data)
    line = here.refused("map", "import", str(path), "--name", "isles", data=server.data)
    assert line == "there is a map 'isles' already"
    here.done("world", "add", "the isles", "--map", "isles", data=server.data)
    told = json.loads(here.done("world", "list", "--json", data=server.data))
    assert {"name": "the isles", "mode": "free_roam", "map": "isles"} in told
    line = here.refused("map", "history", "isles", "who:", data=server.data, code=2)
    assert line == "who: needs a value"


def test_quotes_that_the_shell_took_away_come_back(here: Here, server: RunningServer) -> None:
    typed = ("map", "history", "village", "who:Dr. Godot", "since:2h", "--json")
    assert json.loads(here.done(*typed, data=server.data)) == []


def test_a_second_server_on_the_same_data_is_refused(server: RunningServer) -> None:
    pid = server.process.pid
    line = refused("serve", "--port", "0", data=server.data)
    assert line == f"{server.data} is in use by process {pid}"


def test_the_way_to_the_server_is_its_owners_alone_and_goes_with_it(
    here: Here, tmp_path: Path
) -> None:
    path = tmp_path / "data" / "control.json"
    with RunningServer(tmp_path / "data") as running:
        first = find_control(running.data)
        assert first is not None
        assert (first.host, first.port) == ("127.0.0.1", running.port)
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        running.stop()
        assert not path.exists()
        running.start()
        second = find_control(running.data)
        assert second is not None
        assert second.token != first.token
        running.kill()
        # Of a server that was killed the file stays, and nobody is misled by it.
        assert path.exists()
        assert "village" in here.done("map", "list", data=running.data)
        assert not path.exists()


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 401),
        ({"Authorization": "Bearer "}, 401),
        ({"Authorization": "Bearer wrong"}, 401),
        ({"Authorization": "Basic TOKEN"}, 401),
        ({"Authorization": "Bearer TOKEN", "X_Forwarded_For": "203.0.113.7"}, 403),
        ({"Authorization": "Bearer TOKEN", "Forwarded": "for=127.0.0.1"}, 403),
        ({"Authorization": "Bearer TOKEN"}, 422),
    ],
)
def test_commands_are_taken_from_who_knows_the_token(
    server: RunningServer, headers: dict[str, str], status: int
) -> None:
    control = find_control(server.data)
    assert control is not None
    sent = {name: value.replace("TOKEN", control.token) for name, value in headers.items()}
    assert post(server, b'{"do": "format the disk"}', **sent) == status


@pytest.mark.parametrize(
    "body", [b"", b"[", b"[]", b"{}", b'{"do": "maps", "x": 1}', b"\xff\x00", b'{"do": 1e999}']
)
def test_an_order_that_cannot_be_understood_does_no_harm(
    server: RunningServer, body: bytes
) -> None:
    control = find_control(server.data)
    assert control is not None
    assert post(server, body, Authorization=f"Bearer {control.token}") == 422


def test_strangers_are_refused_before_their_words_are_read(server: RunningServer) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    connection.putrequest("POST", "/api/control")
    connection.putheader("Content-Length", str(10**12))
    connection.endheaders()
    assert connection.getresponse().status == 401
    connection.close()


def test_a_bar_shows_what_takes_long_on_a_terminal_only(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for is_terminal in (False, True):
        monkeypatch.setattr(sys.stderr, "isatty", lambda answer=is_terminal: answer)
        with terminal.bar("restore") as progress:
            progress(1, 4)
            time.sleep(1.1)
            progress(2, 4)
        shown = capsys.readouterr().err
        assert ("restore:  50%" in shown) is is_terminal

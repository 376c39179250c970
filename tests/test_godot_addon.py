"""The addon in a project that has nothing else: what its README says in ten lines is enough."""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from protocol_spec.client import Client
from tests import toolbox
from tests.conftest import needed
from tests.godot_client import HEADLESS, PROJECT, complaints
from tests.running import RunningServer

ADDON = PROJECT / "addons/estragon"
README = (ADDON / "README.md").read_text(encoding="utf-8")
SETTINGS = """\
config_version=5

[application]

config/name="Ten lines"
run/main_scene="res://main.tscn"
config/features=PackedStringArray("4.6")

[autoload]

Connection="*res://addons/estragon/client.gd"
Probe="*res://probe.gd"

[debug]

gdscript/warnings/untyped_declaration=2

[editor_plugins]

enabled=PackedStringArray("res://addons/estragon/plugin.cfg")
"""
SCENE = """\
[gd_scene load_steps=2 format=3]

[ext_resource type="Script" path="res://main.gd" id="1"]

[node name="Main" type="Node2D"]
script = ExtResource("1")
"""
PROBE = """\
extends Node
## Presses a key like a player, and tells what the nodes of the addon show.

var _began: Vector2 = Vector2.INF
var _seconds: float = 0.0


func _ready() -> void:
	Connection.session.own_message_received.connect(_on_own_message_received)


func _process(delta: float) -> void:
	var figure: Node2D = _players().own_figure()
	if figure == null or Connection.walker.prediction == null:
		return
	if _began == Vector2.INF:
		_began = figure.position
		Input.action_press("ui_right")
	_seconds += delta
	if _seconds < 3.0 or _players().figures.size() < 2:
		return
	var names: Array[String] = []
	for player: EstragonPlayer in Connection.session.world.in_sight.values():
		names.append(player.name)
	var map: EstragonMap = get_tree().current_scene.get_child(0)
	var cell: Vector2i = Vector2i(figure.position / map.tile_pixels())
	Connection.session.send_own(0x80, "Godot?".to_utf8_buffer())
	print(
		JSON.stringify(
			{
				"walked": figure.position.x - _began.x,
				"names": names,
				"drawn": map.layers[0].get_cell_source_id(cell),
				"known": Connection.session.world.tile_at(0, cell),
				"refused": Connection.session.send_own(0x7F, PackedByteArray()),
				"words": EstragonRefusal.new(EstragonCodec.ErrorCode.BANNED, "Spam").words(),
			}
		)
	)
	Connection.session.receive("8000024869".hex_decode(), 0.0)
	set_process(false)
	await get_tree().create_timer(0.5).timeout
	get_tree().quit()


func _players() -> EstragonPlayers:
	return get_tree().current_scene.get_child(1)


func _on_own_message_received(type: int, payload: PackedByteArray) -> void:
	print(JSON.stringify({"own": [type, payload.get_string_from_utf8()]}))
"""


def code(heading: str) -> str:
    """The first GDScript under a heading of the README."""
    under = README.split(f"## {heading}\n", 1)[1]
    found = re.search(r"```gdscript\n(.*?)```", under, re.DOTALL)
    assert found
    return found.group(1)


def godot(project: Path, *arguments: str, seconds: float = 120) -> str:
    done = subprocess.run(
        [toolbox.find("godot"), *HEADLESS, "--path", project, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=seconds,
        env={**os.environ, "XDG_DATA_HOME": str(project / "home")},
    )
    assert done.returncode == 0, done.stdout
    assert complaints(done.stdout) == [], done.stdout
    return done.stdout


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with the addon and nothing else but what looks on."""
    needed("godot")
    folder = tmp_path / "game"
    shutil.copytree(ADDON, folder / "addons/estragon")
    (folder / "project.godot").write_text(SETTINGS, encoding="utf-8")
    (folder / "main.tscn").write_text(SCENE, encoding="utf-8")
    (folder / "probe.gd").write_text(PROBE, encoding="utf-8")
    return folder


def test_a_new_project_in_ten_lines_joins_and_walks(server: RunningServer, project: Path) -> None:
    lines = code("A new project in ten lines")
    assert len([line for line in lines.splitlines() if line.strip()]) <= 10
    assert "127.0.0.1:8000" in lines
    (project / "main.gd").write_text(lines.replace("127.0.0.1:8000", server.address))
    godot(project, "--import", seconds=300)

    async def look_on() -> tuple[str, str]:
        watcher = await Client.join(server.url, "Vladimir")
        session = watcher.session
        playing = asyncio.create_task(asyncio.to_thread(godot, project))
        await watcher.wait_for(lambda _: session.player("Estragon") is not None, 60)
        came = session.player("Estragon")
        assert came is not None
        began = came.x
        await watcher.wait_for(lambda _: came.x - began > 2 * 256, 30)
        output = await playing
        state = f"{session.error}"
        await watcher.close()
        return output, state

    output, error = asyncio.run(look_on())
    told, own = [json.loads(line) for line in output.splitlines() if line.startswith("{")]
    assert told["walked"] > 2 * 16
    assert sorted(told["names"]) == ["Estragon", "Vladimir"]
    assert told["drawn"] == told["known"] > 0
    assert told["refused"] is False
    assert told["words"] == "This player, or this address, may not come in: Spam"
    assert own == {"own": [0x80, "Hi"]}
    assert error == "None"


def test_the_rest_of_the_readme_is_code_that_loads(project: Path) -> None:
    parts = [code("What happens"), code("Accounts")]
    (project / "main.gd").write_text("extends Node2D\n\n\n" + "\n\n".join(parts))
    (project / "probe.gd").write_text("extends Node\n")
    godot(project, "--import", seconds=300)
    godot(project, "--quit-after", "5")


def test_the_addon_knows_nothing_of_the_demo() -> None:
    for path in ADDON.glob("*.gd"):
        if path.name == "plugin.gd":
            continue
        words = re.sub(r"#.*", "", path.read_text(encoding="utf-8"))
        assert not re.search(r"\bConnection\.|\bSettings\.|res://", words), path.name
    assert {"README.md", "LICENSE", "plugin.cfg"} <= {path.name for path in ADDON.iterdir()}

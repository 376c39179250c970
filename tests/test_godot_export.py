"""The game as players get it: exported, and started without the editor or the project.

Debian has Godot's export templates for Linux alone. What the presets of the other platforms pack is
tried on Linux.
"""

from __future__ import annotations

import json
import re
import shutil
import stat
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.conftest import needed
from tests.godot_client import PROJECT, complaints

PLATFORMS = {"Linux": "Linux", "Windows": "Windows Desktop", "Web": "Web"}
FRAMES = 120
"""Frames until the exported game ends, more than the menu needs to ask for the server."""


class Asked(BaseHTTPRequestHandler):
    """A server that only notes what it is asked for."""

    paths: list[str]

    def do_GET(self) -> None:
        self.paths.append(self.path)
        body = json.dumps({"worlds": []}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def project(godot: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy that knows where the template lies, imported."""
    folder = tmp_path_factory.mktemp("export") / "project"
    shutil.copytree(PROJECT, folder, ignore=shutil.ignore_patterns(".godot"))
    presets = folder / "export_presets.cfg"
    template = needed("godot-template-debug").resolve()
    presets.write_text(
        presets.read_text().replace(
            'custom_template/debug=""', f'custom_template/debug="{template}"', 1
        )
    )
    output = run(godot, folder, "--import")
    assert complaints(output) == []
    return folder


def run(godot: Path, project: Path, *arguments: str | Path) -> str:
    done = subprocess.run(
        [godot, "--headless", "--path", project, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


@pytest.fixture
def server() -> Iterator[ThreadingHTTPServer]:
    handler = type("AskedHere", (Asked,), {"paths": []})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as listening:
        thread = threading.Thread(target=listening.serve_forever)
        thread.start()
        yield listening
        listening.shutdown()
        thread.join()


def start(game: Path, server: ThreadingHTTPServer, home: Path) -> None:
    """Starts an exported game that was last played on `server`: it asks whether that is there."""
    kept = home / "godot/app_userdata/Estragon/settings.json"
    kept.parent.mkdir(parents=True)
    kept.write_text(json.dumps({"server": f"127.0.0.1:{server.server_port}"}))
    done = subprocess.run(
        [game, "--headless", "--max-fps", "30", "--quit-after", str(FRAMES)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=120,
        env={"XDG_DATA_HOME": str(home), "HOME": str(home), "PATH": ""},
    )
    assert done.returncode == 0, done.stdout
    assert complaints(done.stdout) == []
    assert "/api/server" in server.RequestHandlerClass.paths  # type: ignore[attr-defined]


def test_there_is_a_preset_for_each_platform() -> None:
    text = (PROJECT / "export_presets.cfg").read_text()
    names = re.findall(r'^name="(.+)"\nplatform="(.+)"$', text, re.MULTILINE)
    assert dict(names) == PLATFORMS
    assert set(re.findall(r'^custom_template/\w+="(.*)"$', text, re.MULTILINE)) == {""}
    assert "/home" not in text


def test_the_linux_export_starts_and_asks_for_its_server(
    godot: Path, project: Path, server: ThreadingHTTPServer, tmp_path: Path
) -> None:
    game = tmp_path / "estragon.x86_64"
    output = run(godot, project, "--export-debug", "Linux", game)
    assert complaints(output) == []
    assert game.stat().st_mode & stat.S_IXUSR
    packed = game.with_suffix(".pck").read_bytes()
    assert b"menu/menu.gdc" in packed
    assert b"tests/run_tests.gdc" not in packed
    start(game, server, tmp_path / "home")


@pytest.mark.parametrize("preset", ["Windows", "Web"])
def test_what_is_packed_for_other_platforms_plays_on_linux(
    godot: Path, project: Path, server: ThreadingHTTPServer, tmp_path: Path, preset: str
) -> None:
    game = tmp_path / "estragon.x86_64"
    output = run(godot, project, "--export-pack", preset, game.with_suffix(".pck"))
    assert complaints(output) == []
    shutil.copy(needed("godot-template-debug").resolve(), game)
    start(game, server, tmp_path / "home")

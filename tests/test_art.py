"""The pictures of the game: what is committed is what the drawing script makes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ART = Path(__file__).resolve().parents[1] / "godot_client" / "art"


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with every picture, drawn anew."""
    folder = tmp_path_factory.mktemp("art")
    subprocess.run([sys.executable, "-B", ART / "draw", folder], check=True, timeout=60)
    return folder


def test_the_pictures_are_what_the_script_draws(drawn: Path) -> None:
    """After a change of the drawings: python godot_client/art/draw."""
    made = {path.name: path.read_bytes() for path in drawn.iterdir()}
    kept = {path.name: path.read_bytes() for path in ART.glob("*.png")}
    assert made.keys() == kept.keys()
    assert [name for name in made if made[name] != kept[name]] == []


def test_the_panel_draws_with_the_same_pictures() -> None:
    """It is installed without the game's client, and so has its own copies."""
    for name in ("tiles.png", "characters.png"):
        copy = ART.parents[1] / "admin" / "components" / name
        assert copy.read_bytes() == (ART / name).read_bytes()


def test_godot_leaves_the_drawing_script_alone() -> None:
    assert (ART / "draw" / ".gdignore").exists()

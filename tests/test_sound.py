"""The sounds of the game: what is committed is what the script makes, and can be listened to."""

from __future__ import annotations

import subprocess
import sys
import wave
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

SOUND = Path(__file__).resolve().parents[1] / "godot_client" / "sound"
NAMES = sorted(path.stem for path in SOUND.glob("*.wav"))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with every sound, made anew."""
    folder = tmp_path_factory.mktemp("sound")
    subprocess.run([sys.executable, "-B", SOUND / "make", folder], check=True, timeout=60)
    return folder


def samples(path: Path) -> NDArray[np.int32]:
    with wave.open(str(path)) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, 22050)
        return np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(np.int32)


def test_the_sounds_are_what_the_script_makes(made: Path) -> None:
    """After a change: python godot_client/sound/make. Sines may differ by a hair elsewhere."""
    assert sorted(path.stem for path in made.iterdir()) == NAMES
    for name in NAMES:
        new, kept = samples(made / f"{name}.wav"), samples(SOUND / f"{name}.wav")
        assert new.size == kept.size, name
        assert np.abs(new - kept).max() <= 1, name


@pytest.mark.parametrize("name", NAMES)
def test_a_sound_is_neither_too_loud_nor_too_long_and_does_not_click(name: str) -> None:
    heard = samples(SOUND / f"{name}.wav")
    assert 0.2 < np.abs(heard).max() / 32767 < 0.55
    assert 0.04 < heard.size / 22050 < 1.5
    assert abs(heard.mean()) < 300
    assert abs(int(heard[0])) < 50
    assert abs(int(heard[-1])) < 50


def test_steps_are_the_quietest_for_they_are_heard_all_the_time() -> None:
    strength = {name: np.square(samples(SOUND / f"{name}.wav")).sum() for name in NAMES}
    assert min(strength, key=lambda name: strength[name]) in ("step", "button")


def test_godot_leaves_the_script_alone() -> None:
    assert (SOUND / "make" / ".gdignore").exists()

"""Makes every sound of the game.

    python godot_client/sound/make [FOLDER]

They go beside this folder, or into another one: mono, 16 bits, 22,050 samples a second. Each is a
few tones and some noise, put together here and nowhere recorded. Chance is seeded with the name of
what is heard: the same script gives the same files. It needs numpy.
"""

from __future__ import annotations

import argparse
import wave
from pathlib import Path

import numpy as np

from tones import RATE, Sound, bell, hush, mix, sweep

SOUNDS: dict[str, tuple[float, Sound]] = {
    # The loudest sample, of 1, and what is heard.
    "button": (0.35, mix(bell(880, 0.06), hush(0.015, 5000, "button"))),
    "step": (0.22, mix(hush(0.09, 900, "step"), bell(90, 0.06))),
    "jump": (0.4, sweep(240, 520, 0.16)),
    "land": (0.35, mix(hush(0.12, 500, "land"), bell(70, 0.1))),
    "chat": (0.4, mix(bell(660, 0.12), bell(990, 0.16, 0.06))),
    "whisper": (0.4, mix(bell(990, 0.14), bell(1320, 0.22, 0.08), bell(1650, 0.2, 0.16))),
    "join": (0.45, mix(bell(523, 0.3), bell(659, 0.3, 0.1), bell(784, 0.45, 0.2))),
    "leave": (0.4, mix(bell(659, 0.25), bell(523, 0.25, 0.1), bell(392, 0.4, 0.2))),
    "lost": (0.5, mix(bell(220, 0.35), bell(208, 0.5, 0.12))),
    "point": (0.4, mix(bell(784, 0.1), bell(1175, 0.25, 0.07))),
    "caught": (0.45, mix(sweep(700, 180, 0.25), hush(0.1, 2000, "caught"))),
    "start": (0.45, mix(bell(392, 0.18), bell(392, 0.18, 0.25), bell(784, 0.5, 0.5))),
    "win": (
        0.5,
        mix(bell(523, 0.25), bell(659, 0.25, 0.12), bell(784, 0.25, 0.24), bell(1047, 0.7, 0.36)),
    ),
}


def main() -> None:
    parser = argparse.ArgumentParser(description="Make every sound of the game.")
    beside = Path(__file__).resolve().parents[1]
    parser.add_argument("folder", nargs="?", type=Path, default=beside, help="where they go")
    folder: Path = parser.parse_args().folder
    for name, (peak, sound) in SOUNDS.items():
        samples = np.rint(sound / np.abs(sound).max() * peak * 32767).astype("<i2")
        with wave.open(str(folder / f"{name}.wav"), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(RATE)
            file.writeframes(samples.tobytes())


if __name__ == "__main__":
    main()

"""What the sounds are made of: bells, sweeps, hushes. All begin and end in silence."""

from __future__ import annotations

from typing import TypeAlias
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

RATE = 22050
"""Samples a second."""
ATTACK_SECONDS = 0.004
RELEASE_SECONDS = 0.02

Sound: TypeAlias = NDArray[np.float64]


def bell(hertz: float, seconds: float, after_seconds: float = 0.0) -> Sound:
    """A tone that is struck and dies away, with two overtones that die sooner."""
    time = _time(seconds)
    fade = np.exp(-5 * time / seconds)
    tone = np.sin(2 * np.pi * hertz * time) * fade
    tone += 0.35 * np.sin(2 * np.pi * 2 * hertz * time) * fade**2
    tone += 0.15 * np.sin(2 * np.pi * 3 * hertz * time) * fade**3
    return _after(_enclosed(tone), after_seconds)


def sweep(from_hertz: float, to_hertz: float, seconds: float) -> Sound:
    """A tone that slides from one pitch to another."""
    time = _time(seconds)
    hertz = from_hertz * (to_hertz / from_hertz) ** (time / seconds)
    phase = 2 * np.pi * np.cumsum(hertz) / RATE
    tone = (np.sin(phase) + 0.25 * np.sin(2 * phase)) * np.exp(-2.5 * time / seconds)
    return _enclosed(tone)


def hush(seconds: float, below_hertz: float, seed: str) -> Sound:
    """Noise that dies away, duller the lower `below_hertz` is."""
    time = _time(seconds)
    chance = np.random.default_rng(crc32(seed.encode()))
    noise = chance.uniform(-1, 1, time.size)
    share = 1 - np.exp(-2 * np.pi * below_hertz / RATE)
    heard, level = np.empty_like(noise), 0.0
    for place, sample in enumerate(noise):
        level += share * (sample - level)
        heard[place] = level
    return _enclosed(heard / np.abs(heard).max() * np.exp(-5 * time / seconds))


def mix(*sounds: Sound) -> Sound:
    """All at once; the shorter ones end sooner."""
    mixed = np.zeros(max(each.size for each in sounds))
    for each in sounds:
        mixed[: each.size] += each
    return mixed


def _time(seconds: float) -> Sound:
    return np.arange(round(seconds * RATE)) / RATE


def _enclosed(tone: Sound) -> Sound:
    """Without a click at the beginning or the end."""
    attack = min(round(ATTACK_SECONDS * RATE), tone.size // 2)
    release = min(round(RELEASE_SECONDS * RATE), tone.size // 2)
    tone[:attack] *= np.linspace(0, 1, attack)
    tone[-release:] *= np.linspace(1, 0, release)
    return tone


def _after(tone: Sound, seconds: float) -> Sound:
    return np.concatenate([np.zeros(round(seconds * RATE)), tone])

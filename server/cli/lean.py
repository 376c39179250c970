"""Leaves out what libraries load in case somebody wants it, and nobody here does.

The server runs for months, with all that it has imported. What is named here took 17 of its 147 MiB
(resident memory of `estragon serve` without players), and 0.2 s of its start.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

UNUSED = (
    # For clients of Engine.IO in Python, which the panel's library brings along: 12 MiB.
    "aiohttp",
    "requests",
    # Colours source code in Mako's error pages; Mako comes with Alembic: 5 MiB.
    "pygments",
    # Starts uvicorn again whenever a source file changes: 0.6 MiB.
    "watchfiles",
)
"""All of them are tried and done without where they are not installed."""


@contextmanager
def left_out(*names: str) -> Iterator[None]:
    """While this lasts, these are not installed; what is loaded already stays."""
    absent = [each for each in names if each not in sys.modules]
    for each in absent:
        # Python's own word for: do not look for it.
        sys.modules[each] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        for each in absent:
            del sys.modules[each]

"""The cases about a server, a file a category."""

from __future__ import annotations

from protocol_spec.conformance.case import Case
from protocol_spec.conformance.server import (
    authentication,
    chat,
    chunks,
    classic,
    forward,
    framing,
    handshake,
    limits,
    movement,
    snapshots,
    timing,
)

FILES = (
    handshake,
    authentication,
    framing,
    forward,
    movement,
    snapshots,
    chat,
    chunks,
    timing,
    limits,
    classic,
)
CASES: list[Case] = [case for file in FILES for case in file.category.cases]

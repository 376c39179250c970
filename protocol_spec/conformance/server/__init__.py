"""The cases about a server, a file a category."""

from __future__ import annotations

from protocol_spec.conformance.case import Case
from protocol_spec.conformance.server import (
    authentication,
    chat,
    chunks,
    classic,
    endings,
    forward,
    framing,
    handshake,
    limits,
    movement,
    snapshots,
    staff,
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
    staff,
    endings,
    classic,
)
CASES: list[Case] = [case for file in FILES for case in file.category.cases]

"""The cases about a server, a file a category."""

from __future__ import annotations

from protocol_spec.conformance.case import Case
from protocol_spec.conformance.server import framing, handshake

CASES: list[Case] = [case for file in (handshake, framing) for case in file.category.cases]

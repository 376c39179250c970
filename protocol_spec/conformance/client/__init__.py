"""The cases about a client, and the small world that is played to it."""

from __future__ import annotations

from protocol_spec.conformance.case import Case
from protocol_spec.conformance.client import entering, playing, refusing

FILES = (entering, playing, refusing)
CASES: list[Case] = [case for file in FILES for case in file.category.cases]

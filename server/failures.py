"""The two kinds of failure that are not our bugs. Anything else is logged with its traceback."""

from __future__ import annotations

from protocol_spec.codec import ErrorCode


class ProtocolError(Exception):
    """The peer broke the protocol: it is told the code and the connection is closed."""

    def __init__(self, code: ErrorCode, text: str = "") -> None:
        super().__init__(text)
        self.code = code


class Rejected(Exception):
    """The game says no: the peer is told the code, and everything goes on."""

    def __init__(self, code: ErrorCode, text: str = "", retry_after_ms: int = 0) -> None:
        super().__init__(text)
        self.code = code
        self.retry_after_ms = retry_after_ms

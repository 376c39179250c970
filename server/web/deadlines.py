"""A deadline for every HTTP request: whoever opens a connection and then dawdles is let go.

uvicorn waits for ever for a request's end (it minds only the pause between two), so that a few
thousand idle sockets would take all that the system has to give.
"""

from __future__ import annotations

import asyncio

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

BODY_BYTES_PER_SECOND = 4096
"""A body that comes faster than this may be as long as it likes: maps are brought in over slow
lines, too."""
_TOO_LATE = (
    b"HTTP/1.1 408 Request Timeout\r\nconnection: close\r\n"
    b"content-type: text/plain; charset=utf-8\r\ncontent-length: 34\r\n\r\n"
    b"The request did not come in time.\n"
)


def deadline_protocol(seconds: float) -> type[HttpToolsProtocol]:
    """The class for uvicorn's `http=`: each request has so long to come in as a whole.

    It leans on the names of uvicorn's callbacks: tests/test_deadlines.py fails where they move.
    """

    class DeadlineProtocol(HttpToolsProtocol):
        _due: asyncio.TimerHandle | None = None
        _credit = 0.0
        """More seconds, for what came of the body."""

        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
            super().connection_made(transport)
            self._expect_request()

        def data_received(self, data: bytes) -> None:
            if self._due is None:
                self._expect_request()
            super().data_received(data)

        def on_message_begin(self) -> None:
            if self._due is None:  # The one before it came in the same bytes.
                self._expect_request()
            super().on_message_begin()

        def on_body(self, body: bytes) -> None:
            self._credit += len(body) / BODY_BYTES_PER_SECOND
            super().on_body(body)

        def on_message_complete(self) -> None:
            self._rest()
            super().on_message_complete()

        def handle_websocket_upgrade(self) -> None:
            self._rest()
            super().handle_websocket_upgrade()

        def connection_lost(self, exc: Exception | None) -> None:
            self._rest()
            super().connection_lost(exc)

        def _expect_request(self) -> None:
            self._credit = 0.0
            self._due = self.loop.call_later(seconds, self._too_late)

        def _rest(self) -> None:
            if self._due is not None:
                self._due.cancel()
                self._due = None

        def _too_late(self) -> None:
            if self._credit > 0.0 or self.flow.read_paused:
                # What the server itself does not read yet is no fault of the peer's.
                self._due = self.loop.call_later(max(self._credit, 1.0), self._too_late)
                self._credit = 0.0
                return
            self._due = None
            if self.transport.is_closing():
                return
            is_being_answered = self.cycle is not None and (
                self.cycle.response_started and not self.cycle.response_complete
            )
            # Browsers open sockets that they may need: one that never asked gets no answer.
            if self.headers is not None and not is_being_answered:
                self.transport.write(_TOO_LATE)
            self.transport.close()
            # A peer that reads nothing either keeps nothing waiting.
            self.loop.call_later(seconds, self.transport.abort)

    return DeadlineProtocol

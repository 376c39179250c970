"""Lengths that take more bytes than they need, which RFC 6455 (5.2) forbids.

picows looks for them itself; the library behind the plain gateway does not.
"""

from __future__ import annotations

_HEAD_BYTES = 2
_MASK_BYTES = 4
_WIDE = {126: (2, 126), 127: (8, 1 << 16)}
"""What the first byte of a length says: how many bytes follow, and the least that needs them."""


class Lengths:
    """Goes along a stream of frames from head to head. It keeps nothing of what they hold."""

    def __init__(self) -> None:
        self._head = bytearray()
        self._left = 0
        """Bytes of the frame under way that are still to come."""

    def find_padded(self, data: bytes) -> int | None:
        """Where in the next bytes of the stream a padded length ends; None where there is none.

        After one the stream cannot be followed any more.
        """
        at = 0
        while at < len(data):
            if self._left:
                passed = min(self._left, len(data) - at)
                self._left -= passed
                at += passed
                continue
            self._head.append(data[at])
            at += 1
            if len(self._head) < _HEAD_BYTES:
                continue
            size = self._head[1] & 0x7F
            count, least = _WIDE.get(size, (0, 0))
            if len(self._head) < _HEAD_BYTES + count:
                continue
            if count:
                size = int.from_bytes(self._head[_HEAD_BYTES:])
            if size < least:
                return at
            self._left = size + (_MASK_BYTES if self._head[1] & 0x80 else 0)
            self._head.clear()
        return None

"""NOTICE and ERROR as bytes, with no more in them than they hold. Pure."""

from __future__ import annotations

from protocol_spec import codec
from protocol_spec.codec import ErrorCode, NoticeCode

MOST_ERROR_BYTES, MOST_NOTICE_BYTES = 255, 4000
"""ERROR.text and NOTICE.values hold so much."""


def notice_frame(code: NoticeCode, *values: str | int) -> bytes:
    """A NOTICE with as many of the values as it can hold."""
    told = [str(each).replace("\x1f", " ") for each in values]
    # The last of long lists have no room; half a name would be another's.
    while len(told) > 1 and len("\x1f".join(told).encode()) > MOST_NOTICE_BYTES:
        del told[-max(1, len(told) // 16) :]
    return codec.Notice(code, shortened("\x1f".join(told), MOST_NOTICE_BYTES)).encode()


def error_frame(
    code: ErrorCode,
    text: str,
    message_type: int,
    *,
    fatal: bool = False,
    retry_after_ms: int = 0,
) -> bytes:
    return codec.Error(
        code=code,
        fatal=int(fatal),
        message=message_type,
        retry_after_ms=retry_after_ms,
        text=shortened(text, MOST_ERROR_BYTES),
    ).encode()


def shortened(text: str, most_bytes: int) -> str:
    """So much of a text as has room in a field."""
    return text.encode()[:most_bytes].decode(errors="ignore")

"""What the player reads, in English and Russian."""

from __future__ import annotations

import os
import tomllib
from importlib import resources

from protocol_spec import codec
from protocol_spec.codec import ErrorCode, NoticeCode
from server.cli.terminal import plain

LANGUAGES = ("en", "ru")
_TABLE = tomllib.loads(
    resources.files("server.cli.play").joinpath("words.toml").read_text(encoding="utf-8")
)


def own_language() -> str:
    """That of the terminal's user, as far as it is one of ours."""
    said = next(
        (os.environ[key] for key in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(key)), ""
    )
    return "ru" if said.lower().startswith("ru") else "en"


class Words:
    def __init__(self, language: str) -> None:
        self.language = language

    def __call__(self, key: str, *values: str) -> str:
        text: str = _TABLE[key][self.language]
        for index, value in enumerate(values):
            text = text.replace(f"{{{index}}}", plain(value))
        return text

    def error(self, message: codec.Error) -> str:
        """In plain words, with what the staff or the server adds."""
        known = message.code in ErrorCode.__members__.values()
        key = f"ERROR_{ErrorCode(message.code).name}" if known else "refused"
        values = [str(-(-message.retry_after_ms // 1000)), *[message.text] * 2]
        return self(key, *values) + (f" ({plain(message.text)})" if message.text else "")

    def notice(self, message: codec.Notice) -> list[str]:
        """Its lines; none where this client does not know it."""
        if message.code not in NoticeCode.__members__.values():
            return []
        values = message.values.split("\x1f") if message.values else [""]
        code = NoticeCode(message.code)
        if code in (NoticeCode.PLAYERS, NoticeCode.COMMANDS):
            first = 1 if code is NoticeCode.PLAYERS else 0
            return [self(f"NOTICE_{code.name}"), *(f"  {plain(each)}" for each in values[first:])]
        return [self(f"NOTICE_{code.name}", *values, "", "")]

"""What the player reads, in English and Russian."""

from __future__ import annotations

import os
import re
import tomllib
from datetime import datetime, timedelta
from importlib import resources

from rich.text import Text

from protocol_spec import codec
from protocol_spec.codec import ErrorCode, NoticeCode
from server.cli.play.styles import KEY_STYLE
from server.cli.terminal import plain

LANGUAGES = ("en", "ru")
_TABLE = tomllib.loads(
    resources.files("server.cli.play").joinpath("words.toml").read_text(encoding="utf-8")
)
UNITS = ((100, 1, "SECONDS"), (100, 60, "MINUTES"), (48, 3600, "HOURS"), (1 << 32, 86400, "DAYS"))
"""From how many on a unit is too small, its seconds, its name."""
SANCTIONS = {
    ErrorCode.KICKED: "",
    ErrorCode.BANNED: "for_good",
    ErrorCode.CHAT_MUTED: "until_lifted",
}
"""What the staff does to a player: its text is their reason. With what is said where it has no
end; empty where it is over at once."""


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
        return _filled(_TABLE[key][self.language], values)

    def keys(self, key: str) -> Text:
        """A line of keys, which stand between backquotes, and what they do."""
        parts = self(key).split("`")
        styled = [(each, KEY_STYLE if index % 2 else "") for index, each in enumerate(parts)]
        return Text.assemble(*styled)

    def knows(self, key: str) -> bool:
        return key in _TABLE

    def duration(self, milliseconds: int) -> str:
        """As after "for another"; rounded up, so that waiting so long is long enough."""
        seconds = -(-milliseconds // 1000)
        counts = ((most, -(-seconds // size), name) for most, size, name in UNITS)
        count, name = next((count, name) for most, count, name in counts if count < most)
        forms = _TABLE[f"DURATION_{name}"][self.language].split("|")
        return _filled(forms[_plural(self.language, count)], (str(count),))

    def error(self, message: codec.Error) -> str:
        """In plain words: what is wrong, the staff's reason, and how long to wait."""
        if message.code not in ErrorCode.__members__.values():
            return self("refused")
        code = ErrorCode(message.code)
        parts = [self(f"ERROR_{code.name}")]
        if code in SANCTIONS:
            parts += self._sanction(message.text, message.retry_after_ms, code)
        elif code is ErrorCode.COMMAND_USAGE and message.text:
            parts.append(self.usage(message.text))
        elif message.retry_after_ms:
            parts.append(self("retry_in", self.duration(message.retry_after_ms)))
        return " ".join(parts)

    def notice(self, message: codec.Notice) -> list[str]:
        """Its lines; none where this client does not know it."""
        if message.code not in NoticeCode.__members__.values():
            return []
        code = NoticeCode(message.code)
        values = message.values.split("\x1f") if message.values else [""]
        first, key = values[0], f"NOTICE_{code.name}"
        match code:
            case NoticeCode.PLAYERS:
                return [self(key), *(f"  {plain(each)}" for each in values[1:])]
            case NoticeCode.COMMANDS:
                return [self(key), *(f"  {self._command(each)}" for each in values)]
            case NoticeCode.MUTED:
                minutes = int(values[1]) if len(values) > 1 and values[1].isdigit() else 0
                parts = self._sanction(first, minutes * 60_000, ErrorCode.CHAT_MUTED)
                return [" ".join([self("ERROR_CHAT_MUTED"), *parts])]
            case NoticeCode.WARNED if not first:
                key = "NOTICE_WARNED_PLAINLY"
            case NoticeCode.SLOW_MODE:
                wait_ms = _milliseconds(first)
                if not wait_ms:
                    return [self("NOTICE_SLOW_MODE_OFF")]
                values = [self.duration(wait_ms)]
            case NoticeCode.DONE if self.knows(f"{key}_{first.upper()}"):
                key = f"{key}_{first.upper()}"
            case NoticeCode.ROLE_CHANGED:
                values = [self._own_word("ROLE_", first)]
        return [self(key, *values, "", "")]

    def told(self, key: str, values: str, texts: str) -> str:
        """What a mode says: in our words, else in its own, in our language if it has it."""
        given = values.split("\x1f") if values else []
        if self.knows(key):
            return self(key, *given)
        parts = texts.split("\x1f")
        own = dict(zip(parts[::2], parts[1::2], strict=False))
        return plain(own.get(self.language) or next(iter(own.values()), ""))

    def mode(self, name: str) -> str:
        return self._own_word("MODE_", name)

    def usage(self, line: str) -> str:
        """`/mute player [duration]` with its parameters in words."""
        command, *parameters = line.split()
        said = [
            re.sub(r"\w+", lambda found: self._own_word("PARAMETER_", found[0]), each)
            for each in parameters
        ]
        return " ".join([plain(command), *said])

    def _command(self, line: str) -> str:
        if not line.split():
            return ""
        key = f"COMMAND_{line.split()[0].removeprefix('/').upper()}"
        return f"{self.usage(line)}  {self(key) if self.knows(key) else ''}".rstrip()

    def _sanction(self, reason: str, left_ms: int, code: ErrorCode) -> list[str]:
        parts = [self("reason", reason)] if reason else []
        if left_ms and code is ErrorCode.BANNED:
            end = datetime.now() + timedelta(milliseconds=left_ms)
            parts.append(self("until", self.duration(left_ms), end.strftime(self("time"))))
        elif left_ms:
            parts.append(self("for_another", self.duration(left_ms)))
        elif SANCTIONS[code]:
            parts.append(self(SANCTIONS[code]))
        return parts

    def _own_word(self, prefix: str, word: str) -> str:
        """A word of the server's in our language, or as it is."""
        key = prefix + word.upper()
        return self(key) if self.knows(key) else plain(word)


def _filled(text: str, values: tuple[str, ...]) -> str:
    """With {0}, {1} and so on replaced by the values, in which they mean nothing."""
    return re.sub(
        r"\{(\d)\}",
        lambda found: plain(values[int(found[1])]) if int(found[1]) < len(values) else "",
        text,
    )


def _plural(language: str, count: int) -> int:
    if language == "ru":
        if count % 10 == 1 and count % 100 != 11:
            return 0
        return 1 if count % 10 in (2, 3, 4) and count % 100 not in (12, 13, 14) else 2
    return 0 if count == 1 else 1


def _milliseconds(seconds: str) -> int:
    try:
        return max(round(float(seconds) * 1000), 0)
    except (ValueError, OverflowError):
        return 0

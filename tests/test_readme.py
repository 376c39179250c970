"""What README.md and README.ru.md promise of the settings, and that they promise the same."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from server.settings import Settings

ROOT = Path(__file__).resolve().parents[1]
ENGLISH, RUSSIAN = (
    (ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "README.ru.md")
)
ROW = re.compile(r"^\| `(\w+)` \| (?:`(\S+)`)? ?\| (\S+) \| (.+) \|$", re.MULTILINE)
ONLY_FOR_TESTS = "ESTRAGON_LIMIT_LOOPBACK_LOGINS"


def settings_told(text: str) -> dict[str, tuple[str, str]]:
    """Flag and default of each variable."""
    return {name: (flag, default) for name, flag, default, _ in ROW.findall(text)}


def shown(default: Any) -> str:
    if isinstance(default, bool):
        return f"`{str(default).lower()}`"
    if isinstance(default, SecretStr) or default in ("", (), None):
        return "empty"
    return f"`{default:g}`" if isinstance(default, float) else f"`{default}`"


def test_every_setting_is_told_with_its_default() -> None:
    told = {name: default for name, (_, default) in settings_told(ENGLISH).items()}
    fields = {f"ESTRAGON_{name.upper()}": each for name, each in Settings.model_fields.items()}
    del fields[ONLY_FOR_TESTS]
    assert told == {name: shown(each.default) for name, each in fields.items()}


def test_both_languages_tell_of_the_same_settings() -> None:
    russian = {
        name: (flag, default.replace("пусто", "empty"))
        for name, (flag, default) in settings_told(RUSSIAN).items()
    }
    assert russian == settings_told(ENGLISH)
    assert list(russian) == list(settings_told(ENGLISH))


@pytest.mark.parametrize(
    "part",
    [
        pytest.param(r"^(#+) ", id="headings"),
        pytest.param(r"^\| (`[^`]*`)", id="rows of tables"),
        pytest.param(r"^(```\w*)$", id="blocks of code"),
        pytest.param(r"^(\.venv/bin/estragon \w+(?: [a-z-]+)?|godot \S+|make \w+)", id="commands"),
        pytest.param(r"\]\(([a-z][^)#]*)\)", id="files and pages"),
    ],
)
def test_both_languages_have_the_same_parts_in_their_order(part: str) -> None:
    found = re.compile(part, re.MULTILINE)
    here, there = (
        [each.replace("_ru", "_en") for each in found.findall(text)] for text in (ENGLISH, RUSSIAN)
    )
    assert here == there
    assert here

"""What a command says on a terminal: tables, bars, and one line where something is wrong."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

DONE, FAILED, WRONG_WORDS = 0, 1, 2
"""How a command ends."""


class Complaint(Exception):
    """Ends a command with one line."""

    def __init__(self, text: str, code: int = FAILED) -> None:
        super().__init__(text)
        self.code = code


@contextmanager
def bar(what: str) -> Iterator[Callable[[int, int], None]]:
    """A bar for whoever watches, where it takes more than a second."""
    if not sys.stderr.isatty():
        yield lambda done, whole: None
        return
    from tqdm import tqdm

    with tqdm(desc=what, delay=1.0, leave=False, file=sys.stderr) as shown:

        def progress(done: int, whole: int) -> None:
            shown.total = whole
            shown.update(done - shown.n)

        yield progress


def show(
    chosen: argparse.Namespace,
    found: list[dict[str, Any]],
    row_of: Callable[[dict[str, Any]], dict[str, Any]],
) -> None:
    """A table for people, the whole of it for programs."""
    if chosen.json:
        print(json.dumps(found, ensure_ascii=False))
        return
    rows = [{key: plain(str(value)) for key, value in row_of(each).items()} for each in found]
    if not rows:
        return
    wide = {key: max(len(key), *(len(row[key]) for row in rows)) for key in rows[0]}
    for line in ({key: key for key in wide}, *rows):
        print("  ".join(value.ljust(wide[key]) for key, value in line.items()).rstrip())


def plain(text: str) -> str:
    """What a terminal does not take for a command."""
    return "".join(each if each.isprintable() else "?" for each in text)


def fitted(text: str, columns: int) -> str:
    """Plain, and cut where it is longer."""
    text = plain(text)
    return text if len(text) <= columns else text[: columns - 1] + "…"

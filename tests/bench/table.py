"""Figures of different kinds as a table, a row as soon as it is measured."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from tests.bench.cpu import SERVER_CPU

Row = tuple[str, dict[str, Any]]
"""What was measured, and its figures by their names."""


def print_table(about: str | None, measured: AsyncIterator[Row]) -> None:
    """Measures and prints all rows; the server has its processor for itself meanwhile.

    With `--json FILE` on the command line they are written there, too.
    """
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("--json", type=Path, help="write the rows there, too")
    chosen = parser.parse_args()
    os.sched_setaffinity(0, set(range(os.cpu_count() or 1)) - {SERVER_CPU} or {SERVER_CPU})
    rows = asyncio.run(_print_rows(measured))
    if chosen.json:
        chosen.json.write_text(json.dumps(rows, indent=2))


async def _print_rows(measured: AsyncIterator[Row]) -> dict[str, dict[str, Any]]:
    rows = {}
    print("| what | figures |\n| --- | --- |")
    async for what, figures in measured:
        rows[what] = figures
        print(f"| {what} | {', '.join(f'{k} {v}' for k, v in figures.items())} |", flush=True)
    return rows

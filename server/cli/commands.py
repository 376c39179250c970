"""What the operator's commands have in common: an order is given, here or to the running server."""

from __future__ import annotations

import argparse
import getpass
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from server.cli.terminal import DONE, FAILED, WRONG_WORDS, Complaint, bar

if TYPE_CHECKING:
    from server.control.orders import Order


def add_command(
    commands: Any, word: str, work: Callable[[argparse.Namespace], None], about: str
) -> argparse.ArgumentParser:
    """A command that works on a server's data."""
    parser: argparse.ArgumentParser = commands.add_parser(word, help=about, description=about)
    parser.add_argument(
        "--data", type=Path, default=argparse.SUPPRESS, help="folder of the server's data"
    )
    parser.add_argument(
        "--database-url", default=argparse.SUPPRESS, help="another database than the folder's own"
    )
    parser.set_defaults(run=_run, work=work, json=False)
    return parser


def add_json(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="for programs")


def _run(chosen: argparse.Namespace) -> int:
    try:
        chosen.work(chosen)
    except Complaint as complaint:
        print(f"estragon: {complaint}", file=sys.stderr)
        return complaint.code
    except OSError as error:
        where = f": {error.filename}" if error.filename else ""
        print(f"estragon: {error.strerror or error}{where}", file=sys.stderr)
        return FAILED
    except KeyboardInterrupt:
        print("estragon: stopped; what is done stays done", file=sys.stderr)
        return 130
    return DONE


def give_order(
    chosen: argparse.Namespace, do: str, *, makes_data: bool = False, **words: Any
) -> Any:
    """Has something done, here or by the running server; the result is plain JSON."""
    # Imported here, so that `estragon --help` need not wait for the whole server.
    from pydantic import ValidationError

    from server.control import delivery
    from server.control.claim import DataInUse
    from server.control.orders import Order, OrderRefused
    from server.settings import Settings
    from server.store import StoreError

    flags = {key: value for key, value in vars(chosen).items() if key in ("data", "database_url")}
    try:
        settings = Settings(**flags)
        order: Order = Order(do=do, author=_author(), **words)  # type: ignore[arg-type]
    except ValidationError as error:
        fault = error.errors()[0]
        place = "".join(f"{each}: " for each in fault["loc"])
        said = fault["msg"].removeprefix("Value error, ")
        raise Complaint(f"{place}{said}", WRONG_WORDS) from None
    try:
        with bar(do) as progress:
            return delivery.do(order, settings, progress, makes_data=makes_data)
    except OrderRefused as refusal:
        raise Complaint(str(refusal), WRONG_WORDS if refusal.wrong_words else FAILED) from None
    except DataInUse as error:
        raise Complaint(str(error)) from None
    except StoreError as error:
        raise Complaint(f"the database: {error}") from None


def _author() -> str:
    """The operator, for journal and audit; the sign keeps a player of that name apart."""
    try:
        return f"@{getpass.getuser()}"[:64]
    except (OSError, KeyError):
        return "@operator"

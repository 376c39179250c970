"""The words of `estragon conform`. The work behind them is loaded when it is asked for."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any


def add_conform_commands(commands: Any) -> None:
    conform = commands.add_parser(
        "conform",
        help="test whether a server or a client keeps the protocol's rules",
        description="Tests a server or a client against the rules of PROTOCOL.md. "
        "The exit code is 0 where it conforms, 1 where it fails, 2 where it could not be tested.",
    ).add_subparsers(required=True, metavar="WHAT")
    server = conform.add_parser(
        "server",
        help="test a server",
        description="Plays some 370 cases against a server with the default limits. Accounts, "
        "players and chat lines come into being there, and map edits where guests or the named "
        "staff may build; accounts and edits are taken back. Whom the staff bans and mutes are "
        "the suite's own players.",
    )
    server.add_argument("url", metavar="URL", help="the game's socket, ws://127.0.0.1:8000/ws")
    server.add_argument(
        "--staff",
        action="append",
        default=[],
        metavar="NAME",
        help="an account that may ban, mute, watch and edit; repeatable: where guests may not "
        "build one case needs two",
    )
    server.add_argument(
        "--password-stdin",
        action="store_true",
        help="read the passwords of the staff from standard input, one a line",
    )
    server.add_argument(
        "--stop",
        default="",
        metavar="COMMAND",
        help="stops the server: given, the last case looks at how it says good-bye",
    )
    _add_flags(server)
    server.set_defaults(run=_server)
    client = conform.add_parser(
        "client",
        help="test a client",
        description="Plays a small scripted world to a client, case by case. Without --command it "
        "says where to connect to and waits: a client that connects again and again will do. "
        "What it has to do is told in PROTOCOL.md, Testing a client.",
    )
    client.add_argument(
        "--command",
        default="",
        help="starts the client, for each case anew; {url} and {address} (HOST:PORT) in it become "
        "where to connect to; the URL is put behind it where neither is there",
    )
    client.add_argument("--host", default="127.0.0.1", help="address to listen on")
    client.add_argument(
        "--port", type=int, default=0, help="0: any free one, and with --command one for each case"
    )
    client.add_argument(
        "--at-once", type=_count, default=2, metavar="N", help="so many clients are started at once"
    )
    _add_flags(client)
    client.set_defaults(run=_client)


def _add_flags(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add(
        "--case",
        action="append",
        default=[],
        metavar="ID",
        help="only this case (EST-IN-07a) or this rule's (EST-IN-07); repeatable",
    )
    add("--category", action="append", default=[], help="only these; repeatable")
    add("--strict", action="store_true", help="what a rule says SHOULD be must be")
    add("--dry-run", action="store_true", help="only list the cases")
    add("--json", type=Path, metavar="FILE", help="write the results as JSON")
    add("--junit", type=Path, metavar="FILE", help="write them as JUnit's XML")
    add("--html", type=Path, metavar="FILE", help="write them as a page to look at")
    add(
        "--expected",
        type=Path,
        metavar="FILE",
        help="cases that are known to fail, one id a line, with the reason after a #; "
        "it is a failure when one of them passes",
    )


def _server(words: argparse.Namespace) -> int:
    from protocol_spec.conformance.command import conform_server, guarded

    return guarded(conform_server, words)


def _client(words: argparse.Namespace) -> int:
    from protocol_spec.conformance.command import conform_client, guarded

    return guarded(conform_client, words)


def _count(words: str) -> int:
    number = int(words)
    if number < 1:
        raise ValueError(words)
    return number

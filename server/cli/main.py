"""The command `estragon`."""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import secrets
import sys
from pathlib import Path
from typing import Any

from protocol_spec.conformance.cli import add_conform_commands
from server import __version__
from server.cli.admin import add_admin_commands
from server.cli.lean import UNUSED, left_out
from server.cli.maps import add_map_commands


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="estragon", description="A game server for Godot.")
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_serve(commands)
    _add_bots(commands)
    _add_play(commands)
    add_map_commands(commands)
    add_admin_commands(commands)
    add_conform_commands(commands)
    chosen = parser.parse_args(arguments)
    return int(chosen.run(chosen))


def _add_serve(commands: Any) -> None:
    serve = commands.add_parser(
        "serve",
        help="run the server",
        description="Runs the server. Every setting is also read from ESTRAGON_* variables.",
    )
    # A flag that is not given leaves the word to the environment.
    serve.add_argument("--host", default=argparse.SUPPRESS, help="address to listen on")
    serve.add_argument("--port", type=int, default=argparse.SUPPRESS, help="0: any free one")
    serve.add_argument("--data", type=Path, default=argparse.SUPPRESS, help="folder of the data")
    serve.add_argument(
        "--database-url", default=argparse.SUPPRESS, help="another database than the folder's own"
    )
    serve.add_argument(
        "--tls-cert", type=Path, default=argparse.SUPPRESS, help="certificate for https and wss"
    )
    serve.add_argument("--tls-key", type=Path, default=argparse.SUPPRESS, help="its private key")
    serve.add_argument(
        "--trusted-proxy",
        action="append",
        dest="trusted_proxies",
        metavar="ADDRESS",
        default=argparse.SUPPRESS,
        help="a proxy, or a network of them, whose word on its clients counts; repeatable",
    )
    serve.add_argument("--gateway", choices=("fast", "asgi"), default=argparse.SUPPRESS)
    serve.set_defaults(run=_serve)


def _serve(chosen: argparse.Namespace) -> int:
    # Imported here, so that `estragon --help` and the bots need not wait for the whole server.
    from pydantic import ValidationError

    with left_out(*UNUSED):
        from server.cli.serve import serve
    from server.control.claim import DataInUse
    from server.settings import Settings
    from server.store import StoreError
    from server.web.tls import TlsRefused

    flags = {key: value for key, value in vars(chosen).items() if key != "run"}
    try:
        settings = Settings(**flags)
    except ValidationError as error:
        for fault in error.errors():
            place = "".join(f"{each}: " for each in fault["loc"][:1])
            said = fault["msg"].removeprefix("Value error, ")
            print(f"estragon: {place}{said}", file=sys.stderr)
        return 2
    logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s: %(message)s", level="INFO")
    logging.getLogger("alembic").setLevel("WARNING")  # It tells of every plug-in.
    try:
        serve(settings)
    except OSError as error:
        print(f"estragon: {error.strerror}: {error.filename}", file=sys.stderr)
        return 1
    except (DataInUse, TlsRefused) as error:
        print(f"estragon: {error}", file=sys.stderr)
        return 1
    except StoreError as error:
        print(f"estragon: the database: {error}", file=sys.stderr)
        return 1
    return 0


def _add_bots(commands: Any) -> None:
    bots = commands.add_parser(
        "bots",
        help="walk about in a world with many clients",
        description="Joins with COUNT bots that walk about, and prints what they saw as JSON.",
    )
    bots.add_argument("url", help="the game's socket, e.g. ws://127.0.0.1:8000/ws")
    bots.add_argument("--count", type=int, default=20)
    bots.add_argument("--seconds", type=float, default=30.0)
    bots.add_argument("--world", default="", help="which world; the first where not given")
    bots.add_argument("--play", action="store_true", help="take part in the world's mode")
    bots.set_defaults(run=_bots)


def _add_play(commands: Any) -> None:
    play = commands.add_parser(
        "play",
        help="play in this terminal",
        description="Joins a world in the terminal: to walk, talk, build, and see others. "
        "Asks for a name, and for the password where one has an account.",
    )
    play.add_argument("url", help="the game's socket, e.g. ws://127.0.0.1:8000/ws")
    play.add_argument("--name", default="", help="come in as a guest of that name, unasked")
    play.add_argument("--login", action="store_true", help="ask for the name's password")
    play.add_argument("--world", default="", help="which world; the first where not given")
    play.add_argument("--language", choices=("en", "ru"), help="the terminal's where not given")
    play.set_defaults(run=_play)


def _play(chosen: argparse.Namespace) -> int:
    try:
        import textual  # noqa: F401
    except ImportError:
        print("estragon: playing here needs `pip install textual`", file=sys.stderr)
        return 1
    from server.cli.play.app import PlayApp
    from server.cli.play.visit import Entrant
    from server.cli.play.words import Words, own_language

    name = chosen.name or f"Guest {secrets.randbelow(9000) + 1000}"
    words = Words(chosen.language or own_language())
    why = PlayApp(
        chosen.url,
        Entrant(name, world=chosen.world),
        words,
        asks=chosen.login or not chosen.name,
        has_account=chosen.login and bool(chosen.name),
    ).run()
    if why:
        print(f"estragon: {why}", file=sys.stderr)
    return 1 if why else 0


def _bots(chosen: argparse.Namespace) -> int:
    from protocol_spec.bots import run_bots

    report = asyncio.run(
        run_bots(chosen.url, chosen.count, chosen.seconds, chosen.world, plays=chosen.play)
    )
    print(json.dumps(report))
    return 1 if report["dropped"] else 0

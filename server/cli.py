"""The command `estragon`."""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import logging
import socket
import sys
from pathlib import Path
from typing import Any

from server import __version__


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="estragon", description="A game server for Godot.")
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_serve(commands)
    _add_bots(commands)
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
    serve.add_argument("--gateway", choices=("fast", "asgi"), default=argparse.SUPPRESS)
    serve.set_defaults(run=_serve)


def _serve(chosen: argparse.Namespace) -> int:
    from pydantic import ValidationError

    from server.settings import Settings

    flags = {key: value for key, value in vars(chosen).items() if key != "run"}
    try:
        settings = Settings(**flags)
    except ValidationError as error:
        for fault in error.errors():
            place = ".".join(map(str, fault["loc"]))
            print(f"estragon: {place}: {fault['msg']}", file=sys.stderr)
        return 2
    logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s: %(message)s", level="INFO")
    # They tell of every plug-in and every connection.
    for chatty in ("alembic", "server.gateway.fast.picows"):
        logging.getLogger(chatty).setLevel("WARNING")
    return _listen(settings)


def _listen(settings: Any) -> int:
    import uvicorn

    from server import gateway
    from server.main import create_app

    try:
        listening = _listening_socket(settings.host, settings.port)
    except OSError as error:
        print(f"estragon: {settings.host}:{settings.port}: {error.strerror}", file=sys.stderr)
        return 1
    app = create_app(settings)
    kind = gateway.choose(settings.gateway)
    config = uvicorn.Config(
        app,
        ws=gateway.upgrade_protocol(app.state.lobby, fast=kind == "fast"),
        ws_max_size=gateway.LARGEST_MESSAGE,
        ws_ping_interval=None,  # The protocol has its own PING.
        ws_per_message_deflate=False,
        http="httptools",  # The one whose way of handing upgrades over the gateway knows.
        access_log=False,
        log_config=None,
        timeout_graceful_shutdown=5,
    )
    host, port = listening.getsockname()[:2]
    shown = f"[{host}]" if ":" in host else host
    print(_next_steps(f"{shown}:{port}"), flush=True)
    # What is loaded now stays: the collector need not look at it again and again.
    gc.collect()
    gc.freeze()
    with asyncio.Runner(loop_factory=config.get_loop_factory()) as runner:
        runner.run(uvicorn.Server(config).serve(sockets=[listening]))
    return 0


def _listening_socket(host: str, port: int) -> socket.socket:
    """Bound, with the send buffer that accepted sockets inherit."""
    from server.gateway import SEND_BUFFER_BYTES

    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER_BYTES)
    listening.bind((host, port))
    return listening


def _next_steps(address: str) -> str:
    return f"""Estragon {__version__} waits for Godot at {address}

  play:     open godot_client/ in Godot 4.6, run it, and join {address}
  watch:    http://{address}/admin
  company:  estragon bots ws://{address}/ws --count 20 --seconds 600
  describe: http://{address}/api/server
"""


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
    bots.set_defaults(run=_bots)


def _bots(chosen: argparse.Namespace) -> int:
    from protocol_spec.bots import run_bots

    report = asyncio.run(run_bots(chosen.url, chosen.count, chosen.seconds, chosen.world))
    print(json.dumps(report))
    return 1 if report["dropped"] else 0

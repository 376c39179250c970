"""The commands `estragon admin`: accounts by hand, the first owner's among them.

A password comes from a terminal or from standard input. What stands in a command's own words can be
read by everybody on the machine.
"""

from __future__ import annotations

import argparse
import getpass
import sys
from typing import Any

from server.cli.commands import add_command, add_json, give_order
from server.cli.terminal import WRONG_WORDS, Complaint, plain, show

ROLES = ("owner", "admin", "moderator", "builder", "player")
LONGEST_LINE = 4096
"""Longer than any password, whatever its characters take."""


def add_admin_commands(commands: Any) -> None:
    accounts = commands.add_parser(
        "admin",
        help="make accounts, give roles and passwords",
        description="Works on a server's accounts, while it runs and while it does not.",
    ).add_subparsers(required=True, metavar="COMMAND")
    create = add_command(accounts, "create", _create, "make an account")
    create.add_argument("name", metavar="NAME")
    _add_role(create, "--role", help="owner, where there is none yet; else it must be said")
    _add_password(create)
    add_json(add_command(accounts, "list", _list, "all accounts, the highest roles first"))
    role = add_command(accounts, "role", _role, "give an account another role")
    role.add_argument("name", metavar="NAME")
    _add_role(role, "role", help=", ".join(ROLES))
    reset = add_command(
        accounts,
        "reset-password",
        _reset_password,
        "give an account another password, and end its log-ins",
    )
    reset.add_argument("name", metavar="NAME")
    _add_password(reset)
    end = add_command(
        accounts,
        "end-two-factor",
        _end_two_factor,
        "let somebody who lost their second factor sign in to the panel by the password alone",
    )
    end.add_argument("name", metavar="NAME")


def _add_role(parser: argparse.ArgumentParser, word: str, help: str) -> None:
    parser.add_argument(word, choices=ROLES, metavar="ROLE", help=help)


def _add_password(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--password-stdin", action="store_true", help="read it from standard input, one line"
    )


def _create(chosen: argparse.Namespace) -> None:
    password = _password(chosen)
    made = give_order(
        chosen,
        "create_account",
        makes_data=True,
        name=chosen.name,
        password=password,
        role=chosen.role,
    )
    print(f"{made['name']}: {made['role']}")


def _list(chosen: argparse.Namespace) -> None:
    show(
        chosen,
        give_order(chosen, "accounts"),
        lambda each: {
            "name": each["name"],
            "role": each["role"],
            "made (UTC)": _minute(each["created"]),
            "seen (UTC)": _minute(each["seen"]),
        },
    )


def _role(chosen: argparse.Namespace) -> None:
    told = give_order(chosen, "change_role", name=chosen.name, role=chosen.role)
    print(f"{told['name']}: {told['now']}, was {told['was']}")
    if told["needs_password"]:
        print(
            "A password of staff is longer than a player's: "
            f'estragon admin reset-password "{told["name"]}"'
        )


def _reset_password(chosen: argparse.Namespace) -> None:
    told = give_order(chosen, "reset_password", name=chosen.name, password=_password(chosen))
    print(f"{told['name']}: has another password; all log-ins are ended")


def _end_two_factor(chosen: argparse.Namespace) -> None:
    told = give_order(chosen, "end_two_factor", name=chosen.name)
    print(f"{told['name']}: signs in by the password alone")


def _minute(time: str) -> str:
    return time[:16].replace("T", " ")


def _password(chosen: argparse.Namespace) -> str:
    if chosen.password_stdin:
        return _read_password()
    if not sys.stdin.isatty():
        raise Complaint("there is no terminal to ask for a password: --password-stdin", WRONG_WORDS)
    try:
        password = getpass.getpass(f"Password for {plain(chosen.name)}: ")
        again = getpass.getpass("Once more: ")
    except EOFError:
        raise Complaint("no password, nothing done") from None
    if password != again:
        raise Complaint("these are two different passwords")
    return password


def _read_password() -> str:
    # As bytes: which encoding the machine is set to must not make it another password.
    said = sys.stdin.buffer.read(LONGEST_LINE)
    try:
        password = said.decode().removesuffix("\n").removesuffix("\r")
    except UnicodeDecodeError:
        raise Complaint("the password is not in UTF-8", WRONG_WORDS) from None
    if "\n" in password or len(said) == LONGEST_LINE:
        raise Complaint("standard input holds more than one password", WRONG_WORDS)
    if not password:
        raise Complaint("standard input holds no password", WRONG_WORDS)
    return password

"""What `estragon conform` does: chooses cases, runs them, tells how it went."""

from __future__ import annotations

import argparse
import asyncio
import getpass
import shlex
import shutil
import sys
import time
from collections.abc import Callable, Sequence
from urllib.parse import urlsplit

from websockets.exceptions import InvalidHandshake

from protocol_spec.codec import AuthOk
from protocol_spec.conformance.case import Case, Failed, Verdict, chosen
from protocol_spec.conformance.client import CASES as CLIENT_CASES
from protocol_spec.conformance.client.scene import Scene
from protocol_spec.conformance.peer import Client
from protocol_spec.conformance.report import as_html, as_json, as_junit
from protocol_spec.conformance.runner import AT_ONCE, Report, Result, read_expected, run
from protocol_spec.conformance.server import CASES as SERVER_CASES
from protocol_spec.conformance.stage import Login, Means, Stage

GOOD, FAILED, UNUSABLE = 0, 1, 2
"""Exit codes: UNUSABLE where nothing could be tested."""
GAME_PATH = "/ws"
NOT_STAFF = ("guest", "player")
ID_WIDTH = 14


class Unusable(Exception):
    """Wrong words, or nobody there."""


def guarded(work: Callable[[argparse.Namespace], int], words: argparse.Namespace) -> int:
    """Does it; what makes it useless is a line of its own."""
    try:
        return work(words)
    except Unusable as trouble:
        print(f"estragon: {trouble}", file=sys.stderr)
        return UNUSABLE
    except KeyboardInterrupt:
        return UNUSABLE


def conform_server(words: argparse.Namespace) -> int:
    url = _game_url(words.url)
    cases = _chosen(SERVER_CASES, words)
    if words.dry_run:
        return _list(cases)
    expected = _expected(words)
    means = Means(_staff(words), tuple(shlex.split(words.stop)))
    _check_program(means.stop)

    async def work() -> list[Result]:
        await _check_there(url)
        for login in means.staff:
            await _check_staff(url, login)
        return await run(cases, lambda case: Stage(url, means), at_once=AT_ONCE, on_result=_tell)

    began = time.monotonic()
    results = asyncio.run(work())
    report = Report("server", url, results, time.monotonic() - began, bool(words.strict), expected)
    return finish(report, words)


def conform_client(words: argparse.Namespace) -> int:
    cases = _chosen(CLIENT_CASES, words)
    if words.dry_run:
        return _list(cases)
    expected = _expected(words)
    at_once = words.at_once if words.command and not words.port else 1

    def set_up(case: Case) -> Scene:
        def say_where(url: str) -> None:
            print(f"{case.id}: connect to {url}", flush=True)

        tell = (lambda url: None) if words.command else say_where
        return Scene(words.command, words.host, words.port, tell)

    _check_program(shlex.split(words.command))
    began = time.monotonic()
    results = asyncio.run(run(cases, set_up, at_once=at_once, on_result=_tell))
    seconds = time.monotonic() - began
    target = words.command or f"a client at {words.host}"
    return finish(Report("client", target, results, seconds, words.strict, expected), words)


async def _check_there(url: str) -> None:
    try:
        peer = await Client.open(url)
    except (OSError, TimeoutError, InvalidHandshake) as trouble:
        raise Unusable(f"{url}: {trouble}") from None
    await peer.leave()
    await peer.stop()


def _check_program(command: Sequence[str]) -> None:
    if command and shutil.which(command[0]) is None:
        raise Unusable(f"{command[0]}: there is no such program")


def _staff(words: argparse.Namespace) -> tuple[Login, ...]:
    """Passwords come from the terminal or standard input: others can read a command's words."""
    logins = []
    for name in words.staff:
        if words.password_stdin:
            password = sys.stdin.readline().rstrip("\n")
        else:
            password = getpass.getpass(f"Password of {name}: ")
        if not password:
            raise Unusable(f"{name}: there is no password")
        logins.append(Login(name, password))
    return tuple(logins)


async def _check_staff(url: str, login: Login) -> None:
    """Once, instead of a failed log-in in each case."""
    stage = Stage(url, Means((login,)))
    try:
        peer = await stage.staff()
        role = peer.last(AuthOk).role
    except Failed as trouble:
        raise Unusable(f"{login.name}: {trouble}") from None
    finally:
        await stage.finish()
    if role in NOT_STAFF:
        raise Unusable(f"{login.name} is not of the staff, but a {role}")


def _game_url(words: str) -> str:
    """As it was given, with the game's path where it has none."""
    parts = urlsplit(words)
    if parts.scheme not in ("ws", "wss") or not parts.hostname:
        raise Unusable(f"{words!r} is no address of a game: ws://HOST:PORT{GAME_PATH}")
    return parts._replace(path=parts.path.rstrip("/") or GAME_PATH, query="", fragment="").geturl()


def _chosen(cases: list[Case], words: argparse.Namespace) -> list[Case]:
    try:
        found = chosen(cases, words.case, words.category)
    except ValueError as trouble:
        raise Unusable(str(trouble)) from None
    if not found:
        raise Unusable("no case is in both, what --case and what --category name")
    return found


def _expected(words: argparse.Namespace) -> dict[str, str]:
    if words.expected is None:
        return {}
    try:
        return read_expected(words.expected)
    except (OSError, UnicodeDecodeError) as trouble:
        raise Unusable(f"{words.expected}: {trouble}") from None


def _list(cases: list[Case]) -> int:
    for case in cases:
        print(f"{case.id:{ID_WIDTH}} {case.level:6} {case.category:14} {case.about}")
    print(f"{len(cases)} cases")
    return GOOD


def _tell(result: Result) -> None:
    """Only what is worth a look."""
    if result.verdict is not Verdict.OK:
        case = result.case
        print(f"{case.id:{ID_WIDTH}} {result.verdict:14} {case.about}", flush=True)
        if result.text:
            print(f"{'':{ID_WIDTH}} {result.behaviour}: {result.text}", flush=True)
        if result.close not in (Verdict.OK, Verdict.INFORMATIONAL):
            print(f"{'':{ID_WIDTH}} close {result.close}: {result.close_text}", flush=True)


def finish(report: Report, words: argparse.Namespace) -> int:
    """Writes the reports and says how it went."""
    for path, written in (
        (words.json, as_json),
        (words.junit, as_junit),
        (words.html, as_html),
    ):
        if path is not None:
            try:
                path.write_text(written(report), encoding="utf-8")
            except OSError as trouble:
                raise Unusable(f"{path}: {trouble.strerror}") from None
    for each in report.unexpected_passes:
        print(f"{each.case.id:{ID_WIDTH}} passes, and was expected to fail")
    counts = ", ".join(f"{report.counts[each]} {each}" for each in Verdict if report.counts[each])
    known = len(report.expected.keys() & {each.case.id for each in report.results})
    if known:
        counts += f" ({known} of them expected to fail)"
    print(f"{len(report.results)} cases in {report.seconds:.1f} s: {counts}")
    return GOOD if report.is_good else FAILED

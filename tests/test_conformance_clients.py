"""Our own clients pass the conformance suite: the Python reference client and headless Godot."""

from __future__ import annotations

import asyncio
import json
import shlex
import subprocess
import sys
import time
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from protocol_spec import codec
from protocol_spec import session as session_module
from protocol_spec.bots import COMMAND_SECONDS, Bot
from protocol_spec.client import Client, Refused
from protocol_spec.codec import ErrorCode
from protocol_spec.conformance.case import Case, Verdict
from protocol_spec.conformance.client import CASES
from protocol_spec.conformance.client.scene import START_SECONDS, Scene
from protocol_spec.conformance.runner import Result, run
from protocol_spec.session import ClientSession

Patch = pytest.MonkeyPatch
BOT_PINGS = 20
"""A PING goes with one command of so many."""
SPEAKING_SECONDS = 1.25
"""EST-CT-05: one chat message in so long, after the first eight."""
BOTS_AT_ONCE = 8
GODOTS_AT_ONCE = 3
BOT = shlex.join(
    [sys.executable, "-m", "server", "bots", "{url}", "--count", "1", "--seconds", "90"]
)
GODOTS_CASES = (
    "C-EST-HS-01a",
    "C-EST-HS-05a",
    "C-EST-AU-10a",
    "C-EST-FR-06a",
    "C-EST-FR-08a",
    "C-EST-FR-09a",
    "C-EST-TR-06a",
    "C-EST-TR-07a",
    "C-EST-TM-02a",
    "C-EST-IN-01a",
    "C-EST-IN-07a",
    "C-EST-EW-02a",
    "C-EST-RS-02a",
    "C-EST-RS-04a",
    "C-EST-CH-01a",
    "C-EST-ER-02b",
    "C-EST-ED-02a",
    "C-EST-ED-03a",
    "C-EST-FC-05a",
    "C-EST-NT-03a",
    "C-EST-EM-01b",
    "C-EST-ER-05a",
    "C-EST-MD-04a",
)
"""Godot takes seconds to start: so it plays those that a hand-written client gets wrong first."""


def conform(*words: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "server", "conform", "client", *words],
        capture_output=True,
        text=True,
        timeout=400,
    )


def told(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def test_the_reference_client_conforms() -> None:
    """All cases, with a client in this process for each: Python takes its time to start."""
    results = asyncio.run(play(CASES))
    assert [
        (each.case.id, each.text, each.close_text) for each in results if each.is_failed()
    ] == []
    skipped = {each.case.id for each in results if each.behaviour is Verdict.UNIMPLEMENTED}
    assert skipped == {
        "C-EST-EW-02a",  # Bots do not come back by themselves...
        "C-EST-RS-02a",
        "C-EST-RS-04a",
        "C-EST-CT-02a",  # ...and say nothing in the chat.
        "C-EST-CT-04a",
        "C-EST-CT-05a",
        "C-EST-CT-05b",
        "C-EST-EM-01a",
    }


def test_a_client_that_speaks_and_waves_in_good_order_conforms(monkeypatch: Patch) -> None:
    """As fast as it may, and quiet for as long as it is told to be."""
    act = Bot.act
    speaks_at: dict[Bot, float] = {}

    def sociable(self: Bot) -> None:
        act(self)
        session, now = self.client.session, time.monotonic()
        error, session.error = session.error, None
        if error is not None and error.code == ErrorCode.CHAT_TOO_FAST:
            speaks_at[self] = now + error.retry_after_ms / 1000
        if now < speaks_at.get(self, 0.0):
            return
        speaks_at[self] = now + 2 * SPEAKING_SECONDS
        session.say("Hello!")
        session.send(codec.Emote(0, codec.EmoteKind.WAVE).encode())

    monkeypatch.setattr(Bot, "act", sociable)
    speaking = [each for each in CASES if each.rule in ("EST-CT-02", "EST-CT-04", "EST-CT-05")]
    results = asyncio.run(play([*speaking, *(each for each in CASES if each.rule == "EST-EM-01")]))
    assert {(each.case.id, each.verdict, each.text) for each in results} == {
        (each.case.id, Verdict.OK, "") for each in results
    }


async def play(cases: list[Case]) -> list[Result]:
    bots: dict[str, asyncio.Task[None]] = {}

    def set_up(case: Case) -> Scene:
        def start(url: str) -> None:
            bots[case.id] = asyncio.create_task(roam(url))

        return Scene(on_open=start)

    def end(result: Result) -> None:
        bots[result.case.id].cancel()

    results = await run(cases, set_up, at_once=BOTS_AT_ONCE, on_result=end)
    await asyncio.gather(*bots.values(), return_exceptions=True)
    return results


async def roam(url: str) -> None:
    """A bot that walks about until the other side ends it."""
    bot = Bot(0, time.time_ns())
    try:
        await bot.join(url, "")
        for turn in count():
            if bot.was_dropped:
                break
            bot.act()
            if turn % BOT_PINGS == 0:
                bot.ping()
            await asyncio.sleep(COMMAND_SECONDS)
    except Refused:
        await asyncio.Event().wait()  # It stays, as if to try another name, until it is ended.
    except (OSError, TimeoutError):
        pass  # The case says what it makes of that.
    finally:
        await bot.client.close()


LATE_SECONDS = 2.5


def keeps_dropped_chunks(patch: Patch) -> None:
    take = ClientSession._take

    def forgetful(self: ClientSession, message: codec.Message) -> None:
        if not isinstance(message, codec.ChunkDrop):
            take(self, message)

    patch.setattr(ClientSession, "_take", forgetful)


def answers_late(patch: Patch) -> None:
    take = ClientSession._take

    def slow(self: ClientSession, message: codec.Message) -> None:
        if isinstance(message, codec.Ping):
            pong = codec.Pong(message.token, 0, 0).encode()
            asyncio.get_running_loop().call_later(LATE_SECONDS, self.send, pong)
        else:
            take(self, message)

    patch.setattr(ClientSession, "_take", slow)


def goes_on_after_the_end(patch: Patch) -> None:
    send = Client._send

    def deaf(self: Client, message: bytes) -> None:
        self.session.error = None
        send(self, message)

    patch.setattr(Client, "_send", deaf)


def hurries(patch: Patch) -> None:
    patch.setattr(session_module, "LEAD_TICKS", codec.INPUT_BUFFER_TICKS + 8)


def says(message: codec.Message) -> Callable[[Patch], None]:
    def put_on(patch: Patch) -> None:
        act = Bot.act

        def talkative(self: Bot) -> None:
            act(self)
            self.client.session.send(message.encode())

        patch.setattr(Bot, "act", talkative)

    return put_on


@pytest.mark.parametrize(
    ("put_on", "id"),
    [
        (keeps_dropped_chunks, "C-EST-CH-01a"),
        (answers_late, "C-EST-TM-02b"),
        (goes_on_after_the_end, "C-EST-ER-02b"),
        (hurries, "C-EST-IN-04a"),
        (says(codec.ChatMessage(0, "!" * 501, 0)), "C-EST-CT-04a"),
        (says(codec.ChatMessage(0, "Hello!", 7)), "C-EST-CT-02a"),
        (says(codec.ChatMessage(0, "Hello!", 0)), "C-EST-CT-05a"),
        (says(codec.ChatMessage(0, "Hello!", 0)), "C-EST-CT-05b"),
        (says(codec.Emote(7, codec.EmoteKind.WAVE)), "C-EST-EM-01a"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_client_that_is_wrong_is_caught(
    put_on: Callable[[Patch], None], id: str, monkeypatch: Patch
) -> None:
    put_on(monkeypatch)
    [result] = asyncio.run(play([each for each in CASES if each.id == id]))
    assert result.is_failed(strict=True)


def test_a_client_that_a_command_starts_is_tested_and_reported(tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    done = conform(
        "--command", BOT, "--category", "entering", "--case", "EST-HS-01", "--json", report
    )
    assert done.returncode == 0, done.stdout + done.stderr
    cases = told(report)["cases"]
    wanted = [each.id for each in CASES if each.rule == "EST-HS-01"]
    assert [(each["id"], each["behaviour"]) for each in cases] == [(each, "OK") for each in wanted]


def test_godot_conforms(godot: Path, tmp_path: Path) -> None:
    plan = tmp_path / "plan.json"
    plan.write_text(
        json.dumps([{"do": "join"}, {"do": "pause", "for": 60, "seconds": 90}]), encoding="utf-8"
    )
    project = Path(__file__).resolve().parents[1] / "godot_client"
    command = [str(godot), "--headless", "--path", str(project), "res://tests/play.tscn", "--"]
    command += ["--server={address}", "--name=Conformist", f"--plan={plan}", "--locale=en"]
    report = tmp_path / "report.json"
    words: list[str | Path] = ["--command", shlex.join(command), "--json", report]
    words += ["--at-once", str(GODOTS_AT_ONCE)]
    for each in GODOTS_CASES:
        words += ["--case", each]
    done = conform(*words)
    assert done.returncode == 0, done.stdout + done.stderr
    verdicts = {each["id"]: each["behaviour"] for each in told(report)["cases"]}
    assert verdicts == dict.fromkeys(sorted(verdicts), "OK")
    assert len(verdicts) == len(GODOTS_CASES)


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("--command", "no-such-program {url}"), "no-such-program: there is no such program"),
        (("--case", "EST-XX-01"), "no case 'EST-XX-01'"),
        (("--category", "framing"), "no category 'framing'"),
    ],
)
def test_what_cannot_be_tested_is_one_line_and_exit_code_2(
    words: tuple[str, ...], complaint: str
) -> None:
    done = conform(*words)
    assert done.returncode == 2
    assert complaint in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_client_that_hangs_up_fails(tmp_path: Path) -> None:
    """What is not there at all is no client that conforms."""
    client = tmp_path / "hangs_up.py"
    client.write_text(
        "import sys\n"
        "from websockets.sync.client import connect\n"
        "connect(sys.argv[1], proxy=None).close()\n",
        encoding="utf-8",
    )
    command = shlex.join([sys.executable, str(client)])
    done = conform("--command", command, "--case", "C-EST-HS-01a")
    assert done.returncode == 1
    assert "closed with 1000 instead of HELLO" in done.stdout


def test_a_client_that_ends_at_once_is_not_waited_for() -> None:
    client = shlex.join([sys.executable, "-c", "raise SystemExit(3)"])
    began = time.monotonic()
    done = conform("--command", client, "--case", "C-EST-HS-01a")
    assert done.returncode == 1
    assert "the client ended with code 3 before it connected" in done.stdout
    assert time.monotonic() - began < START_SECONDS

"""Runs cases, several at once, and judges how they went."""

from __future__ import annotations

import asyncio
import zlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from websockets.exceptions import WebSocketException

from protocol_spec.conformance.case import (
    ALONE,
    LAST,
    Case,
    Failed,
    Level,
    Unimplemented,
    Verdict,
)

AT_ONCE = 12
"""So many cases are under way at a time, besides those that only wait."""
CASE_SECONDS = 180.0
"""No case takes so long, save for what it waits for by its nature."""
TROUBLE = (Failed, TimeoutError, OSError, WebSocketException, zlib.error)
"""What the tested side can make happen. Anything else is a bug of the suite's."""
IF_FAILED = {
    Level.MUST: Verdict.FAILED,
    Level.SHOULD: Verdict.NON_STRICT,
    Level.MAY: Verdict.INFORMATIONAL,
}


class Scene(Protocol):
    """What cases act on."""

    notes: list[str]

    async def finish(self) -> tuple[Verdict, str]: ...

    @property
    def faults(self) -> list[str]: ...

    @property
    def transcripts(self) -> list[list[str]]: ...


@dataclass(frozen=True)
class Result:
    case: Case
    behaviour: Verdict
    close: Verdict
    text: str
    close_text: str
    seconds: float
    transcripts: list[list[str]] = field(default_factory=list)

    def is_failed(self, *, strict: bool = False) -> bool:
        bad = {Verdict.FAILED, *([Verdict.NON_STRICT] if strict else [])}
        return self.behaviour in bad or self.close in bad

    @property
    def verdict(self) -> Verdict:
        """The worse of the two."""
        order = list(Verdict)
        both = [self.behaviour, self.close]
        if Verdict.OK in both and Verdict.INFORMATIONAL in both:
            return self.behaviour  # How nothing was closed is no blemish.
        return max(both, key=order.index)


@dataclass(frozen=True)
class Report:
    side: str
    """Who was tested: "server" or "client"."""
    target: str
    results: list[Result]
    seconds: float
    strict: bool
    expected: dict[str, str]
    """Failures that are known, with their reasons."""

    @property
    def failures(self) -> list[Result]:
        """Those that nobody expects."""
        return [
            each
            for each in self.results
            if each.is_failed(strict=self.strict) and each.case.id not in self.expected
        ]

    @property
    def unexpected_passes(self) -> list[Result]:
        return [
            each
            for each in self.results
            if each.case.id in self.expected
            and not each.is_failed(strict=self.strict)
            and each.behaviour is not Verdict.UNIMPLEMENTED
        ]

    @property
    def is_good(self) -> bool:
        return not self.failures and not self.unexpected_passes

    @property
    def counts(self) -> Counter[Verdict]:
        return Counter(each.verdict for each in self.results)


async def run(
    cases: Iterable[Case],
    set_up: Callable[[Case], Scene],
    *,
    at_once: int,
    on_result: Callable[[Result], None] = lambda result: None,
) -> list[Result]:
    """Each case on a scene of its own; the results in the cases' order."""
    listed = list(cases)
    room = asyncio.Semaphore(at_once)
    turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
    results: dict[str, Result] = {}

    async def perform(case: Case) -> None:
        result = await judge(case, set_up(case))
        results[case.id] = result
        on_result(result)

    async def take_turn(case: Case) -> None:
        lock = turns[case.turn] if case.turn else asyncio.Lock()
        async with lock, room:
            await perform(case)

    async with asyncio.TaskGroup() as waiting:
        for case in listed:
            if case.lasts_seconds:
                waiting.create_task(perform(case))
        async with asyncio.TaskGroup() as tasks:
            for case in listed:
                if not case.lasts_seconds and case.turn not in (ALONE, LAST):
                    tasks.create_task(take_turn(case))
        for case in (each for each in listed if each.turn == ALONE):
            await perform(case)
    for case in (each for each in listed if each.turn == LAST):
        await perform(case)
    return [results[each.id] for each in listed]


async def judge(case: Case, scene: Scene) -> Result:
    """Runs one case and says how it went."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    behaviour, text = Verdict.OK, ""
    close, close_text = Verdict.FAILED, ""
    try:
        async with asyncio.timeout(CASE_SECONDS + case.lasts_seconds):
            await case.act(scene)
    except Unimplemented as reason:
        behaviour, text = Verdict.UNIMPLEMENTED, str(reason)
    except TROUBLE as trouble:
        behaviour = IF_FAILED[case.level]
        text = str(trouble) or type(trouble).__name__
    try:
        close, close_text = await scene.finish()
    except TROUBLE as trouble:
        close_text = str(trouble) or type(trouble).__name__
    if scene.faults and behaviour is not Verdict.FAILED:
        behaviour, text = Verdict.FAILED, scene.faults[0]
    text = "; ".join([*filter(None, [text]), *scene.notes])
    seconds = loop.time() - began
    return Result(case, behaviour, close, text, close_text, seconds, scene.transcripts)


def read_expected(path: Path) -> dict[str, str]:
    """Ids of cases that are known to fail, one a line, with the reason after a #."""
    found = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        id, _, reason = line.partition("#")
        if id.strip():
            found[id.strip()] = reason.strip()
    return found

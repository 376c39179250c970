"""The conformance suite tells a server that is wrong from one that is right."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from protocol_spec.conformance import peer
from protocol_spec.conformance.case import Verdict
from protocol_spec.conformance.runner import Result, run
from protocol_spec.conformance.server import CASES
from protocol_spec.conformance.stage import Means, Stage
from tests.staffed import LOGINS
from tests.wrong_servers import MUTANTS, Mutant, server_to_change

BY_ID = {each.id: each for each in CASES}
CATCHING = sorted({each for mutant in MUTANTS for each in mutant.caught_by})


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with server_to_change(tmp_path_factory.mktemp("mutants") / "data") as url:
        yield url


def results(url: str, *ids: str) -> list[Result]:
    means = Means(LOGINS)
    return asyncio.run(
        run([BY_ID[each] for each in ids], lambda case: Stage(url, means), at_once=6)
    )


def test_there_are_mutants_enough() -> None:
    assert len(MUTANTS) >= 25


def test_the_server_as_it_is_passes_what_the_mutants_fail(url: str) -> None:
    right = results(url, *CATCHING)
    failed = [(each.case.id, each.text) for each in right if each.is_failed()]
    assert failed == []
    skipped = [each.case.id for each in right if each.behaviour is Verdict.UNIMPLEMENTED]
    assert skipped == []


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.about)
def test_a_server_is_caught_that(mutant: Mutant, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    # What such a server does not say need not be waited for as long as on a bad line.
    monkeypatch.setattr(peer, "WAIT_SECONDS", 1.0)
    mutant.put_on(monkeypatch)
    assert any(each.is_failed() for each in results(url, *mutant.caught_by))

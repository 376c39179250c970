"""The OpenAPI description is true: whatever is asked, nothing breaks, and all answers are told of.

Schemathesis makes the questions, sound ones and others, from the description itself.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    ignored_auth,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

from tests.people import PASSWORD, QUICK, ask, register
from tests.running import RunningServer, running_server

EXAMPLES = 500 if os.environ.get("ESTRAGON_SOAK") == "1" else 25
"""Of each operation."""
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    negative_data_rejection,
    ignored_auth,
    unsupported_method,
]
EXCEPTIONS = {"POST /api/logout": [ignored_auth]}
"""Who is logged out already hears that it is so."""
OPERATIONS = [
    "POST /api/accounts",
    "POST /api/login",
    "POST /api/tickets",
    "POST /api/logout",
    "POST /api/logout-everywhere",
    "GET /api/account",
    "PATCH /api/account",
    "DELETE /api/account",
    "POST /api/account/password",
    "GET /api/account/export",
    "POST /api/setup",
    "GET /api/server",
    "GET /healthz",
]


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    with running_server(tmp_path_factory.mktemp("openapi"), environment=QUICK) as server:
        yield server


@pytest.fixture(scope="module")
def described(running: RunningServer) -> dict[str, Any]:
    schema = schemathesis.openapi.from_url(f"{running.base}/openapi.json")
    found: list[Any] = [each.ok() for each in schema.get_all_operations()]  # type: ignore[union-attr]
    return {f"{each.method.upper()} {each.path}": each for each in found}


def test_all_of_the_description_is_tried(
    described: dict[str, Any],
) -> None:
    assert sorted(described) == sorted(OPERATIONS)


_NUMBERS = itertools.count()


@pytest.mark.parametrize("name", OPERATIONS)
def test_every_answer_is_one_that_is_described(
    running: RunningServer, described: dict[str, Any], name: str
) -> None:
    operation = described[name]
    modes = [GenerationMode.POSITIVE]
    if operation.body or operation.query:
        modes.append(GenerationMode.NEGATIVE)
    cases = st.one_of(*(operation.as_strategy(generation_mode=mode) for mode in modes))
    account = register(running, f"Krapp {next(_NUMBERS)}")

    @given(cases, st.booleans())
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def ask_all(case: Any, is_known: bool) -> None:
        # Some questions end the log-in.
        nonlocal account
        if is_known and ask(running, "GET", "/api/account", token=account["token"]).status != 200:
            account = register(running, f"Krapp {next(_NUMBERS)}")
        headers = {"Authorization": f"Bearer {account['token']}"} if is_known else {}
        case.call_and_validate(
            base_url=running.base,
            headers=headers,
            checks=CHECKS,
            excluded_checks=EXCEPTIONS.get(name, []),
        )

    ask_all()


def test_the_description_tells_how_to_be_known(running: RunningServer) -> None:
    told = ask(running, "GET", "/openapi.json").told
    schemes = told["components"]["securitySchemes"]
    assert [each["scheme"] for each in schemes.values()] == ["bearer"]
    assert "/api/control" not in told["paths"]
    assert PASSWORD not in str(told)

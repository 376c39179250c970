"""The conformance suite: what its command does, and that our own servers pass it."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from protocol_spec.conformance.case import Level
from protocol_spec.conformance.client import CASES as CLIENT_CASES
from protocol_spec.conformance.rules import PAGE, read_rules
from protocol_spec.conformance.server import CASES as SERVER_CASES
from tests.conformance_report import REPORT
from tests.running import RunningServer

RULES = read_rules()
CASES = [*SERVER_CASES, *CLIENT_CASES]


def conform(*words: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "server", "conform", *words],
        capture_output=True,
        text=True,
        timeout=180,
    )


def test_each_case_has_an_id_of_its_own_and_a_rule_that_asks_as_much() -> None:
    ids = [each.id for each in CASES]
    assert sorted(set(ids)) == sorted(ids)
    assert [each.id for each in CASES if each.rule not in RULES] == []
    # What a rule tells without any of the words binds as much as MUST.
    lax = [
        each.id
        for each in CASES
        if each.level is not Level.MUST and each.level not in RULES[each.rule].levels
    ]
    assert lax == [], "a case asks for less than its rule does"


WITHOUT_A_CASE = {
    "EST-FC-04": "it binds who writes the next version: no two sides can show it today",
    "EST-FC-06": "it binds who makes a game; that such types are skipped is EST-FR-09's",
    "EST-TM-01": "how a client keeps its clock is inside of it; what it sends is EST-IN-02's",
    "EST-CH-08": "how a client finds out what is in view is inside of it",
    "EST-SN-15": "a server MAY; what a client draws meanwhile is inside of it",
    "EST-LN-02": "questions are UDP, beside the connection: tests/test_discovery.py",
    "EST-LN-03": "likewise",
    "EST-LN-05": "likewise",
}
"""Rules with a MUST that no case looks at, and why."""


def test_each_must_has_a_case() -> None:
    musts = {name for name, rule in RULES.items() if re.search(r"\bMUST\b", rule.text)}
    looked_at = {each.rule for each in CASES}
    assert musts - looked_at - WITHOUT_A_CASE.keys() == set()
    assert WITHOUT_A_CASE.keys() - (musts - looked_at) == set(), "a case came, or the MUST went"


def test_each_must_should_and_may_of_the_page_is_in_a_rule() -> None:
    page = PAGE.read_text(encoding="utf-8")
    prose = page.partition("\n## Transport")[2].partition("\n## Changes")[0]
    outside = [
        line
        for line in prose.splitlines()
        if re.search(r"\b(MUST|SHOULD|MAY)\b", line) and '<a id="EST-' not in line
    ]
    tables = [line for line in outside if line.startswith("| ")]
    assert [line for line in outside if line not in tables] == []
    # A table belongs to the rule above it.
    for line in tables:
        above = prose.partition(line)[0]
        assert above.rindex('<a id="EST-') > above.rindex("\n## ")


def test_a_dry_run_lists_the_cases_and_needs_no_server() -> None:
    done = conform("server", "ws://127.0.0.1:9", "--dry-run", "--category", "framing")
    assert done.returncode == 0
    lines = done.stdout.splitlines()
    listed = [each for each in SERVER_CASES if each.category == "framing"]
    assert lines[-1] == f"{len(listed)} cases"
    assert [each.split()[0] for each in lines[:-1]] == [each.id for each in listed]


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("ws://127.0.0.1:9/ws",), "Connect call failed"),
        (("http://127.0.0.1:9/ws",), "is no address of a game"),
        (("ws://127.0.0.1:9", "--case", "EST-XX-01"), "no case 'EST-XX-01'"),
        (("ws://127.0.0.1:9", "--category", "magic"), "no category 'magic'"),
        (("ws://127.0.0.1:9", "--expected", "/nowhere"), "No such file"),
        (
            ("ws://127.0.0.1:9", "--case", "EST-FR-01", "--category", "handshake"),
            "no case is in both",
        ),
    ],
)
def test_who_cannot_be_tested_is_one_line_and_exit_code_2(
    words: tuple[str, ...], complaint: str
) -> None:
    done = conform("server", *words)
    assert done.returncode == 2
    assert complaint in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_rule_is_tested_alone_and_reported_in_all_three_ways(
    server: RunningServer, tmp_path: Path
) -> None:
    files = {each: tmp_path / f"report.{each}" for each in ("json", "xml", "html")}
    words: list[str | Path] = [
        "--json",
        files["json"],
        "--junit",
        files["xml"],
        "--html",
        files["html"],
    ]
    done = conform("server", server.url, "--case", "EST-FR-03", "--case", "EST-TR-02a", *words)
    assert done.returncode == 0, done.stdout + done.stderr
    wanted = [
        each.id for each in SERVER_CASES if each.rule == "EST-FR-03" or each.id == "EST-TR-02a"
    ]
    told = json.loads(files["json"].read_text(encoding="utf-8"))
    assert [each["id"] for each in told["cases"]] == wanted
    assert told["passed"] is True
    assert {(each["behaviour"], each["close"]) for each in told["cases"]} == {("OK", "OK")}
    suite = ElementTree.parse(files["xml"]).getroot()
    assert (suite.get("tests"), suite.get("failures")) == (str(len(wanted)), "0")
    page = files["html"].read_text(encoding="utf-8")
    assert all(f'id="{each}"' in page for each in wanted)
    assert not re.findall(r'(?:src|href)="(?:https?:)?//', page), "it needs nothing but itself"


def test_a_server_on_which_guests_may_not_build_tells_them_so(server: RunningServer) -> None:
    """The one case that a server with builders has no answer to."""
    done = conform("server", server.url, "--case", "EST-ED-09a")
    assert done.returncode == 0
    assert "1 OK" in done.stdout


def test_an_expected_failure_that_passes_is_a_failure(
    server: RunningServer, tmp_path: Path
) -> None:
    expected = tmp_path / "expected.txt"
    expected.write_text("EST-FR-03a  # our server likes silence\n", encoding="utf-8")
    done = conform("server", server.url, "--case", "EST-FR-03a", "--expected", expected)
    assert done.returncode == 1
    assert "EST-FR-03a     passes, and was expected to fail" in done.stdout


def test_the_report_in_the_documentation_is_of_these_cases_and_good() -> None:
    page = REPORT.read_text(encoding="utf-8")
    assert re.findall(r'<details class="case" id="([^"]+)"', page) == [
        each.id for each in SERVER_CASES
    ], "make conformance"
    assert "<title>The server conforms" in page

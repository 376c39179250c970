"""The conformance suite: what its command does, and that our own servers pass it."""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from protocol_spec import codec
from protocol_spec.conformance.case import Level
from protocol_spec.conformance.client import CASES as CLIENT_CASES
from protocol_spec.conformance.rules import PAGE, read_rules
from protocol_spec.conformance.server import CASES as SERVER_CASES
from tests.browser import DESK, PHONE, browser_page
from tests.conformance_report import REPORT
from tests.running import RunningServer

ROOT = Path(__file__).resolve().parents[1]
RULES = read_rules()
CASES = [*SERVER_CASES, *CLIENT_CASES]


def conform(*words: str | Path, typed: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "server", "conform", *words],
        input=typed,
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


INSIDE = "it is inside of a client: nothing of it can be seen on the connection"
UDP = "it is UDP, beside the connection: tests/test_discovery.py"
MODES = "the suite cannot set a world's mode: tests/test_modes.py, tests/test_modes_played.py"
WITHOUT_A_CASE = {
    "EST-FC-03": "it binds who writes the next version: no two sides can show it today",
    "EST-FC-04": "likewise",
    "EST-FC-06": "it binds who makes a game; that such types are skipped is EST-FR-09's",
    "EST-TM-01": INSIDE,
    "EST-SN-02": "a server MAY; what a client believes then is inside of it",
    "EST-SN-14": INSIDE,
    "EST-SN-15": "a server MAY; what a client draws meanwhile is inside of it",
    "EST-SN-09": "it takes walks of three chunks on a map that is not known: "
    "tests/test_interest.py walks them on maps made for it",
    "EST-SN-16": "likewise",
    "EST-SN-10": "when a server has 32 KiB unsent cannot be seen at the other end: "
    "tests/test_interest.py",
    "EST-CH-07": "when a server has to fetch a chunk cannot be told from outside",
    "EST-WA-06": "such tickets are given by the panel alone: tests/test_watching.py",
    "EST-CT-08": "what is masked or held is in the operator's rules: tests/test_chat_filter.py",
    "EST-MD-03": MODES,
    "EST-MD-06": MODES,
    "EST-MD-07": MODES,
    "EST-MD-08": MODES,
    "EST-MD-09": MODES,
    "EST-MD-10": MODES,
    "EST-LV-05": "a server MAY; that a client answers whenever it is asked is EST-TM-02's",
    "EST-LN-01": UDP,
    "EST-LN-02": UDP,
    "EST-LN-03": UDP,
    "EST-LN-04": UDP,
    "EST-LN-05": UDP,
}
"""Rules that no case looks at, and why."""


def test_each_rule_has_a_case_or_a_reason_why_not() -> None:
    """Those with MUST, SHOULD and MAY, and those that just tell what is so."""
    looked_at = {each.rule for each in CASES}
    assert RULES.keys() - looked_at - WITHOUT_A_CASE.keys() == set()
    assert WITHOUT_A_CASE.keys() - (RULES.keys() - looked_at) == set(), "a case came, or it went"


def test_the_tests_that_stand_in_for_cases_are_there() -> None:
    named = set(re.findall(r"(?:tests|godot_client)/[\w./]+", " ".join(WITHOUT_A_CASE.values())))
    assert [each for each in sorted(named) if not (ROOT / each).exists()] == []


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


@pytest.mark.parametrize(
    ("typed", "complaint"),
    [
        ("", "Nobody: there is no password"),
        ("wrong\n", "Nobody: AUTH_FAILED came instead of AUTH_OK"),
    ],
)
def test_a_staff_that_cannot_log_in_is_told_before_the_first_case(
    server: RunningServer, typed: str, complaint: str
) -> None:
    words = ("--staff", "Nobody", "--password-stdin", "--category", "staff")
    done = conform("server", server.url, *words, typed=typed)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"estragon: {complaint}\n"


def test_what_takes_a_staff_or_leave_to_stop_is_no_failure_without(server: RunningServer) -> None:
    done = conform("server", server.url, "--case", "EST-WA-04b", "--case", "EST-ER-07a")
    assert done.returncode == 0
    assert "it takes one of the staff: --staff NAME" in done.stdout
    assert "it takes a command that stops the server: --stop COMMAND" in done.stdout
    assert "2 unimplemented" in done.stdout


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
    assert f"(schema {codec.SCHEMA_HASH:08x})" in page, "make conformance"


@pytest.mark.parametrize("size", [DESK, PHONE])
def test_the_report_is_searched_filtered_and_fits_a_phone(
    chromium: Path, size: tuple[int, int]
) -> None:
    async def look() -> None:
        async with browser_page(chromium, size=size) as page:
            await page.goto(REPORT.as_uri())
            assert await page.evaluate("document.documentElement.scrollWidth") <= size[0]
            shown = page.locator(".case:visible")
            assert await shown.count() == len(SERVER_CASES)
            await page.get_by_role("searchbox").fill("est-wa watch_too_much")
            found = {await each.get_attribute("id") for each in await shown.all()}
            assert found == {each.id for each in SERVER_CASES if each.rule == "EST-WA-04"}
            await page.locator(".tile.failed").click()
            assert await shown.count() == 0
            await page.get_by_role("searchbox").fill("")
            await page.locator(".tile.failed").click()
            assert await shown.count() == len(SERVER_CASES)

    asyncio.run(look())

"""PROTOCOL.md holds together: its rules have names of their own, and what it names is there."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

from protocol_spec import codec
from protocol_spec.generate import spec
from server.web import account_api

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "protocol_spec/PROTOCOL.md").read_text(encoding="utf-8")
CODES = {each.name for each in codec.ErrorCode}
NOTICES = {each.name for each in codec.NoticeCode}


def test_each_rule_has_a_name_of_its_own_and_an_anchor_of_that_name() -> None:
    rules = re.findall(r'<a id="([^"]+)"></a>\*\*([^*]+)\*\*', PAGE)
    assert len(rules) > 90
    assert [name for anchor, name in rules if anchor != name] == []
    assert [name for name, count in Counter(name for _, name in rules).items() if count > 1] == []
    named = set(re.findall(r"EST-[A-Z]{2}-\d\d", PAGE))
    assert named == {name for _, name in rules}


def test_its_contents_are_its_headings() -> None:
    contents = next(line for line in PAGE.splitlines() if line.startswith("Contents: "))
    titles = re.findall(r"\[([^]]+)\]\(#([^)]+)\)", contents)
    headings = re.findall(r"^## (.+)$", PAGE, re.MULTILINE)
    assert [title for title, _ in titles] == headings
    assert [anchor for _, anchor in titles] == [each.lower().replace(" ", "-") for each in headings]


def test_the_codes_that_it_names_exist() -> None:
    prose = re.sub(r"```.*?```", "", PAGE, flags=re.DOTALL)
    named = set(re.findall(r"`([A-Z]+(?:_[A-Z]+)+)`", prose))
    assert named - CODES - NOTICES == set()


def test_all_refusals_of_the_protocol_are_told_of() -> None:
    families = set(re.findall(r"`([A-Z]+_)\.\.\.`", PAGE))
    untold = {
        each
        for each in CODES
        if f"`{each}`" not in PAGE and not any(each.startswith(family) for family in families)
    }
    assert untold <= {
        # What only a broken sender earns; the reference has words enough for it.
        "INTERNAL",
        "EMPTY_MESSAGE",
        "UNKNOWN_TYPE",
    }


ERRORS = next(each for each in spec.load().enums if each.name == spec.ERRORS).values
MARKS = {"not fatal": "never", "either": "sometimes"}
"""The source's words for what the page's table says in its own."""
NOT_FATAL_OVER_HTTP = {"BANNED", "MESSAGE_TOO_LARGE"}
"""What ends a game's connection refuses but a request there."""


def test_its_table_of_errors_tells_which_the_server_means_to_be_fatal() -> None:
    source = "".join(each.read_text(encoding="utf-8") for each in (ROOT / "server").rglob("*.py"))
    goes_on = set(re.findall(r"Rejected\(\s*ErrorCode\.(\w+)", source))
    ends = set(re.findall(r"(?:ProtocolError|\.fail)\(\s*ErrorCode\.(\w+)", source))
    rows = {
        kind: codes_named_in(cell)
        for kind, cell in re.findall(
            r"^\| ((?:not )?fatal|either|in EDIT_RESULT|over HTTP)[^|]* \| (.+) \|$",
            PAGE.partition("\n## Errors")[2].partition("\n## ")[0],
            re.MULTILINE,
        )
    }
    assert rows.keys() == {"not fatal", "either", "in EDIT_RESULT", "over HTTP", "fatal"}
    assert {kind: codes for kind, codes in rows.items() if kind != "fatal"} == {
        kind: marked_in_the_reference(MARKS.get(kind, kind)) for kind in rows if kind != "fatal"
    }
    odd = {each.name for each in ERRORS if each.close != 4000 + each.number}
    assert odd == {"TEXT_FRAME"}, "the page names no other exception"
    told = [each for row in rows.values() for each in row]
    assert sorted(told) == sorted(set(told)), "a code stands in two rows"
    rest = CODES - set(told)
    assert rows["not fatal"] & ends == set()
    assert rows["either"] == goes_on & ends - NOT_FATAL_OVER_HTTP
    assert rest & goes_on == NOT_FATAL_OVER_HTTP
    assert ends <= rest | rows["either"]


def marked_in_the_reference(fatal: str) -> set[str]:
    return {each.name for each in ERRORS if each.fatal == fatal}


def codes_named_in(cell: str) -> set[str]:
    """All `AUTH_...` are a family; what follows a "but" is none of it."""
    families = tuple(re.findall(r"`([A-Z]+_)\.\.\.`", cell))
    named = set(re.findall(r"`([A-Z_]+)`", cell)) | {
        each for each in CODES if each.startswith(families)
    }
    return named - set(re.findall(r"but `([A-Z_]+)`", cell))


def test_the_requests_that_it_names_are_the_servers() -> None:
    table = PAGE.partition("## Accounts")[2].partition("\n## ")[0]
    named = set()
    for row in re.findall(r"^\| (`.+?) \|", table, re.MULTILINE):
        methods: list[str] = []
        for request in re.findall(r"`([^`]+)`", row):
            method, _, path = request.partition(" ")
            methods.append(method)
            if path:
                named |= {(each, path) for each in methods}
                methods.clear()
    routes = {
        (method, getattr(route, "path", ""))
        for route in account_api.routes.routes
        for method in getattr(route, "methods", ())
    }
    assert named == routes

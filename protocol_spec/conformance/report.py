"""A run as JSON, as JUnit's XML, and as a page to show."""

from __future__ import annotations

import json
import re
from html import escape
from importlib.resources import files
from string import Template
from typing import Any
from xml.etree import ElementTree

from protocol_spec import codec
from protocol_spec.conformance.case import Verdict
from protocol_spec.conformance.rules import read_rules
from protocol_spec.conformance.runner import Report, Result

PAGE_OF_RULES = "../PROTOCOL.md"
"""From where the page lies in the project."""
_LINK = re.compile(r"\[([^]]+)\]\([^)]+\)")


def as_json(report: Report) -> str:
    told = {
        "tested": report.side,
        "target": report.target,
        "protocol_version": codec.PROTOCOL_VERSION,
        "schema_hash": f"{codec.SCHEMA_HASH:08x}",
        "seconds": round(report.seconds, 1),
        "strict": report.strict,
        "passed": report.is_good,
        "counts": {each.value: report.counts[each] for each in Verdict},
        "cases": [_told(report, each) for each in report.results],
    }
    return json.dumps(told, indent=1, ensure_ascii=False) + "\n"


def _told(report: Report, result: Result) -> dict[str, Any]:
    case = result.case
    return {
        "id": case.id,
        "rule": case.rule,
        "level": case.level.value,
        "category": case.category,
        "about": case.about,
        "behaviour": result.behaviour.value,
        "close": result.close.value,
        "text": result.text,
        "close_text": result.close_text,
        "seconds": round(result.seconds, 3),
        "expected_failure": report.expected.get(case.id),
    }


def as_junit(report: Report) -> str:
    """What continuous integration reads: a failure is a failure, an expected one is skipped."""
    failed = {each.case.id for each in report.failures}
    passed = {each.case.id for each in report.unexpected_passes}
    suite = ElementTree.Element(
        "testsuite",
        name=f"estragon conform {report.side}",
        tests=str(len(report.results)),
        failures=str(len(failed) + len(passed)),
        errors="0",
        time=f"{report.seconds:.3f}",
    )
    for result in report.results:
        case = result.case
        element = ElementTree.SubElement(
            suite,
            "testcase",
            classname=f"{report.side}.{case.category}",
            name=f"{case.id} {case.about}",
            time=f"{result.seconds:.3f}",
        )
        if case.id in failed:
            ElementTree.SubElement(element, "failure", message=_words(result))
        elif case.id in passed:
            ElementTree.SubElement(element, "failure", message="it passes, and was to fail")
        elif case.id in report.expected:
            reason = f"expected failure: {report.expected[case.id]}"
            ElementTree.SubElement(element, "skipped", message=reason)
        elif result.behaviour is Verdict.UNIMPLEMENTED:
            ElementTree.SubElement(element, "skipped", message=result.text)
    ElementTree.indent(suite)
    return ElementTree.tostring(suite, encoding="unicode", xml_declaration=True) + "\n"


def _words(result: Result) -> str:
    """Why it is not as it should be. XML has no place for control characters."""
    words = []
    if result.behaviour is not Verdict.OK:
        words.append(f"{result.behaviour}: {result.text}")
    if result.close not in (Verdict.OK, Verdict.INFORMATIONAL):
        words.append(f"close {result.close}: {result.close_text}")
    return "".join(each if each.isprintable() else "\ufffd" for each in "; ".join(words))


def as_html(report: Report) -> str:
    """A page that needs nothing but itself."""
    page = files("protocol_spec.conformance").joinpath("page.html").read_text(encoding="utf-8")
    counts = report.counts
    tiles = "".join(
        f'<button class="tile {_class(each)}" data-verdict="{_class(each)}" aria-pressed="false">'
        f"<b>{counts[each]}</b>{each.value}</button>"
        for each in Verdict
    )
    categories = dict.fromkeys(each.case.category for each in report.results)
    bars = "".join(_category_bar(report, each) for each in categories)
    sections = "".join(_section(report, each) for each in categories)
    verdict = "conforms" if report.is_good else "does not conform"
    return Template(page).substitute(
        title=f"The {report.side} {verdict}",
        state="good" if report.is_good else "bad",
        target=escape(report.target),
        version=codec.PROTOCOL_VERSION,
        schema=f"{codec.SCHEMA_HASH:08x}",
        count=len(report.results),
        rules=len({each.case.rule for each in report.results}),
        seconds=f"{report.seconds:.0f}",
        tiles=tiles,
        bars=bars,
        sections=sections,
    )


def _class(verdict: Verdict) -> str:
    return verdict.value.lower()


def _category_bar(report: Report, category: str) -> str:
    results = [each for each in report.results if each.case.category == category]
    parts = "".join(
        f'<i class="{_class(verdict)}" style="flex:{count}" title="{count} {verdict.value}"></i>'
        for verdict in Verdict
        if (count := sum(each.verdict is verdict for each in results))
    )
    return (
        f'<a href="#{category}"><span>{category}</span><span class="bar">{parts}</span>'
        f"<span>{len(results)}</span></a>"
    )


def _section(report: Report, category: str) -> str:
    rows = "".join(_row(report, each) for each in report.results if each.case.category == category)
    title = f"{category}<small>behaviour and close</small>"
    return f'<section><h2 id="{category}">{title}</h2><div class="cases">{rows}</div></section>'


def _row(report: Report, result: Result) -> str:
    case = result.case
    text = f'<p class="why">{escape(result.text)}</p>' if result.text else ""
    if case.id in report.expected:
        text += f'<p class="why">expected: {escape(report.expected[case.id])}</p>'
    transcripts = "".join(
        f"<pre>{escape(chr(10).join(lines))}</pre>" for lines in result.transcripts if lines
    )
    rule = read_rules().get(case.rule)
    words = _prose(rule.text) if rule else ""
    return (
        f'<details class="case" id="{case.id}" data-verdict="{_class(result.verdict)}"><summary>'
        f'<code>{case.id}</code><span class="level">{case.level}</span>'
        f'<span class="about">{escape(case.about)}</span>'
        f'<span class="pill {_class(result.behaviour)}" title="behaviour">{result.behaviour}</span>'
        f'<span class="pill {_class(result.close)}" title="close">{result.close}</span>'
        f'</summary><div class="more">{text}'
        f'<blockquote><a href="{PAGE_OF_RULES}#{case.rule}">{case.rule}</a> {words}</blockquote>'
        f"<p>close: {escape(result.close_text)} · {result.seconds:.2f} s</p>{transcripts}"
        "</div></details>"
    )


def _prose(text: str) -> str:
    """A rule's Markdown: code in backticks is all that it has, and links, of which the words
    stay."""
    parts = escape(text).split("`")
    joined = "".join(
        f"<code>{each}</code>" if index % 2 else each for index, each in enumerate(parts)
    )
    return _LINK.sub(r"\1", joined)

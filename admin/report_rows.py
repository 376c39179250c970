"""Reports as rows of a table."""

from __future__ import annotations

from admin.listing import Row, column
from admin.theme import word
from server.store.sanctions import Report


def report_columns() -> list[dict[str, str]]:
    return [
        column("number", "peace_report_number", "link", href="page"),
        column("subject", "peace_subject", "link", href="subject_page"),
        column("text", "peace_case"),
        column("reporter", "peace_reporter"),
        column("world", "world"),
        column("time", "peace_when", "time"),
        column("state", "peace_state"),
    ]


def report_row(report: Report) -> Row:
    return {
        "id": report.number,
        "page": f"/admin/reports/{report.number}",
        "number": word("peace_report").format(number=report.number),
        "subject": report.subject_name,
        "subject_page": f"/admin/players/{report.subject_id}",
        "text": report.text,
        "reporter": report.reporter_name,
        "world": report.world,
        "time": report.time_ms,
        "state": state_of(report),
    }


def state_of(report: Report) -> str:
    return word(f"peace_state_{report.state}").format(name=report.taken_by)

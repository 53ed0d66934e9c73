"""The report of a deposit in its forms: JSON, CSV, HTML, Turtle, a table for the terminal.

Knows the form of DESIGN §12. What the entries say comes from messages.py and the shapes, personal data already
masked; grouping is in report_causes.py, the page in report_html.py.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final, Protocol

from rich.console import Console
from rich.table import Table
from rich.text import Text

from ingestion.messages import Issue
from ingestion.report_causes import Cause, by_cause, said, where
from ingestion.report_html import as_html
from ingestion.report_words import WORDS, Language, counted
from ingestion.summary import Summary
from shapes import Report

COLUMNS: Final = (
    *("file", "line", "column", "field", "value", "severity"),
    *("message", "remedy", "suggestions", "rule", "document"),
)
"""The keys of an entry of the JSON report, and the columns of the CSV."""

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
_ALIKE: Final = frozenset({"message", "remedy"})


def row(entry: Issue, lang: Language) -> dict[str, Any]:
    """Return an entry with the keys of the JSON report, its texts in one language."""
    values = {name: getattr(entry, name) for name in COLUMNS}
    for name in _ALIKE:
        values[name] = values[name].get(lang, "")
    values["suggestions"] = list(entry.suggestions)
    return values


def as_json(
    entries: Sequence[Issue], summary: Mapping[str, int], lang: Language = "fr", notes: Sequence[Issue] = ()
) -> str:
    """Return the JSON report of DESIGN §12; `notes` say how each file was read."""
    report = {
        "summary": dict(summary),
        "entries": [row(entry, lang) for entry in entries],
        "notes": [{"file": note.file, "message": note.message.get(lang, "")} for note in notes],
    }
    return json.dumps(report, ensure_ascii=False, indent=2) + "\n"


def as_csv(entries: Sequence[Issue], lang: Language = "fr") -> str:
    """Return the CSV report, one line an entry, with a byte order mark so that spreadsheets read accents."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for entry in entries:
        values = row(entry, lang)
        values["suggestions"] = " | ".join(values["suggestions"])
        writer.writerow(inert("" if values[name] is None else values[name]) for name in COLUMNS)
    return "\ufeff" + out.getvalue()


def inert(cell: Any) -> Any:
    """Return a cell that a spreadsheet takes for text: a deposit must not become a formula."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell


def as_text(
    entries: Sequence[Issue],
    summary: Mapping[str, int] | None,
    lang: Language = "fr",
    *,
    notes: Sequence[Issue] = (),
    width: int | None = None,
    color: bool = False,
) -> str:
    """Return the report for a terminal: how it was read, the counts, one row a cause."""
    console = Console(
        file=io.StringIO(), width=width or 110, force_terminal=color, color_system="auto" if color else None
    )
    for note in notes:
        console.print(Text(f"{note.file} : {note.message.get(lang, '')}" if note.file else note.message[lang]))
    if summary is not None:
        console.print(Text(counted(summary, lang)))
    if entries:
        console.print(_table(by_cause(entries), lang))
    text: str = console.file.getvalue()  # type: ignore[attr-defined]
    return text


def _table(causes: Sequence[Cause], lang: Language) -> Table:
    words = WORDS[lang]
    table = Table(show_lines=True)
    for name, style in (
        ("severity", None),
        ("count", None),
        ("field", None),
        ("what", None),
        ("where", None),
    ):
        table.add_column(words[name], style=style, overflow="fold", justify="right" if name == "count" else "left")
    for cause in causes:
        first = cause.first
        cells = (
            words[first.severity],
            str(len(cause.entries)),
            first.field,
            said(cause, lang),
            where(cause, lang),
        )
        table.add_row(*(Text(cell) for cell in cells))
    return table


class Outcome(Protocol):
    """What a report is made of: an `Examination`, or anything with the same four."""

    @property
    def summary(self) -> Summary:
        """Return the counts."""

    @property
    def entries(self) -> Sequence[Issue]:
        """Return what is to be said of documents."""

    @property
    def notes(self) -> Sequence[Issue]:
        """Return what is to be said of the file."""

    @property
    def reports(self) -> Sequence[Report]:
        """Return the shapes' reports."""


def write_report(path: Path, outcomes: Sequence[Outcome], lang: Language = "fr") -> None:
    """Write the report of some deposits, in the form of the file's suffix: .html, .csv, .json, .ttl, .txt.

    Raises ValueError for another suffix, OSError where the file cannot be written.
    """
    entries = [entry for one in outcomes for entry in one.entries]
    notes = [note for one in outcomes for note in one.notes]
    summary = sum((one.summary for one in outcomes), Summary()).as_dict()
    forms = {
        ".json": lambda: as_json(entries, summary, lang, notes),
        ".csv": lambda: as_csv(entries, lang),
        ".html": lambda: as_html(entries, summary, lang, notes),
        ".txt": lambda: as_text(entries, summary, lang, notes=notes),
        ".ttl": lambda: as_turtle([report for one in outcomes for report in one.reports]),
    }
    if path.suffix not in forms:
        raise ValueError(f"a report is one of {', '.join(forms)}: {path.name}")
    path.write_text(forms[path.suffix](), encoding="utf-8", newline="")


def as_turtle(reports: Sequence[Report]) -> str:
    """Return the standard SHACL report of what the shapes found, in Turtle."""
    results = tuple(result for report in reports for result in report.results)
    return Report(not results, results).to_turtle()


def print_report(
    entries: Sequence[Issue],
    summary: Summary | None,
    lang: Language = "fr",
    *,
    notes: Sequence[Issue] = (),
) -> None:
    """Print the report on standard error: notes, counts where there are any, one row a cause."""
    console = Console(stderr=True)
    counts = summary.as_dict() if summary else None
    color = console.is_terminal and not console.no_color
    text = as_text(entries, counts, lang, notes=notes, width=console.width if color else None, color=color)
    console.file.write(text)
    console.file.flush()

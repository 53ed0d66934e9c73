"""One finding as people read it, and its five forms: terminal table, JSON, CSV, HTML, and counts by cause.

Knows the form of the report of DESIGN §12; where findings come from is not its business.
"""

from __future__ import annotations

import csv
import html
import io
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from dataclasses import field as default
from itertools import groupby
from typing import Any, Literal

from shapes.report import Result, Severity
from shapes.terms import read_term

Language = Literal["fr", "en"]

COLUMNS = (
    *("file", "line", "column", "field", "value", "severity"),
    *("message", "remedy", "suggestions", "rule", "document"),
)
"""The keys of an entry of the JSON report, and the columns of the CSV."""

_TITLES: dict[str, dict[str, str]] = {
    "fr": {
        "severity": "gravité",
        "document": "document",
        "field": "champ",
        "value": "valeur",
        "message": "que faire",
        "count": "nombre",
        "examples": "exemples",
        "title": "Rapport de validation",
        "line": "ligne",
        "none": "Rien à signaler.",
        "violation": "refus",
        "warning": "avertissement",
        "info": "conseil",
    },
    "en": {
        "severity": "severity",
        "document": "document",
        "field": "field",
        "value": "value",
        "message": "what to do",
        "count": "count",
        "examples": "examples",
        "title": "Validation report",
        "line": "line",
        "none": "Nothing to report.",
        "violation": "refusal",
        "warning": "warning",
        "info": "advice",
    },
}


@dataclass(frozen=True)
class Entry:
    """One finding, placed in a file where there is one (`line` and `column` count from 1)."""

    severity: Severity
    message: dict[str, str]
    rule: str = ""
    document: str = ""
    file: str = ""
    line: int | None = None
    column: int | None = None
    field: str = ""
    value: str = ""
    remedy: dict[str, str] = default(default_factory=dict)
    suggestions: tuple[str, ...] = ()

    @classmethod
    def of(cls, result: Result, *, document: str = "", file: str = "") -> Entry:
        """Make the entry of a validation result; the field is the last part of its path."""
        return cls(
            result.severity,
            result.messages,
            result.shape,
            document or result.focus.partition("#")[0],
            file,
            field=local_name(result.path or ""),
            value="" if result.value is None else str(read_term(result.value)),
        )

    def row(self, lang: Language) -> dict[str, Any]:
        """Return the entry with the keys of the JSON report, its texts in one language."""
        values = {name: getattr(self, name) for name in COLUMNS}
        values["message"] = self.message.get(lang, "")
        values["remedy"] = self.remedy.get(lang, "")
        values["suggestions"] = list(self.suggestions)
        return values


def local_name(path: str) -> str:
    """Return the last part of an IRI, of the last IRI where the path has several."""
    return path.rstrip(">)*+?").replace("#", "/").rsplit("/", 1)[-1]


@dataclass(frozen=True)
class Cause:
    """What entries with one rule, severity and message have in common."""

    entries: tuple[Entry, ...]

    @property
    def first(self) -> Entry:
        """Return one of them."""
        return self.entries[0]

    def examples(self, most: int = 3) -> str:
        """Return up to `most` places, each with its value."""
        places = (f"{_place(entry)} {_shorten(entry.value)}".strip() for entry in self.entries[:most])
        return " · ".join(place for place in places if place)


def by_cause(entries: Iterable[Entry]) -> list[Cause]:
    """Group entries by cause: gravest first, then the most frequent."""

    def cause(entry: Entry) -> tuple[str, str, str, str]:
        return (entry.severity, entry.rule, entry.field, entry.message.get("fr", ""))

    order = {"violation": 0, "warning": 1, "info": 2}
    causes = [Cause(tuple(group)) for _, group in groupby(sorted(entries, key=cause), key=cause)]
    return sorted(causes, key=lambda group: (order[group.first.severity], -len(group.entries)))


def as_json(entries: Sequence[Entry], summary: dict[str, int], lang: Language) -> str:
    """Return the JSON report of DESIGN §12."""
    document = {"summary": summary, "entries": [entry.row(lang) for entry in entries]}
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def as_csv(entries: Sequence[Entry], lang: Language) -> str:
    """Return the CSV report, with a byte order mark so that spreadsheets read the accents."""
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\r\n")
    writer.writeheader()
    for entry in entries:
        row = entry.row(lang)
        row["suggestions"] = " | ".join(row["suggestions"])
        writer.writerow({name: _inert(value) for name, value in row.items()})
    return "\ufeff" + out.getvalue()


def as_html(entries: Sequence[Entry], summary: dict[str, int], lang: Language) -> str:
    """Return the report as one HTML page that stands alone, one row a cause."""
    titles = _TITLES[lang]
    names = ("severity", "count", "field", "message", "examples")
    head = "".join(f'<th scope="col">{titles[name]}</th>' for name in names)
    rows = "".join(
        f'<tr class="{cause.first.severity}">'
        + "".join(f"<td>{html.escape(cell)}</td>" for cell in _cells(cause, lang))
        + "</tr>\n"
        for cause in by_cause(entries)
    )
    counts = " · ".join(f"{html.escape(name)} {number}" for name, number in summary.items())
    table = f"<table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{rows}</tbody>\n</table>"
    body = table if rows else f"<p>{titles['none']}</p>"
    return (
        f'<!doctype html>\n<html lang="{lang}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta name="viewport" content="width=device-width">\n<title>{titles["title"]}</title>\n'
        f"<style>{_STYLE}</style>\n</head>\n<body>\n<main>\n<h1>{titles['title']}</h1>\n<p>{counts}</p>\n"
        f"{body}\n</main>\n</body>\n</html>\n"
    )


_STYLE = (
    "body{font:1rem/1.5 system-ui,sans-serif;margin:2rem;max-width:80rem}"
    "table{border-collapse:collapse;width:100%}"
    "th,td{border:1px solid #767676;padding:.4rem .6rem;"
    "text-align:left;vertical-align:top;overflow-wrap:anywhere}"
    "tr.violation td:first-child{font-weight:bold}"
)


def as_text(entries: Sequence[Entry], lang: Language, *, width: int | None = None) -> str:
    """Return the report as a terminal table, one row a cause."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    titles = _TITLES[lang]
    if not entries:
        return titles["none"] + "\n"
    table = Table(show_lines=True)
    for name in ("severity", "count", "field", "message", "examples"):
        table.add_column(titles[name], overflow="fold", justify="right" if name == "count" else "left")
    for cause in by_cause(entries):
        table.add_row(*(Text(cell) for cell in _cells(cause, lang)))
    console = Console(file=io.StringIO(), width=width or 120, force_terminal=False, color_system=None)
    console.print(table)
    text: str = console.file.getvalue()  # type: ignore[attr-defined]
    return text


def _cells(cause: Cause, lang: Language) -> tuple[str, ...]:
    entry = cause.first
    message = entry.message.get(lang, "")
    remedy = entry.remedy.get(lang, "")
    suggestions = " ; ".join(entry.suggestions)
    words = " ".join(part for part in (message, remedy, f"→ {suggestions}" if suggestions else "") if part)
    return (_TITLES[lang][entry.severity], str(len(cause.entries)), entry.field, words, cause.examples())


def _place(entry: Entry) -> str:
    if entry.line is not None:
        return f"{entry.line}:{entry.column}" if entry.column else str(entry.line)
    return local_name(entry.document)


def _shorten(text: str, most: int = 60) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


def _inert(value: object) -> object:
    """Return a cell that a spreadsheet takes for text: a deposit must not become a formula."""
    risky = isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r"))
    return f"'{value}" if risky else value

"""The report of a deposit in its forms: JSON, CSV, a table for the terminal.

Knows the form of docs/cli.md. What the entries say comes from the shapes and from the way in, personal data already
masked; grouping is in causes.py, the page in html.py, the SHACL report in judging/report.py.
"""

from __future__ import annotations

import io
import json
import textwrap
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from ontologie import Language
from shapes.reporting.causes import Cause, by_cause, said, where
from shapes.reporting.cells import BYTE_ORDER_MARK, SPREADSHEET_SEPARATOR, csv_line
from shapes.reporting.issues import Issue
from shapes.reporting.words import counted, report_words

if TYPE_CHECKING:
    from rich.table import Table

COLUMNS: Final = (
    *("file", "line", "column", "field", "value", "severity"),
    *("message", "remedy", "suggestions", "rule", "document"),
)
"""The keys of an entry of the JSON report; the columns of the CSV have their names in its language."""

MOST_CAUSES: Final = 40
"""Causes that a terminal shows, the gravest first; the reports in files have them all."""

_SEPARATORS: Final[Mapping[str, str]] = {"fr": SPREADSHEET_SEPARATOR, "en": ","}
"""What the spreadsheets of a language expect between the cells of a CSV."""

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
    """Return the JSON report of docs/cli.md; `notes` say how each file was read."""
    report = {
        "summary": dict(summary),
        "entries": [row(entry, lang) for entry in entries],
        "notes": [{"file": note.file, "message": note.message.get(lang, "")} for note in notes],
    }
    return json.dumps(report, ensure_ascii=False, indent=2) + "\n"


def as_csv(entries: Sequence[Issue], lang: Language = "fr", separator: str = "") -> str:
    """Return the CSV report, one line an entry, for a spreadsheet: with a byte order mark, so that it reads accents.

    The separator is the deposit's own, where it has one: who sends semicolons can open them. Else the language's.
    """
    words, separator = report_words(lang), separator or _SEPARATORS[lang]
    lines = [csv_line((words[name] for name in COLUMNS), separator)]
    for entry in entries:
        values = row(entry, lang)
        values["severity"], values["column"] = words[entry.severity], entry.column_name
        values["suggestions"] = " | ".join(values["suggestions"])
        lines.append(csv_line(("" if values[name] is None else str(values[name]) for name in COLUMNS), separator))
    return BYTE_ORDER_MARK + "".join(lines)


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
    width = width or 110
    told = []
    for note in notes:
        said = f"{note.message.get(lang, '')} {note.remedy.get(lang, '')}".strip()
        told.append(f"{note.file} : {said}" if note.file else said)
    if summary is not None:
        told.append(counted(summary, lang))
    lines = (textwrap.fill(line, width, break_on_hyphens=False) for text in told for line in text.split("\n"))
    head = "".join(f"{line}\n" for line in lines)
    return head + (_drawn(by_cause(entries), lang, width, color) if entries else "")


def _drawn(causes: Sequence[Cause], lang: Language, width: int, color: bool) -> str:
    """Return the table of the causes, as a terminal shows it."""
    from rich.console import Console  # most deposits leave nothing to say
    from rich.text import Text

    out = io.StringIO()
    console = Console(file=out, width=width, force_terminal=color, color_system="auto" if color else None)
    console.print(_table(causes[:MOST_CAUSES], lang))
    if more := len(causes[MOST_CAUSES:]):
        console.print(Text(report_words(lang)["more-causes"].format(number=more)))
    return out.getvalue()


def _table(causes: Sequence[Cause], lang: Language) -> Table:
    from rich.table import Table
    from rich.text import Text

    words = report_words(lang)
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
            "\n".join(filter(None, said(cause, lang))),
            where(cause, lang),
        )
        table.add_row(*(Text(cell) for cell in cells))
    return table

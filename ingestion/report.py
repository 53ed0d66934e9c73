"""The report of a deposit in its forms: JSON, CSV, HTML, a table for the terminal.

Knows the form of DESIGN §12 and how entries are grouped by cause, so that one systematic mistake in 3,000
rows reads as one line. What the entries say comes from messages.py and the shapes, personal data already
masked. The page is in report_html.py.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from rich.console import Console
from rich.table import Table
from rich.text import Text

from ingestion.messages import Issue
from ingestion.report_words import ORDER, WORDS, Language, counted

COLUMNS: Final = (
    *("file", "line", "column", "field", "value", "severity"),
    *("message", "remedy", "suggestions", "rule", "document"),
)
"""The keys of an entry of the JSON report, and the columns of the CSV."""

MOST_EXAMPLES: Final = 3
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
_ALIKE: Final = frozenset({"message", "remedy"})


@dataclass(frozen=True)
class Cause:
    """The entries with one severity, rule and field: what a reader would call the same mistake.

    `message` and `remedy` are those of the entries where all agree, else those of the first.
    """

    entries: tuple[Issue, ...]

    @property
    def first(self) -> Issue:
        """Return the entry that stands first in the file."""
        return self.entries[0]

    @property
    def values(self) -> tuple[str, ...]:
        """Return the different values met, the most frequent first."""
        counts: dict[str, int] = {}
        for entry in self.entries:
            if entry.value:
                counts[entry.value] = counts.get(entry.value, 0) + 1
        return tuple(sorted(counts, key=lambda value: -counts[value]))

    def places(self, lang: Language) -> tuple[str, ...]:
        """Return the first places, the file left out where there is only one."""
        several = len({entry.file for entry in self.entries}) > 1
        return tuple(place(entry, lang, with_file=several) for entry in self.entries[:MOST_EXAMPLES])


def by_cause(entries: Iterable[Issue]) -> list[Cause]:
    """Group entries by cause: the gravest first, then the most frequent."""
    groups: dict[tuple[str, str, str, str], list[Issue]] = {}
    for entry in entries:
        # Rules of the way in speak of one value; a shape says the same words of all.
        said = "" if entry.rule.startswith("depot:") else entry.message.get("fr", "")
        groups.setdefault((entry.severity, entry.rule, entry.field, said), []).append(entry)
    causes = [Cause(tuple(group)) for group in groups.values()]
    return sorted(causes, key=lambda cause: (ORDER[cause.first.severity], -len(cause.entries)))


def place(entry: Issue, lang: Language = "fr", *, with_file: bool = True) -> str:
    """Return where an entry stands: `usages.csv, ligne 12, colonne 4`."""
    numbers = (("line", entry.line), ("column", entry.column))
    parts = [f"{WORDS[lang][name]} {number}" for name, number in numbers if number]
    return ", ".join([entry.file, *parts] if with_file and entry.file else parts)


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
    summary: Mapping[str, int],
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
        console.print(
            Text(f"{note.file} : {note.message.get(lang, '')}" if note.file else note.message[lang])
        )
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
        table.add_column(
            words[name], style=style, overflow="fold", justify="right" if name == "count" else "left"
        )
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


def said(cause: Cause, lang: Language) -> str:
    """Return what is wrong and what to do, in one text."""
    first = cause.first
    return " ".join(part for part in (first.message.get(lang, ""), first.remedy.get(lang, "")) if part)


def where(cause: Cause, lang: Language) -> str:
    """Return the first places of a cause, and the other values met."""
    lines = " ; ".join(cause.places(lang))
    if len(cause.entries) > MOST_EXAMPLES:
        lines += f" … ({WORDS[lang]['in_all']} {len(cause.entries)})"
    others = cause.values[:MOST_EXAMPLES]
    return lines if len(cause.values) < 2 else f"{lines}\n{WORDS[lang]['values']} {' ; '.join(others)}"


Form = Literal["json", "csv", "html", "txt"]
"""The forms of a report that are about deposits; Turtle is the shapes' own (`shapes.Report.to_turtle`)."""

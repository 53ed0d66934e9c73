"""The report as one HTML page that stands alone: no script, no address fetched, readable by a screen reader.

Knows what the page says; its structure and style are report.html's, grouping is in causes.py.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from ontologie import Language, html_templates
from shapes.reporting.causes import Cause, by_cause, identifier, said, where
from shapes.reporting.issues import Issue
from shapes.reporting.words import counted, report_words

MOST_LINES: Final = 500
"""Lines of a cause that the page lists; the CSV has them all."""

_WHERE_THEY_DIFFER: Final = frozenset({"file", "message", "suggestions"})


def as_html(
    entries: Sequence[Issue], summary: Mapping[str, int], lang: Language = "fr", notes: Sequence[Issue] = ()
) -> str:
    """Return the page: how the files were read, the counts, then one section a cause, its lines folded."""
    page = (
        html_templates("shapes", "reporting")
        .get_template("report.html")
        .render(
            lang=lang,
            words=report_words(lang),
            counts=counted(summary, lang),
            notes=[(note.file, note.message.get(lang, "")) for note in notes],
            causes=[_shown(cause, lang) for cause in by_cause(entries)],
            most=MOST_LINES,
        )
    )
    return page + "\n"


def _shown(cause: Cause, lang: Language) -> dict[str, Any]:
    """Return what the page says of a cause."""
    words, first, count = report_words(lang), cause.first, len(cause.entries)
    times = words["once"] if count == 1 else words["times"].format(number=count)
    wrong, remedy = said(cause, lang)
    columns = _columns(cause, lang)
    return {
        "severity": first.severity,
        "head": " · ".join(part for part in (words[first.severity].capitalize(), first.field, times) if part),
        "wrong": wrong,
        "remedy": remedy,
        "places": where(cause, lang).split("\n"),
        "count": count,
        "columns": list(columns),
        "rows": list(zip(*columns.values(), strict=True)),
    }


def _columns(cause: Cause, lang: Language) -> dict[str, list[str]]:
    """Return the cells of a cause's lines by column; what is the same in all is no column, it is said above."""
    entries = cause.entries[:MOST_LINES]
    columns = {
        "file": [entry.file for entry in entries],
        "line": [str(entry.line or "") for entry in entries],
        "column": [entry.column_name for entry in entries],
        "document": [identifier(entry) for entry in entries],
        "value": [entry.value for entry in entries],
        "message": [entry.message.get(lang, "") for entry in entries],
        "suggestions": [" ; ".join(entry.suggestions) for entry in entries],
    }
    return {
        name: cells
        for name, cells in columns.items()
        if (any(cells) if name not in _WHERE_THEY_DIFFER else len(set(cells)) > 1)
    }

"""The report as one HTML page that stands alone: no script, no address fetched, readable by a screen reader.

Knows the page's structure and style; grouping is in causes.py.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Final

from ontologie import Language
from shapes.issues import Issue
from shapes.reporting.causes import Cause, by_cause, identifier, said, where
from shapes.reporting.words import counted, report_words

MOST_LINES: Final = 500
"""Lines of a cause that the page lists; the CSV has them all."""

_WHERE_THEY_DIFFER: Final = frozenset({"file", "message", "suggestions"})

_STYLE: Final = """
:root { color-scheme: light dark; --edge: #767676; --soft: #8884; }
body { font: 1rem/1.5 system-ui, sans-serif; margin: 0 auto; padding: 1.5rem; max-width: 70rem; }
h1 { line-height: 1.2; } h3 { margin: 0; font-size: 1.1rem; }
section.cause { border: 1px solid var(--edge); border-left-width: .5rem; padding: .8rem 1rem; }
section.cause { margin: 1rem 0; }
section.violation { border-left-style: double; }
section.cause > p { margin: .5rem 0; } .places, td { overflow-wrap: anywhere; }
table { border-collapse: collapse; width: 100%; margin-top: .5rem; }
th, td { border: 1px solid var(--edge); padding: .3rem .5rem; text-align: left; vertical-align: top; }
tr:nth-child(even) td { background: var(--soft); }
summary { cursor: pointer; } summary:focus-visible { outline: 3px solid; }
@media print { details > * { display: block; } }
"""


def as_html(
    entries: Sequence[Issue], summary: Mapping[str, int], lang: Language = "fr", notes: Sequence[Issue] = ()
) -> str:
    """Return the page: how the files were read, the counts, then one section a cause, its lines folded."""
    words = report_words(lang)
    causes = by_cause(entries)
    read = "".join(f"<li>{escape(note.file)} : {escape(note.message.get(lang, ''))}</li>\n" for note in notes)
    body = "".join(_cause(cause, lang) for cause in causes) or f"<p>{words['nothing']}</p>\n"
    return (
        f'<!doctype html>\n<html lang="{lang}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{words['title']}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<main>\n"
        f"<h1>{words['title']}</h1>\n<p>{escape(counted(summary, lang))}</p>\n"
        + (f"<h2>{words['reading']}</h2>\n<ul>\n{read}</ul>\n" if read else "")
        + (f"<h2>{words['causes']}</h2>\n" if causes else "")
        + f"{body}</main>\n</body>\n</html>\n"
    )


def _cause(cause: Cause, lang: Language) -> str:
    words, first = report_words(lang), cause.first
    count = len(cause.entries)
    times = words["once"] if count == 1 else words["times"].format(number=count)
    head = " · ".join(part for part in (words[first.severity].capitalize(), escape(first.field), times) if part)
    wrong, remedy = said(cause, lang)
    texts = [f"<p>{escape(wrong)}</p>"]
    if remedy:
        texts.append(f"<p><strong>{words['do']}</strong> {escape(remedy)}</p>")
    places = escape(where(cause, lang)).replace("\n", "<br>")
    texts.append(f'<p class="places"><strong>{words["at"]}</strong> {places}</p>')
    return (
        f'<section class="cause {first.severity}">\n<h3>{head}</h3>\n' + "\n".join(texts) + "\n"
        f"<details>\n<summary>{words['details']} ({count})</summary>\n{_lines(cause, lang)}</details>\n</section>\n"
    )


def _lines(cause: Cause, lang: Language) -> str:
    """Return the table of a cause's lines; what is the same in all is no column, it is said above."""
    words = report_words(lang)
    entries = cause.entries[:MOST_LINES]
    columns = {
        "file": [entry.file for entry in entries],
        "line": [str(entry.line or "") for entry in entries],
        "column": [str(entry.column or "") for entry in entries],
        "document": [identifier(entry) for entry in entries],
        "value": [entry.value for entry in entries],
        "message": [entry.message.get(lang, "") for entry in entries],
        "suggestions": [" ; ".join(entry.suggestions) for entry in entries],
    }
    kept = [
        name
        for name, cells in columns.items()
        if (any(cells) if name not in _WHERE_THEY_DIFFER else len(set(cells)) > 1)
    ]
    head = "".join(f'<th scope="col">{words[name]}</th>' for name in kept)
    rows = "".join(
        "<tr>" + "".join(f"<td>{escape(columns[name][number])}</td>" for name in kept) + "</tr>\n"
        for number in range(len(entries))
    )
    more = ""
    if len(cause.entries) > MOST_LINES:
        more = f"<p>{words['more'].format(number=MOST_LINES)}</p>\n"
    return f"<table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{rows}</tbody>\n</table>\n{more}"

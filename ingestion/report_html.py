"""The report as one HTML page that stands alone: no script, no address fetched, readable by a screen reader.

Knows the page's structure and style; grouping is in report.py.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Final

from ingestion.messages import Issue
from ingestion.report_causes import Cause, by_cause, place, said
from ingestion.report_words import WORDS, Language, counted

MOST_LINES: Final = 500
"""Lines of a cause that the page lists; the CSV has them all."""

_STYLE: Final = """
:root { color-scheme: light dark; --edge: #767676; --soft: #8884; }
body { font: 1rem/1.5 system-ui, sans-serif; margin: 0 auto; padding: 1.5rem; max-width: 70rem; }
h1 { line-height: 1.2; } h3 { margin: 0; font-size: 1.1rem; }
section.cause { border: 1px solid var(--edge); border-left-width: .5rem; padding: .8rem 1rem; }
section.cause { margin: 1rem 0; }
section.violation { border-left-style: double; }
.tag { font-weight: bold; } .places, td { overflow-wrap: anywhere; }
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
    words = WORDS[lang]
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
    words, first = WORDS[lang], cause.first
    field = f" · {escape(first.field)}" if first.field else ""
    head = f'<span class="tag">{words[first.severity]}</span>{field} · {len(cause.entries)}'
    return (
        f'<section class="cause {first.severity}">\n<h3>{head}</h3>\n<p>{escape(said(cause, lang))}</p>\n'
        f"<details>\n<summary>{words['details']} ({len(cause.entries)})</summary>\n"
        f"{_lines(cause, lang)}</details>\n</section>\n"
    )


def _lines(cause: Cause, lang: Language) -> str:
    words = WORDS[lang]
    names = ("where", "document", "value", "message")
    head = "".join(f'<th scope="col">{words[name]}</th>' for name in names)
    rows = "".join(
        "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in _cells(entry, lang)) + "</tr>\n"
        for entry in cause.entries[:MOST_LINES]
    )
    more = ""
    if len(cause.entries) > MOST_LINES:
        more = f"<p>{words['more'].format(number=MOST_LINES)}</p>\n"
    return f"<table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{rows}</tbody>\n</table>\n{more}"


def _cells(entry: Issue, lang: Language) -> tuple[str, ...]:
    return (place(entry, lang), entry.document, entry.value, entry.message.get(lang, ""))

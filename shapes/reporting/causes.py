"""Groups the entries of a report by cause, so that one systematic mistake in 3,000 rows reads as one line.

Knows what makes two entries the same mistake, and how a place and its examples are said.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from ontologie import Language
from shapes.reporting.issues import Issue
from shapes.reporting.words import ORDER, report_words

MOST_EXAMPLES: Final = 3


@dataclass(frozen=True)
class Cause:
    """The entries of which the same sentence is said: one severity, rule, field, message and remedy."""

    entries: tuple[Issue, ...]

    @property
    def first(self) -> Issue:
        """Return the entry that stands first in the file."""
        return self.entries[0]

    @property
    def values(self) -> dict[str, int]:
        """Return how many times each value was met, the most frequent first."""
        return dict(Counter(entry.value for entry in self.entries if entry.value).most_common())

    @property
    def documents(self) -> list[str]:
        """Return the identifiers of the documents, each once, in the order of the file."""
        return list(dict.fromkeys(filter(None, map(identifier, self.entries))))

    def places(self, lang: Language) -> tuple[str, ...]:
        """Return the first places, the file left out where there is only one."""
        several = len({entry.file for entry in self.entries}) > 1
        return tuple(place(entry, lang, with_file=several) for entry in self.entries[:MOST_EXAMPLES])


def by_cause(entries: Iterable[Issue]) -> list[Cause]:
    """Group entries by cause: the gravest first, then the most frequent."""
    groups: dict[tuple[str, ...], list[Issue]] = {}
    for entry in entries:
        said = entry.message.get("fr", ""), entry.remedy.get("fr", "")
        groups.setdefault((entry.severity, entry.rule, entry.field, *said), []).append(entry)
    causes = [Cause(tuple(group)) for group in groups.values()]
    return sorted(causes, key=lambda cause: (ORDER[cause.first.severity], -len(cause.entries)))


def place(entry: Issue, lang: Language = "fr", *, with_file: bool = True) -> str:
    """Return where an entry stands: `usages.csv, ligne 12, colonne I`; in JSON a column is a number."""
    numbers = (("line", entry.line), ("column", entry.column_name))
    parts = [f"{report_words(lang)[name]} {number}" for name, number in numbers if number]
    return ", ".join([entry.file, *parts] if with_file and entry.file else parts)


def said(cause: Cause, lang: Language) -> tuple[str, str]:
    """Return what is wrong, and what to do."""
    first = cause.first
    return first.message.get(lang, ""), first.remedy.get(lang, "")


def identifier(entry: Issue) -> str:
    """Return the identifier of the document: the last part of its IRI, or the one deposited."""
    return entry.document.rpartition("/")[2]


def where(cause: Cause, lang: Language) -> str:
    """Return the first places of a cause, and the values met, or else the fiches."""
    lines = " ; ".join(cause.places(lang))
    if len(cause.entries) > MOST_EXAMPLES:
        lines += f" … ({report_words(lang)['in_all']} {len(cause.entries)})"
    met = cause.values
    told = [f"{value} ({count})" if count > 1 else value for value, count in met.items()] or cause.documents
    if len(told) < 2:
        return lines
    head = report_words(lang)["values" if met else "documents"]
    more = " …" if len(told) > MOST_EXAMPLES else ""
    return f"{lines}\n{head} {' ; '.join(told[:MOST_EXAMPLES])}{more}"

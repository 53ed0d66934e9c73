"""What to write instead of a label that is not understood: names that people read, never ids.

Knows how near is near enough; whether a label is understood is the resolution's business.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Final, NamedTuple

from ingestion.resolution.labels import Entry, labels, may_be_label
from ingestion.words.columns import columns
from ontologie import BASE, concepts, fold_label, replacements

_MOST_SUGGESTIONS: Final = 3
_MOST_WORDS: Final = 12
_CLOSE_ENOUGH: Final = 72
_NEARLY_ALIKE: Final = 85
_AS_WRITTEN: Final = ("niveaux", "disciplines")
"""Columns where the label that people write says more than the name of the concept: "Seconde", not "seconde (toutes
voies)"."""


class Near(NamedTuple):
    """A known label near another one: its entry, how alike they are in per cent, whether the other contains it."""

    entry: Entry
    ratio: float
    contained: bool


def suggest(column: str, label: str, base: str = BASE) -> tuple[str, ...]:
    """Return up to three labels that would be understood: what replaces it, nearly alike, contained in it, or close."""
    folded = fold_label(label)
    replaced = [displayed for iri in _retired(column, base).get(folded, ()) for displayed in _instead(iri, base)]
    near = (shown(column, one.entry, base) for one in nearest(column, label, base))
    names = (*replaced, *(name for name in near if fold_label(name) != folded))
    return tuple(dict.fromkeys(names))[:_MOST_SUGGESTIONS]


def nearest(column: str, label: str, base: str = BASE) -> list[Near]:
    """Return the known labels near one, the likeliest first, each set of concepts once; none near a very long text."""
    if not may_be_label(label):
        return []
    entries = {folded: entry for folded, entry in labels(column, base).entries.items() if entry.concepts}
    from rapidfuzz import fuzz, process  # a deposit where every label is known never loads it

    folded = fold_label(label)
    near = process.extract(folded, entries.keys(), scorer=fuzz.ratio, limit=12, score_cutoff=_CLOSE_ENOUGH)
    ratios = {name: score for name, score, _ in near}
    alike = [name for name, score in ratios.items() if score >= _NEARLY_ALIKE]
    contained = _contained(folded, entries)
    kept: dict[tuple[str, ...], Near] = {}
    for name in (*alike, *contained, *ratios):
        ratio = ratios[name] if name in ratios else fuzz.ratio(folded, name)
        kept.setdefault(entries[name].iris, Near(entries[name], ratio, name in contained))
    return list(kept.values())


@cache
def _retired(column: str, base: str) -> Mapping[str, tuple[str, ...]]:
    """Return the concepts of a column's vocabularies that are no longer in use, by their folded labels."""
    schemes, found = columns()[column].schemes, dict[str, tuple[str, ...]]()
    for concept in concepts(base).values():
        if not concept.current and not concept.schemes.isdisjoint(schemes):
            for folded in filter(None, concept.folded):
                found[folded] = (*found.get(folded, ()), concept.iri)
    return found


def _instead(iri: str, base: str) -> list[str]:
    """Return the names of what replaces a concept."""
    known = concepts(base)
    return [known[one].displayed for one in replacements(base).get(iri, ()) if one in known]


def shown(column: str, entry: Entry, base: str) -> str:
    """Return the name to show for an entry: its label where people write so, else the name of its concept."""
    iris = entry.iris
    if len(iris) != 1 or (column in _AS_WRITTEN and not _is_id(entry.label, iris[0])):
        return entry.label
    concept = concepts(base).get(iris[0])
    return concept.displayed if concept else entry.label


def _is_id(label: str, iri: str) -> bool:
    return "/" in label or label == iri.rpartition("/")[2]


def _contained(folded: str, entries: Mapping[str, Entry]) -> list[str]:
    """Return the known labels that a longer one contains as whole words, longest first."""
    words = folded.split()[:_MOST_WORDS]
    windows = (
        " ".join(words[start : start + size])
        for size in range(len(words) - 1, 0, -1)
        for start in range(len(words) - size + 1)
    )
    return [window for window in windows if len(window) > 1 and window in entries]

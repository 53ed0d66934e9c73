"""Turns the labels people write into concepts. Never guesses: what is not certain is answered, not chosen.

Knows the order (the reviewed table, the vocabularies, ranges of levels, composites) and how to suggest; what
becomes of an unresolved label is the documents' business. Competences of the CRCN are in resolution_crcn.py.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal

from ingestion.resolution.labels import Entry, labels
from ingestion.resolution.levels import Span, between, spans, upwards
from ingestion.words.columns import columns
from ontologie import BASE, concepts, fold_label

LEVELS: Final = "niveaux"
SUBJECTS: Final = "disciplines"
_CONJOINED: Final = {LEVELS, "outils_ia"}
"""Columns where "et" joins two labels; a subject's own name may hold one."""

_LEVEL: Final = r"(?:les? |la |l |classes? de |du |de la )?(.+?)"
_RANGE: Final = re.compile(
    rf"(?:de la |de l |des |du |de )?{_LEVEL} (?:a la|a l|au|a|jusqu a la|jusqu au) {_LEVEL}"
)
_FROM: Final = re.compile(rf"(?:a partir|des|depuis)(?: de la| du| de l| des| de| la| le| l)? {_LEVEL}")
_MOST_SUGGESTIONS: Final = 3
_MOST_WORDS: Final = 12
_LONGEST_LABEL: Final = 1_000
_CLOSE_ENOUGH: Final = 72
_NEARLY_ALIKE: Final = 85


@dataclass(frozen=True, slots=True)
class Resolution:
    """What a label stands for.

    `state` is `found`, `none` (reviewed: there is no concept for it), `ambiguous` or `unknown`; with the last
    two, `suggestions` are up to three labels that would be understood.
    """

    state: Literal["found", "none", "ambiguous", "unknown"]
    concepts: tuple[tuple[str, tuple[str, ...]], ...] = ()
    suggestions: tuple[str, ...] = ()

    @property
    def iris(self) -> tuple[str, ...]:
        """Return all concepts, whatever their key."""
        return tuple(iri for _, iris in self.concepts for iri in iris)


@lru_cache(maxsize=100_000)
def resolve(column: str, label: str, base: str = BASE) -> Resolution:
    """Return what a label stands for in a column."""
    known = labels(column, base)
    folded = fold_label(label)
    entry = known.entries.get(folded)
    if entry is None and column == "academie" and folded.isdigit():
        entry = known.entries.get(folded.zfill(2))  # spreadsheets drop the leading zero of a code
    if entry is not None:
        return Resolution("found" if entry.concepts else "none", entry.concepts)
    if folded in known.ambiguous:
        return Resolution("ambiguous", suggestions=known.ambiguous[folded][:_MOST_SUGGESTIONS])
    for attempt in (_range, _listed, _specialised):
        if certain := attempt(column, label, base):
            return Resolution("found", certain)
    return Resolution("unknown", suggestions=suggest(column, label, base))


def displayed(iri: str, base: str = BASE) -> str:
    """Return the French name under which people see a concept, or its IRI where it has none."""
    concept = concepts(base).get(iri)
    return concept.displayed if concept else iri


def suggest(column: str, label: str, base: str = BASE) -> tuple[str, ...]:
    """Return up to three labels that would be understood: nearly alike, contained in it, or close."""
    if len(label) > _LONGEST_LABEL:
        return ()
    entries = {folded: entry for folded, entry in labels(column, base).entries.items() if entry.concepts}
    from rapidfuzz import fuzz, process  # a deposit where every label is known never loads it

    folded = fold_label(label)
    near = process.extract(folded, entries.keys(), scorer=fuzz.ratio, limit=12, score_cutoff=_CLOSE_ENOUGH)
    alike = [name for name, score, _ in near if score >= _NEARLY_ALIKE]
    kept: dict[tuple[str, ...], str] = {}
    for name in (*alike, *_contained(folded, entries), *(name for name, _, _ in near)):
        kept.setdefault(entries[name].iris, entries[name].label)
    return tuple(kept.values())[:_MOST_SUGGESTIONS]


def _contained(folded: str, entries: Mapping[str, Entry]) -> list[str]:
    """Return the known labels that a longer one contains as whole words, longest first."""
    words = folded.split()[:_MOST_WORDS]
    windows = (
        " ".join(words[start : start + size])
        for size in range(len(words) - 1, 0, -1)
        for start in range(len(words) - size + 1)
    )
    return [window for window in windows if len(window) > 1 and window in entries]


Certain = tuple[tuple[str, tuple[str, ...]], ...] | None


def _range(column: str, label: str, base: str) -> Certain:
    """Resolve "de la 6e à la 3e", "à partir de la 4e" to every level in between."""
    if column != LEVELS:
        return None
    folded = fold_label(label)
    if match := _RANGE.fullmatch(folded):
        first, last = (_span(part, base) for part in match.groups())
        found = between(first, last, base) if first and last else ()
    elif match := _FROM.fullmatch(folded):
        first = _span(match[1], base)
        found = upwards(first, base) if first else ()
    else:
        return None
    return ((columns()[LEVELS].key, found),) if found else None


def _span(label: str, base: str) -> Span | None:
    """Return the ranks of a label that names one level."""
    entry = labels(LEVELS, base).entries.get(label)
    if entry is None or len(entry.concepts) != 1 or len(entry.iris) != 1:
        return None
    return spans(base).get(entry.iris[0])


def _listed(column: str, label: str, base: str) -> Certain:
    """Resolve several labels in one ("4e/3e", "ChatGPT et Gemini"), where each is certain."""
    joined = r"[,;/+&]| - | et " if column in _CONJOINED else r"[,;/+&]"
    parts = [part for part in re.split(joined, label) if part.strip()]
    return _together(parts, lambda part: labels(column, base).entries.get(fold_label(part)))


def _specialised(column: str, label: str, base: str) -> Certain:
    """Resolve a level and a subject in one ("Terminale spécialité HLP"), where both are certain."""
    if column != LEVELS:
        return None
    words = fold_label(label).split()
    levels, subjects = labels(LEVELS, base).entries, labels(SUBJECTS, base).entries
    for cut in range(len(words) - 1, 0, -1):
        level, subject = levels.get(" ".join(words[:cut])), subjects.get(" ".join(words[cut:]))
        if level and subject and level.reviewed and level.concepts and subject.concepts:
            return _merge((level, subject))
    return None


def _together(parts: list[str], find: Callable[[str], Entry | None]) -> Certain:
    entries = [find(part) for part in parts]
    if len(entries) < 2 or not all(entry and entry.concepts for entry in entries):
        return None
    return _merge(entry for entry in entries if entry)


def _merge(entries: Iterator[Entry] | tuple[Entry, ...]) -> Certain:
    merged: dict[str, dict[str, None]] = {}
    for entry in entries:
        for key, iris in entry.concepts:
            merged.setdefault(key, {}).update(dict.fromkeys(iris))
    return tuple((key, tuple(iris)) for key, iris in merged.items())

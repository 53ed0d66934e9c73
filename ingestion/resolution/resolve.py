"""Turns one label into concepts. Never guesses: what is not certain is answered, not chosen.

Knows the order (the reviewed table, the vocabularies, the grammar of labels, ranges and composites of levels, the
column beside); a cell that holds several labels is the items' business, what becomes of an unresolved label the
documents'. Competences of the CRCN are in crcn.py.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal

from ingestion.resolution.academies import read_academie
from ingestion.resolution.grammar import Concepts, grammar, words_of
from ingestion.resolution.labels import labels, may_be_label
from ingestion.resolution.levels import Span, between, spans, upwards
from ingestion.resolution.subjects import read_subject
from ingestion.resolution.suggestions import suggest
from ingestion.resolution.tools import read_tool
from ingestion.words.columns import columns
from ontologie import BASE, concepts, fold_label

LEVELS: Final = "niveaux"
SUBJECTS: Final = "disciplines"
TOOLS: Final = "outils_ia"
KINDS: Final = "type_ia"

_BESIDE: Final = {TOOLS: KINDS, KINDS: TOOLS}
"""Columns that people take for one another: a label that the one does not know is looked up in the other."""

_LEVEL: Final = r"(?:les? |la |l |classes? de |du |de la )?(.+?)"
_RANGE: Final = re.compile(
    rf"(?:de la |de l |des |du |de )?{_LEVEL} (?:a la|a l|au|a|jusqu a la|jusqu au) {_LEVEL}"
)
_FROM: Final = re.compile(rf"(?:a partir|des|depuis)(?: de la| du| de l| des| de| la| le| l)? {_LEVEL}")
_MOST_SUGGESTIONS: Final = 3
_MOST_WORDS: Final = 16


@dataclass(frozen=True, slots=True)
class Resolution:
    """What a label stands for.

    `state` is `found`, `none` (there is no concept for it, and that is known), `absent` (it says that there is
    nothing: "sans IA"), `text` (people decided that it stays as it is), `ambiguous` or `unknown`; with the last two,
    `suggestions` are up to three labels that would be understood.
    """

    state: Literal["found", "none", "absent", "text", "ambiguous", "unknown"]
    concepts: Concepts = ()
    suggestions: tuple[str, ...] = ()

    @property
    def iris(self) -> tuple[str, ...]:
        """Return all concepts, whatever their key."""
        return tuple(iri for _, iris in self.concepts for iri in iris)

    @property
    def known(self) -> bool:
        """Whether it is certain what the label says."""
        return self.state in ("found", "none", "absent", "text")


def resolve(column: str, label: str, base: str = BASE) -> Resolution:
    """Return what a label stands for in a column; a text too long for a label stands for nothing."""
    return resolve_label(column, label, base) if may_be_label(label) else Resolution("unknown")


@lru_cache(maxsize=100_000)
def resolve_label(column: str, label: str, base: str) -> Resolution:
    """Return what a label stands for, as `resolve` does, of texts that may be one."""
    if certain := certainly(column, label, base):
        return certain
    ambiguous = labels(column, base).ambiguous.get(fold_label(label))
    if ambiguous:
        return Resolution("ambiguous", suggestions=ambiguous[:_MOST_SUGGESTIONS])
    return Resolution("unknown", suggestions=suggest(column, label, base))


def certainly(column: str, label: str, base: str = BASE) -> Resolution | None:
    """Return what a label stands for, None where that is not certain."""
    return certain_label(column, label, base) if may_be_label(label) else None


@lru_cache(maxsize=100_000)
def certain_label(column: str, label: str, base: str) -> Resolution | None:
    """Return what a label stands for, as `certainly` does, of texts that may be one."""
    if found := _in_column(column, label, base):
        return found
    beside = _BESIDE.get(column)
    other = _in_column(beside, label, base) if beside else None
    return other if other and other.state == "found" else None


def _in_column(column: str, label: str, base: str) -> Resolution | None:
    known = labels(column, base)
    folded = fold_label(label)
    entry = known.entries.get(folded)
    if entry is None and column == "academie" and folded.isdigit():
        entry = known.entries.get(folded.zfill(2))  # spreadsheets drop the leading zero of a code
    if entry is not None:
        return Resolution("found" if entry.concepts else "none", entry.concepts)
    said = grammar(column).read(folded)
    if said is not None:
        return Resolution("found" if said else "absent", said)
    for attempt in _ATTEMPTS.get(column, ()):
        if found := attempt(label, base):
            return Resolution("found", found)
    return None


def displayed(iri: str, base: str = BASE) -> str:
    """Return the French name under which people see a concept, or its IRI where it has none."""
    concept = concepts(base).get(iri)
    return concept.displayed if concept else iri


def _range(label: str, base: str) -> Concepts | None:
    """Resolve "de la 6e à la 3e", "à partir de la 4e" to every level in between."""
    folded = fold_label(label)
    if match := _RANGE.fullmatch(folded):
        first, last = (span_of(part, base) for part in match.groups())
        found = between(first, last, base) if first and last else ()
    elif match := _FROM.fullmatch(folded):
        first = span_of(match[1], base)
        found = upwards(first, base) if first else ()
    else:
        return None
    return ((columns()[LEVELS].key, found),) if found else None


def span_of(label: str, base: str = BASE) -> Span | None:
    """Return the ranks of a label that names one level."""
    named = _level(fold_label(label), base)
    iris = [iri for _, iris in named or () for iri in iris]
    return spans(base).get(iris[0]) if len(iris) == 1 else None


def _level(folded: str, base: str) -> Concepts | None:
    """Return the level of a folded label that a person has read: of our table, or of the grammar."""
    entry = labels(LEVELS, base).entries.get(folded)
    if entry and entry.reviewed:
        return entry.concepts or None
    return grammar(LEVELS).read(folded) or None


def _specialised(label: str, base: str) -> Concepts | None:
    """Resolve a level and a subject in one ("Terminale spécialité HLP"), where both are certain."""
    words = fold_label(label).split()
    subjects = labels(SUBJECTS, base).entries
    for cut in range(len(words) - 1, 0, -1) if len(words) <= _MOST_WORDS else ():
        before = words[:cut]
        while before and before[-1] in words_of(LEVELS, "marque") and not _level(" ".join(before), base):
            before = before[:-1]
        level = _level(" ".join(before), base)
        if not level:
            continue
        rest = " ".join(words[cut:])
        entry = subjects.get(rest)
        subject = entry.concepts if entry else read_subject(rest, base)
        if subject:
            return merged((level, subject))
    return None


def merged(several: tuple[Concepts, ...]) -> Concepts:
    """Return the concepts of several labels, each once."""
    together: dict[str, dict[str, None]] = {}
    for one in several:
        for key, iris in one:
            together.setdefault(key, {}).update(dict.fromkeys(iris))
    return tuple((key, tuple(iris)) for key, iris in together.items())


_ATTEMPTS: Final[Mapping[str, tuple[Callable[[str, str], Concepts | None], ...]]] = {
    LEVELS: (_range, _specialised),
    SUBJECTS: (read_subject,),
    TOOLS: (read_tool,),
    "academie": (read_academie,),
}
"""What else is tried on a label of a column that neither the table nor the vocabularies nor the grammar knows."""

"""The labels that concepts are known by: the reviewed table first, then those of the vocabularies.

Knows `libelles.csv` (label → concepts, reviewed), `libelles_ecartes.csv` (labels of a concept never used) and
the packaged SKOS; which answer a deposit gets is the resolution's business.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final, NamedTuple

from ingestion.words.columns import columns
from ontologie import BASE, Concept, concepts, fold_label, read_table

LONGEST: Final = 1_000
"""Characters of a label, as written and as folded."""
_MOST_WORDS: Final = 120
"""Words of a label."""


class Entry(NamedTuple):
    """What a label stands for: by key of the document, the concepts; none where the table says so.

    `reviewed` says the entry is the table's. IRIs are relative to the base where they are ours.
    """

    label: str
    concepts: tuple[tuple[str, tuple[str, ...]], ...]
    reviewed: bool

    @property
    def iris(self) -> tuple[str, ...]:
        """Return all concepts, whatever their key."""
        return tuple(iri for _, iris in self.concepts for iri in iris)


@dataclass(frozen=True)
class Labels:
    """The labels that one column is resolved against, by folded form.

    `ambiguous` holds, for a label that several concepts bear, the names of these.
    """

    entries: Mapping[str, Entry]
    ambiguous: Mapping[str, tuple[str, ...]]


def may_be_label(text: str) -> bool:
    """Tell whether a text may be a label: what is kept of it, and what reading it costs, has a bound.

    Folding may make 18 letters of one; windows of words are tried on what it makes.
    """
    return len(text) <= LONGEST and len(folded := fold_label(text)) <= LONGEST and folded.count(" ") < _MOST_WORDS


@cache
def concepts_of(column: str, base: str = BASE) -> tuple[Concept, ...]:
    """Return the concepts in use of a column's vocabularies."""
    schemes = columns()[column].schemes
    return tuple(one for one in concepts(base).values() if one.current and not one.schemes.isdisjoint(schemes))


@cache
def labels(column: str, base: str = BASE) -> Labels:
    """Return the labels of a column, by its name."""
    key = columns()[column].key
    found: dict[str, dict[str, str]] = {}
    displayed: dict[str, str] = {}
    discarded = {(row["iri"], fold_label(row["libelle"])) for row in read_table("donnees", "libelles_ecartes.csv")}
    for concept in concepts_of(column, base):
        displayed[concept.iri] = concept.displayed
        for label, folded in zip(concept.labels, concept.folded, strict=True):
            if (concept.iri, folded) not in discarded:
                found.setdefault(folded, {})[concept.iri] = label
    entries = {
        folded: Entry(label, ((key, (iri,)),), reviewed=False)
        for folded, bearers in found.items()
        if folded and len(bearers) == 1
        for iri, label in bearers.items()
    }
    entries.update(_reviewed(column))
    ambiguous = {
        folded: tuple(displayed[iri] for iri in bearers) for folded, bearers in found.items() if folded not in entries
    }
    return Labels(entries, ambiguous)


def _reviewed(column: str) -> Iterator[tuple[str, Entry]]:
    """Yield the entries of the reviewed table for a column; rows with the same label make one entry."""
    rows: dict[str, list[dict[str, str]]] = {}
    for row in read_table("donnees", "libelles.csv"):
        if row["champ"] == column:
            rows.setdefault(fold_label(row["libelle"]), []).append(row)
    for folded, same in rows.items():
        found: dict[str, tuple[str, ...]] = {}
        for row in same:
            iris = tuple(row["concepts"].split("|")) if row["concepts"] else ()
            found[row["cle"]] = tuple(dict.fromkeys((*found.get(row["cle"], ()), *iris)))
        kept = tuple((key, iris) for key, iris in found.items() if iris)
        yield folded, Entry(same[0]["libelle"], kept, reviewed=True)

"""Which things a label may name, and how likely each is: the resolution of deposits, and what its refusals suggest.

A type is a column of the deposit, the vocabularies that its labels are looked up in. Knows scores; not who asks.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from typing import Final

from ingestion.resolution.labels import LONGEST, concepts_of, labels, may_be_label
from ingestion.resolution.resolve import Resolution, certainly
from ingestion.resolution.suggestions import Near, nearest
from ingestion.resolution.tools import COLUMN as TOOLS
from ingestion.words.columns import Column, columns
from ontologie import Iris, fold_label, read_table

SEVERAL: Final = 95.0
"""The score of each thing that a label names together, or that several things bear as their name."""
CONTAINED: Final = 70.0
NEARLY: Final = 85.0
_OTHERS: Final = ("editeur", "modeles_sous_jacents")
"""The columns of the tools whose values name something else than a tool."""
WORTH: Final = 0.8
"""What is left of the likeness of a label that is neither nearly alike nor contained: it stays below those."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A thing that a label may name: its IRI, its type, its score from 0 to 100, and what that rests on.

    `match` says that the label names it for certain, and nothing else. `ratio` is how alike the label and the known one
    are, in per cent; `contained` whether the label holds the known one as whole words.
    """

    iri: str
    type: str
    score: float
    match: bool
    ratio: float
    contained: bool


@cache
def label_types() -> dict[str, Column]:
    """Return the columns whose labels name things, by their name."""
    return {name: column for name, column in columns().items() if column.schemes}


def candidates_of(label: str, among: Iterable[str], base: str) -> list[Candidate]:
    """Return what a label may name among some types, the likeliest first; a thing of two types once."""
    found: dict[str, Candidate] = {}
    for one in sorted((each for name in among for each in of_type(label, name, base)), key=lambda c: -c.score):
        found.setdefault(one.iri, one)
    if sum(one.match for one in found.values()) > 1:
        return [replace(one, score=SEVERAL, match=False) if one.match else one for one in found.values()]
    return list(found.values())


def of_type(label: str, name: str, base: str) -> tuple[Candidate, ...]:
    """Return what a label may name in one type; nothing for a text too long to be one."""
    return of_label(label, name, base) if label.strip() and may_be_label(label) else ()


@lru_cache(maxsize=20_000)
def of_label(label: str, name: str, base: str) -> tuple[Candidate, ...]:
    """Return what a label may name in one type, as `of_type` does."""
    if certain := certainly(name, label, base):
        found = tuple(of_certain(certain, name, base))
        if name == TOOLS and names_another(label):
            # A deposit that names a maker or a model means its tool; of a label alone, who asks decides.
            return tuple(replace(one, score=SEVERAL, match=False) for one in found)
        return found
    return tuple((*of_ambiguous(label, name, base), *of_near(nearest(name, label, base), name, base)))


def of_certain(found: Resolution, name: str, base: str) -> Iterator[Candidate]:
    """Yield what a label names for certain: one thing, or several together, none of which it is alone."""
    alone = len(found.iris) == 1
    for iri in found.iris:
        yield Candidate(Iris(base).absolute(iri), name, 100.0 if alone else SEVERAL, alone, 100.0, False)


def names_another(label: str) -> bool:
    """Tell whether a label is the name of a tool's maker, or of a model, and of no tool: Mistral, Google."""
    return fold_label(label) in _makers_and_models()


@cache
def _makers_and_models() -> frozenset[str]:
    rows = read_table("donnees", "outils-ia", "outils.csv")
    others = {fold_label(one) for row in rows for key in _OTHERS for one in row[key].split("|") if one}
    return frozenset(others - {fold_label(row["nom"]) for row in rows})


def of_ambiguous(label: str, name: str, base: str) -> Iterator[Candidate]:
    """Yield the things that bear a label together."""
    folded = fold_label(label)
    if folded not in labels(name, base).ambiguous:
        return
    for concept in concepts_of(name, base):
        if folded in concept.folded:
            yield Candidate(Iris(base).absolute(concept.iri), name, SEVERAL, False, 100.0, False)


def of_near(near: Iterable[Near], name: str, base: str) -> Iterator[Candidate]:
    """Yield the things whose labels are near, scored in the order of the suggestions that a refusal makes."""
    for one in near:
        if one.ratio >= NEARLY:
            score = min(one.ratio, 99.0)
        elif one.contained:
            score = CONTAINED + (NEARLY - CONTAINED) * one.ratio / 100
        else:
            score = one.ratio * WORTH
        for iri in one.entry.iris:
            yield Candidate(Iris(base).absolute(iri), name, round(score, 1), False, round(one.ratio, 1), one.contained)


def completions(prefix: str, among: Iterable[str], base: str, most: int) -> list[tuple[str, str]]:
    """Return (IRI, type) of the things one of whose names has a word that begins so, shortest names first."""
    folded = fold_label(prefix)
    if not folded or len(prefix) > LONGEST:
        return []
    found: dict[str, tuple[int, str, str]] = {}
    absolute = Iris(base).absolute
    for name in among:
        for concept in concepts_of(name, base):
            fitting = [len(text) for text in concept.folded if f" {folded}" in f" {text}"]
            if fitting:
                found.setdefault(concept.iri, (min(fitting), absolute(concept.iri), name))
    return [(iri, name) for _, iri, name in sorted(found.values())[:most]]

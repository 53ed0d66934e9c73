"""The bridges to the vocabularies of others: one table a target in `ontologie/ponts/`, each pair with its reason.

Knows the tables and what the targets are; not how a pair becomes statements (`alignements`), nor how the terms of a
target are distilled (`cibles`). A target that its vocabulary's own file does not define is never stated.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Final

from ontologie.generation.tables.common import Row
from ontologie.generation.tables.turtle import iri
from ontologie.resources import read_table, resource

TARGETS: Final = "cibles.csv"


@cache
def targets() -> dict[str, Row]:
    """Return what is known of each target vocabulary, by the prefix of its terms."""
    return {row["prefixe"]: row for row in read_table("ponts", TARGETS)}


def pairs() -> Iterator[Row]:
    """Yield the pairs of every bridge: subject, predicate, object, confidence and reason in both languages."""
    names = sorted(entry.name for entry in resource("ponts").iterdir() if entry.name.endswith(".csv"))
    for name in names:
        if name != TARGETS:
            yield from read_table("ponts", name)


def target_of(reference: str) -> Row | None:
    """Return the vocabulary that a term belongs to, given as `prefix:name` or as an IRI; None where it is no target."""
    name = iri(reference).value
    return next((row for row in targets().values() if name.startswith(row["espace"])), None)

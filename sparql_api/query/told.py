"""What an edition tells of its data that a query may be put otherwise by: which class all subjects of a property have.

Read of the statistics that publication counts, once for an edition and as far as a bound. Where they stand, the
edition is one of our publisher's, which refuses a triple that would stand in two graphs
(docs/decisions/iris-and-graphs.md): the union of its graphs holds each triple once.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from ingestion import STATISTICS, redaction_of
from sparql_api.query.stores import StoreRef

MOST_BYTES: Final = 2 << 20
"""Statistics that are read: thirteen times those of 100,000 fiches, whose size is that of the vocabulary."""


@dataclass(frozen=True)
class EditionTold:
    """What is true of all the graphs of one edition together."""

    implied: Mapping[str, frozenset[str]]
    """The classes that each subject of a property has, by the IRI of the property."""


def told_by(store: StoreRef) -> EditionTold | None:
    """Return what the edition of a store tells; None where it has no statistics that can be read, or others by now."""
    path = store.path.parent / STATISTICS
    try:
        found = path.stat()
        if found.st_size > MOST_BYTES or redaction_of(store.path.parent) != store.redaction:
            return None
        return _read(path, found.st_ino, found.st_ctime_ns)
    except (OSError, ValueError):
        return None


@lru_cache(maxsize=16)
def _read(path: Path, inode: int, changed: int) -> EditionTold:
    return EditionTold(implied_of(json.loads(path.read_bytes())))


def implied_of(statistics: Mapping[str, Any]) -> dict[str, frozenset[str]]:
    """Return the classes that each subject of a property has, from what is counted (`Statistics.numbers`).

    `uses` counts the triples of a property whose own graph says the class of their subject: where these are all its
    triples, no subject of the property is without the class. What an older program did not count is missing from `uses`
    alone, which implies less.
    """
    totals = statistics["predicates"]
    implied: dict[str, set[str]] = {}
    for kind, predicate, count in statistics.get("uses", ()):
        if count == totals.get(predicate):
            implied.setdefault(predicate, set()).add(kind)
    return {predicate: frozenset(kinds) for predicate, kinds in implied.items()}

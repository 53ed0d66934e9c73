"""The labels of things as an edition says them, each asked for once. Knows queries; not what is shown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from threading import Lock
from typing import Final

import pyoxigraph as ox
from cachetools import LRUCache

from ingestion import redaction_of
from ontologie import name_properties
from sparql_api.pages.common.reading import Reading

CHUNK: Final = 400
LABELS_KEPT: Final = 200_000


class DisplayLabels:
    """The labels of things by edition and redaction: neither changes, so each is asked for once."""

    def __init__(self, base: str, editions: Path) -> None:
        self._base = base
        self._editions = editions
        self._kept: LRUCache[tuple[int, int, str], Mapping[str, str]] = LRUCache(LABELS_KEPT)
        self._lock = Lock()

    async def of(self, reading: Reading, iris: Iterable[str], edition: int) -> dict[str, Mapping[str, str]]:
        """Return {IRI: {language: label}} of these things; an empty mapping for one without a label."""
        wanted = {iri for iri in iris if is_safe(iri)}
        of = edition, redaction_of(f"{self._editions}/{edition}")
        with self._lock:
            known = {iri: self._kept[*of, iri] for iri in wanted if (*of, iri) in self._kept}
        missing = sorted(wanted - set(known))
        for chunk in chunks(missing):
            known |= await select_labels(reading, chunk, edition, self._base)
        with self._lock:
            self._kept.update({(*of, iri): known[iri] for iri in missing})
        return known


async def select_labels(reading: Reading, iris: Sequence[str], edition: int, base: str) -> dict[str, Mapping[str, str]]:
    """Return {IRI: {language: label}}, from the first naming property that each has in a language."""
    naming = name_properties(base)
    things = " ".join(f"<{iri}>" for iri in iris)
    properties = ", ".join(f"<{label}>" for label in naming)
    # As two VALUES, engines would look for each pair of them: forty times what things say of themselves costs.
    text = f"SELECT ?s ?p ?o WHERE {{ VALUES ?s {{ {things} }} ?s ?p ?o FILTER(?p IN ({properties})) }}"
    rows = await reading.rows(text, edition)
    found: dict[str, dict[str, str]] = {iri: {} for iri in iris}
    for row in sorted(rows, key=lambda row: (naming.index(row["p"].value), row["o"].value)):
        label = row["o"]
        if isinstance(label, ox.Literal):
            found[row["s"].value].setdefault((label.language or "fr")[:2], label.value)
    return dict(found)


def chunks(iris: Sequence[str]) -> Iterable[Sequence[str]]:
    """Yield parts short enough for one query."""
    for start in range(0, len(iris), CHUNK):
        yield iris[start : start + CHUNK]


def is_safe(iri: str) -> bool:
    """Return whether an IRI may stand between `<` and `>` in a query (SPARQL 1.1, IRIREF)."""
    try:
        ox.NamedNode(iri)
    except ValueError:  # what the engine would refuse, the whole query with it
        return False
    return True

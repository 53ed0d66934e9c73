"""The licences of an edition: which graph is under which, and which graphs are free of any condition but the source.

A document's graph states its licence, a vocabulary's card does. What is derived of a graph is under its licence; the
links of partners' matches are under all of theirs, and what is inferred of the vocabularies repeats labels of
ScoLOMFR, so is under its licence. What review says of a document is ours.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final, Literal

from ingestion import STATISTICS, Edition
from ontologie import Iris, licence_at, vocabularies
from sparql_api.description.statements import LICENCE

Part = Literal["all", "documents", "tables", "free"]
SCOLOMFR: Final = "https://creativecommons.org/licenses/by-sa/3.0/fr/"


@dataclass(frozen=True)
class Licences:
    """What an edition's graphs are licensed under, where it is not our own licence."""

    base: str
    vocabularies: Mapping[str, str]
    """By the graphs of packaged vocabularies, and of what follows from them."""
    documents: Mapping[str, str]
    """By the graphs of documents."""

    def of_graph(self, graph: str) -> frozenset[str]:
        """Return the licences of a graph."""
        iris = Iris(self.base)
        if graph in self.vocabularies:
            return frozenset({self.vocabularies[graph]})
        if graph == alignments(self.base):
            linksets = iris.graph("linkset", "")
            return frozenset({LICENCE, *(one for of, one in self.documents.items() if of.startswith(linksets))})
        derived = f"{iris.base}graphe/derive/"
        source = f"{iris.base}graphe/{graph.removeprefix(derived)}" if graph.startswith(derived) else graph
        return frozenset({self.documents.get(source, LICENCE)})

    def of(self, part: Part = "all") -> tuple[str, ...]:
        """Return the licences of a part of the edition, ours first.

        `documents` is what says nothing but documents; the research `tables` name levels and subjects as ScoLOMFR
        does; what is `free` is what the open dump holds.
        """
        found = {*self.documents.values()}
        if part in ("all", "free"):
            found.update(self.vocabularies.values())
        if part == "tables":
            found.add(SCOLOMFR)
        return (LICENCE, *(one for one in sorted(found - {LICENCE}) if part != "free" or is_free(one)))

    @property
    def closed(self) -> tuple[str, ...]:
        """The graphs that a licence lets be reused under more conditions than to name the source, in order."""
        return tuple(sorted(self._closed()))

    def _closed(self) -> Iterator[str]:
        iris = Iris(self.base)
        yield from (graph for graph, one in self.vocabularies.items() if not is_free(one))
        for graph in (graph for graph, one in self.documents.items() if not is_free(one)):
            yield from (graph, graph.replace(f"{iris.base}graphe/", f"{iris.base}graphe/derive/", 1))
        if any(not is_free(one) for one in self.of_graph(alignments(self.base))):
            yield alignments(self.base)


def licences_of(edition: Edition) -> Licences:
    """Return the licences of an edition."""
    return _licences(edition.path, edition.manifest["sha256"], edition.manifest["base"])


def is_free(licence: str) -> bool:
    """Tell whether data under a licence are reused and changed by naming the source alone."""
    known = licence_at(licence)
    return known is not None and known.free


def name_of(licence: str) -> str:
    """Return what a licence is called, its address where nobody said."""
    known = licence_at(licence)
    return licence if known is None else known.name


def alignments(base: str) -> str:
    """Return the graph of the links that matches come to, whoever states them."""
    return Iris(base).derived_graph("alignements", "").rstrip("/")


@lru_cache(maxsize=16)
def _licences(folder: Path, root: str, base: str) -> Licences:
    manifest = Edition(0, folder).manifest
    names = {*manifest.get("vocabularies", ()), "inferences"}
    told = {one.graph: one.licence for one in vocabularies(base) if one.name in names and one.licence != LICENCE}
    told[Iris(base).derived_graph("vocabulaire", "inferences")] = SCOLOMFR
    return Licences(base, told, _documents(folder, manifest, base))


def _documents(folder: Path, manifest: Mapping[str, dict[str, dict[str, str]]], base: str) -> dict[str, str]:
    """Return the licence of each document that is not under ours; of partners' alone where nothing counts them."""
    path = folder / STATISTICS
    counted = json.loads(path.read_text(encoding="utf-8")).get("licences") if path.is_file() else None
    if counted is not None:
        return {graph: licence for licence, graph, _ in counted if graph}
    partners = manifest.get("partners", {}).items()
    return {f"{base}graphe/{name}": told["licence"] for name, told in partners if told["licence"] != LICENCE}

"""Keeps what follows from partners' documents in step with them, in a ledger and in an edition that is made anew."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from typing import Any

from ingestion.derivation.partners import alignment_lines, alignments_graph, entailed_lines, looked_at_by_alignments
from ingestion.publication.files.editions import Edition
from ingestion.publication.files.ledger import Ledger
from ingestion.publication.files.members import graphs_of
from ingestion.words.owned import PARTNERS
from ontologie import Iris

Put = Callable[[str, Sequence[bytes]], None]
"""Replaces a graph by canonical lines; without lines, removes it."""


def derive_partners(ledger: Ledger, put: Put, changed: Collection[tuple[str, str]], base: str, *, words: bool) -> None:
    """Derive what rests on partners' documents, by (type, identifier), that changed; all of it where words did."""
    iris = Iris(base)
    for kind in PARTNERS:
        own = iris.graph(kind, "")
        names = {name for of, name in changed if of == kind}
        if words:
            names.update(graph.removeprefix(own) for graph in ledger.names(own))
        for name in sorted(names):
            lines = ledger.lines(own + name)
            put(iris.derived_graph(kind, name), entailed_lines(kind, name, lines, base) if lines else [])
    if words or concerns_partners(changed):
        put(alignments_graph(base), alignment_lines(_graphs(ledger, base), base))


def concerns_partners(names: Iterable[tuple[str, str]]) -> bool:
    """Tell whether some of these documents, by (type, identifier), are a partner's."""
    return any(kind in PARTNERS for kind, _ in names)


def forget_alignments(ledger: Ledger, names: Collection[tuple[str, str]], base: str) -> None:
    """Derive the links of alignments again in a ledger that some documents left."""
    if concerns_partners(names):
        ledger.put(ledger.packed(alignments_graph(base), alignment_lines(_graphs(ledger, base), base)))


def alignments_without(one: Edition, names: Collection[tuple[str, str]]) -> dict[str, bytes]:
    """Return the links of alignments that an edition has without some documents, where that changes them."""
    if not concerns_partners(names):
        return {}
    base, iris = one.manifest["base"], Iris(one.manifest["base"])
    gone = {iris.graph(*name) for name in names}
    wanted = looked_at_by_alignments(base)
    left = ((graph, data) for graph, data in graphs_of(one) if graph.startswith(wanted) and graph not in gone)
    return {alignments_graph(base): b"".join(alignment_lines(left, base))}


def described_partners(ledger: Ledger, base: str) -> dict[str, dict[str, Any]]:
    """Return what a manifest says of partners' documents, by document: licence, name, how much it holds."""
    told = dict[str, dict[str, Any]]()
    for kind in PARTNERS:
        for graph in ledger.names(Iris(base).graph(kind, "")):
            fiche = json.loads(ledger.fiche(graph) or "{}")
            if fiche:
                told[fiche["id"]] = {
                    "licence": fiche["fiche"]["licence"],
                    "title": fiche.get("libelle") or fiche.get("titre") or {},
                    "count": len(fiche.get("principe", fiche.get("correspondance", ()))),
                }
    return told


def _graphs(ledger: Ledger, base: str) -> Iterator[tuple[str, bytes]]:
    for prefix in looked_at_by_alignments(base):
        yield from ((graph, b"".join(ledger.lines(graph))) for graph in ledger.names(prefix))

"""What review knows of a document, as the quads of its provenance graph (PROV-O, https://www.w3.org/TR/prov-o/).

Knows services, académies, dates and versions of the registry; never a person (law 7): an agent of the registry
is not named here, only whether the académie or the nation validated.
"""

from __future__ import annotations

from typing import Final

import pyoxigraph as ox

from ingestion.registry import Registered
from ontologie import BASE, PREFIXES, RDF_TYPE, Iris, canonical_lines

_XSD: Final = PREFIXES["xsd"]


def provenance_lines(found: Registered, base: str = BASE) -> list[bytes]:
    """Return the canonical lines of the graph `graphe/provenance/{kind}/{id}` of a validated document."""
    iris = Iris(base)
    fiche = ox.NamedNode(iris.graph(found.kind, found.identifier))
    graph = ox.NamedNode(iris.provenance_graph(found.kind, found.identifier))
    validation = ox.NamedNode(f"{fiche.value}#validation-{found.validated_version}")
    validator = iris.entity("academie", found.academie) if found.academie else iris.entity("organisation", "menj")
    said: list[tuple[ox.NamedNode, str, ox.NamedNode | ox.Literal]] = [
        (fiche, PREFIXES["dct"] + "hasVersion", _literal(str(found.validated_version))),
        (fiche, PREFIXES["dct"] + "dateSubmitted", _moment(found.deposited_at)),
        (validation, RDF_TYPE, ox.NamedNode(iris.term("ValidationAcademique"))),
        (validation, PREFIXES["prov"] + "used", fiche),
        (validation, PREFIXES["prov"] + "wasAssociatedWith", ox.NamedNode(validator)),
    ]
    if found.validated_at:
        said.append((fiche, PREFIXES["dct"] + "dateAccepted", _moment(found.validated_at)))
        said.append((validation, PREFIXES["prov"] + "endedAtTime", _moment(found.validated_at)))
    return canonical_lines(ox.Quad(s, ox.NamedNode(p), o, graph) for s, p, o in said)


def _moment(text: str) -> ox.Literal:
    return ox.Literal(text, datatype=ox.NamedNode(_XSD + "dateTime"))


def _literal(text: str) -> ox.Literal:
    return ox.Literal(text)

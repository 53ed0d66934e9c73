"""What is asked: look-ups, the catalogue's questions, aggregates, paths, exports; each a kind, a name and a text.

Every text declares its prefixes, so that all peers read the same bytes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from ontologie import PREFIXES
from queries import bind, catalogue

LEFT_OUT = {"carte-des-academies"}
"""Questions whose answer is mostly one large literal: they would measure the network."""


@dataclass(frozen=True)
class Asked:
    """One query of the workload."""

    kind: str
    name: str
    text: str


def workload(projects: list[str]) -> list[Asked]:
    """Return the queries; `projects` are IRIs of projects of the data, for the look-ups."""
    asked = [Asked("lookup", f"lookup-{n}", f"SELECT ?p ?o WHERE {{ <{iri}> ?p ?o }}") for n, iri in enumerate(projects[:20])]
    asked += [Asked("fiche", f"fiche-{n}", fiche(iri)) for n, iri in enumerate(projects[:10])]
    asked += [
        Asked("question", name, bind(question, {"projet": projects[0]} if takes(question, "projet") else {}))
        for name, question in catalogue().items()
        if name not in LEFT_OUT
    ]
    asked += [Asked(kind, name, text) for kind, name, text in OTHERS]
    return [Asked(one.kind, one.name, with_prefixes(one.text)) for one in asked]


def takes(question: object, name: str) -> bool:
    """Tell whether a question has a parameter."""
    return any(parameter.name == name for parameter in question.parameters)  # type: ignore[attr-defined]


def fiche(iri: str) -> str:
    """Return the query of a fiche page: a project with its fragments and their properties."""
    return f"SELECT ?s ?p ?o WHERE {{ {{ BIND(<{iri}> AS ?s) ?s ?p ?o }} UNION {{ <{iri}> oia:mention ?s . ?s ?p ?o }} }}"


def with_prefixes(text: str) -> str:
    """Return a query with the PREFIX lines it needs; `$x` is written `?x`, which Virtuoso needs."""
    used = {name for name in PREFIXES if re.search(rf"(?<![\w:/#]){name}:", text)}
    lines = "".join(f"PREFIX {name}: <{PREFIXES[name]}>\n" for name in sorted(used))
    return lines + text.replace("$", "?")


OTHERS = [
    ("aggregate", "count-types", "SELECT ?c (COUNT(*) AS ?n) WHERE { ?s a ?c } GROUP BY ?c ORDER BY DESC(?n) ?c"),
    (
        "aggregate",
        "projects-by-academie-and-kind",
        "SELECT ?a ?t (COUNT(DISTINCT ?p) AS ?n) WHERE { ?p a oia:Projet ; oia:academie ?a ; oia:typeIA ?t } "
        "GROUP BY ?a ?t ORDER BY ?a ?t",
    ),
    (
        "aggregate",
        "principles-by-level",
        "SELECT ?l ?c (COUNT(DISTINCT ?p) AS ?n) WHERE { ?p oia:niveau ?l ; oia:concerne ?c } GROUP BY ?l ?c ORDER BY ?l ?c",
    ),
    (
        "path",
        "kinds-below-generative",
        "SELECT (COUNT(?p) AS ?n) WHERE { ?p oia:typeIA/skos:broader* "
        "<https://w3id.org/observatoire-ia/concept/type-ia/generative> }",
    ),
    (
        "path",
        "subjects-below",
        "SELECT ?top (COUNT(DISTINCT ?p) AS ?n) WHERE { ?p oia:discipline/skos:broader+ ?top } GROUP BY ?top ORDER BY ?top",
    ),
    (
        "export",
        "titles",
        "SELECT ?p ?id ?t WHERE { ?p a oia:Projet ; dct:identifier ?id ; dct:title ?t }",
    ),
]

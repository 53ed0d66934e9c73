"""What is asked: look-ups, fiches, the catalogue's questions, aggregates, paths, exports; each a kind, a name and a text.

Every text declares its prefixes, so that all peers read the same bytes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from bench.endpoint.client import JSON
from ontologie import PREFIXES, Iris
from queries import Question, bind, catalogue

LEFT_OUT = {"carte-des-academies"}
"""Questions whose answer is mostly one large literal: they would measure the network."""
LINES = "application/n-triples"
DOCUMENT = "application/ld+json, text/turtle;q=0.5"


@dataclass(frozen=True)
class Asked:
    """One question of the workload; a service that has a page for it is asked for the page."""

    kind: str
    name: str
    text: str
    accept: str = JSON
    page: str | None = None


def workload(projects: list[str]) -> list[Asked]:
    """Return what each client asks in turn; `projects` are IRIs of projects of the data, for the look-ups."""
    asked = [*look_ups(projects[:20])]
    asked += [Asked("fiche", f"fiche-{n}", fiche(iri)) for n, iri in enumerate(projects[:10])]
    asked += [
        Asked("fiche page", f"page-{n}", fiche(iri, "CONSTRUCT { ?s ?p ?o }"), DOCUMENT, page_of(iri))
        for n, iri in enumerate(projects[10:20])
    ]
    asked += [
        Asked("question", name, bind(question, {"projet": projects[0]} if takes(question, "projet") else {}))
        for name, question in catalogue().items()
        if name not in LEFT_OUT
    ]
    asked += OTHERS
    return [replace(one, text=with_prefixes(one.text)) for one in asked]


def look_ups(projects: list[str]) -> list[Asked]:
    """Return one look-up a project."""
    return [
        Asked("look-up", f"look-up-{n}", f"SELECT ?p ?o WHERE {{ <{iri}> ?p ?o }}") for n, iri in enumerate(projects)
    ]


def page_of(iri: str) -> str:
    """Return the path of a thing's JSON-LD on a service that has pages."""
    return "/" + iri.removeprefix(Iris().base) + ".jsonld"


def takes(question: Question, name: str) -> bool:
    """Tell whether a question has a parameter."""
    return any(parameter.name == name for parameter in question.parameters)


def fiche(iri: str, form: str = "SELECT ?s ?p ?o") -> str:
    """Return the query of a fiche: a project with its fragments and their properties."""
    return f"{form} WHERE {{ {{ BIND(<{iri}> AS ?s) ?s ?p ?o }} UNION {{ <{iri}> oia:mention ?s . ?s ?p ?o }} }}"


def with_prefixes(text: str) -> str:
    """Return a query with the PREFIX lines it needs; `$x` is written `?x`, which Virtuoso needs."""
    used = {name for name in PREFIXES if re.search(rf"(?<!\w){name}:", text)}
    lines = "".join(f"PREFIX {name}: <{PREFIXES[name]}>\n" for name in sorted(used))
    return lines + text.replace("$", "?")


OTHERS = [
    Asked("aggregate", "count-types", "SELECT ?c (COUNT(*) AS ?n) WHERE { ?s a ?c } GROUP BY ?c ORDER BY DESC(?n) ?c"),
    Asked(
        "aggregate",
        "projects-by-academie-and-kind",
        "SELECT ?a ?t (COUNT(DISTINCT ?p) AS ?n) WHERE { ?p a oia:Projet ; oia:academie ?a ; oia:typeIA ?t } "
        "GROUP BY ?a ?t ORDER BY ?a ?t",
    ),
    Asked(
        "aggregate",
        "principles-by-level",
        "SELECT ?l ?c (COUNT(DISTINCT ?p) AS ?n) WHERE { ?p oia:niveau ?l ; oia:concerne ?c } GROUP BY ?l ?c ORDER BY ?l ?c",
    ),
    Asked(
        "path",
        "kinds-below-generative",
        "SELECT (COUNT(?p) AS ?n) WHERE { ?p oia:typeIA/skos:broader* "
        "<https://w3id.org/observatoire-ia/concept/type-ia/generative> }",
    ),
    Asked(
        "path",
        "subjects-below",
        "SELECT ?top (COUNT(DISTINCT ?p) AS ?n) WHERE { ?p oia:discipline/skos:broader+ ?top } GROUP BY ?top ORDER BY ?top",
    ),
    Asked("export", "titles", "SELECT ?p ?id ?t WHERE { ?p a oia:Projet ; dct:identifier ?id ; dct:title ?t }"),
    Asked(
        "export",
        "projects-as-triples",
        "CONSTRUCT { ?p dct:title ?t ; oia:academie ?a ; oia:niveau ?n ; oia:typeIA ?k } "
        "WHERE { ?p a oia:Projet ; dct:title ?t ; oia:academie ?a ; oia:niveau ?n ; oia:typeIA ?k }",
        LINES,
    ),
    Asked("export", "everything", "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }", LINES, "/editions/current/dump.ttl.gz"),
]

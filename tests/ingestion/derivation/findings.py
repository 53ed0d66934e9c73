"""What the tests of finding rules share: a project stated in a few facts, and the findings drawn from it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

import pyoxigraph as ox
import pytest

from ingestion.derivation.batch import DepositedGraphs
from ingestion.derivation.rules import Derivation, rests_on
from ingestion.graphs.conversion import convert
from ontologie import BASE, PREFIXES, Iris, canonical_lines, containers, context, vocabularies

PROJECT = f"{BASE}projet/18-T1"
LEVEL = "http://data.education.fr/voc/scolomfr/concept/scolomfr-voc-022-num-"
PERSONAL = "http://data.education.fr/voc/scolomfr/concept/scolomfr-voc-044-"
LEVELS = {
    "ms": "006", "gs": "007", "cp": "010", "ce1": "011", "ce2": "013", "cm1": "014", "cm2": "015", "6e": "018",
    "5e": "020", "4e": "021", "3e": "023", "2de": "136", "1re": "146", "tle": "201", "2de-pro": "027",
    "cap-1": "103", "bts-1": "101", "college": "016", "lgt": "142",
}  # fmt: skip
SCHEMES = {
    "typeIA": "type-ia", "finalite": "finalite", "manipulateur": "manipulateur", "acces": "acces",
    "encadrement": "encadrement", "dispositif": "dispositif", "competenceCRCN": "crcn",
}  # fmt: skip
CLOSED_TOOL = "outil-ferme"
"""A tool whose record says that it is not free software: the bundled table knows of none."""


Term = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple


@dataclass(frozen=True)
class Found:
    """A finding: its verdict, the statements it rests on as (property, value), what it lacks, and the rest."""

    verdict: str
    premises: frozenset[tuple[str, str]]
    missing: str
    said: Mapping[str, list[Term]] = field(repr=False, compare=False)


def document(identifier: str = "18-T1", **facts: Any) -> dict[str, Any]:
    """Return a project document; levels, kinds, purposes… are given by the last part of their IRIs."""
    made: dict[str, Any] = {
        "id": f"projet/{identifier}",
        "type": "Projet",
        "identifiant": identifier.partition("-")[2],
        "titre": {"fr": "Un projet"},
        "typeIA": ["concept/type-ia/autre"],
        "fiche": {"id": f"graphe/projet/{identifier}", "type": "Fiche"},
    }
    for key, value in facts.items():
        values = [value] if isinstance(value, str) else value
        if key == "niveau":
            values = [LEVEL + LEVELS[name] if name in LEVELS else f"concept/niveau/{name}" for name in values]
        elif key == "donneesPersonnelles":
            values = [PERSONAL + name for name in values]
        elif key in SCHEMES:
            values = [f"concept/{SCHEMES[key]}/{name}" for name in values]
        elif key == "outil":
            values = [f"outil/{name}" for name in values]
        elif "@language" in containers(context()[key]):
            values = {"fr": values}
        made[key] = values
    return made


def store_of(*documents: Mapping[str, Any]) -> ox.Store:
    """Return a store that holds the graphs of documents."""
    store = ox.Store()
    for converted in convert(documents, BASE):
        store.load(b"".join(converted.lines), format=ox.RdfFormat.N_QUADS)
    return store


_derivation = cache(Derivation)


def derivation_over(changed: Callable[[str, bytes], bytes]) -> Derivation:
    """Return a derivation that looks at our vocabularies as a change of their files' lines leaves them."""
    with pytest.MonkeyPatch.context() as patch:
        ours = [replace(one, lines=(changed(one.path, b"".join(one.lines)),)) for one in vocabularies()]
        patch.setattr("ingestion.derivation.rules.vocabularies", lambda base: ours)
        return Derivation()


def derive_batch(
    store: ox.Store,
    projects: Sequence[str],
    base: str = BASE,
    derivation: Derivation | None = None,
    workings: dict[str, list[bytes]] | None = None,
) -> dict[str, list[ox.Quad]]:
    """Return the derived graphs of projects whose deposits, and the analyses of them, stand in a store."""
    resting: dict[str, dict[str, list[bytes]]] = {project: {} for project in projects}
    for graph in store.named_graphs():
        lines = canonical_lines(store.quads_for_pattern(None, None, None, graph))
        for project in rests_on(str(graph)[1:-1], lines, base):
            if project in resting:
                resting[project][str(graph)[1:-1]] = lines
    named = [DepositedGraphs(project, graphs) for project, graphs in resting.items()]
    found = (derivation or _derivation(base)).derive(named, workings)
    return {
        graph: list(ox.parse(b"".join(lines), format=ox.RdfFormat.N_QUADS)) if lines else []
        for graph, lines in found.items()
    }


def derived(store: ox.Store, project: str = PROJECT) -> list[ox.Quad]:
    """Return the derived graph of one project."""
    (quads,) = derive_batch(store, [project], BASE).values()
    return quads


def findings(quads: Iterable[ox.Quad], project: str = PROJECT) -> dict[str, Found]:
    """Return the findings of a derived graph by the name of their rule. A rule that finds twice fails the test."""
    said: dict[str, dict[str, list[Term]]] = {}
    for quad in quads:
        assert isinstance(quad.subject, ox.NamedNode)
        said.setdefault(quad.subject.value, {}).setdefault(local(quad.predicate), []).append(quad.object)
    found: dict[str, Found] = {}
    for node in said.get(project, {}).get("constat", []):
        about = said[node.value]
        (rule,), (verdict,) = about["regle"], about["verdict"]
        premises = [said[premise.value] for premise in about["premisse"]]
        name = local(rule)
        assert name not in found
        found[name] = Found(
            local(verdict),
            frozenset((local(one["predicate"][0]), local(one["object"][0])) for one in premises),
            " ".join(local(term) for term in about.get("premisseManquante", [])),
            about,
        )
    return found


def local(term: Term) -> str:
    """Return the last part of an IRI, or a literal's text."""
    if not isinstance(term, ox.NamedNode):
        return term.value if isinstance(term, ox.Literal) else str(term)
    return term.value.rpartition("/")[2].rpartition("#")[2].removeprefix("scolomfr-voc-")


def oia(name: str) -> ox.NamedNode:
    """Return a term of the ontology."""
    return ox.NamedNode(Iris().term(name))


RDF = PREFIXES["rdf"]

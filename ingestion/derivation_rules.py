"""Derives from a project what publication adds to it: indices, findings and `oia:concerne` (DESIGN §4).

Knows what a derivation reads and how its results are shared out among the projects of a batch. What is
concluded stands in data: `ontologie/donnees/regles_indices.csv` and the SPARQL files of `ontologie/regles/`.
Writes nothing to the store it reads, and looks at no other project: the cost of a fiche is flat.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Final

import pyoxigraph as ox

from ingestion.indices import FIELDS, find_indices, indice_quads
from ingestion.rule_files import RuleFile, rule_files, rules_digest
from ontologie import BASE, Iris, vocabularies

__all__ = ["derive_batch", "projects_to_derive", "rules_digest"]

_OURS: Final = ("termes/", "genere/")
"""The vocabularies that rules may look at: ours, which also say what matters of others' concepts."""


def derive_batch(store: ox.Store, project_iris: Sequence[str], base: str = BASE) -> dict[str, list[ox.Quad]]:
    """Return the derived graph of each project asked for: its IRI and its quads, canonical, unordered.

    Reads the projects' deposit graphs, the graphs of the analyses that evaluate them and the vocabularies,
    which must stand in `store` before. A project that is not there derives to an empty list.
    """
    iris = Iris(base)
    work = _vocabulary_store(store, base)
    derived: dict[str, list[ox.Quad]] = {}
    for project in project_iris:
        derived[_derived_graph(iris, project)] = []
        deposit = list(store.quads_for_pattern(None, None, None, _deposit_graph(iris, project)))
        work.extend(deposit)
        found = indice_quads(find_indices(_passages(deposit, project, base), base), project, base)
        work.extend(found)
        derived[_derived_graph(iris, project)] += found
        for graph in _analyses(store, project, base):
            work.extend(store.quads_for_pattern(None, None, None, graph))
    for rule in rule_files("concerne", base):
        _share(iris, derived, construct(work, rule))
    return derived


def projects_to_derive(store: ox.Store, changed_graphs: Iterable[str], base: str = BASE) -> list[str]:
    """Return the projects whose derived graph may change with these deposit graphs, sorted.

    To be asked before the graphs are replaced and again after: an analysis may change its project, or go.
    """
    iris = Iris(base)
    inside, analyses = iris.graph("projet", ""), iris.graph("analyse", "")
    found = set()
    for graph in changed_graphs:
        if graph.startswith(inside):
            found.add(iris.entity("projet", "") + graph.removeprefix(inside))
        elif graph.startswith(analyses):
            quads = store.quads_for_pattern(None, _term("evalue", base), None, ox.NamedNode(graph))
            found.update(quad.object.value for quad in quads if isinstance(quad.object, ox.NamedNode))
    return sorted(found)


def construct(work: ox.Store, rule: RuleFile) -> ox.QueryTriples:
    """Return what a rule concludes from all that a store holds. Raises TypeError where it is no CONSTRUCT."""
    triples = work.query(rule.text, use_default_graph_as_union=True)
    if not isinstance(triples, ox.QueryTriples):
        raise TypeError(f"the rule {rule.name} must be a CONSTRUCT")
    return triples


def _vocabulary_store(store: ox.Store, base: str) -> ox.Store:
    """Return a store in memory that holds the vocabularies that rules look at, and nothing else."""
    work = ox.Store()
    for vocabulary in vocabularies(base):
        if vocabulary.path.startswith(_OURS):
            graph = ox.NamedNode(vocabulary.graph)
            work.extend(store.quads_for_pattern(None, None, None, graph))
    return work


def _analyses(store: ox.Store, project: str, base: str) -> list[ox.NamedNode]:
    """Return the graphs of the analyses that evaluate a project."""
    inside = Iris(base).graph("analyse", "")
    quads = store.quads_for_pattern(None, _term("evalue", base), ox.NamedNode(project), None)
    graphs = {quad.graph_name.value for quad in quads if isinstance(quad.graph_name, ox.NamedNode)}
    return [ox.NamedNode(graph) for graph in sorted(graphs) if graph.startswith(inside)]


def _passages(deposit: Iterable[ox.Quad], project: str, base: str) -> list[tuple[str, str]]:
    """Return (field, item) of the texts that indices are looked for in."""
    fields = _fields(base)
    return [
        (fields[quad.predicate.value], quad.object.value)
        for quad in deposit
        if quad.predicate.value in fields
        and isinstance(quad.object, ox.Literal)
        and isinstance(quad.subject, ox.NamedNode)
        and quad.subject.value == project
    ]


def _share(iris: Iris, derived: dict[str, list[ox.Quad]], triples: Iterable[ox.Triple]) -> None:
    """Give each triple to the derived graph of the project its subject is, or belongs to."""
    seen = set()
    for triple in triples:
        subject = triple.subject
        if not isinstance(subject, ox.NamedNode) or triple in seen:
            continue
        seen.add(triple)
        graph = _derived_graph(iris, subject.value.partition("#")[0])
        if graph in derived:
            derived[graph].append(ox.Quad(subject, triple.predicate, triple.object, ox.NamedNode(graph)))


def _deposit_graph(iris: Iris, project: str) -> ox.NamedNode:
    return ox.NamedNode(iris.entity("graphe/projet", "") + project.removeprefix(iris.entity("projet", "")))


def _derived_graph(iris: Iris, project: str) -> str:
    return iris.entity("graphe/derive/projet", "") + project.removeprefix(iris.entity("projet", ""))


@cache
def _fields(base: str) -> dict[str, str]:
    return {Iris(base).term(field): field for field in FIELDS}


@cache
def _term(name: str, base: str) -> ox.NamedNode:
    return ox.NamedNode(Iris(base).term(name))

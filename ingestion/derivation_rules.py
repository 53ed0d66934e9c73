"""Derives from a project what publication adds to it: indices, findings and `oia:concerne` (DESIGN §4).

Knows what a derivation reads, the order of its steps and how its results are shared out among the projects of
a batch. What is concluded stands in data: `ontologie/donnees/regles_indices.csv` and the SPARQL files of
`ontologie/regles/`. Writes nothing to the store it reads, and looks at no other project: the cost of a fiche
is flat.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from functools import cache
from importlib.resources import files
from typing import Final

import pyoxigraph as ox

from ingestion.derivation_nodes import shared_out
from ingestion.indices import FIELDS, derive_from_items
from ontologie import BASE, Iris, RuleFile, read_text, rule_files, vocabularies

STEPS: Final = ("constats", "suites", "concerne", "projets")
"""The folders of rules, in the order they are run; a step sees what the steps before it concluded."""

_SAYABLE: Final = "projets"
"""The step whose conclusions a document may state itself; what it states stays its own (DESIGN §5)."""

_OURS: Final = ("termes/", "genere/")
"""The vocabularies that rules may look at: ours, which also say what matters of others' concepts."""

_CODE: Final = ("indices.py", "derivation_rules.py", "derivation_nodes.py")


def derive_batch(store: ox.Store, project_iris: Sequence[str], base: str = BASE) -> dict[str, list[ox.Quad]]:
    """Return the derived graph of each project asked for: its IRI and its quads, canonical, unordered.

    Reads from `store` the projects' deposit graphs and the graphs of the analyses that evaluate them; the
    vocabularies are the packaged ones. A project that is not there derives to an empty list.
    """
    iris = Iris(base)
    work = ox.Store()
    work.extend(_vocabularies(base))
    graphs = [ox.NamedNode(_derived_graph(iris, project)) for project in project_iris]
    owners: dict[str, ox.NamedNode] = {}
    for project, graph in zip(project_iris, graphs, strict=True):
        fiche, analyses = _deposit_graph(iris, project), _analyses(store, project, base)
        deposit = list(store.quads_for_pattern(None, None, None, fiche))
        work.extend(derive_from_items(_items(deposit, project, base), project, graph, base))
        for analysis in analyses:
            deposit += store.quads_for_pattern(None, None, None, analysis)
        work.extend(deposit)
        owners |= dict.fromkeys((project, fiche.value, graph.value), graph)
        owners |= dict.fromkeys((_analysis(iris, analysis) for analysis in analyses), graph)
    for step in STEPS:
        # Rules of one step do not see each other's conclusions: their order means nothing.
        found = (triple for rule in rule_files(step, base) for triple in _conclusions(work, rule))
        quads = list(shared_out(found, owners))
        if step == _SAYABLE:
            quads = [quad for quad in quads if not _stated(work, quad)]
        work.extend(quads)
    return {graph.value: list(work.quads_for_pattern(None, None, None, graph)) for graph in graphs}


def derive_vocabularies(store: ox.Store, base: str = BASE) -> dict[str, list[ox.Quad]]:
    """Return what follows from the vocabularies and is useful to queries: its graph and quads, canonical.

    Reads the vocabularies' graphs in `store`; what one of them states already is left out. The graph is
    `…/graphe/derive/vocabulaire/inferences`: to be replaced when a vocabulary or a rule changes.
    """
    place = ox.NamedNode(Iris(base).derived_graph("vocabulaire", "inferences"))
    work = ox.Store()
    for vocabulary in vocabularies(base):
        work.extend(store.quads_for_pattern(None, None, None, ox.NamedNode(vocabulary.graph)))
    said = {quad.triple for quad in work}
    found = {triple for rule in rule_files("inferences", base) for triple in _conclusions(work, rule)}
    work.extend(ox.Quad(triple.subject, triple.predicate, triple.object, place) for triple in found - said)
    return {place.value: list(work.quads_for_pattern(None, None, None, place))}


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


@cache
def rules_digest(base: str = BASE) -> str:
    """Return the SHA-256 of all that decides what is derived: the rules, and the code that runs them."""
    hashed = hashlib.sha256()
    for step in (*STEPS, "inferences"):
        for rule in rule_files(step, base):
            hashed.update(f"{step}/{rule.name}\n{rule.text}\n".encode())
    hashed.update(read_text("donnees", "regles_indices.csv", base=base).encode())
    for name in _CODE:
        hashed.update(files("ingestion").joinpath(name).read_bytes())
    return hashed.hexdigest()


def _conclusions(work: ox.Store, rule: RuleFile) -> Iterable[ox.Triple]:
    """Return what a rule concludes from all that a store holds. Raises TypeError where it is no CONSTRUCT."""
    triples = work.query(rule.text, use_default_graph_as_union=True)
    if not isinstance(triples, ox.QueryTriples):
        raise TypeError(f"the rule {rule.name} must be a CONSTRUCT")
    return triples


def _stated(work: ox.Store, quad: ox.Quad) -> bool:
    """Tell whether some graph holds the triple already."""
    return any(work.quads_for_pattern(quad.subject, quad.predicate, quad.object, None))


@cache
def _vocabularies(base: str) -> tuple[ox.Quad, ...]:
    """Return the packaged vocabularies that rules look at."""
    lines = (line for one in vocabularies(base) if one.path.startswith(_OURS) for line in one.lines)
    return tuple(ox.parse(b"".join(lines), format=ox.RdfFormat.N_QUADS))


def _analyses(store: ox.Store, project: str, base: str) -> list[ox.NamedNode]:
    """Return the graphs of the analyses that evaluate a project."""
    inside = Iris(base).graph("analyse", "")
    quads = store.quads_for_pattern(None, _term("evalue", base), ox.NamedNode(project), None)
    graphs = {quad.graph_name.value for quad in quads if isinstance(quad.graph_name, ox.NamedNode)}
    return [ox.NamedNode(graph) for graph in sorted(graphs) if graph.startswith(inside)]


def _items(deposit: Iterable[ox.Quad], project: str, base: str) -> list[tuple[str, str]]:
    """Return (field, item) of the texts that indices are looked for in."""
    fields, subject = _fields(base), ox.NamedNode(project)
    return [
        (fields[quad.predicate.value], quad.object.value)
        for quad in deposit
        if quad.predicate.value in fields and quad.subject == subject and isinstance(quad.object, ox.Literal)
    ]


def _deposit_graph(iris: Iris, project: str) -> ox.NamedNode:
    return ox.NamedNode(iris.entity("graphe/projet", "") + project.removeprefix(iris.entity("projet", "")))


def _analysis(iris: Iris, graph: ox.NamedNode) -> str:
    return iris.entity("analyse", "") + graph.value.removeprefix(iris.graph("analyse", ""))


def _derived_graph(iris: Iris, project: str) -> str:
    return iris.entity("graphe/derive/projet", "") + project.removeprefix(iris.entity("projet", ""))


@cache
def _fields(base: str) -> dict[str, str]:
    return {Iris(base).term(field): field for field in FIELDS}


@cache
def _term(name: str, base: str) -> ox.NamedNode:
    return ox.NamedNode(Iris(base).term(name))

"""Derives from a project what publication adds to it: indices, findings and `oia:concerne` (DESIGN §4).

Knows what a derivation reads, the order of its steps and how its results are shared out among the projects of
a batch. What is concluded stands in data: `ontologie/donnees/regles_indices.csv` and the SPARQL files of
`ontologie/regles/`. Looks at no other project, and at no store but one of its own: the cost of a fiche is flat.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

import pyoxigraph as ox

from ingestion.conversion import canonical_line
from ingestion.derivation_nodes import shared_out
from ingestion.indices import FIELDS, find_indices, indice_triples
from ontologie import BASE, Iris, RuleFile, read_text, rule_files, unescaped, vocabularies

STEPS: Final = ("constats", "suites", "concerne", "projets")
"""The folders of rules, in the order they are run; a step sees what the steps before it concluded."""

_SAYABLE: Final = "projets"
"""The step whose conclusions a document may state itself; what it states stays its own (DESIGN §5)."""

_OURS: Final = ("termes/", "genere/")
"""The vocabularies that rules may look at: ours, which also say what matters of others' concepts."""

_CODE: Final = ("indices.py", "derivation_rules.py", "derivation_nodes.py")


@dataclass(frozen=True, slots=True)
class Deposited:
    """A project and the graphs that its derivation rests on: its deposit, and the analyses that evaluate it.

    Graphs are canonical N-Quads lines by their IRI. Without its deposit, nothing is derived from a project.
    """

    project: str
    graphs: Mapping[str, Sequence[bytes]]


class Derivation:
    """Derives from projects, batch after batch, over a working store that holds the vocabularies.

    Batches of 500 to 1,000 projects spread the cost of a batch and hold memory flat.
    """

    def __init__(self, base: str = BASE) -> None:
        """Load the packaged vocabularies that rules look at."""
        self._base = base
        self._work = ox.Store()
        self._load(line for one in vocabularies(base) if one.path.startswith(_OURS) for line in one.lines)

    def derive(self, batch: Sequence[Deposited]) -> dict[str, list[bytes]]:
        """Return the derived graph of each project: its IRI and its canonical N-Quads lines, none where it is empty."""
        derived: dict[bytes, set[bytes]] = {_derived_graph(one.project, self._base).encode(): set() for one in batch}
        there = [one for one in batch if _deposit_graph(one.project, self._base) in one.graphs]
        deposits = [line for one in there for lines in one.graphs.values() for line in lines]
        owners = {document.encode(): graph.encode() for one in there for document, graph in _owners(one, self._base)}
        self._load(deposits)
        self._keep(derived, ((owners[one.project.encode()], triple) for one in there for triple in self._indices(one)))
        for step in STEPS:
            # Rules of one step do not see each other's conclusions: their order means nothing.
            found = set().union(*(_conclusions(self._work, rule) for rule in rule_files(step, self._base)))
            said = {_triple(line) for line in deposits} if step == _SAYABLE else set()
            self._keep(derived, (one for one in shared_out(found, owners) if one[1] not in said))
        for graph in (*derived, *(graph.encode() for one in there for graph in one.graphs)):
            self._work.remove_graph(ox.NamedNode(graph.decode()))
        return {graph.decode(): _canonical(graph, triples) for graph, triples in derived.items()}

    def _indices(self, one: Deposited) -> list[bytes]:
        deposit = one.graphs[_deposit_graph(one.project, self._base)]
        items = _items(deposit, one.project, self._base)
        return indice_triples(find_indices(items, self._base), one.project, self._base)

    def _keep(self, derived: dict[bytes, set[bytes]], found: Iterable[tuple[bytes, bytes]]) -> None:
        """Add triples to their graphs, in the store too, for the next step to see."""
        fresh = [(graph, triple) for graph, triple in set(found) if triple not in derived[graph]]
        for graph, triple in fresh:
            derived[graph].add(triple)
        self._load(_quad(graph, triple) for graph, triple in fresh)

    def _load(self, lines: Iterable[bytes]) -> None:
        # What was parsed once before it became canonical need not be looked at as closely again.
        self._work.load(b"".join(lines), format=ox.RdfFormat.N_QUADS, lenient=True)


def derive_vocabularies(base: str = BASE) -> dict[str, list[bytes]]:
    """Return what follows from the packaged vocabularies and is useful to queries: its graph, canonical lines.

    What one of them states already is left out. The graph is `…/graphe/derive/vocabulaire/inferences`: to be
    replaced when a vocabulary or a rule changes.
    """
    lines = [line for vocabulary in vocabularies(base) for line in vocabulary.lines]
    place, said = Iris(base).derived_graph("vocabulaire", "inferences").encode(), {_triple(line) for line in lines}
    work = ox.Store()
    work.bulk_load(b"".join(lines), format=ox.RdfFormat.N_QUADS, lenient=True)
    found = {triple[:-2] for rule in rule_files("inferences", base) for triple in _conclusions(work, rule)}
    return {place.decode(): _canonical(place, found - said)}


def rests_on(graph: str, lines: Iterable[bytes], base: str = BASE) -> list[str]:
    """Return the projects whose derivation rests on a deposit graph: its own, or the one that an analysis evaluates."""
    iris = Iris(base)
    inside = iris.graph("projet", "")
    if graph.startswith(inside):
        return [iris.entity("projet", "") + graph.removeprefix(inside)]
    if not graph.startswith(iris.graph("analyse", "")):
        return []
    evaluates = f" <{iris.term('evalue')}> <".encode()
    return sorted({line.partition(evaluates)[2].partition(b">")[0].decode() for line in lines if evaluates in line})


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


def _conclusions(work: ox.Store, rule: RuleFile) -> list[bytes]:
    """Return what a rule concludes from all that a store holds, as N-Triples lines without their line ends.

    Raises TypeError where the rule is no CONSTRUCT.
    """
    triples = work.query(rule.text, use_default_graph_as_union=True)
    if not isinstance(triples, ox.QueryTriples):
        raise TypeError(f"the rule {rule.name} must be a CONSTRUCT")
    # Of bytes, this splits at "\n" alone: N-Triples escapes "\r".
    return bytes(triples.serialize(format=ox.RdfFormat.N_TRIPLES) or b"").splitlines()


def _owners(one: Deposited, base: str) -> Iterator[tuple[str, str]]:
    """Yield (document, derived graph) of the documents of which something may be derived with a project."""
    graph, inside = _derived_graph(one.project, base), Iris(base).graph("analyse", "")
    for document in (one.project, _deposit_graph(one.project, base), graph):
        yield document, graph
    for analysis in one.graphs:
        if analysis.startswith(inside):
            yield Iris(base).entity("analyse", "") + analysis.removeprefix(inside), graph


def _items(deposit: Iterable[bytes], project: str, base: str) -> Iterator[tuple[str, str]]:
    """Yield (field, item) of the texts that indices are looked for in."""
    fields, own = _fields(base), f"<{project}> ".encode()
    for line in deposit:
        if line.startswith(own):
            _, predicate, value = line.split(b" ", 2)
            if predicate in fields and value.startswith(b'"'):
                yield fields[predicate], unescaped(value[1 : value.rindex(b'"')])


def _canonical(graph: bytes, triples: Iterable[bytes]) -> list[bytes]:
    return sorted({canonical_line(_quad(graph, triple)) for triple in triples})


def _quad(graph: bytes, triple: bytes) -> bytes:
    return b"%s <%s> .\n" % (triple, graph)


def _triple(line: bytes) -> bytes:
    return line.rpartition(b" <")[0]


def _deposit_graph(project: str, base: str) -> str:
    iris = Iris(base)
    return iris.graph("projet", "") + project.removeprefix(iris.entity("projet", ""))


def _derived_graph(project: str, base: str) -> str:
    iris = Iris(base)
    return iris.derived_graph("projet", "") + project.removeprefix(iris.entity("projet", ""))


@cache
def _fields(base: str) -> dict[bytes, str]:
    return {f"<{Iris(base).term(field)}>".encode(): field for field in FIELDS}

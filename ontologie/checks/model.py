"""What a check is, what it is given and what it returns.

Knows triples and files; nothing of what any check looks for.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

import pyoxigraph as ox

from ontologie.namespaces import BASE, PREFIXES, RDF_TYPE
from ontologie.packaged import packaged, read_quads
from ontologie.resources import read_text
from ontologie.sentences import in_both

Languages = dict[str, str]
"""A text in `fr` and `en`."""

Node = ox.NamedNode | ox.BlankNode
Value = ox.NamedNode | ox.BlankNode | ox.Literal
Triple = tuple[Node, str, Value]
"""Subject, predicate IRI, object."""

OIA: Final = PREFIXES["oia"]
MODULES: Final = OIA.removesuffix("#") + "/"
DEFINED_KINDS: Final = tuple(
    PREFIXES["owl"] + kind for kind in ("Class", "ObjectProperty", "DatatypeProperty", "AnnotationProperty")
)


def phrase(code: str, /, **words: object) -> Languages:
    """Return a sentence of `phrases/controles.csv` in both languages."""
    return in_both("controles", code, **words)


@dataclass(frozen=True)
class Finding:
    """Something wrong with one term."""

    check: str
    term: str
    """An IRI, shortened where a prefix is known; or the path of a file."""

    message: Languages


@dataclass(frozen=True)
class Examined:
    """What a check answers: how many things it looked at, what it found, or why it could not look."""

    count: int
    findings: tuple[Finding, ...] = ()
    skipped: Languages | None = None
    awaiting: tuple[Finding, ...] = ()
    """What is no fault and waits for a person: listed where it is asked for, and counted on the line."""


@dataclass(frozen=True)
class Check:
    """A named check over the packaged words."""

    name: str
    title: Languages
    run: Callable[[Corpus], Examined]
    slow: bool = False
    """True where it takes seconds: `observatoire check --fast` leaves it out."""


@dataclass(frozen=True)
class Corpus:
    """The packaged Turtle, parsed: everything a check may look at. Never changed; see `without`."""

    files: Mapping[str, tuple[Triple, ...]]
    """The triples of each file, in file order, by its path below `ontologie/`."""

    texts: Mapping[str, str] = field(default_factory=dict)
    """The text of each file written by hand."""

    @cached_property
    def about(self) -> dict[str, dict[str, list[Value]]]:
        """Return what all files together say: subject IRI → predicate IRI → objects."""
        return index(self.triples())

    @cached_property
    def ours(self) -> dict[str, dict[str, list[Value]]]:
        """Return what our own files say (`termes/`, `genere/`)."""
        return index(self.triples("termes/", "genere/"))

    @cached_property
    def terms(self) -> dict[str, dict[str, list[Value]]]:
        """Return the classes and properties of the ontology, with what is said of them, sorted by IRI."""
        said = index(self.triples("termes/"))
        return {
            iri: said[iri]
            for iri in sorted(said)
            if iri.startswith(OIA) and any(kind in iris(said[iri], RDF_TYPE) for kind in DEFINED_KINDS)
        }

    @cached_property
    def concepts(self) -> dict[str, dict[str, list[Value]]]:
        """Return the concepts that our tables mint, subclasses of `skos:Concept` included."""
        kinds = self.below(PREFIXES["skos"] + "Concept")
        return {
            iri: said
            for iri, said in self.ours.items()
            if iri.startswith(BASE) and kinds & set(iris(said, RDF_TYPE))
        }

    def below(self, top: str) -> set[str]:
        """Return a class and every class the ontology puts below it."""
        return closure(top, self._children)

    @cached_property
    def _children(self) -> dict[str, set[str]]:
        children: dict[str, set[str]] = defaultdict(set)
        for subject, predicate, value in self.triples("termes/"):
            named = isinstance(subject, ox.NamedNode) and isinstance(value, ox.NamedNode)
            if predicate == PREFIXES["rdfs"] + "subClassOf" and named:
                children[value.value].add(subject.value)
        return children

    def triples(self, *prefixes: str) -> Iterator[Triple]:
        """Yield the triples of all files, or of those whose path starts so."""
        for path, triples in self.files.items():
            if not prefixes or path.startswith(prefixes):
                yield from triples

    def without(self, path: str, triple: Triple) -> Corpus:
        """Return the corpus as it would be if one triple were not there."""
        kept = tuple(t for t in self.files[path] if t != triple)
        made = Corpus({**self.files, path: kept}, self.texts)
        for name_of_index, prefixes in _INDEXES.items():
            # What is said of every other subject stays: to index all again is what takes the time.
            if name_of_index in self.__dict__:
                said = self.__dict__[name_of_index].copy()
                said[name(triple[0])] = index(t for t in made.triples(*prefixes) if t[0] == triple[0])[name(triple[0])]
                made.__dict__[name_of_index] = said
        return made

    def plus(self, path: str, triples: Iterable[Triple]) -> Corpus:
        """Return the corpus with more triples in one file."""
        return Corpus({**self.files, path: (*self.files.get(path, ()), *triples)}, self.texts)


_INDEXES: Final[Mapping[str, tuple[str, ...]]] = {"about": (), "ours": ("termes/", "genere/")}
"""The indexes of a corpus, and the files that each is made of."""


def load(base: str = BASE) -> Corpus:
    """Read every packaged Turtle file. Raises SyntaxError where one is not well formed."""
    paths = packaged()
    files = {path: tuple(as_triples(read_quads(path, base=base))) for path in paths}
    return Corpus(files, {path: read_text(*path.split("/")) for path in paths if path.startswith("termes/")})


def as_triples(quads: Iterable[ox.Quad]) -> Iterator[Triple]:
    """Yield quads as triples; RDF 1.2 triple terms do not occur in our files."""
    for quad in quads:
        if not isinstance(quad.subject, ox.Triple) and not isinstance(quad.object, ox.Triple):
            yield quad.subject, quad.predicate.value, quad.object


def index(triples: Iterable[Triple]) -> dict[str, dict[str, list[Value]]]:
    """Return subject → predicate → objects; blank subjects appear as `_:label`, each object once."""
    found: dict[str, dict[str, list[Value]]] = defaultdict(lambda: defaultdict(list))
    for subject, predicate, value in triples:
        values = found[name(subject)][predicate]
        if value not in values:
            values.append(value)
    return found


def name(node: Value) -> str:
    """Return a node's IRI, its blank label after `_:`, or a literal's text."""
    return f"_:{node.value}" if isinstance(node, ox.BlankNode) else node.value


def iris(said: Mapping[str, list[Value]], predicate: str) -> list[str]:
    """Return the IRIs and blank labels a subject has for a predicate."""
    return [name(value) for value in said.get(predicate, ()) if not isinstance(value, ox.Literal)]


def literals(said: Mapping[str, list[Value]], predicate: str) -> list[ox.Literal]:
    """Return the literals a subject has for a predicate."""
    return [value for value in said.get(predicate, ()) if isinstance(value, ox.Literal)]


def members(about: Mapping[str, Mapping[str, list[Value]]], head: str) -> list[str]:
    """Return the members of an RDF list."""
    found = []
    while head != PREFIXES["rdf"] + "nil" and head in about:
        found += [name(value) for value in about[head].get(PREFIXES["rdf"] + "first", ())]
        rest = about[head].get(PREFIXES["rdf"] + "rest", [])
        head = name(rest[0]) if rest else PREFIXES["rdf"] + "nil"
    return found


def closure(start: str, steps: Mapping[str, Iterable[str]]) -> set[str]:
    """Return what can be reached from a node, itself included."""
    found: set[str] = set()
    ahead = [start]
    while ahead:
        node = ahead.pop()
        if node not in found:
            found.add(node)
            ahead += steps.get(node, ())
    return found


def short(iri: str) -> str:
    """Return an IRI with its prefix, or relative to the base, for people to read."""
    for prefix, namespace in PREFIXES.items():
        if iri.startswith(namespace) and iri != namespace:
            return f"{prefix}:{iri.removeprefix(namespace)}"
    return iri.removeprefix(BASE) or iri

"""A profile that a partner brings: the terms, lists and shapes of another country, judged beside those of the core.

Knows how a profile opens the closed shapes to its own properties, and what these say in the terms of the core (RDFS 1.1
§3.3: a triple of a sub-property is one of the property above). France's profile plays no part. What is brought is
judged in a confined process: a shape may ask for a computation without end.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import islice
from pathlib import Path
from typing import Final

import pyoxigraph as ox
import rdflib
from rdflib.collection import Collection
from rdflib.namespace import OWL, RDF, RDFS, SH, SKOS

from ontologie import BASE, Refused, confined
from shapes.facts import fact_predicates, fact_quads
from shapes.judging.judge import Judge
from shapes.judging.report import Report, Result
from shapes.privacy.masking import mask
from shapes.rdf_files.batches import read_quads
from shapes.rdf_files.coverage import Beside, Coverage
from shapes.rdf_files.unusable import UnusableFile, sentences
from shapes.rules.compiled import CompiledShapes, rules_of
from shapes.rules.sources import core_shapes_graph, shapes_namespace
from shapes.rules.targets import above

LARGEST_MB: Final = 16
"""Size of a profile, and of a file of fiches that is judged by one, in megabytes."""

MOST: Final = 200_000
"""Statements of either."""

SECONDS: Final = 120
"""Processor's seconds that judging a file may take: a fiche takes less than a tenth of one."""

_LONGEST: Final = 300
_SUBPROPERTY, _SUBCLASS = str(RDFS.subPropertyOf), str(RDFS.subClassOf)
_COUNTED: Final = {
    "classes": {str(OWL.Class), str(RDFS.Class)},
    "properties": {str(OWL.ObjectProperty), str(OWL.DatatypeProperty), str(RDF.Property)},
    "concepts": {str(SKOS.Concept)},
    "shapes": {str(SH.NodeShape), str(SH.PropertyShape)},
}


@dataclass(frozen=True)
class Profile:
    """What profiles state, in the default graph; blank nodes of one file are not those of another."""

    quads: tuple[ox.Quad, ...]

    @property
    def classes(self) -> Beside:
        """Return what it says of classes."""
        targets = {_name(quad.object) for quad in self.quads if quad.predicate.value == str(SH.targetClass)}
        declared = {name for name, kind in self._kinds() if kind in _COUNTED["classes"]}
        return Beside(frozenset(targets), frozenset(declared), _parents(self.quads, _SUBCLASS))

    @property
    def properties(self) -> set[str]:
        """Return its own properties: those that it puts below another, or on a class."""
        said = {_SUBPROPERTY, str(RDFS.domain)}
        return {_name(quad.subject) for quad in self.quads if quad.predicate.value in said}

    def counts(self) -> dict[str, str]:
        """Return how many classes, properties, concepts and shapes it has."""
        kinds = self._kinds()
        return {name: str(len({node for node, kind in kinds if kind in of})) for name, of in _COUNTED.items()}

    def _kinds(self) -> list[tuple[str, str]]:
        """Return each node with each of its types."""
        return [(_name(q.subject), _name(q.object)) for q in self.quads if q.predicate.value == str(RDF.type)]


def read_profile(file: Path, *, base: str = BASE) -> Profile:
    """Read a profile of any format of RDF, within bounds.

    What it says of the shapes of the core is left out: it adds rules, and takes none away. Raises UnusableFile where
    it is no RDF or holds nothing of a profile, and Refused where it cannot be read.
    """
    triples = (quad.triple for quad in _bounded(file, base))
    lines = ox.serialize(triples, format=ox.RdfFormat.N_TRIPLES) or b""
    quads = ox.parse(lines, format=ox.RdfFormat.N_TRIPLES, rename_blank_nodes=True)
    ours = str(shapes_namespace(base))
    kept = (ox.Quad(q.subject, q.predicate, q.object) for q in quads if not _name(q.subject).startswith(ours))
    profile = Profile(tuple(dict.fromkeys(kept)))
    if not profile.properties and not any(int(count) for count in profile.counts().values()):
        raise UnusableFile(sentences("profil-vide"))
    return profile


def joined(profiles: Iterable[Profile]) -> Profile:
    """Return several profiles as one."""
    return Profile(tuple(dict.fromkeys(quad for one in profiles for quad in one.quads)))


def judge_file_by_profile(
    file: Path, profile: Profile, *, base: str = BASE, coverage: Coverage | None = None
) -> Iterator[Report]:
    """Yield the one report of a file by the shapes of the core and those of a profile, its lists and classes known.

    `coverage` is shown what the file holds. Raises UnusableFile and Refused as `read_profile` does, and where the
    shapes of the profile cannot be used, or judging by them goes beyond its bounds.
    """
    given = _bounded(file, base)
    quads = list(coverage.watch(given) if coverage else given)
    core = _core_rules(frozenset(profile.properties), base)  # made here, once for all the files of a profile

    def judge() -> Iterator[Report]:
        try:
            yield Report.of(_results(quads, profile, core, base))
        except (RecursionError, MemoryError, Refused):
            raise
        except Exception as error:  # whatever pySHACL and rdflib raise of shapes that are none
            raise Refused("profil-inutilisable", {"detail": _reason(error)}) from error

    yield from confined(judge, 0, (Report, Result), seconds=SECONDS)


def _results(quads: Sequence[ox.Quad], profile: Profile, core: CompiledShapes, base: str) -> list[Result]:
    told = [*quads, *_in_core_terms(quads, profile, _paths(base))]
    known = fact_predicates(base)
    named = (quad for quad in profile.quads if isinstance(quad.subject, ox.NamedNode))
    facts = [*fact_quads(base), *(quad for quad in named if quad.predicate.value in known)]
    judge = Judge(_rules(core, profile, base), facts, base=base)
    return judge.judge(told, judge.focus_nodes(told))


@cache
def _paths(base: str) -> frozenset[str]:
    """Return the properties that the shapes of the core speak of."""
    return frozenset(str(path) for path in core_shapes_graph(base).objects(None, SH.path))


@lru_cache(maxsize=8)
def _core_rules(properties: frozenset[str], base: str) -> CompiledShapes:
    """Return the rules of the core, its closed shapes open to the properties of a profile."""
    core = core_shapes_graph(base)
    opened = rdflib.Graph() + core
    for shape in core.subjects(SH.closed, rdflib.Literal(True)):
        ignored = opened.value(shape, SH.ignoredProperties)
        listed = Collection(opened, ignored) if ignored is not None else Collection(opened, rdflib.BNode())
        for name in sorted(properties):
            listed.append(rdflib.URIRef(name))
        opened.set((shape, SH.ignoredProperties, listed.uri))
    return rules_of(opened)


def _rules(core: CompiledShapes, profile: Profile, base: str) -> CompiledShapes:
    """Return the rules of the core and those of the profile."""
    lines = ox.serialize((quad.triple for quad in profile.quads), format=ox.RdfFormat.N_TRIPLES) or b""
    own = rules_of(rdflib.Graph().parse(data=lines, format="nt"))
    namespace = str(shapes_namespace(base))
    # A shape of the core that one of the profile's refers to is judged as the core has it.
    units = [unit for unit in own.units if not str(unit.shape).startswith(namespace)]
    return CompiledShapes((*core.units, *units), (*core.components, *own.components), core.subjects)


def _in_core_terms(quads: Iterable[ox.Quad], profile: Profile, paths: frozenset[str]) -> Iterator[ox.Quad]:
    """Yield what quads say of the properties of the core by sub-properties of them."""
    higher = above(_parents(profile.quads, _SUBPROPERTY))
    for quad in quads:
        for name in (higher(quad.predicate.value) - {quad.predicate.value}) & paths:
            yield ox.Quad(quad.subject, ox.NamedNode(name), quad.object, quad.graph_name)


def _reason(error: Exception) -> str:
    """Return the first line of what a library says of shapes, short, personal data masked (law 7)."""
    line = (str(error).strip() or type(error).__name__).split("\n", 1)[0]
    return mask(line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…")


def _bounded(file: Path, base: str) -> Iterator[ox.Quad]:
    """Yield the quads of a file. Raises Refused where there are too many."""
    quads = read_quads(file, base, LARGEST_MB)
    yield from islice(quads, MOST)
    if next(quads, None) is not None:
        raise Refused("enonces-trop-nombreux", {"most": str(MOST)})


def _parents(quads: Iterable[ox.Quad], predicate: str) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for quad in quads:
        if quad.predicate.value == predicate:
            found.setdefault(_name(quad.subject), set()).add(_name(quad.object))
    return found


def _name(term: object) -> str:
    return term.value if isinstance(term, ox.NamedNode) else str(term)

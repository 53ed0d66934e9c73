"""The terms of the ontology as their pages show them: what each says, what says it of others, how often it is used.

Knows the present modules, core and profiles; nothing of addresses or templates.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Final

import pyoxigraph as ox

from ingestion import Edition
from ontologie import PREFIXES, Iris, fold_text, vocabularies
from sparql_api.pages.common.made import void_file
from sparql_api.pages.documents import Described, described, parsed, sources, texts, values
from sparql_api.pages.expressions import Restriction, expressions

OWL, RDFS, SKOS, DCT = PREFIXES["owl"], PREFIXES["rdfs"], PREFIXES["skos"], PREFIXES["dct"]
VOID: Final = "http://rdfs.org/ns/void#"
STATUS: Final = "http://www.w3.org/2003/06/sw-vocab-status/ns#term_status"
PROFILE: Final = "http://www.w3.org/ns/dx/prof/isProfileOf"
PARTITIONS: Final = (("class", "entities"), ("property", "triples"))
_LONGEST: Final = 80
_ALIKE: Final = 75
ABOUT: Final = {"inverseOf": OWL + "inverseOf", "isDefinedBy": RDFS + "isDefinedBy", "source": DCT + "source"}
"""What is said of a term beyond what a list of terms shows."""


@dataclass(frozen=True)
class Module:
    """A module of the present version: the core's, or a profile."""

    path: str
    titles: dict[str, str]
    descriptions: dict[str, str]
    profile: bool

    @property
    def name(self) -> str:
        """Return the last part of its address."""
        return self.path.rpartition("/")[2]

    @property
    def short_titles(self) -> dict[str, str]:
        """Return its own part of its title, in each language: `Core`."""
        return {lang: title.rpartition(":")[2].strip() for lang, title in self.titles.items()}


@dataclass(frozen=True)
class DescribedTerm:
    """A term with all that its page says of it; `back` is what other terms say of it."""

    iri: str
    name: str
    kind: str
    labels: dict[str, str]
    texts: dict[str, str]
    notes: dict[str, str]
    examples: dict[str, str]
    links: dict[str, list[str]]
    restrictions: tuple[Restriction, ...]
    status: str
    since: str
    quads: tuple[ox.Quad, ...]
    back: dict[str, list[str]] = field(default_factory=dict)


@cache
def modules(iris: Iris) -> tuple[Module, ...]:
    """Return the modules, the core's first, then the profiles."""
    names = (one.name for one in vocabularies(iris.base) if one.path.startswith("termes/"))
    found = []
    for path in (f"ontologie/{name}" for name in names if name != "ontologie"):
        said = _about(parsed(sources(iris)[path]), iris.base + path)
        found.append(Module(path, texts(said, DCT + "title"), texts(said, DCT + "description"), PROFILE in said))
    return tuple(sorted(found, key=lambda module: module.profile))


@cache
def namespaces(iris: Iris, path: str) -> tuple[tuple[str, str], ...]:
    """Return the prefixes that a document's texts declare, with their namespaces, by prefix."""
    found: dict[str, str] = {}
    for text in sources(iris)[path]:
        parser = ox.parse(text, format=ox.RdfFormat.TURTLE)
        for _ in parser:
            pass
        found |= parser.prefixes
    return tuple(sorted(found.items()))


@cache
def terms(iris: Iris) -> dict[str, DescribedTerm]:
    """Return the terms by name."""
    found: dict[str, DescribedTerm] = {}
    for module in modules(iris):
        quads = parsed(sources(iris)[module.path])
        for key, members in described(iris, module.path)["groups"]:
            found |= {member.name: _term(key, member, quads) for member in members}
    for term in found.values():
        for name, targets in term.links.items():
            for target in targets:
                if name in ("subClassOf", "subPropertyOf", "domain", "range") and target.startswith(iris.term("")):
                    found[target.removeprefix(iris.term(""))].back.setdefault(name, []).append(term.iri)
    return found


def labels_of(iris: Iris, iri: str) -> Mapping[str, str]:
    """Return the labels of a term of ours, or of a module, by its IRI; none for a term of others."""
    found = terms(iris).get(iri.removeprefix(iris.term("")))
    if found:
        return found.labels
    return next((one.short_titles for one in modules(iris) if iris.base + one.path == iri), {})


def short_name(iri: str) -> str:
    """Return an IRI by its prefix, `prov:Activity`; by its last part where it has none of the usual ones."""
    found = [(space, prefix) for prefix, space in PREFIXES.items() if iri.startswith(space) and iri != space]
    if found:
        space, prefix = max(found)
        return f"{prefix}:{iri.removeprefix(space)}"
    return iri.rpartition("#")[2] if "#" in iri else iri.rpartition("/")[2] or iri


def nearest_term(iris: Iris, name: str) -> str:
    """Return the name of the term that a name was meant for, whatever its capitals; "" where none is alike."""
    from rapidfuzz import fuzz, process  # an address that leads somewhere never loads it

    folded = {known.lower(): known for known in terms(iris)}
    found = process.extractOne(name[:_LONGEST].lower(), list(folded), scorer=fuzz.ratio, score_cutoff=_ALIKE)
    return folded[found[0]] if found else ""


def found_by(iris: Iris, words: str) -> list[DescribedTerm]:
    """Return the terms whose name, labels or definitions hold every word, whatever accents and capitals."""
    wanted = fold_text(words[:200]).split()
    return [term for term in terms(iris).values() if all(word in _searched(term) for word in wanted)]


def uses(edition: Edition, folder: Path) -> Mapping[str, int]:
    """Return how many things are of each class, and how many triples have each property, in an edition."""
    said: dict[str, dict[str, str]] = {}
    for quad in ox.parse(void_file(edition, folder).read_bytes(), format=ox.RdfFormat.N_TRIPLES):
        if not isinstance(quad.subject, ox.Triple) and not isinstance(quad.object, ox.Triple):
            said.setdefault(quad.subject.value, {})[quad.predicate.value] = quad.object.value
    return {
        about[VOID + kind]: int(about[VOID + counted])
        for about in said.values()
        for kind, counted in PARTITIONS
        if VOID + kind in about and VOID + counted in about
    }


def _term(kind: str, member: Described, quads: list[ox.Quad]) -> DescribedTerm:
    said = _about(quads, member.iri)
    nameless = expressions(quads)
    above = [value.value for value in said.get(RDFS + "subClassOf", ()) if isinstance(value, ox.BlankNode)]
    links = {name: values(said, predicate) for name, predicate in ABOUT.items()}
    since = member.iri.rpartition("#")[0] + "#depuis"
    return DescribedTerm(
        member.iri,
        member.name,
        kind,
        member.labels,
        member.texts,
        texts(said, SKOS + "editorialNote"),
        texts(said, SKOS + "example"),
        {**member.links, **{name: found for name, found in links.items() if found}},
        tuple(nameless.restrictions[node] for node in above if node in nameless.restrictions),
        _plain(said, STATUS),
        _plain(said, since),
        _described_by(quads, member.iri),
    )


def _about(quads: list[ox.Quad], iri: str) -> dict[str, list[Any]]:
    said: dict[str, list[Any]] = {}
    for quad in quads:
        if isinstance(quad.subject, ox.NamedNode) and quad.subject.value == iri:
            said.setdefault(quad.predicate.value, []).append(quad.object)
    return said


def _described_by(quads: list[ox.Quad], iri: str) -> tuple[ox.Quad, ...]:
    """Return what a module says of a term, with the blank nodes that it leads to."""
    by_subject: dict[object, list[ox.Quad]] = {}
    for quad in quads:
        by_subject.setdefault(quad.subject, []).append(quad)
    ahead: list[object] = [ox.NamedNode(iri)]
    found: list[ox.Quad] = []
    for node in ahead:
        for quad in by_subject.get(node, ()):
            found.append(quad)
            if isinstance(quad.object, ox.BlankNode) and quad.object not in ahead:
                ahead.append(quad.object)
    return tuple(found)


def _plain(said: Mapping[str, list[Any]], predicate: str) -> str:
    return next((value.value for value in said.get(predicate, ())), "")


def _searched(term: DescribedTerm) -> str:
    return fold_text(" ".join([term.name, *term.labels.values(), *term.texts.values()]))

"""Loads the packaged vocabularies, each into one named graph of canonical N-Quads.

Knows where the Turtle stands (`termes/` by hand, `genere/` from our tables, `tiers/` from others) and how a
file becomes a graph: blank nodes named, triples of an earlier graph dropped. Knows nothing of what they say.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources.abc import Traversable
from itertools import chain
from typing import Final, TypeVar

import pyoxigraph as ox

from ontologie.canonical import canonical_lines, digest
from ontologie.namespaces import BASE, Iris
from ontologie.resources import read_table, read_text, resource

OWN_LICENCE: Final = "https://spdx.org/licenses/etalab-2.0.html"
DERIVED: Final = "derive-"
"""Begins the name of a file that holds what can be inferred from another vocabulary."""

Term = TypeVar("Term", bound="ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple")
_FORMATS: Final = {".ttl": ox.RdfFormat.TURTLE, ".nt": ox.RdfFormat.N_TRIPLES}


@dataclass(frozen=True)
class Vocabulary:
    """One packaged vocabulary, ready for the store."""

    name: str
    """The file's stem: `noyau`, `scolomfr-voc-022`."""

    path: str
    """Where the source stands below `ontologie/`: `termes/noyau.ttl`."""

    graph: str
    """The IRI of its named graph."""

    lines: list[bytes]
    """Canonical N-Quads lines, sorted, without blank nodes; no triple is in two vocabularies."""

    licence: str
    """The IRI of the licence, or the address of its text."""

    title: dict[str, str]
    """What it is, in `fr` and `en`."""

    digest: str
    """SHA-256 of the lines, in hexadecimal."""


@cache
def vocabularies(base: str = BASE) -> tuple[Vocabulary, ...]:
    """Return every packaged vocabulary, in the order of `vocabulaires.csv`, then of their paths.

    Every triple has one home (docs/decisions/iris-and-graphs.md): one that an earlier vocabulary states is left out
    of the later ones. So terms written by hand come first, then ours, then those of others.
    Raises SyntaxError where a file is not well formed, ValueError where two files have the same name.
    """
    seen: set[bytes] = set()
    names: set[str] = set()
    loaded = []
    for path in packaged():
        name = stem(path)
        if name in names:
            raise ValueError(f"two vocabularies are named {name}: {path}")
        names.add(name)
        graph = home(name, base)
        suffix = f" <{graph}> .\n".encode()
        lines = []
        for line in _canonical_lines(path, graph, base):
            triple = line.removesuffix(suffix)
            if triple not in seen:
                seen.add(triple)
                lines.append(line)
        licence, title = _card(path)
        loaded.append(Vocabulary(name, path, graph, lines, licence, title, digest(b"".join(lines))))
    return tuple(loaded)


def packaged() -> list[str]:
    """Return the paths of the vocabularies' files below `ontologie/`, in their stated order."""
    found = sorted(path for folder in ("termes", "genere", "tiers") for path in _files(folder))
    listed = {path: rank for rank, path in enumerate(_cards())}
    folders = {"termes": 0, "genere": 1, "tiers": 2}

    def place(path: str) -> tuple[int, bool, int, str]:
        # What follows from others gives way to what they state.
        derived = stem(path).startswith(DERIVED)
        return folders[path.partition("/")[0]], derived, listed.get(path, len(listed)), path

    return sorted(found, key=place)


def home(name: str, base: str = BASE) -> str:
    """Return the named graph of a vocabulary; `derive-x` holds what follows from the vocabulary `x`."""
    if name.startswith(DERIVED):
        return Iris(base).derived_graph("vocabulaire", name.removeprefix(DERIVED))
    return Iris(base).vocabulary_graph(name)


def stem(path: str) -> str:
    """Return a file's name without folder and suffix."""
    return path.rpartition("/")[2].rpartition(".")[0]


def read_quads(path: str, *, base: str = BASE) -> list[ox.Quad]:
    """Return the triples of a file as they stand, in file order, as quads of the default graph."""
    text = read_text(*path.split("/"), base=base)
    return list(ox.parse(text, format=_FORMATS["." + path.rpartition(".")[2]], base_iri=base))


def named_quads(path: str, graph: str, *, base: str = BASE) -> list[ox.Quad]:
    """Return the triples of a file as quads of `graph`, blank nodes replaced by IRIs that never change.

    The names come from RDFC-1.0 (https://www.w3.org/TR/rdf-canon/) over the file, so they depend on its
    content alone. Form of the IRIs: RDF 1.1, section 3.5 (`/.well-known/genid/`).
    """
    quads = read_quads(path, base=base)
    blank = [quad for quad in quads if _is_blank(quad)]
    dataset = ox.Dataset(blank)
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    plain = (quad for quad in quads if not _is_blank(quad))
    prefix, place = f"{base}.well-known/genid/", ox.NamedNode(graph)

    def named(term: Term) -> Term | ox.NamedNode:
        if not isinstance(term, ox.BlankNode):
            return term
        hashed = hashlib.sha256(f"{stem(path)}\x1f{term.value}".encode()).hexdigest()
        return ox.NamedNode(prefix + hashed[:32])

    return [ox.Quad(named(q.subject), q.predicate, named(q.object), place) for q in chain(plain, dataset)]


def _canonical_lines(path: str, graph: str, base: str) -> list[bytes]:
    """Return the canonical lines of a file's graph; a Store reads and writes files without blank nodes by itself."""
    store = ox.Store()
    text, form = read_text(*path.split("/"), base=base), _FORMATS["." + path.rpartition(".")[2]]
    store.load(text, format=form, base_iri=base, to_graph=ox.NamedNode(graph))
    data = store.dump(format=ox.RdfFormat.N_QUADS) or b""
    if b"_:" in data:
        return canonical_lines(named_quads(path, graph, base=base))
    return sorted(line + b"\n" for line in data.split(b"\n") if line)


def _is_blank(quad: ox.Quad) -> bool:
    return isinstance(quad.subject, ox.BlankNode) or isinstance(quad.object, ox.BlankNode)


def _files(folder: str) -> Iterator[str]:
    """Yield the paths of the vocabularies' files below a folder of `ontologie/`."""
    place = resource(folder)
    if place.is_dir():
        yield from _walk(place, folder)


def _walk(place: Traversable, path: str) -> Iterator[str]:
    for entry in place.iterdir():
        below = f"{path}/{entry.name}"
        if entry.is_dir():
            yield from _walk(entry, below)
        elif entry.name.endswith(tuple(_FORMATS)):
            yield below


def _cards() -> dict[str, dict[str, str]]:
    """Return what `vocabulaires.csv` says of each file: titles and licence."""
    return {row["fichier"]: row for row in read_table("vocabulaires.csv")}


def _card(path: str) -> tuple[str, dict[str, str]]:
    card = _cards().get(path, {})
    title = {tag: card.get(f"titre_{tag}") or stem(path) for tag in ("fr", "en")}
    return card.get("licence") or OWN_LICENCE, title

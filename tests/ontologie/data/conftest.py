"""What the tests of the packaged data share: every triple of genere/ and tiers/, read once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox
import pytest

import ontologie

PACKAGE = Path(ontologie.__file__).parent
SKOS = "http://www.w3.org/2004/02/skos/core#"
BASE = ontologie.BASE


@dataclass(frozen=True)
class Data:
    """The triples of each file, by its path below `ontologie/`."""

    files: dict[str, list[tuple[str, str, ox.NamedNode | ox.Literal]]]

    def triples(self, *prefixes: str) -> Iterator[tuple[str, str, ox.NamedNode | ox.Literal]]:
        for path, triples in self.files.items():
            if not prefixes or path.startswith(prefixes):
                yield from triples

    def objects(self, predicate: str, *prefixes: str) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for subject, name, term in self.triples(*prefixes):
            if name == predicate:
                found.setdefault(subject, []).append(term.value)
        return found

    def typed(self, kind: str) -> set[str]:
        rdf_type = ontologie.RDF_TYPE
        return {s for s, p, o in self.triples() if p == rdf_type and o.value == kind}


@pytest.fixture(scope="session")
def data() -> Data:
    files = {}
    for folder in ("genere", "tiers"):
        for path in sorted((PACKAGE / folder).rglob("*.ttl")):
            quads = ox.parse(path.read_bytes(), format=ox.RdfFormat.TURTLE, base_iri=BASE)
            triples = [(q.subject.value, q.predicate.value, q.object) for q in quads]
            files[path.relative_to(PACKAGE).as_posix()] = triples
    return Data(files)

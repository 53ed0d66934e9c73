"""The W3C's SPARQL suites as data: where they are, what each test asks, and what it expects.

Knows manifests and their folders; how a test is run and judged is said by the modules that run them.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox
import pytest

MF = "http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#"
QT = "http://www.w3.org/2001/sw/DataAccess/tests/test-query#"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS = "http://www.w3.org/2000/01/rdf-schema#"
BASE = "https://suite.example/"
"""What relative IRIs of a test's files are resolved against."""
ROOT = Path(__file__).parents[2]


def suites_folder() -> Path:
    """Return the folder of the outside suites; where it is missing, skip, or fail in CI."""
    folder = ROOT / os.environ.get("OBSERVATOIRE_SUITES", "../shared/suites")
    if not folder.is_dir():
        message = f"no outside suites at {folder} (setting OBSERVATOIRE_SUITES)"
        if os.environ.get("CI") == "true":
            pytest.fail(message)
        pytest.skip(message, allow_module_level=True)
    return folder


@dataclass(frozen=True)
class Case:
    """One test of a manifest; paths are files of its folder, `graphs` are (IRI, file)."""

    folder: str
    name: str
    kind: str
    query: Path
    data: tuple[Path, ...]
    graphs: tuple[tuple[str, Path], ...]
    result: Path | None
    services: tuple[tuple[str, Path], ...] = ()
    """The services the query calls: (address, file of its data)."""

    @property
    def id(self) -> str:
        return f"{self.folder}/{self.name}"


class Manifest:
    """A manifest file, parsed; IRIs of the form `file:` name files beside it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.store = ox.Store()
        self.store.load(path=str(path), format=ox.RdfFormat.TURTLE, base_iri=path.as_uri())

    def value(self, subject: ox.NamedNode | ox.BlankNode, predicate: str) -> ox.Term | None:
        return next(iter(self.values(subject, predicate)), None)

    def values(self, subject: ox.NamedNode | ox.BlankNode, predicate: str) -> list[ox.Term]:
        return [q.object for q in self.store.quads_for_pattern(subject, ox.NamedNode(predicate), None)]

    def items(self, head: ox.Term | None) -> list[ox.Term]:
        """Return the members of an RDF list."""
        found = []
        while isinstance(head, ox.BlankNode):
            first = self.value(head, RDF + "first")
            if first is not None:
                found.append(first)
            head = self.value(head, RDF + "rest")
        return found

    def entries(self) -> list[ox.NamedNode]:
        """Return the tests the manifest lists, in its order."""
        (listed,) = self.store.quads_for_pattern(None, ox.NamedNode(MF + "entries"), None)
        return [entry for entry in self.items(listed.object) if isinstance(entry, ox.NamedNode)]

    def file(self, term: ox.Term | None) -> Path:
        assert isinstance(term, ox.NamedNode), f"{term} is no file"
        return self.path.parent / term.value.rpartition("/")[2]


def query_cases(folder: Path) -> list[Case]:
    """Return the query tests of a folder."""
    manifest = Manifest(folder / "manifest.ttl")
    return [case for entry in manifest.entries() if (case := _case(manifest, folder.name, entry))]


def _case(manifest: Manifest, folder: str, entry: ox.NamedNode) -> Case | None:
    kind = manifest.value(entry, RDF + "type")
    action = manifest.value(entry, MF + "action")
    result = manifest.value(entry, MF + "result")
    assert isinstance(kind, ox.NamedNode)
    data: list[Path] = []
    graphs: list[tuple[str, Path]] = []
    services: list[tuple[str, Path]] = []
    if isinstance(action, ox.NamedNode):
        query = manifest.file(action)
    else:
        assert isinstance(action, ox.BlankNode)
        if manifest.value(action, QT + "query") is None:
            return None  # An update.
        query = manifest.file(manifest.value(action, QT + "query"))
        data = [manifest.file(term) for term in manifest.values(action, QT + "data")]
        for term in manifest.values(action, QT + "graphData"):
            file = manifest.file(term)
            graphs.append((BASE + file.name, file))
        for node in manifest.values(action, QT + "serviceData"):
            assert isinstance(node, ox.BlankNode)
            address = manifest.value(node, QT + "endpoint")
            assert isinstance(address, ox.NamedNode)
            services.append((address.value, manifest.file(manifest.value(node, QT + "data"))))
    return Case(
        folder=folder,
        name=entry.value.rpartition("#")[2],
        kind=kind.value.rpartition("#")[2],
        query=query,
        data=tuple(data),
        graphs=tuple(graphs),
        result=manifest.file(result) if isinstance(result, ox.NamedNode) else None,
        services=tuple(services),
    )

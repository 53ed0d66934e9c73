"""Writes the stream as a Linked Data Event Stream in pages of TREE: https://w3id.org/ldes/specification,
https://w3id.org/tree/specification.

A member is a version of a named graph: what it says stands in a graph of its own name (TREE, member extraction), so
that whoever takes the last version of each has the edition to the quad. Knows no request and no file.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

import pyoxigraph as ox

from ontologie import PREFIXES as PREFIXES_OF_DATA
from ontologie import Iris, in_both
from sparql_api.description.statements import Statements, typed
from sparql_api.pages.changes.stream import GraphVersion, Stream, StreamPage, moment

AS: Final = "https://www.w3.org/ns/activitystreams#"
PREFIXES: Final = {
    **PREFIXES_OF_DATA, "ldes": "https://w3id.org/ldes#", "tree": "https://w3id.org/tree#", "as": AS,
    "void": "http://rdfs.org/ns/void#",
}  # fmt: skip
ISSUED: Final = PREFIXES_OF_DATA["dct"] + "issued"
VERSION_OF: Final = PREFIXES_OF_DATA["dct"] + "isVersionOf"
BECAME: Final = {"new": AS + "Create", "changed": AS + "Update", "gone": AS + "Delete"}
"""The type of a member, by what became of its graph; one that was erased says that it went, and no more."""
_TYPE: Final = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"
_MOMENT: Final = f"<{PREFIXES_OF_DATA['xsd']}dateTime>"


@dataclass(frozen=True)
class StreamPlace:
    """Where a stream is told: its name, the address of its first node, and what ends the addresses of its pages."""

    iris: Iris
    root: str
    query: str

    @property
    def name(self) -> str:
        """The name of the stream, which every address of it shares."""
        return f"{self.iris.base}ldes#flux"

    @property
    def view(self) -> str:
        """The address of the first node."""
        return f"{self.root}{self.query}"

    def page(self, page: StreamPage) -> str:
        """Return the address of a page, or of a node that leads to pages."""
        return f"{self.root}/{page.first}-{page.last}{self.query}"


def stream_statements(stream: Stream, place: StreamPlace, edition: int, licences: Iterable[str]) -> list[ox.Quad]:
    """Return what the first node says: how the stream is read and licensed, what is kept, where its pages are."""
    said = Statements(PREFIXES)
    said.type(place.name, "ldes:EventStream")
    said.both(place.name, "dct:title", in_both("catalogue", "ldes-title"))
    said.say(place.name, "ldes:timestampPath", ISSUED)
    said.say(place.name, "ldes:versionOfPath", VERSION_OF)
    for became, word in (("new", "Create"), ("changed", "Update"), ("gone", "Delete")):
        said.say(place.name, f"ldes:version{word}Object", BECAME[became])
    said.say(place.name, "dct:license", *licences)
    said.say(place.name, "tree:view", place.view)
    said.type(place.view, "tree:Node", "ldes:EventSource")
    said.say(place.view, "void:inDataset", place.iris.entity("edition", str(edition)))
    policy = f"{place.view}#conserve"
    said.say(place.view, "ldes:retentionPolicy", policy)
    said.type(policy, "ldes:PointInTimePolicy")
    said.say(policy, "ldes:pointInTime", typed(stream.starts(), "dateTime"))
    for part in stream.parts():
        _relate(said, place, place.view, part)
    return said.quads


def node_statements(parts: Iterable[StreamPage], node: StreamPage, place: StreamPlace) -> list[ox.Quad]:
    """Return what a node that leads to pages says."""
    said, address = Statements(PREFIXES), place.page(node)
    said.type(address, "tree:Node")
    said.say(place.name, "tree:view", address)
    for part in parts:
        _relate(said, place, address, part)
    return said.quads


def _relate(said: Statements, place: StreamPlace, node: str, page: StreamPage) -> None:
    """Say of a node from when, and where it is full until when, a page or another node tells."""
    bounds = [("GreaterThanOrEqualTo", page.begins)] + ([("LessThanOrEqualTo", page.ends)] if page.full else [])
    for kind, value in bounds:
        relation = f"{node}#{page.first}-{page.last}-{kind[0]}"
        said.say(node, "tree:relation", relation)
        said.type(relation, f"tree:{kind}Relation")
        said.say(relation, "tree:node", place.page(page))
        said.say(relation, "tree:path", ISSUED)
        said.say(relation, "tree:value", typed(value, "dateTime"))


def page_lines(page: StreamPage, versions: Iterable[GraphVersion], place: StreamPlace) -> Iterator[bytes]:
    """Yield a page as N-Quads: each member, then what it says in its own graph."""
    node, tree = f"<{place.page(page)}>", PREFIXES["tree"]
    yield f"{node} {_TYPE} <{tree}Node> .\n".encode()
    yield f"<{place.name}> <{tree}view> {node} .\n".encode()
    for one in versions:
        member = f"<{one.iri}>"
        yield (
            f"<{place.name}> <{tree}member> {member} .\n"
            f"{member} {_TYPE} <{BECAME[one.became]}> .\n"
            f"{member} <{VERSION_OF}> <{one.graph}> .\n"
            f'{member} <{ISSUED}> "{moment(one.edition)}"^^{_MOMENT} .\n'
        ).encode()
        yield one.lines.replace(f" <{one.graph}> .\n".encode(), f" {member} .\n".encode())

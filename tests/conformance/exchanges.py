"""The HTTP exchanges of the W3C's protocol suites as data: what is sent, and what is expected of the answer."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox

from tests.conformance.suites import MF, Manifest

HT = "http://www.w3.org/2011/http#"
CNT = "http://www.w3.org/2011/content#"


@dataclass(frozen=True)
class Exchange:
    """One request of a test and what is expected of its answer."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    statuses: frozenset[str]
    """Names of the vocabulary of statuses: `OK`, `NotFound`, `StatusCode4xx`."""
    boolean: bool | None
    format: str | None
    content: bytes
    """The body expected, empty where none is."""


def read_exchanges(path: Path) -> dict[str, tuple[Exchange, ...]]:
    """Return the exchanges of each test of a manifest, by the test's name."""
    manifest = Manifest(path)
    found = {}
    for entry in manifest.entries():
        action = manifest.value(entry, MF + "action")
        assert isinstance(action, ox.BlankNode)
        # The requests are an RDF list; the test suite nests it in another.
        requests = [
            node
            for listed in manifest.values(action, HT + "requests")
            for node in manifest.items(listed)
            if isinstance(node, ox.BlankNode)
        ]
        found[entry.value.rpartition("#")[2]] = tuple(_exchange(manifest, node) for node in requests)
    return found


def _exchange(manifest: Manifest, node: ox.BlankNode) -> Exchange:
    headers = {}
    for head in manifest.values(node, HT + "headers"):
        for item in manifest.items(head):
            assert isinstance(item, ox.BlankNode)
            headers[_text(manifest, item, HT + "fieldName")] = _text(manifest, item, HT + "fieldValue")
    response = manifest.value(node, HT + "resp")
    assert isinstance(response, ox.BlankNode)
    statuses = manifest.values(response, MF + "expectedStatus")
    return Exchange(
        method=_text(manifest, node, HT + "methodName"),
        path=_text(manifest, node, HT + "absolutePath"),
        headers=headers,
        body=_content(manifest, node),
        statuses=frozenset(s.value.rpartition("#")[2] for s in statuses if isinstance(s, ox.NamedNode)),
        boolean={"true": True, "false": False}.get(_text(manifest, response, MF + "expectedBoolean")),
        format=_text(manifest, response, MF + "expectedFormat") or None,
        content=_content(manifest, response),
    )


def _content(manifest: Manifest, message: ox.BlankNode) -> bytes:
    body = manifest.value(message, HT + "body")
    if not isinstance(body, ox.BlankNode):
        return b""
    encoding = _text(manifest, body, CNT + "characterEncoding") or "utf-8"
    return _text(manifest, body, CNT + "chars").encode(encoding)


def _text(manifest: Manifest, subject: ox.BlankNode, predicate: str) -> str:
    value = manifest.value(subject, predicate)
    return value.value if isinstance(value, ox.Literal) else ""

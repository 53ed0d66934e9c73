"""From the graph of a document back to the document: the JSON-LD frames, and a fast way of applying them.

Knows the frames of `frames/`, one a type of document (https://www.w3.org/TR/json-ld11-framing/), and the
context; knows nothing of what documents mean.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable
from functools import cache
from typing import Any, Final

import pyoxigraph as ox

from ontologie.namespaces import BASE, RDF_TYPE
from ontologie.resources import context, read_text, resource

_REVERSE: Final = "@reverse"
_Said = dict[str, dict[str, list[Any]]]
"""Subject IRI → predicate IRI → objects (pyoxigraph terms)."""


@cache
def document_types() -> tuple[str, ...]:
    """Return the types of documents that have a frame: `analyse`, `module`, `projet`, `publication`."""
    names = (entry.name for entry in resource("frames").iterdir())
    return tuple(sorted(name.removesuffix(".json") for name in names if name.endswith(".json")))


@cache
def frame(kind: str, base: str = BASE) -> dict[str, Any]:
    """Return the frame of a type of document, context inlined: give it to `pyld.jsonld.frame` as it is.

    Framing a document's graph (see `expanded`) with it gives the document, options `base` and
    `omitGraph=True`. Do not change the object returned: it is shared.
    Raises KeyError for a type without a frame.
    """
    words = context(base)
    shape = _shape(kind, base)
    forward = {key: {"@omitDefault": True} for key, term in words.items() if _is_property(key, term)}
    for key, below in shape.items():
        if _reversed(words.get(key)):
            # Of a node reached backwards, take all but the link it was reached by.
            shape[key] = {"@explicit": True, **forward, **below}
    return {"@context": words, "@embed": "@once", "@explicit": False, "@omitDefault": True, **shape}


def expanded(quads: Iterable[ox.Quad]) -> list[dict[str, Any]]:
    """Return a graph as expanded JSON-LD for PyLD, whose reader of N-Quads does not decode `\\u001F`."""
    nodes: list[dict[str, Any]] = json.loads(ox.serialize(quads, format=ox.RdfFormat.JSON_LD) or b"[]")
    for node in nodes:
        if RDF_TYPE in node:
            node["@type"] = [value["@id"] for value in node.pop(RDF_TYPE)]
    return nodes


def to_document(quads: Iterable[ox.Quad], kind: str, base: str = BASE) -> dict[str, Any]:
    """Return the document that a graph states: what `frame` gives, some 25 times faster, without `@context`.

    Keys come in the order of the context, values sorted; IRIs below `base` are relative to it; each node is
    embedded once. A value that no key writes stands under its IRI, so nothing is lost.
    Raises ValueError where the graph has no root of that type or several, KeyError for an unknown type.
    """
    said: _Said = defaultdict(lambda: defaultdict(list))
    for quad in quads:
        if not isinstance(quad.subject, ox.NamedNode):
            raise ValueError(f"blank node in the graph of a document: {quad}")
        said[quad.subject.value][quad.predicate.value].append(quad.object)
    writer = _Writer(said, base)
    wanted = _shape(kind, base)["type"]
    types = {writer.classes[name] for name in (wanted if isinstance(wanted, list) else [wanted])}
    roots = [iri for iri, about in said.items() if types & {v.value for v in about.get(RDF_TYPE, ())}]
    if len(roots) != 1:
        raise ValueError(f"{len(roots)} roots in the graph of a document of type {kind}")
    return writer.root(roots[0])


def _shape(kind: str, base: str) -> dict[str, Any]:
    if kind not in document_types():
        raise KeyError(f"no frame for documents of type {kind!r}")
    shape: dict[str, Any] = json.loads(read_text("frames", f"{kind}.json", base=base))
    return shape


def _reversed(term: object) -> bool:
    return isinstance(term, dict) and _REVERSE in term


def _is_property(key: str, term: object) -> bool:
    """Tell whether a key of the context is a property to follow forwards, not a prefix, class or keyword."""
    if isinstance(term, dict):
        return not _reversed(term)
    return key[0].islower() and isinstance(term, str) and ":" in term and not term.endswith(("#", "/"))


@cache
def _keys(base: str) -> tuple[dict[tuple[str, str], str], dict[str, str], dict[str, str]]:
    """Return what the context writes: (predicate, form) → key, class name → IRI, reverse predicate → key.

    A form is `@id`, `@fr` for a language, or a datatype's IRI.
    """
    words = context(base)
    prefixes = {
        k: t for k, t in words.items() if isinstance(t, str) and t.endswith(("#", "/")) and k[0] != "@"
    }

    def expand(name: str) -> str:
        prefix, colon, local = name.partition(":")
        return prefixes[prefix] + local if colon and prefix in prefixes else name

    forward: dict[tuple[str, str], str] = {}
    backward: dict[str, str] = {}
    classes: dict[str, str] = {}
    for key, term in words.items():
        if _reversed(term):
            backward[expand(term[_REVERSE])] = key
        elif _is_property(key, term):
            told = term if isinstance(term, dict) else {"@id": term}
            language = told.get("@language")
            form = f"@{language}" if language else expand(told.get("@type", "xsd:string"))
            forward[expand(told["@id"]), form] = key
        elif key[0].isupper():
            classes[key] = expand(term)
    return forward, classes, backward


class _Writer:
    """Writes the nodes of one graph as nested objects, each once."""

    def __init__(self, said: _Said, base: str) -> None:
        self.said = said
        self.base = base
        self.forward, self.classes, self.backward = _keys(base)
        self.names = {iri: name for name, iri in self.classes.items()}
        self.order = {key: rank for rank, key in enumerate(context(base))}
        self.done: set[str] = set()

    def root(self, iri: str) -> dict[str, Any]:
        """Return the document: the root node with those that point back to it."""
        self.done.add(iri)
        below: dict[str, Any] = {}
        for predicate, key in self.backward.items():
            nodes = [
                node
                for node, about in self.said.items()
                if node != iri and any(v.value == iri for v in about.get(predicate, ()))
            ]
            self.done |= set(nodes)
            found = [self.properties(node, leave=(predicate, iri)) for node in sorted(nodes)]
            if found:
                below[key] = found[0] if len(found) == 1 else found
        return self.sorted({**self.properties(iri), **below})

    def properties(self, iri: str, leave: tuple[str, str] = ("", "")) -> dict[str, Any]:
        """Return a node with its properties, but the link that it was reached by."""
        node: dict[str, Any] = {"id": self.relative(iri)}
        for predicate, values in self.said[iri].items():
            for value in sorted(values, key=str):
                if (predicate, value.value) != leave:
                    self.put(node, predicate, value)
        return self.sorted(node)

    def put(self, node: dict[str, Any], predicate: str, value: Any) -> None:
        """Add one value under the key that writes it."""
        written: Any
        if predicate == RDF_TYPE:
            key, written = "type", self.names.get(value.value, value.value)
        elif isinstance(value, ox.NamedNode):
            key = self.forward.get((predicate, "@id"), "")
            written = self.node(value.value) if key else {"id": self.relative(value.value)}
        else:
            form = f"@{value.language}" if value.language else value.datatype.value
            key = self.forward.get((predicate, form), "")
            told = {"@language": value.language} if value.language else {"@type": value.datatype.value}
            written = value.value if key else {"@value": value.value, **told}
        key = key or predicate
        if key not in node:
            node[key] = written
        elif isinstance(node[key], list):
            node[key].append(written)
        else:
            node[key] = [node[key], written]

    def node(self, iri: str) -> Any:
        """Return a node embedded where it is met first, its IRI elsewhere."""
        if iri in self.done or iri not in self.said:
            return self.relative(iri)
        self.done.add(iri)
        return self.properties(iri)

    def relative(self, iri: str) -> str:
        """Return an IRI relative to the base, where that reads back as the same."""
        local = iri.removeprefix(self.base)
        first = local.partition("/")[0]
        return iri if not local or local[0] in "/?#" or ":" in first else local

    def sorted(self, node: dict[str, Any]) -> dict[str, Any]:
        """Return a node's keys in the order of the context, `id` and `type` first."""
        return dict(
            sorted(node.items(), key=lambda item: (self.order.get(item[0], len(self.order)), item[0]))
        )

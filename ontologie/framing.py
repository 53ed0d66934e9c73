"""From the graph of a document back to the document: the JSON-LD frames, and a fast way of applying them.

Knows the frames of `frames/`, one a type of document (https://www.w3.org/TR/json-ld11-framing/), and the
context; knows nothing of what documents mean.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import pyoxigraph as ox

from ontologie.canonical import unescaped
from ontologie.contexts import containers, context, repeated_keys
from ontologie.namespaces import BASE, PREFIXES, RDF_TYPE
from ontologie.resources import read_text, resource

_REVERSE: Final = "@reverse"
_Said = dict[bytes, dict[bytes, list[bytes]]]
"""Subject → predicate → objects, as N-Triples writes terms."""


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
    forward = {_in_frame(key, term): {"@omitDefault": True} for key, term in words.items() if _is_property(key, term)}
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


def to_document(lines: Iterable[bytes], kind: str, base: str = BASE) -> dict[str, Any]:
    """Return the document that a graph states, from its N-Quads or N-Triples lines, terms as canonical lines have them.

    It is what `frame` gives, much faster, without `@context`. Keys come in the order of the context,
    values sorted; IRIs below `base` are relative to it; each node is embedded once. What repeats is an array however
    many there are, prose a map by language. A value that no key writes stands under its IRI, so nothing is lost.
    Raises ValueError where the graph has no root of that type or several, KeyError for an unknown type.
    """
    said: _Said = {}
    for line in sorted(lines):
        subject, predicate, rest = line.split(b" ", 2)
        start = rest.rindex(b'"') if rest[0] == _QUOTE else 0
        value = rest[: rest.index(b" ", start)]
        if line[0] != _OPEN or value[0] not in (_OPEN, _QUOTE):
            raise ValueError(f"blank node in the graph of a document: {line!r}")
        said.setdefault(subject, {}).setdefault(predicate, []).append(value)
    types = _root_types(kind, base)
    roots = [node for node, about in said.items() if not types.isdisjoint(about.get(_TYPE, ()))]
    if len(roots) != 1:
        raise ValueError(f"{len(roots)} roots in the graph of a document of type {kind}")
    return _TreeWriter(said, base).root(roots[0])


@cache
def _root_types(kind: str, base: str) -> frozenset[bytes]:
    wanted = _shape(kind, base)["type"]
    return frozenset(_words(base).classes[name] for name in (wanted if isinstance(wanted, list) else [wanted]))


def _shape(kind: str, base: str) -> dict[str, Any]:
    if kind not in document_types():
        raise KeyError(f"no frame for documents of type {kind!r}")
    shape: dict[str, Any] = json.loads(read_text("frames", f"{kind}.json", base=base))
    return shape


def _reversed(term: object) -> bool:
    return isinstance(term, dict) and _REVERSE in term


def _in_frame(key: str, term: Any) -> str:
    """Return how a frame names a property: under the key of a language map, it could say nothing but texts."""
    return str(term["@id"]) if _by_language(term) else key


def _by_language(term: object) -> bool:
    return "@language" in containers(term)


def _is_property(key: str, term: object) -> bool:
    """Tell whether a key of the context is a property to follow forwards, not a prefix, class or keyword."""
    if isinstance(term, dict):
        return not _reversed(term) and term["@id"] != "@type"
    return key[0].islower() and isinstance(term, str) and ":" in term and not term.endswith(("#", "/"))


@dataclass(frozen=True)
class _Words:
    """What the context writes, by terms of N-Triples."""

    forward: dict[tuple[bytes, bytes], str]
    """(predicate, form) → key; a form is `@id`, or what follows the text of a literal: `^^<…>`, nothing."""
    prose: dict[bytes, str]
    """Predicate → key of those whose texts stand by their language."""
    repeated: frozenset[str]
    """The keys that hold an array, or whose languages do."""
    classes: dict[str, bytes]
    backward: dict[bytes, str]
    """Predicate → key of those that are followed backwards."""
    names: dict[bytes, str]
    """Class → its name."""
    order: dict[str, int]


@cache
def _words(base: str) -> _Words:
    words = context(base)
    prefixes = {k: t for k, t in words.items() if isinstance(t, str) and t.endswith(("#", "/")) and k[0] != "@"}

    def expand(name: str) -> bytes:
        prefix, colon, local = name.partition(":")
        return f"<{prefixes[prefix] + local if colon and prefix in prefixes else name}>".encode()

    forward: dict[tuple[bytes, bytes], str] = {}
    prose: dict[bytes, str] = {}
    backward: dict[bytes, str] = {}
    classes: dict[str, bytes] = {}
    for key, term in words.items():
        if _reversed(term):
            backward[expand(term[_REVERSE])] = key
        elif _by_language(term):
            prose[expand(term["@id"])] = key
        elif _is_property(key, term):
            told = term if isinstance(term, dict) else {"@id": term}
            forward[expand(told["@id"]), _form(told, expand)] = key
        elif key[0].isupper():
            classes[key] = expand(term)
    names = {node: name for name, node in classes.items()}
    order = {key: rank for rank, key in enumerate(words)}
    return _Words(forward, prose, repeated_keys(base), classes, backward, names, order)


def _form(told: Mapping[str, str], expand: Callable[[str], bytes]) -> bytes:
    kind = told.get("@type", "xsd:string")
    return {"@id": _IRI, "xsd:string": b""}.get(kind, b"^^" + expand(kind))


class _TreeWriter:
    """Writes the nodes of one graph as nested objects, each once."""

    def __init__(self, said: _Said, base: str) -> None:
        self.said = said
        self.words = _words(base)
        self.base = base
        self.done: set[bytes] = set()

    def root(self, node: bytes) -> dict[str, Any]:
        """Return the document: the root node with those that point back to it."""
        self.done.add(node)
        below: dict[str, Any] = {}
        for predicate, key in self.words.backward.items():
            nodes = [one for one, about in self.said.items() if one != node and node in about.get(predicate, ())]
            self.done |= set(nodes)
            found = [self.properties(one, leave=(predicate, node)) for one in nodes]
            if found:
                below[key] = self.single(key, found)
        return self.sorted({**self.properties(node), **below})

    def properties(self, node: bytes, leave: tuple[bytes, bytes] = (b"", b"")) -> dict[str, Any]:
        """Return a node with its properties, but the link that it was reached by."""
        found: dict[str, list[Any]] = {}
        texts: dict[str, dict[str, list[str]]] = {}
        for predicate, values in self.said[node].items():
            for value in values:
                if predicate in self.words.prose and (text := _in_language(value)):
                    texts.setdefault(self.words.prose[predicate], {}).setdefault(text[0], []).append(text[1])
                elif (predicate, value) != leave:
                    key, written = self.value(predicate, value)
                    found.setdefault(key, []).append(written)
        maps = {key: {tag: self.single(key, told[tag]) for tag in sorted(told)} for key, told in texts.items()}
        single = {key: self.single(key, values) for key, values in found.items()}
        return self.sorted({"id": self.relative(node), **single, **maps})

    def single(self, key: str, values: list[Any]) -> Any:
        """Return the values of a key: an array where the key repeats, one value else, as long as there is one."""
        return values if len(values) > 1 or key in self.words.repeated else values[0]

    def value(self, predicate: bytes, value: bytes) -> tuple[str, Any]:
        """Return one value and the key that writes it, or its predicate where none does."""
        if predicate == _TYPE:
            return "type", self.words.names.get(value) or value[1:-1].decode()
        if value[0] == _OPEN:
            key = self.words.forward.get((predicate, _IRI))
            return (key, self.node(value)) if key else (predicate[1:-1].decode(), {"id": self.relative(value)})
        end = value.rindex(b'"')
        form, text = value[end + 1 :], unescaped(value[1:end])
        key = self.words.forward.get((predicate, form))
        if key:
            return key, text
        kind = {"@language": form[1:].decode()} if form[:1] == b"@" else {"@type": form[3:-1].decode() or _STRING}
        return predicate[1:-1].decode(), {"@value": text, **kind}

    def node(self, node: bytes) -> Any:
        """Return a node embedded where it is met first, its IRI elsewhere."""
        if node in self.done or node not in self.said:
            return self.relative(node)
        self.done.add(node)
        return self.properties(node)

    def relative(self, node: bytes) -> str:
        """Return an IRI relative to the base, where that reads back as the same."""
        iri = node[1:-1].decode()
        local = iri.removeprefix(self.base)
        return iri if not local or local[0] in "/?#" or ":" in local.partition("/")[0] else local

    def sorted(self, node: dict[str, Any]) -> dict[str, Any]:
        """Return a node's keys in the order of the context, `id` and `type` first."""
        order, last = self.words.order, len(self.words.order)
        return dict(sorted(node.items(), key=lambda item: (order.get(item[0], last), item[0])))


def _in_language(value: bytes) -> tuple[str, str] | None:
    """Return (tag, text) of a literal that has a language."""
    end = value.rindex(b'"') if value[0] == _QUOTE else 0
    return (value[end + 2 :].decode(), unescaped(value[1:end])) if value[end + 1 : end + 2] == b"@" else None


_QUOTE: Final = ord('"')
_OPEN: Final = ord("<")
_IRI: Final = b"@id"
_STRING: Final = PREFIXES["xsd"] + "string"
_TYPE: Final = f"<{RDF_TYPE}>".encode()

"""Converts documents to canonical N-Quads, one named graph a document.

Knows JSON-LD and canonical terms (docs/decisions/documents.md). The parser is pyoxigraph's; documents go through it in
batches, each inside its own named graph, so that the parser itself tells whose quads are whose.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import Any, Final

import pyoxigraph as ox

from ingestion.words.errors import IngestionError
from ingestion.words.owned import NAMESPACE, owned_by
from ontologie import BASE, LANGUAGES, Iris, canonical_lines, in_both, newest_context
from ontologie import context as context_of

BATCH: Final = 500
"""Documents parsed at once: enough to spare the context's cost, few enough to hold memory flat."""

_ODD: Final = re.compile(rb'"(?:\^\^<|@(?!fr <))')
"""The end of a literal that may be written in several ways: a datatype, or a language other than `fr`."""

_LITERAL: Final = re.compile(rb'> ("(?:[^"\\]|\\.)*"(?:\^\^<[^>]*>|@[A-Za-z0-9-]+)) (?=<[^ ]*> \.\n$)')


class ConversionError(IngestionError, ValueError):
    """A document that makes no graph of its own: `document` is its id, `detail` says why in `fr` and `en`."""

    def __init__(self, document: str, detail: Mapping[str, str]) -> None:
        super().__init__(f"{document}: {detail['en']}")
        self.document, self.detail = document, detail


@dataclass(frozen=True, slots=True)
class ConvertedDocument:
    """A document's graph: its IRI, the document's, and canonical N-Quads lines sorted by their bytes."""

    graph_iri: str
    iri: str
    lines: list[bytes]


def convert(
    documents: Iterable[Mapping[str, Any]], base: str = BASE, context: str | None = None
) -> list[ConvertedDocument]:
    """Convert documents by a version of the context (the newest where none is given), in their order.

    A document's graph has no subject but its own IRI, its fragments and its graph's IRI, and no blank node.
    Raises ConversionError at the first that has, or that JSON-LD cannot read.
    """
    return list(convert_stream(documents, base, context))


def convert_stream(
    documents: Iterable[Mapping[str, Any]], base: str = BASE, context: str | None = None
) -> Iterator[ConvertedDocument]:
    """Convert documents by a version of the context in bounded batches, as they come."""
    pending = iter(documents)
    while batch := list(islice(pending, BATCH)):
        yield from _convert(batch, base, context)


def convert_each(
    documents: Sequence[Mapping[str, Any]], base: str = BASE, contexts: Sequence[str] | None = None
) -> list[ConvertedDocument | ConversionError]:
    """Convert documents as `convert` does, each by its own version of the context, `contexts` giving them in order.

    A document that cannot be converted leaves its error in its place.
    """
    named = contexts or [newest_context()] * len(documents)
    found: dict[int, ConvertedDocument | ConversionError] = {}
    for context in set(named):
        # Documents of one version go together: the parser then reads the context once a batch.
        ranks = [rank for rank, name in enumerate(named) if name == context]
        converted = _convert_each([documents[rank] for rank in ranks], base, context)
        found.update(zip(ranks, converted, strict=True))
    return [found[rank] for rank in range(len(documents))]


def _convert_each(
    documents: Sequence[Mapping[str, Any]], base: str, context: str
) -> list[ConvertedDocument | ConversionError]:
    found: list[ConvertedDocument | ConversionError] = []
    try:
        found.extend(convert_stream(documents, base, context))
    except ConversionError:
        found.clear()
        for document in documents:
            try:
                found.extend(convert([document], base, context))
            except ConversionError as error:
                found.append(error)
    return found


def _name(document: Mapping[str, Any]) -> str:
    name = document.get("id")
    if not isinstance(name, str):
        raise ConversionError("", in_both("contenus", "no-id"))
    return name


def _convert(batch: Sequence[Mapping[str, Any]], base: str, context: str | None) -> Iterator[ConvertedDocument]:
    names = [document_iris(_name(document), base) for document in batch]
    wrapped = [{"id": graph, "@graph": [document]} for (graph, _), document in zip(names, batch, strict=True)]
    try:
        parts = _parts(_parse(wrapped, base, context), [graph for graph, _ in names])
        converted = [
            ConvertedDocument(graph, iri, _lines(part, graph, iri))
            for (graph, iri), part in zip(names, parts, strict=True)
        ]
    except (SyntaxError, UnicodeEncodeError, ConversionError) as error:
        if len(batch) == 1:
            said = dict.fromkeys(LANGUAGES, str(error))
            detail = error.detail if isinstance(error, ConversionError) else said
            raise ConversionError(_name(batch[0]), detail) from error
        # One document is at fault: the others come through, up to it, and it is named. Or one id comes twice, and
        # two graphs of one name became one: apart, each comes through.
        for document in batch:
            yield from _convert([document], base, context)
        return
    yield from converted


def document_iris(name: str, base: str = BASE) -> tuple[str, str]:
    """Return (graph, document): the IRIs of a document, from its id, relative or not."""
    kind, _, identifier = name.removeprefix(base).partition("/")
    return Iris(base).graph(kind, identifier), Iris(base).entity(kind, identifier)


def _parse(wrapped: list[dict[str, Any]], base: str, context: str | None) -> bytes:
    """Return the N-Quads of documents, as the parser gives them."""
    text = json.dumps({"@context": context_of(base, context), "@graph": wrapped}, ensure_ascii=False)
    quads = ox.parse(text.encode(), format=ox.RdfFormat.JSON_LD, base_iri=base)
    return bytes(ox.serialize(quads, format=ox.RdfFormat.N_QUADS) or b"")


def _parts(data: bytes, graphs: Sequence[str]) -> list[bytes]:
    """Return the N-Quads of each graph, which the parser gives one after the other."""
    parts = []
    end = len(data)
    for graph, before in zip(reversed(graphs), [*reversed(graphs[:-1]), None], strict=True):
        start = 0
        if before is not None:
            previous = f" <{before}> .\n".encode()
            start = data.rfind(previous, 0, end) + len(previous)
        part = data[start:end]
        if part.count(f" <{graph}> .\n".encode()) != part.count(b"\n"):
            raise ConversionError(graph, in_both("contenus", "mixed-graphs"))
        parts.append(part)
        end = start
    return parts[::-1]


def _lines(part: bytes, graph: str, iri: str) -> list[bytes]:
    """Return the canonical lines of a document's N-Quads. Raises ConversionError at one not its own."""
    # Of bytes, unlike of text, this splits at "\n" and "\r" alone, and N-Quads escapes the latter.
    lines = part.splitlines(keepends=True)
    if _ODD.search(part):
        lines = [canonical_line(line) for line in lines]
    own = own_starts(iri, graph, lines)
    blank = b" _:" in part
    for line in lines:
        if not line.startswith(own) or (blank and b"> _:" in line.partition(b'"')[0]):
            subject = line.partition(b" ")[0].decode(errors="replace")
            raise ConversionError(iri, in_both("contenus", "not-its-own", subject=subject))
    if not lines:
        raise ConversionError(iri, in_both("contenus", "says-nothing"))
    return sorted(set(lines))


def own_starts(iri: str, graph: str, lines: Iterable[bytes]) -> tuple[bytes, ...]:
    """Return how the lines of a document's graph may begin: with what it owns, as the document itself declares it."""
    told = f"<{iri}> <{NAMESPACE}> \"".encode()
    spaces = {line[len(told) :].partition(b'"')[0].decode() for line in lines if line.startswith(told)}
    owned = owned_by(iri, sorted(spaces))
    return (f"<{iri}> <".encode(), f"<{iri}#".encode(), f"<{graph}> <".encode(), *(f"<{one}".encode() for one in owned))


def canonical_line(line: bytes) -> bytes:
    """Return a line of N-Quads with its literal as an Oxigraph store gives it back."""
    return _LITERAL.sub(_canonical, line) if _ODD.search(line) else line


def _canonical(found: re.Match[bytes]) -> bytes:
    return b"> " + _canonical_literal(found[1]) + b" "


@lru_cache(maxsize=50_000)
def _canonical_literal(literal: bytes) -> bytes:
    """Return a literal as an Oxigraph store gives it back (it stores values)."""
    quads = ox.parse(b"<x:s> <x:p> " + literal + b" .\n", format=ox.RdfFormat.N_QUADS)
    (line,) = canonical_lines(quads)
    return line.removeprefix(b"<x:s> <x:p> ").removesuffix(b" .\n")

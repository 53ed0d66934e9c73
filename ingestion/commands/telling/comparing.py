"""What changed between two versions of a document: in words, and as triples.

Knows which two a reviewer compares: the one that is online, or would be, with the latest; else the last two.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pyoxigraph as ox

from ingestion.documents.told import told
from ingestion.graphs.conversion import convert
from ingestion.registry.registry import Registry
from ingestion.registry.tables.model import Registered
from ontologie import BASE, Iris


@dataclass(frozen=True)
class Version:
    """A version of a document: its number, its JSON, None where it was erased, the version of its context."""

    number: int
    document: Mapping[str, Any] | None
    context: str


@dataclass(frozen=True)
class Compared:
    """Two versions to compare; `state` is a code of what the first is: `public`, `validated` or `before`."""

    before: Version
    after: Version
    state: str


@dataclass(frozen=True)
class Changed:
    """What changed in a field: its label, the values that went, those that came, each in words."""

    label: str
    removed: tuple[str, ...]
    added: tuple[str, ...]


def compared(registry: Registry, found: Registered) -> Compared | None:
    """Return the two versions of a document to compare, None where it has one alone."""
    candidates = (("public", found.published_version), ("validated", found.validated_version),
                  ("before", found.version - 1))  # fmt: skip
    for state, number in candidates:
        if number and number != found.version:
            before = Version(number, *registry.content(found.kind, found.identifier, number))
            return Compared(before, Version(found.version, found.document, found.context), state)
    return None


def in_words(pair: Compared, lang: str, base: str = BASE) -> Iterator[Changed]:
    """Yield what changed, field by field, in the order of a deposit."""
    before, after = (
        {field.name: field for field in told(one.document or {}, lang, base)} for one in (pair.before, pair.after)
    )
    for name in dict.fromkeys((*after, *before)):
        old = before[name].values if name in before else ()
        new = after[name].values if name in after else ()
        removed, added = (tuple(v for v in one if v not in other) for one, other in ((old, new), (new, old)))
        if removed or added:
            yield Changed((after.get(name) or before[name]).label, removed, added)


def in_lines(pair: Compared, base: str = BASE) -> tuple[list[bytes], list[bytes]]:
    """Return the canonical lines of N-Quads that went, and those that came, in their order."""
    before, after = (_lines(one, base) for one in (pair.before, pair.after))
    return sorted(before - after), sorted(after - before)


def _lines(one: Version, base: str) -> set[bytes]:
    if one.document is None:
        return set()
    (converted,) = convert([one.document], base, one.context)
    return set(converted.lines)


def as_patch(removed: list[bytes], added: list[bytes]) -> bytes:
    """Return lines as an RDF patch: D before what went, A before what came (https://afs.github.io/rdf-delta/rdf-patch)."""
    return b"".join([b"D " + line for line in removed] + [b"A " + line for line in added])


def as_turtle(removed: list[bytes], added: list[bytes], base: str = BASE) -> bytes:
    """Return what came as Turtle, after what went, which stands in comments."""
    gone = b"".join(b"# " + line for line in _turtle(removed, base).splitlines(keepends=True) if line.strip())
    return gone + _turtle(added, base)


def _turtle(lines: list[bytes], base: str) -> bytes:
    triples = [quad.triple for quad in ox.parse(b"".join(lines), format=ox.RdfFormat.N_QUADS)]
    return bytes(ox.serialize(triples, format=ox.RdfFormat.TURTLE, prefixes=Iris(base).prefixes()) or b"")

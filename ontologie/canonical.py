"""Canonical N-Quads: one set of quads, one sequence of bytes.

Canonical terms are those an Oxigraph store gives back (it stores values: `"007"^^xsd:integer` returns
as `7`), lines are sorted by their bytes and end at `\\n` alone. There are no blank nodes in the store,
so no graph isomorphism is needed (docs/decisions/canonical-terms.md).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from typing import Final

import pyoxigraph as ox


def canonical_quads(quads: Iterable[ox.Quad]) -> list[ox.Quad]:
    """Return the quads with the terms an Oxigraph store gives back, without duplicates, unordered."""
    store = ox.Store()
    store.extend(quads)
    return list(store)


def canonical_lines(quads: Iterable[ox.Quad]) -> list[bytes]:
    """Return the canonical N-Quads lines of a set of quads, sorted by their bytes.

    Raises ValueError where a quad holds a blank node, which has no canonical name.
    """
    lines = serialize_lines(canonical_quads(quads))
    lines.sort()
    return lines


def serialize_lines(quads: Iterable[ox.Quad]) -> list[bytes]:
    """Return one N-Quads line a quad, terms as they stand, in the order given.

    Raises ValueError where a quad holds a blank node.
    """
    data = ox.serialize(quads, format=ox.RdfFormat.N_QUADS) or b""
    # U+2028 and U+0085 stand raw inside literals: only "\n" ends a line.
    lines = [line + b"\n" for line in data.split(b"\n") if line]
    for line in lines:
        if line.startswith(b"_:") or b"> _:" in line.partition(b'"')[0]:
            raise ValueError(f"blank node in a canonical graph: {line.decode(errors='replace').strip()}")
    return lines


def digest(data: bytes) -> str:
    """Return the SHA-256 of a canonical form, in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def unescaped(text: bytes) -> str:
    """Return the text of a literal as N-Triples escapes it (https://www.w3.org/TR/n-triples/#grammar-production-ECHAR)."""
    if b"\\" not in text:
        return text.decode()
    return _ESCAPE.sub(lambda found: _CHARACTERS.get(found[1]) or chr(int(found[1][1:], 16)), text.decode())


_ESCAPE: Final = re.compile(r"\\(u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|.)")
_CHARACTERS: Final = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f", '"': '"', "\\": "\\", "'": "'"}

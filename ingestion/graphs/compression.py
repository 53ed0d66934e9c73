"""Packs canonical N-Quads small and quickly, for the registry and the publisher's ledger.

What is packed says by itself with which base and context it was converted: what another conversion made is not
taken for its own.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

import zstandard

from ontologie import BASE, context, digest

_LEVEL: Final = 1
_MARK: Final = 8


@dataclass(frozen=True, slots=True)
class PackedGraph:
    """A graph's canonical lines, packed, and what the ledger notes of them; no data where there are no lines."""

    graph: str
    digest: str
    quads: int
    data: bytes


class Packer:
    """Packs and unpacks for one thread, which spares making its machinery anew for each graph."""

    def __init__(self) -> None:
        """Make the machinery."""
        self.pack = zstandard.ZstdCompressor(level=_LEVEL).compress
        self.unpack = zstandard.ZstdDecompressor().decompress

    def graph(self, graph: str, lines: Sequence[bytes]) -> PackedGraph:
        """Return a graph packed."""
        data = b"".join(lines)
        return PackedGraph(graph, digest(data), len(lines), self.pack(data) if data else b"")

    def lines(self, data: bytes) -> list[bytes]:
        """Return the lines of a packed graph."""
        # N-Quads escapes "\r" inside literals: of bytes, this splits at "\n" alone.
        return self.unpack(data).splitlines(keepends=True) if data else []


def pack(lines: Iterable[bytes], base: str = BASE, version: str | None = None) -> bytes:
    """Return lines packed, marked with the conversion that made them: by a version of the context."""
    return _mark(base, version) + zstandard.ZstdCompressor(level=_LEVEL).compress(b"".join(lines))


def unpack(packed: bytes | None, base: str = BASE, version: str | None = None) -> list[bytes] | None:
    """Return the lines of what `pack` made, None where another conversion made them, or nothing did."""
    if packed is None or packed[:_MARK] != _mark(base, version):
        return None
    data = zstandard.ZstdDecompressor().decompress(packed[_MARK:])
    # N-Quads escapes "\r" inside literals: of bytes, this splits at "\n" alone.
    return data.splitlines(keepends=True)


@cache
def _mark(base: str, version: str | None) -> bytes:
    """Return what tells one conversion from another: the base and the context."""
    text = json.dumps([base, context(base, version)], sort_keys=True)
    return hashlib.sha256(text.encode()).digest()[:_MARK]

"""The fiche as JSON-LD: a document's canonical lines, framed, with their context (law 1)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ontologie import BASE, context, to_document


def export_document(lines: Iterable[bytes], kind: str, base: str = BASE) -> dict[str, Any]:
    """Return the framed document of a graph's N-Quads lines, the context inlined.

    Converting it gives exactly these lines. Raises ValueError where the graph is no document of this kind,
    KeyError for an unknown kind.
    """
    return {"@context": context(base), **to_document(b"".join(lines).splitlines(keepends=True), kind, base)}

"""Writes a document's graph as the fiche that dumps and index hold: its framed JSON, without the context."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from functools import cache
from importlib.resources import files

from ontologie import frame, to_document


def framed_fiche(lines: Iterable[bytes], kind: str, base: str) -> bytes:
    """Return the fiche of a document's canonical lines, as JSON without its context."""
    return json_bytes(to_document(lines, kind, base))


def json_bytes(value: object) -> bytes:
    """Return a value as dumps write it."""
    return json.dumps(value, ensure_ascii=False).encode()


@cache
def framing(kind: str, base: str) -> str:
    """Return what tells one way of framing from another: the frame, which holds the context, and the code."""
    hashed = hashlib.sha256(json.dumps(frame(kind, base), sort_keys=True).encode())
    for package, name in (("ontologie", "framing.py"), ("ingestion", "framed.py")):
        hashed.update(files(package).joinpath(name).read_bytes())
    return hashed.hexdigest()

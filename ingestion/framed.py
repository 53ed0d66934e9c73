"""Writes a document's graph as the fiche that dumps and index hold: its framed JSON, without the context."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from functools import cache
from typing import Final

from ontologie import frame, to_document

FRAMING_VERSION: Final = "1"
"""Raised where the code writes otherwise than before the fiche of the same graph by the same frame and context: every
fiche is then written again. `tests/ingestion_registre/test_framing_version.py` says when."""


def framed_fiche(lines: Iterable[bytes], kind: str, base: str) -> bytes:
    """Return the fiche of a document's canonical lines, as JSON without its context."""
    return json_bytes(to_document(lines, kind, base))


def json_bytes(value: object) -> bytes:
    """Return a value as dumps write it."""
    return json.dumps(value, ensure_ascii=False).encode()


@cache
def framing(kind: str, base: str) -> str:
    """Return what tells one way of framing from another: the frame, which holds the context, and the code's version."""
    told = json.dumps([FRAMING_VERSION, frame(kind, base)], sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()

"""The JSON-LD frames of documents: which node is the root, and what hangs below it.

Knows the frames of `frames/`, one a type of document, and completes them from the context; frames nothing
itself (https://www.w3.org/TR/json-ld11-framing/).
"""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from ontologie.namespaces import BASE
from ontologie.resources import context, read_text, resource

_REVERSE = "@reverse"


@cache
def document_types() -> tuple[str, ...]:
    """Return the types of documents that have a frame: `analyse`, `module`, `projet`, `publication`."""
    names = (entry.name for entry in resource("frames").iterdir())
    return tuple(sorted(name.removesuffix(".json") for name in names if name.endswith(".json")))


@cache
def frame(kind: str, base: str = BASE) -> dict[str, Any]:
    """Return the frame of a type of document, context inlined: give it to `pyld.jsonld.frame` as it is.

    Framing a document's graph with it gives the document (options `base` and `omitGraph=True`). Do not
    change the object returned: it is shared. Raises KeyError for a type without a frame.
    """
    if kind not in document_types():
        raise KeyError(f"no frame for documents of type {kind!r}")
    words = context(base)
    shape: dict[str, Any] = json.loads(read_text("frames", f"{kind}.json", base=base))
    forward = {key: {"@omitDefault": True} for key, term in words.items() if _is_property(key, term)}
    for key, below in shape.items():
        if isinstance(words.get(key), dict) and _REVERSE in words[key]:
            # Of a node reached backwards, take all but the link it was reached by.
            shape[key] = {"@explicit": True, **forward, **below}
    return {"@context": words, "@embed": "@once", "@explicit": False, "@omitDefault": True, **shape}


def _is_property(key: str, term: object) -> bool:
    """Tell whether a key of the context is a property to follow forwards, not a prefix, class or keyword."""
    if key.startswith("@"):
        return False
    if isinstance(term, dict):
        return _REVERSE not in term
    return key[0].islower() and isinstance(term, str) and ":" in term and not term.endswith(("#", "/"))

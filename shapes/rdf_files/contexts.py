"""JSON-LD that names our context, read with it: nothing is fetched (JSON-LD 1.1 API §9.4, LoadDocumentCallback)."""

from __future__ import annotations

import json
from typing import Any

from ontologie import BASE, Refused, context, context_iri, named_context


def with_contexts(text: bytes, base: str = BASE) -> bytes:
    """Return JSON-LD text in which the contexts that a document names by their address stand whole.

    What names none, or is no JSON, is returned as it is: its parser says where. Raises Refused where a context is not
    ours.
    """
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return text
    named = False
    waiting = [document] if isinstance(document, dict | list) else []
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict) and "@context" in node:
            given, node["@context"] = node["@context"], _held(node["@context"], base)
            named = named or given != node["@context"]
        inside = node.values() if isinstance(node, dict) else node
        waiting.extend(one for one in inside if isinstance(one, dict | list))
    return json.dumps(document, ensure_ascii=False).encode() if named else text


def _held(given: Any, base: str) -> Any:
    """Return a context whose names are replaced by what they name."""
    if isinstance(given, list):
        return [_held(one, base) for one in given]
    if not isinstance(given, str):
        return given
    version = named_context(given, base) or named_context(given)
    if version is None:
        raise Refused("contexte-refuse", {"context": context_iri(base)})
    return context(base, version)

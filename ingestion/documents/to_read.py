"""The passages of a document that a person must read before it is public, with their place: for whoever reviews it.

Looked for in the document as it is kept; nothing of them is kept anywhere else (law 7).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from ingestion.words.columns import column_of_key
from ingestion.words.personal import is_of_a_person
from ontologie import excerpt
from shapes import passages

_AUTHOR: Final = "auteurInstitutionnel"
_AROUND: Final = 40
"""Characters shown on each side of a passage."""


def passages_to_read(document: Mapping[str, Any], lang: str) -> Iterator[dict[str, str]]:
    """Yield of each passage its `field` (a column, else a key), its `path`, what it may be, itself and its context."""
    for path, text in _texts(document, ()):
        key = next((part for part in reversed(path) if not part.isdigit()), "")
        named = key in ("id", "identifiant")
        if text.startswith(("http://", "https://")) and not is_of_a_person(text):
            continue
        for found in passages(text.rpartition("/")[2] if named else text, author=_AUTHOR in path):
            shown = text.rpartition("/")[2] if named else text
            column = column_of_key(next((part for part in reversed(path) if column_of_key(part)), ""))
            yield {
                "field": column.name if column else key,
                "path": "/".join(path),
                "kind": found.kind[lang],
                "passage": shown[found.start : found.end],
                "context": excerpt(shown, found.start, found.end, _AROUND, _AROUND),
            }


def _texts(value: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield the texts of a document, each once, with the way to it; types and vocabularies are not the depositor's."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, Mapping):
        for key, below in value.items():
            if key not in ("type", "resoluEn", "licence"):
                yield from _texts(below, (*path, str(key)))
    elif isinstance(value, list):
        for rank, below in enumerate(value):
            yield from _texts(below, (*path, str(rank)))

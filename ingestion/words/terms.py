"""What the context says of each key: what its values must be.

Knows the versions of the JSON-LD 1.1 context as the reader needs them; converts nothing. Where no version is given,
the newest is meant.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final, Literal

from ontologie import BASE, containers, context

KEYWORDS: Final = {"@id": "id", "@type": "type"}
"""Keywords of JSON-LD that the context renames."""


@dataclass(frozen=True, slots=True)
class Term:
    """A key: the IRI of its property, and whether its values are nodes or text.

    `language` and `datatype` (an IRI) are what plain text under this key means. `reverse` says the property
    is followed backwards. `by_language` says that the key holds a language map
    (https://www.w3.org/TR/json-ld11/#language-indexing), where plain text would have no language.
    """

    key: str
    iri: str
    values: Literal["node", "text"]
    language: str | None = None
    datatype: str | None = None
    reverse: bool = False
    by_language: bool = False


@cache
def terms(base: str = BASE, version: str | None = None) -> Mapping[str, Term]:
    """Return the properties of the context by their key, in its order."""
    found = {}
    for key, said in context(base, version).items():
        definition = said if isinstance(said, dict) else {"@id": said}
        name = definition.get("@reverse") or definition.get("@id")
        if key.startswith("@") or not name or name.startswith("@") or not key[0].islower():
            continue
        if key in prefixes(base, version):
            continue
        kind = definition.get("@type")
        found[key] = Term(
            key,
            expand(name, base, version),
            "node" if kind == "@id" else "text",
            definition.get("@language"),
            expand(kind, base, version) if kind and kind != "@id" else None,
            "@reverse" in definition,
            "@language" in containers(definition),
        )
    return found


@cache
def terms_by_iri(base: str = BASE, version: str | None = None) -> Mapping[str, Term]:
    """Return the first term of each property that is followed forwards, by its IRI."""
    found: dict[str, Term] = {}
    for term in terms(base, version).values():
        if not term.reverse:
            found.setdefault(term.iri, term)
    return found


@cache
def classes(base: str = BASE, version: str | None = None) -> Mapping[str, str]:
    """Return the IRI of each class that the context names."""
    words = context(base, version)
    return {
        key: expand(said, base, version) for key, said in words.items() if key[0].isupper() and isinstance(said, str)
    }


@cache
def prefixes(base: str = BASE, version: str | None = None) -> Mapping[str, str]:
    """Return the prefixes of the context."""
    words = context(base, version)
    return {
        key: said
        for key, said in words.items()
        if isinstance(said, str) and said.startswith("http") and said.endswith(("#", "/")) and key[0] != "@"
    }


def expand(name: str, base: str = BASE, version: str | None = None) -> str:
    """Return the IRI of a compact name (`oia:niveau`); anything else as it is."""
    prefix, colon, local = name.partition(":")
    space = prefixes(base, version).get(prefix) if colon else None
    return space + local if space else name

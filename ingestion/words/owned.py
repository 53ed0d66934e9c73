"""What a document owns beside itself and its fragments: the principles of an instrument, and what is of its namespace.

Knows names alone (docs/decisions/iris-and-graphs.md); what a graph says is held to it by those who ask.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from ingestion.words.spelling import compared, strays

INSTRUMENT: Final = "instrument"
LINKSET: Final = "linkset"
PARTNERS: Final = (INSTRUMENT, LINKSET)
"""The types of document that a partner deposits."""

NAMESPACE_KEY: Final = "espaceDeNoms"
NAMESPACE: Final = "http://rdfs.org/ns/void#uriSpace"
"""What says the namespace of an instrument's concepts that have IRIs elsewhere (VoID, section 4.2)."""


def owned_by(name: str, spaces: Iterable[str] = ()) -> tuple[str, ...]:
    """Return how the IRIs begin of what a document owns beside itself; `name` is its IRI, relative or not.

    >>> owned_by("instrument/mx-2025"), owned_by("projet/18-A"), owned_by("https://e.org/instrument/a", ["http://x/"])
    (('principe/mx-2025/',), (), ('https://e.org/principe/a/', 'http://x/'))
    """
    before, kind, identifier = name.rpartition(f"{INSTRUMENT}/")
    if not kind or "/" in identifier or (before and not before.endswith("/")):
        return ()
    return (f"{before}principe/{identifier}/", *filter(usable, spaces))


def spaces_of(document: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the namespace that an instrument declares, none where it declares none or no usable one."""
    given = document.get(NAMESPACE_KEY)
    given = given[0] if isinstance(given, list) and len(given) == 1 else given
    return (given,) if isinstance(given, str) and usable(given) else ()


def usable(space: str) -> bool:
    """Tell whether a text can be a namespace: an address that ends where names begin, and leads where it says.

    >>> usable("https://e.org/a/"), usable("https://e.org/a"), usable("https://e.org/b/../a/")
    (True, False, False)
    """
    plain = space.startswith(("http://", "https://")) and space.endswith(("/", "#")) and not strays(space)
    return plain and compared(space) is not None


def is_owned(iri: str, starts: tuple[str, ...]) -> bool:
    """Tell whether an IRI begins as what a document owns, and stays there when it is followed."""
    return iri.startswith(starts) and not strays(iri)

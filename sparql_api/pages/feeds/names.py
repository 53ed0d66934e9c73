"""How feeds are called: `fiches`, or a facet and a value of it, under a name that no other value can take from it."""

from __future__ import annotations

from typing import Final

from sparql_api.fiches.search import FicheIndex, Value
from sparql_api.fiches.things import local_id

ALL: Final = "fiches"
FACETS_WITH_FEEDS: Final = ("academie", "region", "niveau", "discipline", "principe")


def feed_name(value: Value, base: str) -> str:
    """Return the name of a value's feed: `academie/18`, `principe/cadre-usage/CU-P2`.

    A value's id will not do: the next edition may lengthen it, where another value has the same last segment.
    """
    path = value.iri.removeprefix(base)
    ours = path != value.iri and not path.startswith("concept/")
    return f"{value.facet}/{path.partition('/')[2] if ours else local_id(value.iri)}"


def value_of(name: str, index: FicheIndex, base: str) -> Value | None:
    """Return the value whose fiches a feed tells; None where no fiche holds it, or a name says no one value."""
    facet = name.partition("/")[0]
    if facet not in FACETS_WITH_FEEDS:
        return None
    found = [value for value in index.values[facet] if feed_name(value, base) == name]
    return found[0] if len(found) == 1 else None


def feed_of(iri: str, index: FicheIndex, base: str) -> str:
    """Return the name of the feed of the fiches that hold a thing, empty where there is none."""
    found = (value for facet in FACETS_WITH_FEEDS if (value := index.value(facet, iri)))
    return next((feed_name(value, base) for value in found), "")

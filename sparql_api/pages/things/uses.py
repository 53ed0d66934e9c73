"""What fiches do with a tool, a level, a principle…: how many hold it, and beside which values of other facets.

The numbers are those of the list of fiches, which each of them leads to. Knows the order of `uses.toml`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Sequence
from functools import cache
from importlib.resources import files
from typing import Any, Final

from sparql_api.fiches.search import FicheIndex, Selection, Value
from sparql_api.pages.common.layout import View
from sparql_api.pages.things.matches import Match

MOST: Final = 8
"""Values shown of a facet, those that most fiches hold; the list has them all."""


@cache
def plan() -> dict[str, Any]:
    """Return `uses.toml`: by facet, which facets are counted beside it, and which questions ask of it."""
    text = files("sparql_api").joinpath("pages", "things", "uses.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def value_of(index: FicheIndex, iri: str) -> Value | None:
    """Return the value of a facet that a thing is, of those that have a plan; None where no fiche holds it."""
    return next((value for facet in plan() if (value := index.value(facet, iri))), None)


def uses_shown(view: View, index: FicheIndex, iri: str) -> dict[str, Any] | None:
    """Return how many fiches hold a thing, and what stands beside it in them; None where no fiche holds it."""
    value = value_of(index, iri)
    if value is None:
        return None
    path, told = iri.removeprefix(view.service.iris.base), plan()[value.facet]
    found = index.select(Selection(facets={value.facet: (iri,)}))
    return {
        "total": found.total,
        "href": view.url("/fiches", {value.facet: path}),
        "beside": [
            (facet, counted(view, found.counts[facet][:MOST], facet, {value.facet: path}))
            for facet in told["beside"]
            if found.counts[facet]
        ],
        "questions": [(name, view.url(f"/queries/{name}", {value.facet: path})) for name in told["questions"]],
    }


def counted(
    view: View, counts: Sequence[tuple[Value, int]], facet: str, asked: dict[str, str]
) -> list[tuple[str, int, str]]:
    """Return (label, number of fiches, address of their list), in the order of the vocabulary where it has one."""
    base = view.service.iris.base
    ordered = sorted(counts, key=lambda pair: (pair[0].rank is None, pair[0].rank or 0))
    return [
        (value.label(view.language), count, view.url("/fiches", asked | {facet: value.iri.removeprefix(base)}))
        for value, count in ordered
    ]


def one_match_away(view: View, index: FicheIndex, matched: Iterable[Match]) -> dict[str, Any] | None:
    """Return how many fiches hold each principle that another matches, and all of them together; None for none.

    The number of each stands by the IRI of the principle that was matched, with the address of its list.
    """
    held = {match.other: value for match in matched if (value := index.value("principe", match.other))}
    if not held:
        return None
    base = view.service.iris.base
    paths = {iri: iri.removeprefix(base) for iri in held}
    return {
        "total": index.select(Selection(facets={"principe": tuple(held)})).total,
        "href": view.url("/fiches", {"principe": list(paths.values())}),
        "by": {
            iri: (value.bits.bit_count(), view.url("/fiches", {"principe": paths[iri]})) for iri, value in held.items()
        },
    }

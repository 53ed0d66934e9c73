"""The values of a facet as boxes to tick: what is the same in every list of an edition is written once.

A list shows hundreds of them, of which only the counts and what is ticked differ from one request to the next.
"""

from __future__ import annotations

from collections.abc import Iterable, MutableMapping
from typing import Final
from weakref import WeakKeyDictionary

from markupsafe import Markup

from sparql_api.fiches.search import FicheIndex, Value
from sparql_api.pages.common.layout import View, environment

Written = dict[tuple[Value, str], tuple[str, str]]
_KEPT: Final[MutableMapping[FicheIndex, Written]] = WeakKeyDictionary()
"""By value and language, the HTML before and after what says that the box is ticked; it goes with its index."""


def boxes(view: View, index: FicheIndex, rows: Iterable[tuple[Value, int, bool]]) -> Markup:
    """Return the boxes of some values of a facet, each with its count and whether it is ticked."""
    kept = _KEPT.setdefault(index, {})
    found: list[str] = []
    for value, count, ticked in rows:
        parts = kept.get((value, view.language))
        if parts is None:
            parts = kept[value, view.language] = written(view, value)
        found += (parts[0], " checked" if ticked else "", parts[1], view.number(count), "</span></label>\n")
    return Markup("".join(found))  # a template wrote the parts, and a number holds no mark


def written(view: View, value: Value) -> tuple[str, str]:
    """Return the box of a value, before what says that it is ticked and after, up to its count.

    Its address is its path under the base where it is ours.
    """
    parts = environment().get_template("facet_box.html").module
    path = value.iri.removeprefix(view.service.iris.base)
    opening: str = parts.opening(value.facet, path)  # type: ignore[attr-defined]
    label: str = parts.label(value.label(view.language), view.pick(value.groups))  # type: ignore[attr-defined]
    return str(opening), str(label)

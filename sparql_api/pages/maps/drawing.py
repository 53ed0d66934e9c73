"""A map ready to be written: each territory with its class, its words and its link, in alphabetical order.

Knows outlines and figures; the template writes the SVG.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from sparql_api.pages.common.layout import View
from sparql_api.pages.maps.measure import Figure, bounds, class_of, rounded
from sparql_api.pages.maps.outlines import Frame, Outline, atlas
from sparql_api.words.i18n import collation


@dataclass(frozen=True)
class Territory:
    """A territory of the map and of its table."""

    name: str
    href: str
    shown: str
    """Its number as the language writes it; a dash where there is none."""
    said: str
    """Its number in words."""
    observations: int
    kind: str
    """Its class."""
    outline: Outline | None


@dataclass(frozen=True)
class Map:
    """A map: what it shows, its classes, its frames, and the part of the drawing that is seen."""

    title: str
    places: tuple[Territory, ...]
    legend: tuple[tuple[str, str], ...]
    frames: tuple[Frame, ...]
    box: tuple[int, int, int, int]
    letters: int | None = None
    """The size of letters in the drawing's own pixels; None where the theme says it."""
    named: bool = False
    """Whether names stand above the numbers."""


def drawn(
    view: View,
    title: str,
    figures: Sequence[Figure],
    names: Mapping[str, Mapping[str, str]],
    facet: str,
    chosen: Mapping[str, Sequence[str]] | None = None,
) -> Map:
    """Return the map of these figures, the whole country; its links take along what else is `chosen` of fiches."""
    whole = atlas()
    places, legend = placed(view, figures, names, facet, chosen)
    return Map(title, places, legend, whole.frames, (0, 0, whole.width, whole.height))


def drawn_near(
    view: View, title: str, region: str, figures: Sequence[Figure], names: Mapping[str, Mapping[str, str]]
) -> Map:
    """Return the map of the académies of one region, as large as it can be."""
    places, legend = placed(view, figures, names, "academie")
    outline = atlas().outlines.get(region)
    x, y, width, height = outline.box if outline and outline.box else (0, 0, 1, 1)
    margin = max(width, height) // 20 + 2
    box = (x - margin, y - margin, width + 2 * margin, height + 2 * margin)
    return Map(title, places, legend, (), box, letters=max(4, max(box[2:]) // 22), named=True)


def placed(
    view: View,
    figures: Iterable[Figure],
    names: Mapping[str, Mapping[str, str]],
    facet: str,
    chosen: Mapping[str, Sequence[str]] | None = None,
) -> tuple[tuple[Territory, ...], tuple[tuple[str, str], ...]]:
    """Return the territories, each with its class, and the legend: (class, what it holds)."""
    figures = list(figures)
    classes = bounds(figure.value for figure in figures if figure.value is not None)
    base = view.service.iris.base
    outlines = atlas().outlines
    places = []
    for figure in figures:
        path = figure.iri.removeprefix(base)
        name = view.pick(names.get(figure.iri) or {"fr": path})
        said = words(view, figure)
        href = view.url("/fiches", {**(chosen or {}), facet: path})
        kind = class_of(figure, classes)
        places.append(Territory(name, href, shown(view, figure), said, figure.observations, kind, outlines.get(path)))
    return tuple(sorted(places, key=lambda place: collation(place.name))), legend_of(view, places, figures, classes)


def legend_of(
    view: View, places: Sequence[Territory], figures: Sequence[Figure], classes: Sequence[tuple[Decimal, Decimal]]
) -> tuple[tuple[str, str], ...]:
    """Return (class, what it holds) of the classes that some territory has, the lowest first."""
    kinds = {place.kind for place in places}
    legend = [("silent", view.t("map.silent"))] if "silent" in kinds else []
    legend += [("q0", view.t("map.zero"))] if "q0" in kinds else []
    for low, high in classes:
        kind = class_of(Figure("", high, 0), classes)
        ends = [written(view, low), written(view, high)]
        legend.append((kind, ends[0] if low == high else view.t("map.class", low=ends[0], high=ends[1])))
    return tuple(legend)


def shown(view: View, figure: Figure) -> str:
    """Return a territory's number as it stands on the map."""
    return "–" if figure.value is None else written(view, figure.value)


def words(view: View, figure: Figure) -> str:
    """Return a territory's number as it is said."""
    if figure.few:
        return view.t("map.few", n=figure.observations)
    return view.t("map.none") if figure.value is None else written(view, figure.value)


def written(view: View, value: Decimal) -> str:
    """Return a number as the language writes it."""
    short = rounded(value)
    return view.number(int(short)) if short == short.to_integral_value() else view.decimal(f"{short:f}")

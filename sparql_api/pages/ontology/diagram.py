"""The diagram of a module of the ontology: its classes one below the other, its properties as arcs beside them.

Knows geometry; the template draws. An arc from a class to another is an object property from its domain to its
range; from or to a union, one arc for each of its members.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

import pyoxigraph as ox

from ontologie import PREFIXES, RDF_TYPE
from sparql_api.pages.expressions import expressions

RDFS, OWL = PREFIXES["rdfs"], PREFIXES["owl"]
DEFINITION: Final = PREFIXES["skos"] + "definition"
WIDTH, HEIGHT, STEP, REACH, LETTER = 230, 34, 64, 40, 7.8
LEFT, MARGIN = 10, 12
"""Geometry in CSS pixels: a box, the step between boxes, how far an arc reaches for each step, a letter's width."""


@dataclass(frozen=True)
class Box:
    """A class: its name, the label that its box shows, and where the box stands."""

    name: str
    label: str
    x: float
    y: float
    own: bool


@dataclass(frozen=True)
class Arc:
    """A property between two classes: an SVG path, its name and where it stands; `kind` is property or subclass."""

    path: str
    name: str
    x: float
    y: float
    kind: str


@dataclass(frozen=True)
class Diagram:
    """A drawing, with its size in CSS pixels and that of its boxes."""

    boxes: tuple[Box, ...]
    arcs: tuple[Arc, ...]
    width: float
    height: float
    box_width: float
    box_height: float = HEIGHT


def module_diagram(
    quads: Iterable[ox.Quad], namespace: str, labels: Mapping[str, str] | None = None
) -> Diagram | None:
    """Return the diagram of a module; None where it has no class of ours.

    `labels` are what is shown of terms, by name; the name itself where there is none.
    """
    quads = list(quads)
    nameless = expressions(quads)
    said: dict[str, dict[str, list[str]]] = {}
    defined: set[str] = set()
    for quad in quads:
        # A module names classes of others to load alone; it defines its own.
        if isinstance(quad.subject, ox.NamedNode) and quad.predicate.value == DEFINITION:
            defined.add(quad.subject.value)
        if isinstance(quad.subject, ox.NamedNode):
            ends = said.setdefault(quad.subject.value, {}).setdefault(quad.predicate.value, [])
            ends += nameless.named(quad.object)
    own = sorted(
        iri for iri in defined & set(said) if iri.startswith(namespace) and OWL + "Class" in said[iri].get(RDF_TYPE, ())
    )
    if not own:
        return None
    links = [("subclass", "", iri, parent) for iri in own for parent in said[iri].get(RDFS + "subClassOf", ())]
    for iri, about in sorted(said.items()):
        if OWL + "ObjectProperty" in about.get(RDF_TYPE, ()):
            name = iri.removeprefix(namespace)
            for domain in about.get(RDFS + "domain", ()):
                links += [("property", name, domain, target) for target in about.get(RDFS + "range", ())]
    links = [one for one in links if one[2].startswith(namespace) and one[3].startswith(namespace)]
    others = sorted({end for one in links for end in one[2:]} - set(own))
    return _laid_out(own, others, links, namespace, labels or {})


def _laid_out(
    own: list[str],
    others: list[str],
    links: list[tuple[str, str, str, str]],
    namespace: str,
    labels: Mapping[str, str],
) -> Diagram:
    order = _close_together(own + others, links)
    rows = {iri: row for row, iri in enumerate(order)}
    names = [(iri, iri.removeprefix(namespace)) for iri in order]
    boxes = tuple(
        Box(name, labels.get(name, name), LEFT, rows[iri] * STEP + LEFT, iri in own) for iri, name in names
    )
    box_width = max([WIDTH, *(len(box.label) * LETTER + 2 * MARGIN for box in boxes)])
    arcs, taken = [], Counter[tuple[int, int]]()
    for kind, name, source, target in links:
        start, end = rows[source], rows[target]
        span = (min(start, end), max(start, end))
        side = LEFT + box_width
        reach = REACH * (abs(end - start) or 0.7) + 34 * taken[span] + 14
        taken[span] += 1
        y1, y2 = (row * STEP + LEFT + HEIGHT / 2 + shift for row, shift in ((start, 5), (end, -5)))
        path = f"M{side:.0f} {y1:.0f} C{side + reach:.0f} {y1:.0f} {side + reach:.0f} {y2:.0f} {side + 4:.0f} {y2:.0f}"
        arcs.append(Arc(path, labels.get(name, name), side + reach * 0.75 + 6, (y1 + y2) / 2 + 4, kind))
    width = max([arc.x + len(arc.name) * LETTER for arc in arcs] + [LEFT + box_width]) + LEFT
    return Diagram(boxes, tuple(_apart(arcs)), width, len(order) * STEP + LEFT, box_width)


def _close_together(classes: list[str], links: list[tuple[str, str, str, str]]) -> list[str]:
    """Return the classes in an order that keeps linked ones near: the best linked first, then its neighbours."""
    near: dict[str, list[str]] = {iri: [] for iri in classes}
    for _, _, source, target in links:
        near[source].append(target)
        near[target].append(source)
    order: list[str] = []
    for root in sorted(classes, key=lambda iri: (-len(near[iri]), iri)):
        waiting = [root]
        while waiting:
            iri = waiting.pop(0)
            if iri not in order:
                order.append(iri)
                waiting += sorted(set(near[iri]) - set(order))
    return order


def _apart(arcs: list[Arc]) -> list[Arc]:
    """Return the arcs with names that would cover each other moved down."""
    placed: list[Arc] = []
    for arc in sorted(arcs, key=lambda one: (one.y, one.x)):
        y = arc.y
        while arc.name and any(one.name and abs(one.y - y) < 13 and abs(one.x - arc.x) < 110 for one in placed):
            y += 13
        placed.append(Arc(arc.path, arc.name, arc.x, y, arc.kind))
    return placed

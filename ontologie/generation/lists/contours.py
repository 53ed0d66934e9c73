"""The outlines of the map: académies and régions académiques, projected, simplified, in whole numbers.

Knows the polygons of `territoires/academies.geojson`. Neighbours share their borders: rings are cut where more than
two borders meet, and each piece is simplified once (Douglas and Peucker), so that no gap opens between two of them.
The outline of a region is what is left of its académies' once their common borders are taken out. Metropolitan France
is drawn in the conic projection of Lambert 93 (on a sphere), each overseas territory in a frame, at its own scale.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from math import cos, hypot, log, pi, radians, sin, tan
from typing import Any, Final, NamedTuple

from ontologie.generation.lists.territoires import features, region
from ontologie.generation.tables.common import table

Point = tuple[float, float]
Ring = list[Point]
Rings = Mapping[str, list[Ring]]

WIDTH: Final = 1000
TOLERANCE, SMALLEST = 1.1, 9.0
"""By how much a simplified border may leave the true one, and the area under which an island is left out, in pixels."""
LABEL: Final = 34
"""The height that the name of a frame takes."""


class Rectangle(NamedTuple):
    """A part of the drawing, in its pixels."""

    x: float
    y: float
    width: float
    height: float


MAIN: Final = Rectangle(0, 0, WIDTH, 950)
CAPITAL: Final = ("Île-de-France", ("01", "24", "25"), Rectangle(1, 1, 196, 212))
TINY: Final = "01"
"""Paris is too small for a number: it stands above the frame's drawing, and a line leads to it."""
ABOVE: Final = 30
OVERSEAS: Final = ("32", "31", "33", "28", "43")
"""Guadeloupe, Martinique, Guyane, La Réunion, Mayotte: the order of school maps."""
FRAME: Final = Rectangle(0, 962, 192, 190)
INNER: Final = 10


def generate() -> dict[str, str]:
    """Return `carte.json`: its size, its frames, and for each territory its path and where its number stands."""
    shapes = {code: rings_of(one["geometry"]) for code, one in features().items()}
    points = {code: (one["properties"]["lon"], one["properties"]["lat"]) for code, one in features().items()}
    rows = {row["code_academie"]: row for row in table("territoires", "academies")}
    paths: dict[str, str] = defaultdict(str)
    places: dict[str, Point] = {}
    boxes: dict[str, Rectangle] = {}
    frames = []
    for label, codes, box in drawings(rows, shapes):
        if label:
            frames.append({"label": label, **box._asdict()})
        drawn, there = draw({code: shapes[code] for code in codes}, points, box, framed=bool(label))
        for code in codes:
            paths[f"academie/{code}"] += path_of(drawn[code])
            places[f"academie/{code}"] = there[code]
        for name in sorted({rows[code]["region_academique"] for code in codes}):
            merged = merge(ring for code in codes if rows[code]["region_academique"] == name for ring in drawn[code])
            paths[region(name)] += path_of(merged)
            places[region(name)], boxes[region(name)] = middle(max(merged, key=area)), bounds(merged)
    territories: dict[str, dict[str, Any]] = {
        name: {"path": paths[name], "place": rounded(places[name])} for name in sorted(paths)
    }
    for name, bound in boxes.items():
        territories[name]["box"] = rounded(bound)
    x, y = territories[f"academie/{TINY}"]["place"]
    territories[f"academie/{TINY}"] |= {"place": [x, int(CAPITAL[2].y + ABOVE - 4)], "to": [x, y]}
    size = {"width": WIDTH, "height": FRAME.y + FRAME.height + 2}
    made = {**size, "frames": frames, "territories": territories}
    return {"carte.json": json.dumps(made, ensure_ascii=False, indent=0) + "\n"}


def rounded(numbers: Iterable[float]) -> list[int]:
    """Return numbers as whole ones."""
    return [round(number) for number in numbers]


def bounds(rings: Iterable[Ring]) -> Rectangle:
    """Return the box that rings fill."""
    xs, ys = zip(*(point for ring in rings for point in ring), strict=True)
    return Rectangle(min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys))


def drawings(names: Mapping[str, Mapping[str, str]], shapes: Rings) -> Iterator[tuple[str, Sequence[str], Rectangle]]:
    """Yield (name of the frame, académies, box): the mainland without a frame, the others after it."""
    yield "", sorted(set(shapes) - set(OVERSEAS)), MAIN
    yield CAPITAL
    step = (WIDTH - 2 - FRAME.width) / (len(OVERSEAS) - 1)
    for place, code in enumerate(OVERSEAS):
        yield names[code]["academie"], [code], FRAME._replace(x=round(1 + place * step))


def draw(
    shapes: Rings, points: Mapping[str, Point], box: Rectangle, *, framed: bool
) -> tuple[dict[str, list[Ring]], dict[str, Point]]:
    """Return the rings of a drawing, simplified, in the pixels of the box, and the place of each number."""
    latitude = sum(points[code][1] for code in shapes) / len(shapes)
    far = box.height < MAIN.height and latitude < 40

    def project(point: Point) -> Point:
        return flat(point, latitude) if far else conic(point)

    projected = {code: [[project(point) for point in ring] for ring in rings] for code, rings in shapes.items()}
    every = [point for rings in projected.values() for ring in rings for point in ring]
    left, top = min(x for x, _ in every), min(y for _, y in every)
    inner = INNER if framed else 2
    above = ABOVE if TINY in shapes and framed else 0
    width, height = box.width - 2 * inner, box.height - 2 * inner - above - (LABEL if framed else 0)
    scale = min(width / (max(x for x, _ in every) - left), height / (max(y for _, y in every) - top))
    # A frame's drawing stands in its middle, the mainland at the left of the map.
    spare = (width - scale * (max(x for x, _ in every) - left)) / 2 if framed else 0

    def place(point: Point) -> Point:
        return box.x + inner + spare + scale * (point[0] - left), box.y + inner + above + scale * (point[1] - top)

    placed = {code: [[place(point) for point in ring] for ring in rings] for code, rings in projected.items()}
    return simplified(placed), {code: place(project(points[code])) for code in shapes}


def rings_of(geometry: Mapping[str, Any]) -> list[Ring]:
    """Return the rings of a GeoJSON polygon or multipolygon, without their last point, which is the first again."""
    polygons = [geometry["coordinates"]] if geometry["type"] == "Polygon" else geometry["coordinates"]
    return [[(x, y) for x, y in ring[:-1]] for polygon in polygons for ring in polygon]


def conic(point: Point) -> Point:
    """Project (longitude, latitude) as Lambert 93 does, on a sphere of radius 1; y grows to the south."""
    first, second, origin, meridian = (radians(degrees) for degrees in (44, 49, 46.5, 3))
    n = log(cos(first) / cos(second)) / log(tan(pi / 4 + second / 2) / tan(pi / 4 + first / 2))
    factor = cos(first) * tan(pi / 4 + first / 2) ** n / n

    def radius(latitude: float) -> float:
        return float(factor / tan(pi / 4 + latitude / 2) ** n)

    turned, away = n * (radians(point[0]) - meridian), radius(radians(point[1]))
    return away * sin(turned), away * cos(turned) - radius(origin)


def flat(point: Point, latitude: float) -> Point:
    """Project a point near a latitude: degrees of longitude as long as they are there; y grows to the south."""
    return point[0] * cos(radians(latitude)), -point[1]


def simplified(shapes: Rings) -> dict[str, list[Ring]]:
    """Return the rings with fewer points, in whole pixels: a border of two territories is the same for both."""
    near: dict[Point, set[Point]] = defaultdict(set)
    for rings in shapes.values():
        for ring in rings:
            for one, other in zip(ring, ring[1:] + ring[:1], strict=True):
                near[one].add(other)
                near[other].add(one)
    found: dict[str, list[Ring]] = {}
    for code, rings in shapes.items():
        largest = max(rings, key=area)
        kept = [ring for ring in rings if ring is largest or area(ring) >= SMALLEST]
        thinned = [thin_ring(ring, {point for point in ring if len(near[point]) != 2}) for ring in kept]
        found[code] = [ring for ring in thinned if len(ring) > 2]
    return found


def thin_ring(ring: Ring, knots: set[Point]) -> Ring:
    """Return a ring with the points that its shape needs, those where borders meet among them, rounded."""
    # A ring without knots is an island, or a hole and what fills it: both start at the same point.
    start = ring.index(min(knots) if knots else min(ring))
    turned = [*ring[start:], *ring[: start + 1]]
    ends = [at for at, point in enumerate(turned) if at in (0, len(turned) - 1) or point in knots]
    if len(ends) == 2:  # The farthest point, else a closed piece has no direction.
        ends.insert(1, max(range(len(turned)), key=lambda at: (hypot(*minus(turned[at], turned[0])), turned[at])))
    made: Ring = []
    for first, last in pairwise(ends):
        piece = turned[first : last + 1]
        # Both sides of a border walk it the same way.
        ordered = thin(piece) if piece[0] <= piece[-1] else thin(piece[::-1])[::-1]
        made += ordered[:-1]
    rounded = [(float(round(x)), float(round(y))) for x, y in made]
    return [point for point, before in zip(rounded, rounded[-1:] + rounded[:-1], strict=True) if point != before]


def thin(line: Ring) -> Ring:
    """Return a line without the points that are nearer to it than `TOLERANCE` (Douglas and Peucker, 1973)."""
    if len(line) < 3:
        return line
    far, at = max((away(point, line[0], line[-1]), at) for at, point in enumerate(line[1:-1], 1))
    return [*thin(line[: at + 1])[:-1], *thin(line[at:])] if far > TOLERANCE else [line[0], line[-1]]


def away(point: Point, start: Point, end: Point) -> float:
    """Return the distance of a point from a segment's line; from its start where it has no length."""
    (px, py), (ex, ey) = minus(point, start), minus(end, start)
    length = hypot(ex, ey)
    return abs(px * ey - py * ex) / length if length else hypot(px, py)


def minus(one: Point, other: Point) -> Point:
    """Return the vector from the other to the one."""
    return one[0] - other[0], one[1] - other[1]


def merge(rings: Iterable[Ring]) -> list[Ring]:
    """Return the outline of territories: the borders that no two of them share, put end to end."""
    sides: dict[tuple[Point, Point], int] = defaultdict(int)
    for ring in rings:
        for one, other in zip(ring, ring[1:] + ring[:1], strict=True):
            if sides[other, one]:
                sides[other, one] -= 1
            else:
                sides[one, other] += 1
    onward: dict[Point, list[Point]] = defaultdict(list)
    for (one, other), times in sides.items():
        onward[one] += [other] * times
    found: list[Ring] = []
    while starts := sorted(point for point, ends in onward.items() if ends):
        ring = [starts[0]]
        while onward[ring[-1]]:
            ring.append(onward[ring[-1]].pop())
        found.append(ring[:-1])
    return [ring for ring in found if area(ring) >= SMALLEST] or found


def area(ring: Ring) -> float:
    """Return the area that a ring holds, by the shoelace formula."""
    return abs(sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in zip(ring, ring[1:] + ring[:1], strict=True))) / 2


def middle(ring: Ring) -> Point:
    """Return the centroid of a ring."""
    doubled = x_sum = y_sum = 0.0
    for (x1, y1), (x2, y2) in zip(ring, ring[1:] + ring[:1], strict=True):
        cross = x1 * y2 - x2 * y1
        doubled, x_sum, y_sum = doubled + cross, x_sum + (x1 + x2) * cross, y_sum + (y1 + y2) * cross
    return x_sum / (3 * doubled), y_sum / (3 * doubled)


def path_of(rings: Iterable[Ring]) -> str:
    """Return the path of SVG that draws rings."""
    return "".join("M" + "L".join(f"{x:.0f} {y:.0f}" for x, y in ring) + "Z" for ring in rings)

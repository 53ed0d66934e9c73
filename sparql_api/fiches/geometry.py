"""One point for an outline: where a map puts what is known only by its académie.

Knows the two WKT forms of an outline (POLYGON, MULTIPOLYGON), in longitude and latitude.
"""

from __future__ import annotations

import re
from typing import Final

RING: Final = re.compile(r"\(([^()]+)\)")


def representative_point(wkt: str) -> tuple[float, float] | None:
    """Return (longitude, latitude) in degrees of the centroid of the largest ring; None without a ring."""
    rings = [ring for ring in map(parse_ring, RING.findall(wkt)) if len(ring) >= 3]
    if not rings:
        return None
    longitude, latitude, _ = max((centroid(ring) for ring in rings), key=lambda found: found[2])
    return round(longitude, 4), round(latitude, 4)


def parse_ring(text: str) -> list[tuple[float, float]]:
    """Return the points of `x y, x y, …`; a third coordinate is left out."""
    points = [pair.split() for pair in text.split(",")]
    return [(float(point[0]), float(point[1])) for point in points if len(point) >= 2]


def centroid(ring: list[tuple[float, float]]) -> tuple[float, float, float]:
    """Return (x, y, area) of a ring, by the shoelace formula; the mean of its points where it has no area."""
    doubled = x_sum = y_sum = 0.0
    for (x1, y1), (x2, y2) in zip(ring, ring[1:] + ring[:1], strict=True):
        cross = x1 * y2 - x2 * y1
        doubled += cross
        x_sum += (x1 + x2) * cross
        y_sum += (y1 + y2) * cross
    if abs(doubled) < 1e-12:
        return sum(x for x, _ in ring) / len(ring), sum(y for _, y in ring) / len(ring), 0.0
    return x_sum / (3 * doubled), y_sum / (3 * doubled), abs(doubled) / 2

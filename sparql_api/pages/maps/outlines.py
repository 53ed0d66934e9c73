"""The outlines that generation made: where each territory is drawn. Knows `carte.json`; not what is shown of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from ontologie import read_text


@dataclass(frozen=True)
class Outline:
    """A territory's path, where its number stands, what a line from there leads to, and the box a region fills."""

    path: str
    x: int
    y: int
    to: tuple[int, int] | None = None
    box: tuple[int, int, int, int] | None = None


@dataclass(frozen=True)
class Frame:
    """What is drawn at another scale: a box, and its name."""

    label: str
    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True)
class Atlas:
    """The map: its size in pixels, its frames, and the outlines by the path of their territory's IRI."""

    width: int
    height: int
    frames: tuple[Frame, ...]
    outlines: Mapping[str, Outline]


@cache
def atlas() -> Atlas:
    """Return the map of the académies and régions académiques."""
    said = json.loads(read_text("genere", "carte.json"))
    outlines = {
        name: Outline(
            one["path"],
            one["place"][0],
            one["place"][1],
            to=tuple(one["to"]) if "to" in one else None,
            box=tuple(one["box"]) if "box" in one else None,
        )
        for name, one in said["territories"].items()
    }
    frames = tuple(Frame(**frame) for frame in said["frames"])
    return Atlas(said["width"], said["height"], frames, MappingProxyType(outlines))

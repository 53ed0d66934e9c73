"""Where each value of a document stands in the file that it was made from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from ingestion.reading.records import Path
from ingestion.words.columns import MOST_ITEMS
from ingestion.words.errors import unreadable
from ingestion.words.messages import Issue, Place


@dataclass(frozen=True)
class Places:
    """The (line, column) of values, from 1, by their way in the document; one without has that of what holds it."""

    known: Mapping[Path, tuple[int, int]]

    def within(self, text: str) -> Self:
        """Return itself: it holds no text."""
        return self

    def locate(self, path: Path, *, last: bool = False) -> tuple[int, int]:
        """Return the place of a value, or of the nearest that holds it."""
        for length in range(len(path), -1, -1):
            if (found := self.known.get(tuple(path[:length]))) is not None:
                return found
        return 1, 1


@dataclass
class Draught:
    """A document in the making: its members, the places of its values, and what is to be said of the file already."""

    members: dict[str, Any] = field(default_factory=dict)
    places: dict[Path, tuple[int, int]] = field(default_factory=dict)
    said: list[Issue] = field(default_factory=list)
    columns: tuple[str, ...] = ()
    names: set[str] = field(default_factory=set)
    """The ids of its parts so far."""


def check_count(found: int, file: str) -> None:
    """Raise UnreadableDeposit where a file describes more principles or matches than a document may have."""
    if found > MOST_ITEMS:
        raise unreadable("partenaire-trop-long", Place(file, 1), words={"found": str(found), "most": str(MOST_ITEMS)})

"""Where editions are on disk: `{n}/store`, and the link `current` (docs/decisions/editions.md). Opens nothing."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Final, Protocol

from ingestion import Edition, begin_making, is_gone, is_to_be_made, redaction_of
from sparql_api.query.errors import EditionBeingMade, EditionGone, EditionNotFound, NoEdition, retry
from sparql_api.words.problems import problem

MAKING_SECONDS: Final = 10


@dataclass(frozen=True)
class StoreRef:
    """The store of one edition."""

    number: int
    path: Path
    redaction: int = 0
    """How often the edition was made anew without what was erased."""


class Stores(Protocol):
    """Finds the store of an edition."""

    def current(self) -> StoreRef:
        """Return the current edition's store; raises NoEdition."""

    def get(self, number: int) -> StoreRef:
        """Return an edition's store; raises EditionNotFound, EditionGone, EditionBeingMade."""


@dataclass(frozen=True)
class EditionStores:
    """The stores of a folder of editions; the link is read each time, so a new edition is seen at once."""

    folder: Path

    def current(self) -> StoreRef:
        """Return the store of the edition that the link `current` names; raises NoEdition."""
        try:
            name = os.readlink(self._link)  # noqa: PTH115 (asked by every query)
            return _store(self.folder, name, redaction_of(f"{self.folder}/{name}"))
        except (OSError, ValueError):
            raise NoEdition(problem("no-edition")) from None

    def get(self, number: int) -> StoreRef:
        """Return the store of an edition; raises EditionNotFound where there is none, or not yet.

        A folder past the current edition is one that its publisher has not finished. Raises EditionGone, NoEdition, and
        EditionBeingMade where a redacted one has no store yet.
        """
        path = self._kept(number)
        demand_store(Edition(number, path))
        if not (path / "store").is_dir():
            raise EditionNotFound(problem("edition-not-found", edition=number))
        return StoreRef(number, path / "store", redaction_of(path))

    def _kept(self, number: int) -> Path:
        """Return the folder that a published edition has, or had; raises EditionNotFound, EditionGone, NoEdition."""
        if not 1 <= number <= self.current().number:
            raise EditionNotFound(problem("edition-not-found", edition=number))
        if is_gone(self.folder, number):
            raise EditionGone(problem("edition-gone", edition=number))
        return self.folder / str(number)

    @cached_property
    def _link(self) -> str:
        return str(self.folder / "current")


def demand_store(edition: Edition) -> None:
    """Have the store of an edition made that has none any more, beside the caller; raises EditionBeingMade then."""
    if is_to_be_made(edition):
        begin_making(edition)
        raise EditionBeingMade(retry("edition-being-made", MAKING_SECONDS, edition=edition.number))


@lru_cache(maxsize=16)
def _store(folder: Path, link: str, redaction: int) -> StoreRef:
    """Return the store that a link in the folder leads to; raises ValueError."""
    name = Path(link).name
    return StoreRef(int(name), folder / name / "store", redaction)


@dataclass(frozen=True)
class SingleStore:
    """One store, served as one edition: for tests and for a store of someone else's."""

    path: Path
    number: int = 1

    def current(self) -> StoreRef:
        """Return the store."""
        return StoreRef(self.number, self.path)

    def get(self, number: int) -> StoreRef:
        """Return the store under its number; raises EditionNotFound for any other."""
        if number != self.number:
            raise EditionNotFound(problem("edition-not-found", edition=number))
        return self.current()

"""Where editions are on disk: `{n}/store`, and the link `current` (docs/decisions/editions.md). Opens nothing."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Protocol

from ingestion import is_gone
from sparql_api.query.errors import EditionGone, EditionNotFound, NoEdition
from sparql_api.words.problems import problem


@dataclass(frozen=True)
class StoreRef:
    """The store of one edition."""

    number: int
    path: Path


class Stores(Protocol):
    """Finds the store of an edition."""

    def current(self) -> StoreRef:
        """Return the current edition's store; raises NoEdition."""

    def get(self, number: int) -> StoreRef:
        """Return an edition's store; raises EditionNotFound, EditionGone."""


@dataclass(frozen=True)
class EditionStores:
    """The stores of a folder of editions; the link is read each time, so a new edition is seen at once."""

    folder: Path

    def current(self) -> StoreRef:
        """Return the store of the edition that the link `current` names; raises NoEdition."""
        try:
            return _store(self.folder, os.readlink(self._link))  # noqa: PTH115 (asked by every query)
        except (OSError, ValueError):
            raise NoEdition(problem("no-edition")) from None

    def get(self, number: int) -> StoreRef:
        """Return the store of an edition; raises EditionNotFound where there is none, or not yet.

        A folder past the current edition is one that its publisher has not finished. Raises EditionGone, NoEdition.
        """
        path = self._kept(number) / "store"
        if not path.is_dir():
            raise EditionNotFound(problem("edition-not-found", edition=number))
        return StoreRef(number, path)

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


@lru_cache(maxsize=16)
def _store(folder: Path, link: str) -> StoreRef:
    """Return the store that a link in the folder leads to; raises ValueError."""
    name = Path(link).name
    return StoreRef(int(name), folder / name / "store")


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

"""What the pages share: the engine, the editions on disk, the names of things. Made once, at start.

Knows which edition a request asks for, and finds its index of fiches. It holds no answer of its own.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import Final

from cachetools import LRUCache
from starlette.requests import Request

from ingestion import Edition, Editions
from ontologie import Iris
from sparql_api.columns.standing import TwinsStanding
from sparql_api.computing.fairuse import FairUse
from sparql_api.computing.limiter import Computing
from sparql_api.computing.spool import FileSpool
from sparql_api.engine.port import Engine
from sparql_api.fiches.search import FicheIndex
from sparql_api.fiches.stored import INDEX_NAME
from sparql_api.http.figures import Figures
from sparql_api.http.parameters import edition_number
from sparql_api.pages.common.cache import Memory
from sparql_api.pages.common.labels import DisplayLabels
from sparql_api.pages.common.made import fiches_folder
from sparql_api.pages.common.reading import Reading
from sparql_api.settings import PAGES_KEPT, Settings
from sparql_api.words.problems import ProblemError, problem

INDEXES_KEPT: Final = 4
FACES: Final = "faces"
"""The folder of the state where is kept what publication did not make of an edition."""


@dataclass(frozen=True)
class Service:
    """The service's resources, as the pages use them."""

    settings: Settings
    engine: Engine
    editions: Editions
    fair_use: FairUse
    computing: Computing
    spool: FileSpool
    labels: DisplayLabels
    indexes: Indexes = field(default_factory=lambda: Indexes())
    figures: Figures = field(default_factory=lambda: Figures())
    memory: Memory = field(default_factory=lambda: Memory(PAGES_KEPT))
    columns: TwinsStanding | None = None
    """The twins of questions and how they stand; None where the engine knows none."""

    @property
    def iris(self) -> Iris:
        """Return how things are named."""
        return Iris(self.settings.base_iri)

    def pinned(self, request: Request) -> int | None:
        """Return the edition that `edition=` asks for; None where it asks for none or for the current one.

        Raises ProblemError 400 where it is no number.
        """
        return edition_number(request.query_params.get("edition", ""))

    def edition(self, request: Request) -> Edition:
        """Return the edition a request is answered from.

        Raises ProblemError 503 where nothing is published, 404 where the edition asked for does not exist, 410 where
        it is no longer served.
        """
        pinned = self.pinned(request)
        number = self.engine.current_edition() if pinned is None else pinned
        if number is None:
            raise ProblemError(problem("no-edition"))
        return self.edition_number(number)

    def edition_number(self, number: int) -> Edition:
        """Return an edition by its number; raises ProblemError 404 where it does not exist, 410 where it is gone."""
        if self.editions.is_gone(number):
            raise ProblemError(problem("edition-gone", edition=number))
        edition = self.editions.get(number)
        if edition is None:
            raise ProblemError(problem("edition-not-found", edition=number))
        return edition

    def reading(self, request: Request) -> Reading:
        """Return how a request reads an edition, on its client's account."""
        return Reading(self.engine, self.computing, request)

    def index(self, edition: Edition) -> FicheIndex:
        """Return the index of an edition's fiches; the first call may take as long as making it."""
        return self.indexes.get(edition, self.faces_folder)

    def load(self) -> dict[str, int]:
        """Return how many workers there are, how many are busy and how many queries wait, in all fronts."""
        engine, beside = self.engine.status(), self.figures.beside
        return {
            "workers": engine.workers + beside("observatoire_workers"),
            "busy": engine.busy + beside("observatoire_workers_busy"),
            "waiting": engine.waiting + beside("observatoire_queries_waiting"),
        }

    @property
    def faces_folder(self) -> Path:
        """Return where faces are kept that publication did not make."""
        return self.settings.var / FACES


class Indexes:
    """The indexes of the editions last asked for, kept open: an edition never changes."""

    def __init__(self) -> None:
        self._kept: LRUCache[int, tuple[int, FicheIndex]] = LRUCache(INDEXES_KEPT)
        self._lock = Lock()
        self._making: dict[int, Lock] = {}

    def get(self, edition: Edition, elsewhere: Path) -> FicheIndex:
        """Return an edition's index, made `elsewhere` where publication made none; another file is read again."""
        with self._lock:
            making = self._making.setdefault(edition.number, Lock())
        with making:  # Others do not wait while one is made.
            folder = fiches_folder(edition, elsewhere)
        with self._lock:
            inode = (folder / INDEX_NAME).stat().st_ino
            known = self._kept.get(edition.number)
            if known is None or known[0] != inode:
                known = (inode, FicheIndex(folder))
                self._kept[edition.number] = known
            return known[1]

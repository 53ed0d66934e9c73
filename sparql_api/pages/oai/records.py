"""What is harvested of an edition: its fiches, each with the moment since when it is as it is, and those that went.

A moment is that of the edition which made the last version: what an edition brings is later than all that was harvested
before it. What is erased went when it was, though no edition came since. Records of what went are kept for good, since
editions keep the names of what they changed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

from ingestion import EXAMPLE_PREFIX, Edition, Editions, changes_beginning
from ontologie import Iris
from sparql_api.computing.cancellation import checked
from sparql_api.fiches.search import FicheIndex, Value
from sparql_api.pages.changes.stream import moment
from sparql_api.pages.feeds.entries import said_at
from sparql_api.pages.oai.protocol import RecordsWanted, to_second, within

FACETS: Final = ("academie", "discipline")
"""What there are sets of."""
NATIONAL: Final = "n"
"""How the ids of national fiches begin, which are of no académie."""
_SPEC: Final = re.compile(r"[A-Za-z0-9\-_.!~*'()]+")


@dataclass(frozen=True)
class HarvestRecord:
    """A fiche: its id, since when it is as it is, its number in the index; None for one that went."""

    id: str
    moment: str
    number: int | None

    def place(self) -> str:
        """Return where the record stands in the order of all."""
        return f"{self.moment} {self.id}"


@dataclass(frozen=True)
class Harvest:
    """The records of one edition."""

    index: FicheIndex
    moments: Mapping[str, str]
    numbers: Mapping[str, int]
    sets: Mapping[str, Value]

    def get(self, identifier: str) -> HarvestRecord | None:
        """Return a record by the id of its fiche."""
        when = self.moments.get(identifier)
        return None if when is None else HarvestRecord(identifier, when, self.numbers.get(identifier))

    def select(self, wanted: RecordsWanted) -> list[HarvestRecord]:
        """Return the records that are asked for, the oldest first; what went is of the set of its académie alone."""
        found = [HarvestRecord(one, when, self.numbers.get(one)) for one, when in self.moments.items()]
        return [one for one in checked(found) if within(one.moment, wanted) and self._is_in(one, wanted.set)]

    def sets_of(self, record: HarvestRecord) -> list[str]:
        """Return the sets that a record is in."""
        return [spec for spec in self.sets if self._is_in(record, spec)]

    def _is_in(self, record: HarvestRecord, spec: str) -> bool:
        if not spec:
            return True
        value = self.sets[spec]
        if record.number is None:
            return value.facet == FACETS[0] and record.id.startswith(f"{value.id}-")
        return bool(value.bits >> record.number & 1)


def harvest_of(editions: Editions, iris: Iris, edition: Edition, index: FicheIndex) -> Harvest:
    """Return the records of an edition, from its index."""
    moments, numbers = moments_of(editions.var, edition.number, edition.redaction), _numbers(index)
    held = dict(_sets(index))
    return Harvest(index, moments, numbers, held | dict(_emptied(moments, numbers, held, iris)))


@lru_cache(maxsize=2)
def _numbers(index: FicheIndex) -> Mapping[str, int]:
    """Return the number of each project by its id."""
    numbers = index.first(index.size)
    return dict(zip(index.ids(numbers), numbers, strict=True))


@lru_cache(maxsize=4)
def moments_of(var: Path, number: int, _redaction: int) -> Mapping[str, str]:
    """Return, for each fiche that an edition or one before it held, since when it is as it is; the oldest first."""
    found: dict[str, str] = {}
    erased: dict[str, str] = {}
    for edition in Editions(var).all():
        if edition.number > number:
            break
        prefix = Iris(edition.manifest["base"]).graph("projet", "")
        for row in checked(changes_beginning(edition, prefix)):
            found[row.graph.removeprefix(prefix)] = to_second(moment(edition))
        for name in edition.manifest.get("erased", ()):
            kind, _, identifier = name.partition("/")
            if kind == "projet":
                when = to_second(said_at(edition.manifest))
                erased[identifier] = min(erased.get(identifier, when), when)
    found = {one: max(when, erased.get(one, when)) for one, when in found.items()}
    kept = ((when, one) for one, when in found.items() if not one.startswith(EXAMPLE_PREFIX))
    return {one: when for when, one in sorted(kept)}


def _sets(index: FicheIndex) -> Iterator[tuple[str, Value]]:
    for facet in FACETS:
        for value in index.values[facet]:
            if _SPEC.fullmatch(value.id):
                yield f"{facet}:{value.id}", value


def _emptied(
    moments: Mapping[str, str], numbers: Mapping[str, int], held: Mapping[str, Value], iris: Iris
) -> Iterator[tuple[str, Value]]:
    """Yield the sets of académies all of whose fiches went: who harvests one is to learn of it."""
    codes = {one.partition("-")[0] for one in moments if one not in numbers} - {NATIONAL}
    for code in sorted(codes):
        if f"{FACETS[0]}:{code}" not in held:
            iri = iris.entity(FACETS[0], code)
            yield f"{FACETS[0]}:{code}", Value(FACETS[0], iri, code, {}, frozenset(), {}, None, direct=True, bits=0)

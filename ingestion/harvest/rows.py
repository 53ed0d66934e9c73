"""A partner's endpoint gone through page by page, from where the last harvest was cut.

Knows when the source moved meanwhile: the row before the next one is asked for again, and has to be the one that it
was. Then the harvest begins again, once: what is registered already stays as it is.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from ingestion.harvest.construct import Construct
from ingestion.harvest.endpoint import EndpointFails, PartnerEndpoint
from ingestion.harvest.memory import Remembered
from ingestion.harvest.reading import read_answer
from ingestion.harvest.things import Harvested, Things, deposit_of, identifier_of
from ingestion.words.messages import Place, issue
from ontologie import BASE, Refused

MOST_ROWS: Final = 500_000


@dataclass(frozen=True)
class PartnerRows:
    """The resources of an endpoint; `licence` is that of resources that state none."""

    endpoint: PartnerEndpoint
    construct: Construct
    base: str = BASE
    licence: str | None = None

    def pages(self, start: Remembered) -> Iterator[tuple[Harvested, Remembered]]:
        """Yield each page, and what is to be remembered once it is registered. Raises EndpointFails."""
        now, moved = start, False
        while True:
            overlap = 1 if now.at else 0
            asked = self.construct.subjects(self.endpoint.bounds.page + overlap, now.at - overlap)
            names = self.endpoint.select(asked)
            if overlap and [identifier_of(one) for one in names[:1]] != [now.last]:
                if moved:
                    raise EndpointFails("harvest-moves", host=self.endpoint.host)
                now, moved = now.again(), True
                continue
            fresh = names[overlap:]
            if not fresh:
                return
            if now.at + len(fresh) > MOST_ROWS:
                raise EndpointFails("harvest-too-many", host=self.endpoint.host, most=MOST_ROWS)
            page = self._page(fresh, now.at)
            now = now.further(identifier_of(one) for one in fresh)
            yield page, now

    def _page(self, names: list[str], before: int) -> Harvested:
        """Return what is said of some subjects; a row's line is its place among all of them."""
        file = f"{self.endpoint.host} {before + 1}-{before + len(names)}"
        try:
            things = Things.of(read_answer(*self.endpoint.construct(self.construct.about(names))), self.base)
        except (ValueError, Refused) as error:
            raise EndpointFails("harvest-answer", host=self.endpoint.host) from error
        rows = {name: before + place for place, name in enumerate(names, 1)}
        records = [
            things.record(name, file, row, self.licence) for name, row in rows.items() if name in things.known
        ]
        faults = tuple(
            issue("moisson-sans-reponse", Place(file, row)) for name, row in rows.items() if name not in things.known
        )
        return Harvested(deposit_of(file, records), faults, len(names))

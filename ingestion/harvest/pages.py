"""The resources that a folder of pages describes: HTML pages that carry JSON-LD, or JSON-LD files. No network.

Knows which files count, their bounds, and the place of everything; what the properties mean is `things`'.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ingestion.harvest.reading import read_page
from ingestion.harvest.things import Harvested, Things, deposit_of
from ingestion.processes import batched
from ingestion.reading.records import Record
from ingestion.words.errors import unreadable
from ingestion.words.messages import Issue, Place, issue, shown_name
from ontologie import BASE, Refused, read_file

MOST_PAGES: Final = 200_000
"""Files of a folder that are looked at; beyond, it is to be split."""
LARGEST_PAGE_MB: Final = 16
MOST_OF_A_PAGE: Final = 10_000
"""Resources that one page may describe."""

_PAGES: Final = {".html", ".htm", ".xhtml"}
_WHOLE: Final = {".jsonld", ".json"}
_EACH: Final = 200
"""Pages that make one deposit: memory does not grow with the folder."""


def pages_of(folder: Path) -> list[Path]:
    """Return the pages of a folder and of those below, in one order. Raises UnreadableDeposit where there are none."""
    place = Place(shown_name(folder))
    found: list[Path] = []
    for path in folder.rglob("*") if folder.is_dir() else ():
        if path.suffix.lower() in _PAGES | _WHOLE and not path.is_symlink() and path.is_file():
            found.append(path)
        if len(found) > MOST_PAGES:
            raise unreadable("moisson-trop-de-pages", place, words={"most": str(MOST_PAGES)})
    if not found:
        raise unreadable("moisson-sans-pages", place)
    return sorted(found)


@dataclass(frozen=True)
class Pages:
    """A folder's pages as deposits; `licence` is that of resources that state none."""

    folder: Path
    base: str = BASE
    licence: str | None = None

    def deposits(self, pages: Sequence[Path]) -> Iterator[Harvested]:
        """Yield the resources of some pages, in their order, many pages at once."""
        for batch in batched(pages, _EACH):
            records, faults = list[Record](), list[Issue]()
            for path in batch:
                found, said = self._page(path)
                records += found
                faults += said
            yield Harvested(deposit_of(shown_name(self.folder), records), tuple(faults), len(batch))

    def _page(self, path: Path) -> tuple[list[Record], list[Issue]]:
        file = shown_name(path.relative_to(self.folder))
        try:
            scripts = read_page(read_file(path, LARGEST_PAGE_MB), whole=path.suffix.lower() in _WHOLE)
        except Refused as error:
            return [], [issue(error.code, Place(file), words=error.words)]
        records, faults = list[Record](), list[Issue]()
        for line, fault, triples in scripts:
            if fault:
                faults.append(issue(fault, Place(file, line)))
                continue
            things = Things.of(triples, self.base)
            names = things.resources()
            if len(names) > MOST_OF_A_PAGE:
                words = {"most": str(MOST_OF_A_PAGE)}
                faults.append(issue("moisson-page-trop-riche", Place(file, line), words=words))
                continue
            records += [things.record(one, file, line, self.licence) for one in names]
        return records, faults

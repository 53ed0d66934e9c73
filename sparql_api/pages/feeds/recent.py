"""Which fiches came, changed or went last: read off what each edition says that it changed, the latest first.

What a feed costs follows what changed, not how many fiches there are: what no later edition changed is of the first.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from ingestion import EXAMPLE_PREFIX, Edition, changes_beginning
from ontologie import Iris
from sparql_api.computing.cancellation import checked
from sparql_api.fiches.search import FicheIndex, Value

PROJECT: Final = "projet"


@dataclass(frozen=True)
class Recent:
    """What changed last, by the ids of fiches: those that are there, the latest first; those that went, and when."""

    held: tuple[str, ...]
    gone: tuple[tuple[str, str], ...]


def recent(
    editions: Sequence[Edition], index: FicheIndex, iris: Iris, value: Value | None, since: int, most: int
) -> Recent:
    """Return the fiches that came or changed last, all or those that hold a value, and those that went meanwhile.

    `editions` are those up to the one that answers, whose `index` this is, the oldest first; those after `since` are
    looked at, until `most` fiches are found. Of one edition the order is that of the list.
    """
    wanted, seen = index.held(value), 0
    held, gone = list[int](), dict[str, str]()
    for edition in reversed(editions):
        if edition.number <= since or len(held) >= most:
            break
        oldest = edition is editions[0]
        fresh = wanted if oldest else index.bits_of_ids(changed(edition, iris))
        held += index.in_order(fresh & wanted & ~seen, most - len(held))
        seen |= fresh
        if not oldest:
            for one in went(edition, iris):
                gone.setdefault(one, str(edition.manifest["date"]))
    present = index.known(gone)
    told = sorted((when, one) for one, when in gone.items() if one not in present and of(value, one))
    return Recent(tuple(index.ids(held)), tuple((one, when) for when, one in reversed(told)))


def changed(edition: Edition, iris: Iris) -> Iterator[str]:
    """Yield the ids of the fiches of which an edition brought a version."""
    prefix = iris.provenance_graph(PROJECT, "")
    return (row.graph.removeprefix(prefix) for row in checked(changes_beginning(edition, prefix)))


def went(edition: Edition, iris: Iris) -> Iterator[str]:
    """Yield the ids of the fiches that an edition had no more, but for invented examples."""
    prefix = iris.graph(PROJECT, "")
    rows = (row for row in checked(changes_beginning(edition, prefix)) if row.became == "gone")
    return (one for row in rows if not (one := row.graph.removeprefix(prefix)).startswith(EXAMPLE_PREFIX))


def of(value: Value | None, identifier: str) -> bool:
    """Tell whether a fiche that went is told where a value's are: of what it held its académie alone is left."""
    return value is None or (value.facet == "academie" and identifier.startswith(f"{value.id}-"))

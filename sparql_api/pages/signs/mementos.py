"""Mementos (RFC 7089): as which editions have a thing, which of them answered at a moment, how they are listed.

A memento is an address pinned to an edition; a thing's own address is its TimeGate. Of a document, the editions that
changed it count; of any other thing each edition that is kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from typing import Final

from ingestion import Editions, became
from ontologie import Iris, concepts, document_types
from sparql_api.computing.cancellation import checked

LINK_FORMAT: Final = "application/link-format"
ACCEPT: Final = "Accept-Datetime"


@dataclass(frozen=True)
class Memento:
    """A thing as an edition has it, and since when."""

    edition: int
    moment: datetime

    @property
    def stamp(self) -> str:
        """The moment as HTTP writes it (RFC 9110, section 5.6.7)."""
        return stamp(self.moment)


def mementos_of(editions: Editions, iris: Iris, path: str, last: int) -> list[Memento]:
    """Return the mementos of the thing at a path up to an edition, the oldest first."""
    kind, _, identifier = path.partition("/")
    # An instrument of our own tables is no document, whatever a partner deposits beside it.
    document = kind in document_types() and path not in concepts(iris.base)
    graphs = [one(kind, identifier) for one in (iris.graph, iris.provenance_graph, iris.derived_graph)]
    found = list[Memento]()
    for edition in checked(editions.all()):
        if edition.number > last or editions.is_gone(edition.number):
            continue
        if not document or any(became(edition, graph) in ("new", "changed") for graph in graphs):
            found.append(Memento(edition.number, at(str(edition.manifest["date"]))))
    return found


def nearest(found: Sequence[Memento], moment: datetime) -> Memento | None:
    """Return the last memento of a moment or before it, the first where all are later (RFC 7089, section 4.5.3)."""
    before = [one for one in found if one.moment <= moment]
    return before[-1] if before else found[0] if found else None


def asked_moment(text: str) -> datetime | None:
    """Return the moment that `Accept-Datetime` asks for; None where it is none (RFC 7089, section 4.5.2)."""
    try:
        found = parsedate_to_datetime(text)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def time_map(found: Sequence[Memento], original: str, own: str) -> Iterator[str]:
    """Yield the links of a TimeMap (RFC 7089, section 5)."""
    yield f'<{original}>; rel="original timegate"'
    yield f'<{own}>; rel="self"; type="{LINK_FORMAT}"'
    for place, one in enumerate(found):
        ends = ["first"] * (place == 0) + ["last"] * (place == len(found) - 1)
        rel = " ".join([*ends, "memento"])
        yield f'<{original}?edition={one.edition}>; rel="{rel}"; datetime="{one.stamp}"'


def stamp(moment: datetime) -> str:
    """Return a moment as HTTP writes it."""
    return format_datetime(moment.astimezone(UTC), usegmt=True)


def at(text: str) -> datetime:
    """Return the moment of a manifest."""
    return datetime.fromisoformat(text)

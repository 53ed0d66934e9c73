"""What a feed holds: the fiches of an edition that were published or changed last, and those that were erased.

Knows the questions asked of an edition; not how a feed is written.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import pyoxigraph as ox

from ingestion import Edition
from ontologie import PREFIXES, Iris
from sparql_api.pages.common.labels import is_safe
from sparql_api.pages.common.reading import Reading

MOST: Final = 50
"""Entries of a feed, and as many tombstones."""
MOST_SINCE: Final = 1000
"""Of what changed since an edition, which is told whole."""
DCT, FOAF = PREFIXES["dct"], PREFIXES["foaf"]
TOLD: Final = f"""SELECT ?projet ?publie (COALESCE(?modifie, ?publie) AS ?change) ?titre ?resume WHERE {{
  VALUES ?projet {{ %s }}
  ?fiche <{FOAF}primaryTopic> ?projet ; <{DCT}issued> ?publie . OPTIONAL {{ ?fiche <{DCT}modified> ?modifie }}
  ?projet <{DCT}title> ?titre . OPTIONAL {{ ?projet <{DCT}abstract> ?resume }}
}} ORDER BY ?projet ?titre ?resume"""


@dataclass(frozen=True)
class FeedEntry:
    """A fiche as a feed tells it; times are those of XML Schema."""

    iri: str
    title: str
    language: str
    summary: str
    published: str
    updated: str


@dataclass(frozen=True)
class Tombstone:
    """A document that was public and is no more (RFC 6721): which, and when a first edition said so."""

    iri: str
    when: str


async def entries_of(reading: Reading, iris: Iris, edition: int, ids: Sequence[str]) -> list[FeedEntry]:
    """Return what a feed tells of some fiches, the latest first, else in the order given."""
    named = {iri: place for place, one in enumerate(ids) if is_safe(iri := iris.entity("projet", one))}
    rows = await reading.rows(TOLD % " ".join(f"<{iri}>" for iri in named), edition) if named else []
    found: dict[str, FeedEntry] = {}
    for row in rows:
        title, summary, iri = row["titre"], row.get("resume"), row["projet"].value
        said = summary.value if isinstance(summary, ox.Literal) else ""
        entry = FeedEntry(iri, title.value, title.language or "fr", said, row["publie"].value, row["change"].value)
        found.setdefault(iri, entry)
    ordered = sorted(found.values(), key=lambda one: named[one.iri])
    return sorted(ordered, key=lambda one: one.updated, reverse=True)


def tombstones(edition: Edition, earlier: Iterable[Edition], iris: Iris) -> list[Tombstone]:
    """Return the fiches that were public and are erased, the latest first.

    The moment is that of the first redaction, or edition, that an edition served now says of it, so that it stays.
    """
    when: dict[str, str] = {}
    for one in (*earlier, edition):
        if one.number <= edition.number:
            for name in one.manifest.get("erased", ()):
                when[name] = min(when.get(name, said_at(one.manifest)), said_at(one.manifest))
    gone = {name: when[name] for name in edition.manifest.get("erased", ()) if name.startswith("projet/")}
    found = [Tombstone(iris.base + name, moment) for name, moment in gone.items()]
    return sorted(sorted(found, key=lambda one: one.iri), key=lambda one: one.when, reverse=True)[:MOST]


def said_at(manifest: Mapping[str, object]) -> str:
    """Return when a manifest took its form: its last redaction, or its own date."""
    redactions = manifest.get("redactions")
    last = redactions[-1] if isinstance(redactions, list) and redactions else manifest
    return str(last["date"])

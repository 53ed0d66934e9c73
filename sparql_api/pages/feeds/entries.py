"""What a feed holds: the fiches of an edition that were published or changed last, and those that were erased.

Knows the questions asked of an edition; not how a feed is written.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

import pyoxigraph as ox

from ingestion import Edition
from ontologie import PREFIXES, Iris
from sparql_api.fiches.facets import FACETS
from sparql_api.fiches.search import Value
from sparql_api.pages.common.labels import is_safe
from sparql_api.pages.common.reading import Reading

MOST: Final = 50
"""Entries of a feed, and as many tombstones."""
DCT, FOAF, SKOS = PREFIXES["dct"], PREFIXES["foaf"], PREFIXES["skos"]
LATEST: Final = f"""SELECT ?projet ?publie ?change ?titre ?resume WHERE {{
  {{ SELECT ?projet ?publie (COALESCE(?modifie, ?publie) AS ?change) WHERE {{
      %(held)s
      ?projet a <%(oia)sProjet> . ?fiche <{FOAF}primaryTopic> ?projet ; <{DCT}issued> ?publie .
      OPTIONAL {{ ?fiche <{DCT}modified> ?modifie }}
    }} ORDER BY DESC(?change) ?projet LIMIT {MOST} }}
  ?projet <{DCT}title> ?titre . OPTIONAL {{ ?projet <{DCT}abstract> ?resume }}
}} ORDER BY DESC(?change) ?projet ?titre ?resume"""
NARROWER: Final = f"(<{SKOS}broader>|^<{SKOS}narrower>|^<%(oia)scouvre>)*"
"""How a value of a hierarchical facet leads to those above it, as the list of fiches counts them."""


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
    """A document that was public and is erased (RFC 6721): which, and when a first edition said so."""

    iri: str
    when: str


async def latest(reading: Reading, iris: Iris, edition: int, value: Value | None) -> list[FeedEntry]:
    """Return the fiches published or changed last, the latest first: all, or those that hold a facet's value."""
    oia = iris.term("")
    rows = await reading.rows(LATEST % {"oia": oia, "held": holding(value, oia)}, edition)
    found: dict[str, FeedEntry] = {}
    for row in rows:
        title, summary, iri = row["titre"], row.get("resume"), row["projet"].value
        said = summary.value if isinstance(summary, ox.Literal) else ""
        entry = FeedEntry(iri, title.value, title.language or "fr", said, row["publie"].value, row["change"].value)
        found.setdefault(iri, entry)
    return list(found.values())


def holding(value: Value | None, oia: str) -> str:
    """Return the pattern of projects that hold a value of a facet; empty for none."""
    if value is None:
        return ""
    facet = next(facet for facet in FACETS if facet.name == value.facet)
    properties = "|".join(f"<{oia}{name}>" for name in facet.properties)
    if not is_safe(value.iri):
        raise ValueError(value.iri)
    above = "/" + NARROWER % {"oia": oia} if facet.hierarchical else ""
    return f"{{ SELECT DISTINCT ?projet WHERE {{ ?projet ({properties}){above} <{value.iri}> }} }}"


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

"""The matches of a principle with others: what kind, how sure, and why. Each pair has a node that says so.

Knows the SSSOM nodes of the graph; how a row is laid out is the template's business.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import pyoxigraph as ox

from ontologie import PREFIXES
from sparql_api.pages.common.labels import is_safe
from sparql_api.pages.common.reading import Reading
from sparql_api.pages.things.describe import REST, Description, as_quads

OWL, SKOS, RDFS, SSSOM = PREFIXES["owl"], PREFIXES["skos"], PREFIXES["rdfs"], PREFIXES["sssom"]
INVERSE: Final = {SKOS + "broadMatch": SKOS + "narrowMatch", SKOS + "narrowMatch": SKOS + "broadMatch"}
QUERY: Final = f"""SELECT ?node ?relation ?other ?forward ?confidence ?why WHERE {{
  {{ ?node <{OWL}annotatedSource> <%(iri)s> ; <{OWL}annotatedTarget> ?other . BIND(true AS ?forward) }} UNION
  {{ ?node <{OWL}annotatedTarget> <%(iri)s> ; <{OWL}annotatedSource> ?other . BIND(false AS ?forward) }}
  ?node <{OWL}annotatedProperty> ?relation .
  OPTIONAL {{ ?node <{SSSOM}confidence> ?confidence }}
  OPTIONAL {{ ?node <{RDFS}comment> ?why }}
}}"""

NODES: Final = f"""SELECT DISTINCT ?g ?s ?p ?o WHERE {{
  {{ GRAPH ?h {{ ?s <{OWL}annotatedSource> <%(iri)s> }} }} UNION
  {{ GRAPH ?h {{ ?s <{OWL}annotatedTarget> <%(iri)s> }} }}
  GRAPH ?g {{ ?s ?p ?o }}
}}"""
"""What justifies the matches of a thing, whichever end of them it is."""


@dataclass(frozen=True)
class Match:
    """One match, read from the thing whose page it stands on: the other thing's relation to it."""

    node: str
    relation: str
    other: str
    confidence: str
    reasons: dict[str, str]


async def matches(reading: Reading, iri: str, edition: int) -> list[Match]:
    """Return every justified match of a thing, the surest first."""
    if not is_safe(iri):
        return []
    found: dict[str, Match] = {}
    for row in await reading.rows(QUERY % {"iri": iri}, edition):
        relation = row["relation"].value
        if row["forward"].value != "true":
            relation = INVERSE.get(relation, relation)
        confidence = row["confidence"].value if "confidence" in row else ""
        match = found.setdefault(
            row["node"].value, Match(row["node"].value, relation, row["other"].value, confidence, {})
        )
        why = row.get("why")
        if isinstance(why, ox.Literal):
            match.reasons[why.language or ""] = why.value
    return sorted(found.values(), key=lambda match: (-float(match.confidence or 0), match.other))


async def with_matches(reading: Reading, found: Description) -> Description:
    """Return what an edition says of a thing with the nodes that justify its matches; a document's is its graph alone.

    So whoever takes a principle has its alignments from both ends, with their confidence and reasons.
    """
    if found.is_document or found.is_graph:
        return found
    quads = await reading.decoded(await reading.answer(NODES % {"iri": found.iri}, found.edition), as_quads)
    rest = tuple(sorted({*found.parts.get(REST, ()), *quads}, key=str))
    return replace(found, parts={**found.parts, REST: rest})

"""What the page of a thing takes from elsewhere: what leads to it, its matches, its evidence, the names of all this.

Knows the questions asked of the edition; how they are shown is `page`'s business.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import pyoxigraph as ox

from sparql_api.pages.common.layout import View
from sparql_api.pages.common.service import Service
from sparql_api.pages.things.analyses import Answered, analyses_of
from sparql_api.pages.things.analyses import named_in as analysed
from sparql_api.pages.things.around import Around, around
from sparql_api.pages.things.describe import Description, Incoming, incoming, pairs, statements
from sparql_api.pages.things.evidence import COMMENT, DATED
from sparql_api.pages.things.examples import seen_in
from sparql_api.pages.things.fiche import HOMEPAGE
from sparql_api.pages.things.instrument import PrincipleRow, instrument_rows, named_in
from sparql_api.pages.things.matches import Match, matches
from sparql_api.pages.things.presentation import instrument_of, layout, mentioned
from sparql_api.pages.things.schema_org import named as schema_named
from sparql_api.pages.things.unlisted import Unlisted, unlisted


@dataclass(frozen=True)
class Gathered:
    """What the page of a thing shows beside what is said of it."""

    quads: Sequence[ox.Quad]
    grounds: Sequence[ox.Quad]
    """What the rules of its findings say of them: the words of outcomes, what dates a rule."""
    leading: Sequence[Incoming]
    matched: Sequence[Match]
    dimensions: Mapping[str, tuple[str, ...]]
    dates: Mapping[str, tuple[str, ...]]
    principles: list[PrincipleRow]
    words: Unlisted
    answers: Sequence[Answered]
    addresses: Mapping[str, tuple[str, ...]]
    examples: Sequence[str]
    beside: Around
    labels: Mapping[str, Mapping[str, str]]


async def gather(view: View, found: Description, quads: Sequence[ox.Quad]) -> Gathered:
    """Return what the page of a thing takes from elsewhere."""
    service, reading = view.service, view.service.reading(view.request)
    led = await incoming(reading, service.iris, found, layout(service.iris)["restated"])
    leading = [link for link in led if not is_hidden(service, link)]
    matched = await matches(reading, found.iri, found.edition)
    named = mentioned(quads) | {found.iri} | {m.other for m in matched} | {m.relation for m in matched}
    named |= {s.partition("#")[0] for link in leading for s in link.subjects}
    named |= {s for link in leading for s in link.subjects} | {link.predicate for link in leading}
    term = service.iris.term
    criteria = objects(found.main, term("critere"))
    dimensions = await pairs(reading, criteria, term("dansDimension"), found.edition)
    ruled = objects(found.quads, term("issue")) | objects(found.quads, term("regle"))
    grounds = await statements(reading, ruled, [COMMENT, *map(term, (*DATED, "confiance"))], found.edition)
    applicable = set[str]().union(*(objects(grounds, term(name)) for name in DATED))
    dates = await pairs(reading, applicable, term("appliqueAPartirDu"), found.edition)
    named |= {d for found_in in dimensions.values() for d in found_in}
    principles = await instrument_rows(reading, found, term(""), view.language)
    beside = await around(view, found, principles)
    named |= named_in(principles) | beside.named
    named |= {instrument_of(iri, service.iris.base) for iri in named}
    examples = await seen_in(reading, found, service.iris)
    named |= set(examples)
    if not found.is_graph:
        named |= schema_named(found, service.iris)
    words = {} if found.is_graph else unlisted(quads, found.iri, service.iris)
    named |= words.keys()
    known = found.is_fiche(service.iris)
    answers = await analyses_of(reading, service.iris, found.iri, found.edition) if known else []
    named |= analysed(answers)
    bodies = objects(found.main, term("serviceDeposant")) | objects(found.main, term("academie"))
    addresses = await pairs(reading, bodies, HOMEPAGE, found.edition)
    labels = await service.labels.of(reading, named, found.edition)
    return Gathered(
        quads, grounds, leading, matched, dimensions, dates, principles, words, answers, addresses, examples, beside,
        labels,
    )  # fmt: skip


def objects(quads: Iterable[ox.Quad], predicate: str) -> set[str]:
    """Return the things that a property leads to."""
    found = (quad.object for quad in quads if quad.predicate.value == predicate)
    return {value.value for value in found if isinstance(value, ox.NamedNode)}


def is_hidden(service: Service, link: Incoming) -> bool:
    """Return whether a kind of link is said elsewhere on the page, or from the other side as well."""
    return link.predicate in layout(service.iris)["hidden_links"]

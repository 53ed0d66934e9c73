"""The page of one thing: what is said of it, its evidence, what leads to it, its data files.

Knows what stands on a page of a thing; how values are shown is `presentation`'s and `evidence`'s business.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import pyoxigraph as ox

from ontologie import LANGUAGES, PREFIXES, name_properties
from sparql_api.fiches.facets import FACETS
from sparql_api.fiches.things import local_id
from sparql_api.formats.rdf_formats import MEDIA_TYPES
from sparql_api.pages.common.deposit import deposit_link
from sparql_api.pages.common.layout import View, write_page
from sparql_api.pages.feeds.names import feed_of
from sparql_api.pages.things.analyses import analyses_shown
from sparql_api.pages.things.around import around_shown
from sparql_api.pages.things.citation import addresses
from sparql_api.pages.things.describe import PROVENANCE, Description, Incoming, not_of_an_example
from sparql_api.pages.things.evidence import evidence
from sparql_api.pages.things.examples import is_invented
from sparql_api.pages.things.fiche import fiche_shown, findings_shown, plan
from sparql_api.pages.things.gathering import Gathered, gather
from sparql_api.pages.things.instrument import rows_shown
from sparql_api.pages.things.matches import Match
from sparql_api.pages.things.presentation import Property, Reader, Shown, layout
from sparql_api.pages.things.schema_org import in_page
from sparql_api.words import i18n

RDF_TYPE: Final = PREFIXES["rdf"] + "type"
PRIMARY_TOPIC: Final = PREFIXES["foaf"] + "primaryTopic"
LEADS: Final = (
    PREFIXES["dct"] + "abstract",
    PREFIXES["skos"] + "definition",
    PREFIXES["dct"] + "description",
)
SUBJECTS_ON_A_PAGE: Final = 200


async def entity_page(view: View, found: Description) -> bytes:
    """Return the HTML page of a thing."""
    run, restated = view.service.computing.run, layout(view.service.iris)["restated"]
    quads = await run(view.request, first_subjects, found.main) if found.is_graph else found.without(restated)
    gathered = await gather(view, found, quads)
    return await run(view.request, written, view, found, gathered)


def written(view: View, found: Description, gathered: Gathered) -> bytes:
    """Return the HTML of what was gathered."""
    quads = gathered.quads
    reader = Reader.of(view, found.iri, (*quads, *gathered.grounds), gathered.labels)
    told = plan(view.service.iris).told if found.is_fiche(view.service.iris) else frozenset()
    left = {one: marked for one, marked in gathered.words.items() if one not in told}
    shown = reader.sections(found.iri, hidden_by(gathered.matched) | told | led(reader, found.iri), left)
    context = heading(reader, found) | {
        "iri": found.iri,
        "cut": SUBJECTS_ON_A_PAGE if len(quads) < len(found.main) and found.is_graph else 0,
        "sections": graph_sections(reader) if found.is_graph else shown,
        "matches": [match_shown(reader, match) for match in gathered.matched],
        "incoming": [link_shown(reader, found, link) for link in gathered.leading],
        "formats": [
            (name, media_type, view.url(f"/{found.path(view.service.iris)}.{name}"))
            for name, media_type in MEDIA_TYPES.items()
        ],
        "invented": is_invented(found, view.service.iris),
        "seen_in": sorted(map(reader.thing, gathered.examples), key=lambda value: i18n.collation(value.text)),
        "provenance": provenance(reader, found),
        "linked_data": None if found.is_graph else in_page(found, gathered.labels, view.service.iris),
        "feed": followed(view, found),
        "references": addresses(view, found.path(view.service.iris)),
        "principles_table": rows_shown(reader, gathered.principles),
        **around_shown(reader, found, gathered.beside, gathered.matched),
        **evidence(reader, found.iri, gathered.dimensions, gathered.dates),
    }
    if not found.is_fiche(view.service.iris):
        return write_page(view, "entity.html", context)
    context |= fiche_shown(reader, found.iri, gathered.words, gathered.leading, gathered.addresses)
    context |= findings_shown(reader, context["findings"])
    context["deposit"] = deposit_link(view)
    context["analyses"] = analyses_shown(reader, gathered.answers)
    elsewhere = {reader.view.service.iris.term(name) for name in ("reprend", "evalue")}
    context["incoming"] = [
        link_shown(reader, found, link) for link in gathered.leading if link.predicate not in elsewhere
    ]
    return write_page(view, "fiche.html", context)


def followed(view: View, found: Description) -> str:
    """Return the address of the feed of the fiches that hold a thing, empty where it has none."""
    service = view.service
    name = feed_of(found.iri, service.index(service.edition_number(found.edition)), service.iris.base)
    return view.feed(name) if name else ""


def first_subjects(quads: Sequence[ox.Quad]) -> list[ox.Quad]:
    """Return what is said of the first subjects of a named graph: the data formats carry it whole."""
    last = sorted({str(quad.subject) for quad in quads})[:SUBJECTS_ON_A_PAGE][-1]
    return [quad for quad in quads if str(quad.subject) <= last]


def heading(reader: Reader, found: Description) -> dict[str, Any]:
    """Return the head of a page: its title, kinds, identifier and first words."""
    iri = found.iri
    types = [v for v in reader.values(iri, RDF_TYPE) if isinstance(v, ox.NamedNode)]
    # Every project and every example is a use: the narrower class says it.
    usage = reader.view.service.iris.term("Usage")
    ours = [t for t in types if reader.view.is_ours(t.value) and t.value != usage] or types
    identifier = reader.text(iri, PREFIXES["dct"] + "identifier") or local_id(iri)
    iris = reader.view.service.iris
    named = reader.text(iri, *name_properties(iris.base)) or matched_title(reader, iri)
    title = named or (found.path(iris) if found.is_graph else identifier)
    return {
        "title": title,
        "title_language": reader.spoken(iri),
        "kinds": [Shown(reader.label(t.value), reader.view.href(t.value)) for t in ours],
        "identifier": identifier if identifier != title else "",
        "names": other_names(reader, iri),
        "leads": [reader.text(iri, lead) for lead in (*LEADS, *reasons(reader, iri)) if reader.text(iri, lead)],
    }


def matched_title(reader: Reader, iri: str) -> str:
    """Return what a match is called, which has no name of its own: by what it ties; nothing for anything else."""
    ends = [reader.values(iri, PREFIXES["owl"] + end)[:1] for end in ("annotatedSource", "annotatedTarget")]
    if not all(ends):
        return ""
    one, other = (reader.label(str(end[0])[1:-1]) for end in ends)
    return reader.view.t("match.title", one=one, other=other)


def reasons(reader: Reader, iri: str) -> frozenset[str]:
    """Return the property of a match that says why it holds, which its page tells first; none of anything else."""
    return frozenset({PREFIXES["rdfs"] + "comment"}) if matched_title(reader, iri) else frozenset()


def led(reader: Reader, iri: str) -> set[str]:
    """Return the properties that the head of a page says whole: what it led with, where it is one text."""
    return {lead for lead in (*LEADS, *reasons(reader, iri)) if len(reader.texts(iri, lead)) == 1}


def other_names(reader: Reader, iri: str) -> list[tuple[str, str]]:
    """Return (tag, name) of a thing in the languages that the site does not speak: as its authors wrote it."""
    names = (v for v in reader.values(iri, PREFIXES["skos"] + "prefLabel") if isinstance(v, ox.Literal))
    return sorted((v.language, v.value) for v in names if v.language and v.language[:2] not in LANGUAGES)


def provenance(reader: Reader, found: Description) -> list[Property]:
    """Return what is said of the fiche: what the deposit says of itself, and what review knows of it."""
    fiches = {str(q.subject)[1:-1] for q in found.main if q.predicate.value == PRIMARY_TOPIC}
    others = {str(q.subject)[1:-1] for q in found.parts.get(PROVENANCE, ())} - fiches
    said = (RDF_TYPE, PRIMARY_TOPIC, PREFIXES["prov"] + "used")
    shown = [
        reader.property(predicate, values, fiche)
        for fiche in sorted(fiches)
        for predicate, values in sorted(reader.statements[fiche].items())
        if predicate not in said
    ]
    for activity in sorted(others):
        about = {p: v for p, v in reader.statements[activity].items() if p not in said}
        nested = tuple(reader.property(p, v, activity, depth=1) for p, v in sorted(about.items()))
        kinds = [str(kind)[1:-1] for kind in reader.values(activity, RDF_TYPE)]
        label = reader.label(kinds[0]) if kinds else local_id(activity)
        shown.append(Property(activity, label, (Shown("", nested=nested, anchor=local_id(activity)),)))
    return shown


def graph_sections(reader: Reader) -> list[Any]:
    """Return one section a subject of a named graph."""
    return [section for subject in sorted(reader.statements, key=i18n.collation) for section in reader.about(subject)]


def hidden_by(matched: Sequence[Match]) -> set[str]:
    """Return the properties that the table of matches says better."""
    names = ("exactMatch", "closeMatch", "broadMatch", "narrowMatch", "relatedMatch")
    return {PREFIXES["skos"] + name for name in names} if matched else set()


def match_shown(reader: Reader, match: Match) -> dict[str, Any]:
    """Return one match for the table: the relation, the other thing, how sure, why."""
    other = reader.thing(match.other)
    return {
        "relation": reader.property_name(match.relation),
        "iri": match.other,
        "other": other,
        "confidence": reader.view.decimal(match.confidence),
        "why": reader.view.pick(match.reasons),
        "node": reader.view.href(match.node),
    }


def link_shown(reader: Reader, found: Description, link: Incoming) -> dict[str, Any]:
    """Return one kind of link that leads to a thing, with the way to all of them where the list is cut."""
    view = reader.view
    shown = [reader.thing(subject) for subject in link.subjects]
    # A facet that also counts narrower values, or another property, would lead to another number than the one shown.
    exact = [facet for facet in FACETS if not facet.hierarchical and len(facet.properties) == 1]
    facets = {view.service.iris.term(p): facet.name for facet in exact for p in facet.properties}
    counted = f"FILTER({not_of_an_example('?sujet', view.service.iris)})"
    everything = f"SELECT ?sujet WHERE {{ ?sujet <{link.predicate}> <{found.iri}> {counted} }} ORDER BY ?sujet"
    address = (
        view.url("/fiches", {facets[link.predicate]: found.iri})
        if link.predicate in facets
        else view.url("/sparql", {"query": everything})
    )
    return {
        "label": view.t("entity.by", property=reader.property_name(link.predicate)),
        "count": link.count,
        "values": sorted(shown, key=lambda value: i18n.collation(value.text)),
        "href": address,
    }

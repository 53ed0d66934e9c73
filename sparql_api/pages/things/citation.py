"""The reference of a thing in an edition: its title, who signs it, which edition; and where its files are.

Knows what a description says of its authors; how a reference is written is `formats.citations`'.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from ingestion import Edition
from ontologie import PREFIXES, name_properties
from sparql_api.fiches.things import local_id
from sparql_api.formats.citations import FORMATS, Reference
from sparql_api.pages.common.layout import View
from sparql_api.pages.common.service import Service
from sparql_api.pages.things.describe import Description, describe
from sparql_api.pages.things.presentation import Reader, expand, instrument_of
from sparql_api.words.problems import ProblemError, problem

THING: Final = "objet"
"""The parameter that names what is cited."""
KINDS_OF_TEXTS: Final = {"reglement-ue": "law", "loi": "law", "traite": "treaty"}
"""Which kinds of instruments are laws; the others are cited as reports of their body."""
AUTHORS: Final = ("oia:auteurInstitutionnel", "serviceDeposant", "academie")
"""Who signs a fiche: the first of these properties that it has."""


def addresses(view: View, path: str) -> list[tuple[str, str]]:
    """Return (format, address) of the references of the thing at a path, in the page's edition."""
    asked = {THING: path, "edition": str(view.edition)}
    return [(name, view.url("/cite", asked | {"format": name})) for name in FORMATS]


def of_edition(view: View, edition: Edition) -> Reference:
    """Return the reference of an edition; where it was redacted, its note gives the hashes before and after."""
    iri = f"{view.service.iris.base}edition/{edition.number}"
    whole = made(view, edition, f"edition/{edition.number}", view.t("cite.graph"), (), iri)
    redactions = edition.manifest.get("redactions", ())
    if not redactions:
        return whole
    former, last = redactions[0]["former"], str(redactions[-1]["date"])[:10]
    told = view.t("cite.redacted", date=last, former=former, present=edition.manifest["sha256"])
    return replace(whole, note=told)


async def reference(view: View, edition: Edition, path: str) -> Reference:
    """Return the reference of the thing at a path; raises ProblemError 404 where the edition says nothing of it."""
    service, reading = view.service, view.service.reading(view.request)
    found = await describe(reading, service.iris, path, edition.number)
    if found is None:
        raise ProblemError(problem("not-found", path=f"/{path}"))
    text = instrument_of(found.iri, service.iris.base) or found.iri
    whole = text.removeprefix(service.iris.base)
    home = found if text == found.iri else await describe(reading, service.iris, whole, edition.number)
    if home and home.path(service.iris).startswith("instrument/"):
        return of_text(view, edition, found, home)
    labels = await service.labels.of(reading, bodies(found, service), edition.number)
    reader = Reader.of(view, found.iri, found.quads, labels)
    title = reader.text(found.iri, *name_properties(service.iris.base)) or local_id(found.iri)
    return made(view, edition, path, title, authors(reader, found), found.iri)


def of_text(view: View, edition: Edition, found: Description, home: Description) -> Reference:
    """Return the reference of a text, or of a part of it: its own body signs it, its own date and address stand there.

    What the observatory adds, its description in an edition, is a note.
    """
    iris = view.service.iris
    reader = Reader.of(view, home.iri, [*home.main, *found.main], {})
    naming = name_properties(iris.base)
    title = reader.text(home.iri, *naming) or local_id(home.iri)
    if found.iri != home.iri:
        code = reader.text(found.iri, PREFIXES["skos"] + "notation") or local_id(found.iri)
        title = view.t("cite.part", text=title, code=code, name=reader.text(found.iri, *naming))
    body = reader.text(home.iri, iris.term("organisme")) or view.t("cite.unsigned")
    kinds = {local_id(str(one)[1:-1]) for one in reader.values(home.iri, PREFIXES["dct"] + "type")}
    official = sorted(str(one)[1:-1] for one in reader.values(home.iri, iris.term("texteOfficiel")))
    path = found.iri.removeprefix(iris.base)
    return Reference(
        key=f"{path} {edition.number}",
        title=title,
        authors=(body,),
        date=reader.text(home.iri, PREFIXES["dct"] + "issued"),
        publisher=body,
        version="",
        address=next(iter(official), found.iri),
        language=view.language,
        kind=next((KINDS_OF_TEXTS[one] for one in sorted(kinds) if one in KINDS_OF_TEXTS), "report"),
        note=view.t("cite.described", number=edition.number, iri=found.iri),
    )


def made(view: View, edition: Edition, path: str, title: str, signed: tuple[str, ...], iri: str) -> Reference:
    """Return a reference to what stands at a path in an edition; the publisher signs what nobody else does."""
    publisher = view.service.settings.notices.publisher or view.t("site.name")
    version = view.t("editions.name", number=edition.number)
    day = str(edition.manifest["date"])[:10]
    key = f"{path} {edition.number}"
    return Reference(key, title, signed or (publisher,), day, publisher, version, iri, view.language)


def bodies(found: Description, service: Service) -> set[str]:
    """Return the things that may sign a fiche, whose names are wanted."""
    signing = {expand(one, service.iris) for one in AUTHORS}
    return {str(q.object)[1:-1] for q in found.quads if q.predicate.value in signing and str(q.object).startswith("<")}


def authors(reader: Reader, found: Description) -> tuple[str, ...]:
    """Return who signs a fiche: organisations, never a person."""
    topic = PREFIXES["foaf"] + "primaryTopic"
    told = [one for one, about in reader.statements.items() if topic in about] if found.is_document else []
    for name in AUTHORS:
        predicate = expand(name, reader.view.service.iris)
        values = [v for one in (found.iri, *told) for v in reader.values(one, predicate)]
        if values:
            named = (
                signature(reader, str(v)[1:-1], name) if str(v).startswith("<") else str(v.value) for v in values
            )
            return tuple(dict.fromkeys(named))
    return ()


def signature(reader: Reader, iri: str, term: str) -> str:
    """Return what an organisation is called where it signs; the name of an académie says that it is one."""
    name = reader.label(iri)
    return reader.view.t("cite.academie", name=name) if term == "academie" else name

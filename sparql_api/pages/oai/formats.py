"""A fiche in the formats of harvesters: Dublin Core, LOM as the French school uses it, and where its JSON-LD is.

LOM is IEEE 1484.12.3; levels and subjects are concepts of ScoLOMFR's vocabularies, named by their IRIs. Knows what the
index tells of a fiche; no protocol.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sparql_api.fiches.search import FicheIndex
from sparql_api.formats.xml_text import Element, element

DC: Final = "http://www.openarchives.org/OAI/2.0/oai_dc/"
LOM: Final = "http://ltsc.ieee.org/xsd/LOM"
ATOM: Final = "http://www.w3.org/2005/Atom"
XSI: Final = "http://www.w3.org/2001/XMLSchema-instance"
SCOLOMFR: Final = "http://data.education.fr/voc/scolomfr/"
SUBJECTS: Final = ("discipline", "niveau", "type_ia", "outil")


@dataclass(frozen=True)
class OaiFiche:
    """A fiche as the index tells it: the item of the list, the whole document, where it is read."""

    item: Mapping[str, Any]
    document: Mapping[str, Any]
    index: FicheIndex
    page: str
    data: str

    def labels(self, facet: str) -> list[tuple[str, str]]:
        """Return (IRI, label in French) of each value of a facet, then the words of no vocabulary."""
        values = [(iri, self.index.value(facet, iri)) for iri in self.item[facet]]
        named = [(iri, value.label("fr") if value else iri) for iri, value in values]
        return named + [("", word) for word in self.item["horsVocabulaire"].get(facet, ())]

    def of_fiche(self, key: str) -> list[str]:
        """Return the texts that the fiche itself has under a key."""
        found = self.document.get("fiche", {}).get(key, [])
        return [found] if isinstance(found, str) else [one for one in found if isinstance(one, str)]


@dataclass(frozen=True)
class OaiFormat:
    """A format: its schema, its namespace, and what writes a fiche in it."""

    schema: str
    namespace: str
    write: Callable[[OaiFiche], Element]


def dublin_core(told: OaiFiche) -> Element:
    """Return a fiche in simple Dublin Core (section 5.2 of the protocol's guidelines)."""
    item = told.item
    said: Sequence[tuple[str, Iterable[str]]] = (
        ("title", [item["titre"]]),
        ("creator", told.of_fiche("auteurInstitutionnel")),
        ("subject", [label for facet in SUBJECTS for _, label in told.labels(facet)]),
        ("description", [item["resume"]]),
        ("date", [item["date"]]),
        ("type", ["LearningResource"]),
        ("identifier", [item["iri"], told.page]),
        ("source", told.of_fiche("sourcePage")),
        ("language", [item["langue"]]),
        ("coverage", [label for facet in ("academie", "region") for _, label in told.labels(facet)]),
        ("rights", told.of_fiche("licence")),
    )
    return element(
        "oai_dc:dc",
        *(element(f"dc:{name}", value) for name, values in said for value in values if value),
        xmlns_oai_dc=DC, xmlns_dc="http://purl.org/dc/elements/1.1/", xmlns_xsi=XSI,
        xsi_schemaLocation=f"{DC} http://www.openarchives.org/OAI/2.0/oai_dc.xsd",
    )  # fmt: skip


def learning_object(told: OaiFiche) -> Element:
    """Return a fiche in LOM, its levels and subjects as classifications by ScoLOMFR's vocabularies."""
    item = told.item
    own = element("identifier", element("catalog", "URI"), element("entry", item["iri"]))
    general = [own, _text("title", item["titre"], item["langue"]), element("language", item["langue"])]
    general += [_text("description", item["resume"], item["langue"])] if item["resume"] else []
    general += [_text("keyword", label) for facet in ("outil", "type_ia") for _, label in told.labels(facet)]
    general += [_text("coverage", label) for _, label in told.labels("academie")]
    parts = [
        element("general", *general),
        element(
            "metaMetadata",
            element("identifier", element("catalog", "URI"), element("entry", told.data)),
            element("metadataSchema", "LOMv1.0"), element("metadataSchema", "LOMFRv1.0"),
            element("metadataSchema", "SCOLOMFRv3.0"), element("language", "fr"),
        ),
        element("technical", element("format", "text/html"), element("location", told.page)),
        element("educational", _term("learningResourceType", "LOMv1.0", "narrative text")),
        element(
            "rights", _term("copyrightAndOtherRestrictions", "LOMv1.0", "yes"),
            *(_text("description", one, "") for one in told.of_fiche("licence")),
        ),
        *(
            element("relation", _term("kind", "LOMv1.0", "is based on"), element("resource", _entry(page)))
            for page in told.of_fiche("sourcePage")
        ),
        *_classified(told, "discipline", "discipline"),
        *_classified(told, "niveau", "educational level"),
    ]  # fmt: skip
    return element("lom", *parts, xmlns=LOM)


def pointer(told: OaiFiche) -> Element:
    """Return a link to the fiche in JSON-LD (RFC 4287, section 4.2.7)."""
    return element("link", rel="alternate", type="application/ld+json", href=told.data, xmlns=ATOM)


FORMATS: Final[Mapping[str, OaiFormat]] = {
    "oai_dc": OaiFormat("http://www.openarchives.org/OAI/2.0/oai_dc.xsd", DC, dublin_core),
    "lom": OaiFormat("http://ltsc.ieee.org/xsd/lomv1.0/lomLoose.xsd", LOM, learning_object),
    "jsonld": OaiFormat("https://www.rfc-editor.org/rfc/rfc4287", ATOM, pointer),
}


def _classified(told: OaiFiche, facet: str, purpose: str) -> list[Element]:
    """Return the classifications of a fiche by the values of a facet that ScoLOMFR has."""
    paths = [
        element(
            "taxonPath",
            _text("source", f"{SCOLOMFR}{iri.removeprefix(SCOLOMFR + 'concept/').rpartition('-num-')[0]}", ""),
            element("taxon", element("id", iri), _text("entry", label)),
        )
        for iri, label in told.labels(facet)
        if iri.startswith(SCOLOMFR)
    ]
    return [element("classification", _term("purpose", "LOMv1.0", purpose), *paths)] if paths else []


def _entry(address: str) -> Element:
    return element("identifier", element("catalog", "URI"), element("entry", address))


def _text(name: str, text: str, language: str = "fr") -> Element:
    return element(name, element("string", text, language=language))


def _term(name: str, source: str, value: str) -> Element:
    return element(name, element("source", source), element("value", value))

"""What stands in a catalogue beside its edition: the editions before it, vocabularies, tables, territories.

DCAT-AP 3.0.1; how datasets follow one another: DCAT 3, section 5.13 (https://www.w3.org/TR/vocab-dcat-3/).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import quote

from ontologie import LANGUAGES, PREFIXES, Iris, Vocabulary, in_both, vocabularies
from sparql_api.description.licences import Licences
from sparql_api.description.statements import Statements, typed
from sparql_api.description.void import title

AUTHORITY: Final = "http://publications.europa.eu/resource/authority/"
IANA: Final = "https://www.iana.org/assignments/media-types/"
FORMATS: Final = {
    "csv": ("CSV", "text/csv"),
    "xlsx": ("XLSX", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "geojson": ("GEOJSON", "application/geo+json"),
    "atom": ("ATOM", "application/atom+xml"),
    "ttl": ("RDF_TURTLE", "text/turtle"),
    "nt": ("RDF_N_TRIPLES", "application/n-triples"),
    "parquet": ("", "application/vnd.apache.parquet"),
}
"""By how a file's name ends: its type in the EU's table, where that has one, and its media type."""
XSD_BY_LENGTH: Final = {4: "gYear", 7: "gYearMonth", 10: "date"}
_SCHEME: Final = f"<{PREFIXES['skos']}ConceptScheme>".encode()

WORDS: Final = {
    ("academie", "title"): "academie-title",
    ("academie", "description"): "academie-description",
    ("region", "title"): "region-title",
    ("region", "description"): "region-description",
}
"""By the facet of a territory: the codes of what its catalogue is called, and of what it holds."""

Span = tuple[str, str]
"""The oldest and the latest date that fiches say, each as it is said: a year, a month or a day."""


@dataclass(frozen=True)
class CataloguedTerritory:
    """An académie or a région académique whose fiches an edition holds: its facet, how it is called, what it has."""

    facet: str
    iri: str
    labels: Mapping[str, str]
    feed: str
    span: Span | None
    count: int


@dataclass(frozen=True)
class CatalogueAround:
    """What a catalogue tells that the manifest of its edition does not."""

    before: Sequence[Mapping[str, Any]] = ()
    """The manifests of the editions before it, the oldest first."""
    span: Span | None = None
    tables: Sequence[tuple[str, Mapping[str, str], Mapping[str, str]]] = ()
    """The research tables: name, what each is called, what it holds."""
    territories: Sequence[CataloguedTerritory] = ()
    hashes: Mapping[str, str] = field(default_factory=dict)
    """SHA-256 of the dumps as they are downloaded, by their names, where they are known."""


def describe_before(said: Statements, before: Sequence[Mapping[str, Any]], number: int, iris: Iris) -> None:
    """Say which editions came before, in their order, each with its date and the root that it had when it was cut."""
    series = iris.base + "catalogue#editions"
    numbers = [one["number"] for one in before] + [number]
    for one, after in zip(before, numbers[1:], strict=True):
        edition = iris.entity("edition", str(one["number"]))
        said.type(edition, "dcat:Dataset")
        said.say(edition, "dcat:inSeries", series)
        said.say(edition, "dcat:next", iris.entity("edition", str(after)))
        said.say(iris.entity("edition", str(after)), "dcat:prev", edition)
        said.both(edition, "dct:title", title(one["number"]))
        said.both(edition, "dct:description", in_both("catalogue", "dataset-description"))
        said.say(edition, "dct:issued", typed(one["date"], "dateTime"))
        describe_root(said, edition, one)
    said.say(series, "dcat:first", iris.entity("edition", str(numbers[0])))
    said.say(series, "dcat:last", iris.entity("edition", str(number)))


def describe_root(said: Statements, edition: str, manifest: Mapping[str, Any]) -> None:
    """Say the hash over an edition's segments, as it was when the edition was cut."""
    redactions = manifest.get("redactions", ())
    checksum(said, edition, redactions[0]["former"] if redactions else manifest["sha256"])


def checksum(said: Statements, of: str, value: str) -> None:
    """Say a SHA-256."""
    name = f"{of}{'-' if '#' in of else '#'}sha256"
    said.say(of, "spdx:checksum", name)
    said.type(name, "spdx:Checksum")
    said.say(name, "spdx:algorithm", "http://spdx.org/rdf/terms#checksumAlgorithm_sha256")
    said.say(name, "spdx:checksumValue", typed(value, "hexBinary"))


def describe_span(said: Statements, dataset: str, span: Span | None) -> None:
    """Say of when a dataset tells, by its dates in what they say."""
    if span is None:
        return
    period = f"{dataset}{'-' if '#' in dataset else '#'}periode"
    said.say(dataset, "dct:temporal", period)
    said.type(period, "dct:PeriodOfTime")
    for name, value in zip(("startDate", "endDate"), span, strict=True):
        said.say(period, f"dcat:{name}", typed(value, XSD_BY_LENGTH[len(value)]))


def describe_tables(said: Statements, around: CatalogueAround, number: int, licences: Licences, iris: Iris) -> None:
    """Say each research table of an edition as a dataset."""
    for name, called, about in around.tables:
        dataset = f"{iris.base}catalogue#table-{name}"
        describe_dataset(said, dataset, iris.base + "tables", number, iris)
        said.both(dataset, "dct:title", dict(called))
        said.both(dataset, "dct:description", dict(about))
        for suffix in ("csv", "parquet"):
            address = f"{iris.base}editions/{number}/tables/{name}.{suffix}"
            describe_file(said, dataset, f"{dataset}-{suffix}", address, licences.of("tables"), number, iris)


def schemes(names: Mapping[str, Any], base: str) -> list[Vocabulary]:
    """Return the vocabularies of an edition that are SKOS schemes, by the names that its manifest has."""
    return [one for one in vocabularies(base) if one.name in names and any(_SCHEME in line for line in one.lines)]


def describe_schemes(said: Statements, found: Sequence[Vocabulary], number: int, iris: Iris) -> None:
    """Say each vocabulary as a dataset, under its own licence."""
    for one in found:
        describe_dataset(said, one.graph, one.graph, number, iris)
        said.both(one.graph, "dct:title", one.title)
        said.both(one.graph, "dct:description", in_both("catalogue", "scheme-description"))
        for suffix in ("ttl", "nt"):
            address = f"{one.graph}.{suffix}?edition={number}"
            describe_file(said, one.graph, f"{one.graph}#{suffix}", address, [one.licence], number, iris)


def catalogue_of(territory: CataloguedTerritory, iris: Iris) -> str:
    """Return the catalogue of a territory."""
    return f"{iris.base}catalogue/{territory.iri.removeprefix(iris.base)}"


def describe_catalogue(said: Statements, territory: CataloguedTerritory, iris: Iris) -> None:
    """Say what the catalogue of a territory is called, and who publishes it."""
    own = catalogue_of(territory, iris)
    said.type(own, "dcat:Catalog")
    said.both(own, "dct:title", words_of(territory, "title"))
    said.both(own, "dct:description", words_of(territory, "description"))
    said.say(own, "dct:publisher", iris.entity("organisation", "equipe-projet"))


def words_of(territory: CataloguedTerritory, what: str) -> dict[str, str]:
    """Return a sentence on a territory, in the name that each language has for it."""
    code, labels = WORDS[territory.facet, what], territory.labels
    names = {tag: labels.get(tag) or next(iter(labels.values())) for tag in LANGUAGES}
    return {tag: in_both("catalogue", code, name=name)[tag] for tag, name in names.items()}


def describe_territory(
    said: Statements, territory: CataloguedTerritory, number: int, licences: Sequence[str], iris: Iris
) -> None:
    """Say the fiches of a territory as a dataset of its catalogue: their files, their feed, of where and when."""
    catalogue = catalogue_of(territory, iris)
    dataset = f"{catalogue}#fiches"
    page = f"{iris.base}fiches?{territory.facet}={quote(territory.iri.removeprefix(iris.base))}"
    said.say(catalogue, "dcat:dataset", dataset)
    describe_dataset(said, dataset, page, number, iris)
    said.both(dataset, "dct:title", words_of(territory, "title"))
    said.both(dataset, "dct:description", words_of(territory, "description"))
    for thing in (catalogue, dataset):
        said.say(thing, "dct:spatial", territory.iri)
    said.type(territory.iri, "dct:Location")
    said.both(territory.iri, "skos:prefLabel", dict(territory.labels))
    said.say(dataset, "dct:isPartOf", iris.entity("edition", str(number)))
    describe_span(said, dataset, territory.span)
    for suffix in ("csv", "xlsx", "geojson"):
        address = page.replace("fiches?", f"fiches.{suffix}?") + f"&edition={number}"
        describe_file(said, dataset, f"{dataset}-{suffix}", address, licences, number, iris)
    feed = f"{iris.base}feed/{quote(territory.feed)}.atom"
    describe_file(said, dataset, f"{dataset}-atom", feed, licences, number, iris)


def describe_dataset(said: Statements, dataset: str, page: str, number: int, iris: Iris) -> None:
    """Say what every dataset has: page, contact, publisher, rights, theme, languages, frequency."""
    said.type(dataset, "dcat:Dataset")
    said.say(dataset, "dcat:landingPage", page)
    said.type(page, "foaf:Document")
    said.say(dataset, "dcat:contactPoint", f"{iris.entity('edition', str(number))}#contact")
    said.say(dataset, "dct:publisher", iris.entity("organisation", "equipe-projet"))
    said.say(dataset, "dct:accessRights", AUTHORITY + "access-right/PUBLIC")
    said.say(dataset, "dct:accrualPeriodicity", AUTHORITY + "frequency/IRREG")
    said.say(dataset, "dcat:theme", AUTHORITY + "data-theme/EDUC")
    said.say(dataset, "dct:language", AUTHORITY + "language/FRA", AUTHORITY + "language/ENG")


def describe_file(
    said: Statements, dataset: str, distribution: str, address: str, licences: Sequence[str], number: int, iris: Iris
) -> None:
    """Say a file of a dataset, its type by how its address ends."""
    code, media_type = FORMATS[address.partition("?")[0].rpartition(".")[2]]
    said.say(dataset, "dcat:distribution", distribution)
    said.say(distribution, "dcat:downloadURL", address)
    said.say(distribution, "dcat:mediaType", IANA + media_type)
    said.type(IANA + media_type, "dct:MediaType")
    said.both(distribution, "dct:title", in_both("catalogue", f"file-{media_type}"))
    if code:
        said.say(distribution, "dct:format", f"{AUTHORITY}file-type/{code}")
        said.type(f"{AUTHORITY}file-type/{code}", "dct:MediaTypeOrExtent")
    describe_distribution(said, distribution, address, licences, number, iris)


def describe_distribution(
    said: Statements, distribution: str, address: str, licences: Sequence[str], number: int, iris: Iris
) -> None:
    """Say what every form of a dataset has: address, licences, availability."""
    said.type(distribution, "dcat:Distribution")
    said.say(distribution, "dcat:accessURL", address)
    describe_licences(said, distribution, licences, number, iris)
    said.say(distribution, "dcatap:availability", AUTHORITY + "planned-availability/STABLE")


def describe_licences(said: Statements, thing: str, licences: Sequence[str], number: int, iris: Iris) -> None:
    """Say the licence of a file or service; where it has several, the text that tells them apart, and each as rights.

    DCAT-AP allows one licence at most, and any number of rights (sections 4.5 and 4.6).
    """
    one = licences[0] if len(licences) == 1 else f"{iris.base}editions/{number}/LICENCE.txt"
    said.say(thing, "dct:license", one)
    said.type(one, "dct:LicenseDocument")
    if len(licences) == 1:
        return
    said.both(one, "dct:title", in_both("catalogue", "notice-name", number=number))
    for licence in licences:
        said.say(one, "dct:hasPart", licence)
        said.say(thing, "dct:rights", licence)
        said.type(licence, "dct:LicenseDocument", "dct:RightsStatement")

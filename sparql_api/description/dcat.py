"""The catalogue in DCAT-AP 3: the edition as a dataset, its files, the services that answer from it.

DCAT-AP 3.0.1 (https://semiceu.github.io/DCAT-AP/releases/3.0.1/): section 4 classes and their properties.
Knows an edition's manifest; the statistics of its content are `void`'s.
"""

from __future__ import annotations

from typing import Final

import pyoxigraph as ox

from ingestion import Edition
from ontologie import Iris, in_both
from sparql_api.description.sssom import MEDIA_TYPE, SSSOM_NAME
from sparql_api.description.statements import Statements, text, typed
from sparql_api.description.void import LICENCE, title
from sparql_api.formats.tables import XLSX

AUTHORITY: Final = "http://publications.europa.eu/resource/authority/"
IANA: Final = "https://www.iana.org/assignments/media-types/"
PREFIXES: Final = {
    "adms": "http://www.w3.org/ns/adms#",
    "dcatap": "http://data.europa.eu/r5r/",
    "spdx": "http://spdx.org/rdf/terms#",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "authority": AUTHORITY,
}
FILES: Final = {
    "dump.nq.gz": ("RDF_N_QUADS", "application/n-quads"),
    "dump.ttl.gz": ("RDF_TURTLE", "text/turtle"),
    "dump.jsonl.gz": ("JSON", "application/jsonl"),
}
"""The type of each file in the EU's table, and its media type. A file of JSON lines is no JSON-LD document; its media
type is the one in use, which IANA has not registered."""

FICHES: Final = {
    "csv": ("CSV", "text/csv"),
    "xlsx": ("XLSX", XLSX),
    "geojson": ("GEOJSON", "application/geo+json"),
}
SSSOM: Final = "https://w3id.org/sssom/"
DESCRIPTIONS: Final = {
    "dataset": in_both("catalogue", "dataset-description"),
    "catalogue": in_both("catalogue", "catalogue-description"),
    "sparql": in_both("catalogue", "sparql-description"),
    "api": in_both("catalogue", "api-description"),
}
TITLES: Final = {
    "catalogue": in_both("catalogue", "catalogue-title"),
    "sparql": in_both("catalogue", "sparql-title"),
    "api": in_both("catalogue", "api-title"),
    "publisher": in_both("catalogue", "publisher"),
}
KEYWORDS: Final = {
    "fr": ("intelligence artificielle", "éducation", "pratiques pédagogiques", "éthique"),
    "en": ("artificial intelligence", "education", "teaching practice", "ethics"),
}
# What the classes of others' things are, which the published shapes look for (ranges.ttl).
EXTERNAL: Final = {
    LICENCE: "dct:LicenseDocument",
    AUTHORITY + "language/FRA": "dct:LinguisticSystem",
    AUTHORITY + "language/ENG": "dct:LinguisticSystem",
    AUTHORITY + "country/FRA": "dct:Location",
    AUTHORITY + "frequency/IRREG": "dct:Frequency",
    AUTHORITY + "access-right/PUBLIC": "dct:RightsStatement",
    AUTHORITY + "data-theme/EDUC": "skos:Concept",
    AUTHORITY + "data-theme": "skos:ConceptScheme",
    AUTHORITY + "planned-availability/STABLE": "skos:Concept",
    "http://www.w3.org/TR/sparql11-protocol/": "dct:Standard",
    IANA + "application/gzip": "dct:MediaType",
    PREFIXES["spdx"] + "checksumAlgorithm_sha256": "spdx:ChecksumAlgorithm",
}


def catalogue_statements(edition: Edition, iris: Iris) -> list[ox.Quad]:
    """Return the catalogue of an edition: catalogue, dataset, distributions, services."""
    said = Statements(iris.prefixes() | PREFIXES)
    catalogue, dataset = iris.base + "catalogue", iris.entity("edition", str(edition.number))
    publisher = iris.entity("organisation", "equipe-projet")
    issued = typed(edition.manifest["date"], "dateTime")
    for thing, kind in EXTERNAL.items():
        said.type(thing, kind)
    said.say(AUTHORITY + "data-theme/EDUC", "skos:prefLabel", ("Éducation, culture et sport", "fr"))
    said.say(AUTHORITY + "data-theme", "dct:title", ("Data theme", "en"))
    said.say(AUTHORITY + "planned-availability/STABLE", "skos:prefLabel", ("stable", "en"), ("stable", "fr"))
    said.type(publisher, "foaf:Agent")
    said.both(publisher, "foaf:name", TITLES["publisher"])
    said.type(catalogue, "dcat:Catalog")
    said.both(catalogue, "dct:title", TITLES["catalogue"])
    said.both(catalogue, "dct:description", DESCRIPTIONS["catalogue"])
    said.say(catalogue, "dcat:themeTaxonomy", AUTHORITY + "data-theme")
    said.say(catalogue, "dct:modified", issued)
    said.say(catalogue, "foaf:homepage", iris.base)
    said.type(iris.base, "foaf:Document")
    said.say(catalogue, "dcat:dataset", dataset)
    said.say(catalogue, "dcat:service", iris.base + "sparql", iris.base + "fiches")
    for thing in (catalogue, dataset):
        said.say(thing, "dct:publisher", publisher)
        said.say(thing, "dct:license", LICENCE)
        said.say(thing, "dct:language", AUTHORITY + "language/FRA", AUTHORITY + "language/ENG")
        said.say(thing, "dct:spatial", AUTHORITY + "country/FRA")
    describe_dataset(said, dataset, edition, iris)
    describe_services(said, dataset, publisher, iris)
    return said.quads


def describe_dataset(said: Statements, dataset: str, edition: Edition, iris: Iris) -> None:
    """Say what the edition is, and each form in which it can be taken."""
    issued = typed(edition.manifest["date"], "dateTime")
    said.type(dataset, "dcat:Dataset")
    said.both(dataset, "dct:title", title(edition.number))
    said.both(dataset, "dct:description", DESCRIPTIONS["dataset"])
    said.say(dataset, "dct:identifier", text(dataset))
    said.say(dataset, "dcat:version", text(str(edition.number)))
    said.say(dataset, "dct:issued", issued)
    said.say(dataset, "dct:accrualPeriodicity", AUTHORITY + "frequency/IRREG")
    said.say(dataset, "dct:accessRights", AUTHORITY + "access-right/PUBLIC")
    said.say(dataset, "dcat:theme", AUTHORITY + "data-theme/EDUC")
    said.say(dataset, "dct:conformsTo", iris.base + "ontologie")
    said.type(iris.base + "ontologie", "dct:Standard")
    said.say(dataset, "dcat:landingPage", dataset)
    said.type(dataset, "foaf:Document")
    for language, words in KEYWORDS.items():
        said.say(dataset, "dcat:keyword", *((word, language) for word in words))
    contact = dataset + "#contact"
    said.say(dataset, "dcat:contactPoint", contact)
    said.type(contact, "vcard:Kind", "vcard:Organization")
    said.both(contact, "vcard:fn", TITLES["publisher"])
    said.say(contact, "vcard:hasURL", iris.base)
    for name, (file_type, media_type) in FILES.items():
        if name in edition.manifest.get("dumps", {}):
            describe_dump(said, dataset, edition, name, file_type, media_type, iris)
    for suffix, (file_type, media_type) in FICHES.items():
        address = f"{iris.base}fiches.{suffix}?edition={edition.number}"
        distribution = f"{dataset}#fiches-{suffix}"
        describe_distribution(said, dataset, distribution, address, (file_type, media_type))
        said.say(distribution, "dcat:accessService", iris.base + "fiches")
    alignments = f"{dataset}#alignements"
    address = f"{iris.base}{SSSOM_NAME}?edition={edition.number}"
    describe_distribution(said, dataset, alignments, address, ("TSV", MEDIA_TYPE))
    said.say(alignments, "dct:conformsTo", SSSOM)
    said.type(SSSOM, "dct:Standard")


def describe_dump(
    said: Statements, dataset: str, edition: Edition, name: str, file_type: str, media_type: str, iris: Iris
) -> None:
    """Say of a dump where it is; of the packed file, as it is downloaded, its length and its checksum."""
    address = f"{iris.base}editions/{edition.number}/{name}"
    distribution = f"{dataset}#{name.replace('.', '-')}"
    describe_distribution(said, dataset, distribution, address, (file_type, media_type))
    said.say(distribution, "dcat:compressFormat", IANA + "application/gzip")
    path, file = edition.path / name, edition.manifest["dumps"][name].get("file")
    if path.is_file():
        said.say(distribution, "dcat:byteSize", typed(str(path.stat().st_size), "nonNegativeInteger"))
    if file:
        checksum = f"{distribution}-sha256"
        said.say(distribution, "spdx:checksum", checksum)
        said.type(checksum, "spdx:Checksum")
        said.say(checksum, "spdx:algorithm", PREFIXES["spdx"] + "checksumAlgorithm_sha256")
        said.say(checksum, "spdx:checksumValue", typed(file["sha256"], "hexBinary"))


def describe_distribution(
    said: Statements, dataset: str, distribution: str, address: str, form: tuple[str, str]
) -> None:
    """Say what every form of the dataset has: address, format, licence, rights."""
    file_type, media_type = form
    said.type(distribution, "dcat:Distribution")
    said.say(dataset, "dcat:distribution", distribution)
    said.both(distribution, "dct:title", in_both("catalogue", "file-title", media_type=media_type))
    said.say(distribution, "dcat:accessURL", address)
    said.say(distribution, "dcat:downloadURL", address)
    said.say(distribution, "dct:format", f"{AUTHORITY}file-type/{file_type}")
    said.type(f"{AUTHORITY}file-type/{file_type}", "dct:MediaTypeOrExtent")
    said.say(distribution, "dcat:mediaType", IANA + media_type)
    said.type(IANA + media_type, "dct:MediaType")
    said.say(distribution, "dct:license", LICENCE)
    said.say(distribution, "dcatap:availability", AUTHORITY + "planned-availability/STABLE")


def describe_services(said: Statements, dataset: str, publisher: str, iris: Iris) -> None:
    """Say which services answer from the edition; the published shapes want their addresses typed."""
    services = {
        iris.base + "sparql": ("sparql", "http://www.w3.org/TR/sparql11-protocol/", iris.base + "sparql"),
        iris.base + "fiches": ("api", None, iris.base + "openapi.json"),
    }
    for service, (key, standard, description) in services.items():
        said.type(service, "dcat:DataService", "rdfs:Resource")
        said.type(description, "rdfs:Resource")
        said.both(service, "dct:title", TITLES[key])
        said.both(service, "dct:description", DESCRIPTIONS[key])
        said.say(service, "dcat:endpointURL", service)
        said.say(service, "dcat:endpointDescription", description)
        said.say(service, "dcat:servesDataset", dataset)
        said.say(service, "dct:license", LICENCE)
        said.say(service, "dct:publisher", publisher)
        said.say(service, "dct:accessRights", AUTHORITY + "access-right/PUBLIC")
        said.say(service, "dcat:theme", AUTHORITY + "data-theme/EDUC")
        if standard:
            said.say(service, "dct:conformsTo", standard)

"""The catalogue in DCAT-AP 3: the edition as a dataset, its files, the services that answer from it.

DCAT-AP 3.0.1 (https://semiceu.github.io/DCAT-AP/releases/3.0.1/): section 4 classes and their properties.
What holds of every edition is written in catalogue.ttl. Knows an edition's manifest; statistics are `void`'s.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final

import pyoxigraph as ox

from ingestion import DUMPS, MEMBERS_LIST, Edition, has_dump, packed_bytes
from ontologie import PREFIXES as PREFIXES_OF_DATA
from ontologie import RDF_TYPE, Iris, in_both
from sparql_api.description.catalogue_parts import (
    AUTHORITY,
    IANA,
    CatalogueAround,
    CataloguedTerritory,
    catalogue_of,
    checksum,
    describe_before,
    describe_catalogue,
    describe_distribution,
    describe_licences,
    describe_root,
    describe_schemes,
    describe_span,
    describe_tables,
    describe_territory,
    schemes,
)
from sparql_api.description.licences import Licences, Part, licences_of
from sparql_api.description.statements import LICENCE, NUMBER, Statements, always, text, typed
from sparql_api.description.void import title

PREFIXES: Final = {
    "dcatap": "http://data.europa.eu/r5r/",
    "spdx": "http://spdx.org/rdf/terms#",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "authority": AUTHORITY,
}
DCAT, DCT = PREFIXES_OF_DATA["dcat"], PREFIXES_OF_DATA["dct"]
SENTENCES: Final = (
    ("catalogue", "dct:title", "catalogue-title"),
    ("catalogue", "dct:description", "catalogue-description"),
    ("organisation/equipe-projet", "foaf:name", "publisher"),
    ("edition/NUMBER", "dct:description", "dataset-description"),
    ("edition/NUMBER#contact", "vcard:fn", "publisher"),
    ("sparql", "dct:title", "sparql-title"),
    ("sparql", "dct:description", "sparql-description"),
    ("fiches", "dct:title", "api-title"),
    ("fiches", "dct:description", "api-description"),
    ("ldes", "dct:title", "ldes-title"),
    ("ldes", "dct:description", "ldes-description"),
    ("oai", "dct:title", "oai-title"),
    ("oai", "dct:description", "oai-description"),
    ("catalogue#ontologie", "dct:title", "ontology-title"),
    ("catalogue#ontologie", "dct:description", "ontology-description"),
    ("catalogue#formes", "dct:title", "shapes-title"),
    ("catalogue#formes", "dct:description", "shapes-description"),
    ("catalogue#principes", "dct:title", "principles-title"),
    ("catalogue#principes", "dct:description", "principles-description"),
    ("catalogue#correspondances", "dct:title", "alignments-title"),
    ("catalogue#correspondances", "dct:description", "alignments-description"),
    ("catalogue#tables", "dct:title", "tables-title"),
    ("catalogue#tables", "dct:description", "tables-description"),
    ("catalogue#editions", "dct:title", "series-title"),
    ("catalogue#editions", "dct:description", "series-description"),
)
"""Of what each sentence of the catalogue is said, by which property."""
PARTS: Final[Mapping[str, Part]] = {
    **dict.fromkeys(("dump-jsonl-gz", "fiches-csv", "fiches-xlsx", "fiches-geojson"), "documents"),
    **dict.fromkeys(("alignements", "correspondances-sssom"), "documents"),
    **dict.fromkeys(("tables-csv", "tables-parquet", "tables-description"), "tables"),
    "dump-ouvert-nq-gz": "free",
    "members-ouvert-tsv": "free",
}
"""Which part of the edition a distribution is; another is all of it."""
OURS: Final = frozenset({"ontologie-ttl", "formes-ttl", "principes-zip"})
"""Distributions that hold our own work alone."""


def catalogue_statements(edition: Edition, iris: Iris, around: CatalogueAround) -> list[ox.Quad]:
    """Return the catalogue of an edition: catalogue, datasets, distributions, services, the catalogues in it."""
    said, held = _begun(edition, iris)
    dataset, catalogue = iris.entity("edition", str(edition.number)), iris.base + "catalogue"
    licences = licences_of(edition)
    for thing, predicate, sentence in SENTENCES:
        subject = iris.base + thing.replace(NUMBER, str(edition.number))
        said.both(subject, predicate, in_both("catalogue", sentence))
    describe_edition(said, edition, around, licences, iris)
    describe_parts(said, dataset, held, licences, iris)
    for name in (name for name in DUMPS if name in edition.manifest.get("dumps", {})):
        describe_dump(said, distribution_of(dataset, name), edition, name)
    for name, value in {**around.hashes, **written_once(edition)}.items():
        checksum(said, distribution_of(dataset, name), value)
    if "segments" in edition.manifest:
        checksum(said, distribution_of(dataset, MEMBERS_LIST), edition.manifest["segments"]["sha256"])
    found = schemes(edition.manifest.get("vocabularies", {}), iris.base)
    describe_schemes(said, found, edition.number, iris)
    describe_tables(said, around, edition.number, licences, iris)
    tables = [f"{catalogue}#table-{name}" for name, *_ in around.tables]
    said.say(catalogue, "dcat:dataset", *(one.graph for one in found), *tables)
    for territory in around.territories:
        said.say(catalogue, "dcat:catalog", catalogue_of(territory, iris))
        describe_catalogue(said, territory, iris)
    return _once(said)


def territory_statements(edition: Edition, iris: Iris, territory: CataloguedTerritory) -> list[ox.Quad]:
    """Return the catalogue of the fiches of a territory."""
    said, held = _begun(edition, iris)
    publisher = iris.entity("organisation", "equipe-projet")
    contact = f"{iris.entity('edition', str(edition.number))}#contact"
    # Of what holds of every edition: what the things of others are, who publishes, who is asked.
    said.quads[:] = [
        quad for quad in held
        if isinstance(quad.subject, ox.NamedNode)
        and (quad.subject.value in (publisher, contact) or not quad.subject.value.startswith(iris.base))
    ]  # fmt: skip
    said.both(publisher, "foaf:name", in_both("catalogue", "publisher"))
    said.both(contact, "vcard:fn", in_both("catalogue", "publisher"))
    catalogue = catalogue_of(territory, iris)
    describe_catalogue(said, territory, iris)
    said.say(catalogue, "dct:isPartOf", iris.base + "catalogue")
    said.say(catalogue, "dct:modified", typed(edition.manifest["date"], "dateTime"))
    said.say(catalogue, "foaf:homepage", iris.base)
    said.type(iris.base, "foaf:Document")
    describe_territory(said, territory, edition.number, licences_of(edition).of("documents"), iris)
    return _once(said)


def _begun(edition: Edition, iris: Iris) -> tuple[Statements, list[ox.Quad]]:
    """Return what holds of every edition, as statements to go on with and as it stands."""
    held = of_every_edition(iris.base, edition.number, edition.manifest.get("dumps", {}))
    return Statements(iris.prefixes() | PREFIXES, held[:]), held


def _once(said: Statements) -> list[ox.Quad]:
    return [*dict.fromkeys(said.quads)]


def describe_edition(
    said: Statements, edition: Edition, around: CatalogueAround, licences: Licences, iris: Iris
) -> None:
    """Say what an edition is, of when it tells, its licences, what it comes after."""
    dataset, issued = iris.entity("edition", str(edition.number)), typed(edition.manifest["date"], "dateTime")
    said.say(iris.base + "catalogue", "dct:modified", issued)
    said.say(dataset, "dct:issued", issued)
    said.say(dataset, "dct:identifier", text(dataset))
    said.both(dataset, "dct:title", title(edition.number))
    said.say(dataset, "dct:license", *licences.of())
    describe_root(said, dataset, edition.manifest)
    describe_span(said, dataset, around.span)
    describe_span(said, iris.base + "catalogue#editions", around.span)
    describe_before(said, around.before, edition.number, iris)


def describe_parts(
    said: Statements, dataset: str, held: Collection[ox.Quad], licences: Licences, iris: Iris
) -> None:
    """Say of each distribution and each service that catalogue.ttl names what all of its kind have.

    A distribution of which it says no dataset is one of the edition.
    """
    number = int(dataset.rpartition("/")[2])
    placed = {quad.object for quad in held if quad.predicate.value == DCAT + "distribution"}
    for quad in held:
        if not isinstance(quad.subject, ox.NamedNode) or not isinstance(quad.object, ox.NamedNode):
            continue
        subject, predicate, value = quad.subject.value, quad.predicate.value, quad.object.value
        if predicate == DCAT + "downloadURL":
            name = subject.rpartition("#")[2]
            part = PARTS.get(name, "all")
            own = (LICENCE,) if name in OURS else licences.of(part)
            describe_distribution(said, subject, value, own, number, iris)
            if quad.subject not in placed:
                said.say(dataset, "dcat:distribution", subject)
        elif predicate == DCT + "format":
            said.type(value, "dct:MediaTypeOrExtent")
        elif predicate == DCAT + "mediaType":
            said.type(value, "dct:MediaType")
            said.both(subject, "dct:title", in_both("catalogue", f"file-{value.removeprefix(IANA)}"))
        elif predicate == RDF_TYPE and value == DCAT + "DataService":
            part = "documents" if subject.endswith(("/fiches", "/oai")) else "all"
            describe_service(said, dataset, subject, iris)
            describe_licences(said, subject, licences.of(part), number, iris)


def of_every_edition(base: str, number: int, dumps: Collection[str]) -> list[ox.Quad]:
    """Return what catalogue.ttl says of an edition, but for the dumps that it does not have."""
    dataset = Iris(base).entity("edition", str(number))
    absent = {ox.NamedNode(distribution_of(dataset, name)) for name in DUMPS if name not in dumps}
    return [quad for quad in always("catalogue.ttl", base, number) if quad.subject not in absent]


def distribution_of(dataset: str, name: str) -> str:
    """Return the IRI of a file of an edition."""
    return f"{dataset}#{name.replace('.', '-')}"


def describe_dump(said: Statements, distribution: str, edition: Edition, name: str) -> None:
    """Say of a dump, packed as it is downloaded, its length."""
    if has_dump(edition, name):
        said.say(distribution, "dcat:byteSize", typed(str(packed_bytes(edition, name)), "nonNegativeInteger"))


def written_once(edition: Edition) -> dict[str, str]:
    """Return the hashes of dumps that are not made of members, which the manifests of older programs say."""
    files = {name: told.get("file", {}) for name, told in edition.manifest.get("dumps", {}).items()}
    return {name: file["sha256"] for name, file in files.items() if "sha256" in file}


def describe_service(said: Statements, dataset: str, service: str, iris: Iris) -> None:
    """Say what every service has: its dataset, its publisher, its terms."""
    said.say(service, "dcat:servesDataset", dataset)
    said.say(service, "dct:publisher", iris.entity("organisation", "equipe-projet"))
    said.say(service, "dct:accessRights", AUTHORITY + "access-right/PUBLIC")
    said.say(service, "dcat:theme", AUTHORITY + "data-theme/EDUC")

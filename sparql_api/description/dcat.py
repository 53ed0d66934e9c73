"""The catalogue in DCAT-AP 3: the edition as a dataset, its files, the services that answer from it.

DCAT-AP 3.0.1 (https://semiceu.github.io/DCAT-AP/releases/3.0.1/): section 4 classes and their properties.
What holds of every edition is written in catalogue.ttl. Knows an edition's manifest; statistics are `void`'s.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

import pyoxigraph as ox

from ingestion import DUMPS, Edition, has_dump, packed_bytes
from ontologie import PREFIXES as PREFIXES_OF_DATA
from ontologie import RDF_TYPE, Iris, in_both
from sparql_api.description.statements import LICENCE, NUMBER, Statements, always, text, typed
from sparql_api.description.void import title

AUTHORITY: Final = "http://publications.europa.eu/resource/authority/"
IANA: Final = "https://www.iana.org/assignments/media-types/"
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


def catalogue_statements(edition: Edition, iris: Iris) -> list[ox.Quad]:
    """Return the catalogue of an edition: catalogue, dataset, distributions, services."""
    dataset = iris.entity("edition", str(edition.number))
    dumps = edition.manifest.get("dumps", {})
    held = of_every_edition(iris.base, edition.number, dumps)
    said = Statements(iris.prefixes() | PREFIXES, held[:])
    issued = typed(edition.manifest["date"], "dateTime")
    said.say(iris.base + "catalogue", "dct:modified", issued)
    said.say(dataset, "dct:issued", issued)
    said.say(dataset, "dct:identifier", text(dataset))
    said.both(dataset, "dct:title", title(edition.number))
    for thing, predicate, sentence in SENTENCES:
        subject = iris.base + thing.replace(NUMBER, str(edition.number))
        said.both(subject, predicate, in_both("catalogue", sentence))
    if edition.number > 1:
        describe_previous(said, dataset, edition.number - 1, iris)
    describe_parts(said, dataset, held, iris)
    for name in (name for name in DUMPS if name in dumps):
        describe_dump(said, distribution_of(dataset, name), edition, name)
    return said.quads


def describe_previous(said: Statements, dataset: str, number: int, iris: Iris) -> None:
    """Say which edition of the series an edition comes after."""
    previous = iris.entity("edition", str(number))
    said.say(dataset, "dcat:prev", previous)
    said.type(previous, "dcat:Dataset")
    said.say(previous, "dcat:inSeries", iris.base + "catalogue#editions")
    said.both(previous, "dct:title", title(number))
    said.both(previous, "dct:description", in_both("catalogue", "dataset-description"))


def describe_parts(said: Statements, dataset: str, held: Collection[ox.Quad], iris: Iris) -> None:
    """Say of each distribution and each service that catalogue.ttl names what all of its kind have.

    A distribution of which it says no dataset is one of the edition.
    """
    placed = {quad.object for quad in held if quad.predicate.value == DCAT + "distribution"}
    for quad in held:
        if not isinstance(quad.subject, ox.NamedNode) or not isinstance(quad.object, ox.NamedNode):
            continue
        subject, predicate, value = quad.subject.value, quad.predicate.value, quad.object.value
        if predicate == DCAT + "downloadURL":
            describe_distribution(said, subject, value)
            if quad.subject not in placed:
                said.say(dataset, "dcat:distribution", subject)
        elif predicate == DCT + "format":
            said.type(value, "dct:MediaTypeOrExtent")
        elif predicate == DCAT + "mediaType":
            said.type(value, "dct:MediaType")
            said.both(subject, "dct:title", in_both("catalogue", "file-title", media_type=value.removeprefix(IANA)))
        elif predicate == RDF_TYPE and value == DCAT + "DataService":
            describe_service(said, dataset, subject, iris)


def of_every_edition(base: str, number: int, dumps: Collection[str]) -> list[ox.Quad]:
    """Return what catalogue.ttl says of an edition, but for the dumps that it does not have."""
    dataset = Iris(base).entity("edition", str(number))
    absent = {ox.NamedNode(distribution_of(dataset, name)) for name in DUMPS if name not in dumps}
    return [quad for quad in always("catalogue.ttl", base, number) if quad.subject not in absent]


def distribution_of(dataset: str, name: str) -> str:
    """Return the IRI of a file of an edition."""
    return f"{dataset}#{name.replace('.', '-')}"


def describe_distribution(said: Statements, distribution: str, address: str) -> None:
    """Say what every form of a dataset has: address, licence, availability."""
    said.type(distribution, "dcat:Distribution")
    said.say(distribution, "dcat:accessURL", address)
    said.say(distribution, "dct:license", LICENCE)
    said.say(distribution, "dcatap:availability", AUTHORITY + "planned-availability/STABLE")


def describe_dump(said: Statements, distribution: str, edition: Edition, name: str) -> None:
    """Say of a dump, packed as it is downloaded, its length; its checksum, where it is not made of members."""
    file = edition.manifest["dumps"][name].get("file", {})
    if has_dump(edition, name):
        said.say(distribution, "dcat:byteSize", typed(str(packed_bytes(edition, name)), "nonNegativeInteger"))
    if "sha256" in file:
        checksum = f"{distribution}-sha256"
        said.say(distribution, "spdx:checksum", checksum)
        said.type(checksum, "spdx:Checksum")
        said.say(checksum, "spdx:algorithm", PREFIXES["spdx"] + "checksumAlgorithm_sha256")
        said.say(checksum, "spdx:checksumValue", typed(file["sha256"], "hexBinary"))


def describe_service(said: Statements, dataset: str, service: str, iris: Iris) -> None:
    """Say what every service has: its dataset, its publisher, its terms."""
    said.say(service, "dcat:servesDataset", dataset)
    said.say(service, "dct:license", LICENCE)
    said.say(service, "dct:publisher", iris.entity("organisation", "equipe-projet"))
    said.say(service, "dct:accessRights", AUTHORITY + "access-right/PUBLIC")
    said.say(service, "dcat:theme", AUTHORITY + "data-theme/EDUC")

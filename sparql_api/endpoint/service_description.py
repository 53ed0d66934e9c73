"""The service's description of itself (https://www.w3.org/TR/sparql11-service-description/), as RDF.

Knows what the endpoint can do and its bounds; the data's own description is VoID, which it links to.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import pyoxigraph as ox

from ontologie import PREFIXES, RDF_TYPE, in_both
from sparql_api.settings import Settings

SD: Final = "http://www.w3.org/ns/sparql-service-description#"
FORMATS: Final = "http://www.w3.org/ns/formats/"
SPARQL: Final = "http://www.w3.org/ns/sparql#"
VOID: Final = "http://rdfs.org/ns/void#"
VERSIONS: Final = ("version-1.1", "version-1.2-basic", "version-1.2")
"""Of the language, as SPARQL 1.2 Service Description names them (https://www.w3.org/TR/sparql12-service-description/);
1.1 had a name of its own for each language and version, which older clients read."""
GRAPH_STORE_PROTOCOL: Final = "http://www.w3.org/TR/sparql11-http-rdf-update/"
RESULT_FORMATS: Final = (
    "SPARQL_Results_JSON", "SPARQL_Results_XML", "SPARQL_Results_CSV", "SPARQL_Results_TSV",
    "Turtle", "N-Triples", "RDF_XML", "JSON-LD", "TriG", "N-Quads", "N3",
)  # fmt: skip


def service_description(settings: Settings, endpoint: str, *, edition: int | None, media_type: str) -> bytes:
    """Return the description of the service at the address `endpoint`, in one of the RDF formats."""
    format = ox.RdfFormat.from_media_type(media_type)
    assert format is not None, media_type
    prefixes = {"sd": SD, "void": VOID, "formats": FORMATS}
    prefixes |= {name: PREFIXES[name] for name in ("rdfs", "dct", "dcat", "xsd")}
    triples = list(_triples(settings, endpoint, edition))
    data = ox.serialize(triples, format=format, prefixes=prefixes)
    assert data is not None
    return data


def _triples(settings: Settings, endpoint: str, edition: int | None) -> Iterator[ox.Triple]:
    iri, text = ox.NamedNode, ox.Literal
    # The service has the address's own IRI: some clients (Comunica) read of no other subject.
    service, dataset = iri(endpoint), iri(endpoint + "#dataset")
    graph = iri(endpoint + "#default-graph")
    a, dct, rdfs = iri(RDF_TYPE), PREFIXES["dct"], PREFIXES["rdfs"]
    yield ox.Triple(service, a, iri(SD + "Service"))
    yield ox.Triple(service, iri(SD + "endpoint"), iri(endpoint))
    for language in ("SPARQLQuery", "SPARQL11Query"):
        yield ox.Triple(service, iri(SD + "supportedLanguage"), iri(SD + language))
    for version in VERSIONS:
        yield ox.Triple(service, iri(SD + "supportedVersion"), iri(SPARQL + version))
    for name in RESULT_FORMATS:
        yield ox.Triple(service, iri(SD + "resultFormat"), iri(FORMATS + name))
    if settings.union_default_graph:
        yield ox.Triple(service, iri(SD + "feature"), iri(SD + "UnionDefaultGraph"))
    if settings.service_allow:
        yield ox.Triple(service, iri(SD + "feature"), iri(SD + "BasicFederatedQuery"))
    simple = iri("http://www.w3.org/ns/entailment/Simple")
    yield ox.Triple(service, iri(SD + "defaultEntailmentRegime"), simple)
    yield ox.Triple(service, iri(SD + "defaultDataset"), dataset)
    yield ox.Triple(dataset, a, iri(SD + "Dataset"))
    yield ox.Triple(dataset, iri(SD + "defaultGraph"), graph)
    yield ox.Triple(graph, a, iri(SD + "Graph"))
    root = endpoint.removesuffix("sparql")
    own = root.removesuffix(f"editions/{edition}/")
    if own == root:
        yield from _graph_store(iri(root + "rdf-graph-store"), dataset)
    yield ox.Triple(dataset, iri(rdfs + "seeAlso"), iri(f"{own}void" + ("" if own == root else f"?edition={edition}")))
    # The saved questions, as `sh:SPARQLSelectExecutable`.
    yield ox.Triple(service, iri(rdfs + "seeAlso"), iri(f"{own}queries"))
    if edition is not None:
        number = iri(f"{settings.base_iri}edition/{edition}")
        yield ox.Triple(dataset, iri(dct + "isVersionOf"), number)
    for language, name in in_both("requetes", "endpoint").items():
        yield ox.Triple(service, iri(rdfs + "label"), text(name, language=language))
    for language, said in _bounds(settings).items():
        yield ox.Triple(service, iri(dct + "description"), text(said, language=language))


def _graph_store(address: ox.NamedNode, dataset: ox.NamedNode) -> Iterator[ox.Triple]:
    """Say where single graphs are read; the vocabulary of service descriptions has no word for it, DCAT has."""
    iri, dcat = ox.NamedNode, PREFIXES["dcat"]
    yield ox.Triple(address, iri(RDF_TYPE), iri(dcat + "DataService"))
    yield ox.Triple(address, iri(dcat + "endpointURL"), address)
    yield ox.Triple(address, iri(PREFIXES["dct"] + "conformsTo"), iri(GRAPH_STORE_PROTOCOL))
    yield ox.Triple(address, iri(dcat + "servesDataset"), dataset)


def _bounds(settings: Settings) -> dict[str, str]:
    """Return what bounds a client, in French and English."""
    s = settings
    said = in_both(
        "requetes", "bounds", timeout=f"{s.query_timeout:g}", memory=s.query_memory_mb, answer=f"{s.answer_max_mb:g}",
        text=s.query_max_kb, queue=s.queue, workers=s.workers,
    )  # fmt: skip
    if s.client_seconds:
        share = in_both("requetes", "share", seconds=f"{s.client_seconds:g}", window=f"{s.client_window:g}")
        return {lang: said[lang] + share[lang] for lang in said}
    return said

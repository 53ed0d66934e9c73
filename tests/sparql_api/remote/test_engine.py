"""The API over another store: the same answers, the same refusals, the same limits as over the editions on disk."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pyoxigraph as ox
import pytest

from sparql_api.engine.remote.publication import publish_remote
from sparql_api.formats.negotiation import GRAPHS, TABLES
from sparql_api.query.stores import EditionStores
from sparql_api.settings import RemoteSettings
from tests import patient
from tests.sparql_api.endpoint.live import CROSS_PRODUCT, ENDLESS, endpoint
from tests.sparql_api.remote.fuseki import Fuseki
from tests.sparql_api.remote.making import EX, announce, cut_edition, numbered, rich

ORDERED = f"SELECT * {{ ?s <{EX}note> ?note OPTIONAL {{ ?s <{EX}score> ?score }} ?s <{EX}count> ?n }} ORDER BY ?s ?note ?score"
ALL = "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }"


@dataclass(frozen=True)
class Pair:
    """The same edition behind two services: ours on disk, and another store."""

    embedded: httpx.Client
    remote: httpx.Client

    def both(self, text: str, accept: str, **more: object) -> tuple[httpx.Response, httpx.Response]:
        data = {"query": text, **more}
        return tuple(  # type: ignore[return-value]
            client.post("", data=data, headers={"Accept": accept, "Accept-Language": "en"})
            for client in (self.embedded, self.remote)
        )


@pytest.fixture(scope="module")
def pair(fuseki: Fuseki, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    fuseki.empty()
    var = tmp_path_factory.mktemp("pair")
    for number, quads in ((1, numbered(1)), (2, numbered(2)), (3, rich())):
        edition = cut_edition(var, number, quads)
        publish_remote(edition, fuseki.remote())
        announce(var, edition)
    stores = EditionStores(var / "editions")
    bounds = {"query_memory_mb": 512, "answer_max_mb": 0.25}
    with (
        endpoint(stores, var, **bounds) as ours,
        endpoint(stores, var, remote=fuseki.remote(), **bounds) as theirs,
        httpx.Client(base_url=ours.url, timeout=300) as first,
        httpx.Client(base_url=theirs.url, timeout=300) as second,
    ):
        yield Pair(first, second)


@pytest.mark.parametrize("media_type", TABLES.values())
def test_tables_come_out_alike_to_the_byte_in_every_format(pair: Pair, media_type: str) -> None:
    ours, theirs = pair.both(ORDERED, media_type)
    assert theirs.status_code == ours.status_code == 200
    assert theirs.headers["content-type"] == ours.headers["content-type"]
    assert theirs.headers["observatoire-edition"] == ours.headers["observatoire-edition"] == "3"
    assert theirs.content == ours.content


@pytest.mark.parametrize("media_type", GRAPHS.values())
def test_graphs_come_out_alike_in_every_format(pair: Pair, media_type: str) -> None:
    ours, theirs = pair.both(ALL, media_type)
    assert theirs.status_code == ours.status_code, theirs.text
    assert theirs.headers["content-type"] == ours.headers["content-type"]
    if ours.status_code == 200:
        assert triples(theirs) == triples(ours) and triples(ours)


def triples(response: httpx.Response) -> set[ox.Triple]:
    form = ox.RdfFormat.from_media_type(response.headers["content-type"].partition(";")[0])
    return {quad.triple for quad in ox.parse(response.content, format=form)}


@pytest.mark.parametrize(
    "text",
    [
        f"ASK {{ ?s <{EX}kind> <{EX}kind/1> }}",
        "ASK { <http://example.org/none> ?p ?o }",
        f"DESCRIBE <{EX}thing/3>",
        "SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g",
        f"SELECT ?s FROM <{EX}graph/1> {{ ?s <{EX}kind> ?k }}",
        f"SELECT ?s ?k FROM <{EX}graph/1> FROM NAMED <{EX}graph/2> {{ {{ ?s <{EX}kind> ?k }} UNION {{ GRAPH ?g {{ ?s <{EX}count> ?k }} }} }}",
        f"SELECT ?s {{ ?s <{EX}kind> <{EX}kind/1> ; <{EX}next>+ <{EX}thing/1> }}",
        "# prefixes that are known beforehand, and a base\nSELECT ?o { BIND(STR(skos:prefLabel) AS ?o) }",
        "SELECT (STR(<projet/1>) AS ?o) {}",
        f"PREFIX skos: <{EX}> SELECT ?s {{ ?s skos:kind skos:kind\\/1 }}",
        f"BASE <{EX}> SELECT ?s {{ ?s <kind> <kind/1> }}",
        "SELECT * { ?zebra ?apple ?middle } ORDER BY ?apple LIMIT 0",
    ],
)  # fmt: skip
def test_queries_of_every_form_are_answered_alike(pair: Pair, text: str) -> None:
    ours, theirs = pair.both(text, "application/sparql-results+json, application/n-triples;q=0.5")
    assert theirs.status_code == ours.status_code == 200, theirs.text
    assert lines(theirs) == lines(ours)


def lines(response: httpx.Response) -> object:
    """Return an answer as a bag."""
    if "json" not in response.headers["content-type"]:
        return triples(response)
    found = response.json()
    if "boolean" in found:
        return found["boolean"]
    rows = Counter(str(sorted((name, str(term)) for name, term in row.items())) for row in found["results"]["bindings"])
    return found["head"]["vars"], rows


@pytest.mark.parametrize(
    "graphs",
    [
        {"default-graph-uri": [EX + "graph/0", EX + "graph/1"]},
        {"named-graph-uri": EX + "graph/0"},
        {"default-graph-uri": EX + "graph/2", "named-graph-uri": EX + "graph/0"},
        {"default-graph-uri": EX + "graph/none"},
    ],
)
def test_the_dataset_of_the_request_is_that_of_the_answer(pair: Pair, graphs: dict[str, object]) -> None:
    text = f"SELECT * FROM <{EX}graph/1> {{ {{ ?s <{EX}kind> ?k }} UNION {{ GRAPH ?g {{ ?s <{EX}count> ?k }} }} }}"
    ours, theirs = pair.both(text, "application/sparql-results+json", **graphs)
    assert theirs.status_code == ours.status_code == 200
    assert lines(theirs) == lines(ours)


@pytest.mark.parametrize(
    ("text", "status", "name"),
    [
        ("SELECT * { ?s ?p ", 400, "syntax"),
        ("SELECT * { ?s dct:titel ?t ; foaff:name ?n }", 400, "syntax"),
        ("SELECT ?s (COUNT(*) AS ?n) { ?s ?p ?o }", 400, None),
        ("INSERT DATA { <urn:a> <urn:b> <urn:c> }", 403, "update-refused"),
        ("SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }", 403, "service-refused"),
        ("SELECT (<java:java.lang.System>(1) AS ?x) {}", 400, "evaluation"),
        ("PREFIX j: <java:java.lang.> SELECT (j:System(1) AS ?x) {}", 400, "evaluation"),
        ("SELECT (bif:system('ls') AS ?x) {}", 400, "syntax"),
        ("ASK {}", 406, "not-acceptable"),
    ],
)  # fmt: skip
def test_refusals_are_those_of_the_embedded_engine(pair: Pair, text: str, status: int, name: str | None) -> None:
    accept = "text/turtle" if name == "not-acceptable" else "application/sparql-results+json"
    ours, theirs = pair.both(text, accept)
    assert theirs.status_code == ours.status_code == status
    assert theirs.headers["content-type"] == "application/problem+json"
    if name:
        assert theirs.json()["type"] == ours.json()["type"] and theirs.json()["type"].endswith(name)


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({"graph": EX + "graph/0"}, 200),
        ({"default": ""}, 200),
        ({"graph": EX + "g0", "edition": "2"}, 200),
        ({"graph": EX + "g0"}, 404),
        ({"graph": EX + "graph"}, 404),
        ({"graph": "file:///etc/passwd"}, 404),
    ],
)
def test_the_graph_store_reads_the_same_graphs(pair: Pair, query: dict[str, str], status: int) -> None:
    accept = {"Accept": "application/n-triples"}
    ours, theirs = (
        client.get(client.base_url.copy_with(path="/rdf-graph-store"), params=query, headers=accept)
        for client in (pair.embedded, pair.remote)
    )
    assert theirs.status_code == ours.status_code == status, theirs.text
    if status == 200:
        assert triples(theirs) == triples(ours) and triples(ours)
    else:
        assert theirs.json() == ours.json()


def test_a_query_is_ended_at_its_deadline_here_and_there(pair: Pair) -> None:
    for text in (ENDLESS, f"{CROSS_PRODUCT} ORDER BY ?a"):
        answer = pair.remote.post("", data={"query": text, "timeout": "0.5"})
        assert answer.status_code == 504 and answer.elapsed.total_seconds() < 5


def test_an_answer_over_its_bound_is_no_answer(pair: Pair) -> None:
    for text in ("SELECT * { ?a ?b ?c . ?d ?e ?f }", "CONSTRUCT { ?a ?b ?f } { ?a ?b ?c . ?d ?e ?f }"):
        answer = pair.remote.post("", data={"query": text, "timeout": "20"})
        assert answer.status_code == 503 and answer.json()["bound"] == "answer-size"


def test_a_pinned_edition_answers_while_a_slot_holds_it(pair: Pair) -> None:
    text = f"SELECT (SAMPLE(?e) AS ?edition) {{ ?s <{EX}edition> ?e }}"
    pinned = pair.remote.post("", data={"query": text, "edition": "2"}, headers={"Accept": "text/csv"})
    assert (pinned.status_code, pinned.text) == (200, "edition\r\n2\r\n")
    assert pinned.headers["observatoire-edition"] == "2"
    gone = pair.remote.post("", data={"query": text, "edition": "1"})
    assert gone.status_code == 404 and gone.json()["type"].endswith("edition-not-held")
    unknown = pair.remote.post("", data={"query": text, "edition": "4"})
    assert unknown.status_code == 404 and unknown.json()["type"].endswith("edition-not-found")


def test_the_cache_is_in_front_and_a_second_asking_does_not_reach_the_store(pair: Pair) -> None:
    text = f"SELECT * {{ <{EX}thing/5> ?p ?o }}"
    first = pair.remote.get("", params={"query": text})
    hits = metric(pair.remote, "observatoire_cache_hits_total")
    again = pair.remote.get("", params={"query": text})
    assert again.content == first.content
    assert metric(pair.remote, "observatoire_cache_hits_total") == hits + 1
    same = pair.remote.get("", params={"query": text}, headers={"If-None-Match": first.headers["etag"]})
    assert same.status_code == 304


def metric(client: httpx.Client, name: str) -> float:
    address = client.base_url.copy_with(path="/metrics")
    found = next(line for line in client.get(address).text.split("\n") if line.startswith(name))
    return float(found.split()[1])


def test_without_its_store_the_service_says_so_and_when_to_try_again(tmp_path: Path) -> None:
    announce(tmp_path, cut_edition(tmp_path, 1, numbered(1)))
    nowhere = "http://127.0.0.1:9/{slot}"
    remote = RemoteSettings(query_url=f"{nowhere}/sparql", store_url=f"{nowhere}/data")
    with endpoint(EditionStores(tmp_path / "editions"), tmp_path, remote=remote) as live:
        answer = patient.post(live.url, data={"query": "ASK {}"})
        assert answer.status_code == 503 and answer.headers["retry-after"] == "5"
        assert answer.json()["type"].endswith("remote-unreachable")
        assert live.engine.status().workers == 0 and live.engine.current_edition() == 1


def test_settings_that_cannot_work_are_refused_in_plain_words() -> None:
    for wrong, said in (
        ({"query_url": "http://s/{slot}/q", "store_url": "http://s/one/data"}, "must hold {slot}"),
        ({"query_url": "http://s/q", "store_url": "http://s/data"}, "SEALS_URL"),
        ({"query_url": "http://s/{slot}/q", "store_url": "http://s/{slot}/data", "slots": "a,seals"}, "SLOTS"),
    ):
        with pytest.raises(ValueError, match=said):
            RemoteSettings(**wrong)  # type: ignore[arg-type]
    assert RemoteSettings().query_url == ""

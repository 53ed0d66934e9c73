"""What clients of all kinds ask of `/sparql`, and what they are answered, header by header."""

from __future__ import annotations

import csv
import gzip
import io
import json
import re
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event
from xml.etree import ElementTree

import httpx
import pytest
import rdflib
import zstandard

from sparql_api.formats.negotiation import GRAPHS, TABLES
from sparql_api.query.stores import EditionStores, SingleStore
from tests import patient
from tests.sparql_api.endpoint.live import Live, endpoint, small_quads, wait_until, write_store

SELECT = "SELECT ?v { <http://example.org/thing/7> <http://example.org/value> ?v }"
ASK = "ASK { ?s <http://example.org/value> 7 }"
CONSTRUCT = "CONSTRUCT WHERE { <http://example.org/thing/7> ?p ?o }"
DESCRIBE = "DESCRIBE <http://example.org/thing/7>"
MANY = "SELECT ?s ?v { ?s <http://example.org/value> ?v }"


def get(client: httpx.Client, query: str, **headers: str) -> httpx.Response:
    return client.get("/sparql", params={"query": query}, headers=headers)


@pytest.mark.parametrize("query", [SELECT, ASK])
@pytest.mark.parametrize("media_type", TABLES.values())
def test_a_table_comes_in_each_format_asked_for(client: httpx.Client, query: str, media_type: str) -> None:
    answer = get(client, query, Accept=media_type)
    assert answer.status_code == 200
    assert answer.headers["content-type"].partition(";")[0] == media_type
    assert b"7" in answer.content or b"true" in answer.content


@pytest.mark.parametrize("query", [CONSTRUCT, DESCRIBE])
@pytest.mark.parametrize("media_type", GRAPHS.values())
def test_a_graph_comes_in_each_format_asked_for(client: httpx.Client, query: str, media_type: str) -> None:
    answer = get(client, query, Accept=media_type)
    assert answer.headers["content-type"].partition(";")[0] == media_type
    names = {"application/ld+json": "json-ld", "application/n-quads": "nquads", "application/trig": "trig"}
    name = names.get(media_type, media_type)
    graph = rdflib.Dataset(default_union=True) if name in ("nquads", "trig") else rdflib.Graph()
    assert len(graph.parse(data=answer.content, format=name)) == 3


@pytest.mark.parametrize(
    ("accept", "query", "expected"),
    [
        ("*/*", SELECT, "application/sparql-results+json"),
        ("*/*", CONSTRUCT, "text/turtle"),
        ("text/*", SELECT, "text/csv"),
        ("text/csv;q=0.5, application/sparql-results+xml;q=0.6", SELECT, "application/sparql-results+xml"),
        ("text/csv;q=0, */*;q=0.1", SELECT, "application/sparql-results+json"),
        ("application/json", SELECT, "application/json"),
        ("application/json", CONSTRUCT, "application/json"),
        ("application/ld+json;q=0.9, text/turtle;q=0.8", CONSTRUCT, "application/ld+json"),
        ('application/sparql-results+json; charset="utf-8"', SELECT, "application/sparql-results+json"),
        ("TEXT/CSV", SELECT, "text/csv"),
    ],
)
def test_the_accept_header_decides_by_weight(client: httpx.Client, accept: str, query: str, expected: str) -> None:
    answer = get(client, query, Accept=accept)
    assert answer.headers["content-type"].partition(";")[0] == expected
    assert "accept" in answer.headers["vary"].lower()


@pytest.mark.parametrize(
    ("accept", "query"),
    [("image/png", SELECT), ("text/turtle", SELECT), ("text/csv", CONSTRUCT), ("*/*;q=0", SELECT)],
)
def test_what_cannot_be_given_is_not_acceptable(client: httpx.Client, accept: str, query: str) -> None:
    answer = get(client, query, Accept=accept)
    assert answer.status_code == 406
    assert answer.json()["available"]


@pytest.mark.parametrize(
    ("name", "query", "expected"),
    [
        ("csv", SELECT, "text/csv"),
        ("json", SELECT, "application/sparql-results+json"),
        ("xml", SELECT, "application/sparql-results+xml"),
        ("json", CONSTRUCT, "application/ld+json"),
        ("xml", CONSTRUCT, "application/rdf+xml"),
        ("jsonld", CONSTRUCT, "application/ld+json"),
        ("turtle", DESCRIBE, "text/turtle"),
        ("application/sparql-results+json", SELECT, "application/sparql-results+json"),
    ],
)
def test_a_short_name_wins_over_the_header(client: httpx.Client, name: str, query: str, expected: str) -> None:
    for parameter in ("format", "_format"):
        answer = client.get("/sparql", params={"query": query, parameter: name}, headers={"Accept": "image/png"})
        assert answer.headers["content-type"].partition(";")[0] == expected


def test_an_unknown_short_name_is_not_acceptable(client: httpx.Client) -> None:
    assert client.get("/sparql", params={"query": SELECT, "format": "docx"}).status_code == 406


def test_head_answers_as_get_without_the_body(client: httpx.Client) -> None:
    whole, head = get(client, SELECT), client.head("/sparql", params={"query": SELECT})
    assert head.status_code == 200
    assert head.content == b""
    assert head.headers["content-length"] == whole.headers["content-length"]
    assert head.headers["etag"] == whole.headers["etag"]


def test_a_page_of_another_origin_may_ask(client: httpx.Client) -> None:
    preflight = client.options(
        "/sparql",
        headers={
            "Origin": "https://elsewhere.example",
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "content-type",
        },
    )
    assert preflight.status_code == 204
    assert preflight.headers["access-control-allow-origin"] == "*"
    assert "POST" in preflight.headers["access-control-allow-methods"]
    assert "content-type" in preflight.headers["access-control-allow-headers"]
    for answer in (get(client, SELECT), get(client, "SELECT")):
        assert answer.headers["access-control-allow-origin"] == "*"
        assert "access-control-allow-credentials" not in answer.headers


def test_an_answer_says_its_edition_and_is_not_sent_twice(client: httpx.Client) -> None:
    first = get(client, SELECT)
    assert first.headers["observatoire-edition"] == "1"
    again = get(client, SELECT, **{"If-None-Match": first.headers["etag"]})
    assert again.status_code == 304
    assert again.content == b""
    assert again.headers["etag"] == first.headers["etag"]
    assert again.headers["observatoire-edition"] == "1"
    other = get(client, SELECT, **{"If-None-Match": first.headers["etag"], "Accept": "text/csv"})
    assert other.status_code == 200
    assert other.headers["etag"] != first.headers["etag"]


def test_a_pinned_edition_may_be_kept_for_ever_and_the_current_one_not(client: httpx.Client) -> None:
    pinned = client.get("/sparql", params={"query": SELECT, "edition": "1"})
    assert "immutable" in pinned.headers["cache-control"]
    assert "max-age=0" in get(client, SELECT).headers["cache-control"]
    assert client.get("/sparql", params={"query": SELECT, "edition": "9"}).status_code == 404
    assert client.get("/sparql", params={"query": SELECT, "edition": "x"}).status_code == 400
    assert client.get("/sparql", params={"query": SELECT, "edition": "current"}).status_code == 200


def test_what_changes_at_each_evaluation_is_not_kept(client: httpx.Client) -> None:
    answers = [get(client, "SELECT (STRUUID() AS ?id) {}") for _ in range(2)]
    assert answers[0].text != answers[1].text
    assert answers[0].headers["cache-control"] == "no-store"
    assert "etag" not in answers[0].headers


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("gzip", "gzip"),
        ("zstd, gzip", "zstd"),
        ("gzip;q=1, zstd;q=0.5", "gzip"),
        ("identity", None),
        ("br", None),
    ],
)
def test_answers_are_compressed_as_the_client_takes_them(
    client: httpx.Client, accepted: str, coding: str | None
) -> None:
    plain = client.get("/sparql", params={"query": MANY}, headers={"Accept-Encoding": "identity"}).content
    with client.stream("GET", "/sparql", params={"query": MANY}, headers={"Accept-Encoding": accepted}) as answer:
        raw = b"".join(answer.iter_raw())
    assert answer.headers.get("content-encoding") == coding
    assert "accept-encoding" in answer.headers["vary"].lower()
    unpacked = {
        "gzip": gzip.decompress,
        "zstd": lambda d: zstandard.ZstdDecompressor().decompressobj().decompress(d),
    }
    assert unpacked.get(coding or "", bytes)(raw) == plain


def test_a_large_answer_is_compressed_on_its_way(client: httpx.Client) -> None:
    query = "SELECT * { ?s <http://example.org/next> ?o . ?t <http://example.org/value> ?v FILTER(?v < 20) }"
    plain = get(client, query, **{"Accept-Encoding": "identity"})
    packed = get(client, query, **{"Accept-Encoding": "gzip"})
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.content == plain.content
    assert len(plain.content) == int(plain.headers["content-length"]) > 1 << 20


def test_an_answer_may_be_asked_as_a_file(client: httpx.Client) -> None:
    answer = client.get("/sparql", params={"query": SELECT, "format": "csv", "download": 'my "projets"'})
    assert answer.headers["content-disposition"] == 'attachment; filename="my--projets.csv"'


def test_a_query_is_decoded_once(client: httpx.Client) -> None:
    text = 'SELECT ("100%25 + a&b=c;d" AS ?x) {}'
    for answer in (
        client.get("/sparql", params={"query": text, "format": "json"}),
        client.post("/sparql", data={"query": text, "format": "json"}),
        client.post("/sparql?format=json", content=text, headers={"Content-Type": "application/sparql-query"}),
    ):
        assert answer.json()["results"]["bindings"][0]["x"]["value"] == "100%25 + a&b=c;d"


def test_the_request_names_the_dataset(client: httpx.Client) -> None:
    count = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
    named = "SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }"
    g1, g2 = "http://example.org/g1", "http://example.org/g2"

    def number(query: str, **parameters: object) -> int:
        answer = client.get("/sparql", params={"query": query, "format": "csv", **parameters})  # type: ignore[arg-type]
        return int(answer.text.split("\r\n")[1])

    assert number(count) == 1998
    assert number(count, **{"default-graph-uri": g2}) == 666
    assert number(count, **{"default-graph-uri": [g1, g2]}) == 1998
    assert number(count, **{"named-graph-uri": g1}) == 0
    assert number(named, **{"named-graph-uri": g1}) == 1332
    assert number(named, **{"default-graph-uri": g1}) == 0
    from_first = count.replace("{", f"FROM <{g1}> {{")
    assert number(from_first) == 1332
    assert number(from_first, **{"default-graph-uri": g2}) == 666, "the request wins over FROM"
    assert number(named.replace("{", f"FROM NAMED <{g2}> {{", 1)) == 666
    assert number(count.replace("{", f"FROM NAMED <{g2}> {{")) == 0


def test_the_usual_prefixes_need_no_declaration_and_relative_iris_a_base(client: httpx.Client) -> None:
    assert get(client, "ASK { ?s skos:prefLabel ?l }").json()["boolean"] is True
    row = get(client, "SELECT (<projet/1> AS ?x) {}").json()["results"]["bindings"][0]
    assert row["x"]["value"] == "https://w3id.org/observatoire-ia/projet/1"


def test_the_columns_of_select_star_come_in_the_order_they_are_written(client: httpx.Client) -> None:
    for query in (
        "SELECT * { ?z ?b ?a } LIMIT 1",
        "SELECT DISTINCT * { ?z ?b ?a { SELECT ?a { ?q ?p ?a } } }",
    ):
        header = client.get("/sparql", params={"query": query, "format": "csv"}).text.split("\r\n")[0]
        assert header == "z,b,a"


def test_languages_and_special_characters_survive_every_format(client: httpx.Client) -> None:
    query = "SELECT ?l { <http://example.org/thing/7> skos:prefLabel ?l }"
    label = 'chose "7", é\n'
    row = get(client, query).json()["results"]["bindings"][0]["l"]
    assert row == {"type": "literal", "value": label, "xml:lang": "fr"}
    table = client.get("/sparql", params={"query": query, "format": "csv"}).text
    assert list(csv.reader(io.StringIO(table, newline="")))[1] == [label]


@pytest.mark.parametrize(
    ("query", "format"),
    [
        ('SELECT ("\\u0001" AS ?x) {}', "xml"),
        ('SELECT ("\\uFFFE" AS ?x) {}', "xml"),
        ("CONSTRUCT { <urn:a> <http://example.org/123> 1 } {}", "rdf"),
        ("CONSTRUCT { <urn:a> <urn:p> <<( <urn:a> <urn:p> 1 )>> } {}", "jsonld"),
    ],
)
def test_what_a_format_cannot_say_is_an_error_in_it_and_not_in_others(
    client: httpx.Client, query: str, format: str
) -> None:
    refused = client.get("/sparql", params={"query": query, "format": format})
    assert refused.status_code == 406
    for media_type in refused.json()["available"][:3]:
        assert get(client, query, Accept=media_type).status_code == 200


def test_line_ends_survive_xml(client: httpx.Client) -> None:
    for query, form in (
        ('SELECT ("a\\r\\nb" AS ?x) {}', "xml"),
        ('CONSTRUCT { <urn:a> <urn:p> "a\\r\\nb" } {}', "rdf"),
    ):
        answer = client.get("/sparql", params={"query": query, "format": form})
        assert "a\r\nb" in "".join(ElementTree.fromstring(answer.text).itertext())


def test_a_refused_query_is_counted_and_logged_too(client: httpx.Client, live: Live) -> None:
    get(client, "SELECT * { SERVICE <http://elsewhere.example/> {} }")
    assert 'outcome="service-refused"' in client.get("/metrics").text
    last = (live.settings.var / "log" / "queries.jsonl").read_text().splitlines()[-1]
    assert json.loads(last)["outcome"] == "service-refused"


def test_updates_are_refused_with_the_reason(client: httpx.Client) -> None:
    text = "INSERT DATA { <urn:a> <urn:b> 1 }"
    for answer in (
        client.post("/sparql", data={"update": text}),
        client.post("/sparql", content=text, headers={"Content-Type": "application/sparql-update"}),
        client.post("/sparql", data={"query": text}),
        get(client, "LOAD <http://example.org/>"),
    ):
        assert answer.status_code == 403
        assert answer.json()["type"].endswith("/update-refused")


def test_an_error_is_told_in_the_callers_language(client: httpx.Client) -> None:
    french, english = get(client, "SELECT"), get(client, "SELECT", **{"Accept-Language": "en-GB, fr;q=0.5"})
    assert french.headers["content-language"] == "fr"
    assert english.headers["content-language"] == "en"
    assert french.json()["title"] != english.json()["title"]
    assert french.json()["type"] == english.json()["type"]
    told = client.get(httpx.URL(french.json()["type"]).path.replace("/observatoire-ia", ""))
    assert told.json()["title"]["en"] == english.json()["title"]


def test_the_endpoint_counts_what_it_does(client: httpx.Client, live: Live) -> None:
    get(client, SELECT + " # counted")
    get(client, SELECT + " # counted")
    get(client, "SELECT")
    text = client.get("/metrics").text
    assert 'observatoire_queries_total{cached="true",outcome="ok"}' in text
    assert "observatoire_workers 2.0" in text
    lines = (live.settings.var / "log" / "queries.jsonl").read_text().splitlines()
    counted, refused = (json.loads(line) for line in lines[-2:])
    assert (counted["outcome"], counted["rows"], counted["cached"]) == ("ok", 1, True)
    assert refused["outcome"] == "syntax"
    assert not any("example.org" in line or "127.0.0.1" in line for line in lines)


COUNTED = {
    "observatoire_queries_total",
    *(f"observatoire_{what}_{part}" for what in ("query_seconds", "answer_bytes") for part in ("bucket", "count", "sum")),
    *(f"observatoire_{what}" for what in ("workers", "workers_busy", "queries_waiting")),
    *(f"observatoire_{what}" for what in ("spool_bytes", "cache_bytes", "edition")),
    *(f"observatoire_{what}_total" for what in ("worker_restarts", "cache_hits", "cache_misses")),
}
"""What who watches the service relies on by name."""


def test_the_figures_have_the_names_that_others_rely_on(client: httpx.Client) -> None:
    get(client, SELECT + " # an answer of its own")
    lines = [line for line in client.get("/metrics").text.splitlines() if not line.startswith("#")]
    assert {re.split(r"[{ ]", line)[0] for line in lines} == COUNTED
    seconds = [float(line.rpartition(" ")[2]) for line in lines if line.startswith("observatoire_query_seconds_bucket")]
    (count,) = (float(line.split()[1]) for line in lines if line.startswith("observatoire_query_seconds_count"))
    assert seconds == sorted(seconds) and len(seconds) == 14 and seconds[-1] == count >= 1


def test_a_new_edition_is_answered_from_at_once_and_the_old_one_when_asked(tmp_path: Path) -> None:
    editions = tmp_path / "editions"
    for number in (1, 2):
        (editions / str(number)).mkdir(parents=True)
        write_store(editions / str(number) / "store", small_quads(3 * number))
    link = editions / "current"
    link.symlink_to("1")
    count = {"query": "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", "format": "csv"}
    with endpoint(EditionStores(editions), tmp_path) as live, patient.Client() as client:

        def ask(**parameters: str) -> tuple[str, str]:
            answer = client.get(live.url, params={**count, **parameters})
            return answer.headers["observatoire-edition"], answer.text.split("\r\n")[1]

        assert ask() == ("1", "3")
        assert client.get(live.url, params={**count, "edition": "2"}).status_code == 404, "not published yet"
        (editions / "next").symlink_to("2")
        (editions / "next").replace(link)
        assert ask() == ("2", "6")
        assert ask(edition="1") == ("1", "3")


def test_while_editions_change_every_answer_is_of_the_one_it_names(tmp_path: Path) -> None:
    editions = tmp_path / "editions"
    for number in range(1, 6):
        (editions / str(number)).mkdir(parents=True)
        write_store(editions / str(number) / "store", small_quads(3 * number))
    (editions / "current").symlink_to("1")
    seen: Counter[int] = Counter()
    over = Event()

    def watch(url: str) -> None:
        parameters = {"query": "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", "format": "csv"}
        with patient.Client() as client:
            while not over.is_set():
                answer = client.get(url, params=parameters)
                edition = int(answer.headers["observatoire-edition"])
                assert int(answer.text.split()[1]) == 3 * edition
                seen[edition] += 1

    with endpoint(EditionStores(editions), tmp_path) as live, ThreadPoolExecutor(3) as pool:
        watching = [pool.submit(watch, live.url) for _ in range(3)]
        for number in range(1, 6):
            (editions / "next").symlink_to(str(number))
            (editions / "next").replace(editions / "current")
            wait_until(lambda number=number: seen[number] > 5 or any(f.done() for f in watching))
        over.set()
        for future in watching:
            future.result()
    assert set(seen) == {1, 2, 3, 4, 5}


def test_without_an_edition_the_endpoint_says_what_to_do(tmp_path: Path) -> None:
    with endpoint(EditionStores(tmp_path / "editions"), tmp_path) as live:
        answer = patient.get(live.url, params={"query": SELECT})
        assert answer.status_code == 503
        assert "observatoire demo" in answer.json()["detail"]


def test_a_popular_query_is_computed_once(store: Path, tmp_path: Path) -> None:
    query = "SELECT (COUNT(*) AS ?n) { ?a skos:prefLabel ?b . ?c skos:prefLabel ?d FILTER(STR(?b) = STR(?d)) }"
    with endpoint(SingleStore(store), tmp_path, query_timeout=300) as live, ThreadPoolExecutor(8) as pool:

        def ask(_: int) -> str:
            return httpx.get(live.url, params={"query": query}, timeout=300).text

        assert len(set(pool.map(ask, range(8)))) == 1
        lines = [json.loads(line) for line in (tmp_path / "log" / "queries.jsonl").read_text().splitlines()]
        assert sum(not line["cached"] for line in lines) == 1

"""What clients of all kinds ask of `/sparql`, and what they are answered, header by header."""

from __future__ import annotations

import gzip

import httpx
import pytest
import zstandard

from tests.sparql_api.endpoint.asking import SELECT, get

MANY = "SELECT ?s ?v { ?s <http://example.org/value> ?v }"


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

"""What `/sparql` answers, to the byte: as it stood in `expected/answers.csv` before it was made by another way.

Where an answer is to change, `python -m tests.sparql_api.endpoint.test_answers` writes the file anew: read its difference.
"""

from __future__ import annotations

import csv
import re
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from unittest.mock import patch
from urllib.parse import quote, urlsplit

import pytest

from sparql_api.app import create_app
from sparql_api.settings import Settings
from tests.sparql_api.endpoint.live import serve, small_quads, write_store
from tests.sparql_api.endpoint.test_kept import FORM, JSON, ask, request

EXPECTED = Path(__file__).with_name("expected") / "answers.csv"
THING = "<http://example.org/thing/7>"
SELECT = quote(f"SELECT ?v {{ {THING} <http://example.org/value> ?v }}")
STAR = quote("SELECT * { ?s <http://example.org/value> ?o } ORDER BY ?o LIMIT 40")
GRAPH = quote(f"CONSTRUCT WHERE {{ {THING} <http://example.org/value> ?o }}")
TEXT = "Content-Type: application/sparql-query\r\n"
ACCEPTED = ("application/sparql-results+xml", "text/csv", "text/tab-separated-values", "application/json", "*/*", "a/b")
WRITTEN = ("text/turtle", "application/n-triples", "application/ld+json", "application/rdf+xml", "text/html, a/b", "a/b")
PARAMETERS = (
    *("edition=1", "edition=current", "edition=9", "edition=1.5", "timeout=7", "timeout=0", "timeout=x", "download"),
    *("download=a/b", "format=csv", "format=&format=xml", "_format=tsv", "format=nothing", "rien=1&n%C3%A9ant=2"),
    *("default-graph-uri=http://example.org/g1", "named-graph-uri=http://example.org/g2", "default-graph-uri=x"),
    *("update=x", "version=1.2", "lang=en", "query=ASK%20{}"),
)
ASKED = [
    request(f"/sparql?query={SELECT}"),
    *(request(f"/sparql?query={SELECT}", f"Accept: {accept}\r\n") for accept in ACCEPTED),
    *(request(f"/sparql?query={GRAPH}", f"Accept: {accept}\r\n") for accept in WRITTEN),
    *(request(f"/sparql?query={SELECT}&{given}") for given in PARAMETERS),
    *(request(f"/sparql?query={STAR}", JSON + f"Accept-Encoding: {coding}\r\n") for coding in ("gzip", "zstd", "br", "*")),
    request("/sparql", FORM + JSON, f"query={SELECT}&timeout=3&rien=1"),
    request("/sparql?rien=1", TEXT, "ASK {}"),
    request("/sparql", TEXT, "ASK {}", "QUERY"),
    request("/sparql?query=ASK%20{}", TEXT, "ASK {}"),
    request("/sparql", "Content-Type: application/sparql-update\r\n", "CLEAR ALL"),
    request("/sparql", "Content-Type: text/plain\r\n", "ASK {}"),
    request("/sparql", TEXT.replace("\r", "; charset=latin-1\r"), "ASK {}"),
    request("/sparql", FORM, "query=%FF"),
    request("/sparql", FORM, "x=1"),
    request("/sparql?query=%FF"),
    request("/sparql", "Accept: text/turtle\r\n"),
    request("/sparql", "Accept: text/csv\r\n"),
    request("/sparql/?query=ASK%20{}"),
    request(f"/sparql?query={SELECT}", method="HEAD"),
    request(f"/sparql?query={STAR}", "Accept-Encoding: gzip\r\n", method="HEAD"),
    request(f"/sparql?query={SELECT}", "If-None-Match: *\r\n"),
    request(f"/sparql?query={SELECT}", 'If-None-Match: W/"x"\r\n'),
    request("/sparql", method="OPTIONS"),
    request("/sparql", "Access-Control-Request-Headers: x-a\r\n", method="OPTIONS"),
    request("/sparql", method="DELETE"),
    request(f"/sparql?query={quote('SELECT (NOW() < NOW() AS ?now) {}')}"),
    request(f"/sparql?query={quote('SELECT ?x { ?x a oia:Projett }')}"),
    request(f"/sparql?query={quote('SELECT ?x { ?x a')}", "Accept-Language: en\r\n"),
    request(f"/sparql?query={quote('SELECT ?x { ?x a')}", "Accept-Language: fr\r\n"),
    request(f"/sparql?query={quote('SELECT * { SERVICE <http://elsewhere.example/> {} }')}"),
    request(f"/sparql?query={quote('INSERT DATA {}')}"),
    request(f"/sparql?query={quote('ASK {} #' + 'x' * 9000)}"),
    request(f"/sparql?query={quote('SELECT ?x FROM <http://example.org/g2> { ?x ?y ?z } LIMIT 1')}", "Range: bytes=0-3\r\n"),
    request(f"/sparql?query={quote('SELECT ?v { BIND(1/0 AS ?v) }')}", JSON),
]


@contextmanager
def service(store: Path, var: Path) -> Iterator[str]:
    """Serve a small store as the only edition, as the service does."""
    (var / "editions" / "1").mkdir(parents=True)
    (var / "editions" / "1" / "store").symlink_to(store)
    (var / "editions" / "1" / "manifest.json").write_text("{}")
    (var / "editions" / "current").symlink_to("1")
    # The page of SPARQL is the plain one, whether set-up could bring an editor or not.
    with (
        patch("sparql_api.pages.editor.form.editor_files", return_value=""),
        serve(create_app(Settings(var=var, workers=1, front_mb=0))) as url,
    ):
        yield url


def plain(answer: bytes, url: str) -> tuple[str, str]:
    """Return the head of an answer but for what changes with the moment and the release, and a digest of its body."""
    head, _, body = answer.partition(b"\r\n\r\n")
    head = re.sub(rb'(?m)^(date: |ratelimit: |etag: W/).*\r$', rb"\1\r", head + b"\r\n")
    port = str(urlsplit(url).port).encode()
    digest = sha256(body.replace(port, b"port")).hexdigest()[:16] if b"content-encoding" not in head else ""
    return head.decode("latin-1").replace("\r\n", "\n"), digest


def known(asked: bytes) -> str:
    text = asked.decode("latin-1").replace("\r\n", "\n")
    return text if len(text) < 2000 else text[:200]


@pytest.fixture(scope="module")
def url(store: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with service(store, tmp_path_factory.mktemp("answers")) as found:
        yield found


def test_sparql_answers_as_it_did(url: str) -> None:
    with EXPECTED.open(encoding="utf-8", newline="") as file:
        expected = {row["request"]: (row["head"], row["body"]) for row in csv.DictReader(file)}
    assert list(expected) == [known(asked) for asked in ASKED]
    found = {known(asked): plain(ask(url, asked)[0], url) for asked in ASKED}
    assert {name for name in found if found[name] != expected[name]} == set()


def test_a_second_request_on_a_connection_is_answered_as_the_first(url: str) -> None:
    for asked in ASKED:
        if not asked.startswith((b"DELETE", b"OPTIONS")):
            first, second = ask(url, asked, 2)
            assert plain(first, url) == plain(second, url), asked


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        made = write_store(Path(folder) / "store", small_quads())
        with service(made, Path(folder) / "var") as address:
            EXPECTED.parent.mkdir(exist_ok=True)
            with Path(sys.argv[1] if len(sys.argv) > 1 else EXPECTED).open("w", encoding="utf-8", newline="") as out:
                rows = csv.writer(out, lineterminator="\n")
                rows.writerow(("request", "head", "body"))
                rows.writerows((known(asked), *plain(ask(address, asked)[0], address)) for asked in ASKED)

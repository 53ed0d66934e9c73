"""Law 4 behind another store: what it cuts, ends early or garbles never comes out with status 200.

The store here is made by hand: it seals its slot as it should, and cuts its answers as stores are known to do, over
connections that end well or not.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest

from sparql_api.engine.remote.seals import Seal
from sparql_api.formats.negotiation import GRAPHS, TABLES
from sparql_api.query.stores import EditionStores
from sparql_api.settings import RemoteSettings
from tests.sparql_api.endpoint.live import Live, endpoint
from tests.sparql_api.remote.making import announce, cut_edition, numbered

TABLE = json.dumps(
    {
        "head": {"vars": ["s", "l"]},
        "results": {
            "bindings": [
                {
                    "s": {"type": "uri", "value": f"http://example.org/{i}"},
                    "l": {"type": "literal", "value": f'dit "{i}"\n', "xml:lang": "fr"},
                }
                for i in range(12)
            ]
        },
    }
).encode()
GRAPH = b"".join(b'<http://example.org/%d> <http://example.org/l> "dit \\"%d\\"\\n"@fr .\n' % (i, i) for i in range(12))
SELECT = "SELECT ?s ?l { ?s <http://example.org/l> ?l }"
CONSTRUCT = "CONSTRUCT { ?s <http://example.org/l> ?l } WHERE { ?s <http://example.org/l> ?l }"


@dataclass
class Faulty:
    """How the store answers its next query."""

    seal: Seal = field(default_factory=lambda: Seal.fresh(1, "0" * 64))
    status: int = 200
    content_type: str = "application/sparql-results+json"
    body: bytes = TABLE
    framing: str = "length"
    """`length` of the bytes that come; `promised`, a length of more; `chunked`; `close`, the connection's end."""
    header: str = "X-Nothing"


class Handler(BaseHTTPRequestHandler):
    """Answers as told; each connection is for one answer."""

    faulty: Faulty

    def do_GET(self) -> None:
        data = self.faulty.seal.triples("a") if "slot%3Aa" in self.path or "slot:a" in self.path else b""
        self.send(200 if data else 404, "application/n-triples", data, "length")

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        faulty = self.faulty
        self.send(faulty.status, faulty.content_type, faulty.body, faulty.framing)

    def send(self, status: int, content_type: str, data: bytes, framing: str) -> None:
        self.protocol_version = "HTTP/1.1"
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Connection", "close")
        self.send_header(self.faulty.header, "1")
        if framing == "chunked":
            self.send_header("Transfer-Encoding", "chunked")
            data = b"%x\r\n%s\r\n0\r\n\r\n" % (len(data), data) if data else b"0\r\n\r\n"
        elif framing != "close":
            self.send_header("Content-Length", str(len(data) + (framing == "promised") * 10))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *arguments: object) -> None:
        pass


@contextmanager
def faulty_store() -> Iterator[tuple[str, Faulty]]:
    """Run the store; gives its address and how it answers."""
    faulty = Faulty()
    handler = type("Handler", (Handler,), {"faulty": faulty})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}", faulty
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@dataclass(frozen=True)
class Before:
    """A service before a faulty store."""

    live: Live
    faulty: Faulty
    client: httpx.Client

    def ask(self, query: str, accept: str, **more: str) -> httpx.Response:
        return self.client.post("", data={"query": query, **more}, headers={"Accept": accept})


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Before]:
    var = tmp_path_factory.mktemp("cut")
    announce(var, cut_edition(var, 1, numbered(1)))
    with faulty_store() as (url, faulty):
        remote = RemoteSettings(query_url=f"{url}/{{slot}}/query", store_url=f"{url}/{{slot}}/data")
        values = {"cache_mb": 0, "compress": False, "log_queries": False}
        with (
            endpoint(EditionStores(var / "editions"), var, remote=remote, **values) as live,
            httpx.Client(base_url=live.url, timeout=30) as client,
        ):
            yield Before(live, faulty, client)


def told(before: Before, **values: object) -> None:
    for name, value in {**vars(Faulty(before.faulty.seal)), **values}.items():
        setattr(before.faulty, name, value)


@pytest.mark.parametrize("step", [205, pytest.param(41, marks=pytest.mark.long)])
@pytest.mark.parametrize("media_type", TABLES.values())
def test_a_table_cut_anywhere_is_an_error_in_every_format(before: Before, media_type: str, step: int) -> None:
    told(before)
    whole = before.ask(SELECT, media_type)
    assert whole.status_code == 200
    for framing in ("length", "promised", "chunked", "close"):
        for cut in range(0, len(TABLE) - 1, step):
            told(before, body=TABLE[:cut], framing=framing)
            answer = before.ask(SELECT, media_type)
            assert answer.status_code == 502, (framing, cut)
            assert answer.json()["type"].endswith("remote-failed")
    told(before, framing="chunked")
    assert before.ask(SELECT, media_type).content == whole.content


@pytest.mark.parametrize("step", [111, pytest.param(37, marks=pytest.mark.long)])
@pytest.mark.parametrize("media_type", [m for m in GRAPHS.values()])
def test_a_graph_cut_anywhere_is_an_error_in_every_format(before: Before, media_type: str, step: int) -> None:
    told(before, body=GRAPH, content_type="application/n-triples")
    whole = before.ask(CONSTRUCT, media_type)
    assert whole.status_code == 200
    for framing in ("length", "promised", "chunked", "close"):
        for cut in range(1, len(GRAPH) - 1, step):
            told(before, body=GRAPH[:cut], content_type="application/n-triples", framing=framing)
            answer = before.ask(CONSTRUCT, media_type)
            ends_a_line = GRAPH[cut - 1 : cut] == b"\n" and framing in ("length", "chunked")
            assert answer.status_code == 502 or ends_a_line, (framing, cut)
    # A whole graph whose end is the connection's alone could be half of one.
    told(before, body=GRAPH, content_type="application/n-triples", framing="close")
    assert before.ask(CONSTRUCT, media_type).status_code == 502


@pytest.mark.parametrize(
    ("query", "content_type", "body", "status"),
    [
        # As Fuseki 5.6 ends a table at its deadline, and the Oxigraph server 0.5 a graph: status 200, an orderly end.
        (SELECT, "application/sparql-results+json", TABLE[:300] + b"\n##  Query cancelled due to timeout during execution   ##\n", 504),
        (CONSTRUCT, "application/n-triples", GRAPH[:120] + b"The SPARQL operation has been cancelled", 504),
        (SELECT, "text/html", b"<html>an error page</html>", 502),
        (SELECT, "application/sparql-results+json", b'{"head":{},"boolean":true}', 502),
        ("ASK {}", "application/sparql-results+json", TABLE, 502),
        (CONSTRUCT, "application/n-triples", b"not a triple\n", 502),
        (SELECT, "application/sparql-results+json", b"", 502),
    ],
)  # fmt: skip
def test_what_is_no_whole_answer_is_an_error(
    before: Before, query: str, content_type: str, body: bytes, status: int
) -> None:
    for framing in ("length", "chunked"):
        told(before, body=body, content_type=content_type, framing=framing)
        assert before.ask(query, "*/*").status_code == status


@pytest.mark.parametrize(("header", "status"), [("X-SQL-State", 504), ("X-SPARQL-MaxRows", 502)])
def test_a_whole_looking_table_from_which_rows_are_left_out_is_an_error(
    before: Before, header: str, status: int
) -> None:
    told(before, header=header)
    assert before.ask(SELECT, "text/csv").status_code == status


@pytest.mark.parametrize(
    ("status", "body", "expected", "name"),
    [
        (400, b"Parse error", 400, "evaluation"),
        (404, b"no such dataset", 502, "remote-failed"),
        (401, b"who are you", 502, "remote-failed"),
        (500, b"java.lang.OutOfMemoryError at line 1 of the server", 502, "remote-failed"),
        (503, b"Query timed out", 504, "deadline"),
        (504, b"", 504, "deadline"),
        (503, b"too many requests", 503, "remote-busy"),
        (429, b"", 503, "remote-busy"),
        (302, b"", 502, "remote-failed"),
        (204, b"", 502, "remote-failed"),
    ],
)
def test_each_refusal_of_the_store_has_a_problem_of_ours_without_its_words(
    before: Before, status: int, body: bytes, expected: int, name: str
) -> None:
    told(before, status=status, body=body, content_type="text/plain")
    answer = before.ask(SELECT, "text/csv")
    assert answer.status_code == expected and answer.json()["type"].endswith(name)
    assert "java" not in answer.text


def test_an_answer_whose_slot_was_opened_meanwhile_counts_for_nothing(before: Before) -> None:
    told(before)
    assert before.ask(SELECT, "text/csv").status_code == 200

    class Opening:
        """A body in whose sending another seal is put: as if the slot had been filled while the query ran."""

        def __len__(self) -> int:
            before.faulty.seal = Seal.fresh(2, "1" * 64)
            return len(TABLE)

    before.faulty.body = Opening()  # type: ignore[assignment]
    answer = before.ask(SELECT, "text/csv")
    assert answer.status_code in (502, 503)
    told(before, seal=Seal.fresh(2, "1" * 64))
    answer = before.ask(SELECT, "text/csv")
    assert answer.status_code == 503 and answer.json()["type"].endswith("remote-behind")
    told(before, seal=Seal.fresh(1, "0" * 64))
    assert before.ask(SELECT, "text/csv").status_code == 200

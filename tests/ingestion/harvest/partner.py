"""A partner's SPARQL endpoint on loopback: a real engine (pyoxigraph) behind the protocol, which can be made to fail."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

import pyoxigraph as ox

Fault = Callable[[BaseHTTPRequestHandler, int], bool]
"""Given the request and how many were answered before, answers in the place of the engine, or tells that it does not."""

TYPES = {"json": "application/sparql-results+json", "turtle": "text/turtle"}


@dataclass
class Partner:
    """The store that answers, what was asked, and what goes wrong."""

    store: ox.Store = field(default_factory=ox.Store)
    asked: list[str] = field(default_factory=list)
    agents: set[str] = field(default_factory=set)
    fault: Fault = lambda request, before: False
    url: str = ""

    def say(self, turtle: str) -> None:
        """Have the store hold this and nothing else."""
        self.store.clear()
        self.store.load(turtle.encode(), format=ox.RdfFormat.TURTLE)


@contextmanager
def partner() -> Iterator[Partner]:
    """Serve a partner."""
    one = Partner()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            query = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())["query"][0]
            before = len(one.asked)
            one.asked.append(query)
            one.agents.add(self.headers["User-Agent"])
            if not one.fault(self, before):
                answer(self, *evaluated(one.store, query))

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    one.url = f"http://127.0.0.1:{server.server_address[1]}/sparql"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield one
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def evaluated(store: ox.Store, query: str) -> tuple[int, bytes, dict[str, str]]:
    try:
        found = store.query(query)
    except SyntaxError as error:
        return 400, str(error).encode(), {}
    if isinstance(found, ox.QuerySolutions):
        return 200, found.serialize(format=ox.QueryResultsFormat.JSON) or b"", {"Content-Type": TYPES["json"]}
    assert isinstance(found, ox.QueryTriples)
    return 200, found.serialize(format=ox.RdfFormat.TURTLE) or b"", {"Content-Type": TYPES["turtle"]}


def answer(request: BaseHTTPRequestHandler, status: int, body: bytes = b"", headers: dict[str, str] | None = None) -> bool:
    request.send_response(status)
    for name, value in {"Content-Length": str(len(body)), **(headers or {})}.items():
        request.send_header(name, value)
    request.end_headers()
    request.wfile.write(body)
    return True

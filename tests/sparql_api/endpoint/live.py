"""A SPARQL endpoint on a free port of this machine, for tests that speak HTTP to it."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import threading
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import uvicorn
from fastapi import FastAPI

from sparql_api.app import open_front
from sparql_api.computing.fairuse import FairUse
from sparql_api.endpoint.sparql import sparql_router
from sparql_api.engine.cached import CachedEngine
from sparql_api.engine.workers.gateway import Fetch, fetch
from sparql_api.engines import open_engine
from sparql_api.http.connections import door
from sparql_api.http.kept import Front
from sparql_api.http.problem_documents import install_problem_handlers
from sparql_api.query.stores import Stores
from sparql_api.settings import Settings

CROSS_PRODUCT = "SELECT * {?a ?b ?c . ?d ?e ?f . ?g ?h ?i}"
ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
"""The same, without an answer that grows."""


@dataclass(frozen=True)
class Live:
    """A running endpoint."""

    url: str
    engine: CachedEngine
    settings: Settings
    fair_use: FairUse
    front: Front


def write_store(path: Path, quads: list[ox.Quad]) -> Path:
    """Write a store that workers can open read-only, and return its folder."""
    store = ox.Store(path)
    store.extend(quads)
    store.flush()
    return path


def small_quads(count: int = 2000) -> list[ox.Quad]:
    """Return quads of two graphs: numbered things with a label, a value and a neighbour."""
    iri = ox.NamedNode
    first, second = iri("http://example.org/g1"), iri("http://example.org/g2")
    quads = []
    for i in range(count // 3):
        thing = iri(f"http://example.org/thing/{i}")
        label = ox.Literal(f'chose "{i}", é\n', language="fr")
        quads += [
            ox.Quad(thing, iri("http://www.w3.org/2004/02/skos/core#prefLabel"), label, first),
            ox.Quad(thing, iri("http://example.org/value"), ox.Literal(i), first),
            ox.Quad(thing, iri("http://example.org/next"), iri(f"http://example.org/thing/{i + 1}"), second),
        ]
    return quads


@contextlib.contextmanager
def endpoint(stores: Stores, var: Path, *, fetch: Fetch = fetch, keep_alive: int = 5, **values: Any) -> Iterator[Live]:
    """Serve some stores under `/sparql` while the block runs; `fetch` is how SERVICE reaches out, `keep_alive` for how
    many seconds a connection waits for a next request."""
    settings = Settings(var=var, **{"workers": 2, **values})
    fair_use = FairUse(settings.client_seconds, settings.client_window)
    engine = open_engine(settings, stores=stores, fair_use=fair_use, fetch=fetch)

    @contextlib.asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        await engine.start()
        try:
            yield
        finally:
            await engine.stop()

    app = FastAPI(lifespan=lifespan)
    install_problem_handlers(app)
    app.state.front = front = open_front(settings, engine, fair_use)
    assert front is not None
    app.include_router(sparql_router(engine, settings, fair_use=fair_use, front=front))
    with serve(app, settings.connections, keep_alive) as url:
        yield Live(f"{url}/sparql", engine, settings, fair_use, front)


@contextlib.contextmanager
def serve(app: FastAPI, connections: int = 1000, keep_alive: int = 5) -> Iterator[str]:
    """Run an application on a free port, behind the service's door, and give its address."""
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(
        app,
        http=door(connections, getattr(app.state, "front", None)),  # type: ignore[arg-type]
        log_level="error",
        timeout_graceful_shutdown=1,
        timeout_keep_alive=keep_alive,
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        wait_until(lambda: server.started or not thread.is_alive())
        assert server.started, "the server did not start"
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()
        listener.close()


def wait_until(state: Any, seconds: float = 300.0) -> None:
    """Wait for a state, at most so long."""
    deadline = time.monotonic() + seconds
    while not state():
        assert time.monotonic() < deadline, "the state waited for did not come"
        time.sleep(0.01)


def worker_pids() -> list[int]:
    """Return the process ids of the query workers that this process started."""
    found = []
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit():
            continue
        with contextlib.suppress(OSError):
            parent = folder.joinpath("stat").read_text().rpartition(")")[2].split()[1]
            command = folder.joinpath("cmdline").read_bytes()
            if int(parent) == os.getpid() and b"workers/worker.py" in command:
                found.append(int(folder.name))
    return found


def kill_workers() -> None:
    """Kill the query workers that this process started, whatever they do."""
    for pid in worker_pids():
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


class Trap:
    """A server on loopback that counts who connects, and sends them away."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}/"
        self.visits = 0
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.visits += 1  # Before the visitor is sent away: who waits for that sees the count.
            connection.close()

    def close(self) -> None:
        """Let nobody in any more."""
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

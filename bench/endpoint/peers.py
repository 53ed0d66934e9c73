"""The services compared: how each is started on loopback over the same triples, and stopped.

Every peer gets the union of the edition's graphs as its default graph; ours serves the edition itself. A peer that is not
installed, or does not load in its time, is left out and said. Nothing of theirs is kept: each starts from an empty folder.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import psutil

from bench.endpoint.client import Client, Server, Unanswered

BIN = Path(sys.executable).parent
FUSEKI = "org.apache.jena:jena-fuseki-server:5.6.0"
RDFLIB_TRIPLES = 3_000_000
"""Triples over which rdflib-endpoint is left out: about 1 kB and 20 µs each, all in memory."""


class NoPeer(Exception):
    """A peer that is not installed here, or does not take these data."""


@dataclass(frozen=True)
class Served:
    """What every peer serves, and the bounds of each: seconds a query, seconds of loading."""

    var: Path
    triples: Path
    count: int
    query_seconds: float
    load_seconds: float


@dataclass
class Peer:
    """A service: how it is started, and the process whose memory counts."""

    name: str
    url: str
    command: list[str]
    folder: Path
    env: dict[str, str] = field(default_factory=dict)
    pages: bool = False
    start_seconds: float = 120
    load_seconds: float = 0.0
    _process: subprocess.Popen[bytes] | None = None

    @property
    def target(self) -> Server:
        """Where it answers queries."""
        return Server.of(self.url)

    def start(self) -> None:
        """Start it and wait until it answers a query; raises NoPeer."""
        with (self.folder / f"{self.name}.log").open("ab") as log:
            self._process = subprocess.Popen(
                self.command, stdout=log, stderr=log, cwd=self.folder, env={**os.environ, **self.env}
            )
        end = time.monotonic() + self.start_seconds
        while not self.answers(5):
            if self._process.poll() is not None or time.monotonic() > end:
                self.stop()
                raise NoPeer(f"{self.name} did not start in {self.start_seconds:.0f} s")
            time.sleep(0.2)

    def answers(self, seconds: float) -> bool:
        """Tell whether it answers at all."""
        client = Client(self.target, seconds)
        try:
            return client.ask(self.target.query("ASK {}")).status == 200
        except Unanswered:
            return False
        finally:
            client.close()

    def stop(self) -> None:
        """Stop it."""
        process, self._process = self._process, None
        if process is None:
            return
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def processor(self) -> float:
        """Return the seconds of processor that the service and its children have had."""
        assert self._process is not None
        root = psutil.Process(self._process.pid)
        return sum(sum(one.cpu_times()[:2]) for one in [root, *root.children(recursive=True)])

    def memory(self) -> int:
        """Return the memory of the service and its children in bytes, what they share counted once."""
        assert self._process is not None
        root = psutil.Process(self._process.pid)
        return sum(one.memory_full_info().pss for one in [root, *root.children(recursive=True)])


def free_port() -> int:
    """Return a port of loopback that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def load(name: str, command: list[str], data: Served, folder: Path) -> float:
    """Run a loader, and return its seconds; raises NoPeer."""
    started = time.monotonic()
    try:
        subprocess.run(command, cwd=folder, check=True, capture_output=True, timeout=data.load_seconds)
    except subprocess.TimeoutExpired:
        raise NoPeer(f"{name} did not load in {data.load_seconds:.0f} s") from None
    return time.monotonic() - started


@contextmanager
def running(peer: Peer) -> Iterator[Peer]:
    """Start a service, and stop it in the end."""
    try:
        peer.start()
        yield peer
    finally:
        peer.stop()


@contextmanager
def observatoire(
    data: Served, folder: Path, *, cache: bool, more: Mapping[str, str] | None = None
) -> Iterator[Peer]:
    """Ours, over the edition, all its walls standing; a client's share is one that no client uses up.

    `more` are settings beside.
    """
    port = free_port()
    env = {
        "OBSERVATOIRE_VAR": str(data.var.absolute()),
        "OBSERVATOIRE_CLIENT_SECONDS": "1000000000",
        "OBSERVATOIRE_QUERY_TIMEOUT": str(data.query_seconds),
        **({} if cache else {"OBSERVATOIRE_CACHE_MB": "0"}),
        **(more or {}),
    }
    command = [str(BIN / "observatoire"), "serve", "--port", str(port)]
    name = "observatoire, cached" if cache else "observatoire"
    with running(Peer(name, f"http://127.0.0.1:{port}/sparql", command, folder, env, pages=True)) as peer:
        yield peer


@contextmanager
def oxigraph(data: Served, folder: Path) -> Iterator[Peer]:
    """The Oxigraph server: the same store, without the walls; optimised after loading, as its makers advise."""
    server = str(BIN / "oxigraph")
    if not Path(server).exists():
        raise NoPeer("oxigraph: pip install oxigraph")
    place = ["--location", "ox"]
    took = load("oxigraph", [server, "load", *place, "--file", str(data.triples), "--format", "nt"], data, folder)
    took += load("oxigraph", [server, "optimize", *place], data, folder)
    port = free_port()
    # No bound of its own: with `--timeout-s` it answered 500 to look-ups, and closed connections.
    command = [server, "serve-read-only", *place, "--bind", f"127.0.0.1:{port}"]
    with running(Peer("oxigraph", f"http://127.0.0.1:{port}/query", command, folder, load_seconds=took)) as peer:
        yield peer


@contextmanager
def fuseki(data: Served, folder: Path) -> Iterator[Peer]:
    """Apache Jena Fuseki over TDB2."""
    if not shutil.which("java") or not shutil.which("mvn"):
        raise NoPeer("fuseki: java and mvn are needed")
    lib = Path.home() / ".cache" / "observatoire-bench"
    jar = lib / "jena-fuseki-server.jar"
    if not jar.exists():
        copy = ["mvn", "-q", "-B", "dependency:copy", f"-Dartifact={FUSEKI}", f"-DoutputDirectory={lib}"]
        subprocess.run([*copy, "-Dmdep.stripVersion=true"], check=True)
    java = ["java", "-Xmx4g"]
    took = load("fuseki", [*java, "-cp", str(jar), "tdb2.tdbloader", "--loc", "tdb", str(data.triples)], data, folder)
    port = free_port()
    bounds = [f"--timeout={data.query_seconds * 1000:.0f}"]
    command = [*java, "-jar", str(jar), "--localhost", "--port", str(port), *bounds, "--tdb2", "--loc=tdb", "/ds"]
    url, env = f"http://127.0.0.1:{port}/ds/sparql", {"FUSEKI_BASE": str(folder / "fuseki")}
    with running(Peer("fuseki", url, command, folder, env, load_seconds=took)) as peer:
        yield peer


@contextmanager
def virtuoso(data: Served, folder: Path) -> Iterator[Peer]:
    """Virtuoso 7 of Debian, with bounds on rows that no query of the workload meets."""
    if not shutil.which("virtuoso-t"):
        raise NoPeer("virtuoso: apt-get install virtuoso-opensource-7-bin")
    sql, http = free_port(), free_port()
    files = "".join(
        f"{key} = {folder}/virtuoso{suffix}\n"
        for key, suffix in (
            ("DatabaseFile", ".db"),
            ("ErrorLogFile", ".err"),
            ("LockFile", ".lck"),
            ("TransactionFile", ".trx"),
            ("xa_persistent_file", ".pxa"),
        )
    )
    ini = (
        f"[Database]\n{files}[TempDatabase]\nDatabaseFile = {folder}/temp.db\nTransactionFile = {folder}/temp.trx\n"
        f"[Parameters]\nServerPort = 127.0.0.1:{sql}\nDirsAllowed = ., {folder}\nNumberOfBuffers = 340000\n"
        "MaxDirtyBuffers = 250000\nServerThreads = 40\nMaxQueryMem = 2G\nResultSetMaxRows = 100000000\n"
        f"[HTTPServer]\nServerPort = 127.0.0.1:{http}\nServerThreads = 20\nMaxKeepAlives = 40\nKeepAliveTimeout = 60\n"
        f"[SPARQL]\nResultSetMaxRows = 100000000\nMaxConstructTriples = 100000000\n"
        f"MaxQueryExecutionTime = {data.query_seconds:.0f}\nDefaultGraph = urn:g\n"
    )
    (folder / "v.ini").write_text(ini, encoding="utf-8")
    command = ["virtuoso-t", "-f", "+configfile", "v.ini"]
    # Without a graph it would answer from its own system graphs too.
    url = f"http://127.0.0.1:{http}/sparql?default-graph-uri=urn:g"
    with running(Peer("virtuoso", url, command, folder)) as peer:
        (folder / "load.nt").hardlink_to(data.triples)
        # One loader a core; statistics of the whole for the planner, as its makers advise.
        execute = f"ld_dir('{folder}','load.nt','urn:g'); rdf_loader_run(); checkpoint;"
        peer.load_seconds = load(
            "virtuoso", ["isql-vt", f"127.0.0.1:{sql}", "dba", "dba", f"exec={execute}"], data, folder
        )
        peer.stop()  # Stopped and started, so that the first asks are first asks here too.
        peer.start()
        yield peer


@contextmanager
def rdflib_endpoint(data: Served, folder: Path) -> Iterator[Peer]:
    """rdflib-endpoint over a graph in memory."""
    if data.count > RDFLIB_TRIPLES:
        raise NoPeer(f"rdflib-endpoint: {data.count:,} triples do not fit in memory as rdflib holds them")
    port = free_port()
    code = (
        "import sys, rdflib, uvicorn; from rdflib_endpoint import SparqlEndpoint; g = rdflib.Dataset(default_union=True);"
        "g.parse(sys.argv[1], format='nt'); uvicorn.run(SparqlEndpoint(graph=g, path='/sparql'), port=int(sys.argv[2]))"
    )
    command = [sys.executable, "-c", code, str(data.triples), str(port)]
    url, seconds = f"http://127.0.0.1:{port}/sparql", data.load_seconds
    started = time.monotonic()
    with running(Peer("rdflib-endpoint", url, command, folder, start_seconds=seconds)) as peer:
        peer.load_seconds = time.monotonic() - started
        yield peer


PEERS: dict[str, Callable[[Served, Path], AbstractContextManager[Peer]]] = {
    "observatoire": partial(observatoire, cache=False),
    "observatoire-cached": partial(observatoire, cache=True),
    "oxigraph": oxigraph,
    "fuseki": fuseki,
    "virtuoso": virtuoso,
    "rdflib-endpoint": rdflib_endpoint,
}

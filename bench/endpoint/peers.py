"""The services compared: how each is started on loopback over the same triples, and stopped.

Every peer gets the union of the edition's graphs as its default graph; ours serves the edition itself. A peer that is not
installed is left out and said. Nothing of theirs is kept: each starts from an empty folder.
"""

from __future__ import annotations

import gzip
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil

BIN = Path(sys.executable).parent
FUSEKI = "org.apache.jena:jena-fuseki-server:5.6.0"


@dataclass(frozen=True)
class Peer:
    """A running service: its name, its query address, and the process whose memory counts."""

    name: str
    url: str
    process: subprocess.Popen[bytes]

    def memory(self) -> int:
        """Return the resident memory of the service and its children, in bytes."""
        root = psutil.Process(self.process.pid)
        return sum(one.memory_info().rss for one in [root, *root.children(recursive=True)])


class Missing(Exception):
    """A peer that is not installed here."""


def free_port() -> int:
    """Return a port of loopback that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(
    name: str, command: list[str], url: str, folder: Path, env: dict[str, str] | None = None, seconds: float = 600
) -> Iterator[Peer]:
    """Start a service, wait until it answers a query, stop it."""
    log = (folder / f"{name}.log").open("wb")
    process = subprocess.Popen(command, stdout=log, stderr=log, cwd=folder, env={**os.environ, **(env or {})})
    try:
        end = time.monotonic() + seconds
        while True:
            if process.poll() is not None or time.monotonic() > end:
                raise Missing(f"{name} did not start: see {log.name}")
            try:
                if httpx.get(url, params={"query": "ASK {}"}, timeout=5).status_code == 200:
                    break
            except httpx.HTTPError:
                pass
            time.sleep(0.2)
        yield Peer(name, url, process)
    finally:
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
        log.close()


@contextmanager
def observatoire(var: Path, triples: Path, folder: Path) -> Iterator[Peer]:
    """Ours, over the edition; fair use is off, as it bounds what one client may take."""
    port = free_port()
    env = {
        "OBSERVATOIRE_VAR": str(var.absolute()),
        "OBSERVATOIRE_CLIENT_SECONDS": "0",
        "OBSERVATOIRE_QUERY_TIMEOUT": "120",
        "OBSERVATOIRE_CACHE_MB": os.environ.get("BENCH_CACHE_MB", "0"),
    }
    command = [str(BIN / "observatoire"), "serve", "--port", str(port)]
    with running("observatoire", command, f"http://127.0.0.1:{port}/sparql", folder, env) as peer:
        yield peer


@contextmanager
def oxigraph(var: Path, triples: Path, folder: Path) -> Iterator[Peer]:
    """The Oxigraph server: the same store, without the walls."""
    server = BIN / "oxigraph"
    if not server.exists():
        raise Missing("oxigraph: pip install oxigraph")
    load = [str(server), "load", "--location", "ox", "--file", str(triples), "--format", "nt"]
    subprocess.run(load, cwd=folder, check=True, capture_output=True)
    port = free_port()
    command = [str(server), "serve", "--location", "ox", "--bind", f"127.0.0.1:{port}"]
    with running("oxigraph", command, f"http://127.0.0.1:{port}/query", folder) as peer:
        yield peer


@contextmanager
def fuseki(var: Path, triples: Path, folder: Path) -> Iterator[Peer]:
    """Apache Jena Fuseki over TDB2."""
    if not shutil.which("java") or not shutil.which("mvn"):
        raise Missing("fuseki: java and mvn are needed")
    lib = Path.home() / ".cache" / "observatoire-bench"
    jar = lib / "jena-fuseki-server.jar"
    if not jar.exists():
        copy = ["mvn", "-q", "-B", "dependency:copy", f"-Dartifact={FUSEKI}", f"-DoutputDirectory={lib}"]
        subprocess.run([*copy, "-Dmdep.stripVersion=true"], check=True)
    load = ["java", "-Xmx4g", "-cp", str(jar), "tdb2.tdbloader", "--loc", "tdb", str(triples)]
    subprocess.run(load, cwd=folder, check=True, capture_output=True)
    port = free_port()
    command = ["java", "-Xmx4g", "-jar", str(jar), "--localhost", "--port", str(port), "--tdb2", "--loc=tdb", "/ds"]
    env = {"FUSEKI_BASE": str(folder / "fuseki")}
    with running("fuseki", command, f"http://127.0.0.1:{port}/ds/sparql", folder, env) as peer:
        yield peer


@contextmanager
def virtuoso(var: Path, triples: Path, folder: Path) -> Iterator[Peer]:
    """Virtuoso 7 of Debian."""
    if not shutil.which("virtuoso-t"):
        raise Missing("virtuoso: apt-get install virtuoso-opensource-7-bin")
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
        f"[Parameters]\nServerPort = 127.0.0.1:{sql}\nDirsAllowed = ., {folder}\nNumberOfBuffers = 170000\n"
        f"MaxDirtyBuffers = 130000\nServerThreads = 40\n[HTTPServer]\nServerPort = 127.0.0.1:{http}\nServerThreads = 20\n"
        "[SPARQL]\nResultSetMaxRows = 1000000\nMaxQueryExecutionTime = 120\nDefaultGraph = urn:g\n"
    )
    (folder / "v.ini").write_text(ini, encoding="utf-8")
    command = ["virtuoso-t", "-f", "+configfile", "v.ini"]
    with running("virtuoso", command, f"http://127.0.0.1:{http}/sparql", folder) as peer:
        shutil.copyfile(triples, folder / "load.nt")
        execute = f"ld_dir('{folder}','load.nt','urn:g'); rdf_loader_run(); checkpoint;"
        subprocess.run(["isql-vt", f"127.0.0.1:{sql}", "dba", "dba", f"exec={execute}"], check=True, capture_output=True)
        yield peer


@contextmanager
def rdflib_endpoint(var: Path, triples: Path, folder: Path) -> Iterator[Peer]:
    """rdflib-endpoint over a graph in memory; left out over 20,000 fiches, where loading alone takes too long."""
    if triples.stat().st_size > 600 << 20:
        raise Missing("rdflib-endpoint: too large to load in memory by rdflib")
    port = free_port()
    code = (
        "import sys, rdflib, uvicorn; from rdflib_endpoint import SparqlEndpoint; g = rdflib.Dataset(default_union=True);"
        "g.parse(sys.argv[1], format='nt'); uvicorn.run(SparqlEndpoint(graph=g, path='/sparql'), port=int(sys.argv[2]))"
    )
    command = [sys.executable, "-c", code, str(triples), str(port)]
    with running("rdflib-endpoint", command, f"http://127.0.0.1:{port}/sparql", folder) as peer:
        yield peer


PEERS = {
    "observatoire": observatoire,
    "oxigraph": oxigraph,
    "fuseki": fuseki,
    "virtuoso": virtuoso,
    "rdflib-endpoint": rdflib_endpoint,
}


def unpack_triples(edition: Path, target: Path) -> Path:
    """Write the edition's triples, without graphs, as N-Triples."""
    with gzip.open(edition / "dump.ttl.gz", "rb") as packed, target.open("wb") as out:
        shutil.copyfileobj(packed, out)
    return target

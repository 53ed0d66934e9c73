"""One run: the service at rest, under attack, at rest again; the facts, and what must hold of them."""

from __future__ import annotations

import asyncio
import json
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox

from bench.attack.good import Good, Seen, known_pages, known_queries
from bench.attack.watch import Sampler, Watched, serving
from ingestion import Editions
from ontologie import Iris
from sparql_api.engines import memory_bound
from sparql_api.settings import MEGABYTE, Settings

SETTLE = 10.0
"""Seconds after the attack before the service is measured again."""


@dataclass(frozen=True)
class Measures:
    """What one run showed."""

    attack: dict[str, dict[str, int]]
    before: Seen
    during: Seen
    after: Seen
    bound: int
    peak: int
    own_peak: int
    killed: int
    workers: tuple[int, int]
    sockets: tuple[int, int]
    spooled: float
    cache_bound: int
    size: str
    seconds: float

    def faults(self) -> list[str]:
        """Return what must never be, however busy the machine is; empty where all is well."""
        phases = (self.before, self.during, self.after)
        broken = [kind for kind, outcomes in self.attack.items() if "answer broken off" in outcomes]
        mute = [kind for kind, outcomes in self.attack.items() if "no answer" in outcomes]
        failed = [kind for kind, outcomes in self.attack.items() if any(said.startswith("500") for said in outcomes)]
        said = {
            "wrong or cut answers": [fault for phase in phases for fault in phase.wrong],
            "answers broken off, by kind of attack": broken,
            "attackers left without any answer": mute,
            "the service failed": failed,
            "memory over the bound": [f"{self.peak} > {self.bound}"] if self.peak > self.bound else [],
            "workers left or missing": [str(self.workers)] if self.workers[0] != self.workers[1] else [],
            "connections left open": [str(self.sockets)] if self.sockets[1] > self.sockets[0] else [],
            "answers left on disk": [str(self.spooled)] if self.spooled > self.cache_bound else [],
        }
        return [f"{name}: {found[:5]}" for name, found in said.items() if found]


def p99(seconds: list[float]) -> float:
    """Return the 99th percentile."""
    ordered = sorted(seconds)
    return ordered[int(len(ordered) * 0.99)] if ordered else float("inf")


def median(seconds: list[float]) -> float:
    """Return the median."""
    return statistics.median(seconds) if seconds else float("inf")


def measure(var: Path, seconds: float, rest: float, settings: dict[str, str] | None = None) -> Measures:
    """Attack a service over the current edition of `var` for so long, measured at rest before and after."""
    edition = Editions(var).current()
    if edition is None:
        raise SystemExit("no edition there: run `observatoire demo` first")
    projects = some_projects(edition.store_path)
    queries = known_queries(edition.store_path, projects)
    counts = edition.manifest["counts"]
    size = f"{counts.get('projet', 0):,} fiches, {counts['quads']:,} quads"
    chosen = Settings(var=var, **(settings or {}))  # type: ignore[arg-type]
    with serving(var, settings) as watched:

        async def phases() -> Measures:
            good = Good(watched.url, queries + await known_pages(watched.url, projects))
            await good.during(3)  # To warm up.
            await at_rest(watched)
            workers, sockets, restarts = watched.workers(), watched.sockets(), restarted(watched)
            before = await good.during(rest)
            with Sampler(watched) as sampler:
                arguments = [sys.executable, "-m", "bench.attack.attackers", watched.url, str(seconds)]
                attack = await asyncio.create_subprocess_exec(*arguments, stdout=subprocess.PIPE)
                during = await good.during(seconds)
                said, _ = await attack.communicate()
            await asyncio.sleep(SETTLE)
            await at_rest(watched)
            left, open_now = watched.workers(), watched.sockets()
            after = await good.during(rest)
            spooled = watched.metrics()["observatoire_spool_bytes"]
            killed = int(restarted(watched) - restarts)
            cache = int(chosen.cache_mb * MEGABYTE)
            return Measures(json.loads(said), before, during, after, memory_bound(chosen), sampler.peak,
                         sampler.own_peak, killed, (workers, left), (sockets, open_now), spooled, cache,
                         size, seconds)  # fmt: skip

        return asyncio.run(phases())


def restarted(watched: Watched) -> float:
    """Return how many workers were replaced so far."""
    return watched.metrics()["observatoire_worker_restarts_total"]


async def at_rest(watched: Watched) -> None:
    """Wait until no query runs and no worker is missing, a minute at most."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        found = watched.metrics()
        if not found["observatoire_workers_busy"] and not found["observatoire_queries_waiting"]:
            break
        await asyncio.sleep(0.2)
    await asyncio.sleep(6)  # Connections without a request are closed after five seconds.


def some_projects(store_path: Path) -> list[str]:
    """Return IRIs of projects spread over the data."""
    store = ox.Store.read_only(str(store_path))
    prefix = Iris().graph("projet", "")
    graphs = sorted(g.value for g in store.named_graphs() if g.value.startswith(prefix))
    return [graph.replace("graphe/projet/", "projet/") for graph in graphs[:: max(1, len(graphs) // 50)]]

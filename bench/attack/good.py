"""Clients that mean well: they ask what has a known answer, compare each answer whole, and note how long it took.

The answers to queries are known from the store itself, read without the service; those to pages from the service at rest.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import random
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from bench.attack.http import HttpConnection, HttpReply, Interrupted, addresses
from bench.endpoint.workload import workload
from ontologie import Iris

CLIENTS = 8
PAUSE = 0.1
"""Seconds a client reads before it asks again."""
SLOW = 0.5
TURNS = 10
"""Requests on one connection."""
GIVES_UP = 60.0
JSON = "application/sparql-results+json"
CODINGS = ("identity", "gzip", "zstd")
FORMATS = (("html", "text/html"), ("ttl", "text/turtle"), ("jsonld", "application/ld+json"))
SPARQL = {"look-up": 40, "fiche by SPARQL": 15, "question": 10, "question, kept": 15}
PAGES = {"page of a fiche": 20, "page of a thing": 10, "list of fiches": 10, "search": 15, "first page": 5}
WEIGHTS = SPARQL | PAGES
"""What good clients ask, and how often: of the endpoint, and of the pages."""
LISTS: dict[str, tuple[str, ...]] = {
    "page of a thing": ("/academie/18.html", "/instrument/cadre-usage.html", "/concept/type-ia/generative.html"),
    "list of fiches": ("/fiches", "/fiches?niveau=4e", "/fiches?page=2&per_page=50", "/fiches?academie=18&discipline=SVT"),
    "search": (
        "/fiches?q=%C3%A9l%C3%A8ves", "/fiches?q=expos%C3%A9+SVT", "/fiches?q=conte", "/fiches?q=esprit+critique",
        "/fiches?q=anglais&per_page=100",
    ),
    "first page": ("/",),
}
"""Pages with the same answer for everyone."""


@dataclass(frozen=True)
class Known:
    """Something to ask, and its right answer."""

    kind: str
    path: str
    answer: Any
    text: str = ""
    fresh: bool = False
    """Asked so that no kept answer fits."""
    accept: str = JSON


def read(reply: HttpReply) -> Any:
    """Return what an answer says, the order of rows left out."""
    if reply.headers["content-type"] != JSON:
        return reply.decoded()
    results = json.loads(reply.decoded())
    return rows(results)


def rows(results: dict[str, Any]) -> list[str]:
    """Return the rows of an answer as a sorted bag, each with every part of its terms."""
    return sorted(json.dumps(row, sort_keys=True) for row in results["results"]["bindings"])


def known_queries(store_path: Path, projects: list[str]) -> list[Known]:
    """Return look-ups, fiches and questions with what the store itself answers."""
    store = ox.Store.read_only(str(store_path))
    names = {"look-up": ["look-up"], "fiche": ["fiche by SPARQL"], "question": ["question", "question, kept"]}
    found = []
    for one in workload(projects):
        if one.kind not in names:
            continue
        results = store.query(one.text, prefixes=Iris().prefixes(), use_default_graph_as_union=True)
        answer = rows(json.loads(results.serialize(format=ox.QueryResultsFormat.JSON)))  # type: ignore[arg-type, union-attr]
        for kind in names[one.kind]:
            found.append(Known(kind, "/sparql", answer, one.text, fresh=kind != "question, kept"))
    return found


async def known_pages(url: str, projects: list[str]) -> list[Known]:
    """Return the pages and data files of fiches as the service gives them at rest."""
    connection = await HttpConnection.open(url, next(addresses(1, 1)))
    found = []
    for iri in projects[:12]:
        path = "/" + iri.removeprefix(Iris().base)
        for suffix, media_type in FORMATS:
            found.append(await known_page(connection, "page of a fiche", f"{path}.{suffix}", media_type))
    for kind, paths in LISTS.items():
        for path in paths:
            for media_type in ("text/html", "application/json") if path.startswith("/fiches") else ("text/html",):
                found.append(await known_page(connection, kind, path, media_type))
    connection.close()
    return found


async def known_page(connection: HttpConnection, kind: str, path: str, media_type: str) -> Known:
    """Return a page with the service's own answer."""
    reply = await connection.ask(path, {}, {"Accept": media_type})
    assert reply.status == 200, (path, reply.outcome)
    return Known(kind, path, reply.body, accept=media_type)


@dataclass
class Seen:
    """What good clients met in one phase."""

    seconds: dict[str, list[float]] = field(default_factory=dict)
    """By kind; what was refused counts as endless."""
    slow: Counter[int] = field(default_factory=Counter)
    """Requests that took over half a second or were refused, by tens of seconds since the phase began."""
    refused: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    """Answers with status 200 that are not the right one, or that ended early."""

    def all(self, kinds: Iterable[str] = WEIGHTS) -> list[float]:
        """Return the times of some kinds, of every one by default."""
        return sorted(itertools.chain.from_iterable(self.seconds.get(kind, ()) for kind in kinds))


class Good:
    """Clients that ask until they are told to stop."""

    def __init__(self, url: str, known: list[Known]) -> None:
        self.url = url
        self.seen = Seen()
        self._by_kind = {kind: [one for one in known if one.kind == kind] for kind in WEIGHTS}
        self._addresses = addresses(1, CLIENTS)
        self._numbers = itertools.count()

    async def during(self, seconds: float) -> Seen:
        """Ask for so long; return what was met."""
        self.seen = seen = Seen()
        end = time.monotonic() + seconds
        await asyncio.gather(*(self._client(next(self._addresses), end, seen) for _ in range(CLIENTS)))
        return seen

    async def _client(self, address: str, end: float, seen: Seen) -> None:
        connection: HttpConnection | None = None
        turn = 0
        begun = time.monotonic()
        while time.monotonic() < end:
            (kind,) = random.choices(list(WEIGHTS), list(WEIGHTS.values()))
            one = random.choice(self._by_kind[kind])
            started = time.perf_counter()
            try:
                async with asyncio.timeout(GIVES_UP):
                    if connection is None:
                        connection = await HttpConnection.open(self.url, address)
                    reply = await self._ask(connection, one)
                took = time.perf_counter() - started
                if reply.status != 200:
                    took = float("inf")
                    seen.refused[reply.outcome] += 1
                elif read(reply) != one.answer:
                    seen.wrong.append(f"{one.kind}: {one.path} {one.text[:200]}")
            except (Interrupted, OSError, TimeoutError) as error:
                took = float("inf")
                name = type(error).__name__
                if isinstance(error, Interrupted) and error.begun:
                    seen.wrong.append(f"{one.kind}: an answer ended early")
                seen.refused[name] += 1
                connection = None
            seen.seconds.setdefault(kind, []).append(took)
            if took > SLOW:
                seen.slow[int(time.monotonic() - begun) // 10] += 1
            turn += 1
            if connection is not None and turn % TURNS == 0:
                connection.close()
                connection = None
            await asyncio.sleep(random.uniform(0.5, 1.5) * PAUSE)
        if connection is not None:
            connection.close()

    def _ask(self, connection: HttpConnection, one: Known) -> Any:
        headers = {"Accept-Encoding": random.choice(CODINGS), "Accept": one.accept}
        if not one.text:
            return connection.ask(one.path, {}, headers)
        text = f"{one.text}\n# {next(self._numbers)}" if one.fresh else one.text
        return connection.ask(one.path, {"query": text}, headers, post=len(text) > 2000)


"""Puts an edition into the store behind the service: one slot filled anew, the others answering meanwhile.

Knows the order of the steps that keeps readers from half an edition (see `engine.remote_seals`): the seal goes first,
then every graph that differs is put and every graph that is no more is deleted, then what the store holds is counted,
then the new seal is put. A publication that is killed leaves a slot without a seal; the next one fills it whole.
Speaks the SPARQL 1.1 Graph Store Protocol, and updates where the settings give their address.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Final

import httpx

from ingestion import Edition, Editions, files_of, has_dump, lines_of
from sparql_api.engine.remote import seals as remote_seals
from sparql_api.engine.remote.seals import Seal
from sparql_api.settings import RemoteSettings, at
from sparql_api.words.errors import ServiceError

DUMP: Final = "dump.nq.gz"
N_TRIPLES: Final = {"Content-Type": "application/n-triples"}
BATCH: Final = 4 << 20
"""Bytes of one update."""
COUNT_UNION: Final = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
COUNT_NAMED: Final = "SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }"
GRAPHS: Final = "SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } }"
logger = logging.getLogger("observatoire")

Graphs = Iterator[tuple[str, list[bytes]]]
"""(graph IRI, its lines as N-Quads) in the order of the IRIs' bytes."""


class NotPublished(ServiceError):
    """The store does not hold the edition: it could not be reached, refused, or holds something else.

    The edition is not announced; those that answered go on answering.
    """


@dataclass(frozen=True)
class Filled:
    """What a publication did: the slot that holds the edition, graphs put and deleted there."""

    slot: str
    put: int
    deleted: int
    seconds: float


def publish_remote(edition: Edition, remote: RemoteSettings) -> Filled:
    """Make sure that a slot of the store holds an edition, sealed; raises NotPublished.

    `edition.path` may be the folder in the making; its siblings tell what the slots hold.
    """
    started = time.monotonic()
    sha256: str = edition.manifest["sha256"]
    with httpx.Client(auth=remote.auth(), timeout=httpx.Timeout(600, connect=10), trust_env=False) as client:
        store = _Store(remote, client)
        try:
            seals = {slot: store.seal(slot) for slot in remote.named_slots}
            slot = next((s for s, seal in seals.items() if seal and holds(seal, edition.number, sha256)), None)
            put = deleted = 0
            if slot is None:
                slot = choose(seals, edition.number)
                put, deleted = _fill(store, slot, seals, edition)
            elif not store.counts(slot, edition):
                put, deleted = _fill(store, slot, {**seals, slot: None}, edition)
        except (httpx.HTTPError, ValueError, KeyError) as error:
            raise NotPublished(_without_secrets(error)) from error
    filled = Filled(slot, put, deleted, time.monotonic() - started)
    logger.info("edition %d in slot %r: %s", edition.number, slot, filled)
    return filled


def _fill(store: _Store, slot: str, seals: dict[str, Seal | None], edition: Edition) -> tuple[int, int]:
    """Make a slot hold an edition; return how many graphs were put and deleted."""
    for other, seal in seals.items():
        if other == slot or (seal and seal.edition >= edition.number):
            # Of this number or later, but another: an edition that never came to be.
            store.unseal(other)
    put = deleted = 0
    # What a seal says the slot holds is believed once: where the count is wrong then, all is put.
    for believed in dict.fromkeys((seals[slot], None)):
        done = store.fill(slot, _difference(store, slot, believed, edition))
        put, deleted = put + done[0], deleted + done[1]
        if store.counts(slot, edition):
            store.put_seal(slot, Seal.fresh(edition.number, edition.manifest["sha256"]))
            return put, deleted
    raise NotPublished(f"slot {slot!r} does not hold what was put; see docs/deploy/cluster.md")


def holds(seal: Seal, number: int, sha256: str) -> bool:
    """Tell whether a seal is that of an edition."""
    return (seal.edition, seal.sha256) == (number, sha256)


def choose(seals: dict[str, Seal | None], number: int) -> str:
    """Return the slot to fill with edition `number`: not that of the edition before it, where there is another.

    First a slot without a seal, then one whose edition never came to be, then the oldest.
    """

    def rank(slot: str) -> tuple[int, int]:
        seal = seals[slot]
        if seal is None:
            return 0, 0
        return (1, 0) if seal.edition >= number else (2, seal.edition)

    return min(seals, key=rank)


def graphs(lines: Iterable[bytes]) -> Graphs:
    """Yield the graphs of a canonical dump."""
    for name, group in groupby(lines, key=lambda line: line[line.rindex(b" <") + 2 : -4]):
        yield name.decode(), list(group)


def differences(before: Graphs, after: Graphs) -> Graphs:
    """Yield the graphs that differ from one dump to another; one that is no more, without lines."""
    old, new = next(before, None), next(after, None)
    while old or new:
        if new is None or (old is not None and old[0].encode() < new[0].encode()):
            assert old is not None
            yield old[0], []
            old = next(before, None)
        elif old is None or new[0].encode() < old[0].encode():
            yield new
            new = next(after, None)
        else:
            if old[1] != new[1]:
                yield new
            old, new = next(before, None), next(after, None)


def triples(name: str, lines: list[bytes]) -> bytes:
    """Return a graph's lines as N-Triples."""
    end = len(f" <{name}> .\n".encode())
    return b"".join(line[:-end] + b" .\n" for line in lines)


def _difference(store: _Store, slot: str, seal: Seal | None, edition: Edition) -> Graphs:
    """Yield what a slot lacks: against the dump of the edition it holds, else against the names of its graphs."""
    known, after = _edition_of(seal, edition), files_of(edition, DUMP)
    if known is not None:
        before = files_of(known, DUMP)
        # Members of one name hold the same: what is in both need not be read.
        same = {path.name for path in before} & {path.name for path in after if path.name != DUMP}
        old, new = ([path for path in files if path.name not in same] for files in (before, after))
        yield from differences(graphs(lines_of(old)), graphs(lines_of(new)))
        return
    left = set(store.names(slot))
    for name, lines in graphs(lines_of(after)):
        left.discard(name)
        yield name, lines
    for name in sorted(left):
        yield name, []


def _edition_of(seal: Seal | None, edition: Edition) -> Edition | None:
    """Return the edition that a seal names, where it is beside `edition`, is the same one and has its dump."""
    if seal is None:
        return None
    held = Editions(edition.path.parent.parent).get(seal.edition)
    if held is None or held.manifest["sha256"] != seal.sha256 or not has_dump(held, DUMP):
        return None
    return held


@dataclass(frozen=True)
class _Store:
    """The writing side of a store; raises httpx.HTTPError, ValueError."""

    remote: RemoteSettings
    client: httpx.Client

    def seal(self, slot: str) -> Seal | None:
        return remote_seals.read(
            self.client.get(remote_seals.address(self.remote, slot), headers=remote_seals.HEADERS)
        )

    def unseal(self, slot: str) -> None:
        self._delete(remote_seals.address(self.remote, slot))

    def put_seal(self, slot: str, seal: Seal) -> None:
        self._put(remote_seals.address(self.remote, slot), seal.triples(slot))

    def fill(self, slot: str, changed: Graphs) -> tuple[int, int]:
        """Put and delete graphs; return how many of each."""
        put = deleted = 0
        pending = _Batch()
        for name, lines in changed:
            put, deleted = (put + 1, deleted) if lines else (put, deleted + 1)
            data = triples(name, lines)
            if not self.remote.update_url:
                self._write(slot, name, data)
                continue
            if pending.size and pending.size + len(data) > BATCH:
                self._update(slot, pending)
                pending = _Batch()
            pending.add(name, data)
        if pending.size:
            self._update(slot, pending)
        return put, deleted

    def names(self, slot: str) -> list[str]:
        """Return the names of a slot's graphs."""
        return [row["g"]["value"] for row in self._select(slot, GRAPHS)]

    def counts(self, slot: str, edition: Edition) -> bool:
        """Tell whether a slot holds as many triples as an edition, in graphs and in their union."""
        quads = edition.manifest["counts"]["quads"]
        found = [int(self._select(slot, text)[0]["n"]["value"]) for text in (COUNT_NAMED, COUNT_UNION)]
        if found != [quads, quads]:
            logger.error("slot %r: %d triples in graphs, %d in their union, %d due", slot, *found, quads)
        return found == [quads, quads]

    def _select(self, slot: str, text: str) -> list[dict[str, dict[str, str]]]:
        headers = {"Accept": "application/sparql-results+json"}
        response = self.client.post(at(self.remote.query_url, slot), data={"query": text}, headers=headers)
        response.raise_for_status()
        rows: list[dict[str, dict[str, str]]] = json.loads(response.content)["results"]["bindings"]
        return rows

    def _write(self, slot: str, name: str, data: bytes) -> None:
        address = httpx.URL(at(self.remote.store_url, slot)).copy_merge_params({"graph": name})
        if data:
            self._put(address, data)
        else:
            self._delete(address)

    def _put(self, address: httpx.URL, data: bytes) -> None:
        self.client.put(address, content=data, headers=N_TRIPLES).raise_for_status()

    def _delete(self, address: httpx.URL) -> None:
        response = self.client.delete(address)
        if response.status_code != 404:
            response.raise_for_status()

    def _update(self, slot: str, batch: _Batch) -> None:
        headers = {"Content-Type": "application/sparql-update"}
        address = at(self.remote.update_url, slot)
        self.client.post(address, content=batch.text(), headers=headers).raise_for_status()


class _Batch:
    """Some graphs as one update: each dropped, then all inserted."""

    def __init__(self) -> None:
        self.size = 0
        self._drops: list[bytes] = []
        self._inserts: list[bytes] = []

    def add(self, name: str, data: bytes) -> None:
        graph = b"<%s>" % name.encode()
        self._drops.append(b"DROP SILENT GRAPH " + graph)
        if data:
            self._inserts.append(b"GRAPH %s {\n%s}\n" % (graph, data))
        self.size += len(data) + len(name)

    def text(self) -> bytes:
        insert = [b"INSERT DATA {\n" + b"".join(self._inserts) + b"}"] if self._inserts else []
        return b" ;\n".join([*self._drops, *insert])


def _without_secrets(error: Exception) -> str:
    """Return what went wrong; an address may hold a password, so of a status only the number is said."""
    if isinstance(error, httpx.HTTPStatusError):
        return f"{error.request.method} {error.request.url.path}: status {error.response.status_code}"
    return f"{type(error).__name__}: {error}"

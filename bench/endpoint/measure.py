"""Measures one service: each question's answer and times, what sixteen clients get, its memory.

A question that is not answered in its time is asked once; a service that still works on it afterwards is started anew.
"""

from __future__ import annotations

import json
import statistics
import time
import zlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Final

import pyoxigraph as ox

from bench.endpoint.client import JSON, Client, Response, Unanswered, together
from bench.endpoint.peers import NoPeer, Peer
from bench.endpoint.workload import LINES, Asked

Bag = Counter[Any]
SLOW: Final = 1.0
"""Seconds over which a question is asked once again, not as often as the others; over three times that, never."""
CLIENTS: Final = 16


@dataclass
class Times:
    """How one question went: the first ask after the start, the median of the next, or why there is none."""

    first: float | None = None
    median: float | None = None
    error: str = ""
    differs: str = ""


@dataclass
class Together:
    """What sixteen clients got who asked together for some seconds."""

    throughput: float = 0.0
    median: float = 0.0
    p99: float = 0.0
    error: str = ""


@dataclass
class PeerResult:
    """All that was measured of one service."""

    name: str
    load_seconds: float
    times: dict[str, Times] = field(default_factory=dict)
    distinct: Together = field(default_factory=Together)
    popular: Together = field(default_factory=Together)
    memory: int = 0

    def document(self) -> dict[str, Any]:
        """Return it as JSON holds it."""
        return asdict(self)


@dataclass(frozen=True)
class Bounds:
    """How long and how often is asked."""

    runs: int
    query_seconds: float
    together_seconds: float
    peer_seconds: float
    """Seconds for the whole of one service: what is left then is not asked."""


def measure(
    peer: Peer, asked: Sequence[Asked], look_ups: Sequence[Asked], bounds: Bounds, reference: dict[str, Bag]
) -> PeerResult:
    """Return what was measured; answers are compared with the reference's, or become it where it is empty."""
    result = PeerResult(peer.name, peer.load_seconds)
    end = time.monotonic() + bounds.peer_seconds
    client = Client(peer.target, bounds.query_seconds + 5)
    first = not reference
    met_popular = False
    for one in asked:
        if one.kind != "look-up" and not met_popular:  # All look-ups have had their first ask.
            met_popular = True
            popular = [other for other in asked if other.kind == "look-up"]
            result.popular = sixteen(peer, popular, bounds.together_seconds)
            result.distinct = sixteen(peer, look_ups, bounds.together_seconds)
        if time.monotonic() > end:
            result.times[one.name] = Times(error="not asked: its time was over")
            continue
        times, bag = timed(client, peer, one, bounds)
        result.times[one.name] = times
        if bag is not None and first:
            reference[one.name] = bag
        elif bag is not None and one.name in reference:
            times.differs = difference(reference[one.name], bag)
        if times.error and not settled(peer):
            try:
                peer.stop()
                peer.start()
            except NoPeer as missing:
                times.error += f"; {missing}"
                break
    result.memory = peer.memory()
    client.close()
    return result


def settled(peer: Peer) -> bool:
    """Tell whether the service answers again after a question that it did not answer."""
    return any(peer.answers(5) for _ in range(2))


def timed(client: Client, peer: Peer, one: Asked, bounds: Bounds) -> tuple[Times, Bag | None]:
    """Return how a question went, and its answer as a bag of rows or triples."""
    page = one.page if peer.pages else None
    request = peer.target.get(page, one.accept) if page else peer.target.query(one.text, one.accept)
    keep = one.name != "everything" or page is not None
    times, bag = Times(), None
    took: list[float] = []
    for run in range(bounds.runs + 1):
        start = time.perf_counter()
        try:
            answer = client.ask(request, keep)
        except Unanswered as error:
            return Times(error=f"none in {bounds.query_seconds:.0f} s" if "Timeout" in str(error) else str(error)), None
        seconds = time.perf_counter() - start
        if answer.status != 200:
            return Times(error=f"HTTP {answer.status} after {seconds:.1f} s"), None
        if run == 0:
            times.first = seconds
            try:
                bag = read(one, answer)
            except (ValueError, KeyError, SyntaxError) as error:
                return Times(error=f"unreadable: {str(error)[:80]}"), None
        else:
            took.append(seconds)
        if seconds > SLOW and (run or seconds > 3 * SLOW):
            break
    times.median = statistics.median(took) if took else times.first
    return times, bag


def read(one: Asked, answer: Response) -> Bag | None:
    """Return an answer as a bag; None where services answer it in forms of their own."""
    if one.accept == JSON:
        return rows(json.loads(answer.body))
    if one.kind == "fiche page":
        return None
    if one.name == "everything":
        return Counter({"lines": lines_of(answer)})
    assert one.accept == LINES
    return Counter(str(triple) for triple in ox.parse(bytes(answer.body), format=ox.RdfFormat.N_TRIPLES))


def lines_of(answer: Response) -> int:
    """Return the lines of an answer, unpacked where it is a packed file."""
    if not answer.body:
        return answer.lines
    unpacking, count = zlib.decompressobj(31), 0
    for at in range(0, len(answer.body), 1 << 20):
        count += unpacking.decompress(answer.body[at : at + (1 << 20)]).count(b"\n")
    return count


def rows(results: dict[str, Any]) -> Bag:
    """Return the rows of SPARQL JSON as a bag; numbers are compared as numbers, their forms are the engines' own."""
    return Counter(
        tuple(sorted((name, plain(term)) for name, term in row.items())) for row in results["results"]["bindings"]
    )


def plain(term: dict[str, str]) -> str:
    """Return what a term says, whatever form an engine gives numbers and booleans; a blank node is any."""
    if term["type"] == "bnode":
        return "_:"
    if term["value"] in ("true", "false"):
        return str(int(term["value"] == "true"))
    try:
        return f"{float(term['value']):.9g}"
    except ValueError:
        return term["value"]


def difference(ours: Bag, theirs: Bag) -> str:
    """Return how two bags differ in a few words, nothing where they do not."""
    if ours == theirs:
        return ""
    if "lines" in ours:
        return f"{theirs['lines']:,} lines, ours {ours['lines']:,}"
    said = (
        f"{theirs.total():,} rows, ours {ours.total():,}" if theirs.total() != ours.total() else "same number of rows"
    )
    left, right = next(iter((ours - theirs).items()), None), next(iter((theirs - ours).items()), None)
    return f"{said}; only ours: {example(left)}; only theirs: {example(right)}"


def example(found: tuple[Any, int] | None) -> str:
    """Return a row in a few words."""
    if found is None:
        return "none"
    row = found[0]
    text = ", ".join(f"{name}={value}" for name, value in row) if isinstance(row, tuple) else str(row)
    return f"`{text[:160].replace('|', '/')}`"


def sixteen(peer: Peer, asked: Sequence[Asked], seconds: float) -> Together:
    """Return what sixteen clients get who ask these questions in turn."""
    requests = [peer.target.query(one.text) for one in asked]
    started = time.perf_counter()
    try:
        took = sorted(together(peer.target, requests, CLIENTS, seconds))
    except (Unanswered, OSError) as error:
        return Together(error=str(error) or type(error).__name__)
    elapsed = time.perf_counter() - started
    if not took:
        return Together(error="no answer")
    return Together(len(took) / elapsed, statistics.median(took), took[max(0, int(len(took) * 0.99) - 1)])

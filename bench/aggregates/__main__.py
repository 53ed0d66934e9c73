"""Compares questions with numbers: python -m bench.aggregates --sizes 10000,100000 [--var VAR] [--peers …] [--runs 5]

The seventeen saved questions that have a twin and a chart, with their defaults: ours over HTTP at `/queries/{name}`,
without cache, its twins compared with their SPARQL before the clock starts; the others by the same SPARQL over the same
triples, all in one run. Each answer is compared with ours as a bag of rows before it is timed; the median of the asks
after the first counts. Without `--var` an edition of each size is made of generated fiches.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.request import urlopen

from bench.chain import full
from bench.endpoint.__main__ import unpack_triples
from bench.endpoint.client import JSON, Client
from bench.endpoint.measure import Bag, Bounds, Times, difference, settled, timed
from bench.endpoint.peers import PEERS, NoPeer, Peer, Served, observatoire
from bench.endpoint.workload import Asked, with_prefixes
from bench.fiches import write
from ingestion import Editions
from queries import bind, catalogue, twins

OURS = "observatoire"
COMPARE_SECONDS = 3600.0
"""The longest time in which all twins are compared with their SPARQL, before anything is timed."""


@dataclass
class Answers:
    """What one service answered: times by question, its loading."""

    name: str
    load_seconds: float = 0.0
    times: dict[str, Times] = field(default_factory=dict)


def questions() -> list[Asked]:
    """Return the questions that are asked: by SPARQL, and at their own address of ours."""
    known = {question.reference: question for question in catalogue().values()}
    asked = [known[name] for name in twins() if known[name].charted]
    return [Asked("aggregate", one.name, with_prefixes(bind(one, {})), JSON, f"/queries/{one.name}") for one in asked]


def compare_twins(data: Served, folder: Path) -> Mapping[str, object]:
    """Have the twins of an edition compared by the service itself, and return what came of it; raises NoPeer."""
    quiet = {"OBSERVATOIRE_QUIET_SECONDS": "1"}
    with observatoire(data, folder, cache=False, more=quiet) as peer:
        end = time.monotonic() + COMPARE_SECONDS
        while time.monotonic() < end:
            with urlopen(peer.url.removesuffix("/sparql") + "/etat?format=json", timeout=60) as answer:
                found: dict[str, object] = json.load(answer)["twins"]
            if not found["waiting"]:
                return found
            time.sleep(1)
    raise NoPeer(f"{OURS}: twins were not compared in {COMPARE_SECONDS:.0f} s")


def serving(name: str, data: Served, folder: Path) -> AbstractContextManager[Peer]:
    """Return a service; ours with nothing made in quiet time, so that the clock sees the questions alone."""
    if name == OURS:
        return observatoire(data, folder, cache=False, more={"OBSERVATOIRE_QUIET_SECONDS": "0"})
    return PEERS[name](data, folder)


def measured(name: str, data: Served, folder: Path, bounds: Bounds, reference: dict[str, Bag]) -> Answers:
    """Return what a service answered; ours, the first, is what others are compared with. Raises NoPeer."""
    with serving(name, data, folder) as peer:
        found, client = Answers(name, peer.load_seconds), Client(peer.target, bounds.query_seconds + 5)
        for one in questions():
            times, bag = timed(client, peer, one, bounds)
            if bag is not None:
                times.differs = difference(reference.setdefault(one.name, bag), bag)
            found.times[one.name] = times
            if times.error and not settled(peer):
                peer.stop()
                peer.start()
        client.close()
        return found


def geometric(times: Sequence[float]) -> float:
    """Return the geometric mean of some seconds."""
    return math.exp(sum(map(math.log, times)) / len(times)) if times else math.nan


def table(results: Sequence[Answers], bound: float) -> list[str]:
    """Return a size's table: seconds of each question, means, where ours is ahead; no answer counts as the bound."""
    lines = ["| question | " + " | ".join(one.name for one in results) + " |", "|---" * (len(results) + 1) + "|"]
    seconds = {one.name: {name: t.median if t.median is not None else bound for name, t in one.times.items()} for one in results}
    for asked in questions():
        cells = [cell(one.times[asked.name]) for one in results]
        lines.append(f"| {asked.name} | " + " | ".join(cells) + " |")
    means = [f"{geometric(list(seconds[one.name].values())):.3f}" for one in results]
    lines.append("| **geometric mean, s** | " + " | ".join(means) + " |")
    ahead = [
        "" if one.name == OURS else str(sum(seconds[OURS][name] < took for name, took in seconds[one.name].items()))
        for one in results
    ]
    lines.append(f"| **ours ahead, of {len(questions())}** | " + " | ".join(ahead) + " |")
    lines.append("| loading, s | " + " | ".join(f"{one.load_seconds:.0f}" for one in results) + " |")
    differing = [f"{one.name}, {name}: {t.differs}" for one in results for name, t in one.times.items() if t.differs]
    return [*lines, "", "No answer differs." if not differing else "Answers that differ from ours:", "", *(f"- {one}" for one in differing)]


def cell(times: Times) -> str:
    """Return what a table says of one question."""
    if times.median is None:
        return times.error or "—"
    return f"{times.median:.3f}{' ≠' if times.differs else ''}"


def of_state(var: Path, asked: argparse.Namespace) -> list[str]:
    """Return what is said of the edition of a state."""
    edition = Editions(var).current()
    if edition is None:
        raise SystemExit(f"no edition in {var}")
    with tempfile.TemporaryDirectory(prefix="observatoire-") as name:
        scratch, triples = Path(name), Path(name) / "triples.nt"
        data = Served(var, triples, unpack_triples(edition, triples), asked.query_seconds, asked.load_seconds)
        bounds = Bounds(asked.runs, asked.query_seconds, 0, 0)
        counts = edition.manifest["counts"]
        said = [f"## {counts.get('projet', 0):,} fiches, {counts['quads']:,} quads", ""]
        said += [f"Load {os.getloadavg()[0]:.1f} at the start. Twins: {json.dumps(compare_twins(data, scratch))}.", ""]
        results, reference = list[Answers](), dict[str, Bag]()
        for peer in asked.peers.split(","):
            folder = scratch / peer
            folder.mkdir()
            try:
                results.append(measured(peer, data, folder, bounds, reference))
                print(f"{peer}: done", flush=True)
            except NoPeer as missing:
                said += [f"Left out: {missing}.", ""]
        return [*said, *table(results, asked.query_seconds), ""]


def main() -> None:
    """Compare the services over each size, and write RESULTS.md."""
    parser = argparse.ArgumentParser(prog="python -m bench.aggregates", description=__doc__)
    parser.add_argument("--sizes", default="10000,100000", help="numbers of fiches to generate")
    parser.add_argument("--var", type=Path, help="a state with an edition, in place of generated ones")
    parser.add_argument("--peers", default=f"{OURS},virtuoso,fuseki,oxigraph", help="ours first")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--query-seconds", type=float, default=60.0)
    parser.add_argument("--load-seconds", type=float, default=3600.0)
    parser.add_argument("--out", type=Path, default=Path("bench/aggregates"))
    asked = parser.parse_args()
    said = [f"# Questions with numbers\n\n`python -m bench.aggregates`, {time.strftime('%Y-%m-%d')}, {os.cpu_count()} cores.\n"]
    for size in [0] if asked.var else map(int, asked.sizes.split(",")):
        with tempfile.TemporaryDirectory(prefix="observatoire-") as name:
            var = asked.var or Path(name) / "var"
            if not asked.var:
                write(Path(name) / "fiches.csv", size, asked.seed, 0.0)
                full(var, Path(name) / "fiches.csv")
            said += of_state(var, asked)
        (asked.out / "RESULTS.md").write_text("\n".join(said), encoding="utf-8")
        print("\n".join(said), flush=True)


if __name__ == "__main__":
    main()

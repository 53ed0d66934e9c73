"""Runs the comparison: python -m bench.endpoint --var var --out bench/endpoint [--peers observatoire,fuseki] [--seconds 10]

The first ask of every question after the start is timed apart, and its answer compared with ours as a bag of rows; then
each is asked again. Sixteen clients ask look-ups together. The table is written after each service, so that a long run
that is ended leaves what it has. Before all that, answers kept and look-ups computed are measured beside the Oxigraph server
(`--peers "" --front-rounds 15` for that alone).
"""

from __future__ import annotations

import argparse
import os
import shutil
import tempfile
import time
from pathlib import Path

import pyoxigraph as ox

from bench.endpoint import front, report
from bench.endpoint.measure import Bag, Bounds, PeerResult, measure
from bench.endpoint.peers import PEERS, NoPeer, Served
from bench.endpoint.workload import look_ups, workload
from ingestion import Edition, Editions, files_of, lines_of
from ontologie import Iris

DISTINCT = 5000


def options() -> argparse.Namespace:
    """Return what the command line says."""
    parser = argparse.ArgumentParser(prog="python -m bench.endpoint", description=__doc__)
    parser.add_argument("--var", type=Path, required=True, help="a state folder with an edition")
    parser.add_argument("--out", type=Path, default=Path("bench/endpoint"))
    parser.add_argument("--peers", default=",".join(PEERS), help="ours first: others are compared with it")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=10.0, help="seconds of sixteen clients")
    parser.add_argument("--query-seconds", type=float, default=30.0, help="longest time of a query")
    parser.add_argument("--load-seconds", type=float, default=900.0, help="longest time of loading")
    parser.add_argument("--peer-seconds", type=float, default=420.0, help="longest time of one service's questions")
    parser.add_argument("--front-rounds", type=int, default=15, help="rounds of kept and computed answers; 0: none")
    return parser.parse_args()


def main() -> None:
    """Run every peer over the same edition, and write the table."""
    given = options()
    edition = Editions(given.var).current()
    if edition is None:
        raise SystemExit("no edition there: run `observatoire demo` first")
    projects = some_projects(edition.store_path, DISTINCT)
    asked = workload(projects[:: max(1, len(projects) // 50)])
    bounds = Bounds(given.runs, given.query_seconds, given.seconds, given.peer_seconds)
    size = edition.manifest["counts"]
    results: list[PeerResult] = []
    left_out: list[str] = []
    reference: dict[str, Bag] = {}
    with tempfile.TemporaryDirectory() as scratch:
        triples = Path(scratch) / "triples.nt"
        count = unpack_triples(edition, triples)
        data = Served(given.var, triples, count, given.query_seconds, given.load_seconds)
        said = {
            "size": f"{size.get('projet', 0):,} fiches, {size['quads']:,} quads ({count:,} triples)",
            "when": time.strftime("%Y-%m-%d"),
            "runs": str(given.runs),
            "cores": str(os.cpu_count()),
        }
        if given.front_rounds:
            try:
                found = front.side_by_side(data, Path(scratch), look_ups(projects), given.front_rounds)
                front.write(given.out, found, said)
            except NoPeer as missing:
                left_out.append(str(missing))
        for name in filter(None, given.peers.split(",")):
            folder = Path(scratch) / name
            folder.mkdir()
            started = time.monotonic()
            try:
                with PEERS[name](data, folder) as peer:
                    results.append(measure(peer, asked, look_ups(projects), bounds, reference))
            except NoPeer as missing:
                left_out.append(str(missing))
                print(f"left out: {missing}", flush=True)
            else:
                report.write(given.out, results, asked, left_out, said)
                print(f"{name}: {time.monotonic() - started:.0f} s", flush=True)
            shutil.rmtree(folder)
    if results:
        report.write(given.out, results, asked, left_out, said)


def some_projects(store_path: Path, most: int) -> list[str]:
    """Return IRIs of projects spread over the data."""
    store = ox.Store.read_only(str(store_path))
    prefix = Iris().graph("projet", "")
    graphs = sorted(g.value for g in store.named_graphs() if g.value.startswith(prefix))
    return [graph.replace("graphe/projet/", "projet/") for graph in graphs[:: max(1, len(graphs) // most)]]


def unpack_triples(edition: Edition, target: Path) -> int:
    """Write the edition's triples, without graphs, as N-Triples; return how many lines."""
    count = 0
    with target.open("wb") as out:
        for line in lines_of(files_of(edition, "dump.ttl.gz")):
            count += 1
            out.write(line)
    return count


if __name__ == "__main__":
    main()

"""Runs the comparison: python -m bench.endpoint --var var --out bench/endpoint [--peers observatoire,fuseki] [--seconds 20]

The answers of each query are compared as bags of rows first; then each query is timed cold (no answer kept: our cache is
off), one client; then sixteen clients ask look-ups together. Medians, 99th percentiles, throughput and memory go to
RESULTS.md with the ratio to ours, and to a picture.
"""

from __future__ import annotations

import argparse
import json
import math
import statistics
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pyoxigraph as ox

from bench.endpoint.peers import PEERS, Missing, Peer, unpack_triples
from bench.endpoint.workload import Asked, workload
from ingestion import Editions
from ontologie import Iris

JSON = "application/sparql-results+json"
MOST_SECONDS = 30.0


def main() -> None:
    """Run every peer over the same edition, and write the table."""
    parser = argparse.ArgumentParser(prog="python -m bench.endpoint", description=__doc__)
    parser.add_argument("--var", type=Path, required=True, help="a state folder with an edition")
    parser.add_argument("--out", type=Path, default=Path("bench/endpoint"))
    parser.add_argument("--peers", default=",".join(PEERS))
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=10.0, help="seconds of sixteen clients")
    asked = parser.parse_args()
    edition = Editions(asked.var).current()
    if edition is None:
        raise SystemExit("no edition there: run `observatoire demo` first")
    projects = some_projects(edition.store_path)
    queries = workload(projects)
    results: dict[str, dict[str, Any]] = {}
    with tempfile.TemporaryDirectory() as scratch:
        triples = unpack_triples(edition.path, Path(scratch) / "triples.nt")
        for name in asked.peers.split(","):
            folder = Path(scratch) / name
            folder.mkdir()
            try:
                with PEERS[name](asked.var, triples, folder) as peer:
                    results[name] = measure(peer, queries, asked.runs, asked.seconds)
            except Missing as missing:
                print(f"left out: {missing}", flush=True)
    size = edition.manifest["counts"]
    write(asked.out, results, queries, f"{size.get('projet', 0):,} fiches, {size['quads']:,} quads")


def some_projects(store_path: Path) -> list[str]:
    """Return IRIs of projects spread over the data."""
    store = ox.Store.read_only(str(store_path))
    prefix = Iris().graph("projet", "")
    graphs = sorted(g.value for g in store.named_graphs() if g.value.startswith(prefix))
    step = max(1, len(graphs) // 50)
    return [graph.replace("graphe/projet/", "projet/") for graph in graphs[::step]]


def measure(peer: Peer, queries: list[Asked], runs: int, seconds: float) -> dict[str, Any]:
    """Return, for one peer, each query's answer and times, and what sixteen clients get."""
    times: dict[str, list[float]] = {}
    answers: dict[str, Any] = {}
    with httpx.Client(timeout=MOST_SECONDS) as client:
        for one in queries:
            answers[one.name], times[one.name] = timed(client, peer, one, runs)
    together = sixteen(peer, [one for one in queries if one.kind == "lookup"], seconds)
    print(f"{peer.name}: {len(times)} queries, {together['throughput']:.0f} look-ups/s", flush=True)
    return {"times": times, "answers": answers, "sixteen": together, "memory": peer.memory()}


def timed(client: httpx.Client, peer: Peer, one: Asked, runs: int) -> tuple[Any, list[float]]:
    """Return an answer as a bag of rows (or the error), and the seconds of each run after the first."""
    answer: Any = None
    seconds: list[float] = []
    for run in range(runs + 1):
        start = time.perf_counter()
        try:
            response = client.post(peer.url, data={"query": one.text}, headers={"Accept": JSON})
            took = time.perf_counter() - start
            if response.status_code != 200:
                return f"HTTP {response.status_code}", []
            if run == 0:
                answer = bag(response.json())
            else:
                seconds.append(took)
            if took > 5:
                return answer, [took]
        except (httpx.HTTPError, json.JSONDecodeError) as error:
            return type(error).__name__, []
    return answer, seconds


def bag(results: dict[str, Any]) -> Counter[tuple[tuple[str, str], ...]]:
    """Return an answer's rows as a bag; numbers are compared as numbers, their datatypes are the engines' own."""
    return Counter(
        tuple(sorted((name, plain(term)) for name, term in row.items())) for row in results["results"]["bindings"]
    )


def plain(term: dict[str, str]) -> str:
    """Return what a term says, whatever form an engine gives numbers."""
    try:
        return f"{float(term['value']):.9g}"
    except ValueError:
        return term["value"]


def sixteen(peer: Peer, queries: list[Asked], seconds: float) -> dict[str, float]:
    """Return what sixteen clients get who ask look-ups together for some seconds."""
    end = time.perf_counter() + seconds

    def client(number: int) -> list[float]:
        took = []
        with httpx.Client(timeout=MOST_SECONDS) as session:
            turn = number
            while time.perf_counter() < end:
                start = time.perf_counter()
                text = queries[turn % len(queries)].text
                session.post(peer.url, data={"query": text}, headers={"Accept": JSON}).raise_for_status()
                took.append(time.perf_counter() - start)
                turn += 7
        return took

    with ThreadPoolExecutor(16) as pool:
        took = sorted(t for part in pool.map(client, range(16)) for t in part)
    return {
        "throughput": len(took) / seconds,
        "median": statistics.median(took),
        "p99": took[int(len(took) * 0.99) - 1],
    }


def write(out: Path, results: dict[str, dict[str, Any]], queries: list[Asked], size: str) -> None:
    """Write the table and the picture."""
    names = list(results)
    lines = [
        "# The endpoint and its peers",
        "",
        f"Made by `python -m bench.endpoint` on {size}, {time.strftime('%Y-%m-%d')}. Milliseconds, median of the runs, one "
        "client, no answer kept; in brackets the ratio to ours (over 1: we are faster). ≠: another bag of rows than ours.",
        "",
        "| query | kind | " + " | ".join(names) + " |",
        "|---|---|" + "---|" * len(names),
    ]
    reference = results.get("observatoire")
    for one in queries:
        if one.kind in ("lookup", "fiche") and not one.name.endswith("-0"):
            continue
        cells = [cell(one, results[name], reference) for name in names]
        lines.append(f"| {one.name} | {one.kind} | " + " | ".join(cells) + " |")
    lines += ["", "| over all | " + " | ".join(names) + " |", "|---|" + "---|" * len(names)]
    for kind in [*dict.fromkeys(one.kind for one in queries), "all"]:
        row = [mean_of(queries, results[name], kind) for name in names]
        lines.append(f"| geometric mean, {kind} (ms) | " + " | ".join(row) + " |")
    for label, key, scale in (("look-ups/s, 16 clients", "throughput", 1), ("their median (ms)", "median", 1000),
                              ("their 99th percentile (ms)", "p99", 1000)):  # fmt: skip
        row = [f"{results[name]['sixteen'][key] * scale:.1f}" for name in names]
        lines.append(f"| {label} | " + " | ".join(row) + " |")
    lines.append("| memory (MiB) | " + " | ".join(f"{results[name]['memory'] / 2**20:.0f}" for name in names) + " |")
    out.mkdir(parents=True, exist_ok=True)
    (out / "RESULTS.md").write_text("\n".join(lines) + "\n", encoding="utf-8")
    picture(out / "results.svg", queries, results)
    print("\n".join(lines[-12:]))


def cell(one: Asked, result: dict[str, Any], reference: dict[str, Any] | None) -> str:
    """Return one cell: the median, the ratio to ours, and whether the answer is another."""
    took = result["times"][one.name]
    if not took:
        return str(result["answers"][one.name])
    median = statistics.median(took)
    text = f"{median * 1000:.1f}"
    if reference is None or result is reference or not reference["times"][one.name]:
        return text
    text += f" ({median / statistics.median(reference['times'][one.name]):.1f})"
    return text if result["answers"][one.name] == reference["answers"][one.name] else text + " ≠"


def mean_of(queries: list[Asked], result: dict[str, Any], kind: str) -> str:
    """Return the geometric mean of the medians of a kind, over what the peer answered."""
    medians = [
        statistics.median(result["times"][one.name])
        for one in queries
        if kind in (one.kind, "all") and result["times"][one.name]
    ]
    if not medians:
        return "—"
    return f"{1000 * math.exp(statistics.fmean(math.log(median) for median in medians)):.2f}"


def picture(path: Path, queries: list[Asked], results: dict[str, dict[str, Any]]) -> None:
    """Draw the geometric means by kind, on a logarithmic scale."""
    import matplotlib

    matplotlib.use("svg")
    from matplotlib import pyplot

    kinds = list(dict.fromkeys(one.kind for one in queries))
    figure, axes = pyplot.subplots(figsize=(9, 4.5))
    for number, (name, result) in enumerate(results.items()):
        values = [mean_of(queries, result, kind) for kind in kinds]
        heights = [float(value) if value != "—" else 0 for value in values]
        axes.bar([x + number * 0.15 for x in range(len(kinds))], heights, 0.14, label=name)
    axes.set_yscale("log")
    axes.set_xticks([x + 0.3 for x in range(len(kinds))], kinds)
    axes.set_ylabel("geometric mean, ms (log)")
    axes.legend()
    figure.savefig(path)


if __name__ == "__main__":
    main()

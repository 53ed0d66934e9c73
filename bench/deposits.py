"""Measures single deposits over HTTP: python -m bench.deposits [--count 50] [--out bench/deposits]

A running `serve` over the demonstration takes generated fiches one by one, each as a table of one row and as a document.
What is timed goes from the request to the report in hand: `POST /deposits`, then `GET` of the report it names. The first
deposit starts the process that examines and is told apart. Processor time is that of the service and of its processes.
"""

from __future__ import annotations

import argparse
import csv
import io
import os
import platform
import random
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psutil

from bench.chain import CLI
from bench.fiches import Row, make_row
from ingestion.examination.pipeline import examine

START_SECONDS = 120
SENT = Callable[[Row], dict[str, Any]]


@dataclass(frozen=True)
class DepositCost:
    """What deposits cost: milliseconds of clock of each, milliseconds of processor of one in the mean."""

    clock: list[float]
    processor: float

    def row(self, name: str) -> str:
        """Return the line of the table."""
        last = statistics.quantiles(self.clock, n=20)[-1] if len(self.clock) > 1 else self.clock[0]
        middle = statistics.median(self.clock)
        return f"| {name} | {len(self.clock)} | {middle:.0f} | {last:.0f} | {max(self.clock):.0f} | {self.processor:.0f} |"


def main() -> None:
    """Measure both forms, and write RESULTS.md."""
    parser = argparse.ArgumentParser(prog="python -m bench.deposits", description=__doc__)
    parser.add_argument("--count", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, default=Path("bench/deposits"))
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="observatoire-") as folder, serving(Path(folder)) as (service, client):
        load = os.getloadavg()[0]
        fresh = (make_row(number, random.Random(f"{asked.seed}-{number}")) for number in range(2 * asked.count + 1))
        first = measured(service, client, as_table, [next(fresh)])
        table = measured(service, client, as_table, [next(fresh) for _ in range(asked.count)])
        document = measured(service, client, as_document, list(fresh))
    asked.out.mkdir(parents=True, exist_ok=True)
    said = results({"the first (a table of one row)": first, "a table of one row": table, "a document": document}, load)
    (asked.out / "RESULTS.md").write_text(said, encoding="utf-8")
    print(said)


def results(costs: Mapping[str, DepositCost], load: float) -> str:
    """Return the page of the results."""
    rows = "\n".join(cost.row(name) for name, cost in costs.items())
    return f"""# Single deposits over HTTP

`python -m bench.deposits`, {time.strftime("%Y-%m-%d")}, {os.cpu_count()} cores ({platform.machine()}), Python {platform.python_version()};
load {load:.1f} at the start. From the request to the report in hand, over the demonstration.

| deposit | how many | median, ms | p95, ms | longest, ms | processor, ms each |
|---|---|---|---|---|---|
{rows}
"""


@contextmanager
def serving(var: Path) -> Iterator[tuple[psutil.Process, httpx.Client]]:
    """Serve the demonstration; give the service's process, and a client that bears the token of an agent."""
    environment = os.environ | {"OBSERVATOIRE_VAR": str(var)}

    def observatoire(*arguments: str) -> str:
        asked = [sys.executable, *CLI, *arguments]
        return subprocess.run(asked, env=environment, check=True, capture_output=True, text=True).stdout

    observatoire("demo")
    observatoire("agent", "add", "bench", "--role", "national")
    token = observatoire("agent", "token", "bench").split()[-1]
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    said = subprocess.DEVNULL
    service = subprocess.Popen(
        [sys.executable, *CLI, "serve", "--port", str(port)], env=environment, stdout=said, stderr=said
    )
    headers = {"Authorization": f"Bearer {token}"}
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", headers=headers, timeout=START_SECONDS) as client:
            answered(client)
            yield psutil.Process(service.pid), client
    finally:
        service.send_signal(signal.SIGTERM)
        service.wait()


def answered(client: httpx.Client) -> None:
    """Wait until the service answers."""
    until = time.monotonic() + START_SECONDS
    while True:
        try:
            client.get("/health").raise_for_status()
            return
        except httpx.HTTPError:
            if time.monotonic() > until:
                raise
            time.sleep(0.2)


def measured(service: psutil.Process, client: httpx.Client, sent: SENT, rows: list[Row]) -> DepositCost:
    """Deposit rows one by one."""
    bodies = [sent(row) for row in rows]
    clock, before = [], used(service)
    for body in bodies:
        begun = time.perf_counter()
        receipt = client.post("/deposits", **body).raise_for_status()
        report = client.get(receipt.headers["location"]).raise_for_status()
        while report.status_code == 202:
            report = client.get(receipt.headers["location"]).raise_for_status()
        clock.append((time.perf_counter() - begun) * 1000)
        if report.json()["summary"]["accepted"] != 1:
            raise SystemExit(f"not taken: {report.text}")
    return DepositCost(clock, (used(service) - before) * 1000 / len(rows))


def as_table(row: Row) -> dict[str, Any]:
    """Return a row as a form with a file."""
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, list(row), lineterminator="\n")
    writer.writeheader()
    writer.writerow(row)
    return {"files": {"file": ("fiche.csv", out.getvalue().encode())}}


def as_document(row: Row) -> dict[str, Any]:
    """Return a row as the document that is made of it."""
    with tempfile.NamedTemporaryFile(suffix=".csv") as file:
        file.write(as_table(row)["files"]["file"][1])
        file.flush()
        (found,) = examine(file.name).documents
    return {"json": dict(found.built.document)}


def used(service: psutil.Process) -> float:
    """Return the processor seconds of a process and of those that it started."""
    total = 0.0
    for one in (service, *service.children(recursive=True)):
        times = one.cpu_times()
        total += times.user + times.system
    return total


if __name__ == "__main__":
    main()

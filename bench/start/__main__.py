"""Measures starts and memory at rest: python -m bench.start [--against FOLDER] [--runs 7] [--out bench/start]

Each command in a process of its own, one checkout after the other in turn (`--against`, an older one, whose libraries
are this one's), so that what else runs on the machine weighs on both: processor time, user and system, the median of
the runs. Python's bytecode is kept in a folder of its own, written by a run that does not count.
"""

from __future__ import annotations

import argparse
import os
import re
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parents[2]
CLI = "from sparql_api.cli import main; main()"
WORKER = "sparql_api/engine/workers/worker.py"
FIRST_ANSWER = 120
"""Seconds that a service may take to its first answer."""


@dataclass(frozen=True)
class Start:
    """What is started: its name in the table, and Python's arguments."""

    name: str
    arguments: Sequence[str]


@dataclass(frozen=True)
class Cost:
    """Processor time in seconds, and the most memory held at once, in MiB."""

    seconds: float
    memory: float


def main() -> None:
    """Measure this checkout, and another beside it; write the table."""
    parser = argparse.ArgumentParser(prog="python -m bench.start", description=__doc__)
    parser.add_argument("--against", type=Path, help="another checkout, measured in turn with this one")
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--out", type=Path, default=HERE / "bench" / "start")
    asked = parser.parse_args()
    folders = [HERE, *([asked.against.resolve()] if asked.against else [])]
    with tempfile.TemporaryDirectory() as scratch:
        lines = [*starts(folders, Path(scratch), asked.runs), "", *memory(folders, Path(scratch))]
    text = "\n".join(lines) + "\n"
    (asked.out / "RESULTS.md").write_text(text, encoding="utf-8")
    print(text)


def starts(folders: Sequence[Path], scratch: Path, runs: int) -> list[str]:
    """Return the table of processor time: this checkout, the other, and the ratio."""
    usages = HERE / "ingestion" / "demo" / "usages.csv"
    head, row = usages.read_text(encoding="utf-8").split("\n")[:2]
    (deposit := scratch / "one.csv").write_text(f"{head}\n{row}\n", encoding="utf-8")
    todo = (
        Start("`observatoire --help`", ("-c", CLI, "--help")),
        Start("`observatoire ingest one.csv`", ("-c", CLI, "ingest", str(deposit))),
        Start("`observatoire ingest one.csv --dry-run`", ("-c", CLI, "ingest", "--dry-run", str(deposit))),
    )
    lines = [f"Processor seconds, median of {runs} runs in turn; peak memory in MiB.", ""]
    lines += ["| start | seconds | memory | before | memory | ratio |", "|---|---|---|---|---|---|"]
    for start in todo:
        costs: dict[Path, list[Cost]] = {folder: [] for folder in folders}
        for turn in range(runs + 1):
            for folder in folders:
                cost = run(start.arguments, folder, scratch)
                if turn:  # the first one writes the bytecode, and makes the registry
                    costs[folder].append(cost)
        seconds = [statistics.median(cost.seconds for cost in costs[folder]) for folder in folders]
        peaks = [statistics.median(cost.memory for cost in costs[folder]) for folder in folders]
        cells = [f"{cell:.3f} | {peak:.0f}" for cell, peak in zip(seconds, peaks, strict=True)]
        ratio = f"{seconds[0] / seconds[1]:.3f}" if asked_for_two(folders) else ""
        lines.append(f"| {start.name} | {' | '.join(cells if ratio else [*cells, ' | '])} | {ratio} |")
    return lines


def asked_for_two(folders: Sequence[Path]) -> bool:
    """Tell whether there is another checkout to compare with."""
    return len(folders) == 2


def run(arguments: Sequence[str], folder: Path, scratch: Path) -> Cost:
    """Run Python to its end; return what it cost."""
    process = subprocess.Popen(
        [sys.executable, *arguments], cwd=folder, env=environment(folder, scratch),
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in (0, 1):
        raise RuntimeError(f"{arguments} ended with {process.returncode} in {folder}")
    return Cost(used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def environment(folder: Path, scratch: Path) -> Mapping[str, str]:
    """Return the environment of a checkout's processes: its own modules, state and bytecode."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "OBSERVATOIRE_"))}
    own = scratch / re.sub(r"\W", "-", str(folder))
    return {
        **kept,
        "PYTHONPATH": str(folder),
        "PYTHONPYCACHEPREFIX": str(own / "bytecode"),
        "OBSERVATOIRE_VAR": str(own / "var"),
    }


def memory(folders: Sequence[Path], scratch: Path) -> list[str]:
    """Return the table of memory at rest, of the service and of each of its workers, once one question was answered."""
    lines = ["Memory at rest in MiB (resident), after one question over the demonstration.", ""]
    lines += ["| checkout | service | each worker |", "|---|---|---|"]
    for name, folder in zip(("this one", "before"), folders, strict=False):
        run(("-c", CLI, "demo"), folder, scratch)
        service, workers = at_rest(folder, scratch)
        lines.append(f"| {name} | {service:.0f} | {', '.join(f'{worker:.0f}' for worker in workers)} |")
    return lines


def at_rest(folder: Path, scratch: Path) -> tuple[float, list[float]]:
    """Serve the demonstration, ask one question, and return the memory of the service and of its workers."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    service = subprocess.Popen(
        [sys.executable, "-c", CLI, "serve", "--port", str(port), "--workers", "1"], cwd=folder,
        env=environment(folder, scratch), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        answered(f"http://127.0.0.1:{port}/health")
        answered(f"http://127.0.0.1:{port}/sparql?query=ASK%7B%3Fs%20%3Fp%20%3Fo%7D")
        workers = [pid for pid in children(service.pid) if WORKER.rpartition("/")[2] in command_of(pid)]
        return resident(service.pid), [resident(pid) for pid in workers]
    finally:
        service.send_signal(signal.SIGTERM)
        service.wait()


def answered(address: str) -> None:
    """Wait until an address answers."""
    until = time.monotonic() + FIRST_ANSWER
    while True:
        try:
            with urllib.request.urlopen(address, timeout=FIRST_ANSWER):
                return
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.2)


def children(pid: int) -> list[int]:
    """Return the processes that a process has started, and those that they have."""
    tasks = Path(f"/proc/{pid}/task").glob("*/children")
    found = [int(child) for task in tasks for child in task.read_text().split()]
    return [*found, *(below for child in found for below in children(child))]


def command_of(pid: int) -> str:
    """Return the command line of a process."""
    return Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace").replace("\0", " ")


def resident(pid: int) -> float:
    """Return the memory that a process holds, in MiB."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+)", status)[1]) / 1024  # type: ignore[index]


if __name__ == "__main__":
    main()

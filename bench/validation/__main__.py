"""Runs the comparison: python -m bench.validation --sizes 1000,10000,100000 --out bench/validation [--peers gate,jena]

For each size the same generated fiches, 2% of them faulty, through each engine: the sets of refused fiches are compared
with the list of planted faults. Then what only ours does: deposits of as many rows, each planted fault looked for where it
stands, and single deposits. RESULTS.md and a picture say what came of it. A peer that is missing is left out with what to
install; one that would pass the bound of time or memory at a size, going by its smaller ones, is not run: its line is
extrapolated, and marked.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import psutil

from bench.validation.files import Files
from bench.validation.peers import PEERS
from bench.validation.results import Row, forecast, picture, table


def main() -> None:
    """Make the data of each size, run every peer, write the table and the picture."""
    parser = argparse.ArgumentParser(prog="python -m bench.validation", description=__doc__)
    parser.add_argument("--sizes", default="1000,10000,100000")
    parser.add_argument("--peers", default=",".join(PEERS))
    parser.add_argument("--out", type=Path, default=Path("bench/validation"))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=900.0, help="after which a peer is stopped")
    parser.add_argument(
        "--memory", type=float, default=0.7, help="share of the machine's after which a peer is stopped"
    )
    asked = parser.parse_args()
    bounds = asked.seconds, asked.memory * psutil.virtual_memory().total
    rows: list[Row] = []
    for size in map(int, asked.sizes.split(",")):
        with tempfile.TemporaryDirectory() as folder:
            files = made(Path(folder), size, asked.seed)
            faulty = set(files.planted())
            for name in asked.peers.split(","):
                expected = forecast([row for row in rows if row["peer"] == name], size)
                if expected and (expected["seconds"] > bounds[0] or expected["memory"] > bounds[1]):
                    found = expected
                else:
                    found = run("peers", name, folder, *bounds)
                add(rows, {"peer": name, "size": size, **compared(found, faulty)})
            for name in ("deposit", "single") if "gate" in asked.peers else ():
                add(rows, {"peer": name, "size": size, **run("ours", name, folder, *bounds)})
    asked.out.mkdir(parents=True, exist_ok=True)
    (asked.out / "results.json").write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")
    (asked.out / "RESULTS.md").write_text(table(rows), encoding="utf-8")
    picture(rows, asked.out / "results.svg")


def made(folder: Path, size: int, seed: int) -> Files:
    """Make the files of a size in a process of its own, so that its memory goes back."""
    subprocess.run([sys.executable, "-m", "bench.validation.data", str(folder), str(size), str(seed)], check=True)
    return Files(folder)


def add(rows: list[Row], row: Row) -> None:
    """Keep a row, and show it."""
    rows.append(row)
    print(json.dumps(row), flush=True)


def run(module: str, name: str, folder: str, seconds: float, memory: float) -> dict[str, Any]:
    """Run one peer in a process of its own; return what it says, or why it says nothing."""
    environment = os.environ | {"BENCH_STARTED": str(time.monotonic())}
    command = [sys.executable, "-m", f"bench.validation.{module}", name, folder]
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as errors:
        with subprocess.Popen(command, stdout=out, stderr=errors, env=environment) as process:
            stopped = watch(process, seconds, memory)
        if stopped:
            return {"missing": stopped}
        out.seek(0)
        errors.seek(0)
        last = (errors.read().decode(errors="replace").strip().splitlines() or ["no message"])[-1]
        if process.returncode:
            return {"missing": f"failed ({process.returncode}): {last[:120]}"}
        found: dict[str, Any] = json.loads(out.read().decode().strip().splitlines()[-1])
        return found


def watch(process: subprocess.Popen[bytes], seconds: float, memory: float) -> str:
    """Wait for a process; stop it and what it started beyond a bound, and return which; "" where it ended."""
    end = time.monotonic() + seconds
    while True:
        try:
            process.wait(timeout=0.5)
            return ""
        except subprocess.TimeoutExpired:
            family = [psutil.Process(process.pid), *psutil.Process(process.pid).children(recursive=True)]
            held = sum(one.memory_info().rss for one in family if one.is_running())
        late, large = time.monotonic() > end, held > memory
        if late or large:
            for one in family:
                one.kill()
            return f"stopped after {seconds:,.0f} s" if late else f"stopped at {memory / 2**30:.0f} GiB"


def compared(found: dict[str, Any], faulty: set[str]) -> dict[str, Any]:
    """Compare the fiches refused with those that have a planted fault."""
    if "refused" not in found:
        return found
    refused = set(found.pop("refused"))
    return {**found, "missed": len(faulty - refused), "unexpected": len(refused - faulty), "faults": len(faulty)}


if __name__ == "__main__":
    main()

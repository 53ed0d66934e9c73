"""Runs the comparison: python -m bench.validation --sizes 1000,10000,100000 --out bench/validation [--peers gate,jena]

For each size the same generated fiches, 2% of them faulty, through each engine. The sets of refused fiches are compared
with the list of planted faults; fiches a second, peak memory and the cost of a fiche by size go to RESULTS.md and to a
picture. A peer that is missing, too slow (--most) or stopped by the machine is said, with the reason.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from itertools import pairwise
from pathlib import Path
from typing import Any

from bench.validation.data import make, planted
from bench.validation.peers import PEERS

PYSHACL_MOST = 10_000
"""Beyond so many fiches pySHACL is not run: its slope is stated."""


def main() -> None:
    """Make the data of each size, run every peer, write the table and the picture."""
    parser = argparse.ArgumentParser(prog="python -m bench.validation", description=__doc__)
    parser.add_argument("--sizes", default="1000,10000,100000")
    parser.add_argument("--peers", default=",".join(PEERS))
    parser.add_argument("--out", type=Path, default=Path("bench/validation"))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--most", type=float, default=3600.0, help="seconds after which a peer is stopped")
    asked = parser.parse_args()
    rows: list[dict[str, Any]] = []
    for size in map(int, asked.sizes.split(",")):
        with tempfile.TemporaryDirectory() as folder:
            files = make(Path(folder), size, seed=asked.seed)
            faulty = set(planted(files))
            for name in asked.peers.split(","):
                row = run(name, folder, size, asked.most)
                rows.append({"peer": name, "size": size, "faulty": len(faulty), **judged(row, faulty)})
                print(json.dumps(rows[-1]), flush=True)
    asked.out.mkdir(parents=True, exist_ok=True)
    (asked.out / "results.json").write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")
    (asked.out / "RESULTS.md").write_text(table(rows), encoding="utf-8")
    picture(rows, asked.out / "results.svg")


def run(name: str, folder: str, size: int, most: float) -> dict[str, Any]:
    """Run one peer in a process of its own; return what it says, or why it says nothing."""
    if name == "pyshacl" and size > PYSHACL_MOST:
        return {"missing": f"not run beyond {PYSHACL_MOST:,} fiches"}
    command = [sys.executable, "-m", "bench.validation.peers", name, folder, str(size)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=most, check=False)
    except subprocess.TimeoutExpired:
        return {"missing": f"stopped after {most:.0f} s"}
    if done.returncode != 0 or not done.stdout.strip():
        last = done.stderr.strip().splitlines()[-1:] or ["no message"]
        return {"missing": f"failed ({done.returncode}): {last[0][:120]}"}
    found: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return found


def judged(row: dict[str, Any], faulty: set[str]) -> dict[str, Any]:
    """Compare the fiches refused with those that have a planted fault."""
    if "missing" in row:
        return row
    refused = set(row["refused"])
    same = {"missed": len(faulty - refused), "unexpected": len(refused - faulty)}
    return {"seconds": round(row["seconds"], 2), "memory": row["memory"], **same}


def table(rows: list[dict[str, Any]]) -> str:
    """Return the results in Markdown."""
    sizes = sorted({row["size"] for row in rows})
    lines = [
        "# Validation",
        "",
        f"Written by `python -m bench.validation` on {platform.machine()}, {os.cpu_count()} processors.",
        "Load and judgement together. *Missed* and *unexpected*: fiches where the engine and the planted faults differ.",
        "",
        "| engine | fiches | seconds | fiches/s | ms a fiche | peak memory | missed | unexpected |",
        "|---|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for row in sorted(rows, key=lambda row: (list(PEERS).index(row["peer"]), row["size"])):
        if "missing" in row:
            lines.append(f"| {row['peer']} | {row['size']:,} | {row['missing']} | | | | | |")
            continue
        seconds, size = row["seconds"], row["size"]
        lines.append(
            f"| {row['peer']} | {size:,} | {seconds:,.1f} | {size / seconds:,.0f} | {seconds / size * 1000:.2f} "
            f"| {row['memory'] / 2**20:,.0f} MiB | {row['missed']} | {row['unexpected']} |"
        )
    lines += ["", *slopes(rows, sizes), ""]
    return "\n".join(lines)


def slopes(rows: list[dict[str, Any]], sizes: list[int]) -> list[str]:
    """Return a line an engine: how the cost of a fiche moves from one size to the next."""
    found = []
    for name in PEERS:
        mine = {
            row["size"]: row["seconds"] / row["size"] * 1000 for row in rows if row["peer"] == name and "seconds" in row
        }
        steps = [
            f"{mine[b] / mine[a] - 1:+.0%} from {a:,} to {b:,}" for a, b in pairwise(sizes) if a in mine and b in mine
        ]
        if steps:
            found.append(f"- {name}: cost of a fiche {', '.join(steps)}")
    return found


def picture(rows: list[dict[str, Any]], path: Path) -> None:
    """Draw milliseconds a fiche by size, both on logarithmic axes."""
    import matplotlib

    matplotlib.use("svg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(7, 4.5))
    for name, marker in zip(PEERS, "osv^D", strict=True):
        points = sorted(
            (row["size"], row["seconds"] / row["size"] * 1000)
            for row in rows
            if row["peer"] == name and "seconds" in row
        )
        if points:
            axes.plot(*zip(*points, strict=True), marker=marker, label=name)
    axes.set(xscale="log", yscale="log", xlabel="fiches", ylabel="milliseconds a fiche (load and judgement)")
    axes.grid(True, which="both", alpha=0.3)
    axes.legend()
    figure.tight_layout()
    figure.savefig(path, metadata={"Date": None})


if __name__ == "__main__":
    main()

"""Measures a deposit as a workbook beside the same rows as CSV: python -m bench.workbook [--rows 20000]

The rows are those of `bench.chain`. Each is ingested in a process of its own: seconds, processor seconds of the command
and of the processes it started, rows a processor second, and the most memory that they held together (the proportional
set size: a page that several share counts once).
"""

from __future__ import annotations

import argparse
import csv
import os
import platform
import tempfile
import time
from pathlib import Path

import xlsxwriter

from bench.chain import CLI, Step, command, held
from bench.fiches import write

MEBIBYTE = 2**20
MOST_MEMORY = 600
LEAST_RATE = 0.8
HEAD = """| deposit | seconds | CPU s, command | CPU s, its processes | rows a CPU second | peak memory, MiB |
|---|---|---|---|---|---|"""


def main() -> None:
    """Measure both forms, and write RESULTS.md."""
    parser = argparse.ArgumentParser(prog="python -m bench.workbook", description=__doc__)
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, default=Path("bench/workbook"))
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="observatoire-") as folder:
        table = Path(folder) / "fiches.csv"
        write(table, asked.rows, asked.seed, 0.0)
        as_workbook(table, table.with_suffix(".xlsx"))
        steps = [ingest(table.with_suffix(form), Path(folder)) for form in (".csv", ".xlsx")]
    asked.out.mkdir(parents=True, exist_ok=True)
    said = results(steps, asked.rows)
    (asked.out / "RESULTS.md").write_text(said, encoding="utf-8")
    print(said)


def as_workbook(table: Path, workbook: Path) -> None:
    """Write the rows of a CSV as a workbook, each cell as text."""
    asked = {"constant_memory": True, "strings_to_urls": False, "strings_to_formulas": False}
    with table.open(encoding="utf-8", newline="") as lines, xlsxwriter.Workbook(workbook, asked) as book:
        sheet = book.add_worksheet("Projets")
        for number, row in enumerate(csv.reader(lines)):
            sheet.write_row(number, 0, row)


def ingest(deposit: Path, folder: Path) -> Step:
    """Ingest a deposit into a state folder of its own."""
    return command(deposit.suffix, folder / f"var{deposit.suffix}", *CLI, "ingest", str(deposit), holds=shared_once)


def shared_once(pid: int) -> int:
    """Return the memory of a process and of those it started, in bytes: what they share counts once."""
    return held(pid, lambda one: int(one.memory_full_info().pss))


def results(steps: list[Step], rows: int) -> str:
    """Return the page of the results."""
    rates = [rows / (step.own + step.children) for step in steps]
    lines = [
        f"| {step.name} | {step.seconds:.1f} | {step.own:.1f} | {step.children:.1f} | {rate:,.0f} "
        f"| {step.memory / MEBIBYTE:,.0f} |"
        for step, rate in zip(steps, rates, strict=True)
    ]
    return f"""# A workbook of {rows:,} rows

`python -m bench.workbook --rows {rows}`, {time.strftime("%Y-%m-%d")}, {os.cpu_count()} cores ({platform.machine()}), Python
{platform.python_version()}, load {os.getloadavg()[0]:.1f}. The rows of `bench.chain`, ingested as CSV and as a workbook, one after the other.
Memory is the proportional set size of the command and its processes together.

{HEAD}
{chr(10).join(lines)}

The workbook: {rates[1] / rates[0]:.2f} of the rate of the CSV (asked: {LEAST_RATE} at least), {steps[1].memory / MEBIBYTE:,.0f} MiB
(asked: {MOST_MEMORY} at most).
"""


if __name__ == "__main__":
    main()

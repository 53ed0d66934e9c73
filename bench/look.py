"""Measures what the look for personal data costs a deposit: python -m bench.look [--rows 1000] [--turns 5] [--out bench/look]

The same rows are taken into a fresh registry with the look and without it, turn by turn in one process: the processor
seconds of the median turn. No two rows have a text in common, so that nothing is remembered from one to the other.
"""

from __future__ import annotations

import argparse
import csv
import gc
import os
import platform
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from unittest.mock import patch

from bench.fiches import rows, usages
from ingestion import Options, Registry, Settings, deposit_file
from ingestion.rights.model import OPERATOR
from shapes.privacy.passages import looked_for, looked_for_in_author

MOST = 1.2
ASKED_IN = ("ingestion.words.personal", "ingestion.words.messages", "shapes.privacy.masking")
"""The modules of the way in that look for passages."""
TEXTS = ("titre", "resume", "description", "objectifs", "competences", "plus_values", "points_vigilance", "phases")


def main() -> None:
    """Measure, and write RESULTS.md."""
    parser = argparse.ArgumentParser(prog="python -m bench.look", description=__doc__)
    parser.add_argument("--rows", type=int, default=1000)
    parser.add_argument("--turns", type=int, default=5)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, default=Path("bench/look"))
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="observatoire-") as folder:
        table = Path(folder) / "fiches.csv"
        write(table, asked.rows, asked.seed)
        taken(table)  # rules are read, words are learnt
        turns = [(taken(table), without(table)) for _ in range(asked.turns)]
    said = results(turns, asked.rows)
    asked.out.mkdir(parents=True, exist_ok=True)
    (asked.out / "RESULTS.md").write_text(said, encoding="utf-8")
    print(said)


def write(path: Path, count: int, seed: int) -> None:
    """Write rows of which no two have a text in common."""
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, list(usages()[0]), lineterminator="\n")
        writer.writeheader()
        for number, (row, _) in enumerate(rows(count, seed)):
            own = {name: "|".join(f"{item} {number}" for item in row[name].split("|")) for name in TEXTS if row.get(name)}
            writer.writerow(row | own)


def taken(table: Path) -> float:
    """Take a deposit into a registry of its own; return the processor seconds that it took."""
    for remembered in (looked_for, looked_for_in_author):
        remembered.cache_clear()
    gc.collect()  # what a turn left is not collected at the next one's cost
    with tempfile.TemporaryDirectory(prefix="observatoire-") as var, Registry(Settings(var=Path(var))) as registry:
        begun = time.process_time()
        done = deposit_file(table, registry, OPERATOR, Options(memory=Path(var)))
        seconds = time.process_time() - begun
    if done.summary.read == 0:
        raise SystemExit(f"not read: {done.entries[:3]}")
    return seconds


def without(table: Path) -> float:
    """Do as `taken`, and look for no passage."""
    with nothing_looked_for():
        return taken(table)


@contextmanager
def nothing_looked_for() -> Iterator[None]:
    """Let no text have a passage."""
    with ExitStack() as stack:
        for module in ASKED_IN:
            stack.enter_context(patch(f"{module}.passages", lambda *_, **__: ()))
        yield


def results(turns: list[tuple[float, float]], count: int) -> str:
    """Return the page of the results."""
    looked, blind = (statistics.median(found) for found in zip(*turns, strict=True))
    return f"""# What the look for personal data costs

`python -m bench.look --rows {count} --turns {len(turns)}`, {time.strftime("%Y-%m-%d")}, {os.cpu_count()} cores ({platform.machine()}), Python
{platform.python_version()}, load {os.getloadavg()[0]:.1f}. The same rows, no two with a text in common, taken into a fresh registry.

| deposit | processor, s | µs a row |
|---|---|---|
| with the look | {looked:.2f} | {looked / count * 1e6:,.0f} |
| without | {blind:.2f} | {blind / count * 1e6:,.0f} |

With it, {looked / blind:.2f} of without (asked: {MOST} at most).
"""


if __name__ == "__main__":
    main()

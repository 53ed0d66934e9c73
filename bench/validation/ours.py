"""What only ours does: python -m bench.validation.ours deposit|single FOLDER

`deposit` examines a CSV as `observatoire ingest --dry-run` does, and looks for each planted fault among what is said:
its line and its field. `single` judges deposits one by one, the vocabularies loaded. Prints one JSON line.
"""

from __future__ import annotations

import csv
import json
import resource
import statistics
import sys
import time
from itertools import islice
from pathlib import Path
from typing import Any

from bench.validation.files import Files
from bench.validation.peers import batches, since_start

SINGLES = 200


def deposit(files: Files) -> dict[str, Any]:
    """Examine a deposit in bounded batches; count the planted faults that are reported where they stand."""
    from ingestion.examination.pipeline import examine_batches

    with files.deposit_faults.open(encoding="utf-8", newline="") as rows:
        planted = {(int(row["line"]), row["field"]) for row in csv.DictReader(rows)}
    said: set[tuple[int | None, str]] = set()
    refused = 0
    for part in examine_batches(files.deposit):
        said |= {(entry.line, entry.field) for entry in part.entries if entry.refuses}
        refused += part.summary.refused
    memory = sum(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return {
        "seconds": since_start(), "memory": memory * 1024, "faults": len(planted), "refused": refused,
        "missed": len(planted - said), "unexpected": len(said - planted),
    }  # fmt: skip


def single(files: Files) -> dict[str, Any]:
    """Judge some fiches one by one; return the median and the slowest of twenty, in milliseconds."""
    from shapes.gate import Gate

    judge = Gate()
    times = []
    for lines in islice(next(batches(files.documents)).values(), SINGLES):
        start = time.perf_counter()
        judge.validate(lines)
        times.append((time.perf_counter() - start) * 1000)
    return {"count": len(times), "median": statistics.median(times), "p95": statistics.quantiles(times, n=20)[-1]}


if __name__ == "__main__":
    print(json.dumps({"deposit": deposit, "single": single}[sys.argv[1]](Files(Path(sys.argv[2])))))

"""Every comparison, one after the other: `python -m bench`. Each has a command of its own; see bench/README.md."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

SIZES = (10_000, 100_000)


def main() -> None:
    """Measure the whole chain, then make an edition of each size and run the comparisons over it."""
    run("bench.chain")
    for size in SIZES:
        with tempfile.TemporaryDirectory() as folder:
            rows, var = Path(folder) / "rows.csv", Path(folder) / "var"
            run("bench.fiches", str(size), "--out", str(rows))
            observatoire = str(Path(sys.executable).with_name("observatoire"))
            environment = {"OBSERVATOIRE_VAR": str(var)}
            subprocess.run(["env", *(f"{k}={v}" for k, v in environment.items()), observatoire, "agent", "add", "bench",
                            "--role", "national"], check=True)  # fmt: skip
            subprocess.run(["env", *(f"{k}={v}" for k, v in environment.items()), observatoire, "ingest", str(rows),
                            "--validated-by", "bench"], check=True)  # fmt: skip
            subprocess.run(["env", *(f"{k}={v}" for k, v in environment.items()), observatoire, "publish"], check=True)
            run("bench.pages", "--var", str(var))
            run("bench.search", "--var", str(var))
            run("bench.endpoint", "--var", str(var), "--out", f"bench/endpoint/{size}")
    run("bench.changes")
    run("bench.tables", "--sizes", ",".join(map(str, (1000, *SIZES))))
    run("bench.deposits")
    run("bench.validation")
    run("bench.durability")


def run(module: str, *arguments: str) -> None:
    """Run one module of the bench."""
    subprocess.run([sys.executable, "-m", module, *arguments], check=True)


if __name__ == "__main__":
    main()

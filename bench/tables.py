"""Measures the research tables: python -m bench.tables [--sizes 1000,10000] [--var var] [--turns 3] [--out bench/tables]

Of the current edition of a state (`--var`), or of one made for each size: processor seconds of making every part, of
making those of one changed fiche, and of the files that are made of them after the edition appeared, each whole, and
all together by the clock. The least of some turns. Parts must be those of the edition, by their hashes.
"""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox

from bench.chain import full
from bench.fiches import write
from ingestion import Edition, Editions
from ontologie import Iris
from sparql_api.tables.descriptions import described
from sparql_api.tables.files import make_file, names
from sparql_api.tables.making import change_tables, write_tables
from sparql_api.tables.parts import FOLDER, LIST, read_list

ASKED = 0.3
"""Milliseconds a fiche."""


@dataclass(frozen=True)
class CostOfTables:
    """Seconds of processor and of the clock."""

    processor: float
    clock: float


@dataclass(frozen=True)
class TablesMeasured:
    """What the tables of one edition cost."""

    uses: int
    parts: CostOfTables
    change: CostOfTables
    files: CostOfTables

    def row(self) -> str:
        """Return its line of the table."""
        each = self.parts.processor / self.uses * 1e3
        return (
            f"| {self.uses:,} | {self.parts.processor:.2f} | {each:.2f} | {self.change.processor * 1e3:,.0f} "
            f"| {self.files.processor:.1f} | {self.files.clock:.1f} |"
        )


def main() -> None:
    """Measure, and write RESULTS.md."""
    parser = argparse.ArgumentParser(prog="python -m bench.tables", description=__doc__)
    parser.add_argument("--sizes", default="1000,10000")
    parser.add_argument("--var", type=Path, action="append", default=[], help="a state that is there already")
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--out", type=Path, default=Path("bench/tables"))
    asked = parser.parse_args()
    load = os.getloadavg()[0]
    found = [measured(var, asked.turns) for var in asked.var] or [
        made(int(size), asked.turns) for size in asked.sizes.split(",")
    ]
    said = results(found, load)
    asked.out.mkdir(parents=True, exist_ok=True)
    (asked.out / "RESULTS.md").write_text(said, encoding="utf-8")
    print(said)


def made(size: int, turns: int) -> TablesMeasured:
    """Measure the tables of generated fiches."""
    with tempfile.TemporaryDirectory(prefix="observatoire-") as folder:
        var, deposit = Path(folder) / "var", Path(folder) / "fiches.csv"
        write(deposit, size, 1, 0.0)
        full(var, deposit)
        return measured(var, turns)


def measured(var: Path, turns: int) -> TablesMeasured:
    """Measure the tables of a state's current edition; ends where parts made again are others."""
    edition = Editions(var).current()
    if edition is None:
        raise SystemExit(f"no edition in {var}")
    store, uses = ox.Store.read_only(str(edition.store_path)), uses_of(edition.path)
    graphs = changed(edition)
    with tempfile.TemporaryDirectory(prefix="observatoire-") as folder:
        place = Path(folder)

        def all_parts() -> None:
            again(edition, place, lambda copy: write_tables(copy, store, copy.path))

        def one_change() -> None:
            again(edition, place, lambda copy: change_tables(copy, store, graphs, edition.path))

        def all_files() -> None:
            shutil.rmtree(place / "files", ignore_errors=True)
            for name in names():
                make_file(edition.path, place / "files", name, described(edition))

        parts, change = (least(what, turns) for what in (all_parts, one_change))
        return TablesMeasured(uses, parts, change, least(all_files, 1))


def again(edition: Edition, place: Path, make: Callable[[Edition], object]) -> None:
    """Make the parts of an edition once more, in a folder that has all of its files but them; compare both lists."""
    copy = place / "copy"
    shutil.rmtree(copy, ignore_errors=True)
    copy.mkdir()
    for path in edition.path.iterdir():
        if path.name != FOLDER:
            (copy / path.name).symlink_to(path.resolve())
    make(Edition(edition.number, copy))
    if (copy / FOLDER / LIST).read_bytes() != (edition.path / FOLDER / LIST).read_bytes():
        raise SystemExit("the parts made again are others")


def changed(edition: Edition) -> set[str]:
    """Return the graphs of the fiche that stands in the middle."""
    iris = Iris(edition.manifest["base"])
    uses = [part for part in read_list(edition.path) if part.table == "usages" and part.start]
    identifier = uses[len(uses) // 2].start.removeprefix(iris.entity("projet", ""))
    return {iris.graph("projet", identifier), iris.derived_graph("projet", identifier)}


def uses_of(folder: Path) -> int:
    """Return how many rows the table of uses has."""
    return sum(part.rows for part in read_list(folder) if part.table == "usages")


def least(what: Callable[[], None], turns: int) -> CostOfTables:
    """Return the least that something cost in some turns."""
    found = []
    for _ in range(turns):
        clock, processor = time.perf_counter(), time.process_time()
        what()
        found.append(CostOfTables(time.process_time() - processor, time.perf_counter() - clock))
    return min(found, key=lambda one: one.processor)


def results(found: list[TablesMeasured], load: float) -> str:
    """Return the page of the results."""
    rows = "\n".join(one.row() for one in found)
    times = f"{found[-1].change.processor / found[0].change.processor:.1f}" if len(found) > 1 else "…"
    return f"""# What the research tables cost

`python -m bench.tables`, {time.strftime("%Y-%m-%d")}, {os.cpu_count()} cores ({platform.machine()}), Python {platform.python_version()}, load {load:.1f} at the start.

| fiches | every part, processor s | ms a fiche | one changed fiche, processor ms | every whole file, processor s | by the clock, s |
|---|---|---|---|---|---|
{rows}

Asked: at most {ASKED} ms a fiche; one changed fiche among the most at most twice what it costs among the fewest (here
{times} times); whole files within 60 s of the switch.
"""


if __name__ == "__main__":
    main()

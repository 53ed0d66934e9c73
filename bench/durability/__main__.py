"""Kills at random: `python -m bench.durability --kills 200 --seed 1`; `--points` for the named ones alone."""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterable
from itertools import chain
from pathlib import Path

from bench.durability.run import Durability, Kill


def main() -> int:
    """Kill, say each finding on one line, then the table; 1 where something was lost, half there or different."""
    parser = argparse.ArgumentParser(prog="python -m bench.durability", description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--minutes", type=float, default=24 * 60.0, help="end after so many, with the kills done by then")
    parser.add_argument("--points", action="store_true", help="the named points, in the place of random moments")
    parser.add_argument("--out", type=Path, help="write the table to this file too")
    given = parser.parse_args()
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="durability-") as folder:
        made = Durability(Path(folder))
        found: Iterable[Kill] = made.at_points() if given.points else made.at_random(given.kills, given.seed)
        if given.points:
            print(json.dumps({"before": made.before, "after": made.after}), flush=True)
            found = chain(found, made.with_the_clock_back(), made.two_at_once(given.seed))
        done = []
        for kill in found:
            done.append(kill)
            print(json.dumps(kill.as_dict(), ensure_ascii=False), flush=True)
            if time.monotonic() - started > 60 * given.minutes:
                break
    text = table(done, given.seed, time.monotonic() - started)
    print(text)
    if given.out is not None:
        given.out.write_text(text, encoding="utf-8")
    return int(any(kill.faults for kill in done))


def table(done: list[Kill], seed: int, seconds: float) -> str:
    """Return the kills by act and how, as Markdown."""
    rows: dict[tuple[str, str], list[Kill]] = defaultdict(list)
    for kill in done:
        rows[kill.act, kill.how].append(kill)
    lines = [
        f"{len(done)} kills, seed {seed}, {seconds:.0f} s of clock.", "",
        "| act | how | kills | died before the end | at fault |", "|---|---|---|---|---|",
        *(
            f"| {act} | {how} | {len(some)} | {sum(one.killed for one in some)} | {sum(bool(one.faults) for one in some)} |"
            for (act, how), some in sorted(rows.items())
        ),
        f"| all | | {len(done)} | {sum(one.killed for one in done)} | {sum(bool(one.faults) for one in done)} |", "",
    ]  # fmt: skip
    return "\n".join(lines)


if __name__ == "__main__":
    raise SystemExit(main())

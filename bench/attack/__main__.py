"""The attack in full: python -m bench.attack --minutes 10 --var var [--out bench/attack]

Good clients ask before, during and after what has a known answer; the report RESULTS.md says how fast they were answered,
what the attackers got, what memory it took, and whether anything was wrong.
"""

from __future__ import annotations

import argparse
import os
import platform
import time
from pathlib import Path

from bench.attack.attackers import ADDRESSES, KINDS
from bench.attack.good import CLIENTS, PAGES, SLOW, SPARQL, WEIGHTS, Seen
from bench.attack.run import Measures, measure, median, p99

GROUPS = {"`/sparql`": SPARQL, "pages": PAGES, "all": WEIGHTS}
"""What is summed up together."""


def main() -> None:
    """Run the attack and write the report."""
    parser = argparse.ArgumentParser(prog="python -m bench.attack", description=__doc__)
    parser.add_argument("--var", type=Path, required=True, help="a state folder with an edition")
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--rest", type=float, default=30.0, help="seconds of measure before and after")
    parser.add_argument("--out", type=Path, default=Path("bench/attack"))
    parser.add_argument("--name", default="RESULTS.md")
    asked = parser.parse_args()
    facts = measure(asked.var, asked.minutes * 60, asked.rest)
    text = report(facts)
    asked.out.mkdir(parents=True, exist_ok=True)
    (asked.out / asked.name).write_text(text, encoding="utf-8")
    print(text)


def report(facts: Measures) -> str:
    """Return the report in Markdown."""
    clients = sum(count for _, count in KINDS.values())
    lines = [
        "# Under attack",
        "",
        f"Written by `python -m bench.attack`, {time.strftime('%Y-%m-%d')}, on {platform.machine()}, {os.cpu_count()} "
        f"processors: {facts.seconds / 60:.0f} minutes over {facts.size}. {clients} attackers at once from {ADDRESSES} "
        f"addresses, {CLIENTS} good clients each with its own; service, attackers and good clients share the machine. The "
        "settings are the defaults. Good clients compare every answer whole: those to queries with the store's own, those to "
        "pages with the service's at rest. A refusal counts as an answer that took for ever.",
        "",
        "| what must hold | holds | |",
        "|---|---|---|",
        *(f"| {what} | {'yes' if holds else '**no**'} | {value} |" for what, holds, value in checks(facts)),
        "",
        f"Workers before and after: {facts.workers[0]}, {facts.workers[1]}; replaced in between: {facts.killed:,}. Sockets of "
        f"the service before and after: {facts.sockets[0]}, {facts.sockets[1]}. Answers left on disk: {mib(facts.spooled)}, all "
        f"kept for the next who asks (bound {mib(facts.cache_bound)}).",
        "",
        "## Good clients",
        "",
        "Milliseconds, median / 99th percentile; in brackets how many requests.",
        "",
        "| asked | before | under attack | after |",
        "|---|---|---|---|",
        *(good_row(kind, facts) for kind in WEIGHTS),
        *(good_row(group, facts) for group in GROUPS),
        "",
        "Over half a second or refused under attack, by tens of seconds: "
        + (", ".join(f"{10 * n} s × {count}" for n, count in sorted(facts.during.slow.items())) or "none") + ".",
        "",
        "Refused under attack: " + (counted(facts.during.refused) or "none") + ".",
        "",
        "## Attackers",
        "",
        "| kind | clients | what they were answered, and how often |",
        "|---|---:|---|",
        *(f"| {kind} | {KINDS[kind][1]} | {counted(outcomes)} |" for kind, outcomes in facts.attack.items()),
    ]
    return "\n".join(lines) + "\n"


def checks(facts: Measures) -> list[tuple[str, bool, str]]:
    """Return what must hold, whether it does, and the figures."""
    sparql, pages = facts.during.all(SPARQL), facts.during.all(PAGES)
    wrong = sum(len(phase.wrong) for phase in (facts.before, facts.during, facts.after))
    return [
        *((f"99th percentile of good clients under {SLOW * 1000:.0f} ms, {where}", p99(seconds) < SLOW,
           f"{milliseconds(p99(seconds))} ms of {len(seconds):,} requests")
          for where, seconds in (("on `/sparql`", sparql), ("on pages", pages))),
        ("no good client refused", not facts.during.refused, counted(facts.during.refused) or "none"),
        ("no wrong or cut answer", wrong == 0, f"{wrong}"),
        ("memory under the bound of the settings", facts.peak < facts.bound,
         f"peak {mib(facts.peak)} of {mib(facts.bound)}, {mib(facts.own_peak)} of it in the process that answers"),
        ("as fast after as before", median(facts.after.all()) < 1.5 * median(facts.before.all()),
         f"median {milliseconds(median(facts.before.all()))} ms before, {milliseconds(median(facts.after.all()))} ms after"),
        ("nothing else that must never be", not facts.faults(), "; ".join(facts.faults()) or "—"),
    ]  # fmt: skip


def good_row(kind: str, facts: Measures) -> str:
    """Return a row of good clients' times."""
    return f"| {kind} | " + " | ".join(cell(kind, s) for s in (facts.before, facts.during, facts.after)) + " |"


def cell(kind: str, seen: Seen) -> str:
    """Return the times of one kind in one phase."""
    seconds = seen.all(GROUPS.get(kind, (kind,)))
    return f"{milliseconds(median(seconds))} / {milliseconds(p99(seconds))} ({len(seconds):,})"


def counted(outcomes: dict[str, int]) -> str:
    """Return outcomes with their counts, the most frequent first."""
    return ", ".join(f"{outcome} × {count:,}" for outcome, count in sorted(outcomes.items(), key=lambda o: -o[1]))


def milliseconds(seconds: float) -> str:
    """Return seconds in milliseconds."""
    return f"{seconds * 1000:.0f}" if seconds >= 0.01 else f"{seconds * 1000:.1f}"


def mib(count: float) -> str:
    """Return bytes in MiB."""
    return f"{count / (1 << 20):,.0f} MiB"


if __name__ == "__main__":
    main()

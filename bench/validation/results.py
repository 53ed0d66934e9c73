"""The results of the comparison: the table, what is extrapolated, and the picture."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

from bench.validation.peers import PEERS

Row = dict[str, Any]


def forecast(rows: list[Row], size: int) -> Row | None:
    """Return what a peer would need at a size, going on as between its two largest ones; None where it is not known."""
    known = [row for row in rows if "seconds" in row and not row.get("extrapolated")]
    if len(known) < 2:
        return None
    before, last = known[-2:]
    steps = (size - last["size"]) / (last["size"] - before["size"])
    found = {name: last[name] + (last[name] - before[name]) * steps for name in ("seconds", "memory")}
    return {**found, "extrapolated": True}


def table(rows: list[Row]) -> str:
    """Return the results in Markdown."""
    peers = [row for row in rows if row["peer"] in PEERS]
    lines = [
        "# Validation",
        "",
        f"Written by `python -m bench.validation` on {platform.machine()}, {os.cpu_count()} processors.",
        "Start of the process, load and judgement together. *Missed* and *unexpected*: fiches where the engine and the",
        "planted faults differ. *ms a fiche more*: what each fiche beyond the size before costs, fixed costs left out.",
        "≈: not run, it would pass the bound of time or memory; extrapolated from its two largest sizes.",
        "",
        "| engine | fiches | seconds | fiches/s | ms a fiche | ms a fiche more | peak memory | missed | unexpected |",
        "|---|---:|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for name in PEERS:
        mine = sorted((row for row in peers if row["peer"] == name), key=lambda row: int(row["size"]))
        for before, row in pairwise([None, *mine]):
            lines.append(_line(row, before))  # type: ignore[arg-type]
    return "\n".join([*lines, "", *_against(peers), "", *_ours(rows)])


def _line(row: Row, before: Row | None) -> str:
    size = row["size"]
    if "seconds" not in row:
        return f"| {row['peer']} | {size:,} | left out: {row['missing']} | | | | | | |"
    seconds, about = row["seconds"], "≈ " if row.get("extrapolated") else ""
    more = ""
    if before and "seconds" in before:
        more = f"{(seconds - before['seconds']) / (size - before['size']) * 1000:.2f}"
    judged = f"{row['missed']} | {row['unexpected']}" if "missed" in row else " | "
    return (
        f"| {row['peer']} | {size:,} | {about}{seconds:,.1f} | {about}{size / seconds:,.0f} "
        f"| {about}{seconds / size * 1000:.2f} | {more} | {about}{row['memory'] / 2**20:,.0f} MiB | {judged} |"
    )


def _against(rows: list[Row]) -> Iterator[str]:
    """Yield a line a size: how many times the gate's seconds each peer takes."""
    for size in sorted({row["size"] for row in rows}):
        times = {row["peer"]: row for row in rows if row["size"] == size and "seconds" in row}
        gate = times.pop("gate", None)
        if gate and times:
            others = (
                f"{name} {'≈ ' if row.get('extrapolated') else ''}{row['seconds'] / gate['seconds']:,.1f}"
                for name, row in times.items()
            )
            yield f"- {size:,} fiches, in times what the gate takes: {', '.join(others)}"


def _ours(rows: list[Row]) -> Iterator[str]:
    """Yield what only ours does: deposits with their faults found in place, and single ones."""
    deposits = [row for row in rows if row["peer"] == "deposit"]
    if deposits:
        yield from (
            "## Deposits",
            "",
            "The same kind of rows as CSV, read, resolved, converted and judged as `observatoire ingest --dry-run` does.",
            "*Missed*: planted faults not reported at their line and field; *unexpected*: other refusals.",
            "",
            "| rows | seconds | rows/s | peak memory | planted faults | missed | unexpected |",
            "|---:|---:|---:|---:|---:|---:|---:|",
        )
    for row in deposits:
        if "seconds" not in row:
            yield f"| {row['size']:,} | {row['missing']} | | | | | |"
            continue
        yield (
            f"| {row['size']:,} | {row['seconds']:,.1f} | {row['size'] / row['seconds']:,.0f} "
            f"| {row['memory'] / 2**20:,.0f} MiB | {row['faults']:,} | {row['missed']} | {row['unexpected']} |"
        )
    for row in [row for row in rows if row["peer"] == "single" and "median" in row][-1:]:
        yield ""
        yield (
            f"A single deposit, vocabularies loaded: {row['median']:.1f} ms at the median, {row['p95']:.1f} ms at the "
            f"95th percentile ({row['count']} fiches)."
        )
    yield ""


def picture(rows: list[Row], path: Path) -> None:
    """Draw milliseconds a fiche by size, both on logarithmic axes; hollow marks are extrapolated."""
    import matplotlib

    matplotlib.use("svg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(7, 4.5))
    for name, marker in zip(PEERS, "osv^D", strict=True):
        mine = [row for row in rows if row["peer"] == name and "seconds" in row]
        points = sorted(
            (row["size"], row["seconds"] / row["size"] * 1000, bool(row.get("extrapolated"))) for row in mine
        )
        if not points:
            continue
        (line,) = axes.plot([x for x, _, _ in points], [y for _, y, _ in points], linewidth=1.5, label=name)
        for x, y, guessed in points:
            face = "white" if guessed else line.get_color()
            axes.plot(x, y, marker=marker, color=line.get_color(), markerfacecolor=face)
    axes.set(xscale="log", yscale="log", xlabel="fiches", ylabel="milliseconds a fiche (start, load, judgement)")
    axes.grid(True, which="both", alpha=0.3)
    axes.legend()
    figure.tight_layout()
    figure.savefig(path, metadata={"Date": None})

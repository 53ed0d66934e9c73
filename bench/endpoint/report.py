"""Writes what was measured: the table, where others lead, how answers differ, and a picture."""

from __future__ import annotations

import json
import math
import statistics
from collections.abc import Callable, Sequence
from pathlib import Path

from bench.endpoint.measure import PeerResult, Times, Together
from bench.endpoint.workload import Asked

SEVERAL = ("look-up", "fiche", "fiche page")
"""Kinds whose questions differ by the project alone: shown by their mean."""
HEAD = """# The endpoint and its peers

Made by `python -m bench.endpoint` on {size}, {when}. Client and services share {cores} cores; one client that costs some
30 µs a request is the same for all. **Warm**: milliseconds, median of {runs} asks after the first; in brackets the ratio
to ours (over 1: we are faster). `observatoire` computes every answer (no cache); `observatoire, cached` keeps them, as it
does unless told otherwise. ≠: another bag of rows than ours, explained below. Pages and the whole dump are files here,
CONSTRUCT elsewhere.
"""


def write(
    out: Path, results: Sequence[PeerResult], asked: Sequence[Asked], left_out: Sequence[str], said: dict[str, str]
) -> None:
    """Write RESULTS.md, results.json and results.svg."""
    out.mkdir(parents=True, exist_ok=True)
    kinds = list(dict.fromkeys(one.kind for one in asked))
    lines = [HEAD.format(**said), *table(results, asked), "", *summary(results, asked, kinds), ""]
    lines += [f"- left out: {words}" for words in left_out]
    lines += ["", *leads(results, asked), "", *differences(results, asked)]
    (out / "RESULTS.md").write_text("\n".join(lines).rstrip() + "\n", encoding="utf-8")
    documents = [result.document() for result in results]
    (out / "results.json").write_text(json.dumps(documents, indent=1) + "\n", encoding="utf-8")
    picture(out / "results.svg", results, asked, kinds)


def table(results: Sequence[PeerResult], asked: Sequence[Asked]) -> list[str]:
    """Return one row a question, those of a kind of SEVERAL in one."""
    names = [result.name for result in results]
    lines = ["| question | kind | " + " | ".join(names) + " |", "|---|---|" + "---:|" * len(names)]
    for kind in SEVERAL:
        cells = [mean_cell(result, results[0], asked, kind) for result in results]
        lines.append(f"| mean of {sum(one.kind == kind for one in asked)} | {kind} | " + " | ".join(cells) + " |")
    for one in asked:
        if one.kind not in SEVERAL:
            cells = [cell(result.times.get(one.name), results[0].times[one.name]) for result in results]
            lines.append(f"| {one.name} | {one.kind} | " + " | ".join(cells) + " |")
    return lines


def cell(times: Times | None, ours: Times) -> str:
    """Return one cell: the median, the ratio to ours, and whether the answer is another."""
    if times is None:
        return "—"
    if times.median is None:
        return times.error
    text = milliseconds(times.median)
    if times is not ours and ours.median:
        text += f" ({times.median / ours.median:.2g})"
    return text + (" ≠" if times.differs else "")


def mean_cell(result: PeerResult, ours: PeerResult, asked: Sequence[Asked], kind: str) -> str:
    """Return the cell of a kind of SEVERAL."""
    own, reference = mean(result, asked, kind, warm), mean(ours, asked, kind, warm)
    if own is None:
        return "—"
    differs = any(result.times[one.name].differs for one in asked if one.kind == kind and one.name in result.times)
    ratio = f" ({own / reference:.2g})" if result is not ours and reference else ""
    return milliseconds(own) + ratio + (" ≠" if differs else "")


def milliseconds(seconds: float) -> str:
    """Return a time with three figures."""
    return f"{seconds * 1000:.3g}" if seconds < 1 else f"{seconds * 1000:.0f}"


def warm(times: Times) -> float | None:
    """Return the median of a question asked before."""
    return times.median


def cold(times: Times) -> float | None:
    """Return the time of the first ask after the start."""
    return times.first


def mean(result: PeerResult, asked: Sequence[Asked], kind: str, what: Callable[[Times], float | None]) -> float | None:
    """Return the geometric mean over the questions of a kind (`all`: each kind's questions) that were answered."""
    found = [what(result.times[one.name]) for one in asked if kind in (one.kind, "all") and one.name in result.times]
    values = [value for value in found if value]
    return math.exp(statistics.fmean(map(math.log, values))) if values else None


def shared_mean(result: PeerResult, ours: PeerResult, asked: Sequence[Asked]) -> str:
    """Return the geometric mean of ratios to ours over the questions both answered, each of SEVERAL once."""
    seen, ratios = set[str](), list[float]()
    for one in asked:
        theirs, own = result.times.get(one.name), ours.times[one.name]
        if one.page or (one.kind in SEVERAL and one.kind in seen) or not theirs or not theirs.median or not own.median:
            continue
        seen.add(one.kind)
        ratios.append(theirs.median / own.median)
    return f"{math.exp(statistics.fmean(map(math.log, ratios))):.2f} ({len(ratios)} questions)" if ratios else "—"


def summary(results: Sequence[PeerResult], asked: Sequence[Asked], kinds: Sequence[str]) -> list[str]:
    """Return the means by kind, warm and cold, throughput, memory."""
    lines = ["| over all | " + " | ".join(result.name for result in results) + " |", "|---|" + "---:|" * len(results)]

    def row(label: str, cells: list[str]) -> None:
        lines.append(f"| {label} | " + " | ".join(cells) + " |")

    row("**geometric mean of ratios to ours**", [shared_mean(result, results[0], asked) for result in results])
    for kind in kinds:
        row(f"geometric mean, {kind}, warm (ms)", [shown(mean(result, asked, kind, warm)) for result in results])
    for kind in kinds:
        row(f"geometric mean, {kind}, first ask (ms)", [shown(mean(result, asked, kind, cold)) for result in results])
    for label, of in (("another fiche each time", distinct), ("20 popular fiches", popular)):
        row(
            f"**look-ups/s, 16 clients, {label}**",
            [of(result).error or f"{of(result).throughput:.0f}" for result in results],
        )
        row("their median (ms)", [shown(of(result).median) for result in results])
        row("their 99th percentile (ms)", [shown(of(result).p99) for result in results])
    row("memory after all (MiB)", [f"{result.memory / 2**20:.0f}" for result in results])
    row("loading (s)", [f"{result.load_seconds:.0f}" if result.load_seconds else "—" for result in results])
    return lines


def distinct(result: PeerResult) -> Together:
    """Return what sixteen clients got, another fiche each time."""
    return result.distinct


def popular(result: PeerResult) -> Together:
    """Return what sixteen clients got of a few fiches."""
    return result.popular


def shown(seconds: float | None) -> str:
    """Return a time, or a dash."""
    return milliseconds(seconds) if seconds else "—"


def leads(results: Sequence[PeerResult], asked: Sequence[Asked]) -> list[str]:
    """Return, peer by peer, the questions on which it is ahead of ours, uncached."""
    lines = [
        "## Where others lead",
        "",
        "Ratio of their time to ours without cache, warm; only the same answers count.",
        "",
    ]
    ours = results[0]
    for result in results[1:]:
        if result.name.startswith("observatoire"):
            continue
        found = [
            (theirs.median / own.median, one.name)
            for one in asked
            if (theirs := result.times.get(one.name)) and (own := ours.times[one.name]).median and theirs.median
            if theirs.median < own.median and not theirs.differs and one.kind not in SEVERAL
        ]
        words = ", ".join(f"{name} ({ratio:.2g})" for ratio, name in sorted(found))
        lines.append(f"- **{result.name}**, {len(found)} questions: {words or 'none'}")
    return lines


def differences(results: Sequence[PeerResult], asked: Sequence[Asked]) -> list[str]:
    """Return how answers differ from ours, and what was not answered."""
    lines = ["## Other answers than ours", ""]
    for result in results[1:]:
        alike: dict[str, list[str]] = {}
        for one in asked:
            times = result.times.get(one.name)
            if times and (times.differs or times.error):
                alike.setdefault(times.differs or times.error, []).append(one.name)
        lines += [f"- {result.name}, {', '.join(names)}: {said}" for said, names in alike.items()]
    return lines if len(lines) > 2 else [*lines, "None."]


def picture(path: Path, results: Sequence[PeerResult], asked: Sequence[Asked], kinds: Sequence[str]) -> None:
    """Draw the means by kind on a logarithmic scale, and the throughput beside."""
    import matplotlib

    matplotlib.use("svg")
    from matplotlib import pyplot

    figure, (left, right) = pyplot.subplots(1, 2, figsize=(13, 5), width_ratios=(3, 1))
    width = 0.8 / len(results)
    for number, result in enumerate(results):
        heights = [(mean(result, asked, kind, warm) or 0) * 1000 for kind in kinds]
        places = [x + number * width for x in range(len(kinds))]
        left.bar(places, heights, width * 0.9, label=result.name)
        right.bar(
            [number * width, 1 + number * width], [result.distinct.throughput, result.popular.throughput], width * 0.9
        )
    left.set_yscale("log")
    left.set_xticks([x + 0.4 - width / 2 for x in range(len(kinds))], kinds)
    left.set_ylabel("geometric mean, ms (log): less is better")
    left.legend(fontsize="small")
    right.set_xticks([0.4 - width / 2, 1.4 - width / 2], ["another each time", "20 popular"])
    right.set_ylabel("look-ups/s, 16 clients: more is better")
    figure.tight_layout()
    figure.savefig(path, metadata={"Date": None})
    pyplot.close(figure)

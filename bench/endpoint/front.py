"""Ours and the Oxigraph server side by side, asked in turns: answers kept, and look-ups computed.

All run at once and each is asked for a short while in turn, so that what else runs on the machine weighs on all alike; a
ratio is the median of those of single rounds.
"""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Final

from bench.endpoint.client import Client, together
from bench.endpoint.measure import CLIENTS
from bench.endpoint.peers import PEERS, Peer, Served
from bench.endpoint.workload import Asked

KEPT: Final = "observatoire-cached"
COMPUTED: Final = "observatoire"
OTHER: Final = "oxigraph"
POPULAR: Final = 20
SECONDS: Final = 0.7
"""Of each turn: one client alone, then sixteen."""
HEAD: Final = """# Answers kept and look-ups computed, against the Oxigraph server

Made by `python -m bench.endpoint` on {size}, {when}: {rounds} rounds, each service asked in turn by one client alone, then by
sixteen. Medians; a ratio is the median of those of single rounds. **Kept**: twenty look-ups asked again and again, all walls
of the service standing. **Computed**: another project each time, nothing kept.
"""


@dataclass
class Turns:
    """What one service showed, round by round: answers a second, milliseconds alone, microseconds of processor an answer."""

    rate: list[float] = field(default_factory=list)
    alone: list[float] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)


def side_by_side(data: Served, scratch: Path, asked: Sequence[Asked], rounds: int) -> dict[str, dict[str, Turns]]:
    """Return {kept or computed: {service: what it showed}}; raises NoPeer where one of them is missing."""
    found = {"kept": {KEPT: Turns(), OTHER: Turns()}, "computed": {COMPUTED: Turns(), OTHER: Turns()}}
    with ExitStack() as stack:
        peers = {}
        for name in (KEPT, COMPUTED, OTHER):
            (scratch / f"front-{name}").mkdir()
            peers[name] = stack.enter_context(PEERS[name](data, scratch / f"front-{name}"))
        for number in range(rounds):
            for what, services in found.items():
                for name, turns in services.items():
                    part = asked[:POPULAR] if what == "kept" else asked[number::rounds]
                    turn(peers[name], part, turns)
    return found


def turn(peer: Peer, asked: Sequence[Asked], turns: Turns) -> None:
    """Ask a service for a short while; what is asked was asked once before, so that stores are warm."""
    requests = [peer.target.query(one.text) for one in asked]
    client, took = Client(peer.target, 30), []
    for request in requests[:POPULAR]:
        client.ask(request)
    end, number = time.perf_counter() + SECONDS, 0
    while (started := time.perf_counter()) < end:
        client.ask(requests[number % len(requests)])
        took.append(time.perf_counter() - started)
        number += 1
    client.close()
    before, started = peer.processor(), time.perf_counter()
    answers = len(together(peer.target, requests, CLIENTS, SECONDS))
    turns.rate.append(answers / (time.perf_counter() - started))
    turns.processor.append((peer.processor() - before) / answers * 1e6)
    turns.alone.append(statistics.median(took) * 1e3)


def ratio(ours: Sequence[float], theirs: Sequence[float]) -> float:
    """Return the median of the ratios of single rounds."""
    return statistics.median(own / other for own, other in zip(ours, theirs, strict=True))


def write(out: Path, found: dict[str, dict[str, Turns]], said: dict[str, str]) -> None:
    """Write FRONT.md and front.json."""
    out.mkdir(parents=True, exist_ok=True)
    rounds = len(found["kept"][OTHER].rate)
    lines = [HEAD.format(**said, rounds=rounds)]
    lines += ["| | answers/s, 16 clients | alone, ms | processor, µs an answer |", "|---|---:|---:|---:|"]
    for what, services in found.items():
        (name, ours), (other, theirs) = services.items()
        for service, turns in services.items():
            cells = (f"{statistics.median(turns.rate):,.0f}", f"{statistics.median(turns.alone):.3f}")
            lines.append(f"| {what}, {service} | " + " | ".join(cells) + f" | {statistics.median(turns.processor):.0f} |")
        ratios = [ratio(getattr(ours, part), getattr(theirs, part)) for part in ("rate", "alone", "processor")]
        lines.append(f"| **{what}, {name} to {other}** | " + " | ".join(f"**{one:.2f}**" for one in ratios) + " |")
    (out / "FRONT.md").write_text("\n".join(lines) + "\n", encoding="utf-8")
    documents = {what: {name: asdict(turns) for name, turns in services.items()} for what, services in found.items()}
    (out / "front.json").write_text(json.dumps(documents, indent=1) + "\n", encoding="utf-8")

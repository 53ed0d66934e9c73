"""Kills a publisher at random moments, and says what state each death leaves. Run by `test_publication_killed`.

    python -m tests.ingestion.registry.killing VAR TURNS SEED

Named points, and the other acts: `bench.durability`.

This process never opens a store: each publisher is a fork of it, already warm, so that a death falls inside the
publication and not inside the start of Python. Prints one JSON line a turn.
"""

from __future__ import annotations

import json
import random
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pyoxigraph as ox

from bench.durability.acts import FACES, document, forked
from ingestion import Editions, Registry, Settings, publish, rebuild
from ingestion.derivation.rules import rules_digest
from ontologie import serialize_lines, vocabularies
from shapes import shapes_digest
from tests.ingestion.registry.edition_digest import edition_hash
from tests.making import TEAM, declared, dump_of


def deposit(var: Path, turn: int) -> None:
    """Register a new project and a new version of another, and withdraw a third."""
    with declared(Registry(Settings(var=var))) as registry:
        registry.register([document("18-A", f"Titre {turn}"), document(f"18-B{turn}", "Un")], TEAM, validate=True)
        if turn > 0 and turn % 3 == 2:
            registry.withdraw("projet", f"18-B{turn - 1}", TEAM)


def run_publish(var: Path) -> None:
    """Publish, with a face that takes its time as a search index does."""
    with Registry(Settings(var=var)) as registry:
        publish(Settings(var=var), registry, FACES)


def run_rebuild(var: Path) -> None:
    """Derive the current edition again."""
    with Registry(Settings(var=var)) as registry:
        rebuild(Settings(var=var), registry, FACES)


def inspect(var: Path) -> dict[str, object]:
    """Return what a reader finds, and whether it is what the manifest says."""
    edition = Editions(var).current()
    if edition is None:
        return {"edition": None, "sound": not Editions(var).all()}
    store = ox.Store.read_only(str(edition.store_path))
    graphs = sorted(
        (graph for graph in store.named_graphs() if isinstance(graph, ox.NamedNode)), key=lambda one: one.value.encode()
    )
    dump = b"".join(
        line
        for graph in graphs
        for line in sorted(serialize_lines(store.quads_for_pattern(None, None, None, graph)))
    )
    found = edition_hash(dump)
    with Registry(Settings(var=var)) as registry:
        last = registry.editions.last()
    sound = found == edition.manifest["sha256"] and dump_of(edition.path) == dump and (edition.path / "index").is_file()
    sound = sound and last is not None and last.number in (edition.number, edition.number + 1)
    numbers = [one.number for one in Editions(var).all()]
    return {"edition": edition.number, "sound": sound and numbers == list(range(1, edition.number + 1))}


def killed(work: Callable[[], object], after: float | None) -> tuple[bool, object]:
    """Run work in a fork, killed after so many seconds; return whether it ended by itself, and what it returned."""
    alone, found = forked(work, after)
    if isinstance(found, dict) and "failed" in found:
        raise SystemExit(f"a fork failed by itself: {found['failed']}")
    return alone, found


def main(var: Path, turns: int, seed: int) -> None:
    """Publish, then kill turn after turn, at moments spread over the time that the work took when left alone."""
    chance = random.Random(seed)
    vocabularies(), rules_digest(), shapes_digest()
    usual = {}
    for turn, work in enumerate((run_publish, run_publish, run_rebuild)):
        deposit(var, -turn)
        started = time.monotonic()
        killed(lambda work=work: work(var), None)  # type: ignore[misc]
        usual[work] = time.monotonic() - started
    for turn in range(1, turns + 1):
        deposit(var, turn)
        work = run_rebuild if turn % 4 == 0 else run_publish
        ended, _ = killed(lambda work=work: work(var), chance.random() * 1.1 * usual[work])  # type: ignore[misc]
        _, found = killed(lambda: inspect(var), None)
        print(json.dumps({"turn": turn, "work": work.__name__, "killed": not ended, **dict(found)}), flush=True)  # type: ignore[call-overload]
    killed(lambda: run_publish(var), None)
    killed(lambda: run_rebuild(var), None)
    _, found = killed(lambda: inspect(var), None)
    print(json.dumps({"turn": "last", **dict(found)}), flush=True)  # type: ignore[call-overload]


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))

"""Kills an erasure at each of `POINTS`, and says what a reader finds then and once it was done again.

    python -m tests.ingestion.registry.killing_erasures VAR

Each erasure is a fork of this process, which never opens a store. Prints one JSON line a point.
"""

from __future__ import annotations

import json
import os
import pkgutil
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ingestion import Registry, Settings
from ingestion.publication.erasure import erase
from tests.ingestion.registry.killing import FACES, deposit, forked, inspect, run_publish
from tests.making import OPERATOR

POINTS = {
    "the registry holds no word of it": ("ingestion.registry.registry.Registry.erase", True),
    "a new ledger is written": ("ingestion.publication.redaction.replace_ledger", False),
    "the ledger is another": ("ingestion.publication.redaction.replace_ledger", True),
    "the members are written": ("ingestion.publication.rewriting.make_last", True),
    "the store is made": ("ingestion.publication.redaction.write_store", True),
    "the redaction is noted": ("ingestion.registry.editions.EditionRecords.redact", True),
    "the folders are exchanged": ("ingestion.publication.editions.sync_folder", True),
    "the former folder is removed": ("ingestion.publication.redaction.exchange", True),
    "the registry is to be written anew": ("ingestion.registry.registry.Registry.compact", False),
}
"""The points at which an erasure is killed: which function, before or after it is first called."""


def run_erase(var: Path, identifier: str) -> None:
    """Erase a project."""
    with Registry(Settings(var=var)) as registry:
        erase(Settings(var=var), registry, "projet", identifier, OPERATOR, FACES)


def killed_at(work: Callable[[], object], name: str, after: bool) -> None:
    """Work, and die before or after a function is first called, as `kill -9` does it."""
    owner, _, function = name.rpartition(".")
    held = pkgutil.resolve_name(owner)
    first = getattr(held, function)

    def dying(*given: Any, **named: Any) -> None:
        if after:
            first(*given, **named)
        os.kill(os.getpid(), signal.SIGKILL)

    setattr(held, function, dying)
    work()


def main(var: Path) -> None:
    """Publish two editions, erase what both hold."""
    for turn in range(len(POINTS)):
        deposit(var, 3 * turn)  # Of those turns, none withdraws.
    forked(lambda: run_publish(var), None)
    deposit(var, 300)
    forked(lambda: run_publish(var), None)
    for turn, (point, how) in enumerate(POINTS.items()):
        erasure = f"18-B{3 * turn}"
        forked(lambda: run_publish(var), None)  # No edition: it makes the ledger that an interruption had thrown away.
        ended, _ = forked(lambda name=erasure, how=how: killed_at(lambda: run_erase(var, name), *how), None)  # type: ignore[misc]
        _, left = forked(lambda: inspect(var), None)
        forked(lambda name=erasure: run_erase(var, name), None)  # type: ignore[misc]
        _, found = forked(lambda: inspect(var), None)
        swept = not list((var / "editions").glob(".*.tmp")) and not list(var.glob(".*.tmp"))
        print(json.dumps({"point": point, "killed": not ended, "left": left, "found": found, "swept": swept}), flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))

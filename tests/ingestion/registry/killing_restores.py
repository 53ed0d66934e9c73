"""Kills a restore at each of `POINTS`, and says what stands then and once the next command has opened the registry.

    python -m tests.ingestion.registry.killing_restores VAR

Each restore is a fork of this process, which never opens a store, over a copy of VAR: a state of two editions of few
vocabularies, backed up at the first. Prints one JSON line with both states, then one a point.
"""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from ingestion import Editions, Registry, Settings
from ingestion.backups.backup import back_up
from ingestion.backups.restoring import restore
from ingestion.commands.failures import opened
from ingestion.registry.copies import Copies
from ontologie.console import Lang
from tests.ingestion.registry.killing import FACES, deposit, forked, inspect, run_publish, with_few_vocabularies
from tests.ingestion.registry.killing_erasures import killed_at
from tests.making import OPERATOR

POINTS = {
    "the backup is read": ("ingestion.backups.restoring.unpack", False),
    "all is unpacked": ("ingestion.backups.restoring.unpack", True),
    "what was erased since is gone": ("ingestion.backups.restoring.redact", True),
    "the store is made": ("ingestion.backups.restoring.make_faces", True),
    "the registry is to take it": ("ingestion.registry.copies.Copies.take", False),
    "rows are written": ("ingestion.registry.copies._count_on", True),
    "the registry has taken it": ("ingestion.registry.copies.Copies.take", True),
    "the folders are exchanged": ("ingestion.publication.editions.sync_folder", True),
    "the former one is removed": ("ingestion.backups.restoring.exchange", True),
    "all is in its place": ("ingestion.backups.restoring._put_in_place", True),
}
"""The points at which a restore is killed: which function, before or after it is first called."""

LATE = {"the folders are exchanged"}
"""Those whose function is called before the registry takes anything too: they count from then on."""


def killed(work: Callable[[], object], point: str) -> None:
    """Work, and die at a point."""
    if point not in LATE:
        return killed_at(work, *POINTS[point])
    take = Copies.take

    def taking(*given: Any, **named: Any) -> None:
        take(*given, **named)
        killed_at(lambda: None, *POINTS[point])

    Copies.take = taking  # type: ignore[method-assign]
    work()
    return None


def run_restore(settings: Settings, backup: Path) -> None:
    """Restore over what is there."""
    with Registry(settings) as registry:
        restore(settings, registry, backup, OPERATOR, FACES, replace=True)


def look(settings: Settings) -> dict[str, object]:
    """Return which documents the registry has and which edition answers, with its root, as a command finds them."""
    with opened(settings, Lang.EN) as registry:
        names = [one.identifier for one in registry.listed()]
        last = registry.editions.last()
    current = Editions(settings.var).current()
    root = None if current is None else current.manifest["sha256"]
    agree = (None if last is None else last.sha256) == root
    left = [path.name for path in settings.var.iterdir() if path.name == "restauration"]
    return {"names": names, "root": root, "sound": inspect(settings.var)["sound"] and agree and not left}


def back_up_first(settings: Settings, backup: Path) -> None:
    """Back up."""
    with Registry(settings) as registry:
        back_up(settings, registry, backup)


def main(var: Path) -> None:
    """Kill a restore at each point, over the same state."""
    with_few_vocabularies()
    made, backup, states = Settings(var=var), var.with_name("b.zip"), []
    for turn in (0, 1):
        deposit(var, turn)
        forked(lambda: run_publish(var), None)
        states.append(forked(lambda: look(made), None)[1])
        if turn == 0:
            forked(lambda: back_up_first(made, backup), None)
    print(json.dumps({"new": states[0], "former": states[1]}), flush=True)
    for number, point in enumerate(POINTS):
        settings = Settings(var=var.with_name(f"var-{number}"))
        shutil.copytree(var, settings.var, symlinks=True)
        work = partial(run_restore, settings, backup)
        ended, _ = forked(partial(killed, work, point), None)
        _, found = forked(partial(look, settings), None)
        forked(work, None)
        _, then = forked(partial(look, settings), None)
        print(json.dumps({"point": point, "killed": not ended, "found": found, "then": then}), flush=True)
        shutil.rmtree(settings.var)


if __name__ == "__main__":
    main(Path(sys.argv[1]))

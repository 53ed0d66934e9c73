"""Finds the projects of the register that are likely the same usage as one: by keys first, so that few are compared.

Knows the file of keys in the state folder, which follows the registry event by event and may be lost: it is made again.
It holds identifiers and hashes, no word of a project.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from ingestion.examination.likeness import Likeness, keys, likeness, why_alike
from ingestion.registry.projects import RecordedProject
from ingestion.registry.registry import Registry
from ingestion.registry.tables.model import Registered
from ingestion.rights.decision import decide
from ingestion.rights.model import Agent, Matter
from ingestion.words.examples import PROJECT

NEIGHBOURS: Final = "ressemblances.sqlite"
"""The file of keys, in the state folder."""

_COMPARED: Final = 24
_OF_A_KEY: Final = 40
"""Projects that a key may stand for; one that more have says little."""

_TABLES: Final = """
CREATE TABLE IF NOT EXISTS keys (key INTEGER, identifier TEXT, PRIMARY KEY (key, identifier)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS keys_by_identifier ON keys (identifier);
CREATE TABLE IF NOT EXISTS followed (event INTEGER, at TEXT);
"""


def alike_to(registry: Registry, found: Registered, agent: Agent, folder: Path) -> dict[str, str]:
    """Return what is likely the same usage as a registered project, as `Neighbours.of`; `folder` is the state's."""
    if found.kind != PROJECT or found.document is None:
        return {}
    neighbours = Neighbours(folder / NEIGHBOURS, registry)
    try:
        return neighbours.of(found.identifier, found.document, registry.accounts.known(agent.name))
    finally:
        neighbours.close()


def follow(registry: Registry, folder: Path) -> None:
    """Bring the file of keys in a state folder up to the registry: who deposits much pays for it, not the next one.

    Where another process holds the file for long, the next one does.
    """
    neighbours = Neighbours(folder / NEIGHBOURS, registry)
    try:
        neighbours.follow()
    except sqlite3.OperationalError:
        return
    finally:
        neighbours.close()


class Neighbours:
    """The keys of a registry's projects, and what is near a project among them; followed up to its first use."""

    def __init__(self, path: Path, registry: Registry) -> None:
        self._path, self._projects = path, registry.projects
        self._database: sqlite3.Connection | None = None

    def of(self, identifier: str, document: Mapping[str, Any], agent: Agent) -> dict[str, str]:
        """Return what is likely the same usage as a project, nearest first: identifier → the rule by which it is.

        What is not public is said to who may read it alone.
        """
        mine = likeness(document)
        near = self._near(mine, identifier)
        found: dict[str, str] = {}
        for other in self._projects.named(near):
            why = None if other.document is None else why_alike(mine, likeness(other.document))
            if why is not None and (other.public or _readable(agent, other)):
                found[other.identifier] = why
        return {name: found[name] for name in near if name in found}

    def follow(self) -> None:
        """Bring the file of keys up to the registry's last event."""
        self._followed()

    def close(self) -> None:
        """Close the file of keys."""
        if self._database is not None:
            self._database.close()
            self._database = None

    def _near(self, mine: Likeness, identifier: str) -> list[str]:
        """Return the projects that share most keys with one, few enough to be compared."""
        counted, database = Counter[str](), self._followed()
        for key in keys(mine):
            asked = "SELECT identifier FROM keys WHERE key = ? LIMIT ?"
            counted.update(name for (name,) in database.execute(asked, (key, _OF_A_KEY)))
        counted.pop(identifier, None)
        return [name for name, _ in sorted(counted.items(), key=lambda pair: (-pair[1], pair[0]))[:_COMPARED]]

    def _followed(self) -> sqlite3.Connection:
        """Return the file of keys, brought up to the registry's last event at its first use."""
        if self._database is None:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            try:
                self._open()
            except sqlite3.OperationalError:  # busy, or no room: it would be so again
                raise
            except sqlite3.DatabaseError:  # damaged by a power cut
                self.close()
                self._path.unlink()
                self._open()
            assert self._database is not None
        return self._database

    def _open(self) -> None:
        self._database = sqlite3.connect(self._path, timeout=20, isolation_level=None)
        # Nothing is lost with it: no deposit waits for the disk.
        self._database.executescript("PRAGMA synchronous=OFF;" + _TABLES)
        self._database.execute("BEGIN IMMEDIATE")
        self._follow(self._database)
        self._database.execute("COMMIT")

    def _follow(self, database: sqlite3.Connection) -> None:
        number, at = database.execute("SELECT event, at FROM followed").fetchone() or (0, "")
        if not self._projects.has_event(number, at):
            database.execute("DELETE FROM keys")
            number = 0
        last = self._projects.last_event()
        if last[0] == number:
            return
        for one in self._projects.since(number):
            database.execute("DELETE FROM keys WHERE identifier = ?", (one.identifier,))
            if one.document is not None:
                rows = [(key, one.identifier) for key in keys(likeness(one.document))]
                database.executemany("INSERT INTO keys VALUES (?, ?)", rows)
        database.execute("DELETE FROM followed")
        database.execute("INSERT INTO followed VALUES (?, ?)", last)


def _readable(agent: Agent, one: RecordedProject) -> bool:
    return decide(agent, "read", Matter(PROJECT, one.identifier, one.academie)).allowed

"""Erases a document for good: from the registry, from what is published, from every file of the state folder.

Decided in docs/decisions/erasure.md.

Knows which files hold what was erased: no store, index or database is trusted to let go of it, so that each is made
anew from what remains, or removed.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ingestion.publication.assembly import Progress
from ingestion.publication.cut import Face
from ingestion.publication.editions import MANIFEST, Editions
from ingestion.publication.locking import publication_lock
from ingestion.publication.publish import Publication, publish
from ingestion.registry.registry import Registry
from ingestion.rights.model import Agent
from ingestion.settings import Settings


@dataclass(frozen=True)
class Erased:
    """What an erasure did: the edition that answers since, where the document had been public; the editions emptied."""

    publication: Publication | None
    emptied: tuple[int, ...]


def erase(
    settings: Settings,
    registry: Registry,
    kind: str,
    identifier: str,
    agent: Agent,
    faces: Sequence[Face] = (),
    progress: Progress | None = None,
) -> Erased:
    """Erase a document: afterwards no file under the state folder holds a word of it.

    The next edition is made from nothing. Where the document had been public it is made at once, without it, and the
    editions that hold it keep their manifest alone and answer 410. Done again after an interruption, it ends what it
    began.
    Raises LookupError, RefusedAct, and what `publish` raises.
    """
    editions = Editions(settings.var)
    registry.erase(kind, identifier, agent)
    # Also where it was never public: a publication that was killed leaves what it had begun to write.
    with publication_lock(settings.var):
        # Stores keep the strings of removed quads, databases what was in their pages: both are made again.
        for folder in (settings.var / "store", *editions.folder.glob(".*.tmp")):
            shutil.rmtree(folder, ignore_errors=True)
        for path in settings.var.glob("graphes.sqlite*"):
            path.unlink()
    publication = None
    if registry.editions.was_public(kind, identifier):
        publication = publish(settings, registry, faces, progress)
    # Answers that a service keeps hold texts of fiches.
    shutil.rmtree(settings.var / "kept", ignore_errors=True)
    gone = tuple(edition.number for edition in editions.all() if editions.is_gone(edition.number))
    emptied = tuple(number for number in gone if _emptied(settings.var, editions.folder / str(number)))
    registry.compact()
    return Erased(publication, emptied)


def _emptied(var: Path, folder: Path) -> bool:
    """Remove what an edition's folder holds but its manifest, and what was made of it since; return whether it did."""
    found = [path for path in folder.iterdir() if path.name != MANIFEST]
    for path in (*found, *(var / "faces").glob(f"{folder.name}-*")):
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()
    return bool(found)

"""Publishes: from the validated documents of the registry to an edition that never changes (DESIGN §8).

Knows the order of the steps and what makes them safe: one publisher at a time, a working store that starts from
the last edition's checkpoint, an edition that appears whole by one rename, a link moved last. What a graph says is
the business of conversion, provenance and derivation.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pyoxigraph as ox

from ingestion.assembly import Change, Progress, apply_changes, changes_since
from ingestion.dumps import write_dumps
from ingestion.editions import MANIFEST, Edition, Editions, sync_folder
from ingestion.ledger import Ledger
from ingestion.manifest import graphs_digest, make_manifest
from ingestion.registry import Registry
from ingestion.settings import Settings

Face = Callable[[Edition, ox.Store], None]
"""What the faces need of an edition (search index, self-description…): made before the edition appears."""

OPTIMIZE_FROM: Final = 200
"""Changed graphs from which the store is compacted: queries are then two to five times faster."""


@dataclass(frozen=True)
class Publication:
    """What a publication did: the edition that answers, and whether it is a new one."""

    edition: Edition
    changed: bool
    documents: int


class PublicationBusy(Exception):
    """Another publisher is at work on the same state."""


class NothingToPublish(Exception):
    """Nothing was ever validated."""


def publish(
    settings: Settings, registry: Registry, faces: Sequence[Face] = (), progress: Progress | None = None
) -> Publication:
    """Cut an edition from what is validated; nothing changed, no new edition.

    Raises PublicationBusy, NothingToPublish, and DoubleTriple where a triple would be in two graphs.
    """
    editions = Editions(settings.var)
    editions.folder.mkdir(parents=True, exist_ok=True)
    with publication_lock(settings.var), Ledger(settings.var / "graphes.sqlite") as ledger:
        current = editions.current()
        if ledger.fact("edition") != (str(current.number) if current else None):
            # The ledger is behind or ahead of the edition that answers: it is made again from the registry.
            ledger.clear()
        change = changes_since(ledger, registry, settings.base_iri)
        if not change.documents and current is None:
            raise NothingToPublish
        if current is not None and not change.anything:
            registry.mark_published(current.number)
            return Publication(current, False, change.documents)
        edition = _cut(settings, editions, current, ledger, change, faces, progress)
        registry.mark_published(edition.number)
        return Publication(edition, edition != current, change.documents)


def _cut(
    settings: Settings,
    editions: Editions,
    current: Edition | None,
    ledger: Ledger,
    change: Change,
    faces: Sequence[Face],
    progress: Progress | None,
) -> Edition:
    numbers = [edition.number for edition in editions.all()]
    number = max(numbers, default=0) + 1
    draft = Edition(number, editions.folder / f".{number}.tmp")
    for leftover in editions.folder.glob(".*.tmp"):
        shutil.rmtree(leftover)
    draft.path.mkdir()
    build_store(settings, current if ledger.fact("edition") else None, ledger, change, progress, draft)
    if current is not None and graphs_digest(ledger) == current.manifest["sha256"]:
        # The same graphs: a ledger made again, or rules that changed and say the same. The edition stands.
        shutil.rmtree(draft.path)
        ledger.note("edition", str(current.number))
        ledger.commit()
        return current
    store = ox.Store.read_only(str(draft.store_path))
    dumps = write_dumps(draft.path, ledger, settings.base_iri)
    manifest = make_manifest(number, ledger, change, dumps, settings.base_iri)
    text = json.dumps(manifest, ensure_ascii=False, indent=2, sort_keys=True) + "\n"
    (draft.path / MANIFEST).write_text(text, encoding="utf-8")
    for face in faces:
        face(draft, store)
    del store
    _sync(draft.path)
    edition = Edition(number, editions.folder / str(number))
    draft.path.rename(edition.path)
    sync_folder(editions.folder)
    editions.point_to(edition)
    ledger.note("edition", str(number))
    ledger.commit()
    return edition


def build_store(
    settings: Settings,
    start: Edition | None,
    ledger: Ledger,
    change: Change,
    progress: Progress | None,
    draft: Edition,
) -> None:
    """Make the draft's store: the start edition's checkpoint, or nothing, with the changes applied."""
    working = settings.var / "store"
    shutil.rmtree(working, ignore_errors=True)
    if start is not None:
        ox.Store.read_only(str(start.store_path)).backup(str(working))
    store = ox.Store(str(working))
    touched = apply_changes(store, ledger, change, settings.base_iri, progress)
    if touched >= OPTIMIZE_FROM or start is None:
        store.optimize()
    else:
        store.flush()
    store.backup(str(draft.store_path))


@contextmanager
def publication_lock(var: Path) -> Iterator[None]:
    """Hold the one publisher's lock; raises PublicationBusy where another holds it. A killed holder lets go."""
    descriptor = os.open(var / "publication.lock", os.O_RDWR | os.O_CREAT, 0o644)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError as error:
        raise PublicationBusy from error
    finally:
        os.close(descriptor)


def _sync(folder: Path) -> None:
    """Make an edition's own files last; the store's are RocksDB's, already on disk."""
    for path in folder.iterdir():
        if path.is_file():
            descriptor = os.open(path, os.O_RDONLY)
            os.fsync(descriptor)
            os.close(descriptor)
    sync_folder(folder)

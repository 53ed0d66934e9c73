"""Cuts an edition: its store, dumps and faces made in a draft's folder, which appears whole by one rename.

Knows the parts of an edition and the order that makes them safe: it exists once the registry has noted it, and answers
once the link points to it. Whether one is to be cut is `publish`'s.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import pyoxigraph as ox

from ingestion.publication.assembly import Change, Progress, apply_changes, describe_editions
from ingestion.publication.files.dumps import differences, frame_fiches, write_dumps
from ingestion.publication.files.editions import Edition, Editions, sync_folder
from ingestion.publication.files.ledger import Ledger
from ingestion.publication.files.loading import Loading
from ingestion.publication.lineage import lineage_graph
from ingestion.publication.manifest import Reviewed, make_manifest, same_graphs, write_manifest
from ingestion.registry.editions import CutEdition, RegisteredEdition
from ingestion.registry.registry import Registry
from ingestion.settings import Settings
from ingestion.words.errors import IngestionError

Face = Callable[[Edition, ox.Store], None]
"""What the faces need of an edition (search index, self-description…): made before it appears, beside one another."""

OPTIMIZE_FROM: Final = 200
"""Changed graphs under which no store is compacted: counted since it last was, and as many as there are segments in a
large edition. So a change pays its share of a compaction; until then aggregates take up to a quarter more time
(`bench/chain/NOTES.md`)."""


class UnknownEdition(IngestionError):
    """The edition that answers is not one of this registry: they do not belong together."""


def settle(editions: Editions, last: RegisteredEdition | None) -> Edition | None:
    """Finish or undo what a killed publisher left; return the edition that answers.

    An edition that the registry noted exists: the link is moved to it. One that it did not is removed.
    Raises UnknownEdition where the link points to an edition that the registry never noted.
    """
    current, ahead = editions.current(), refuse_unknown(editions, last)
    number = 0 if last is None else last.number
    for leftover in (*editions.folder.glob(".*.tmp"), *(edition.path for edition in ahead)):
        shutil.rmtree(leftover)
    if current is not None and current.number == number:
        return current
    made = next((edition for edition in editions.on_disk() if edition.number == number), None)
    if made is not None:
        editions.point_to(made)
    return made


def refuse_unknown(editions: Editions, last: RegisteredEdition | None) -> list[Edition]:
    """Return what a killed publisher left beyond the last edition: one at most, to which no link points.

    Raises UnknownEdition where there is more than that.
    """
    number = 0 if last is None else last.number
    current, ahead = editions.current(), [edition for edition in editions.on_disk() if edition.number > number]
    if (current is not None and current.number > number) or len(ahead) > 1:
        raise UnknownEdition(ahead[-1].number)
    return ahead


def make_store(working: Path, start: Edition | None) -> ox.Store:
    """Return the working store: the start edition's checkpoint (hard links), or an empty one.

    Whatever stood there is thrown away: a killed publisher may have left it half done.
    """
    shutil.rmtree(working, ignore_errors=True)
    if start is not None:
        ox.Store.read_only(str(start.store_path)).backup(str(working))
    return ox.Store(str(working))


@dataclass(frozen=True)
class Making:
    """A draft's store in the making, beside the dumps and the faces.

    `loaded` gives the folder of a checkpoint that says the same as the store to come; `done` ends with the store.
    """

    loaded: Future[Path]
    done: Future[None]


def begin_store(loading: Loading, ledger: Ledger, draft: Edition, *, fresh: bool) -> Making:
    """Begin to write the draft's store, compacted where much changed since it last was."""
    changed = int(ledger.fact("changed") or 0)
    compact = fresh or changed >= max(OPTIMIZE_FROM, ledger.segments.count())
    ledger.note("changed", "0" if compact else str(changed))
    first = draft.path / "loaded" if compact else draft.store_path

    def checkpoint(store: ox.Store) -> Path:
        store.flush()
        store.backup(str(first))
        return first

    def finish(store: ox.Store) -> None:
        if compact:
            store.optimize()
            store.flush()
            store.backup(str(draft.store_path))

    return Making(loading.then(checkpoint), loading.then(finish))


def finish_store(making: Making, draft: Edition, faces: Sequence[Face], progress: Progress | None) -> None:
    """Make the faces of a draft, beside one another and beside the compaction of its store, and end with the store."""
    with step("store", progress):
        folder = making.loaded.result()
    with step("faces", progress):
        make_faces(draft, folder, faces)
    with step("compaction", progress):
        making.done.result()
    if folder != draft.store_path:
        shutil.rmtree(folder)


def make_faces(draft: Edition, store_path: Path, faces: Sequence[Face]) -> None:
    """Make the faces of a draft, beside one another, from a store that says what it does."""
    with ThreadPoolExecutor(max(1, len(faces))) as pool:
        store = ox.Store.read_only(str(store_path))
        for made in [pool.submit(face, draft, store) for face in faces]:
            made.result()
        del store


@contextmanager
def step(name: str, progress: Progress | None) -> Iterator[None]:
    """Tell that a step begins, and that it ends."""
    say = progress or (lambda *_: None)
    say(name, 0, 1)
    yield
    say(name, 1, 1)


def sync_files(folder: Path) -> None:
    """Make an edition's own files last; the store's are RocksDB's, already on disk."""
    for path in folder.iterdir():
        if path.is_file():
            descriptor = os.open(path, os.O_RDONLY)
            os.fsync(descriptor)
            os.close(descriptor)
    sync_folder(folder)


def comes_to(last: RegisteredEdition, loading: Loading, ledger: Ledger, registry: Registry, base: str) -> bool:
    """Tell whether the graphs put together are those of the last edition, with what it said of editions where it did.

    Editions of older programs said nothing of those before them.
    """
    if same_graphs(ledger, ledger.segments.root(), last.manifest):
        return True
    if ledger.digest(lineage_graph(last.number, base)) is not None:
        return False
    *before, own = (one for one in registry.editions.cut() if one.number <= last.number)
    describe_editions(loading, ledger, [*before, replace(own, sha256=None)], base)
    return same_graphs(ledger, ledger.segments.root(), last.manifest)


def note_in_ledger(ledger: Ledger, edition: RegisteredEdition, last_event: int, base: str) -> None:
    """Note which edition the ledger stands for, and keep it."""
    for name, value in (
        ("edition", str(edition.number)), ("sha256", edition.sha256), ("base", base), ("last_event", str(last_event)),
    ):  # fmt: skip
        ledger.note(name, value)
    ledger.commit()


@dataclass(frozen=True)
class Cut:
    """What cutting an edition works with."""

    settings: Settings
    editions: Editions
    registry: Registry
    ledger: Ledger

    def edition(
        self,
        change: Change,
        current: Edition | None,
        last: RegisteredEdition | None,
        faces: Sequence[Face],
        progress: Progress | None,
    ) -> tuple[Edition, bool]:
        """Cut the next edition; return it, or the current one where the graphs come to the same."""
        base, ledger = self.settings.base_iri, self.ledger
        start = current if ledger.fact("edition") is not None else None
        with Loading(make_store(self.settings.var / "store", start)) as loading:
            made = apply_changes(loading, ledger, self.registry, change, base, progress)
            frame_fiches(ledger, base)
            if last is not None and current is not None and comes_to(last, loading, ledger, self.registry, base):
                # What was erased of the edition itself leaves the registry with the next one.
                note_in_ledger(ledger, last, last.last_event if made.remove else made.last_event, base)
                return current, False
            number = 1 if last is None else last.number + 1
            told = [*self.registry.editions.cut(), CutEdition(number, change.moment, None)]
            describe_editions(loading, ledger, told, base)
            root = ledger.segments.root()
            draft = Edition(number, self.editions.folder / f".{number}.tmp", differences(ledger, start, base))
            draft.path.mkdir()
            making = begin_store(loading, ledger, draft, fresh=start is None)
            with step("dumps", progress):
                written = write_dumps(draft.path, None if current is None else current.path, ledger, root, base)
            known = self.registry.editions
            reviewed = Reviewed(known.warned(), known.erased(), known.withdrawn())
            manifest = make_manifest(number, change.moment, ledger, reviewed, written, base)
            write_manifest(draft.path, manifest)
            finish_store(making, draft, faces, progress)
        sync_files(draft.path)
        edition = Edition(number, self.editions.folder / str(number))
        draft.path.rename(edition.path)
        sync_folder(self.editions.folder)
        noted = RegisteredEdition(number, change.moment, made.last_event, root, manifest)
        self.registry.editions.commit(noted, made)
        self.editions.point_to(edition)
        note_in_ledger(ledger, noted, made.last_event, base)
        return edition, True

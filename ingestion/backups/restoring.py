"""Restores a state from a backup: the former state or the new one, whatever moment a kill falls on.

Decided in docs/decisions/backups.md.

Knows the order that makes it safe: a state folder of its own is made beside (`restauration/`), its editions are held
against their manifests and roots, what was erased since is erased of it, the current edition gets its store and faces;
then the registry takes its rows in one transaction, which decides; then folders are exchanged. What a kill leaves is
ended by the next command: completed where the registry knows its token, else removed.
"""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Collection, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from zipfile import BadZipFile, ZipFile

from ingestion.backups.backup import REGISTRY, Backup, DamagedBackup, read_backup, unpack
from ingestion.backups.verifying import verify_editions, verify_roots
from ingestion.publication.assembly import Progress
from ingestion.publication.cut import Face, make_faces, settle
from ingestion.publication.files.editions import Edition, Editions, exchange, sync_folder
from ingestion.publication.files.stores import is_to_be_made, write_store
from ingestion.publication.locking import publication_lock
from ingestion.publication.redaction import redact
from ingestion.reading.agreements import FOLDER as AGREEMENTS
from ingestion.registry.copies import NotEmpty
from ingestion.registry.registry import Registry
from ingestion.rights.model import OPERATOR, Agent
from ingestion.settings import Settings

_TOKEN: Final = "token"
_MARK: Final = ".restored"
_DERIVED: Final = ("store", "faces", "kept", "jobs")
"""Folders that were made of the former state."""

Name = tuple[str, str]


@dataclass(frozen=True)
class Restored:
    """What was restored, and the documents that were erased since the backup, erased again: by kind and identifier."""

    backup: Backup
    edition: Edition | None
    erased: tuple[Name, ...]


def look_at(path: Path) -> Backup:
    """Return what a backup says of itself. Raises DamagedBackup, NewerBackup, OSError."""
    try:
        with ZipFile(path) as archive:
            return read_backup(archive)
    except (BadZipFile, EOFError, ValueError) as error:
        raise DamagedBackup(path.name) from error


def restore(
    settings: Settings,
    registry: Registry,
    path: Path,
    agent: Agent,
    faces: Sequence[Face] = (),
    progress: Progress | None = None,
    *,
    replace: bool = False,
    erased: Iterable[Name] = (),
) -> Restored:
    """Put the state of a backup in the place of what is there; what was erased since is erased of it before,
    and accounts that were ended and tokens that were replaced stay so.

    That is what this registry knows of, and `erased`. Raises NotEmpty where something would be lost without `replace`,
    DamagedBackup, DamagedEdition, NewerBackup, NewerRegistry, Forbidden, PublicationBusy, OSError, and what faces
    raise; all is then as it was.
    """
    settings.var.mkdir(parents=True, exist_ok=True)
    with publication_lock(settings.var):
        _end(settings, registry)
        if not replace and (registry.copies.holds() or Editions(settings.var).on_disk()):
            raise NotEmpty
        folder = settings.restoring_path
        try:
            backup = _unpacked(path, folder)
            verify_editions(Editions(folder), progress)
            ready = settings.model_copy(update={"var": folder, "database_url": None})
            with Registry(ready) as fresh:
                gone = _erase_again(fresh, registry, erased)
                fresh.accounts.follow(registry.accounts)
                _make_ready(ready, fresh, faces, progress)
                token = secrets.token_hex(16)
                for place in (folder / _TOKEN, folder / "editions" / _MARK):
                    place.write_text(token, encoding="ascii")
                sync_folder(folder)
                registry.copies.take(fresh.copies, agent, token, replace=replace)
        except BaseException:
            _end(settings, registry)
            raise
        _end(settings, registry)
        registry.compact()
        return Restored(backup, Editions(settings.var).current(), gone)


def end_interrupted(settings: Settings, registry: Registry) -> None:
    """End a restore that was killed, where there is one. Raises PublicationBusy while one is at work."""
    if (settings.restoring_path).is_dir():
        with publication_lock(settings.var):
            _end(settings, registry)
            registry.compact()


def _end(settings: Settings, registry: Registry) -> None:
    """Complete what the registry has taken, remove what it has not; the publication's lock is held."""
    folder, token = settings.restoring_path, None
    if not folder.is_dir():
        return
    with suppress(FileNotFoundError):
        token = (folder / _TOKEN).read_text(encoding="ascii")
    if token and registry.copies.was_taken(token):
        _put_in_place(settings.var, folder, token)
    shutil.rmtree(folder)
    (settings.var / "editions" / _MARK).unlink(missing_ok=True)


def _unpacked(path: Path, folder: Path) -> Backup:
    folder.mkdir()
    try:
        with ZipFile(path) as archive:
            backup = read_backup(archive)
            unpack(archive, backup, folder)
    except (BadZipFile, EOFError, ValueError) as error:
        raise DamagedBackup(path.name) from error
    if not (folder / REGISTRY).is_file():
        raise DamagedBackup(REGISTRY)
    (folder / "editions").mkdir(exist_ok=True)
    return backup


def _erase_again(fresh: Registry, registry: Registry, erased: Iterable[Name]) -> tuple[Name, ...]:
    """Erase of a registry what the other one knows to have been erased and it does not, and these documents."""
    since = {(kind, identifier) for kind, identifier, _ in registry.copies.erasures() - fresh.copies.erasures()}
    done: list[Name] = []
    for kind, identifier in sorted({*since, *erased}):
        with suppress(LookupError):
            fresh.erase(kind, identifier, OPERATOR)
            done.append((kind, identifier))
    return tuple(done)


def _make_ready(ready: Settings, fresh: Registry, faces: Sequence[Face], progress: Progress | None) -> None:
    """Make the current edition of a state answer, and no edition hold what was erased."""
    current = settle(Editions(ready.var), fresh.editions.last())
    redact(ready, fresh, faces, progress)
    verify_roots(Editions(ready.var), fresh)
    if current is not None and is_to_be_made(current):
        write_store(current)
        make_faces(current, current.store_path, faces)


def _put_in_place(var: Path, folder: Path, token: str) -> None:
    """Exchange the folders; done again after a kill, it ends what it began."""
    editions = var / "editions"
    mark = editions / _MARK
    if not mark.is_file() or mark.read_text(encoding="ascii") != token:
        exchange(folder / "editions", editions)
    for path in _left_of(var):
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
    if (folder / AGREEMENTS).is_dir():
        shutil.rmtree(var / AGREEMENTS, ignore_errors=True)
        (folder / AGREEMENTS).rename(var / AGREEMENTS)
    sync_folder(var)


def _left_of(var: Path) -> Collection[Path]:
    """Return what was made of the former state."""
    files = (path for name in ("graphes", ".graphes", "ressemblances") for path in var.glob(f"{name}.sqlite*"))
    return [*(var / name for name in _DERIVED), *files]

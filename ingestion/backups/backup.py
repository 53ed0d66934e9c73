"""A backup: one file with all of a state that cannot be made anew, while the service answers and others deposit.

Decided in docs/decisions/backups.md.

Knows what is kept of a state folder and how the file lies: a ZIP whose last part, `sauvegarde.json`, says its version
and the SHA-256 of every other. Files that editions share are in it once.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, BinaryIO, Final
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile

from ingestion.publication.changelist import CHANGES, CHANGES_INDEX
from ingestion.publication.cut import settle
from ingestion.publication.deltas import REDACTED
from ingestion.publication.files.editions import DUMPS, MANIFEST, STATISTICS, Editions, sync_folder
from ingestion.publication.files.members import MEMBERS, MEMBERS_LIST
from ingestion.publication.locking import publication_lock
from ingestion.publication.manifest import software_version
from ingestion.reading.agreements import FOLDER as AGREEMENTS
from ingestion.registry.registry import Registry
from ingestion.registry.tables.model import now
from ingestion.settings import Settings
from ingestion.words.errors import IngestionError

VERSION: Final = 1
LIST: Final = "sauvegarde.json"
REGISTRY: Final = "registre.sqlite"
_LONGEST_LIST: Final = 256 << 20
_BLOCK: Final = 1 << 20
_OF_EDITION: Final = (MANIFEST, MEMBERS_LIST, STATISTICS, CHANGES, CHANGES_INDEX, REDACTED, *DUMPS)
_NAMES: Final = re.compile(rf"{REGISTRY}|(editions/[0-9]+(\.gone|(/{MEMBERS})?/[\w.-]+)|{AGREEMENTS}/[\w.-]+)")


@dataclass(frozen=True)
class Backup:
    """What a backup says of itself."""

    version: int
    at: str
    software: str
    documents: int
    edition: int | None
    root: str | None
    files: Mapping[str, str]
    """The SHA-256 of each file by its name under the state folder."""
    same: Mapping[str, str]
    """Files that are another file by a second name."""

    @property
    def digest(self) -> str:
        """The SHA-256 of all that it holds: of the lines `hash name` of its files, by name."""
        named = {**self.files, **{name: self.files[first] for name, first in self.same.items()}}
        rows = "".join(f"{named[name]} {name}\n" for name in sorted(named))
        return hashlib.sha256(rows.encode()).hexdigest()


class BackupExists(IngestionError):
    """A file of that name is there already, and is left as it is."""


class NothingToBackUp(IngestionError):
    """Nothing ever happened in this state."""


class DamagedBackup(IngestionError):
    """A file is no backup, or is not whole."""


class NewerBackup(IngestionError):
    """A backup was made by a later program, in a form that this one does not know."""


def back_up(settings: Settings, registry: Registry, path: Path) -> Backup:
    """Write a backup, which appears whole by one rename, for its owner's eyes alone; return what it says of itself.

    Others may deposit, review and read meanwhile, not publish nor erase.
    Raises BackupExists, NothingToBackUp, PublicationBusy, UnknownEdition, OSError.
    """
    if path.exists():
        raise BackupExists(path)
    if not registry.copies.holds():
        raise NothingToBackUp
    draft = path.with_name(f".{path.name}.tmp")
    draft.unlink(missing_ok=True)
    settings.var.mkdir(parents=True, exist_ok=True)
    try:
        with publication_lock(settings.var), _private(draft) as out:
            settle(Editions(settings.var), registry.editions.last())
            made = _write(settings, registry, out, path.parent)
            out.flush()
            os.fsync(out.fileno())
        draft.rename(path)
    finally:
        draft.unlink(missing_ok=True)
    sync_folder(path.parent)
    return made


def read_backup(archive: ZipFile) -> Backup:
    """Return what a backup says of itself; raises DamagedBackup, NewerBackup."""
    try:
        if archive.getinfo(LIST).file_size > _LONGEST_LIST:
            raise DamagedBackup(LIST)
        said = json.loads(archive.read(LIST))
        if said["version"] > VERSION:
            raise NewerBackup(said["software"])
        digest = said.pop("digest")
        found = Backup(**said)
        if found.digest != digest or not all(map(_NAMES.fullmatch, (*found.files, *found.same))):
            raise DamagedBackup(LIST)
    except (KeyError, TypeError, ValueError, AttributeError, BadZipFile) as error:
        raise DamagedBackup(LIST) from error
    return found


def unpack(archive: ZipFile, backup: Backup, folder: Path) -> None:
    """Write the files of a backup under an empty folder, each compared with its hash. Raises DamagedBackup."""
    for name, expected in backup.files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with archive.open(name) as source, _private(path) as out:
                shutil.copyfileobj(source, out, _BLOCK)
                out.flush()
                os.fsync(out.fileno())
        except (KeyError, BadZipFile, EOFError, NotImplementedError) as error:
            raise DamagedBackup(name) from error
        with path.open("rb") as written:
            if hashlib.file_digest(written, "sha256").hexdigest() != expected:
                raise DamagedBackup(name)
        if not name.startswith((REGISTRY, AGREEMENTS)):
            path.chmod(0o644)
    for name, first in backup.same.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        os.link(folder / first, folder / name)


def _private(path: Path) -> BinaryIO:
    """Open a new file that nobody else may read: it holds who deposited, and how to reach them."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


def _write(settings: Settings, registry: Registry, out: BinaryIO, beside: Path) -> Backup:
    with TemporaryDirectory(prefix=".sauvegarde-", dir=beside) as folder, ZipFile(out, "w", ZIP_DEFLATED) as archive:
        copy = Path(folder, REGISTRY)
        registry.copies.write(copy)
        with Registry(Settings(var=Path(folder))) as copied:
            last, documents = copied.editions.last(), copied.copies.counted()
        files, same, known = {}, {}, dict[tuple[int, int], str]()
        for name, path in ((REGISTRY, copy), *_kept(settings.var, 0 if last is None else last.number)):
            about = path.stat()
            first = known.setdefault((about.st_dev, about.st_ino), name)
            if first != name:
                same[name] = first
                continue
            archive.write(path, name, ZIP_STORED if path.suffix == ".gz" else ZIP_DEFLATED)
            with path.open("rb") as written:
                files[name] = hashlib.file_digest(written, "sha256").hexdigest()
        number, root = (None, None) if last is None else (last.number, last.sha256)
        made = Backup(VERSION, now(), software_version(), documents, number, root, files, same)
        said: dict[str, Any] = {**vars(made), "digest": made.digest}
        archive.writestr(LIST, json.dumps(said, ensure_ascii=False, indent=1))
    return made


def _kept(var: Path, last: int) -> Iterator[tuple[str, Path]]:
    """Yield what cannot be made anew of the editions up to one, and what depositors agreed to: (name, file)."""
    editions = Editions(var)
    for number in range(1, last + 1):
        if editions.is_gone(number):
            yield f"editions/{number}.gone", editions.folder / f"{number}.gone"
        folder = editions.folder / str(number)
        found = [folder / name for name in _OF_EDITION] + sorted((folder / MEMBERS).glob("*"))
        yield from ((str(path.relative_to(var)), path) for path in found if path.is_file())
    yield from ((f"{AGREEMENTS}/{path.name}", path) for path in sorted((var / AGREEMENTS).glob("*.json")))

"""Derives the current edition again from the registry, and puts it in the place of what is there (law 2)."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from ingestion.publication.assembly import Progress, apply_changes, changes_since
from ingestion.publication.cut import (
    Face,
    begin_store,
    comes_to,
    finish_store,
    make_store,
    note_in_ledger,
    settle,
    step,
    sync_files,
)
from ingestion.publication.deltas import keep_redacted
from ingestion.publication.files.dumps import frame_fiches, write_dumps, write_whole
from ingestion.publication.files.editions import Edition, Editions, exchange
from ingestion.publication.files.ledger import Ledger, replace_ledger
from ingestion.publication.files.loading import Loading
from ingestion.publication.files.members import MEMBERS, MEMBERS_LIST, files_of
from ingestion.publication.locking import publication_lock
from ingestion.publication.manifest import made_with, write_manifest
from ingestion.publication.publish import NothingToPublish
from ingestion.publication.redaction import redact
from ingestion.registry.editions import RegisteredEdition
from ingestion.registry.registry import Registry
from ingestion.settings import Settings
from ingestion.words.errors import IngestionError

_SHOWN: Final = 5


@dataclass(frozen=True)
class Rebuilt:
    """The edition derived again; `changed` names what it was made with that is another today, without effect."""

    edition: Edition
    changed: tuple[str, ...]


class RebuildDiffers(IngestionError):
    """The registry, vocabularies and rules of today do not make this edition: nothing was replaced.

    `changed` names what it was made with that is another today (`vocabulaire/crcn`, `rules`, `shapes`, `dumps`);
    `graphs` are some of the graphs that differ, where that is known.
    """

    def __init__(self, changed: Sequence[str], graphs: Sequence[str]) -> None:
        super().__init__(", ".join((*changed, *graphs)))
        self.changed = tuple(changed)
        self.graphs = tuple(graphs)


def rebuild(
    settings: Settings, registry: Registry, faces: Sequence[Face] = (), progress: Progress | None = None
) -> Rebuilt:
    """Derive the current edition again from the payloads of the registry, compare, and replace it atomically.

    Cuts no new edition: number, date and manifest are those that the registry noted. What was lost of the
    edition's folder is there again, but for the note of what redactions changed. Raises NothingToPublish without an
    edition, PublicationBusy, UnknownEdition, and RebuildDiffers where its hash is another.
    """
    editions, last = Editions(settings.var), registry.editions.last()
    if last is None:
        raise NothingToPublish
    editions.folder.mkdir(parents=True, exist_ok=True)
    with publication_lock(settings.var):
        last = registry.editions.last() or last
        settle(editions, last)
        redact(settings, registry, faces, progress)
        last = registry.editions.last() or last
        changed = _changed(last, settings.base_iri)
        draft = Edition(last.number, editions.folder / f".{last.number}.tmp")
        shutil.rmtree(draft.path, ignore_errors=True)
        draft.path.mkdir()
        with Ledger(draft.path / "graphes.sqlite", settings.base_iri) as ledger:
            _derive(settings, registry, last, ledger, draft, changed, faces, progress)
            if "dumps" in changed:
                # What the ledger says of members is not what the edition has: the next publication makes it again.
                ledger.clear()
                ledger.commit()
            else:
                note_in_ledger(ledger, last, last.last_event, settings.base_iri)
        replace_ledger(draft.path / "graphes.sqlite", settings.var / "graphes.sqlite")
        edition = Edition(last.number, editions.folder / str(last.number))
        keep_redacted(edition, draft.path)
        sync_files(draft.path)
        exchange(draft.path, edition.path)
        editions.point_to(edition)
        return Rebuilt(edition, tuple(changed))


def _derive(
    settings: Settings,
    registry: Registry,
    last: RegisteredEdition,
    ledger: Ledger,
    draft: Edition,
    changed: list[str],
    faces: Sequence[Face],
    progress: Progress | None,
) -> None:
    """Make the draft's store, dumps, manifest and faces from nothing; raises RebuildDiffers, adds to `changed`."""
    base = settings.base_iri
    with Loading(make_store(settings.var / "store", None)) as loading:
        change = changes_since(ledger, registry.editions.plan_again(last), base, last.at)
        apply_changes(loading, ledger, registry, change, base, progress, from_payloads=True)
        frame_fiches(ledger, base)
        if not comes_to(last, loading, ledger, registry, base):
            raise RebuildDiffers(changed, _differing(ledger, settings.var / "graphes.sqlite", last))
        root = ledger.segments.root()
        making = begin_store(loading, ledger, draft, fresh=True)
        with step("dumps", progress):
            written = write_dumps(draft.path, None, ledger, root, base)
            if not _as_noted(draft, written, last.manifest):
                changed.append("dumps")
                # The graphs are the same, their form is written otherwise today: the edition keeps its own.
                if not _kept(draft, Editions(settings.var).folder / str(last.number), last.manifest):
                    raise RebuildDiffers(changed, ())
        write_manifest(draft.path, json.loads(json.dumps(last.manifest)))
        finish_store(making, draft, faces, progress)


def _as_noted(draft: Edition, written: Mapping[str, Any], noted: Mapping[str, Any]) -> bool:
    """Tell whether the dumps of a draft are those of the edition, in the form that its program gave them."""
    if "segments" in noted:
        return bool(written["segments"] == noted["segments"])
    whole, then = write_whole(draft), noted["dumps"]
    shutil.rmtree(draft.path / MEMBERS)
    (draft.path / MEMBERS_LIST).unlink()
    # The oldest do not say everything.
    return all({**about, **then[name]} == {**then[name], **about} for name, about in whole.items())


def _kept(draft: Edition, edition: Path, noted: Mapping[str, Any]) -> bool:
    """Put the dumps that an edition has into its draft; return whether it has them as its manifest says."""
    held = Edition(draft.number, edition)
    names = [MEMBERS_LIST] if "segments" in noted else [*noted["dumps"]]
    files = [path for name in noted["dumps"] for path in files_of(held, name)]
    if not files or not all(path.is_file() for path in (*files, *(edition / name for name in names))):
        return False
    if "segments" in noted:
        if hashlib.sha256((edition / MEMBERS_LIST).read_bytes()).hexdigest() != noted["segments"]["sha256"]:
            return False
        shutil.rmtree(draft.path / MEMBERS)
        (draft.path / MEMBERS).mkdir()
        shutil.copyfile(edition / MEMBERS_LIST, draft.path / MEMBERS_LIST)
    for path in files:
        shutil.copyfile(path, draft.path / path.relative_to(edition))
    return True


def _changed(last: RegisteredEdition, base: str) -> list[str]:
    """Return the names of what the edition was made with that is another today."""
    today, then = made_with(base), last.manifest
    ours, theirs = today["vocabularies"], then["vocabularies"]
    names = sorted({*ours, *theirs})
    found = [f"vocabulaire/{name}" for name in names if ours.get(name) != theirs.get(name)]
    found += [name for name in ("rules", "shapes") if today[name] != then[name]]
    return [*found, *(["base"] if then["base"] != base else [])]


def _differing(ledger: Ledger, path: Path, last: RegisteredEdition) -> list[str]:
    """Return some of the graphs that differ from those of the edition, where the publisher's ledger still has them."""
    if not path.exists():
        return []
    with Ledger(path, str(last.manifest["base"])) as known:
        if known.fact("sha256") != last.sha256:
            return []
        then, today = dict(known.digests()), dict(ledger.digests())
    return [graph for graph in sorted({*then, *today}) if then.get(graph) != today.get(graph)][:_SHOWN]

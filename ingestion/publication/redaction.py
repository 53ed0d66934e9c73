"""Makes the editions that hold what was erased anew without it: same number, another hash, and a manifest that says so.

Decided in docs/decisions/erasure.md.

Knows the order that makes it safe: the publisher's ledger first, then edition by edition, the current one before the
others: a draft, the registry's row, one exchange of folders. Killed anywhere, done again it ends what it began: an
edition is done once its manifest on the disk names all that was erased of it.
"""

from __future__ import annotations

import gzip
import shutil
import zlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from ingestion.derivation.rules import rules_digest
from ingestion.publication.assembly import Progress
from ingestion.publication.changelist import CHANGES, CHANGES_INDEX
from ingestion.publication.cut import Face, make_faces, note_in_ledger, sync_files
from ingestion.publication.deltas import REDACTED, carry_changes
from ingestion.publication.files.editions import MANIFEST, Edition, Editions, exchange
from ingestion.publication.files.ledger import Ledger, replace_ledger
from ingestion.publication.files.members import has_dump
from ingestion.publication.files.stores import making_stores, renew_store, write_store
from ingestion.publication.manifest import without_documents, write_manifest
from ingestion.publication.removal import Names, Reviewed, changed_without, forget
from ingestion.publication.rewriting import Rewritten, rewrite
from ingestion.registry.editions import RegisteredEdition
from ingestion.registry.registry import Registry
from ingestion.registry.tables.model import now
from ingestion.settings import Settings

_UNUSABLE: Final = (FileNotFoundError, gzip.BadGzipFile, EOFError, zlib.error, ValueError)


@dataclass(frozen=True)
class Redacted:
    """The editions that were made anew, and those that could not be, which keep their manifest alone."""

    editions: tuple[int, ...] = ()
    gone: tuple[int, ...] = ()


def redact(
    settings: Settings, registry: Registry, faces: Sequence[Face] = (), progress: Progress | None = None
) -> Redacted:
    """Make every edition that holds what was erased anew without it; the publication's lock is held.

    Nothing is done where none does. Raises what making a store or a face raises; an edition is then as it was.
    """
    editions, current = Editions(settings.var), Editions(settings.var).current()
    waiting = {
        one: names
        for number, names in registry.editions.of_erased().items()
        if (one := editions.at(number)) is not None and not _is_done(editions, one, names)
    }
    if not waiting:
        return Redacted()
    # Stores keep the strings of removed quads: the next publication makes the working one from the edition's.
    shutil.rmtree(settings.var / "store", ignore_errors=True)
    renew_ledger(settings, registry)
    done, gone = list[int](), list[int]()
    for count, one in enumerate(sorted(waiting, key=lambda one: (one != current, -one.number)), 1):
        of_current = faces if one == current else None
        (done if _redacted(settings, registry, one, waiting[one], of_current) else gone).append(one.number)
        if progress is not None:
            progress("redaction", count, len(waiting))
    return Redacted(tuple(sorted(done)), tuple(sorted(gone)))


def renew_later_stores(settings: Settings, registry: Registry, name: tuple[str, str]) -> None:
    """Make the stores of the editions that no longer held a document anew: each began as a copy of the one before.

    That of the current edition at once; another when it is asked for.
    """
    held = {number for number, names in registry.editions.of_erased().items() if name in names}
    editions = Editions(settings.var)
    current = editions.current()
    later = [one for one in editions.all() if held and one.number > min(held) and one.number not in held]
    for one in (one for one in later if one.store_path.is_dir()):
        with making_stores(settings.var):
            if one == current:
                renew_store(one)
            else:
                shutil.rmtree(one.store_path)


def renew_ledger(settings: Settings, registry: Registry) -> None:
    """Write the publisher's ledger anew without what was erased; where it is not of the last edition, remove it."""
    path, base, last = settings.var / "graphes.sqlite", settings.base_iri, registry.editions.last()
    fresh = path.with_name(f".{path.name}.tmp")
    for left in path.parent.glob(f"{fresh.name}*"):
        left.unlink()
    if not path.exists():
        return
    with Ledger(path, base) as ledger:
        known = tuple(ledger.fact(name) for name in ("edition", "sha256", "base"))
        kept = last is not None and known == (str(last.number), last.sha256, base)
        if last is not None and kept:
            forget(ledger, registry.editions.of_erased().get(last.number, {}), base, _reviewed(registry, last))
            note_in_ledger(ledger, replace(last, sha256=ledger.segments.root()), last.last_event, base)
            ledger.renew(fresh)
    if kept:
        replace_ledger(fresh, path)
        return
    for left in path.parent.glob(f"{path.name}*"):
        left.unlink()


def _is_done(editions: Editions, one: Edition, names: Names) -> bool:
    """Tell whether nothing of these documents is left in an edition's folder."""
    if not has_dump(one, "dump.nq.gz"):
        return editions.is_gone(one.number) and not _leftovers(one)
    return not _missing(one.manifest, names)


def _missing(manifest: Mapping[str, Any], names: Names) -> dict[tuple[str, str], int]:
    """Return the documents that a manifest does not name as erased yet."""
    erased = manifest.get("erased", ())
    return {name: warnings for name, warnings in names.items() if "/".join(name) not in erased}


def _redacted(
    settings: Settings, registry: Registry, one: Edition, names: Names, faces: Sequence[Face] | None
) -> bool:
    """Put another edition of the same number in the place of one; False where it cannot be made: it is gone.

    `faces` are those of the current edition; another has neither store nor faces until it is asked for.
    """
    editions = Editions(settings.var)
    draft = Edition(one.number, editions.folder / f".{one.number}.tmp")
    shutil.rmtree(draft.path, ignore_errors=True)
    draft.path.mkdir()
    try:
        changes = changed_without(one, names, _reviewed(registry, registry.editions.get(one.number)))
        rewritten = rewrite(one, draft.path, changes)
    except _UNUSABLE:
        shutil.rmtree(draft.path)
        editions.withdraw(one.number)
        _empty(settings.var, one)
        return False
    carry_changes(one, draft.path, changes)
    noted = registry.editions.get(one.number)
    edition = _as_redacted(noted, rewritten, names, derived=any(changes.values()))
    write_manifest(draft.path, edition.manifest)
    if faces is not None:
        write_store(draft)
        make_faces(draft, draft.store_path, faces)
    sync_files(draft.path)
    if edition is not noted:
        last = edition.manifest["redactions"][-1]
        registry.editions.redact(edition, len(edition.manifest["redactions"]), last["date"], last["former"])
    with making_stores(settings.var):
        exchange(draft.path, one.path)
    editions.restore(one.number)
    _remove_faces(settings.var, one.number)
    return True


def _reviewed(registry: Registry, edition: RegisteredEdition) -> Reviewed:
    return lambda projects: registry.editions.reviews(projects, edition.last_event)


def _as_redacted(
    noted: RegisteredEdition, rewritten: Rewritten, names: Names, *, derived: bool
) -> RegisteredEdition:
    """Return an edition as it is without some documents; `noted` itself where it says so already.

    `derived` tells that something was derived again, by the rules of today.
    """
    missing = _missing(noted.manifest, names)
    if not missing and noted.sha256 == rewritten.written["sha256"]:
        return noted
    counted = {"graphs": rewritten.graphs, "quads": rewritten.quads}
    manifest = without_documents(noted.manifest, missing, counted, rewritten.written)
    said: dict[str, Any] = {"date": now(), "count": len(missing), "former": noted.sha256}
    said["root"] = manifest["sha256"]
    if derived and noted.manifest["rules"] != (rules := rules_digest(str(noted.manifest["base"]))):
        said["rules"] = rules
    manifest["redactions"] = [*noted.manifest.get("redactions", ()), said]
    return replace(noted, sha256=manifest["sha256"], manifest=manifest)


def _leftovers(one: Edition) -> Collection[Path]:
    """Return what an edition's folder holds beside its manifest and the names of what changed."""
    return [path for path in one.path.iterdir() if path.name not in (MANIFEST, CHANGES, CHANGES_INDEX, REDACTED)]


def _empty(var: Path, one: Edition) -> None:
    """Remove all that an edition's folder holds but its manifest and names, and what was made of it since."""
    for path in _leftovers(one):
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()
    _remove_faces(var, one.number)


def _remove_faces(var: Path, number: int) -> None:
    """Remove what was made of an edition when it was first asked for."""
    for folder in (var / "faces").glob(f"{number}-*"):
        shutil.rmtree(folder, ignore_errors=True)

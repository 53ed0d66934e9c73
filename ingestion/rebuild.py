"""Derives the current edition again from the registry, and puts the fresh store in its place (law 2)."""

from __future__ import annotations

import ctypes
import os
import shutil
import tempfile
from pathlib import Path
from typing import Final

from ingestion.assembly import Progress, changes_since
from ingestion.derivation_rules import rules_digest
from ingestion.editions import Edition, Editions
from ingestion.ledger import Ledger
from ingestion.manifest import graphs_digest
from ingestion.publication import NothingToPublish, build_store, publication_lock
from ingestion.registry import Registry
from ingestion.settings import Settings
from ontologie import vocabularies

_EXCHANGE: Final = 2
_AT_FDCWD: Final = -100


class RebuildDiffers(Exception):
    """The registry, vocabularies and rules of today do not make this edition; `what` says it in fr and en."""

    def __init__(self, fr: str, en: str) -> None:
        super().__init__(en)
        self.what = {"fr": fr, "en": en}


def rebuild(settings: Settings, registry: Registry, progress: Progress | None = None) -> Edition:
    """Derive the current edition again, compare hashes, replace its store atomically; cuts no new edition.

    Raises NothingToPublish without an edition, RebuildDiffers where the hash is another: nothing is replaced.
    """
    edition = Editions(settings.var).current()
    if edition is None:
        raise NothingToPublish
    with publication_lock(settings.var), tempfile.TemporaryDirectory(dir=settings.var) as scratch:
        draft = Edition(edition.number, Path(scratch) / "edition")
        draft.path.mkdir()
        with Ledger(Path(scratch) / "graphes.sqlite") as ledger:
            change = changes_since(ledger, registry, settings.base_iri)
            build_store(settings, None, ledger, change, progress, draft)
            if graphs_digest(ledger) != edition.manifest["sha256"]:
                raise _difference(edition, settings.base_iri)
        exchange(draft.store_path, edition.store_path)
    return edition


def _difference(edition: Edition, base: str) -> RebuildDiffers:
    """Say where the difference comes from: vocabularies, rules, or the documents themselves."""
    now = {vocabulary.name: vocabulary.digest for vocabulary in vocabularies(base)}
    then = edition.manifest["vocabularies"]
    changed = sorted(name for name in {*now, *then} if now.get(name) != then.get(name))
    if changed:
        names = ", ".join(changed)
        return RebuildDiffers(f"vocabulaires changés depuis : {names}", f"vocabularies changed since: {names}")
    if edition.manifest["rules"] != rules_digest(base):
        return RebuildDiffers("les règles ont changé depuis", "the rules changed since")
    return RebuildDiffers("le registre a changé depuis", "the registry changed since")


def exchange(fresh: Path, old: Path) -> None:
    """Put a fresh folder in the place of an old one, at once where the kernel can; the old one is removed."""
    renameat2 = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    names = os.fsencode(fresh), os.fsencode(old)
    if renameat2 is not None and renameat2(_AT_FDCWD, names[0], _AT_FDCWD, names[1], _EXCHANGE) == 0:
        shutil.rmtree(fresh)
        return
    aside = old.with_name(old.name + ".old")
    old.rename(aside)
    fresh.rename(old)
    shutil.rmtree(aside)

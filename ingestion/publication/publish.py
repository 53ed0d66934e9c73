"""Publishes: from the validated documents of the registry to an edition that never changes.

Decided in docs/decisions/editions.md.

Knows when an edition is due, and what makes it safe: one publisher at a time, a ledger in step with the edition that
answers, or made again. How an edition is cut is `cut`'s; what a graph says that of conversion, provenance, derivation.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ingestion.publication.assembly import Progress, changes_since
from ingestion.publication.cut import Cut, Face, refuse_unknown, settle
from ingestion.publication.files.editions import Edition, Editions
from ingestion.publication.files.ledger import Ledger
from ingestion.publication.locking import PublicationBusy, publication_lock
from ingestion.publication.redaction import redact
from ingestion.registry.editions import RegisteredEdition
from ingestion.registry.registry import Registry
from ingestion.registry.tables.model import now
from ingestion.settings import Settings
from ingestion.words.errors import IngestionError

__all__ = ["NothingToPublish", "Publication", "PublicationBusy", "publish"]


@dataclass(frozen=True)
class Publication:
    """What a publication did: the edition that answers, whether it is a new one, how many documents it holds."""

    edition: Edition
    changed: bool
    documents: int


class NothingToPublish(IngestionError):
    """Nothing was ever validated, or no edition was ever published."""


def publish(
    settings: Settings, registry: Registry, faces: Sequence[Face] = (), progress: Progress | None = None
) -> Publication:
    """Cut an edition from what is validated; nothing changed, no new edition.

    An erasure that was interrupted is ended first: no edition is left that holds what was erased.

    Raises PublicationBusy, NothingToPublish, UnknownEdition, and MisplacedTriple where a triple would be in two
    graphs or in a graph that is not its own.
    """
    editions = Editions(settings.var)
    if registry.editions.last() is None and not registry.editions.plan().put:
        refuse_unknown(editions, None)
        raise NothingToPublish
    editions.folder.mkdir(parents=True, exist_ok=True)
    with publication_lock(settings.var):
        settle(editions, registry.editions.last())
        redact(settings, registry, faces, progress)
        with Ledger(settings.var / "graphes.sqlite", settings.base_iri) as ledger:
            current, changed = _published(settings, registry, ledger, faces, progress)
    return Publication(current, changed, current.manifest["counts"]["documents"])


def _published(
    settings: Settings, registry: Registry, ledger: Ledger, faces: Sequence[Face], progress: Progress | None
) -> tuple[Edition, bool]:
    """Return the edition that answers, and whether it was cut now."""
    editions, last = Editions(settings.var), registry.editions.last()
    current = editions.current()
    gone = current is not None and editions.is_gone(current.number)
    if current is None or gone or not _in_step(ledger, last, settings.base_iri):
        # The ledger is behind or ahead of the edition that answers: it is made again from the registry.
        ledger.clear()
    since = ledger.fact("last_event")
    plan = registry.editions.plan(None if since is None else int(since))
    change = changes_since(ledger, plan, settings.base_iri, now())
    if current is not None and not gone and not change.anything:
        return current, False
    return Cut(settings, editions, registry, ledger).edition(change, current, last, faces, progress)


def _in_step(ledger: Ledger, last: RegisteredEdition | None, base: str) -> bool:
    if last is None:
        return False
    known = tuple(ledger.fact(name) for name in ("edition", "sha256", "base"))
    return known == (str(last.number), last.sha256, base)

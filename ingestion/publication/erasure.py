"""Erases a document for good: from the registry, from every edition that held it, from every file of the state folder.

Decided in docs/decisions/erasure.md.

Knows which files hold what was erased, beside those of editions (`redaction`): no store, index or database is trusted
to let go of it, so that each is made anew from what remains, or removed.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence

from ingestion.examination.neighbours import NEIGHBOURS
from ingestion.publication.assembly import Progress
from ingestion.publication.cut import Face, settle
from ingestion.publication.files.editions import Editions
from ingestion.publication.locking import publication_lock
from ingestion.publication.publish import publish
from ingestion.publication.redaction import Redacted, redact, renew_later_stores, renew_ledger
from ingestion.registry.registry import Registry
from ingestion.rights.model import Agent
from ingestion.settings import Settings


def erase(
    settings: Settings,
    registry: Registry,
    kind: str,
    identifier: str,
    agent: Agent,
    faces: Sequence[Face] = (),
    progress: Progress | None = None,
) -> Redacted:
    """Erase a document: afterwards no file under the state folder holds a word of it. Return what came of editions.

    No edition is cut, but where the current one cannot be made anew. Done again after an interruption, it ends what it
    began.
    Raises LookupError, RefusedAct, PublicationBusy, UnknownEdition, and what the faces raise.
    """
    registry.erase(kind, identifier, agent)
    editions = Editions(settings.var)
    with publication_lock(settings.var):
        current = settle(editions, registry.editions.last())
        done = redact(settings, registry, faces, progress)
        if done == Redacted():
            # Also where it was never public: a publication that was killed leaves what it had begun to write.
            shutil.rmtree(settings.var / "store", ignore_errors=True)
            renew_ledger(settings, registry)
        renew_later_stores(settings, registry, (kind, identifier))
    if current is not None and editions.is_gone(current.number):
        publish(settings, registry, faces, progress)
    # Answers that a service keeps hold texts of fiches; keys are made of words of theirs, and made again.
    for answers in ("kept", "jobs"):
        shutil.rmtree(settings.var / answers, ignore_errors=True)
    (settings.var / NEIGHBOURS).unlink(missing_ok=True)
    registry.compact()
    return done

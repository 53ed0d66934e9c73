"""Refuses, at its place in the file, what the agent who deposits may not deposit; who may what, it is told."""

from __future__ import annotations

import dataclasses

from ingestion.examination.preparation import Prepared
from ingestion.rights.decision import Permit
from ingestion.words.messages import issue


def permitted(batch: list[Prepared], permit: Permit) -> list[Prepared]:
    """Return a batch, each document that may not be taken with the reason why."""
    return [_permitted(one, permit) for one in batch]


def _permitted(one: Prepared, permit: Permit) -> Prepared:
    built = one.built
    if not built.document or (why := permit(built.kind, built.identifier, built.academie)) is None:
        return one
    words = {"why": why.messages, "over_http": why.over_http}
    said = issue("depot-non-permis", one.record.place("academie"), document=built.name, words=words)
    return Prepared(one.record, dataclasses.replace(built, issues=(*built.issues, said)), one.graph)

"""Says of a record that its document was erased, sent back or withdrawn, when and why, to who deposits it again.

Which documents were, it is told; who may not deposit one is told nothing of it.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from ingestion.examination.preparation import Prepared
from ingestion.registry.tables.model import Ended
from ingestion.rights.decision import Permit
from ingestion.words.messages import issue
from ontologie import LANGUAGES, Word, sentence

EndedOnes = Callable[[str, Sequence[str]], Mapping[str, Ended]]
"""Gives, among documents of a kind, those that were erased, sent back or withdrawn: identifier → what became of it."""

_AT_ONCE: Final = 500
_CODES: Final = {"erased": "deja-efface", "returned": "deja-renvoyee", "withdrawn": "deja-retiree"}


def told_of_end(batch: list[Prepared], kind: str, ended: EndedOnes, permit: Permit | None) -> list[Prepared]:
    """Return a batch, each record whose document was ended with a sentence that says so."""
    names = [one.built.identifier for one in batch if not one.built.refused]
    parts = (names[start : start + _AT_ONCE] for start in range(0, len(names), _AT_ONCE))
    found = {
        name: end
        for part in parts
        for name, end in ended(kind, part).items()
        if permit is None or permit(kind, name, end.academie) is None
    }
    return [_told(one, found[one.built.identifier]) if one.built.identifier in found else one for one in batch]


def _told(one: Prepared, end: Ended) -> Prepared:
    reason = {lang: sentence("contenus", "quoted", lang, name=end.reason) if end.reason else "" for lang in LANGUAGES}
    words: Mapping[str, Word] = {"identifier": one.built.identifier, "date": end.at[:10], "reason": reason}
    said = issue(_CODES[end.event], one.record.place("id"), document=one.built.name, words=words)
    return Prepared(one.record, dataclasses.replace(one.built, issues=(*one.built.issues, said)), one.graph)

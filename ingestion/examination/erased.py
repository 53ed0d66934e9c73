"""Says of a record that its document was erased, and when: who deposits it again ought to know.

Which documents were, it is told.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from ingestion.examination.preparation import Prepared
from ingestion.words.messages import issue

Erased = Callable[[str, Sequence[str]], Mapping[str, str]]
"""Gives, among documents of a kind, those that were erased: identifier → moment (xsd:dateTime)."""

_AT_ONCE: Final = 500


def told_of_erasure(batch: list[Prepared], kind: str, erased: Erased) -> list[Prepared]:
    """Return a batch, each record whose document was erased with a warning that says so."""
    names = [one.built.identifier for one in batch]
    parts = (names[start : start + _AT_ONCE] for start in range(0, len(names), _AT_ONCE))
    found = {name: moment for part in parts for name, moment in erased(kind, part).items()}
    return [_told(one, found[one.built.identifier]) if one.built.identifier in found else one for one in batch]


def _told(one: Prepared, moment: str) -> Prepared:
    words = {"identifier": one.built.identifier, "date": moment[:10]}
    said = issue("deja-efface", one.record.place("id"), document=one.built.name, words=words)
    return Prepared(one.record, dataclasses.replace(one.built, issues=(*one.built.issues, said)), one.graph)

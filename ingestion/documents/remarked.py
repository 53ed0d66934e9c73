"""The fields that a reviewer's remarks are about: columns of a deposit, or keys of its document."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from rapidfuzz import process

from ingestion.words.columns import columns
from ingestion.words.errors import RefusedAct
from ingestion.words.messages import quote
from ingestion.words.terms import terms
from ontologie import in_both


class UnknownField(RefusedAct):
    """A remark on a field that no document has."""

    def __init__(self, name: str, near: Iterable[str]) -> None:
        super().__init__(in_both("relecture", "unknown-field", field=quote(name, 64), near=", ".join(near)))


def remarked(given: Mapping[str, str]) -> dict[str, str]:
    """Return remarks by field, as they are kept. Raises UnknownField, with the names that are most like it."""
    known = {*columns(), *terms()}
    for name in given:
        if name not in known:
            raise UnknownField(name, [near for near, *_ in process.extract(name[:64], sorted(known), limit=3)])
    return dict(given)

"""A thing from edition to edition: under which name and by how many projects a value is held, what changed of a fiche.

Read in the indices that stand on disk, of the last editions alone; the newest comes first.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, Final, TypeVar

from ingestion import Edition
from sparql_api.fiches.history import document_in, value_in
from sparql_api.pages.common.layout import View
from sparql_api.pages.common.made import index_folder
from sparql_api.pages.things.evidence import fields

T = TypeVar("T")
MOST: Final = 10
"""Editions looked at, the one shown and those before it."""
NO_FIELDS: Final = frozenset({"id", "type", "@context", "graphe", "fiche"})
"""Keys of a document that say which it is, and not what was done."""


@dataclass(frozen=True)
class LifeChange:
    """What became of each field of a fiche between two editions, by its key."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]


def editions_before(view: View, number: int) -> list[Edition]:
    """Return the last editions up to one, the oldest first, but those that are no longer served."""
    numbers = range(max(1, number - MOST + 1), number + 1)
    served = view.service.editions
    return [one for n in numbers if not served.is_gone(n) and (one := served.get(n))]


def redactions(view: View, number: int) -> tuple[int, ...]:
    """Return how often each of them was redacted: what a page says of them holds until one is again."""
    return tuple(one.redaction for one in editions_before(view, number))


def in_editions(view: View, number: int, read: Callable[[Path], T]) -> list[tuple[Edition, T]]:
    """Return what each of the last editions says, the oldest first; those whose index does not stand are left out."""
    faces = view.service.faces_folder
    standing = ((one, index_folder(one, faces)) for one in editions_before(view, number))
    return [(edition, read(folder)) for edition, folder in standing if folder]


def life_shown(view: View, number: int, facet: str, iri: str) -> list[dict[str, Any]]:
    """Return a row for each of the last editions: its date, the value's name in it, its projects, what changed."""
    rows: list[dict[str, Any]] = []
    before: tuple[str, int] | None = None
    for edition, (labels, count) in in_editions(view, number, lambda folder: value_in(folder, facet, iri)):
        name = view.pick(labels)
        rows.append(
            {
                "number": edition.number,
                "date": view.date(edition.manifest["date"][:10]),
                "name": name,
                "projects": count,
                "href": view.url(
                    "/fiches", {facet: iri.removeprefix(view.service.iris.base), "edition": str(edition.number)}
                ),
                "change": became(before, (name, count)),
            }
        )
        before = (name, count)
    return rows[::-1]


def became(before: tuple[str, int] | None, now: tuple[str, int]) -> str:
    """Return the word for what became of a value since the edition before; empty where nothing is to be said."""
    if before is None:
        return ""
    if not before[1]:
        return "first" if now[1] else ""
    if not now[1]:
        return "gone"
    return "renamed" if now[0] != before[0] and before[0] else ""


def versions_shown(view: View, number: int, identifier: str) -> list[dict[str, Any]]:
    """Return what changed of a fiche in each of the last editions where something did, the newest first, in words."""
    found = in_editions(view, number, lambda folder: document_in(folder, identifier))
    told = [(edition, document) for edition, document in found if document is not None]
    rows: list[dict[str, Any]] = []
    for (_, old), (edition, new) in pairwise(told):
        change = compared(old, new)
        if change:
            rows.append(
                {
                    "number": edition.number,
                    "date": view.date(edition.manifest["date"][:10]),
                    "parts": [
                        (word, names_of(view, keys))
                        for word, keys in (
                            ("added", change.added), ("changed", change.changed), ("removed", change.removed)
                        )
                        if keys
                    ],
                }
            )  # fmt: skip
    return rows[::-1]


def compared(old: Mapping[str, Any], new: Mapping[str, Any]) -> LifeChange | None:
    """Return which fields of a document came, changed and went; None where none did."""
    keys = (old.keys() | new.keys()) - NO_FIELDS
    added = tuple(sorted(key for key in keys if key not in old))
    removed = tuple(sorted(key for key in keys if key not in new))
    changed = tuple(sorted(key for key in keys if key in old and key in new and old[key] != new[key]))
    return LifeChange(added, changed, removed) if added or removed or changed else None


def names_of(view: View, keys: Sequence[str]) -> list[str]:
    """Return what fields are called, as columns of the deposit are; a key without a column keeps its name."""
    return [view.pick(fields().get(key, {})) or key for key in keys]

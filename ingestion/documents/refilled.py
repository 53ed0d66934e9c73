"""Gives a document back as a form or a row would hold it: its wordings as deposited, the names of its concepts.

Knows what a row cannot hold, so that who corrects by one is told before it is lost.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from ingestion.documents.told import ORDINARY, name_of, told
from ingestion.reading.exported_table import items_of
from ingestion.resolution.resolve import resolve
from ingestion.words.columns import Column, columns
from ontologie import BASE

_WRITTEN: Final = {"true": "oui", "false": "non"}


@dataclass(frozen=True, slots=True)
class Refilled:
    """The values of a document by column, and the labels of what no column holds."""

    values: Mapping[str, list[str]]
    left: tuple[str, ...]


def refilled(document: Mapping[str, Any], lang: str, base: str = BASE) -> Refilled:
    """Return what a form would hold for a document to be made again; its identifier is the form's own business."""
    values = {}
    for column in columns().values():
        if column.kind == "prive" or column.name == "id":
            continue
        items = items_of(column, document)
        if items and not ORDINARY.issuperset(items):
            values[column.name] = [_written(column, item, base) for item in items]
    left = tuple(field.label for field in told(document, lang, base) if field.name not in columns())
    return Refilled(values, left)


def _written(column: Column, item: str, base: str) -> str:
    """Return an item as people write it: a concept by its name, where that leads back to it."""
    if column.kind == "booleen":
        return _WRITTEN.get(item, item)
    name = name_of(item, base)
    if name == item or resolve(column.name, name, base).iris != (item.removeprefix(base),):
        return item
    return name

"""The columns of what partners deposit: `colonnes_partenaires.csv`, by type of document."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

from ingestion.words.languages import valid_tag
from ontologie import fold_label, read_table

AT: Final = "@"
"""Ends the name of a column that stands once a language: the tag follows (BCP 47)."""


@dataclass(frozen=True, slots=True)
class PartnerColumn:
    """One column: the key that it feeds, what its values are, what it asks for, and what the template shows in it."""

    name: str
    others: tuple[str, ...]
    key: str
    values: str
    help: Mapping[str, str]
    examples: tuple[str, ...]


@cache
def partner_columns(kind: str) -> tuple[PartnerColumn, ...]:
    """Return the columns of a type of document, in the order of the template."""
    shown = ("exemple_instrument", "exemple_principe", "exemple_sous_principe")
    return tuple(
        PartnerColumn(
            row["colonne"], tuple(filter(None, row["autres"].split("|"))), row["cle"], row["valeurs"],
            {"fr": row["aide_fr"], "en": row["aide_en"]}, tuple(row[name] for name in shown),
        )
        for row in read_table("donnees", "colonnes_partenaires.csv")
        if row["type"] == kind
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Heading:
    """What a header names: a column, the position of its cells from 0, and the tag of their language."""

    column: PartnerColumn
    index: int
    language: str = ""


def named_columns(kind: str, header: Sequence[str]) -> tuple[list[Heading], list[str]]:
    """Return what the cells of a header name, and those that name nothing of ours."""
    known = {_folded(name): column for column in partner_columns(kind) for name in (column.name, *column.others)}
    found, unknown = list[Heading](), list[str]()
    for index, written in enumerate(header):
        name, at, tag = written.strip().partition(AT)
        column = known.get(_folded(name + at))
        language = valid_tag(tag.strip()) if at else ""
        if column is not None and language is not None:
            found.append(Heading(column, index, language))
        elif written.strip():
            unknown.append(written.strip())
    return found, unknown


def _folded(name: str) -> str:
    return fold_label(name.replace("_", " ").removesuffix(AT)) + (AT if name.endswith(AT) else "")

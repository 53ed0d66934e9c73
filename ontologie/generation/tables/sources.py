"""What each thing rests on: the act or its body's own publication, the page that was read, or the project itself.

Knows the tables `sources_officielles` and `hotes_officiels`. A digest or a press page is never a source: it stands
beside it as the page read; a source that was not found is left out (docs/decisions/sources.md).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Final
from urllib.parse import urlsplit

from ontologie.generation.tables.turtle import Statement, flag, links
from ontologie.resources import read_table

TEAM: Final = "organisation/equipe-projet"


def own() -> list[Statement]:
    """Return what says that a thing is the project's own, and rests on no page."""
    return links("dct:creator", [TEAM])


def official(identifier: str) -> list[Statement]:
    """Return what an instrument, a principle or a rule rests on. Raises KeyError where no row says it."""
    row = _official()[identifier]
    return [*links("dct:source", _several(row["source_officielle"])), *links("oia:pageLue", _several(row["page_lue"]))]


def confirmed(identifier: str) -> bool:
    """Tell whether a page confirms what is said of an instrument, a principle or a rule."""
    row = _official()[identifier]
    return row["confirme"] == "oui" and bool(row["source_officielle"])


def state(identifier: str) -> str:
    """Return `publie`, `suspendue` or `retiree`: what is published of a principle or a rule."""
    return _official()[identifier]["statut"]


def pages(cell: str) -> list[Statement]:
    """Return each page as the source where its host is of a body that answers for it, else as a page read."""
    return [
        statement
        for page in _several(cell)
        for statement in links("dct:source" if urlsplit(page).hostname in _hosts() else "oia:pageLue", [page])
    ]


def has_source(cell: str) -> bool:
    """Tell whether one of the pages of a cell is of a body that answers for it."""
    return any(predicate == "dct:source" for predicate, _ in pages(cell))


def to_verify() -> list[Statement]:
    """Return what says that a thing awaits its confirmation."""
    return flag("oia:aVerifier", True)


def _several(cell: str) -> list[str]:
    return [page.strip() for page in cell.split("|") if page.strip()]


@cache
def _official() -> dict[str, Mapping[str, str]]:
    return {row["id"]: row for row in read_table("donnees", "corrections", "sources_officielles.csv")}


@cache
def _hosts() -> frozenset[str]:
    rows = read_table("donnees", "hotes_officiels.csv")
    return frozenset(host for row in rows for host in _several(row["hotes"]))

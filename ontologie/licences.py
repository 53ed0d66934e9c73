"""The licences that data come under: what each is called, whether it asks for more than to name the source.

Read off `donnees/moisson/licences.csv`. A licence that the table does not have is taken as one with conditions.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from ontologie.resources import read_table

_ENDS = ("/legalcode", "/deed.fr", "/deed.en", "/deed", ".html", ".json")


@dataclass(frozen=True)
class Licence:
    """A licence: what it is called; `free` where data under it are reused and changed by naming the source alone."""

    name: str
    free: bool


@cache
def _known() -> dict[str, Licence]:
    rows = read_table("donnees", "moisson", "licences.csv")
    return {_bare(row["adresse"]): Licence(row["nom"], row["libre"] == "oui") for row in rows}


def licence_at(address: str) -> Licence | None:
    """Return the licence of an address, however it is written; None where the table has none."""
    return _known().get(_bare(address))


def _bare(address: str) -> str:
    """Return the address of a licence without what its writings differ by."""
    short = address.strip().removeprefix("https://").removeprefix("http://").removeprefix("www.").rstrip("/")
    for end in _ENDS:
        short = short.removesuffix(end).rstrip("/")
    return short

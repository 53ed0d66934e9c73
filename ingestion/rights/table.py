"""The table role × action × scope, as data: `roles.csv` says which scopes a role takes, `rights.csv` what it may do."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final, Literal, cast

from ingestion.rights.model import Action
from ontologie import table_beside

Extent = Literal["all", "academies", "scope", "own"]
"""How far a right goes: every document; those of académies, none of the nation's; those in the role's scope; its own
account."""

WHOLE: Final = "country"
"""The scope of a role that is given without one."""


@dataclass(frozen=True, slots=True)
class Right:
    """What a role may do: an action, on documents of some types (none named: on any), as far as its extent goes."""

    role: str
    action: Action
    kinds: frozenset[str]
    extent: Extent


@cache
def scopes() -> Mapping[str, tuple[str, ...]]:
    """Return, of each role, the kinds of scope that it takes: `academie`, `region-academique`, `instrument`, WHOLE."""
    return {row["role"]: tuple(row["scopes"].split()) for row in _rows("roles.csv")}


@cache
def rights() -> Mapping[tuple[str, str], tuple[Right, ...]]:
    """Return the rights by role and action."""
    found: dict[tuple[str, str], list[Right]] = defaultdict(list)
    for row in _rows("rights.csv"):
        action, extent = cast(Action, row["action"]), cast(Extent, row["extent"])
        found[row["role"], action].append(Right(row["role"], action, frozenset(row["kinds"].split()), extent))
    return {key: tuple(each) for key, each in found.items()}


def _rows(name: str) -> tuple[dict[str, str], ...]:
    return table_beside("ingestion.rights", name)

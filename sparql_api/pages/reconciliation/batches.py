"""The two forms of a batch: 0.2 in the member `queries` of a form, 1.0-draft in the body of `/match`. Answers nothing.

Facts from the specifications of the W3C Entity Reconciliation Community Group, §4 of each.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from sparql_api.http.query_strings import bad
from sparql_api.words.problems import ProblemError, problem

BATCH: Final = 50
"""Queries of one batch, as the manifest announces."""
MOST: Final = 50
"""Candidates of one query."""
USUAL: Final = 10


@dataclass(frozen=True)
class LabelQuery:
    """One query: the label, the types it is looked for in (all where there is none), how many candidates at most."""

    label: str
    types: tuple[str, ...] = ()
    limit: int = USUAL


def batch_02(found: Any) -> dict[str, LabelQuery]:
    """Return the queries of a batch by their key; raises ProblemError 400 for no batch, 413 for a long one."""
    if not isinstance(found, dict) or not all(isinstance(one, dict) for one in found.values()):
        raise bad("queries", "no-batch")
    within(found)
    return {
        key: LabelQuery(text(one.get("query")), types_of(one.get("type")), limit_of(one)) for key, one in found.items()
    }


def batch_10(found: Any) -> list[LabelQuery]:
    """Return the queries of a batch in their order; raises ProblemError 400 for no batch, 413 for a long one."""
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise bad("queries", "no-batch")
    within(found)
    return [LabelQuery(label_of(one.get("conditions")), types_of(one.get("type")), limit_of(one)) for one in found]


def label_of(conditions: Any) -> str:
    """Return the name, or the id, that a query asks for; none where a condition that we do not know is required."""
    known = [one for one in conditions if isinstance(one, dict)] if isinstance(conditions, list) else []
    named = [one for one in known if one.get("matchType") in ("name", "id") and one.get("matchQuantifier") != "none"]
    if not named or any(one.get("required") for one in known if one not in named):
        return ""
    value = named[0].get("propertyValue")
    return text(value[0] if isinstance(value, list) and value else value)


def text(value: Any) -> str:
    """Return what a value says, of the forms in which it may be given."""
    if isinstance(value, dict):
        value = value.get("id")
    return "" if value is None or isinstance(value, (bool, list, dict)) else str(value)


def types_of(value: Any) -> tuple[str, ...]:
    """Return the types of a query: one, several, or none."""
    several = value if isinstance(value, list) else [value]
    return tuple(found for one in several if (found := text(one)))


def limit_of(one: Mapping[str, Any]) -> int:
    """Return how many candidates a query asks for, within bounds."""
    value = one.get("limit")
    usable = isinstance(value, (int, float)) and not isinstance(value, bool) and value >= 1
    return min(int(min(value, MOST)), MOST) if usable else USUAL  # type: ignore[type-var,arg-type]


def within(batch: Any) -> None:
    """Raise ProblemError 413 where a batch has more queries than one may."""
    if len(batch) > BATCH:
        raise ProblemError(problem("batch-size", count=len(batch), most=BATCH))

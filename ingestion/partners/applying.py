"""Makes the statements of when a text applies: what a table's row or an RDF node says, as a node of the document.

Knows the key of a date by its length, and which days a month may mean; what a date may be is judged by the shapes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, Final

KEY: Final = "applicabilite"
DATES: Final = ("entreeEnVigueur", "appliqueAPartirDu", "redactionDepuis", "dateParution")
"""The keys of dates that may say a day, a month or a year."""
_APPLIES: Final = "appliqueAPartirDu"
_BOUNDS: Final = ("appliqueAuPlusTot", "appliqueAuPlusTard")
_GENERAL: Final = "general"
_SHORTER: Final = {len("2025-06"): "Mois", len("2025"): "Annee"}
"""The length of a date that says no day → what its key ends in."""
_MONTH: Final = re.compile(r"(?!0000|9999)[0-9]{4}-(?:0[1-9]|1[0-2])")
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def key_of_date(key: str, text: str) -> str:
    """Return the key of a date that says a day, a month or a year.

    >>> key_of_date("dateParution", "2025-06"), key_of_date("dateParution", "2025-06-01")
    ('dateParutionMois', 'dateParution')
    """
    return key + _SHORTER.get(len(text), "")


def add_statement(node: dict[str, Any], values: Mapping[str, Any], instrument: str) -> bool:
    """Add a statement to a text; return False, and add none, where the text has one of the same day.

    `node` is the framework or the principle, `instrument` the id of the framework. The id is a fragment of the text
    made of the day that it applies from, or of the case (docs/decisions/iris-and-graphs.md), of the framework where
    the text has its IRI elsewhere.
    """
    applies = str(values.get(_APPLIES) or values.get(f"{_APPLIES}Mois") or _GENERAL)
    identifier: str = node["id"]
    whose = (identifier, KEY)
    if ":" in identifier:
        whose = (instrument, f"{KEY}-{re.split('[/#]', identifier.rstrip('/#'))[-1]}")
    made = {"id": f"{whose[0]}#{whose[1]}-{applies}", "type": ["Applicabilite"]}
    stated = node.setdefault(KEY, [])
    if any(one["id"] == made["id"] for one in stated):
        return False
    stated.append(made | dict(values))
    return True


def complete_statements(node: Mapping[str, list[Any]]) -> None:
    """Fill in what a text and those in it leave unsaid of when they apply: the general case, the bounds of the day.

    `node` holds lists of values, as they were read of whatever form of a deposit. Bounds that a deposit gives, if only
    one, are left as they are: what of them is missing is said by the shapes.
    """
    for one in (one for one in node.get(KEY, ()) if isinstance(one, dict)):
        one.setdefault("casApplication", [f"concept/cas-application/{_GENERAL}"])
        stated = [*one.get(_APPLIES, ()), *one.get(f"{_APPLIES}Mois", ())]
        if len(stated) == 1 and isinstance(stated[0], str) and not one.keys() & set(_BOUNDS):
            one |= {key: [day] for key, day in zip(_BOUNDS, _bounds(stated[0]), strict=False)}
    for inside in (one for one in node.get("principe", ()) if isinstance(one, dict)):
        complete_statements(inside)


def _bounds(stated: str) -> tuple[str, ...]:
    """Return the first day that a date may mean, and the first on which it surely is there; none for no date."""
    if _MONTH.fullmatch(stated):
        first = date.fromisoformat(f"{stated}-01")
        return first.isoformat(), (first + timedelta(days=31)).replace(day=1).isoformat()
    return (stated, stated) if _DAY.fullmatch(stated) else ()

"""A query put otherwise before the engine is asked, where the rows are provably the same: by each rule in its turn.

What a rule rests on is the text alone (`absences.py`), or what the edition tells of its data too (`classes.py`,
`labels.py`): where it tells nothing, those leave the query as it is.
"""

from __future__ import annotations

from collections.abc import Mapping

from sparql_api.query.absences import absences_as_minus
from sparql_api.query.classes import without_implied_classes
from sparql_api.query.labels import labels_after
from sparql_api.query.reading import Rewrite
from sparql_api.query.told import EditionTold


def rewritten(
    text: str, told: EditionTold | None = None, prefixes: Mapping[str, str] | None = None
) -> tuple[str, tuple[Rewrite, ...]]:
    """Return the text that the engine is asked, and what of it is other than in the text given; never fails.

    `told` is what the edition says of its data, None where the query does not ask the union of all its graphs.
    Where nothing is surely the same put otherwise, the text comes back as it is.
    """
    text, done = absences_as_minus(text)
    if told is not None:
        text, dropped = without_implied_classes(text, told, prefixes or {})
        text, moved = labels_after(text)
        done = [*done, *dropped, *moved]
    return text, tuple(done)

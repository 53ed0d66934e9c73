"""The invented examples of a page: whether the thing is one, and in which of them a rule or an outcome is seen.

Knows the questions asked of the edition; how they are shown is the template's business. What leads to a thing from an
example is shown here alone: no other number counts it (docs/counts.md).
"""

from __future__ import annotations

from typing import Final

from ontologie import PREFIXES, Iris
from sparql_api.pages.common.labels import is_safe
from sparql_api.pages.common.reading import Reading
from sparql_api.pages.things.describe import Description

SEEN: Final = ("regle/", "concept/verdict/")
"""The paths of what findings apply and conclude."""
SEEN_IN: Final = """SELECT DISTINCT ?exemple WHERE {
  ?exemple a <%(oia)sProjetExemple> ; <%(oia)sconstat> ?constat .
  ?constat <%(oia)sregle>|<%(oia)sapplique>|<%(oia)sverdict> <%(iri)s> .
} ORDER BY ?exemple"""


def is_invented(found: Description, iris: Iris) -> bool:
    """Return whether a thing is an invented example."""
    type_, example = PREFIXES["rdf"] + "type", f"<{iris.term('ProjetExemple')}>"
    return any(q.predicate.value == type_ and str(q.object) == example for q in found.main)


async def seen_in(reading: Reading, found: Description, iris: Iris) -> list[str]:
    """Return the examples in which a rule speaks, or an outcome is reached; none for anything else."""
    if not found.path(iris).startswith(SEEN) or not is_safe(found.iri):
        return []
    rows = await reading.rows(SEEN_IN % {"oia": iris.term(""), "iri": found.iri}, found.edition)
    return [row["exemple"].value for row in rows]

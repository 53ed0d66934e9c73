"""The fiches that came, changed or went since an edition: what `depuis` leaves of a list. Knows editions alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from starlette.requests import Request

from ingestion import EXAMPLE_PREFIX, Edition, find_changes
from sparql_api.http.parameters import EDITION
from sparql_api.http.query_strings import bad
from sparql_api.pages.common.service import Service

SINCE: Final = "depuis"
"""The parameter that leaves of a list what changed since an edition."""


@dataclass(frozen=True)
class ChangedSince:
    """What became of fiches since an edition, by their ids."""

    edition: int
    held: frozenset[str]
    """Those that came or changed."""
    gone: tuple[str, ...]
    """Those that went, invented examples apart."""


def since_asked(service: Service, request: Request, edition: Edition) -> ChangedSince | None:
    """Return what a list is asked to leave of an edition; None where it is not asked.

    Raises ProblemError 400 for what is no number, 404 where there is no such edition, 410 where it is gone.
    """
    text = request.query_params.get(SINCE, "")
    if not text:
        return None
    if not EDITION.fullmatch(text):
        raise bad(SINCE, "no-edition-number")
    old = service.edition_number(int(text)) if int(text) else None
    own = service.iris.graph("projet", "")
    rows = [row for row in find_changes(old, edition) if row.graph.startswith(own)]
    gone = (row.graph.removeprefix(own) for row in rows if row.became == "gone")
    held = (row.graph.removeprefix(own) for row in rows if row.became != "gone")
    return ChangedSince(int(text), frozenset(held), tuple(one for one in gone if not one.startswith(EXAMPLE_PREFIX)))

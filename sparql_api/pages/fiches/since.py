"""The fiches that came, changed or went since an edition: what `depuis` leaves of a list. Knows editions alone."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request

from ingestion import EXAMPLE_PREFIX, Edition, find_changes
from sparql_api.pages.common.service import Service
from sparql_api.pages.common.since import since_edition


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
    since = since_edition(service, request)
    if since is None:
        return None
    own = service.iris.graph("projet", "")
    rows = [row for row in find_changes(since.edition, edition) if row.graph.startswith(own)]
    gone = (row.graph.removeprefix(own) for row in rows if row.became == "gone")
    held = (row.graph.removeprefix(own) for row in rows if row.became != "gone")
    return ChangedSince(since.number, frozenset(held), tuple(one for one in gone if not one.startswith(EXAMPLE_PREFIX)))

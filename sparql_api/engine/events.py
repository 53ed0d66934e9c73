"""What is told of each query to logs, metrics and shares."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple


class QueryEvent(NamedTuple):
    """What happened to one query, for logs, metrics and shares; nothing of what it said."""

    query_hash: str
    edition: int | None
    """None where the query was refused before an edition was found."""
    outcome: str
    """`ok`, or the name of the problem."""
    seconds: float
    """Engine time; 0 from the cache."""
    wall_seconds: float
    rows: int | None
    size: int | None
    cached: bool
    client: str | None


Listener = Callable[[QueryEvent], None]

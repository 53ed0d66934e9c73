"""What is told of each query to logs and metrics."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple


class QueryEvent(NamedTuple):
    """What happened to one query, for logs and metrics; nothing of what it said."""

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


Told = tuple[float, QueryEvent]
"""What happened, and when: seconds since 1970."""
Listener = Callable[[Sequence[Told]], None]
"""Takes what happened since it was last told: answers that are given again come by thousands a second."""

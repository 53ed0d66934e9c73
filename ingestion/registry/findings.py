"""What reviewers decided of findings: the last word on each, on the facts it rested on.

A finding is told by its identifier, that of its rule; its facts by their hash. Knows not what they are.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any, Final

import sqlalchemy as sa

from ingestion.registry.tables.model import Event, FindingReview
from ingestion.registry.tables.schema import events, findings, remarks

DECIDED: Final[tuple[Event, ...]] = ("confirmed", "dismissed", "reopened")
"""What becomes of a finding; `reopened` takes the decision before it back."""


def reviews_of(
    connection: sa.Connection, kind: str, identifiers: Collection[str], last_event: int | None = None
) -> dict[str, tuple[FindingReview, ...]]:
    """Return the decisions that stand of these documents, by identifier, as of an event."""
    said = events.join(findings, findings.c.event == events.c.id).outerjoin(remarks, remarks.c.event == events.c.id)
    asked = sa.select(events, findings.c.finding, findings.c.basis, findings.c.language, remarks.c.text)
    asked = asked.select_from(said).where(events.c.kind == kind, events.c.identifier.in_(identifiers))
    if last_event is not None:
        asked = asked.where(events.c.id <= last_event)
    return standing_reviews(connection.execute(asked.order_by(events.c.id)).mappings())


def standing_reviews(told: Iterable[Mapping[Any, Any]]) -> dict[str, tuple[FindingReview, ...]]:
    """Return the decisions that stand, from rows of events with their findings, the oldest first."""
    last: dict[str, dict[tuple[str, str], FindingReview]] = {}
    for row in told:
        of = last.setdefault(row["identifier"], {})
        of.pop(key := (row["finding"], row["basis"]), None)
        if row["event"] != "reopened":
            of[key] = FindingReview(
                row["finding"], row["basis"], row["event"] == "confirmed", row["at"], row["academie"],
                row["organisation"], row["text"] or "", row["language"], row["version"],
            )  # fmt: skip
    return {identifier: tuple(found.values()) for identifier, found in last.items() if found}

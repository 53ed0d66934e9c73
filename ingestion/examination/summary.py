"""The counts of a report. Knows nothing of what was counted."""

from __future__ import annotations

import dataclasses


@dataclasses.dataclass(frozen=True, slots=True)
class Summary:
    """Counts of documents; accepted and refused make read, a row repeated as it is counts once."""

    read: int = 0
    accepted: int = 0
    warned: int = 0
    refused: int = 0

    def __add__(self, other: Summary) -> Summary:
        """Return the counts of both together."""
        return Summary(*(a + b for a, b in zip(dataclasses.astuple(self), dataclasses.astuple(other), strict=True)))

    def as_dict(self) -> dict[str, int]:
        """Return the counts by their names in the report."""
        return dataclasses.asdict(self)

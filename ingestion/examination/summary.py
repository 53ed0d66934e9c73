"""The counts of a report. Knows nothing of what was counted."""

from __future__ import annotations

import dataclasses


@dataclasses.dataclass(frozen=True, slots=True)
class Summary:
    """Counts of documents; accepted and refused make read, a row repeated as it is counts once.

    `held` are those of the accepted that wait for a person to read a passage.
    """

    read: int = 0
    accepted: int = 0
    held: int = 0
    warned: int = 0
    refused: int = 0

    def __add__(self, other: Summary) -> Summary:
        """Return the counts of both together."""
        return Summary(*(a + b for a, b in zip(dataclasses.astuple(self), dataclasses.astuple(other), strict=True)))

    @property
    def exit_code(self) -> int:
        """Return 1 where something was refused or waits for a reader, else 0."""
        return 1 if self.refused or self.held else 0

    def as_dict(self) -> dict[str, int]:
        """Return the counts by their names in the report."""
        return dataclasses.asdict(self)

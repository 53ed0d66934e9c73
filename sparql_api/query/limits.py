"""The bounds of one query's answer; those of processes and queues are the engine's settings."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """Deadline in seconds of wall time, waiting included; greatest size of the answer in bytes."""

    seconds: float = 30.0
    answer_bytes: int = 256 << 20

    def shortened(self, seconds: float | None) -> Limits:
        """Return these limits with a deadline no later than `seconds`: less may be asked, not more."""
        if seconds is None or seconds >= self.seconds:
            return self
        return Limits(seconds, self.answer_bytes)

"""What is remembered of a source between harvests: how far a harvest that was cut had come, and what was there.

Knows the files of the state folder that hold it, one a source. They hold hashes and numbers alone: no address, and no
word of a partner's, so that nothing in them is to be erased.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from ingestion.harvest.things import Harvested

FOLDER: Final = "moissons"
"""Where it stands in the state folder."""

_LARGEST: Final = 256 << 20
_IDENTIFIER: Final = re.compile(r"h-[a-z2-7]{10}")


@dataclass(frozen=True)
class Remembered:
    """A source: the place of the next row, the one before it, what this harvest met, what the last whole one did."""

    at: int = 0
    last: str = ""
    seen: frozenset[str] = field(default_factory=frozenset)
    before: frozenset[str] = field(default_factory=frozenset)

    def further(self, identifiers: Iterable[str]) -> Remembered:
        """Return it after some more rows, which stand in order."""
        met = list(identifiers)
        return replace(self, at=self.at + len(met), last=met[-1] if met else self.last, seen=self.seen | set(met))

    def again(self) -> Remembered:
        """Return it at its beginning."""
        return Remembered(before=self.before)

    def ended(self, *, whole: bool) -> Remembered:
        """Return it at the end of a harvest; what one that is not whole did not meet may be there still."""
        return Remembered(before=self.seen if whole else self.before | self.seen)

    @property
    def gone(self) -> tuple[str, ...]:
        """What the last whole harvest met and this one, whole, did not."""
        return tuple(sorted(self.before - self.seen))


@dataclass(frozen=True)
class SourceMemory:
    """The file of a source; `source` is all that makes it this one, told by its hash alone."""

    var: Path
    source: tuple[str, ...]

    @property
    def path(self) -> Path:
        """The file."""
        told = hashlib.sha256("\x1f".join(self.source).encode()).hexdigest()[:24]
        return self.var / FOLDER / f"{told}.json"

    def read(self) -> Remembered:
        """Return what is remembered; nothing where the file is none of ours."""
        try:
            if self.path.stat().st_size > _LARGEST:
                return Remembered()
            said = json.loads(self.path.read_text(encoding="utf-8"))
            met = [frozenset(filter(_IDENTIFIER.fullmatch, said[name])) for name in ("seen", "before")]
            return Remembered(max(0, int(said["at"])), str(said["last"]), *met)
        except (OSError, ValueError, KeyError, TypeError):
            return Remembered()

    def write(self, remembered: Remembered) -> None:
        """Keep it, whole or as it was before. Raises OSError."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        said = {
            "at": remembered.at, "last": remembered.last,
            "seen": sorted(remembered.seen), "before": sorted(remembered.before),
        }  # fmt: skip
        descriptor, name = tempfile.mkstemp(dir=self.path.parent, suffix=".part")
        with os.fdopen(descriptor, "w", encoding="utf-8") as out:
            json.dump(said, out)
        Path(name).replace(self.path)


def followed(parts: Iterable[Harvested], start: Remembered) -> Iterator[tuple[Harvested, Remembered]]:
    """Yield the parts of a harvest that is never resumed, each with what is known of the source after it."""
    now = start
    for part in parts:
        met = {str(record.values["id"]) for record in part.deposit.records if "id" in record.values}
        now = replace(now, at=now.at + part.through, seen=now.seen | met)
        yield part, now

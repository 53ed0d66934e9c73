"""Remembers how headers were read once a depositor accepted it: for an académie and a set of headers.

Knows the files of the state folder that hold it, one an académie and set; headers are there by digest alone (law 7).
"""

from __future__ import annotations

import json
import os
import re
import tempfile
from collections.abc import Iterable, Mapping
from itertools import islice
from pathlib import Path
from typing import Final

from ingestion.reading.records import Agreement
from ingestion.words.columns import IGNORED, columns

FOLDER: Final = "correspondances"
"""Where agreements stand in the state folder."""

MOST: Final = 2_000
"""Agreements of an académie that are looked at."""

_LARGEST: Final = 1 << 20
_EVERY: Final = "toutes"
_DIGEST: Final = re.compile(r"[0-9a-f]{24}")


def agreements(var: Path, academie: str | None) -> dict[str, Mapping[str, str]]:
    """Return what is remembered for an académie, or for deposits made for none, by the set of headers."""
    found: dict[str, Mapping[str, str]] = {}
    for path in islice(sorted((var / FOLDER).glob(f"{academie or _EVERY}-*.json")), MOST):
        key = path.stem.rpartition("-")[2]
        if _DIGEST.fullmatch(key) and (read := _read(path)) is not None:
            found[key] = read
    return found


def remember(var: Path, academie: str | None, agreed: Iterable[Agreement]) -> None:
    """Keep agreements for an académie; the last one of a set of headers is the one that holds."""
    for one in agreed:
        folder = var / FOLDER
        folder.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(dir=folder, suffix=".part")
        with os.fdopen(descriptor, "w", encoding="utf-8") as out:
            json.dump(dict(one.columns), out, sort_keys=True)
        Path(name).replace(folder / f"{academie or _EVERY}-{one.headers}.json")


def _read(path: Path) -> Mapping[str, str] | None:
    """Return an agreement; None where the file is none, or names a column that is no more."""
    try:
        if path.stat().st_size > _LARGEST:
            return None
        given = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    known = {IGNORED, *columns()}
    if not isinstance(given, dict) or not all(isinstance(name, str) and name in known for name in given.values()):
        return None
    return given

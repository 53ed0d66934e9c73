"""The SHA-256 of each dump as it is downloaded, its members joined: what a partner compares with one command.

Linear in the edition, so never made by a publication: the service makes it in quiet time, beside the edition
(`made.py` of the pages says where), and says it once it is known. Knows files alone.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

HASHES: Final = "dumps-sha256.json"
_CHUNK: Final = 1 << 20


def hash_of_files(files: Iterable[Path]) -> str:
    """Return the SHA-256 of files joined, of which a mebibyte is held at once."""
    found = hashlib.sha256()
    for path in files:
        with path.open("rb") as file:
            while data := file.read(_CHUNK):
                found.update(data)
    return found.hexdigest()


def write_hashes(folder: Path, hashes: Mapping[str, str]) -> None:
    """Write the hashes of an edition's dumps, by their names, into a folder, whole or not at all."""
    partial = folder / f"{HASHES}.{os.getpid()}.partial"
    partial.write_text(json.dumps(hashes, sort_keys=True), encoding="utf-8")
    partial.replace(folder / HASHES)


def read_hashes(folder: Path | None) -> dict[str, str]:
    """Return the hashes that a folder has, by the names of dumps; none where nobody made them yet."""
    path = None if folder is None else folder / HASHES
    if path is None or not path.is_file():
        return {}
    return dict(json.loads(path.read_text(encoding="utf-8")))

"""The released versions of the ontology before the present one: frozen files, which answer for ever.

Knows which versions `versions/` holds; the present one is `termes/`. Releasing is copying `termes/` to a new folder of
`versions/`, then raising the version in `termes/` (docs/releasing.md).
"""

from __future__ import annotations

from functools import cache
from typing import Final

from ontologie.namespaces import BASE
from ontologie.resources import read_text, resource

FOLDER: Final = "versions"


@cache
def released_versions() -> tuple[str, ...]:
    """Return the frozen versions, `x.y.z`, the oldest first."""
    names = (entry.name for entry in resource(FOLDER).iterdir() if entry.is_dir())
    return tuple(sorted(names, key=lambda version: [int(part) for part in version.split(".")]))


@cache
def released_files(version: str, base: str = BASE) -> dict[str, str]:
    """Return the Turtle of a frozen version, by the file's name below `ontologie/`: `versions/1.0.0/noyau.ttl`.

    Raises KeyError for a version that is not frozen.
    """
    if version not in released_versions():
        raise KeyError(version)
    names = sorted(entry.name for entry in resource(FOLDER, version).iterdir() if entry.name.endswith(".ttl"))
    return {f"{FOLDER}/{version}/{name}": read_text(FOLDER, version, name, base=base) for name in names}

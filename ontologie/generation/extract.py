"""Copies what the project ships of the shared data, and distils the vocabularies of others.

    python -m ontologie.generation.extract --from ../shared/donnees

Needed only when the shared data change: what it writes is committed, and nothing at run time needs it.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from ontologie.generation.foreign.corrections import correct
from ontologie.generation.foreign.tiers import write_all

PACKAGE = Path(__file__).resolve().parent.parent
COPIED = (
    "instruments/*.csv",
    "territoires/academies.csv",
    "territoires/academies.geojson",
    "territoires/autres_codes_academie.csv",
    "outils-ia/outils.csv",
    "outils-ia/alias.csv",
    "outils-ia/generiques.csv",
    "outils-ia/outils_sources.csv",
    "corrections/application.csv",
    "corrections/dates_des_regles.csv",
    "corrections/sources_officielles.csv",
)
REPLACED = ("instruments/applicabilite.csv",)
"""The shared tables that a correction replaces whole: what stands in them is no longer said."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Copy and distil; return the exit code (2 where the shared data are not there)."""
    parser = argparse.ArgumentParser(prog="python -m ontologie.generation.extract", description=__doc__)
    parser.add_argument("--from", dest="source", type=Path, required=True, help="the shared data's folder")
    source: Path = parser.parse_args(arguments).source
    if not (source / "instruments").is_dir():
        print(f"{source}: no shared data here (a folder `instruments` is expected)", file=sys.stderr)
        return 2
    copied = copy_tables(source, PACKAGE / "donnees")
    corrected = correct(source / "corrections", PACKAGE / "donnees")
    written = write_all(source, PACKAGE / "tiers")
    print(f"{copied} files copied, {corrected} corrected, {written} vocabularies distilled", file=sys.stderr)
    return 0


def copy_tables(source: Path, target: Path) -> int:
    """Copy the shipped files byte for byte into `target`, and return how many."""
    found = (path for pattern in COPIED for path in source.glob(pattern))
    files = sorted(path for path in found if path.relative_to(source).as_posix() not in REPLACED)
    for path in files:
        destination = target / path.relative_to(source)
        destination.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, destination)
    return len(files)


if __name__ == "__main__":
    raise SystemExit(main())

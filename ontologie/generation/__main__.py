"""The command `python -m ontologie.generation`: writes `genere/` again, or checks that it is up to date.

python -m ontologie.generation            write what the tables give
python -m ontologie.generation --check    exit 1 where a committed file differs from what they give
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from ontologie.generation import generate
from ontologie.labelled import TABLE, digest_of_vocabularies, made_table
from ontologie.packaged import vocabularies

PACKAGE = Path(__file__).resolve().parent.parent
GENERATED = PACKAGE / "genere"


def main(arguments: Sequence[str] | None = None) -> int:
    """Write or check; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m ontologie.generation", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 where a file differs")
    check = parser.parse_args(arguments).check
    made = generate()
    changed = [path for path, text in made.items() if _read(PACKAGE / path) != text]
    there = {f"genere/{entry.name}" for entry in GENERATED.glob("*") if entry.name != TABLE}
    stale = sorted(there - set(made))
    for path in [*changed, *stale]:
        print(f"{path}: {'not made from the tables' if path in stale else 'differs'}", file=sys.stderr)
    if check:
        old = changed or stale or _read(GENERATED / TABLE) != made_table()
        return 1 if old else 0
    GENERATED.mkdir(exist_ok=True)
    for path in changed:
        (PACKAGE / path).write_text(made[path], encoding="utf-8", newline="\n")
    # Those just written are among them.
    vocabularies.cache_clear()
    digest_of_vocabularies.cache_clear()
    (GENERATED / TABLE).write_text(made_table(), encoding="utf-8", newline="\n")
    print(f"{len(made)} files, {len(changed)} written", file=sys.stderr)
    return 0


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.is_file() else ""


if __name__ == "__main__":
    raise SystemExit(main())

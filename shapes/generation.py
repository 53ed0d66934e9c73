"""The command `python -m shapes.generation`: writes `genere/` again, what judging loads in place of its sources.

python -m shapes.generation            write what shapes and vocabularies give
python -m shapes.generation --check    exit 1 where a committed file differs from what they give

Not needed at run time. To be run behind `python -m ontologie.generation`, which makes the vocabularies.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from shapes import facts
from shapes.forms import named
from shapes.rules import compiled

GENERATED = Path(__file__).resolve().parent / "genere"


def generate() -> dict[str, str]:
    """Return every generated file: its name in `genere/` and its text. Same sources, same bytes."""
    return {
        facts.TABLE: facts.made_table(), compiled.TABLE: compiled.made_table(), named.TABLE: named.made_table(),
    }  # fmt: skip


def main(arguments: Sequence[str] | None = None) -> int:
    """Write or check; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m shapes.generation", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 where a file differs")
    check = parser.parse_args(arguments).check
    changed = {name: text for name, text in generate().items() if _read(GENERATED / name) != text}
    for name, text in changed.items():
        print(f"genere/{name}: differs", file=sys.stderr)
        if not check:
            GENERATED.mkdir(exist_ok=True)
            (GENERATED / name).write_text(text, encoding="utf-8", newline="\n")
    return 1 if check and changed else 0


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.is_file() else ""


if __name__ == "__main__":
    raise SystemExit(main())

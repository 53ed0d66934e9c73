"""The bundled demonstration: real usages of AI documented by académies, ten illustrative analyses, invented examples,
three publications and two training modules that the project made of them, nine frameworks of other countries and
organisations with their matches, deposited as their owners would.

Knows where they stand in the package and who vouches for them: the project's own team, which it declares.
`python -m ingestion.demo.load --from ../shared/donnees` copies the usages again from the shared data.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
from collections.abc import Callable, Sequence
from importlib.resources import as_file, files
from pathlib import Path
from typing import Final

from ingestion.examination.deposit import Deposited, deposit_file
from ingestion.examination.pipeline import Options
from ingestion.registry.agents import TEAM
from ingestion.registry.registry import Registry
from ingestion.rights.model import OPERATOR, Agent
from ingestion.settings import Settings
from ingestion.words.owned import INSTRUMENT, LINKSET
from ontologie import BASE

EXAMPLES: Final = "exemples.csv"
FILES: Final = ("usages.csv", "analyses.json", EXAMPLES, "publications.json", "modules.json")
PARTNERS: Final = "partenaires"
"""The folder of the frameworks: a table and a set of matches each."""


def load_demo(
    registry: Registry,
    settings: Settings,
    by: Agent = OPERATOR,
    progress: Callable[[int, int], None] | None = None,
) -> list[Deposited]:
    """Register and validate the bundled files; what is already there stays as it is.

    `by` declares the team that vouches for them. Raises Forbidden.
    """
    registry.accounts.declare(TEAM, by)
    done = []
    for name in FILES:
        with as_file(files("ingestion").joinpath("demo", name)) as path:
            options = Options(base=settings.base_iri, examples=name == EXAMPLES)
            done.append(deposit_file(path, registry, TEAM, options, validate=True, progress=progress))
    with as_file(files("ingestion").joinpath("demo", PARTNERS)) as folder, tempfile.TemporaryDirectory() as other:
        for kind, path in partner_files(folder):
            options = Options(base=settings.base_iri, kind=kind)
            under = _under(path, settings.base_iri, Path(other))
            done.append(deposit_file(under, registry, TEAM, options, validate=True, progress=progress))
    return done


def partner_files(folder: Path) -> list[tuple[str, Path]]:
    """Return the files of a folder of frameworks with the type of each, instruments before the matches on them."""
    ends = ((INSTRUMENT, ".csv"), (LINKSET, ".sssom.tsv"))
    return [(kind, path) for kind, end in ends for path in sorted(folder.iterdir()) if path.name.endswith(end)]


def _under(path: Path, base: str, folder: Path) -> Path:
    """Return a file whose addresses of ours stand under the base that is set: itself, or one in a folder."""
    if base == BASE:
        return path
    made = folder / path.name
    made.write_text(path.read_text(encoding="utf-8").replace(BASE, base), encoding="utf-8")
    return made


def main(arguments: Sequence[str] | None = None) -> int:
    """Copy the shared usages into the package."""
    parser = argparse.ArgumentParser(prog="python -m ingestion.demo.load", description=__doc__)
    parser.add_argument("--from", dest="source", type=Path, required=True, help="the shared data's folder")
    source: Path = parser.parse_args(arguments).source
    shutil.copyfile(source / "usages" / "usages.csv", Path(__file__).parent / "demo" / "usages.csv")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

"""Makes the file of an edition's columns in a process of its own: python -m sparql_api.pages.common.columns VAR NUMBER.

The service that answers everyone starts it, and ends it where it stops or the time is over.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Final

import pyoxigraph as ox

from ingestion import Edition, Editions
from sparql_api.columns.making import columns_file, make_columns
from sparql_api.pages.common.made import keep_current, made_folder, tables_folder
from sparql_api.pages.common.service import FACES

SECONDS: Final = 600.0
"""The longest time that it may take: a hundred thousand fiches take a few seconds."""
LATER: Final = 10
"""What the process adds to its niceness: who answers goes first."""


async def columns_made(var: Path, edition: Edition) -> bool:
    """Have the file of an edition's columns made where it is not there; return whether it is there then."""
    if columns_file(made_folder(edition, var / FACES)).is_file():
        return True
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-P", "-m", __name__, str(var), str(edition.number), stdin=subprocess.DEVNULL
    )
    try:
        async with asyncio.timeout(SECONDS):
            return await process.wait() == 0
    except TimeoutError:
        return False
    finally:
        with suppress(ProcessLookupError):
            process.kill()


def make(var: Path, number: int) -> None:
    """Make the file of the columns of an edition; raises EditionBeingMade where it is made anew meanwhile."""
    edition = Editions(var).get(number)
    if edition is None:
        raise SystemExit(1)
    parts = tables_folder(edition, var / FACES)
    folder = made_folder(edition, var / FACES)
    if not columns_file(folder).is_file():
        make_columns(parts, ox.Store.read_only(str(edition.store_path)), columns_file(folder))
        keep_current(edition, folder)


if __name__ == "__main__":
    os.nice(LATER)
    make(Path(sys.argv[1]), int(sys.argv[2]))

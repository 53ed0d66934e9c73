"""The files that publication makes of an edition for this service; made when first asked for where it did not.

An edition may have been published without them, or by a version that laid them out otherwise.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import pyoxigraph as ox

from ingestion import Edition, Editions, read_fiches
from sparql_api.description.open_dump import OPEN_LIST, write_open_dump
from sparql_api.description.sssom import SSSOM_NAME, write_alignments
from sparql_api.description.void import VOID_NAME, write_void
from sparql_api.fiches.index import write_index
from sparql_api.fiches.stored import LAYOUT, is_index
from sparql_api.query.errors import EditionBeingMade, retry
from sparql_api.query.stores import demand_store
from sparql_api.tables.descriptions import TabledEdition
from sparql_api.tables.dictionary import layout
from sparql_api.tables.files import list_file, make_file
from sparql_api.tables.making import write_tables
from sparql_api.tables.parts import FOLDER, LIST, has_parts


def fiches_folder(edition: Edition, elsewhere: Path) -> Path:
    """Return the folder that holds an edition's index of fiches, making it in `elsewhere` where there is none."""
    if is_index(edition.path):
        return edition.path
    folder = made_folder(edition, elsewhere)
    if not is_index(folder):
        demand_store(edition)
        store = ox.Store.read_only(str(edition.store_path))
        write_index(folder, store, read_fiches(edition), base=edition.manifest["base"])
        keep_current(edition, folder)
    return folder


def index_folder(edition: Edition, elsewhere: Path) -> Path | None:
    """Return the folder where an edition's index of fiches stands already; None where it would have to be made."""
    return next((one for one in (edition.path, folder_beside(edition, elsewhere)) if is_index(one)), None)


def void_file(edition: Edition, elsewhere: Path) -> Path:
    """Return the file of an edition's statistics, making it in `elsewhere` where there is none."""
    return _file(edition, elsewhere, VOID_NAME, write_void)


def alignments_file(edition: Edition, elsewhere: Path) -> Path:
    """Return the file of an edition's alignments, making it in `elsewhere` where there is none."""
    return _file(
        edition,
        elsewhere,
        SSSOM_NAME,
        write_alignments_of,
    )


def open_folder(edition: Edition, elsewhere: Path) -> Path:
    """Return the folder that holds the list of an edition's open dump, making it in `elsewhere` where there is none."""
    return _file(edition, elsewhere, OPEN_LIST, write_open_dump).parent


def known_open_folder(edition: Edition, elsewhere: Path) -> Path:
    """Return the folder where that list stands already, or would be made."""
    return edition.path if (edition.path / OPEN_LIST).is_file() else folder_beside(edition, elsewhere)


def tables_folder(edition: Edition, elsewhere: Path) -> Path:
    """Return the folder that holds the parts of an edition's tables, making them in `elsewhere` where there are none.

    Raises EditionBeingMade.
    """
    if has_parts(edition.path):
        return edition.path
    folder = made_folder(edition, elsewhere)
    if not has_parts(folder):
        demand_store(edition)
        shutil.rmtree(folder / FOLDER, ignore_errors=True)
        with TemporaryDirectory(dir=folder) as draft:
            write_tables(edition, ox.Store.read_only(str(edition.store_path)), Path(draft))
            (Path(draft) / FOLDER).rename(folder / FOLDER)
        keep_current(edition, folder)
    return folder


def tables_file(edition: Edition, elsewhere: Path, name: str, described: TabledEdition) -> Path:
    """Return a file of an edition's tables, making it in `elsewhere` where it is not there; raises EditionBeingMade."""
    parts = tables_folder(edition, elsewhere)
    if name == LIST:
        return list_file(parts)
    folder = made_folder(edition, elsewhere)
    path = make_file(parts, folder / f"{FOLDER}-{layout()}", name, described)
    keep_current(edition, folder)
    return path


def write_alignments_of(edition: Edition, folder: Path) -> None:
    """Write the alignments of an edition, from its store; raises EditionBeingMade."""
    demand_store(edition)
    write_alignments(edition, ox.Store.read_only(str(edition.store_path)), folder)


def _file(edition: Edition, elsewhere: Path, name: str, write: Callable[[Edition, Path], None]) -> Path:
    if (edition.path / name).is_file():
        return edition.path / name
    folder = made_folder(edition, elsewhere)
    if not (folder / name).is_file():
        write(edition, folder)
        keep_current(edition, folder)
    return folder / name


def keep_current(edition: Edition, folder: Path) -> None:
    """Keep what was just made of an edition, unless it was redacted meanwhile; raises EditionBeingMade then."""
    if Edition(edition.number, edition.path).manifest["sha256"] != edition.manifest["sha256"]:
        shutil.rmtree(folder, ignore_errors=True)
        raise EditionBeingMade(retry("edition-being-made", 1, edition=edition.number))


def made_folder(edition: Edition, elsewhere: Path) -> Path:
    """Return the folder for what is made of an edition after its publication; its hash is in the name."""
    folder = folder_beside(edition, elsewhere)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def folder_of(editions: Editions, elsewhere: Path, number: int) -> Path | None:
    """Return where that folder is, or would be, by the edition's number; None where there is no such edition."""
    edition = editions.get(number)
    return folder_beside(edition, elsewhere) if edition else None


def folder_beside(edition: Edition, elsewhere: Path) -> Path:
    """Return where that folder is, or would be."""
    return elsewhere / f"{edition.number}-{edition.manifest['sha256'][:16]}-{LAYOUT}"

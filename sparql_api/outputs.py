"""What publication makes for this service with each edition: the index of fiches, VoID, the table of alignments; and
the edition itself in the store behind the service, where there is one.

Each is a function of the edition in the making (its folder, its manifest) and of its store. An edition that was
published without them, or by a version that laid them out otherwise, gets them when they are first asked for.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

import pyoxigraph as ox
import typer

from ingestion import Edition, read_fiches
from sparql_api.description.sssom import SSSOM_NAME, write_alignments
from sparql_api.description.void import VOID_NAME, write_void
from sparql_api.engine.remote.publication import NotPublished, publish_remote
from sparql_api.fiches.index import LAYOUT, is_index, write_index
from sparql_api.settings import RemoteSettings


def index_fiches(edition: Edition, store: ox.Store) -> None:
    """Write `fiches.sqlite` in the edition's folder."""
    make_index(edition, store, edition.path)


def describe_edition(edition: Edition, store: ox.Store) -> None:
    """Write `void.nt`, the edition's statistics, in its folder."""
    write_void(edition, store, edition.path)


def list_alignments(edition: Edition, store: ox.Store) -> None:
    """Write `alignements.sssom.tsv`, the edition's alignments, in its folder."""
    write_alignments(edition, store, edition.path)


def fill_store(edition: Edition, store: ox.Store) -> None:
    """Put the edition in the store behind the service, where the settings name one.

    Where the store does not take it the command ends (1), and the edition is not published.
    """
    remote = RemoteSettings()
    if not remote.query_url:
        return
    try:
        publish_remote(edition, remote)
    except NotPublished as error:
        typer.echo(
            f"Le fonds interrogé n'a pas reçu l'édition {edition.number}, qui n'est pas publiée : {error}\n"
            f"The store behind the service did not take edition {edition.number}, which is not published: {error}",
            err=True,
        )
        raise typer.Exit(1) from error


EDITION_OUTPUTS: Final = (index_fiches, describe_edition, list_alignments, fill_store)


def make_index(edition: Edition, store: ox.Store, folder: Path) -> None:
    """Write an edition's index of fiches in a folder."""
    write_index(folder, store, read_fiches(edition), base=edition.manifest["base"])


def fiches_folder(edition: Edition, elsewhere: Path) -> Path:
    """Return the folder that holds an edition's index of fiches, making it in `elsewhere` where there is none."""
    if is_index(edition.path):
        return edition.path
    folder = made_folder(edition, elsewhere)
    if not is_index(folder):
        make_index(edition, ox.Store.read_only(str(edition.store_path)), folder)
    return folder


def void_file(edition: Edition, elsewhere: Path) -> Path:
    """Return the file of an edition's statistics, making it in `elsewhere` where there is none."""
    return _file(edition, elsewhere, VOID_NAME, write_void)


def alignments_file(edition: Edition, elsewhere: Path) -> Path:
    """Return the file of an edition's alignments, making it in `elsewhere` where there is none."""
    return _file(edition, elsewhere, SSSOM_NAME, write_alignments)


def _file(edition: Edition, elsewhere: Path, name: str, write: Callable[[Edition, ox.Store, Path], None]) -> Path:
    if (edition.path / name).is_file():
        return edition.path / name
    folder = made_folder(edition, elsewhere)
    if not (folder / name).is_file():
        write(edition, ox.Store.read_only(str(edition.store_path)), folder)
    return folder / name


def made_folder(edition: Edition, elsewhere: Path) -> Path:
    """Return the folder for what is made of an edition after its publication; its hash is in the name."""
    folder = elsewhere / f"{edition.number}-{edition.manifest['sha256'][:16]}-{LAYOUT}"
    folder.mkdir(parents=True, exist_ok=True)
    return folder

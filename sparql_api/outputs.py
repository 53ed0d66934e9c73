"""What publication makes for this service with each edition: the index of fiches, VoID, the table of alignments, the
research tables; and the edition itself in the store behind the service, where there is one.

Each is a function of the edition in the making (its folder, its manifest) and of its store.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import pyoxigraph as ox
import typer

from ingestion import Edition, note_changes, read_fiches
from ontologie import Iris
from sparql_api.description.open_dump import write_open_dump
from sparql_api.description.sssom import repeat_alignments, write_alignments
from sparql_api.description.void import write_void
from sparql_api.engine.remote.publication import NotPublished, publish_remote
from sparql_api.fiches.changes import change_index
from sparql_api.fiches.index import write_index
from sparql_api.settings import RemoteSettings
from sparql_api.tables.making import change_tables, write_tables


def index_fiches(edition: Edition, store: ox.Store) -> None:
    """Make the index of fiches in the edition's folder, of the one before it where only documents differ."""
    base, since = edition.manifest["base"], edition.since
    if since is not None and of_documents(since.graphs, base):
        own = Iris(base).graph("projet", "")
        fiches = {graph.removeprefix(own): fiche for graph, fiche in since.fiches.items() if graph.startswith(own)}
        if change_index(edition.path, since.before.path, store, fiches, base=base):
            return
    write_index(edition.path, store, read_fiches(edition), base=base)


def of_documents(graphs: Iterable[str], base: str) -> bool:
    """Return whether graphs are all of documents, or say what is derived of one: no vocabulary is among them."""
    vocabularies = tuple(of("vocabulaire", "") for of in (Iris(base).graph, Iris(base).derived_graph))
    return not any(graph.startswith(vocabularies) for graph in graphs)


def of_partners(graphs: Iterable[str], base: str) -> bool:
    """Return whether some graphs are those of a partner's framework or of its matches."""
    own = tuple(Iris(base).graph(kind, "") for kind in ("instrument", "linkset"))
    return any(graph.startswith(own) for graph in graphs)


def describe_edition(edition: Edition, store: ox.Store) -> None:
    """Write `void.nt`, the edition's statistics, in its folder."""
    write_void(edition, edition.path)


def list_alignments(edition: Edition, store: ox.Store) -> None:
    """Write `alignements.sssom.tsv`, the edition's alignments, in its folder."""
    since = edition.since
    base = edition.manifest["base"]
    same = since is not None and of_documents(since.graphs, base) and not of_partners(since.graphs, base)
    if since is None or not same or not repeat_alignments(edition, since.before):
        write_alignments(edition, store, edition.path)


def cut_open_dump(edition: Edition, store: ox.Store) -> None:
    """Cut the dump of what is free of conditions, in the edition's folder."""
    write_open_dump(edition, edition.path)


def make_tables(edition: Edition, store: ox.Store) -> None:
    """Make the parts of the research tables in the edition's folder, of those before it where only documents differ."""
    since = edition.since
    if since is None or not change_tables(edition, store, since.graphs, since.before.path):
        write_tables(edition, store, edition.path)


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


def tell_changes(edition: Edition, store: ox.Store) -> None:
    """Write `changes.tsv`, the names of what the edition differs by from the one before it, in its folder."""
    note_changes(edition)


EDITION_OUTPUTS: Final = (
    index_fiches, describe_edition, list_alignments, cut_open_dump, make_tables, tell_changes, fill_store,
)  # fmt: skip

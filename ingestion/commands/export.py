"""The commands `observatoire export`: fiches and tables of the current edition; the package of principles, of none."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from ingestion.commands.export_formats import ExportFormat
from ingestion.commands.failures import explained
from ontologie.console import Lang, LangOption, fail, said, say

if TYPE_CHECKING:
    from ingestion.publication.files.editions import Edition

_ALL: Final = "tout"

WritePackage = Callable[[Path], int]
"""Writes a package where it is told, an archive or a folder, and returns how many files; raises OSError."""


WriteTables = Callable[["Edition", Path], int]
"""Writes the tables of an edition into a folder, and returns how many files; raises OSError."""


AddCommands = Callable[[typer.Typer], None]
"""Adds sub-commands to a group."""


def export_app(write_principles: WritePackage, write_tables: WriteTables, add_others: AddCommands) -> typer.Typer:
    """Return the sub-commands of `observatoire export`; what makes a package, or tables, comes from the root.

    So do those sub-commands that only the service can carry out.
    """
    app = typer.Typer(no_args_is_help=True, help="Write what the current edition holds.")

    @app.callback()
    def _group() -> None:
        """Write what the current edition holds."""

    @app.command("fiches")
    def fiches_command(
        format: Annotated[ExportFormat, typer.Option("--format", help="Form of the export.")] = ExportFormat.JSONL,
        out: Annotated[str, typer.Option("--out", help="A folder, or - for standard output.")] = "-",
        kind: Annotated[str, typer.Option("--type", help="projet, analyse…, or tout for all.")] = "projet",
        examples: Annotated[
            bool, typer.Option("--examples", help="Also the invented examples, which are no projects.")
        ] = False,
        lang: LangOption = Lang.FR,
    ) -> None:
        """Export the fiches: in a folder, jsonl and csv make one file, the other forms one a fiche.

        Examples:

          observatoire export fiches --format csv > fiches.csv

          observatoire export fiches --format ttl --type tout --out fiches/
        """
        export_fiches(format, out, kind, lang, examples=examples)

    @app.command("principes")
    def principles_command(
        out: Annotated[Path, typer.Option("--out", help="An archive that ends in .zip, or a folder.")],
        lang: LangOption = Lang.FR,
    ) -> None:
        """Export the package of instruments, principles, dated provisions, alignments and shapes, without a project.

        Examples:

          observatoire export principes --out principes-ia-education.zip
        """
        with explained(lang, kept=lambda: said(lang, "kept-export")):
            count = write_principles(out)
        say(lang, "package-written", count=count, where=out)

    add_tables(app, write_tables)
    add_others(app)
    return app


def add_tables(app: typer.Typer, write_tables: WriteTables) -> None:
    """Add the sub-command of tables."""

    @app.command("tables")
    def tables_command(
        out: Annotated[Path, typer.Option("--out", help="A folder.")],
        lang: LangOption = Lang.FR,
    ) -> None:
        """Export the research tables of the current edition, as CSV and Parquet, with what describes them.

        Example: observatoire export tables --out tables/
        """
        export_tables(out, lang, write_tables)


def export_tables(out: Path, lang: Lang, write_tables: WriteTables) -> None:
    """Write the tables of the current edition; ends the command where there is none, or they cannot be written."""
    from ingestion.publication.files.editions import Editions
    from ingestion.settings import Settings

    edition = Editions(Settings().var).current()
    if edition is None:
        fail(lang, "no-edition")
    with explained(lang, kept=lambda: said(lang, "kept-export")):
        count = write_tables(edition, out)
    say(lang, "package-written", count=count, where=out)


def export_fiches(format: ExportFormat, out: str, kind: str, lang: Lang, *, examples: bool = False) -> None:
    """Write the fiches of some kind, with `examples` the invented ones too.

    Ends the command where there are none such, or they cannot be written.
    """
    from ingestion.commands.exporting import documents, write_all, write_folder
    from ingestion.publication.files.editions import Editions
    from ingestion.settings import Settings
    from ontologie import document_types

    if kind not in (*document_types(), _ALL):
        fail(lang, "unknown-type", type=kind, types=", ".join((*document_types(), _ALL)))
    if format is ExportFormat.CSV and kind != "projet":
        fail(lang, "csv-projects-only")
    settings = Settings()
    edition = Editions(settings.var).current()
    if edition is None:
        fail(lang, "no-edition")
    kinds = document_types() if kind == _ALL else (kind,)
    found = documents(edition, kinds, format, settings.base_iri, examples=examples)
    with explained(lang, kept=lambda: said(lang, "kept-export")):
        if out == "-":
            try:
                write_all(sys.stdout.buffer, found, format, settings.base_iri)
                sys.stdout.flush()
            except OSError as error:  # it names no file where the place is the one the caller chose
                error.filename = error.filename or said(lang, "standard-output")
                raise
            return
        count = write_folder(Path(out), found, format, settings.base_iri)
    say(lang, "exported", count=count, where=out)

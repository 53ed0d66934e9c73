"""The command `observatoire validate`: any RDF file or document against the shapes.

Knows files and exit codes. Documents (JSON, CSV) are read by a function that the root passes in, since
reading deposits is ingestion's part.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import pyoxigraph as ox
import typer

from ontologie import BASE
from shapes.entries import Entry, Language, as_csv, as_html, as_json, as_text
from shapes.gate import validate
from shapes.report import Report

ReadDocument = Callable[[Path], bytes]
"""Turns a deposit file into N-Quads; raises ValueError or OSError with a message for the depositor."""

_FORMATS = {
    ".ttl": ox.RdfFormat.TURTLE,
    ".nt": ox.RdfFormat.N_TRIPLES,
    ".nq": ox.RdfFormat.N_QUADS,
    ".trig": ox.RdfFormat.TRIG,
    ".rdf": ox.RdfFormat.RDF_XML,
    ".xml": ox.RdfFormat.RDF_XML,
    ".owl": ox.RdfFormat.RDF_XML,
    ".jsonld": ox.RdfFormat.JSON_LD,
}


class Format(StrEnum):
    """The forms of a report."""

    TEXT = "text"
    JSON = "json"
    TTL = "ttl"
    CSV = "csv"
    HTML = "html"


class Lang(StrEnum):
    """The languages of a report."""

    FR = "fr"
    EN = "en"


def build_app(read_document: ReadDocument | None = None, base: str = BASE) -> typer.Typer:
    """Return the command line of this folder; `read_document` reads what is not RDF."""
    app = typer.Typer(no_args_is_help=True)

    @app.command("validate")
    def validate_command(
        files: Annotated[list[Path], typer.Argument(help="RDF files, or documents.")],
        format: Annotated[Format, typer.Option("--format", help="Form of the report.")] = Format.TEXT,
        lang: Annotated[Lang, typer.Option("--lang", help="Language of the report.")] = Lang.FR,
    ) -> None:
        """Judge files against the shapes; the report goes to standard output."""
        reports: list[tuple[Path, Report]] = []
        for file in files:
            try:
                data = _read(file, read_document, base)
            except (OSError, ValueError, SyntaxError) as error:
                typer.echo(f"{file}: {error}", err=True)
                raise typer.Exit(2) from error
            reports.append((file, validate(data, base=base)))
        typer.echo(render(reports, format, lang), nl=False)
        raise typer.Exit(1 if any(report.refused for _, report in reports) else 0)

    return app


def read_rdf(file: Path, *, base: str = BASE) -> list[ox.Quad]:
    """Read an RDF file by its suffix. Raises OSError, or SyntaxError with the place."""
    return list(ox.parse(path=str(file), format=_FORMATS[file.suffix], base_iri=base))


def render(reports: list[tuple[Path, Report]], format: Format, lang: Lang) -> str:
    """Return the reports of some files in one form and one language."""
    if format is Format.TTL:
        return Report.of([result for _, report in reports for result in report.results]).to_turtle()
    entries = [Entry.of(result, file=str(file)) for file, report in reports for result in report.results]
    refused = sum(report.refused for _, report in reports)
    warned = sum(not report.refused and not report.conforms for _, report in reports)
    summary = {"read": len(reports), "accepted": len(reports) - refused, "warned": warned, "refused": refused}
    language: Language = "en" if lang is Lang.EN else "fr"
    if format is Format.JSON:
        return as_json(entries, summary, language)
    if format is Format.CSV:
        return as_csv(entries, language)
    if format is Format.HTML:
        return as_html(entries, summary, language)
    return as_text(entries, language)


def _read(file: Path, read_document: ReadDocument | None, base: str) -> list[ox.Quad] | bytes:
    if file.suffix in _FORMATS:
        return read_rdf(file, base=base)
    if read_document is None:
        raise ValueError(f"unknown format {file.suffix or '(no suffix)'}: give one of {', '.join(_FORMATS)}")
    return read_document(file)

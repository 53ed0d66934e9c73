"""The command `observatoire validate`: any RDF file or document against the shapes.

Knows the command line and exit codes. Documents (JSON, CSV) are read by a function that the root passes in,
since reading deposits is ingestion's part.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from ontologie import BASE
from shapes.entries import Entry, Language, as_csv, as_html, as_json, as_text
from shapes.files import FORMATS, judge_file
from shapes.gate import validate
from shapes.report import Report

ReadDocument = Callable[[Path], bytes]
"""Turns a deposit file into N-Quads; raises ValueError or OSError with a message for the depositor."""


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


Judged = tuple[Path, list[Report]]
"""A file, and the reports of its documents that found something; `conforms` counts the others."""


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
        summary = {"read": 0, "accepted": 0, "warned": 0, "refused": 0}
        judged: list[Judged] = []
        for file in files:
            try:
                reports = list(_counted(_judge(file, read_document, base), summary))
            except (OSError, ValueError, SyntaxError) as error:
                typer.echo(f"{file}: {error}", err=True)
                raise typer.Exit(2) from error
            judged.append((file, reports))
        typer.echo(render(judged, summary, format, lang), nl=False)
        raise typer.Exit(1 if summary["refused"] else 0)

    return app


def render(judged: list[Judged], summary: dict[str, int], format: Format, lang: Lang) -> str:
    """Return what was found in some files in one form and one language."""
    if format is Format.TTL:
        results = [result for _, reports in judged for report in reports for result in report.results]
        return Report.of(results).to_turtle()
    entries = [
        Entry.of(result, file=str(file)) for file, reports in judged for report in reports for result in report.results
    ]
    language: Language = "en" if lang is Lang.EN else "fr"
    if format is Format.JSON:
        return as_json(entries, summary, language)
    if format is Format.CSV:
        return as_csv(entries, language)
    if format is Format.HTML:
        return as_html(entries, summary, language)
    return as_text(entries, language)


def _judge(file: Path, read_document: ReadDocument | None, base: str) -> Iterable[Report]:
    if file.suffix not in FORMATS:
        if read_document is None:
            raise ValueError(f"unknown format {file.suffix or '(no suffix)'}: give one of {', '.join(FORMATS)}")
        yield validate(read_document(file), base=base)
        return
    columns = (SpinnerColumn(), TextColumn("{task.description}"), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(file.name, total=None)
        yield from judge_file(file, base=base, progress=lambda count: bar.advance(task, count))


def _counted(reports: Iterable[Report], summary: dict[str, int]) -> Iterable[Report]:
    """Count the reports, and keep those that found something: memory stays flat."""
    for report in reports:
        summary["read"] += 1
        summary["refused" if report.refused else "accepted"] += 1
        summary["warned"] += not report.refused and any(r.severity == "warning" for r in report.results)
        if not report.conforms:
            yield report

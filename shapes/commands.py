"""The command `observatoire validate`: any RDF file or document against the shapes.

Knows the command line and exit codes. Deposits (CSV, XLSX, JSON) are examined by a function that the root passes
in, since reading them is ingestion's part.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from ontologie import BASE, Language
from ontologie.console import Lang, LangOption, counting

if TYPE_CHECKING:
    from shapes.judging.report import Report
    from shapes.rdf_files.profiles import Profile
    from shapes.reporting.issues import Issue


@dataclass(frozen=True)
class Judged:
    """What came of some documents of a file: what is to be said, the counts, and the reports of the shapes."""

    entries: Sequence[Issue]
    summary: Mapping[str, int]
    reports: Sequence[Report]
    notes: Sequence[Issue] = ()


_NOT_JUDGED: Final = "depot:non-examine"

Examine = Callable[[Path, Language], Iterator[Judged]]
"""Examines a deposit batch by batch; raises ValueError or OSError with a message for the depositor."""


class ReportFormat(StrEnum):
    """The forms of a report."""

    TEXT = "text"
    JSON = "json"
    TTL = "ttl"
    CSV = "csv"
    HTML = "html"


_COUNTS = ("read", "accepted", "held", "warned", "refused")


@dataclass
class _Total:
    """What came of all files; reports that found nothing are only counted, so that memory stays flat."""

    entries: list[Issue] = field(default_factory=list)
    notes: list[Issue] = field(default_factory=list)
    reports: list[Report] = field(default_factory=list)
    summary: dict[str, int] = field(default_factory=lambda: dict.fromkeys(_COUNTS, 0))

    def add(self, part: Judged) -> None:
        self.entries += part.entries
        self.notes += part.notes
        self.reports += (report for report in part.reports if not report.conforms)
        for name, count in part.summary.items():
            self.summary[name] += count


def build_app(examine: Examine | None = None, base: str = BASE) -> typer.Typer:
    """Return the command line of this folder; `examine` is for what is not RDF."""
    app = typer.Typer(no_args_is_help=True)

    @app.command("validate")
    def validate_command(
        files: Annotated[list[Path], typer.Argument(help="RDF files, or documents.")],
        profile: Annotated[
            list[Path] | None,
            typer.Option(
                "--profile",
                help="Terms, lists and shapes of another country, in RDF; may be repeated. They take the place of "
                "France's profile: RDF files are judged by them and by the shapes of the core.",
            ),
        ] = None,
        format: Annotated[ReportFormat, typer.Option("--format", help="Form of the report.")] = ReportFormat.TEXT,
        lang: LangOption = Lang.FR,
    ) -> None:
        """Judge files against the shapes; the report goes to standard output.

        A fiche of another country: observatoire validate fiche.ttl --profile profile.ttl

        Exit codes: 0 nothing refused; 1 something was, or waits for a reader; 2 a file was unusable, or had no fiche.
        """
        language: Language = "en" if lang is Lang.EN else "fr"
        total = _all_judged(files, profile or (), examine, language, base)
        typer.echo(_rendered(total, format, language), nl=False)
        if format is ReportFormat.TTL:  # a SHACL report has no place for what no shape looked at
            for entry in total.entries:
                if entry.rule == _NOT_JUDGED:
                    typer.echo(f"{entry.file}: {entry.message[language]}", err=True)
        raise typer.Exit(1 if total.summary["refused"] or total.summary["held"] else 0)

    return app


def _all_judged(
    files: Sequence[Path], profiles: Sequence[Path], examine: Examine | None, lang: Language, base: str
) -> _Total:
    """Return what came of all files; leave (2) where one of them, or of the profiles, cannot be used."""
    from ontologie import Refused
    from shapes.rdf_files.profiles import joined, read_profile
    from shapes.rdf_files.unusable import UnusableFile

    total = _Total()
    beside: list[Profile] = []
    reading: Path | None = None
    try:
        for reading in profiles:
            beside.append(read_profile(reading, base=base))
            total.notes.append(_profile_read(beside[-1], reading))
        whole = joined(beside) if beside else None
        for reading in files:
            for part in _shown(reading, _judged(reading, examine, lang, base, whole)):
                total.add(part)
    except (UnusableFile, Refused, ValueError) as error:
        typer.echo(_why(reading, error, lang), err=True)
        raise typer.Exit(2) from error
    return total


def _rendered(total: _Total, format: ReportFormat, lang: Language) -> str:
    """Return what was found in one form and one language."""
    from shapes.judging.report import Report
    from shapes.reporting.forms import as_csv, as_json, as_text
    from shapes.reporting.html import as_html

    if format is ReportFormat.TTL:
        return Report.of([result for report in total.reports for result in report.results]).to_turtle()
    if format is ReportFormat.CSV:
        return as_csv(total.entries, lang)
    if format is ReportFormat.TEXT:
        return as_text(total.entries, total.summary, lang, notes=total.notes)
    form = as_json if format is ReportFormat.JSON else as_html
    return form(total.entries, total.summary, lang, total.notes)


def _judged(
    file: Path, examine: Examine | None, lang: Language, base: str, profile: Profile | None
) -> Iterator[Judged]:
    from shapes.rdf_files.batches import FORMATS, format_of, judge_file
    from shapes.rdf_files.coverage import Coverage
    from shapes.rdf_files.profiles import judge_file_by_profile
    from shapes.rdf_files.unusable import UnusableFile, sentences, unknown_format

    if format_of(file) is not None:
        coverage, found = Coverage(base), False
        if profile is not None:
            coverage = Coverage(base, profile.classes)
            reports = judge_file_by_profile(file, profile, base=base, coverage=coverage)
        else:
            reports = judge_file(file, base=base, coverage=coverage)
        for report in reports:
            found = found or bool(report.results)
            yield _of_rdf(report, str(file))
        yield Judged([_not_judged(said, str(file)) for said in coverage.missed(found=found)], {}, ())
    elif profile is not None:
        raise UnusableFile(sentences("profil-et-tableau", formats=", ".join(FORMATS)))
    elif examine is None:
        raise unknown_format(list(FORMATS))
    else:
        yield from examine(file, lang)


def _profile_read(profile: Profile, file: Path) -> Issue:
    """Return the note that says what a profile was read as."""
    from shapes.rdf_files.unusable import sentences
    from shapes.reporting.issues import Issue

    return Issue(severity="info", message=sentences("profil-lu", **profile.counts()), file=str(file))


def _not_judged(said: Mapping[str, str], file: str) -> Issue:
    from shapes.reporting.issues import Issue

    return Issue(severity="warning", message=said, file=file, rule=_NOT_JUDGED)


def _why(file: Path | None, error: Exception, lang: Language) -> str:
    """Return why a file cannot be used, where, and what to do."""
    from ontologie import Refused
    from shapes.rdf_files.unusable import UnusableFile
    from shapes.reporting.causes import place
    from shapes.reporting.issues import Issue

    if isinstance(error, UnusableFile):
        where = Issue(severity="violation", message={}, file=str(file), line=error.line, column=error.column)
        return f"{place(where, lang)}: {error.messages[lang]}"
    return f"{file}: {error.sentence(lang) if isinstance(error, Refused) else error}"


def _of_rdf(report: Report, file: str) -> Judged:
    from shapes.reporting.issues import issue_of

    summary = {
        "read": 1,
        "refused": int(report.refused),
        "accepted": int(not report.refused),
        "warned": int(not report.refused and any(found.severity == "warning" for found in report.results)),
    }
    return Judged([issue_of(result, file) for result in report.results], summary, [report])


def _shown(file: Path, parts: Iterable[Judged]) -> Iterator[Judged]:
    """Show on standard error how many documents were judged; how many there are is not known beforehand."""
    read = 0
    with counting(file.name) as progress:
        for part in parts:
            read += part.summary.get("read", 0)
            progress(read)
            yield part

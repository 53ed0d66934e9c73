"""The commands of the way in: demo, ingest, review, publish, export, rebuild, erase.

Knows options, exit codes and what is said on standard error; what is done is in the modules beside it. The faces
that publication makes (search index, self-description) come from the root.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from ingestion.commands.export import WritePackage, export_app
from ingestion.commands.failures import explained, opened
from ingestion.commands.review import Identifier, review_app, split
from ontologie import system_reason
from ontologie.console import Lang, LangOption, counting, fail, said, say, steps

if TYPE_CHECKING:
    from ingestion.examination.deposit import Deposited
    from ingestion.publication.cut import Face
    from ingestion.registry.model import Outcome
    from ingestion.registry.registry import Registry
    from ingestion.settings import Settings
    from ingestion.words.messages import Issue

REPORTS: Final = (".html", ".csv", ".json", ".ttl")
REJECTS: Final = (".csv", ".xlsx", ".json")

AcademieOption = Annotated[str | None, typer.Option(help="The académie that deposits, by code or name: 10, Lyon.")]
NationalOption = Annotated[
    bool, typer.Option("--national", help="Take fiches that name no académie, as national deposits.")
]
AcceptOption = Annotated[
    bool, typer.Option("--accept-mapping", help="Take the reading of headers that a run proposed, and remember it.")
]
ValidatedByOption = Annotated[
    str | None, typer.Option(help="Operator on this machine: register and validate in one step.")
]
RejectsOption = Annotated[
    Path | None, typer.Option(help="Write the refused rows, to correct and send back: .csv, .xlsx or .json.")
]


def build_app(faces: Callable[[], Sequence[Face]], write_principles: WritePackage) -> typer.Typer:
    """Return the command line of this folder; `faces` gives what is made with each edition, the other a package."""
    app, with_faces = typer.Typer(no_args_is_help=True), _WithFaces(faces)
    app.add_typer(review_app(), name="review")
    app.add_typer(export_app(write_principles), name="export")
    app.command("demo")(with_faces.demo)
    app.command("ingest")(ingest_command)
    app.command("template")(template_command)
    app.command("publish")(with_faces.publish)
    app.command("rebuild")(with_faces.rebuild)
    app.command("erase")(with_faces.erase)
    return app


def ingest_command(
    files: Annotated[list[Path], typer.Argument(help="CSV, XLSX, ODS, JSON or JSON-LD files.")],
    kind: Annotated[str, typer.Option("--type", help="What each row is.")] = "projet",
    academie: AcademieOption = None,
    national: NationalOption = False,
    mapping: Annotated[Path | None, typer.Option(help="Your headers to ours (TOML or CSV).")] = None,
    sheet: Annotated[str | None, typer.Option(help="The one sheet of a workbook to read.")] = None,
    accept_mapping: AcceptOption = False,
    validated_by: ValidatedByOption = None,
    report: Annotated[Path | None, typer.Option(help="Write the report: .html, .csv, .json or .ttl.")] = None,
    rejects: RejectsOption = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say everything, register nothing.")] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Take all or nothing.")] = False,
    lang: LangOption = Lang.FR,
) -> None:
    """Read, resolve and judge deposits; register what is good, say what is not and what to do.

    Exit codes: 0 all taken; 1 something was refused or waits for a reader; 2 a file could not be used.

    Examples:

      observatoire ingest projets.csv --academie Lyon --report rapport.html

      observatoire ingest projets.xlsx --dry-run --lang en

      observatoire ingest projets.csv --validated-by Dgesco && observatoire publish
    """
    from ingestion.examination.deposit import deposit_file
    from ingestion.examination.pipeline import Options
    from ingestion.registry.agents import COMMAND_LINE, agent_named
    from ingestion.settings import Settings

    _check_forms(report, rejects, lang)
    settings = Settings()
    options = Options(
        academie=academie, kind=kind, mapping=mapping, base=settings.base_iri, national=national,
        sheet=sheet, accept_mapping=accept_mapping, memory=settings.var, keep_refused=rejects is not None,
    )  # fmt: skip
    agent = agent_named(validated_by, "operateur") if validated_by else COMMAND_LINE
    take = partial(deposit_file, agent=agent, options=options, validate=bool(validated_by), strict=strict)
    done, unusable = _taken(files, take, settings, lang, dry_run=dry_run)
    _report(report, done, unusable, lang)
    _give_back(rejects, done, lang)
    raise typer.Exit(2 if unusable else max((one.exit_code for one in done), default=0))


def template_command(
    form: Annotated[str, typer.Option("--format", help="xlsx, ods or csv.")] = "xlsx",
    lang: LangOption = Lang.FR,
) -> None:
    """A table to fill, with its lists, its notes and an example.

    Examples:

      observatoire template > projets.xlsx
    """
    from ingestion.commands.template import FORMS, template

    if form.lower() not in FORMS:
        fail(lang, "template-format", formats=", ".join(FORMS))
    sys.stdout.buffer.write(template(form.lower(), lang.value))


def _check_forms(report: Path | None, rejects: Path | None, lang: Lang) -> None:
    if report is not None and report.suffix.lower() not in REPORTS:
        fail(lang, "report-format", formats=", ".join(REPORTS))
    if rejects is not None and rejects.suffix.lower() not in REJECTS:
        fail(lang, "rejects-format", formats=", ".join(REJECTS))


def _taken(
    files: Iterable[Path], take: Callable[..., Deposited], settings: Settings, lang: Lang, *, dry_run: bool
) -> tuple[list[Deposited], list[Issue]]:
    """Take files into the registry, or only examine them; return what came of each, and why some could not be used."""
    from ingestion.examination.deposit import none_yet

    registered = none_yet()

    def kept() -> str:
        return said(lang, "kept-dry") if dry_run else _counted(lang, "kept-deposit", registered)

    # Nothing is asked of the registry on a dry run: it is not opened, nor its libraries loaded.
    with explained(lang, kept=kept), nullcontext() if dry_run else opened(settings, lang) as registry:
        return _deposit(files, partial(take, registry=registry, registered=registered), lang, told=not dry_run)


def _deposit(
    files: Iterable[Path], take: Callable[..., Deposited], lang: Lang, *, told: bool
) -> tuple[list[Deposited], list[Issue]]:
    """Take one file after another, and say what came of each; return that, and why some could not be used."""
    from ingestion.commands.reporting import print_report, print_unreadable
    from ingestion.words.errors import UnreadableDeposit
    from ingestion.words.messages import shown_name

    done: list[Deposited] = []
    unusable: list[Issue] = []
    for path in files:
        try:
            with counting(said(lang, "reading", name=shown_name(path.name))) as progress:
                one = take(path, progress=progress)
        except UnreadableDeposit as error:
            unusable.append(error.issue)
            print_unreadable(error, lang)
            continue
        done.append(one)
        print_report([one], lang)
        if told:
            typer.echo(_counted(lang, "registered", one.registered), err=True)
    return done, unusable


def _report(path: Path | None, done: Sequence[Deposited], unusable: Sequence[Issue], lang: Lang) -> None:
    from ingestion.commands.reporting import write_report

    if path is None:
        return
    try:
        write_report(path, done, lang, unusable)
    except OSError as error:
        fail(lang, "report-not-written", where=path, why=system_reason(error, lang.value))


def _give_back(path: Path | None, done: Sequence[Deposited], lang: Lang) -> None:
    """Write the refused rows of all files, where there are any."""
    from ingestion.examination.rejects import suits, write_rejects

    rejected = [one for deposited in done for one in deposited.rejected]
    if path is None or not rejected:
        return
    if not suits(path, rejected):
        fail(lang, "rejects-format", formats=", ".join(REJECTS))
    try:
        write_rejects(path, rejected, lang.value, next((one.separator for one in done), ""))
    except OSError as error:
        fail(lang, "report-not-written", where=path, why=system_reason(error, lang.value))
    say(lang, "rejects-written", count=len(rejected), where=path)


def _counted(lang: Lang, code: str, registered: Mapping[Outcome, int]) -> str:
    return said(lang, code, **{name.replace("-", "_"): count for name, count in registered.items()})


@dataclass(frozen=True)
class _WithFaces:
    """The commands that make an edition."""

    faces: Callable[[], Sequence[Face]]

    def demo(self, lang: LangOption = Lang.FR) -> None:
        """Load the bundled vocabularies and real usages, publish edition 1; again: nothing to do."""
        from ingestion.commands.reporting import print_report
        from ingestion.demo.load import load_demo
        from ingestion.settings import Settings

        settings = Settings()
        with explained(lang), opened(settings, lang) as registry:
            with counting(said(lang, "reading", name="demo")) as progress:
                found = load_demo(registry, settings, progress)
            if any(one.registered["unchanged"] < one.summary.accepted for one in found):
                print_report(found, lang)
            else:
                say(lang, "demo-known")
            _publish(settings, registry, self.faces(), lang)
        say(lang, "demo-next")

    def publish(self, lang: LangOption = Lang.FR) -> None:
        """Cut an edition from what is validated; nothing changed, no new edition."""
        from ingestion.settings import Settings

        settings = Settings()
        with explained(lang), opened(settings, lang) as registry:
            _publish(settings, registry, self.faces(), lang)

    def rebuild(self, lang: LangOption = Lang.FR) -> None:
        """Derive the current edition again from the registry, compare, and put it in place; no new edition.

        Exit codes: 0 identical to the byte; 1 it differs, and nothing was replaced.
        """
        from ingestion.publication.rebuild import RebuildDiffers, rebuild
        from ingestion.settings import Settings

        settings = Settings()
        try:
            with explained(lang, nothing="no-edition"), opened(settings, lang) as registry, steps(lang) as progress:
                done = rebuild(settings, registry, self.faces(), progress)
        except RebuildDiffers as error:
            say(lang, "rebuild-differs")
            if error.changed:
                say(lang, "rebuild-changed", names=", ".join(error.changed))
            if error.graphs:
                say(lang, "rebuild-graphs", names=", ".join(error.graphs))
            raise typer.Exit(1) from error
        say(lang, "rebuilt", number=done.edition.number)
        if done.changed:
            say(lang, "rebuilt-though", names=", ".join(done.changed))


    def erase(
        self,
        identifier: Identifier,
        agent: Annotated[str | None, typer.Option("--as", help="In whose name; none: this command line's.")] = None,
        yes: Annotated[bool, typer.Option("--yes", help="Ask nothing.")] = False,
        lang: LangOption = Lang.FR,
    ) -> None:
        """Erase a document for good, on the disk too: the right to be forgotten. It cannot be undone.

        Example: observatoire erase 18-UR005 --yes
        """
        from ingestion.publication.erasure import erase
        from ingestion.registry.agents import COMMAND_LINE, agent_named
        from ingestion.registry.transitions import RefusedTransition
        from ingestion.settings import Settings

        settings = Settings()
        kind, name = split(identifier)
        if not yes and not _sure(said(lang, "erase-confirm", identifier=identifier)):
            raise typer.Exit(1)
        acting = COMMAND_LINE if agent is None else agent_named(agent)
        try:
            with explained(lang), opened(settings, lang) as registry, steps(lang) as progress:
                done = erase(settings, registry, kind, name, acting, self.faces(), progress)
        except LookupError:
            fail(lang, "unknown-document", 1, identifier=identifier)
        except RefusedTransition as error:
            typer.echo(error.messages[lang.value], err=True)
            raise typer.Exit(1) from error
        say(lang, "erased", identifier=identifier)
        if done.publication is not None:
            emptied = ", ".join(map(str, done.emptied)) or "—"
            say(lang, "erased-editions", number=done.publication.edition.number, emptied=emptied)


def _sure(question: str) -> bool:
    """Ask a person; who cannot answer is not sure."""
    try:
        return typer.confirm(question, err=True)
    except typer.Abort:
        return False


def _publish(settings: Settings, registry: Registry, faces: Sequence[Face], lang: Lang) -> None:
    from ingestion.publication.publish import publish

    with steps(lang) as progress:
        outcome = publish(settings, registry, faces, progress)
    message = "published" if outcome.changed else "nothing-to-do"
    quads = outcome.edition.manifest["counts"]["quads"]
    say(lang, message, number=outcome.edition.number, quads=quads, documents=outcome.documents)

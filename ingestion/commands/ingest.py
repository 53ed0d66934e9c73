"""The commands of the way in: demo, ingest, review, publish, export, agent, rebuild, erase, backup, restore.

Knows options, exit codes and what is said on standard error; what is done is in the modules beside it. The faces
that publication makes (search index, self-description) come from the root.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from ingestion.commands.acting import AsOption, able, allowed
from ingestion.commands.agents import agents_app
from ingestion.commands.export import AddCommands, WritePackage, WriteTables, export_app
from ingestion.commands.failures import explained, opened
from ingestion.commands.harvest import harvest_app
from ingestion.commands.keeping import backup_command, restore, sure
from ingestion.commands.labels import labels_app
from ingestion.commands.review import Identifier, review_app
from ingestion.commands.taking import (
    AcademieOption,
    By,
    NationalOption,
    ReportOption,
    check_form,
    counted,
    report_of,
)
from ingestion.words.identifiers import document_named
from ontologie import system_reason
from ontologie.console import Lang, LangOption, counting, fail, said, say, steps

if TYPE_CHECKING:
    from ingestion.examination.deposit import Deposited
    from ingestion.examination.pipeline import Options
    from ingestion.harvest.construct import Tokenize
    from ingestion.publication.cut import Face
    from ingestion.registry.registry import Registry
    from ingestion.settings import Settings
    from ingestion.words.messages import Issue

REJECTS: Final = (".csv", ".xlsx", ".json")

AcceptOption = Annotated[
    bool, typer.Option("--accept-mapping", help="Take the reading of headers that a run proposed, and remember it.")
]
ValidatedByOption = Annotated[
    str | None, typer.Option(help="Register and validate in one step, in the name of this agent, who may validate.")
]
FilesArgument = Annotated[
    list[Path], typer.Argument(help="CSV, XLSX, ODS, JSON or JSON-LD files; RDF, SSSOM of partners.")
]
NamedOption = Annotated[
    str, typer.Option("--id", help="The identifier of an instrument or of a linkset, where its file gives another.")
]
ErasedOption = Annotated[
    Path | None, typer.Option(help="What was erased since the backup: a file with one id a line.")
]
RejectsOption = Annotated[
    Path | None, typer.Option(help="Write the refused rows, to correct and send back: .csv, .xlsx or .json.")
]


def build_app(
    faces: Callable[[], Sequence[Face]],
    write_principles: WritePackage,
    write_tables: WriteTables,
    add_exports: AddCommands,
    tokenize: Callable[[], Tokenize],
) -> typer.Typer:
    """Return the command line of this folder.

    `faces` gives what is made with each edition, `write_principles` writes a package, `write_tables` the tables of an
    edition, `add_exports` adds what the service alone exports, `tokenize` gives what tells the tokens of SPARQL.
    """
    app, with_faces = typer.Typer(no_args_is_help=True), _WithFaces(faces)
    app.add_typer(review_app(), name="review")
    app.add_typer(export_app(write_principles, write_tables, add_exports), name="export")
    app.add_typer(agents_app(), name="agent")
    app.add_typer(harvest_app(tokenize), name="harvest")
    app.add_typer(labels_app(), name="labels")
    app.command("demo")(with_faces.demo)
    app.command("ingest")(ingest_command)
    app.command("template")(template_command)
    app.command("publish")(with_faces.publish)
    app.command("rebuild")(with_faces.rebuild)
    app.command("erase")(with_faces.erase)
    app.command("backup")(backup_command)
    app.command("restore")(with_faces.restore)
    return app


def ingest_command(
    files: FilesArgument,
    kind: Annotated[str, typer.Option("--type", help="What is deposited: projet, instrument, linkset…")] = "projet",
    named: NamedOption = "",
    academie: AcademieOption = None,
    national: NationalOption = False,
    mapping: Annotated[Path | None, typer.Option(help="Your headers to ours (TOML or CSV).")] = None,
    sheet: Annotated[str | None, typer.Option(help="The one sheet of a workbook to read.")] = None,
    accept_mapping: AcceptOption = False,
    acting: AsOption = None,
    validated_by: ValidatedByOption = None,
    report: ReportOption = None,
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
    from ingestion.settings import Settings

    check_form(report, lang)
    _check_rejects(rejects, lang)
    settings = Settings()
    options = Options(
        academie=academie, kind=kind, mapping=mapping, base=settings.base_iri, national=national,
        sheet=sheet, accept_mapping=accept_mapping, memory=settings.var, keep_refused=rejects is not None, named=named,
        keep_reports=report is not None and report.suffix.lower() == ".ttl",
    )  # fmt: skip
    if acting and validated_by and acting != validated_by:
        fail(lang, "as-and-validated-by")
    by = By(validated_by or acting, national=national, validate=bool(validated_by))
    take = partial(deposit_file, validate=by.validate, strict=strict)
    done, unusable = _taken(files, take, options, by, settings, lang, dry_run=dry_run)
    report_of(report, done, unusable, lang)
    _give_back(rejects, done, lang)
    raise typer.Exit(2 if unusable else max((one.exit_code for one in done), default=0))


def template_command(
    form: Annotated[str | None, typer.Option("--format", help="xlsx, ods or csv; of a linkset, tsv.")] = None,
    kind: Annotated[str, typer.Option("--type", help="projet, instrument or linkset.")] = "projet",
    lang: LangOption = Lang.FR,
) -> None:
    """A table to fill, with its lists, its notes and an example.

    Examples:

      observatoire template > projets.xlsx

      observatoire template --type linkset > correspondances.sssom.tsv
    """
    from ingestion.commands.partner_template import FORMS_OF, partner_template
    from ingestion.commands.template import FORMS, template

    if kind not in (*FORMS_OF, "projet"):
        fail(lang, "template-type", types=", ".join(("projet", *FORMS_OF)))
    forms = tuple(FORMS_OF.get(kind, FORMS))
    name = (form or forms[0]).lower()
    if name not in forms:
        fail(lang, "template-format", formats=", ".join(forms))
    made = partner_template(kind, name, lang.value) if kind in FORMS_OF else template(name, lang.value)
    sys.stdout.buffer.write(made)


def _check_rejects(rejects: Path | None, lang: Lang) -> None:
    if rejects is not None and rejects.suffix.lower() not in REJECTS:
        fail(lang, "rejects-format", formats=", ".join(REJECTS))


def _taken(
    files: Iterable[Path], take: Callable[..., Deposited], options: Options, by: By, settings: Settings, lang: Lang,
    *, dry_run: bool,
) -> tuple[list[Deposited], list[Issue]]:
    """Take files into the registry, or only examine them; return what came of each, and why some could not be used."""
    from ingestion.examination.deposit import none_yet

    registered = none_yet()

    def kept() -> str:
        return said(lang, "kept-dry") if dry_run else counted(lang, "kept-deposit", registered)

    # On a dry run the registry is asked for what a named agent may do and what was decided of labels: where there is
    # neither it is not opened, nor its libraries loaded.
    there = settings.database_url or settings.registry_path.exists()
    asked = not dry_run or by.name or settings.agent or there
    with explained(lang, kept=kept), opened(settings, lang) if asked else nullcontext() as registry:
        agent = by.agent(registry, settings)
        permit = registry.permit(agent, validate=by.validate) if registry else None
        into = None if dry_run else registry
        if registry:
            options = replace(options, decided=registry.labels.decided())
        take = partial(
            take, options=options, registry=into, agent=agent, permit=permit, registered=registered,
        )  # fmt: skip
        return _deposit(files, take, lang, told=not dry_run)


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
            typer.echo(counted(lang, "registered", one.registered), err=True)
    return done, unusable


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


@dataclass(frozen=True)
class _WithFaces:
    """The commands that make an edition."""

    faces: Callable[[], Sequence[Face]]

    def demo(self, acting: AsOption = None, lang: LangOption = Lang.FR) -> None:
        """Load the bundled vocabularies and real usages, publish edition 1; again: nothing to do."""
        from ingestion.commands.reporting import print_report
        from ingestion.demo.load import load_demo
        from ingestion.settings import Settings

        settings = Settings()
        with explained(lang), opened(settings, lang) as registry:
            by = allowed(registry, acting, settings, "publish")
            with counting(said(lang, "reading", name="demo")) as progress:
                found = load_demo(registry, settings, by, progress)
            if any(one.registered["unchanged"] < one.summary.accepted for one in found):
                print_report(found, lang)
            else:
                say(lang, "demo-known")
            _publish(settings, registry, self.faces(), lang)
        say(lang, "demo-next")

    def publish(self, acting: AsOption = None, lang: LangOption = Lang.FR) -> None:
        """Cut an edition from what is validated; nothing changed, no new edition."""
        from ingestion.settings import Settings

        settings = Settings()
        with explained(lang), opened(settings, lang) as registry:
            allowed(registry, acting, settings, "publish")
            _publish(settings, registry, self.faces(), lang)

    def rebuild(self, acting: AsOption = None, lang: LangOption = Lang.FR) -> None:
        """Derive the current edition again from the registry, compare, and put it in place; no new edition.

        Exit codes: 0 identical to the byte; 1 it differs, and nothing was replaced.
        """
        from ingestion.publication.rebuild import RebuildDiffers, rebuild
        from ingestion.settings import Settings

        settings = Settings()
        try:
            with explained(lang, nothing="no-edition"), opened(settings, lang) as registry, steps(lang) as progress:
                allowed(registry, acting, settings, "publish")
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
        acting: AsOption = None,
        yes: Annotated[bool, typer.Option("--yes", help="Ask nothing.")] = False,
        lang: LangOption = Lang.FR,
    ) -> None:
        """Erase a document for good, on the disk too: the right to be forgotten. It cannot be undone.

        Example: observatoire erase 18-UR005 --yes
        """
        from ingestion.publication.erasure import erase
        from ingestion.settings import Settings

        settings = Settings()
        kind, name = document_named(identifier)
        if not yes and not sure(said(lang, "erase-confirm", identifier=identifier)):
            raise typer.Exit(1)
        try:
            with explained(lang), opened(settings, lang) as registry, steps(lang) as progress:
                agent = able(registry, acting, settings, "erase")
                done = erase(settings, registry, kind, name, agent, self.faces(), progress)
        except LookupError:
            fail(lang, "unknown-document", 1, identifier=identifier)
        say(lang, "erased", identifier=identifier)
        for code, numbers in (("erased-redacted", done.editions), ("erased-gone", done.gone)):
            if numbers:
                say(lang, code, numbers=", ".join(map(str, numbers)))
        say(lang, "erased-note")

    def restore(
        self,
        file: Annotated[Path, typer.Argument(help="A file that `observatoire backup` wrote.")],
        acting: AsOption = None,
        replace: Annotated[bool, typer.Option("--replace", help="Lose what this state holds.")] = False,
        erased: ErasedOption = None,
        yes: Annotated[bool, typer.Option("--yes", help="Ask nothing.")] = False,
        lang: LangOption = Lang.FR,
    ) -> None:
        """Put a backup in the place of the state; what was erased since stays erased. Then start the service again.

        Example: observatoire restore sauvegarde-2026-11-30.zip --erased effacements.txt
        """
        restore(file, acting, erased, self.faces(), lang, replace=replace, yes=yes)


def _publish(settings: Settings, registry: Registry, faces: Sequence[Face], lang: Lang) -> None:
    from ingestion.examination.judged_by import judged_by
    from ingestion.publication.publish import publish

    with steps(lang) as progress:
        outcome = publish(settings, registry, faces, progress)
    message = "published" if outcome.changed else "nothing-to-do"
    quads = outcome.edition.manifest["counts"]["quads"]
    say(lang, message, number=outcome.edition.number, quads=quads, documents=outcome.documents)
    if (count := registry.judged.count(judged_by(settings.base_iri))):
        say(lang, "recheck-some", count=count)

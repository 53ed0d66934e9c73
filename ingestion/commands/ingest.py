"""The commands of the way in: demo, ingest, review, publish, export, rebuild, erase.

Knows options, exit codes and what is said on standard error; what is done is in the modules beside it. The faces
that publication makes (search index, self-description) come from the root.
"""

from __future__ import annotations

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


def build_app(faces: Callable[[], Sequence[Face]], write_principles: WritePackage) -> typer.Typer:
    """Return the command line of this folder; `faces` gives what is made with each edition, the other a package."""
    app, with_faces = typer.Typer(no_args_is_help=True), _WithFaces(faces)
    app.add_typer(review_app(), name="review")
    app.add_typer(export_app(write_principles), name="export")
    app.command("demo")(with_faces.demo)
    app.command("ingest")(ingest_command)
    app.command("publish")(with_faces.publish)
    app.command("rebuild")(with_faces.rebuild)
    app.command("erase")(with_faces.erase)
    return app


def ingest_command(
    files: Annotated[list[Path], typer.Argument(help="CSV, XLSX, JSON or JSON-LD files.")],
    kind: Annotated[str, typer.Option("--type", help="What each row is.")] = "projet",
    academie: Annotated[str | None, typer.Option(help="The académie that deposits, by code or name: 10, Lyon.")] = None,
    mapping: Annotated[Path | None, typer.Option(help="Your headers to ours (TOML or CSV).")] = None,
    validated_by: Annotated[
        str | None, typer.Option(help="Operator on this machine: register and validate in one step.")
    ] = None,
    report: Annotated[Path | None, typer.Option(help="Write the report: .html, .csv, .json or .ttl.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say everything, register nothing.")] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Take all or nothing.")] = False,
    lang: LangOption = Lang.FR,
) -> None:
    """Read, resolve and judge deposits; register what is good, say what is not and what to do.

    Exit codes: 0 all taken; 1 something was refused; 2 a file could not be used.

    Examples:

      observatoire ingest projets.csv --academie Lyon --report rapport.html

      observatoire ingest projets.xlsx --dry-run --lang en

      observatoire ingest projets.csv --validated-by Dgesco && observatoire publish
    """
    from ingestion.examination.deposit import deposit_file, none_yet
    from ingestion.examination.pipeline import Options
    from ingestion.registry.agents import COMMAND_LINE, agent_named
    from ingestion.settings import Settings

    if report is not None and report.suffix.lower() not in REPORTS:
        fail(lang, "report-format", formats=", ".join(REPORTS))
    settings, registered = Settings(), none_yet()
    take = partial(
        deposit_file,
        agent=agent_named(validated_by, "operateur") if validated_by else COMMAND_LINE,
        options=Options(academie=academie, kind=kind, mapping=mapping, base=settings.base_iri),
        validate=bool(validated_by), strict=strict, registered=registered,
    )  # fmt: skip

    def kept() -> str:
        return said(lang, "kept-dry") if dry_run else _counted(lang, "kept-deposit", registered)

    # Nothing is asked of the registry on a dry run: it is not opened, nor its libraries loaded.
    with explained(lang, kept=kept), nullcontext() if dry_run else opened(settings, lang) as registry:
        done, unusable = _deposit(files, partial(take, registry=registry), lang, told=not dry_run)
    if report is not None:
        _report(report, done, unusable, lang)
    raise typer.Exit(2 if unusable else max((one.exit_code for one in done), default=0))


def _deposit(
    files: Iterable[Path], take: Callable[..., Deposited], lang: Lang, *, told: bool
) -> tuple[list[Deposited], list[Issue]]:
    """Take one file after another, and say what came of each; return that, and why some could not be used."""
    from ingestion.commands.reporting import print_report, print_unreadable
    from ingestion.words.errors import UnreadableDeposit

    done: list[Deposited] = []
    unusable: list[Issue] = []
    for path in files:
        try:
            with counting(said(lang, "reading", name=path.name)) as progress:
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


def _report(path: Path, done: Sequence[Deposited], unusable: Sequence[Issue], lang: Lang) -> None:
    from ingestion.commands.reporting import write_report

    try:
        write_report(path, done, lang, unusable)
    except OSError as error:
        fail(lang, "report-not-written", where=path, why=system_reason(error, lang.value))


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

"""The commands of the way in: demo, ingest, review, publish, export, rebuild.

Knows options, exit codes and what is said on standard error; what is done is in the modules beside it. The faces
that publication makes (search index, self-description) come from the root.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from ingestion.commands_export import export_app
from ingestion.commands_review import review_app
from ingestion.console import Lang, counting, fail, say, steps
from ingestion.demonstration import load_demo
from ingestion.deposit import Deposited, deposit_file
from ingestion.errors import UnreadableDeposit
from ingestion.pipeline import Options
from ingestion.publication import Face, NothingToPublish, PublicationBusy, publish
from ingestion.rebuild import RebuildDiffers, rebuild
from ingestion.registry import Agent, Registry
from ingestion.reporting import REPORTS, print_report, print_unreadable, write_report
from ingestion.settings import Settings


def build_app(faces: Sequence[Face] = ()) -> typer.Typer:
    """Return the command line of this folder; `faces` are made with each edition."""
    app = typer.Typer(no_args_is_help=True)
    app.add_typer(review_app(), name="review")
    app.add_typer(export_app(), name="export")

    @app.command("demo")
    def demo_command(lang: Annotated[Lang, typer.Option("--lang")] = Lang.FR) -> None:
        """Load the bundled vocabularies and real usages, publish edition 1; again: nothing to do."""
        settings = Settings()
        registry = Registry(settings)
        with counting(lang) as progress:
            found = load_demo(registry, settings, progress)
        print_report(found, lang)
        _publish(settings, registry, faces, lang)
        say(lang, "demo-next")

    @app.command("ingest")
    def ingest_command(
        files: Annotated[list[Path], typer.Argument(help="CSV, XLSX, JSON or JSON-LD files.")],
        kind: Annotated[str, typer.Option("--type", help="What each row is.")] = "projet",
        academie: Annotated[str | None, typer.Option(help="Code of the académie that deposits, e.g. 18.")] = None,
        mapping: Annotated[Path | None, typer.Option(help="Your headers to ours (TOML or CSV).")] = None,
        validated_by: Annotated[
            str | None, typer.Option(help="Operator on this machine: register and validate in one step.")
        ] = None,
        report: Annotated[Path | None, typer.Option(help="Write the report: .html, .csv, .json or .ttl.")] = None,
        dry_run: Annotated[bool, typer.Option("--dry-run", help="Say everything, register nothing.")] = False,
        strict: Annotated[bool, typer.Option("--strict", help="Take all or nothing.")] = False,
        lang: Annotated[Lang, typer.Option("--lang", help="Language of messages.")] = Lang.FR,
    ) -> None:
        """Read, resolve and judge deposits; register what is good, say what is not and what to do.

        Exit 0: all taken. 1: something was refused. 2: a file could not be used.
        Example: observatoire ingest projets.csv --academie 18 --report rapport.html
        """
        if report is not None and report.suffix not in REPORTS:
            fail(lang, "report-format", formats=", ".join(REPORTS))
        settings = Settings()
        registry = None if dry_run else Registry(settings)
        agent = Agent(validated_by or "ligne-de-commande", "operateur", None if validated_by else academie)
        options = Options(academie=academie, kind=kind, mapping=mapping, base=settings.base_iri)
        done: list[Deposited] = []
        unreadable = False
        for path in files:
            try:
                with counting(lang, path.name) as progress:
                    done.append(
                        deposit_file(
                            path, registry, agent, options,
                            validate=validated_by is not None, strict=strict, progress=progress,
                        )
                    )  # fmt: skip
            except UnreadableDeposit as error:
                unreadable = True
                print_unreadable(error, lang)
        print_report(done, lang)
        for one in done:
            if not dry_run:
                say(lang, "registered", **{name.replace("-", "_"): count for name, count in one.registered.items()})
        if report is not None and done:
            write_report(report, done, lang)
        if unreadable:
            raise typer.Exit(2)
        if any(one.exit_code for one in done):
            raise typer.Exit(1)

    @app.command("publish")
    def publish_command(lang: Annotated[Lang, typer.Option("--lang")] = Lang.FR) -> None:
        """Cut an edition from what is validated; nothing changed, no new edition."""
        settings = Settings()
        _publish(settings, Registry(settings), faces, lang)

    @app.command("rebuild")
    def rebuild_command(lang: Annotated[Lang, typer.Option("--lang")] = Lang.FR) -> None:
        """Derive the current edition's store again from the registry, compare, and replace it."""
        settings = Settings()
        try:
            with steps(lang) as progress:
                edition = rebuild(settings, Registry(settings), progress)
        except PublicationBusy:
            fail(lang, "busy")
        except NothingToPublish:
            fail(lang, "no-edition")
        except RebuildDiffers as error:
            say(lang, "rebuild-differs", what=error.what[lang.value])
            raise typer.Exit(1) from error
        say(lang, "rebuilt", number=edition.number)

    return app


def _publish(settings: Settings, registry: Registry, faces: Sequence[Face], lang: Lang) -> None:
    try:
        with steps(lang) as progress:
            outcome = publish(settings, registry, faces, progress)
    except PublicationBusy:
        fail(lang, "busy")
    except NothingToPublish:
        fail(lang, "nothing-validated")
    counts = outcome.edition.manifest["counts"]
    message = "published" if outcome.changed else "nothing-to-do"
    say(lang, message, number=outcome.edition.number, quads=counts["quads"], documents=counts["documents"])

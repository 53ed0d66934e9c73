"""The sub-commands of `observatoire export` that need the service: a static mirror of it, tables of alignments."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from ontologie import system_reason
from ontologie.console import Lang, LangOption, fail, said, say, steps
from sparql_api.commands import fail_with

if TYPE_CHECKING:
    from ingestion import Edition
    from sparql_api.mirror.ledger import Placed
    from sparql_api.mirror.writing import MirrorProgress
    from sparql_api.settings import Settings

INTERRUPTED: Final = 130
ALONE: Final[dict[str, Any]] = {
    "public_url": None, "client_seconds": 0, "quiet_seconds": 0, "log_queries": False, "compress": False, "shelf_mb": 0,
    "front_mb": 0, "answer_max_mb": 16_384, "spool_mb": 16_384, "query_timeout": 600.0, "computing_timeout": 600.0,
}  # fmt: skip
"""Settings of a service that only this program asks: no client has a share of it, long files have their time."""
AddressOption = Annotated[
    str | None,
    typer.Option(help="Where the copy will be served (https://…); by default where the service is."),
]


def add_exports(app: typer.Typer) -> None:
    """Add these sub-commands to a group."""

    @app.command("site")
    def site_command(
        out: Annotated[Path, typer.Option("--out", help="A folder: empty, or of a former copy.")],
        address: AddressOption = None,
        lang: LangOption = Lang.FR,
    ) -> None:
        """Write the current edition as static files that any web server serves: pages, data, dumps, feeds.

        Run again, it writes what changed and removes what is gone; cut, it goes on where it was.

        Example: observatoire export site --out miroir/
        """
        export_site(out, address, lang)

    @app.command("linkset")
    def linkset_command(
        identifier: Annotated[str | None, typer.Argument(help="A linkset; all alignments by default.")] = None,
        out: Annotated[str, typer.Option("--out", help="A file, or - for standard output.")] = "-",
        lang: LangOption = Lang.FR,
    ) -> None:
        """Export the alignments of the current edition as an SSSOM table.

        Example: observatoire export linkset > alignements.sssom.tsv
        """
        export_linkset(identifier, out, lang)


def current_edition(settings: Settings, lang: Lang) -> Edition:
    """Return the current edition; ends the command where there is none."""
    from ingestion import Editions

    found = Editions(settings.var).current()
    if found is None:
        fail(lang, "no-edition")
    return found


def export_site(out: Path, address: str | None, lang: Lang) -> None:
    """Write the mirror; ends the command where it cannot be written, and says what then stands."""
    import asyncio

    from sparql_api.http.site import home_of
    from sparql_api.mirror.asking import UnansweredWithin
    from sparql_api.mirror.ledger import MirrorRefused
    from sparql_api.settings import Settings
    from sparql_api.words.problems import ProblemError

    settings = Settings()
    edition = current_edition(settings, lang)
    service = home_of(settings)
    served = (address or service).rstrip("/")
    if not served.startswith(("http://", "https://")) or any(sign in served for sign in "?# "):
        fail(lang, "site-address", address=served)
    kept = said(lang, "kept-site")
    try:
        with steps(lang) as step:
            work = written(settings, edition, out, (served, service), lambda done, total: step("site", done, total))
            placed = asyncio.run(work)
    except MirrorRefused as error:
        fail(lang, error.code, where=out)
    except UnansweredWithin as error:
        fail(lang, "site-unanswered", 1, address=error.address, status=error.status, kept=kept)
    except ProblemError as error:
        fail_with(error.problem, lang.value)
    except OSError as error:
        fail(lang, "not-written", where=error.filename or out, why=system_reason(error, lang.value), kept=kept)
    except KeyboardInterrupt:
        fail(lang, "interrupted", INTERRUPTED, kept=kept)
    told = {"files": placed.files, "written": placed.written, "removed": placed.removed}
    say(lang, "site-written", where=out, number=edition.number, **told)


async def written(
    settings: Settings, edition: Edition, out: Path, addresses: tuple[str, str], progress: MirrorProgress
) -> Placed:
    """Write the mirror of an edition; `addresses` are where it is served and where the service is.

    Raises MirrorRefused, UnansweredWithin, ProblemError, OSError.
    """
    from hashlib import sha256

    from ontologie import Iris
    from sparql_api.app import create_app
    from sparql_api.engines import open_engine
    from sparql_api.mirror.asking import ServiceWithin
    from sparql_api.mirror.ledger import open_ledger
    from sparql_api.mirror.plan import MirrorPlan
    from sparql_api.mirror.writing import Mirroring
    from sparql_api.query.reader_process import end_reading

    alone = settings.model_copy(update=ALONE)
    served, service = addresses
    with open_ledger(out) as ledger:
        engine = open_engine(alone)
        app = create_app(alone, engine)
        await engine.start()
        try:
            plan = MirrorPlan(edition, Iris(settings.base_iri), settings.var)
            shown = sha256(settings.model_dump_json().encode()).hexdigest()
            return await Mirroring(ServiceWithin(app, served), plan, ledger, service, shown).write(progress)
        finally:
            app.state.computing.stop()
            await engine.stop()
            await end_reading()


def export_linkset(identifier: str | None, out: str, lang: Lang) -> None:
    """Write a table of alignments; ends the command where there is none of that name, or it cannot be written."""
    from sparql_api.settings import Settings
    from sparql_api.words.problems import ProblemError

    settings = Settings()
    edition = current_edition(settings, lang)
    try:
        table = alignments_of(settings, edition, identifier, lang)
        if out == "-":
            sys.stdout.buffer.write(table)
            sys.stdout.flush()
            return
        Path(out).parent.mkdir(parents=True, exist_ok=True)
        Path(out).write_bytes(table)
    except ProblemError as error:
        fail_with(error.problem, lang.value)
    except OSError as error:
        kept = said(lang, "kept-export")
        where = error.filename or said(lang, "standard-output")
        fail(lang, "not-written", where=where, why=system_reason(error, lang.value), kept=kept)
    say(lang, "linkset-written", where=out)


def alignments_of(settings: Settings, edition: Edition, identifier: str | None, lang: Lang) -> bytes:
    """Return the table of all alignments, or of one linkset; ends the command where there is none of that name."""
    import pyoxigraph as ox

    from ontologie import Iris
    from sparql_api.description.sssom import linkset_table, linksets
    from sparql_api.pages.common.made import alignments_file
    from sparql_api.query.stores import demand_store

    if identifier is None:
        return alignments_file(edition, settings.var / "faces").read_bytes()
    demand_store(edition)
    store, iris = ox.Store.read_only(str(edition.store_path)), Iris(settings.base_iri)
    known = linksets(store, iris)
    if identifier not in known:
        names = ", ".join(known) or said(lang, "no-linkset")
        fail(lang, "unknown-linkset", identifier=identifier, names=names)
    return linkset_table(store, iris, str(edition.number), identifier).encode()

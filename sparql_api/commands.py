"""The commands of the way out: serve, query.

Knows options, exit codes and what is said on standard error; the service is put together in `app`.
"""

from __future__ import annotations

import json
import os
import resource
import socket
import sys
from contextlib import suppress
from enum import StrEnum
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated, Final, NoReturn

import typer

from ontologie import system_reason
from ontologie.console import Lang, LangOption, fail, say
from sparql_api.words import i18n

if TYPE_CHECKING:
    from ontologie import Language
    from queries import Question
    from sparql_api.settings import Settings
    from sparql_api.words.problems import Problem

FILES: Final = 65_536
BACKLOG: Final = 2048
"""Connections that the kernel holds until a process takes them."""
UNSENT_BYTES: Final = 128 << 10
LARGEST_MB: Final = 1
"""Size of a file of SPARQL, in megabytes, beyond which it is none."""


class AnswerFormat(StrEnum):
    """The forms of an answer."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"
    TTL = "ttl"


MEDIA_TYPES = {
    AnswerFormat.TABLE: "application/sparql-results+json, text/turtle;q=0.5",
    AnswerFormat.CSV: "text/csv",
    AnswerFormat.JSON: "application/sparql-results+json, application/ld+json;q=0.5",
    AnswerFormat.TTL: "text/turtle",
}


def build_app() -> typer.Typer:
    """Return the command line of this folder."""
    app = typer.Typer(no_args_is_help=True)

    @app.command("serve")
    def serve_command(
        host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
        port: Annotated[int, typer.Option(help="Port to listen on; 0 takes a free one.", min=0, max=65535)] = 8000,
        workers: Annotated[
            int | None, typer.Option(help="Query processes; by default one a core, four at least.", min=1)
        ] = None,
        fronts: Annotated[
            int, typer.Option(help="Processes that answer; workers, memory and each client's share are divided.", min=1)
        ] = 1,
        lang: LangOption = Lang.FR,
    ) -> None:
        """Serve SPARQL, fiches, pages and dumps from the current edition."""
        from sparql_api.settings import Settings

        settings = Settings() if workers is None else Settings(workers=workers)
        opened = listen(host, port, lang.value)
        said = f"http://{opened.getsockname()[0]}:{opened.getsockname()[1]}"
        say(lang.value, "serving", address=said)
        if not (settings.editions_path / "current").exists():
            say(lang.value, "serving-nothing")
        if fronts == 1:
            serve(settings, opened)
        else:
            raise typer.Exit(serve_together(settings, opened, fronts))

    @app.command("query")
    def query_command(
        name: Annotated[str, typer.Argument(help="A question of the catalogue, or a .rq file.")],
        param: Annotated[list[str] | None, typer.Option("--param", help="name=value; may be repeated.")] = None,
        format: Annotated[AnswerFormat, typer.Option("--format", help="Form of the answer.")] = AnswerFormat.TABLE,
        edition: Annotated[int | None, typer.Option(help="The edition to ask; by default the current one.")] = None,
        lang: LangOption = Lang.FR,
    ) -> None:
        """Ask the current edition a question of the catalogue, or one written in a file.

        Example: observatoire query projets-par-academie --format csv
        """
        from sparql_api.settings import Settings

        settings = Settings(workers=1, cache_mb=0, log_queries=False)
        text = question_text(settings, name, param or [], lang.value)
        print_answer(settings, name, text, format, edition, lang.value)

    return app


def listen(host: str, port: int, language: Language) -> socket.socket:
    """Return a socket that listens; ends the command (2) where the address is taken or not ours."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    opened = socket.socket(family, socket.SOCK_STREAM)
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        opened.bind((host, port))
    except OSError as error:
        opened.close()
        reason = system_reason(error, language)
        fail(language, "address-taken", host=host, port=str(port), reason=reason)
    # The kernel keeps little of what a slow reader has not taken yet; a fast one does not notice.
    opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, UNSENT_BYTES)
    opened.set_inheritable(True)
    return opened


def open_more_files() -> None:
    """Let this process open as many files and connections as it may."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < FILES and soft != resource.RLIM_INFINITY:
        wanted = FILES if hard == resource.RLIM_INFINITY else min(FILES, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def serve_together(settings: Settings, opened: socket.socket, fronts: int) -> int:
    """Run so many processes of the service on a socket until they are told to stop; return the exit code."""
    from sparql_api.computing.fronts import run_fronts

    folder = settings.var / "tmp"
    folder.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix="fronts-", dir=folder) as beside:
        opened.listen(BACKLOG)
        told = f"{opened.fileno()}, {os.getpid()}, {beside!r}"
        command = [sys.executable, "-P", "-c", f"from sparql_api.commands import serve_beside; serve_beside({told})"]
        environment = {"OBSERVATOIRE_VAR": str(settings.var), **settings.part(fronts)}

        def ended(pid: int) -> None:
            (Path(beside) / f"{pid}.prom").unlink(missing_ok=True)

        return run_fronts(command, fronts, opened.fileno(), environment, ended)


def serve_beside(descriptor: int, parent: int, beside: str) -> None:
    """Run one of several processes on a socket that another opened, as long as that one lives."""
    from sparql_api.computing.fronts import end_with
    from sparql_api.settings import Settings

    end_with(parent)
    serve(Settings(), socket.socket(fileno=descriptor), Path(beside))


def serve(settings: Settings, opened: socket.socket, beside: Path | None = None) -> None:
    """Run the service on a socket until it is told to stop; `beside` is where it leaves its figures to others."""
    import uvicorn

    from sparql_api.app import create_app
    from sparql_api.http.connections import door

    open_more_files()
    app = create_app(settings, beside=beside)
    # What is no HTTP is no news: its sender is told, and the log stays short.
    config = uvicorn.Config(
        app,
        http=door(settings.connections, app.state.front),  # type: ignore[arg-type]
        log_level="error",
        access_log=False,
        server_header=False,
    )
    with suppress(KeyboardInterrupt):  # Ctrl+C is how people stop it: the service has ended in order by then.
        uvicorn.Server(config).run(sockets=[opened])


def question_text(settings: Settings, name: str, params: list[str], language: Language) -> str:
    """Return the SPARQL to run, parameters bound; ends the command (2) where it cannot be made."""
    from ontologie import Iris
    from sparql_api.description.questions import bound
    from sparql_api.words.problems import ProblemError

    pairs = [pair.partition("=") for pair in params]
    for key, equals, _ in pairs:
        if not equals or not key:
            fail(language, "parameter-form", given=key)
    values: dict[str, list[str]] = {}
    for key, _, value in pairs:
        values.setdefault(key, []).append(value)
    question = find_question(settings, name, language)
    if isinstance(question, str):
        if values:
            fail(language, "no-parameters", name=name)
        return question
    try:
        return bound(question, values, Iris(settings.base_iri))
    except ProblemError as error:
        fail_with(error.problem, language)


def find_question(settings: Settings, name: str, language: Language) -> Question | str:
    """Return a question of the catalogue, or of a file, or a file's text; ends the command (2) where there is none."""
    from ontologie import Iris, Refused, read_file
    from queries import catalogue, every_version, parse_question
    from sparql_api.description.questions import standalone

    path = Path(name)
    if path.suffix.lower() == ".rq" or path.is_file():
        try:
            text = read_file(path, LARGEST_MB).decode("utf-8-sig")  # a byte-order mark is no text
        except Refused as error:
            fail(language, "unreadable-file", name=name, reason=error.sentence(language))
        except UnicodeDecodeError:
            fail(language, "file-encoding", name=name)
        try:
            return parse_question(path.stem, Iris(settings.base_iri).rebase(text))
        except ValueError:
            return standalone(text, Iris(settings.base_iri))
    questions = catalogue(settings.base_iri)
    versions = every_version(settings.base_iri).get(name.partition("/")[0], ())
    if (former := next((one for one in versions if one.reference == name), None)) is not None:
        return former
    if name not in questions:
        fail(language, "unknown-question", name=name, names="\n  ".join(questions))
    return questions[name]


def print_answer(
    settings: Settings, name: str, text: str, format: AnswerFormat, edition: int | None, language: Language
) -> None:
    """Ask an engine of this process and print; ends the command with 2 for a bad query, 1 where it failed."""
    import asyncio

    from sparql_api.description.questions import plain
    from sparql_api.engine.port import Answer
    from sparql_api.engines import open_engine
    from sparql_api.formats.tables import csv_pieces, read_rows
    from sparql_api.words.problems import ProblemError

    async def ask() -> Answer:
        engine = open_engine(settings)
        await engine.start()
        try:
            return await engine.query(text, accept=MEDIA_TYPES[format], edition=edition)
        finally:
            await engine.stop()

    try:
        answer = asyncio.run(ask())
    except ProblemError as error:
        fail_with(error.problem, language)
    out = sys.stdout
    if format is AnswerFormat.JSON and answer.form in ("SELECT", "ASK"):
        out.write(json.dumps(plain(name, text, answer.edition, answer.json()), ensure_ascii=False, indent=2) + "\n")
    elif format is AnswerFormat.TABLE and answer.form in ("SELECT", "ASK"):
        print_table(plain(name, text, answer.edition, answer.json()), settings, language)
    else:
        for piece in csv_pieces(read_rows(answer.body)) if answer.media_type == "text/csv" else answer.body.chunks():
            out.buffer.write(piece)
        out.buffer.flush()


def print_table(found: dict[str, object], settings: Settings, language: Language) -> None:
    """Print rows as a table: as wide as the terminal, or as wide as it needs where there is none."""
    from rich.console import Console
    from rich.table import Table

    console = Console(width=None if sys.stdout.isatty() else 10_000, highlight=False)
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    columns, rows = found["columns"], found["rows"]
    assert isinstance(columns, list)
    assert isinstance(rows, list)
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        cells = ["" if row[c] is None else str(row[c]).removeprefix(settings.base_iri) for c in columns]
        table.add_row(*(cell.replace("[", "\\[") for cell in cells))
    console.print(table)
    typer.echo(i18n.message("results.rows", language, n=len(rows)), err=True)


def fail_with(problem: Problem, language: Language) -> NoReturn:
    """Say what a problem is and end the command: 2 where the query is at fault, 1 where it could not be run."""
    typer.echo(f"{problem.title(language)}. {problem.detail(language)}", err=True)
    raise typer.Exit(2 if problem.status < 500 or problem.name == "no-edition" else 1)

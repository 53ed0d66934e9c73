"""The commands that harvest a partner: `harvest sparql`, `harvest pages`.

What is harvested goes the way of any deposit: the same gate, the same review. Knows options, exit codes and what is
said; how SPARQL is told apart into tokens comes from the root.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, NoReturn

import typer

from ingestion.commands.acting import AsOption
from ingestion.commands.failures import explained, opened
from ingestion.commands.taking import AcademieOption, By, NationalOption, ReportOption, check_form, counted, report_of
from ontologie.console import Lang, LangOption, counting, fail, said, say

if TYPE_CHECKING:
    from ingestion.examination.deposit import Deposited
    from ingestion.examination.pipeline import Options
    from ingestion.harvest.construct import Tokenize
    from ingestion.harvest.memory import Remembered, SourceMemory
    from ingestion.harvest.things import Harvested
    from ingestion.registry.registry import Registry
    from ingestion.registry.tables.model import Outcome
    from ingestion.rights.decision import Permit
    from ingestion.rights.model import Agent
    from ingestion.words.errors import UnreadableDeposit
    from ingestion.words.messages import Issue

LARGEST_QUERY_MB: Final = 1
_MOST_NAMED: Final = 20
_FEWEST, _MOST = 1, 1000

LicenceOption = Annotated[
    str | None, typer.Option(help="The licence of what states none, by its address, as agreed with the partner.")
]
DryOption = Annotated[bool, typer.Option("--dry-run", help="Say everything, register nothing.")]


def harvest_app(tokenize: Callable[[], Tokenize]) -> typer.Typer:
    """Return the commands; `tokenize` gives what tells the tokens of a query."""
    app = typer.Typer(no_args_is_help=True, help="Take what a partner describes, through the same gate and review.")
    app.command("sparql")(_WithTokens(tokenize).sparql)
    app.command("pages")(pages)
    return app


@dataclass(frozen=True)
class _HarvestAsked:
    """What every harvest is asked for."""

    academie: str | None
    national: bool
    acting: str | None
    dry_run: bool
    report: Path | None
    lang: Lang


@dataclass(frozen=True)
class _WithTokens:
    """The command that reads a query."""

    tokenize: Callable[[], Tokenize]

    def sparql(
        self,
        url: Annotated[str, typer.Argument(help="The address of the partner's SPARQL endpoint, http or https.")],
        file: Annotated[Path, typer.Argument(help="A CONSTRUCT, in the terms of our ontology or of schema.org.")],
        academie: AcademieOption = None,
        national: NationalOption = False,
        licence: LicenceOption = None,
        acting: AsOption = None,
        page: Annotated[int, typer.Option(min=_FEWEST, max=_MOST, help="Resources asked for at once.")] = 100,
        pause: Annotated[float, typer.Option(min=0, max=60, help="Seconds between two requests.")] = 1,
        restart: Annotated[bool, typer.Option("--restart", help="Begin again, where a harvest was cut.")] = False,
        allow_private: Annotated[
            bool, typer.Option("--allow-private", help="Let the address be one of this machine or network.")
        ] = False,
        dry_run: DryOption = False,
        report: ReportOption = None,
        lang: LangOption = Lang.FR,
    ) -> None:
        """Take what a partner's SPARQL endpoint describes; a harvest that was cut goes on where it was.

        Exit codes: 0 all taken; 1 something was refused, waits for a reader, or was cut; 2 it could not begin.

        Example: observatoire harvest sparql https://data.example.org/sparql ressources.rq --national --dry-run
        """
        from ingestion.harvest.construct import read_construct
        from ingestion.harvest.endpoint import EndpointFails, HarvestBounds, PartnerEndpoint
        from ingestion.harvest.memory import SourceMemory
        from ingestion.harvest.rows import PartnerRows
        from ingestion.publication.manifest import software_version
        from ingestion.settings import Settings
        from ingestion.words.errors import UnreadableDeposit

        check_form(report, lang)
        settings, asked = Settings(), _HarvestAsked(academie, national, acting, dry_run, report, lang)
        try:
            construct = read_construct(_text(file, lang), file.name, self.tokenize())
            agent = f"{software_version()} (harvest)"
            endpoint = PartnerEndpoint(url, agent, allow_private, HarvestBounds(page=page, pause=pause))
        except UnreadableDeposit as error:
            _unreadable(error, lang)
        except EndpointFails as error:
            typer.echo(said(lang, error.code, **error.words), err=True)
            raise typer.Exit(2) from error
        rows = PartnerRows(endpoint, construct, settings.base_iri, licence)
        memory = SourceMemory(settings.var, ("sparql", url, construct.text, academie or ""))
        start = _start(memory, lang, anew=restart or dry_run)
        _Harvest(asked, endpoint.host, None if dry_run else memory, start).run(rows.pages(start))


def pages(
    folder: Annotated[Path, typer.Argument(help="A folder of HTML pages or JSON-LD files, on this machine.")],
    academie: AcademieOption = None,
    national: NationalOption = False,
    licence: LicenceOption = None,
    acting: AsOption = None,
    dry_run: DryOption = False,
    report: ReportOption = None,
    lang: LangOption = Lang.FR,
) -> None:
    """Take what pages describe in the terms of schema.org or LRMI (JSON-LD); nothing is fetched.

    Exit codes: 0 all taken; 1 something was refused, cannot be read or waits for a reader; 2 there are no pages.

    Example: observatoire harvest pages copie-du-site --national --dry-run
    """
    from ingestion.harvest.memory import SourceMemory, followed
    from ingestion.harvest.pages import Pages, pages_of
    from ingestion.settings import Settings
    from ingestion.words.errors import UnreadableDeposit

    check_form(report, lang)
    settings, asked = Settings(), _HarvestAsked(academie, national, acting, dry_run, report, lang)
    try:
        found = pages_of(folder)
    except UnreadableDeposit as error:
        _unreadable(error, lang)
    parts = Pages(folder, settings.base_iri, licence).deposits(found)
    memory = SourceMemory(settings.var, ("pages", str(folder.resolve()), academie or ""))
    start = memory.read().again()
    _Harvest(asked, folder.name, None if dry_run else memory, start).run(followed(parts, start))


@dataclass
class _Harvest:
    """A harvest on its way: what was taken, what could not be read."""

    asked: _HarvestAsked
    name: str
    memory: SourceMemory | None
    now: Remembered
    done: list[Deposited] = field(default_factory=list)
    faults: list[Issue] = field(default_factory=list)
    registered: dict[Outcome, int] = field(default_factory=dict)

    def run(self, parts: Iterator[tuple[Harvested, Remembered]]) -> None:
        """Take every part, say what came of all, and leave."""
        from ingestion.examination.deposit import none_yet
        from ingestion.harvest.endpoint import EndpointFails
        from ingestion.settings import Settings

        settings, asked, lang = Settings(), self.asked, self.asked.lang
        by, failed = By(asked.acting, national=asked.national, validate=False), ""
        self.registered = none_yet()
        need = not asked.dry_run or asked.acting or settings.agent
        with explained(lang, kept=self._kept), opened(settings, lang) if need else nullcontext() as registry:
            agent = by.agent(registry, settings)
            permit = registry.permit(agent) if registry else None
            try:
                with counting(said(lang, "harvesting", name=self.name)) as progress:
                    for part, then in parts:
                        self._take(part, None if asked.dry_run else registry, agent, permit)
                        self._remember(then)
                        progress(self.now.at)
            except EndpointFails as error:
                failed = said(lang, error.code, **error.words)
            self._tell(registry, ended=not failed)
        if failed:
            typer.echo(failed, err=True)
            if self.memory is not None and self.now.at:
                say(lang, "harvest-cut-at", row=self.now.at + 1)
            raise typer.Exit(1 if self.now.at else 2)
        raise typer.Exit(max((one.exit_code for one in self.done), default=0) or int(bool(self.faults)))

    def _take(self, part: Harvested, registry: Registry | None, agent: Agent, permit: Permit | None) -> None:
        from ingestion.examination.deposit import deposit_file

        options = self._options()
        taken = deposit_file(part.deposit, registry, agent, options, registered=self.registered, permit=permit)
        self.done.append(taken)
        self.faults.extend(part.faults)

    def _options(self) -> Options:
        from ingestion.examination.pipeline import Options
        from ingestion.settings import Settings

        settings = Settings()
        return Options(
            academie=self.asked.academie, national=self.asked.national, base=settings.base_iri, memory=settings.var
        )

    def _remember(self, then: Remembered) -> None:
        self.now = then
        if self.memory is not None:
            self.memory.write(then)

    def _kept(self) -> str:
        if self.asked.dry_run:
            return said(self.asked.lang, "kept-dry")
        return counted(self.asked.lang, "kept-deposit", self.registered)

    def _tell(self, registry: Registry | None, *, ended: bool) -> None:
        from ingestion.commands.reporting import print_report
        from ingestion.examination.deposit import together

        lang, whole = self.asked.lang, together(Path(self.name), self.done, self.faults)
        print_report([whole], lang)
        if not self.asked.dry_run:
            typer.echo(counted(lang, "registered", self.registered), err=True)
        report_of(self.asked.report, [whole], (), lang)
        if not ended:
            return
        readable = not self.faults
        if readable and registry is not None and (gone := _still_there(registry, self.now.gone)):
            more = "…" if len(gone) > _MOST_NAMED else ""
            say(lang, "harvest-gone", count=len(gone), names=", ".join(gone[:_MOST_NAMED]) + more)
        if self.memory is not None:
            self.memory.write(self.now.ended(whole=readable))


def _still_there(registry: Registry, gone: tuple[str, ...]) -> list[str]:
    """Return the documents that the registry has under harvested identifiers, those withdrawn or erased left out."""
    if not gone:
        return []
    wanted = set(gone)
    known = (one for one in registry.listed(kind="projet") if one.identifier.partition("-")[2] in wanted)
    return [one.identifier for one in known if one.state != "retire" and one.document is not None]


def _start(memory: SourceMemory, lang: Lang, *, anew: bool) -> Remembered:
    """Return where a harvest begins, and say so where that is where the last one was cut."""
    start = memory.read()
    if start.at and not anew:
        say(lang, "harvest-resumed", row=start.at + 1)
    return start.again() if anew else start


def _text(file: Path, lang: Lang) -> str:
    from ontologie import Refused, read_file

    try:
        return read_file(file, LARGEST_QUERY_MB).decode("utf-8-sig")
    except Refused as error:
        fail(lang, "unreadable-file", name=file.name, reason=error.sentence(lang.value))
    except UnicodeDecodeError:
        fail(lang, "file-encoding", name=file.name)


def _unreadable(error: UnreadableDeposit, lang: Lang) -> NoReturn:
    from ingestion.commands.reporting import print_unreadable

    print_unreadable(error, lang)
    raise typer.Exit(2) from error

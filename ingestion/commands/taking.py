"""What the commands that take deposits share: in whose name, for which académie, the report of what came of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from ingestion.commands.acting import agent_of
from ontologie import system_reason
from ontologie.console import Lang, fail, said

if TYPE_CHECKING:
    from ingestion.examination.deposit import Deposited
    from ingestion.registry.registry import Registry
    from ingestion.registry.tables.model import Outcome
    from ingestion.rights.model import Action, Agent
    from ingestion.settings import Settings
    from ingestion.words.messages import Issue

REPORTS: Final = (".html", ".csv", ".json", ".ttl")

AcademieOption = Annotated[str | None, typer.Option(help="The académie that deposits, by code or name: 10, Lyon.")]
NationalOption = Annotated[
    bool, typer.Option("--national", help="Take fiches that name no académie, as national deposits.")
]
ReportOption = Annotated[Path | None, typer.Option(help="Write the report: .html, .csv, .json or .ttl.")]


def check_form(report: Path | None, lang: Lang) -> None:
    """Leave where a report has no form of ours."""
    if report is not None and report.suffix.lower() not in REPORTS:
        fail(lang, "report-format", formats=", ".join(REPORTS))


@dataclass(frozen=True)
class By:
    """In whose name files are taken, and what for: national deposits, a validation in the same step."""

    name: str | None
    national: bool
    validate: bool

    def agent(self, registry: Registry | None, settings: Settings) -> Agent:
        """Return the agent, who may do that on some documents; without a registry, the operator. Raises Forbidden."""
        from ingestion.rights.decision import Forbidden, require, standing
        from ingestion.rights.model import OPERATOR, Matter

        agent = OPERATOR if registry is None else agent_of(registry, self.name, settings)
        actions: tuple[Action, ...] = ("validate", "deposit") if self.validate else ("deposit",)
        for action in actions:
            if why := standing(agent, action):
                raise Forbidden(why, agent, action)
        if self.national:
            require(agent, "deposit", Matter("projet"))
        return agent


def report_of(path: Path | None, done: Sequence[Deposited], unusable: Sequence[Issue], lang: Lang) -> None:
    """Write the report of all that was taken, where one is asked for."""
    from ingestion.commands.reporting import write_report

    if path is None:
        return
    try:
        write_report(path, done, lang, unusable)
    except OSError as error:
        fail(lang, "report-not-written", where=path, why=system_reason(error, lang.value))


def counted(lang: Lang, code: str, registered: Mapping[Outcome, int]) -> str:
    """Return a sentence filled with how many documents the registry took, and how."""
    return said(lang, code, **{name.replace("-", "_"): count for name, count in registered.items()})

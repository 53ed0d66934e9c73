"""The command `observatoire check`: one line a check, with its count and its result.

Knows how to print and which exit code to give; what is checked stands in `checks`. Checks of other folders
(shapes, examples against shapes) come from the root as a list.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from ontologie.console import Lang, LangOption, fail
from ontologie.sentences import sentence

if TYPE_CHECKING:
    from ontologie.checks.model import Check, Examined


class CheckFormat(StrEnum):
    """The forms of the answer."""

    TEXT = "text"
    JSON = "json"


def build_app(extra: Callable[[], Iterable[Check]] = tuple) -> typer.Typer:
    """Return the command line of this folder; `extra` gives checks of the folders above."""
    app = typer.Typer(no_args_is_help=True)

    @app.command("check")
    def check_command(
        format: Annotated[CheckFormat, typer.Option("--format", help="Form of the answer.")] = CheckFormat.TEXT,
        lang: LangOption = Lang.FR,
        only: Annotated[list[str] | None, typer.Option("--only", help="Run these checks alone.")] = None,
        fast: Annotated[bool, typer.Option("--fast", help="Leave out what takes seconds.")] = False,
    ) -> None:
        """Check ontology, vocabularies and context: exit 0 when clean, 1 when something was found."""
        from ontologie.checks.model import load
        from ontologie.checks.registry import CHECKS, run

        checks = (*CHECKS, *extra())
        wanted = [c for c in checks if (not only or c.name in only) and not (fast and c.slow)]
        if unknown := set(only or ()) - {check.name for check in checks}:
            known = ", ".join(check.name for check in checks)
            fail(lang, "unknown-check", names=", ".join(sorted(unknown)), known=known)
        try:
            done = []
            for check, examined in run(load(), wanted):
                done.append((check, examined))
                if format is CheckFormat.TEXT:
                    typer.echo(line(check, examined, lang.value))
        except SyntaxError as error:
            fail(lang, "vocabulary-malformed", 1, why=error)
        if format is CheckFormat.JSON:
            typer.echo(as_json(done, lang.value))
        else:
            _details(done, lang.value, bool(only))
        raise typer.Exit(1 if any(examined.findings for _, examined in done) else 0)

    @app.callback()
    def words() -> None:
        """Keep `check` a command of its own when this is the only one mounted."""

    return app


def line(check: Check, examined: Examined, lang: str) -> str:
    """Return the one line of a check: result, name, things looked at, things found, what holds."""
    result = "skip" if examined.skipped else "FAIL" if examined.findings else "ok"
    why = f" ({examined.skipped[lang]})" if examined.skipped else ""
    if examined.awaiting:
        why += f" ({sentence('controles', 'awaiting', lang, count=len(examined.awaiting))})"
    counts = f"{examined.count:>6} {len(examined.findings):>4}"
    return f"{result:<5}{check.name:<18}{counts}  {check.title[lang]}{why}"


def as_json(done: Iterable[tuple[Check, Examined]], lang: str) -> str:
    """Return the outcome as JSON: `{"checks": [{"name", "title", "result", "examined", "findings", "awaiting"}]}`."""
    checks = [
        {
            "name": check.name,
            "title": check.title,
            "result": "skipped" if examined.skipped else "failed" if examined.findings else "ok",
            "examined": examined.count,
            "reason": examined.skipped,
            "findings": [{"term": f.term, "message": f.message} for f in examined.findings],
            "awaiting": [{"term": f.term, "message": f.message} for f in examined.awaiting],
        }
        for check, examined in done
    ]
    return json.dumps({"checks": checks, "language": lang}, ensure_ascii=False, indent=2)


def _details(done: Iterable[tuple[Check, Examined]], lang: str, awaiting: bool) -> None:
    """Name what was found, and what awaits a person, on standard error, so that the lines stay one a check."""
    for check, examined in done:
        for finding in (*examined.findings, *(examined.awaiting if awaiting else ())):
            typer.echo(f"{check.name}: {finding.term}: {finding.message[lang]}", err=True)


app = build_app()

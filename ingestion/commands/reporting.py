"""Where a report goes: to the terminal (standard error), or to a file in the form its suffix says."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

import typer

from ingestion.examination.deposit import Deposited
from ingestion.examination.pipeline import Summary
from ingestion.words.errors import UnreadableDeposit
from ingestion.words.messages import Issue
from ontologie import BASE
from ontologie.console import Lang
from shapes import as_text, place


def print_report(done: Sequence[Deposited], lang: Lang) -> None:
    """Say on standard error what came of each file."""
    width = shutil.get_terminal_size((110, 0)).columns
    for one in done:
        text = as_text(one.entries, one.summary.as_dict(), lang.value, notes=one.notes, width=width)
        typer.echo(text, err=True)


def print_unreadable(error: UnreadableDeposit, lang: Lang) -> None:
    """Say on standard error why a file cannot be used, where, and what to do."""
    where = place(error.issue, lang.value)
    typer.echo(f"{where}: {error.message[lang.value]} {error.remedy.get(lang.value, '')}".strip(), err=True)


def write_report(path: Path, done: Sequence[Deposited], lang: Lang, unusable: Sequence[Issue] = ()) -> None:
    """Write the report of all files in the form of the path's suffix; `unusable` says which could not be read.

    Raises OSError, and then leaves no part of it behind.
    """
    from shapes import Report, as_csv, as_html, as_json, result_of

    entries = [*unusable, *(entry for one in done for entry in one.entries)]
    notes = [note for one in done for note in one.notes]
    summary = sum((one.summary for one in done), Summary()).as_dict()
    form = path.suffix.lower()
    if form == ".ttl":
        results = [result for one in done for report in one.reports for result in report.results]
        # What the way in refuses, or keeps for a reader, no shape has found.
        results += [result_of(entry, BASE) for entry in entries if _is_our_own(entry)]
        text = Report.of(results).to_turtle()
    elif form == ".json":
        text = as_json(entries, summary, lang.value, notes)
    elif form == ".csv":
        text = as_csv(entries, lang.value, next((one.separator for one in done), ""))
    else:
        text = as_html(entries, summary, lang.value, notes)
    # newline="": the CSV report has its own line ends.
    try:
        with path.open("w", encoding="utf-8", newline="") as out:
            out.write(text)
    except OSError:
        if path.is_file():
            path.unlink()
        raise


def _is_our_own(entry: Issue) -> bool:
    return entry.rule.startswith("depot:") and (entry.refuses or entry.holds)

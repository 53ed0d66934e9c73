"""Draws deposits for who reviews them: one with all that is to be known of it, and lists.

Knows the terminal; what a document says is told in `ingestion.documents.told`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from ingestion.commands.telling.comparing import Compared, in_words
from ingestion.commands.telling.digest import MOST, Part
from ingestion.commands.telling.worded import (
    academie_name,
    events_told,
    finding_told,
    label_of_field,
    remark_told,
    remarks_told,
    title_of,
)
from ingestion.derivation.deciding import Concluded
from ingestion.documents.to_read import passages_to_read
from ingestion.documents.told import told
from ingestion.registry.tables.model import Registered
from ontologie import sentence, with_names

WAITING_FIRST: Final = ("depose", "retourne", "valide", "publie", "retire")
"""States in the order in which somebody has something to do."""



def written(one: Registered) -> str:
    """Return a document's id as it is typed: a bare one is a project's."""
    return one.identifier if one.kind == "projet" else f"{one.kind}/{one.identifier}"


def draw_list(found: Sequence[Registered], since: Mapping[tuple[str, str], str], lang: str) -> None:
    """Draw a list of documents: what waits first, the oldest first; `since` says since when."""
    table = Table(*(_said(f"list-{name}", lang) for name in _LISTED))
    names = [written(one) for one in found]
    table.columns[0].no_wrap, table.columns[0].overflow = True, "fold"  # whole: it is typed again
    table.columns[0].min_width = max(map(len, names), default=0)
    for one in sorted(found, key=lambda one: _rank(one, since)):
        day = since.get((one.kind, one.identifier), "")[:10]
        cells = (academie_name(one.academie, lang), _said(f"state-{one.state}", lang), str(one.version), day,
                 str(one.to_read or ""), str(one.warnings or ""), title_of(one, lang))  # fmt: skip
        table.add_row(written(one), *(_harmless(cell, lang) for cell in cells))
    Console().print(table)


_LISTED: Final = ("id", "academie", "state", "version", "since", "to-read", "warnings", "title")


def _rank(one: Registered, since: Mapping[tuple[str, str], str]) -> tuple[int, str, str]:
    return WAITING_FIRST.index(one.state), since.get((one.kind, one.identifier), ""), one.identifier


@dataclass(frozen=True)
class SeenBeside:
    """What who looks at a document may know beside it: what is alike, with why; how to reach who deposited."""

    alike: Mapping[str, str]
    contact: Mapping[str, str]


def draw_deposit(
    one: Registered, history: Sequence[Mapping[str, Any]], findings: Sequence[Concluded], beside: SeenBeside, lang: str
) -> None:
    """Draw a document: what it says, is to be read, was said of it; what rules conclude, its history, what is next."""
    console = Console()
    console.print(_harmless(f"{written(one)}  {title_of(one, lang)}", lang), style="bold")
    where = academie_name(one.academie, lang), _said(f"state-{one.state}", lang), _version(one, lang)
    console.print(_harmless(" · ".join(where), lang))
    fields = [(field.label, value) for field in told(one.document or {}, lang) for value in field.values]
    _part(console, "show-fiche", fields, lang)
    if one.document is None:
        console.print(_said("show-erased", lang))
    passages = list(_passages(one, lang))
    if passages:
        _part(console, "show-to-read" if one.state == "depose" else "show-read", passages, lang)
    _part(console, "show-remarks", remarks_told(one.entries, lang), lang)
    _part(console, "show-findings", ((f.identifier, finding_told(f, lang)) for f in findings), lang)
    alike = [(name, sentence("contenus", f"alike-{why}", lang)) for name, why in beside.alike.items()]
    _part(console, "show-alike", alike, lang)
    contact = [(label_of_field(name, lang), value) for name, value in beside.contact.items()]
    _part(console, "show-contact", contact, lang)
    _part(console, "show-history", events_told(history, one.document or {}, lang), lang)
    code = f"next-{one.state}" + ("-held" if one.state == "depose" and (one.held or passages) else "")
    console.print(_harmless(_said(code, lang, identifier=written(one)), lang))


def draw_difference(identifier: str, pair: Compared, lang: str) -> None:
    """Draw what changed between two versions, field by field."""
    numbers = {"identifier": identifier, "before": pair.before.number, "after": pair.after.number}
    changed = list(in_words(pair, lang))
    if not changed:
        print(_said("diff-none", lang, **numbers))
        return
    console = Console()
    console.print(Text(_said("diff-title", lang, state=_said(f"diff-{pair.state}", lang), **numbers), style="bold"))
    rows = [
        (one.label, _said(code, lang, value=value))
        for one in changed
        for code, values in (("diff-removed", one.removed), ("diff-added", one.added))
        for value in values
    ]
    console.print(_grid(rows, lang))


def draw_digest(parts: Sequence[Part], service: str | None, lang: str) -> None:
    """Draw a digest: of each part, its documents with their day, and the reason of what was sent back."""
    if not any(part.found for part in parts):
        print(_said("digest-nothing", lang, service=service or _said("digest-all", lang)))
        return
    console = Console()
    for part in parts:
        rows = []
        for one, event in part.found[:MOST]:
            day = str(event.get("at", ""))[:10]
            rows.append((f"{day}  {written(one)}", title_of(one, lang) + remark_told(event, lang)))
        if rows:
            console.print(Text(_said(f"digest-{part.code}", lang, count=len(part.found)), style="bold"))
            console.print(_grid(rows, lang))
        if len(part.found) > MOST:
            console.print(_said("digest-more", lang, count=len(part.found) - MOST))


def _version(one: Registered, lang: str) -> str:
    public = one.published_version
    if public is not None and public != one.version:
        return _said("show-version-public", lang, version=one.version, public=public)
    return _said("show-version", lang, version=one.version)


def _part(console: Console, title: str, rows: Iterable[tuple[str, str]], lang: str) -> None:
    """Draw a part under its title, nothing where it has no row."""
    if (grid := _grid(rows, lang)).rows:
        console.print(Text(_said(title, lang), style="bold"))
        console.print(grid)


def _grid(rows: Iterable[tuple[str, str]], lang: str) -> Table:
    """Return rows side by side; a label stands once for the values that follow."""
    grid = Table.grid(padding=(0, 2))
    grid.add_column(min_width=12)
    grid.add_column(overflow="fold")
    before = ""
    for label, value in rows:
        grid.add_row(_harmless("" if label == before else f"  {label}", lang), _harmless(value, lang))
        before = label
    return grid


def _passages(one: Registered, lang: str) -> Iterator[tuple[str, str]]:
    """Yield (where a passage stands, what it may be and how it reads, itself between brackets)."""
    for found in passages_to_read(one.document or {}, lang):
        label = label_of_field(found["field"], lang)
        rank = next((part for part in reversed(found["path"].split("/")) if part.isdigit()), None)
        where = label if rank is None else _said("show-value", lang, label=label, number=int(rank) + 1)
        context = found["context"].replace(found["passage"], f"[[{found['passage']}]]", 1)
        yield where, f"{found['kind']} : {context}" if lang == "fr" else f"{found['kind']}: {context}"


def _said(code: str, lang: str, **words: object) -> str:
    return sentence("relecture", code, lang, **words)


def _harmless(text: str, lang: str) -> Text:
    """Return a text that moves no terminal and is no markup; a line end stays one."""
    return Text("\n".join(with_names(line, lang) for line in text.replace("\u00a0", " ").split("\n")))

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

from ingestion.commands.comparing import Compared, in_words
from ingestion.commands.digest import MOST, Part
from ingestion.derivation.deciding import Concluded
from ingestion.documents.to_read import passages_to_read
from ingestion.documents.told import label_of_key, name_of, told
from ingestion.documents.wordings import wordings
from ingestion.registry.editions import INHERITED
from ingestion.registry.model import Registered
from ingestion.words.columns import columns
from ingestion.words.languages import texts_of
from ingestion.words.messages import TO_READ
from ontologie import sentence, with_names

WAITING_FIRST: Final = ("depose", "retourne", "valide", "publie", "retire")
"""States in the order in which somebody has something to do."""

_NOT_TOLD: Final = frozenset({"info"})


def written(one: Registered) -> str:
    """Return a document's id as it is typed: a bare one is a project's."""
    return one.identifier if one.kind == "projet" else f"{one.kind}/{one.identifier}"


def academie_name(code: str | None, lang: str) -> str:
    """Return the name of an académie by its code, and what a document of none is."""
    return name_of(f"academie/{code}") if code else sentence("relecture", "national", lang)


def title_of(one: Registered, lang: str) -> str:
    """Return the title of a document, empty where it has none, or was erased."""
    return next(iter(texts_of((one.document or {}).get("titre", ""), lang)), "")


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
    _part(console, "show-remarks", _remarks(one.entries, lang), lang)
    _part(console, "show-findings", ((f.identifier, _finding(f, lang)) for f in findings), lang)
    alike = [(name, sentence("contenus", f"alike-{why}", lang)) for name, why in beside.alike.items()]
    _part(console, "show-alike", alike, lang)
    contact = [(label_of_field(name, lang), value) for name, value in beside.contact.items()]
    _part(console, "show-contact", contact, lang)
    _part(console, "show-history", _events(history, one.document or {}, lang), lang)
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
            rows.append((f"{day}  {written(one)}", title_of(one, lang) + _remark(event, lang)))
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


def label_of_field(name: str, lang: str) -> str:
    """Return the label of a column, or of a key that none feeds."""
    column = columns().get(name)
    return column.label[lang] if column else label_of_key(name, lang)


def _remarks(entries: Sequence[Mapping[str, Any]], lang: str) -> Iterator[tuple[str, str]]:
    """Yield (field, message) of what was said at the deposit, but for the passages to read, shown above."""
    for entry in entries:
        if entry.get("rule") != TO_READ and entry.get("severity") not in _NOT_TOLD:
            yield label_of_field(str(entry.get("field") or ""), lang), entry["message"][lang]


def _events(
    history: Sequence[Mapping[str, Any]], document: Mapping[str, Any], lang: str
) -> Iterator[tuple[str, str]]:
    labels = wordings(document)
    for event in history:
        code, detail = f"event-{event['event']}", str(event.get("detail"))
        code += "-inherited" if detail == INHERITED else ""
        _, words = labels.get(detail, ("", detail))
        said = {"version": event["version"], "agent": event["agent"], "finding": event.get("finding", "")}
        what = _said(code, lang, words=words, **said)
        yield event["at"][:16].replace("T", " "), what + _remark(event, lang)


def _finding(one: Concluded, lang: str) -> str:
    """Return what a rule concludes, and what became of it."""
    what = _said("finding-concludes", lang, verdict=name_of(f"concept/verdict/{one.verdict}"))
    for code, review in (("finding-said", one.review), ("finding-lapsed-said", one.lapsed)):
        if review is not None:
            decided = _said("finding-confirmed" if review.upheld else "finding-dismissed", lang)
            words = {"decided": decided, "day": review.at[:10], "version": review.version}
            what += " " + _said(code, lang, **words, reason=review.reason)
    return what


def _remark(event: Mapping[str, Any], lang: str) -> str:
    """Return the words that a reviewer sent with an event, quoted; nothing where there are none."""
    said = [event["remark"]] if event.get("remark") else []
    for name, text in event.get("fields", {}).items():
        said.append(_said("field-remark", lang, label=label_of_field(name, lang), text=text))
    return "".join(" " + sentence("contenus", "quoted", lang, name=one) for one in said)


def _said(code: str, lang: str, **words: object) -> str:
    return sentence("relecture", code, lang, **words)


def _harmless(text: str, lang: str) -> Text:
    """Return a text that moves no terminal and is no markup; a line end stays one."""
    return Text("\n".join(with_names(line, lang) for line in text.replace("\u00a0", " ").split("\n")))

"""Says in words what a reviewer is told of a deposit: whose it is, what was said of it, what happened to it.

Knows no terminal and no page: both show these words.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from ingestion.derivation.deciding import Concluded
from ingestion.documents.told import label_of_key, name_of
from ingestion.documents.wordings import wordings
from ingestion.registry.editions import INHERITED
from ingestion.registry.tables.model import Registered
from ingestion.words.columns import columns
from ingestion.words.languages import texts_of
from ingestion.words.messages import TO_READ
from ontologie import read_table, sentence

_NOT_TOLD: Final = frozenset({"info"})


def academie_name(code: str | None, lang: str) -> str:
    """Return the name of an académie by its code, and what a document of none is."""
    return name_of(f"academie/{code}") if code else sentence("relecture", "national", lang)


def title_of(one: Registered, lang: str) -> str:
    """Return the title of a document, or the name of one that has a name; empty where it has none, or was erased."""
    document = one.document or {}
    return next((text for key in ("titre", "libelle") for text in texts_of(document.get(key, []), lang)), "")


def label_of_field(name: str, lang: str) -> str:
    """Return the label of a column, of the one that a key feeds, or of a key that none feeds."""
    column = columns().get(name) or next((one for one in columns().values() if one.key == name), None)
    return column.label[lang] if column else label_of_key(name, lang)


def remarks_told(entries: Sequence[Mapping[str, Any]], lang: str) -> Iterator[tuple[str, str]]:
    """Yield (field, message) of what was said at the deposit, but for the passages to read, shown above."""
    for entry in entries:
        if entry.get("rule") != TO_READ and entry.get("severity") not in _NOT_TOLD:
            yield label_of_field(str(entry.get("field") or ""), lang), entry["message"][lang]


def events_told(
    history: Sequence[Mapping[str, Any]], document: Mapping[str, Any], lang: str
) -> Iterator[tuple[str, str]]:
    """Yield (moment, what happened), the oldest first; a label that was decided of is quoted as it was deposited."""
    labels = wordings(document)
    for event in history:
        code, detail = f"event-{event['event']}", str(event.get("detail"))
        code += "-inherited" if detail == INHERITED else ""
        _, words = labels.get(detail, ("", detail))
        said = {"version": event["version"], "agent": event["agent"], "finding": event.get("finding", "")}
        what = _said(code, lang, words=words, **said)
        yield event["at"][:16].replace("T", " "), what + remark_told(event, lang)


def verdict_told(verdict: str, lang: str) -> str:
    """Return what a verdict is called, by the last part of its IRI."""
    rows = {row["id"]: row for row in read_table("donnees", "verdicts.csv")}
    return rows[verdict][f"label_{lang}"] if verdict in rows else name_of(f"concept/verdict/{verdict}")


def finding_told(one: Concluded, lang: str) -> str:
    """Return what a rule concludes, and what became of it."""
    what = _said("finding-concludes", lang, verdict=verdict_told(one.verdict, lang))
    for code, review in (("finding-said", one.review), ("finding-lapsed-said", one.lapsed)):
        if review is not None:
            decided = _said("finding-confirmed" if review.upheld else "finding-dismissed", lang)
            words = {"decided": decided, "day": review.at[:10], "version": review.version}
            what += " " + _said(code, lang, **words, reason=review.reason)
    return what


def remark_told(event: Mapping[str, Any], lang: str) -> str:
    """Return the words that a reviewer sent with an event, quoted; nothing where there are none."""
    said = [event["remark"]] if event.get("remark") else []
    for name, text in event.get("fields", {}).items():
        said.append(_said("field-remark", lang, label=label_of_field(name, lang), text=text))
    return "".join(" " + sentence("contenus", "quoted", lang, name=one) for one in said)


def _said(code: str, lang: str, **words: object) -> str:
    return sentence("relecture", code, lang, **words)

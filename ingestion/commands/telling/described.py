"""A deposit as plain values, for programs that review: in a list, with all that is to be known of it, compared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ingestion.commands.telling.comparing import as_patch, compared, in_lines, in_words
from ingestion.commands.telling.worded import academie_name, events_told, remarks_told, title_of, verdict_told
from ingestion.derivation.deciding import Concluded, findings_of
from ingestion.documents.to_read import passages_to_read
from ingestion.documents.told import told
from ingestion.registry.registry import Registry
from ingestion.registry.tables.model import Registered
from ontologie import BASE, read_table, sentence


def as_described(one: Registered, history: Sequence[Mapping[str, Any]], lang: str) -> dict[str, Any]:
    """Return a document with all that is to be known of it."""
    return {
        "document": one.document, "state": one.state, "academie": one.academie, "version": one.version,
        "held": one.held, "passages": list(passages_to_read(one.document or {}, lang)),
        "validated_version": one.validated_version, "published_version": one.published_version,
        "entries": one.entries, "history": history,
    }  # fmt: skip


def findings_told(registry: Registry, one: Registered, base: str = BASE) -> list[dict[str, Any]]:
    """Return what rules conclude of a document's latest version, and what was decided of that."""
    return [_finding(found) for found in findings_of(registry, one, base)]


def _finding(one: Concluded) -> dict[str, Any]:
    said: dict[str, Any] = {"id": one.identifier, "verdict": one.verdict, "basis": one.basis, "decision": None}
    for name, review in (("decision", one.review), ("lapsed", one.lapsed)):
        if review is not None:
            said[name] = {
                "decision": "confirmed" if review.upheld else "dismissed", "at": review.at, "reason": review.reason,
                "version": review.version,
            }  # fmt: skip
    return said


def listed_as(one: Registered, since: str, lang: str) -> dict[str, Any]:
    """Return what a list says of a document; `since` is the moment of its deposit."""
    return {
        "type": one.kind, "id": one.identifier, "academie": one.academie, "state": one.state, "version": one.version,
        "title": title_of(one, lang) or None, "deposited": since or None,
        "to_read": one.to_read, "warnings": one.warnings, "held": one.held,
    }  # fmt: skip


def difference_of(registry: Registry, one: Registered, lang: str, base: str = BASE) -> dict[str, Any] | None:
    """Return what the latest version changes, in words and as an RDF patch; None where there is nothing to compare."""
    pair = compared(registry, one)
    if pair is None or pair.before.document is None or pair.after.document is None:
        return None
    changed = [
        {"field": found.label, "removed": found.removed, "added": found.added} for found in in_words(pair, lang, base)
    ]
    patch = as_patch(*in_lines(pair, base)).decode()
    return {"before": pair.before.number, "after": pair.after.number, "fields": changed, "patch": patch}


def told_to_reviewer(
    one: Registered, history: Sequence[Mapping[str, Any]], lang: str, base: str = BASE
) -> dict[str, Any]:
    """Return in words what a page says of a document: its title, whose it is, its fields, remarks, what happened."""
    return {
        "title": title_of(one, lang), "whose": academie_name(one.academie, lang),
        "state_label": sentence("relecture", f"state-{one.state}", lang),
        "fields": told(one.document or {}, lang, base), "remarks": list(remarks_told(one.entries, lang)),
        "events": list(events_told(history, one.document or {}, lang)),
    }  # fmt: skip


def findings_in_words(findings: Sequence[Mapping[str, Any]], lang: str) -> list[dict[str, Any]]:
    """Return findings as they are told to programs, each with the name of its rule, its question and its verdict."""
    rules = {row["id"]: row for row in read_table("donnees", "regles_constats.csv")}
    return [
        {
            **one, "rule": rules.get(one["id"], {}).get(f"label_{lang}", one["id"]),
            "asks": rules.get(one["id"], {}).get(f"definition_{lang}", ""),
            "concludes": verdict_told(one["verdict"], lang),
        }
        for one in findings
    ]  # fmt: skip

"""Reads a JSON object that uses the names of our columns: a row of a table in another dress.

Knows which JSON values a cell may be; what the cells mean is the business of the rows.
"""

from __future__ import annotations

from typing import Any

from ingestion.columns import MOST_ITEMS, column_name, columns, nearest_names, too_many
from ingestion.json_text import Number
from ingestion.messages import Issue, issue
from ingestion.records import Record, Value
from ingestion.tables import SPACES


def read_members(record: Record) -> tuple[dict[str, Value], list[Issue]]:
    """Return the values of an object by our column names, and what is wrong with its keys and values."""
    members = record.members or {}
    values: dict[str, Value] = {}
    if len(members) > MOST_ITEMS:
        return {}, [issue("cles-trop-nombreuses", record.place(), words=too_many(len(members)))]
    issues = [_repeated(record, key) for key in getattr(members, "repeated", ())]
    for key, given in members.items():
        name = column_name(key)
        if name is None:
            if key != "@context":
                place = record.place(path=(key,))
                known = nearest_names(key, list(columns()))
                issues.append(issue("cle-inconnue", place, value=key, suggestions=known))
            continue
        cell, code = _cell(given, name)
        if code:
            words = {
                "key": key,
                "value": "true" if given is True else "false" if given is False else str(given),
            }
            shown = str(given) if isinstance(given, Number) else ""
            issues.append(issue(code, record.place(path=(key,)), value=shown, words=words))
        elif cell:
            values[name] = cell
    return values, issues


def _repeated(record: Record, key: str) -> Issue:
    return issue("cle-double", record.place(path=(key,), last=True), value=key)


def _cell(given: Any, name: str) -> tuple[Value, str]:
    """Return a value as a cell, or the code of what is wrong with it."""
    if isinstance(given, bool):
        return ("oui" if given else "non", "") if columns()[name].kind == "booleen" else ("", "booleen-json")
    if isinstance(given, list):
        items = [_cell(item, name) for item in given]
        code = next((code for _, code in items if code), "")
        if any(isinstance(item, list) for item in given):
            code = "liste-imbriquee"
        texts = tuple(text for text, _ in items if isinstance(text, str) and text)
        if columns()[name].is_list:
            return texts, code
        return (texts[0] if texts else ""), code or ("texte-attendu" if len(texts) > 1 else "")
    if given is None:
        return "", "null-json"
    if isinstance(given, Number):
        return "", "nombre-json"
    if isinstance(given, str):
        return given.strip(SPACES), ""
    return "", "texte-attendu"

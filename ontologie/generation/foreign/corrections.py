"""Carries reviewed corrections into the tables that they correct, once: each fact keeps one place.

Knows which table of corrections says what of which table of `donnees/`: provisions to add, definitions to
replace, what a finding may conclude, which columns another table says better. Applied again, it changes nothing.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import count
from pathlib import Path
from typing import Final

Rows = list[dict[str, str]]

_NUMBER: Final = re.compile(r"([0-9]+)")
_PRINCIPLES: Final = "instruments/principes.csv"
_DEFINITIONS: Final = "definitions.csv"
_LISTS: Final = ("types_ia", "finalites", "regles_cadre", "dispositifs", "acteurs")
"""Lists of `instruments/` that the project's own corrections, kept beside the tables, put right row by row."""
_OF_TEXTS: Final = ("application", "sources_officielles")
"""Tables that say something of every text, of partners' too."""
_SAID_ELSEWHERE: Final = (
    "instruments/instruments",
    "instruments/principes",
    "instruments/regles_cadre",
    "instruments/acces_outil",
)
"""Tables whose sources `sources_officielles.csv` says, or whose rows are the project's own words."""
_SAID_BETTER: Final = ("source_url", "verifie", "pays")
"""Their columns that another table says better; countries stand in `instruments_complements.csv`."""


def correct(corrections: Path, target: Path) -> int:
    """Apply the corrections of a folder to the tables of `target`; return how many tables they touch."""
    added = read(corrections / "dispositions_ajoutees.csv")
    principles, definitions = read(target / _PRINCIPLES), read(target / _DEFINITIONS)
    _write(target / _PRINCIPLES, list(_placed(_merged(principles, added), {row["instrument"] for row in added})))
    definitions = _merged(definitions, added)
    _write(target / _DEFINITIONS, _replaced(definitions, read(corrections / "definitions_corrigees.csv")))
    own = target / "corrections"
    for name in _LISTS:
        better = read(own / f"{name}.csv")
        rows = read(target / "instruments" / f"{name}.csv")
        _write(target / "instruments" / f"{name}.csv", _replaced(_merged(rows, better), better))
    reviewed = read(corrections / "alignements_revus.csv")
    _review(target / "instruments", reviewed, read(corrections / "hors_pivot_ajouts.csv"))
    grade(target / "instruments" / "correspondances.csv", own)
    ours = _ours(target / "instruments")
    for name in _OF_TEXTS:
        _write(own / f"{name}.csv", [row for row in read(own / f"{name}.csv") if row["id"] in ours])
    for name in _SAID_ELSEWHERE:
        rows = read(target / f"{name}.csv")
        kept = [{key: row[key] for key in row if key not in _SAID_BETTER} for row in rows]
        _write(target / f"{name}.csv", kept)
    return 4 + len(_LISTS) + len(_OF_TEXTS) + len(_SAID_ELSEWHERE)


def _ours(folder: Path) -> set[str]:
    """Return the identifiers of our own texts and of their parts: what others deposit is said by them."""
    names = ("instruments", "principes", "regles_cadre")
    return {row["id"] for name in names for row in read(folder / f"{name}.csv")}


def _review(folder: Path, reviewed: Rows, outside: Rows) -> None:
    """Apply to the alignments of a folder the decisions made on them, and say which principles the hub lacks."""
    own = _ours(folder)
    decided = {(row["subject"], row["object"]): row for row in reviewed if row["subject"] in own}
    kept = []
    for row in read(folder / "correspondances.csv"):
        decision = decided.pop((row["subject"], row["object"]), None)
        if decision is None or decision["action"] != "rejeter":
            kept.append(_decided(row, decision) if decision else row)
    kept += [_decided({"subject": one["subject"], "object": one["object"]}, one) for one in decided.values()
             if one["action"] == "ajouter"]  # fmt: skip
    _write(folder / "correspondances.csv", kept)
    there = read(folder / "hors_pivot.csv")
    _write(folder / "hors_pivot.csv", _merged(there, [row for row in outside if row["id"] in own]))


def grade(path: Path, own: Path) -> None:
    """Bring the confidences of a table onto the written scale; what stays below its last step is not stated.

    The passage is a table: the first row of the predicate whose `from` is not above the value. Decisions on single
    alignments, in `alignements.csv`, have the last word.
    """
    steps = read(own / "passage_a_l_echelle.csv")
    single = {(row["subject"], row["object"]): row for row in read(own / "alignements.csv")}
    kept = []
    for row in read(path):
        fit = (step for step in steps if step["predicate"] == row["predicate"])
        graded = [step["confidence"] for step in fit if float(row["confidence"]) >= float(step["from"])]
        if graded:
            kept.append({**row, "confidence": graded[0]} | single.get((row["subject"], row["object"]), {}))
    _write(path, kept)


def _decided(row: dict[str, str], decision: dict[str, str]) -> dict[str, str]:
    return {
        "subject": row["subject"],
        "predicate": decision["predicate_propose"],
        "object": row["object"],
        "confidence": decision["confidence_proposee"],
        "justification_fr": decision["raison_fr"],
        "justification_en": decision["raison_en"],
    }


def read(path: Path) -> Rows:
    """Return the rows of a table."""
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def _write(path: Path, rows: Sequence[dict[str, str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def _merged(rows: Rows, added: Iterable[dict[str, str]]) -> Rows:
    """Return rows with those added that they lack, in the columns of the rows."""
    known = {row["id"] for row in rows}
    return [*rows, *({name: row[name] for name in rows[0]} for row in added if row["id"] not in known)]


def _replaced(rows: Rows, better: Iterable[dict[str, str]]) -> Rows:
    """Return rows with the cells that better rows of the same id give. Raises KeyError where an id is unknown."""
    found = {row["id"]: row for row in rows}
    for row in better:
        found[row["id"]].update({name: row[name] for name in found[row["id"]] if name in row})
    return rows


def _placed(rows: Rows, acts: set[str]) -> Iterator[dict[str, str]]:
    """Yield the rows, those of some acts in the order of their articles, parents first, and numbered anew."""
    done = set[str]()
    for row in rows:
        if row["instrument"] not in acts:
            yield row
        elif row["instrument"] not in done:
            done.add(row["instrument"])
            yield from _below("", [one for one in rows if one["instrument"] == row["instrument"]])


def _below(parent: str, rows: Rows) -> Iterator[dict[str, str]]:
    numbers = count(1)
    for row in sorted((row for row in rows if row["parent"] == parent), key=lambda row: _article(row["id"])):
        yield {**row, "order": str(next(numbers))}
        yield from _below(row["id"], rows)


def _article(identifier: str) -> list[tuple[int, int, str]]:
    """Return the place of an article in its act: by numbers, then letters, annexes (Roman numerals) last."""
    parts = [part for part in _NUMBER.split(identifier.partition("-")[2]) if part]
    return [(0, int(part), "") if part.isdigit() else (1, 0, part) for part in parts]

"""The académies of a fiche: which one owns it, which are associated, and whether the région agrees.

Knows the academic map of `territoires/academies.csv`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Final

from ingestion.documents.draft import Draft
from ingestion.resolution.academies import other_reading, read_academie
from ingestion.resolution.items import resolve_cell
from ingestion.resolution.resolve import displayed, resolve
from ingestion.words.columns import Column, columns
from ontologie import BASE, read_table

_ACADEMIE: Final = "academie"
_REGION: Final = "region_academique"


def owner(
    draft: Draft, labels: Sequence[str], base: str, deposited_for: str | None
) -> tuple[bool, str | None]:
    """Set the académies of a draft; return whether they are certain, and the code of the owner.

    The first one owns the project, the others are associated; none makes a national deposit, unless it is
    made for an académie. One that does not resolve refuses the fiche.
    """
    column = columns()[_ACADEMIE]
    found: list[str] = []
    certain = True
    for item in (item for label in labels for item in resolve_cell(_ACADEMIE, label, base)):
        draft.mention(column, item.text, item.answer.iris)
        if item.answer.state == "found":
            found.extend(iri for iri in item.answer.iris if iri not in found)
            _say_of_a_number(draft, column, item.text, deposited_for, base)
        else:
            certain = False
            draft.say("academie-inconnue", column, item.text, item.answer.suggestions)
    if deposited_for and not labels:
        found = [f"{_ACADEMIE}/{deposited_for}"]
    elif deposited_for and found and found[0] != f"{_ACADEMIE}/{deposited_for}":
        draft.say("academie-autre", column, labels[0], words={"code": deposited_for})
    if not found:
        return certain, None
    draft.add(column, found[:1])
    draft.add(column, found[1:], "academieAssociee")
    return certain, found[0].rpartition("/")[2]


def _say_of_a_number(draft: Draft, column: Column, text: str, deposited_for: str | None, base: str) -> None:
    """Warn of a number alone that is both the code of an académie and that of a department of another."""
    read, other = read_academie(text, base), other_reading(text, base)
    if read is None or other is None or read[0][1][0] == f"{_ACADEMIE}/{deposited_for}":
        return
    words = {"academie": displayed(read[0][1][0], base), "other": displayed(other, base)}
    draft.say("academie-par-nombre", column, text, words=words)


def region_agrees(draft: Draft, base: str) -> None:
    """Warn where the région of a draft is that of none of its académies; both are kept."""
    given = draft.nodes["document"].get("regionAcademique", ())
    academies = [
        *draft.nodes["document"].get("academie", ()),
        *draft.nodes["document"].get("academieAssociee", ()),
    ]
    regions = _regions(base)
    expected = [regions[academie] for academie in academies if academie in regions]
    if not expected:
        return
    for region in given:
        if region not in expected:
            words = {"academie": displayed(academies[0], base), "region": displayed(expected[0], base)}
            draft.say("region-et-academie", columns()[_REGION], displayed(region, base), words=words)


@cache
def _regions(base: str = BASE) -> Mapping[str, str]:
    """Return the région académique of each académie, both by their IRIs."""
    return {
        f"{_ACADEMIE}/{row['code_academie']}": iri
        for row in read_table("donnees", "territoires", "academies.csv")
        for iri in resolve(_REGION, row["region_academique"], base).iris
    }


def is_academie(code: str, base: str = BASE) -> bool:
    """Tell whether a code is that of an académie."""
    return f"{_ACADEMIE}/{code}" in _regions(base)


def region_of(code: str, base: str = BASE) -> str:
    """Return the région académique of an académie (`region-academique/…`), nothing where it is of none."""
    return _regions(base).get(f"{_ACADEMIE}/{code}", "")


def owner_elsewhere(kind: str, node: Mapping[str, Sequence[object]], base: str = BASE) -> str | None:
    """Return the code of the académie whose a document is that names none: that of the project that an analysis
    evaluates, that of the author of a publication or a module. None where it is the nation's.
    """
    if kind == "analyse":
        # The id of a project begins with the code of the académie that owns it, and never changes.
        names = [str(name) for name in node.get("evalue", ())]
        codes = {name.removeprefix("projet/").partition("-")[0] for name in names if name.startswith("projet/")}
    else:
        names = [str(name) for name in node.get("auteur", ())]
        codes = {name.removeprefix("academie/") for name in names if name.startswith("academie/")}
    found = {code for code in codes if is_academie(code, base)}
    return found.pop() if len(codes) == len(found) == 1 else None

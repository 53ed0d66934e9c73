"""From when each text applies, and until when: dated statements about instruments, principles and rules.

Knows the table `application`: a row is what one version of a text says for one case. A date is a statement
about a version of a text, never a constant; a text without one says why.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache
from typing import Final

from ontologie.generation.tables.common import Row, reference, source, table, unverified
from ontologie.generation.tables.turtle import Statement, Turtle, both, dated, links, typed

ACTS: Final = "http://data.europa.eu/eli/reg/"


def generate() -> dict[str, str]:
    """Return `applicabilite.ttl`. Raises ValueError where two rows say the same case of one version."""
    out = Turtle("Ce que chaque version d'un texte dit de son entrée en vigueur et de son application.")
    names = [name(row) for row in statements()]
    if len(set(names)) < len(names):
        raise ValueError(f"stated twice: {sorted({one for one in names if names.count(one) > 1})}")
    for identifier in dict.fromkeys(row["id"] for row in statements()):
        rows = [row for row in statements() if row["id"] == identifier]
        out.add(reference(identifier), links("oia:applicabilite", map(name, rows)))
        for row in rows:
            out.add(name(row), _statement(row))
    return {"applicabilite.ttl": out.render()}


@cache
def statements() -> tuple[Row, ...]:
    """Return the rows of the table, in its columns and those that others share."""
    rows = table("corrections", "application")
    return tuple(
        {**row, "source_url": row["source"], "verifie": row["confirme"]} for row in rows
    )


def name(row: Row) -> str:
    """Return the IRI of a dated statement: a fragment made of the version and the date, or the case.

    Decided in docs/decisions/iris-and-graphs.md.
    """
    version = row["version"].removeprefix(ACTS).replace("/", "-")
    about = f"{reference(row['id'])}#applicabilite"
    return "-".join(filter(None, (about, version, row["applique_a_partir_du"] or row["cas"])))


def days(stated: str) -> tuple[str, str]:
    """Return the first day that a date may mean, and the first on which it surely is past or there.

    They are one where the day is known; a month decides before it and after it, never within.
    """
    if len(stated) == len("2025-06"):
        first = date.fromisoformat(f"{stated}-01")
        return first.isoformat(), (first + timedelta(days=31)).replace(day=1).isoformat()
    return stated, stated


def _statement(row: Row) -> list[Statement]:
    earliest, surely = days(row["applique_a_partir_du"])
    return [
        *links("rdf:type", ["oia:Applicabilite"]),
        *links("oia:casApplication", [f"concept/cas-application/{row['cas']}"]),
        *dated("oia:entreeEnVigueur", row["entree_en_vigueur"]),
        *dated("oia:appliqueAPartirDu", row["applique_a_partir_du"]),
        *typed("oia:appliqueAuPlusTot", earliest, "date"),
        *typed("oia:appliqueAuPlusTard", surely, "date"),
        *dated("oia:redactionDepuis", row["redaction_depuis"]),
        *dated("oia:finRedaction", row["fin"]),
        *links("oia:selonVersion", [row["version"]] if row["version"] else []),
        *both("oia:condition", row["condition_fr"], row["condition_en"]),
        *source(row),
        *unverified(row),
    ]

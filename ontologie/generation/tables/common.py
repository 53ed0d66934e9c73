"""What the families share: tables, identifiers and the statements that many of them write.

Knows how a row's columns (`label_fr`, `verifie`, `source_url`…) become statements, and nothing of a family.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Final

from ontologie.generation.tables import sources
from ontologie.generation.tables.turtle import Statement, Turtle, both, flag, links, text, typed
from ontologie.resources import read_table

Row = Mapping[str, str]
DAGGER: Final = "(†)"
"""Marks, in the tables, what no source read for the project confirms."""


def table(*path: str) -> tuple[dict[str, str], ...]:
    """Return the rows of a table below `donnees/`: `table("instruments", "crcn")`."""
    return read_table("donnees", *path[:-1], path[-1] + ".csv")


def several(cell: str) -> list[str]:
    """Return the values of a cell that holds a list."""
    return [value.strip() for value in cell.split("|") if value.strip()]


def slug(label: str) -> str:
    """Return a name fit for an IRI: `Île-de-France` → `ile-de-france`."""
    plain = unicodedata.normalize("NFKD", label.replace("œ", "oe"))
    kept = "".join(c for c in plain if not unicodedata.combining(c)).lower()
    return re.sub(r"[^a-z0-9]+", "-", kept).strip("-")


@cache
def instruments_of_principles() -> dict[str, str]:
    """Return each principle's instrument, by the principle's identifier."""
    return {row["id"]: row["instrument"] for row in table("instruments", "principes")}


def principle(identifier: str) -> str:
    """Return the IRI of a principle, relative to the base. Raises KeyError where no table has it."""
    return f"principe/{instruments_of_principles()[identifier]}/{identifier}"


@cache
def _elsewhere() -> dict[str, str]:
    """Return the IRIs of rules and instruments, by their identifiers."""
    rules = {row["id"]: f"regle/{row['id']}" for row in table("instruments", "regles_cadre")}
    return rules | {row["id"]: f"instrument/{row['id']}" for row in table("instruments", "instruments")}


def reference(identifier: str) -> str:
    """Return the IRI of an instrument, a principle or a rule, relative to the base. Raises KeyError where unknown."""
    return _elsewhere().get(identifier) or principle(identifier)


def labels(row: Row, name: str = "label") -> list[Statement]:
    """Return the preferred labels of a row."""
    return both("skos:prefLabel", row[name + "_fr"], row[name + "_en"])


def definitions(row: Row, name: str = "definition") -> list[Statement]:
    """Return the definitions of a row."""
    return both("skos:definition", row[name + "_fr"], row[name + "_en"])


def source(row: Row) -> list[Statement]:
    """Return the pages behind a row: its source, or the page that was read where no body answers for it."""
    return sources.pages(row.get("source_url", ""))


def unverified(row: Row, doubtful: Iterable[str] = ()) -> list[Statement]:
    """Return what says that a row, or a value of it, is not confirmed; nothing where all is."""
    values = [value.replace(DAGGER, "").strip() for value in doubtful if DAGGER in value]
    if row.get("verifie", "oui") == "oui" and not values:
        return []
    return text("oia:resteAVerifier", *values) + flag("oia:aVerifier", True)


def official_or_doubtful(row: Row) -> Row:
    """Return a row whose facts await a source where no body that answers for them published the page."""
    doubtful = row.get("source_url") and not sources.has_source(row["source_url"])
    return {**row, "verifie": "non"} if doubtful else row


def order(value: str | int) -> list[Statement]:
    """Return the place of a thing among its siblings."""
    return typed("oia:ordre", str(value), "integer")


def scheme(
    out: Turtle, name: str, tops: Iterable[str], kinds: Iterable[str] = ("skos:ConceptScheme",)
) -> str:
    """Add the block of a concept scheme of ours (table `schemas`); return its IRI below the base."""
    reference = f"concept/{name}"
    row = described(name)
    out.add(
        reference,
        links("rdf:type", kinds),
        both("dct:title", row["titre_fr"], row["titre_en"]),
        labels(row, "titre"),
        definitions(row),
        links("skos:hasTopConcept", tops),
        source(row) or sources.own(),
    )
    return reference


def described(name: str) -> Row:
    """Return the row of table `schemas` that describes a scheme of ours."""
    return next(row for row in table("schemas") if row["id"] == name)


def concepts(
    out: Turtle, name: str, rows: Iterable[Row], extra: Callable[[Row], list[Statement]] | None = None
) -> None:
    """Add a scheme of ours and its concepts, from rows with labels, definitions and perhaps a parent.

    `extra` says more of a row. Raises ValueError where a parent is no concept of the scheme.
    """
    rows = list(rows)
    known = {row["id"] for row in rows}
    if missing := {row["parent"] for row in rows if row.get("parent")} - known:
        raise ValueError(f"concept/{name}: unknown parents {sorted(missing)}")
    tops = [f"concept/{name}/{row['id']}" for row in rows if not row.get("parent")]
    home = scheme(out, name, tops)
    for row in rows:
        more = extra(row) if extra else []
        behind = source(row) or source(described(name)) or sources.own()
        said = concept(row, home, rows) + definitions(row) + behind
        out.add(f"{home}/{row['id']}", said, more, [] if _says_unverified(more) else unverified(row))


def _says_unverified(statements: Iterable[Statement]) -> bool:
    return any(predicate == "oia:aVerifier" for predicate, _ in statements)


def concept(row: Row, home: str, rows: Iterable[Row]) -> list[Statement]:
    """Return what makes a row a concept of the scheme `home`: type, labels, place in the hierarchy."""
    children = [other["id"] for other in rows if other.get("parent") == row["id"]]
    parent = row.get("parent", "")
    return (
        links("rdf:type", ["skos:Concept"])
        + labels(row)
        + order(row.get("ordre", ""))
        + links("skos:inScheme", [home])
        + (links("skos:broader", [f"{home}/{parent}"]) if parent else links("skos:topConceptOf", [home]))
        + links("skos:narrower", [f"{home}/{child}" for child in children])
    )

"""Numbers about the instruments themselves: correspondences and criteria, from the tables that state them."""

from __future__ import annotations

import re
from collections import defaultdict
from decimal import Decimal
from functools import cache

import pyoxigraph as ox

from tests.queries.asking import Row, ask, frameworks, partner_matches, table


@cache
def homes() -> dict[str, str]:
    """Return the instrument of each principle by its id."""
    rows = [*table("instruments", "principes.csv"), *(row for row in frameworks() if row["id"])]
    return {row["id"]: row["instrument"] for row in rows}


@cache
def stated() -> list[Row]:
    """Return the correspondences that our tables state."""
    own = table("correspondances_projet.csv")
    return [*table("instruments", "correspondances.csv"), *own, *partner_matches()]


def iri(name: str) -> str:
    """Return the IRI, below the base, of a principle or of a rule of the framework."""
    return f"principe/{homes()[name]}/{name}" if name in homes() else f"regle/{name}"


def says(row: Row, reason: str) -> bool:
    """Return whether an answer gives a reason of the tables, whose ends are named where it leaves room for them."""
    text = row["raison"].casefold()
    for part in filter(None, re.split(r"\{[so]\}", reason.casefold())):
        _, found, text = text.partition(part)
        if found != part:
            return False
    return True


def confidences(rows: list[Row]) -> list[Decimal]:
    return [Decimal(row["confiance"]) for row in rows]


def test_the_correspondences_to_look_at_again_are_those_below_the_threshold(store: ox.Store) -> None:
    expected = {
        (iri(row["subject"]), iri(row["object"])): (Decimal(row["confidence"]), row["justification_fr"])
        for row in stated()
        if Decimal(row["confidence"]) < Decimal("0.60")
    }
    found = ask(store, "correspondances-a-revoir")
    assert {Decimal(row["confiance"]) for row in found} == {Decimal("0.50")}
    rows = [row for row in found if not row["sujet"].startswith("concept/")]
    assert len(rows) == len(expected)
    assert {(row["sujet"], row["objet"]): Decimal(row["confiance"]) for row in rows} == {
        ends: confidence for ends, (confidence, _) in expected.items()
    }
    assert [row for row in rows if not says(row, expected[row["sujet"], row["objet"]][1])] == []
    assert confidences(rows) == sorted(confidences(rows))


def test_the_correspondences_of_a_principle_are_those_that_name_it_at_either_end(store: ox.Store) -> None:
    expected = {
        iri(other): (Decimal(row["confidence"]), row["justification_fr"])
        for row in stated()
        for one, other in ((row["subject"], row["object"]), (row["object"], row["subject"]))
        if one == "CU-P5" and other in homes()
    }
    rows = ask(store, "correspondances-d-un-principe")
    assert {row["autre"]: Decimal(row["confiance"]) for row in rows} == {
        other: confidence for other, (confidence, _) in expected.items()
    }
    assert [row for row in rows if not says(row, expected[row["autre"]][1])] == []
    assert confidences(rows) == sorted(confidences(rows), reverse=True)


def test_each_instrument_meets_the_four_principles_by_so_many_of_its_own(store: ox.Store) -> None:
    met: dict[tuple[str, str], set[str]] = defaultdict(set)
    for row in stated():
        for pivot, other in ((row["subject"], row["object"]), (row["object"], row["subject"])):
            if homes().get(pivot) == "international" and other in homes():
                met[f"instrument/{homes()[other]}", iri(pivot)].add(other)
    rows = ask(store, "partenaires-et-pivot")
    answered = {(row["instrument"], row["pivot"]): int(row["principes"]) for row in rows}
    assert len(rows) == len(answered)
    assert answered == {key: len(names) for key, names in met.items()}


def test_two_grids_are_compared_by_their_criteria_on_each_principle(store: ox.Store) -> None:
    grids = table("instruments", "criteres.csv"), table("grille_hleg_criteres.csv")
    expected = {
        iri(name): tuple(sum(name in row["principes"].split("|") for row in rows) for rows in grids)
        for name, home in homes().items()
        if home == "hleg-2019"
    }
    rows = ask(store, "principes-de-deux-grilles")
    assert {row["principe"]: (int(row["premiereGrille"]), int(row["secondeGrille"])) for row in rows} == expected

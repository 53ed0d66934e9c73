"""What projects take up, appraisals over time, and provisions reached hop by hop: answers on stated fixtures.

No real fiche of the demonstration says any of it; each answer is read off its fixture and the source tables.
"""

from __future__ import annotations

import pyoxigraph as ox

from ontologie import BASE
from tests.queries.asking import FIXTURES, Row, ask, table


def answered(store: ox.Store, name: str) -> list[Row]:
    """Return the rows of a question that speak of its fixture."""
    own = ox.Store()
    own.bulk_extend(store)
    own.load(path=FIXTURES / f"{name}.ttl", format=ox.RdfFormat.TURTLE, base_iri=BASE)
    return [row for row in ask(own, name) if "FIXTURE" in row["projet"]]


def test_what_a_project_takes_up_is_told_by_its_fiche_or_by_its_page(store: ox.Store) -> None:
    rows = answered(store, "reprises")
    assert [(row["repris"], row.get("fiche")) for row in rows] == [
        ("https://exemple.fr/projet-sans-fiche", None),
        ("projet/18-UR005", "projet/18-UR005"),
    ]
    assert ask(store, "reprises") == []


def test_the_appraisals_of_a_criterion_come_in_the_order_of_their_moments(store: ox.Store) -> None:
    rows = answered(store, "appreciations-dans-le-temps")
    told = [(row["critere"], row["momentLibelle"], row["echelon"]) for row in rows]
    assert told == [
        ("critere/C-D2-3", "au début", "echelon/non-atteint"),
        ("critere/C-D2-3", "plus tard", "echelon/atteint"),
    ]


def test_each_hop_to_a_provision_is_shown_with_its_confidence(store: ox.Store) -> None:
    rows = answered(store, "projets-regle-ai-act")
    aligned = {
        (row["object"], float(row["confidence"]))
        for row in (*table("instruments", "correspondances.csv"), *table("correspondances_projet.csv"))
        if row["subject"] == "CU-R12" and row["object"].startswith("AIA-")
    }
    assert aligned
    shown = {(row["disposition"].rpartition("/")[2], float(row["correspondanceConfiance"])) for row in rows}
    assert shown == aligned
    assert {(row["regle"], row["constatConfiance"]) for row in rows} == {("regle/CU-R12", "0.5")}

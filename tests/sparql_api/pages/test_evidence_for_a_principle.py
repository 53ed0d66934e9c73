"""Evidence and principle asked together: that kind of evidence for that principle, in lists, counts and files."""

from __future__ import annotations

import json

import pyoxigraph as ox
import pytest

from ingestion import Edition
from ontologie import BASE, PREFIXES
from sparql_api.fiches.index import write_index
from sparql_api.fiches.search import FicheIndex, Selection

TIED = {
    "a": [("Indice", "CU-P2"), ("Constat", "CU-P5")],
    "b": [("Constat", "CU-P2")],
    "c": [("Indice", "CU-P2"), ("Constat", "CU-P2"), ("Appreciation", "CU-P4")],
    "d": [],
}
"""By project, which evidence ties it to which principle. By kind alone and principle alone, `a` would be found by a
finding on CU-P2, which it does not have."""


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> FicheIndex:
    store = ox.Store()
    kind = {"Indice": "indice", "Constat": "constat", "Appreciation": "appreciation"}
    for project, ties in TIED.items():
        for evidence, principle in ties:
            for term, value in (
                ("concerne", f"principe/cadre-usage/{principle}"),
                (f"concernePar{evidence}", f"principe/cadre-usage/{principle}"),
                ("genreDePreuve", f"concept/genre-preuve/{kind[evidence]}"),
            ):
                store.add(
                    ox.Quad(*(ox.NamedNode(BASE + iri) for iri in (f"projet/{project}", f"ontologie#{term}", value)))
                )
    documents = [json.dumps({"id": f"projet/{name}", "titre": name}).encode() for name in TIED]
    folder = tmp_path_factory.mktemp("index")
    write_index(folder, store, documents)
    return FicheIndex(folder)


def found(index: FicheIndex, **asked: str) -> list[str]:
    numbers = index.select(Selection(facets={name: tuple(text.split("|")) for name, text in asked.items()})).numbers
    return sorted(item["id"] for item in index.items(numbers))


def counts(index: FicheIndex, facet: str, **asked: str) -> dict[str, int]:
    selection = Selection(facets={name: tuple(text.split("|")) for name, text in asked.items()})
    return {value.id: count for value, count in index.select(selection).counts[facet]}


@pytest.mark.parametrize(
    ("principle", "evidence", "projects"),
    [
        ("CU-P2", "constat", ["b", "c"]),
        ("CU-P2", "indice", ["a", "c"]),
        ("CU-P2", "appreciation", []),
        ("CU-P5", "constat", ["a"]),
        ("CU-P5", "indice", []),
        ("CU-P2|CU-P4", "appreciation|indice", ["a", "c"]),
        ("CU-P5|CU-P4", "indice", []),
    ],
)
def test_together_they_ask_for_that_evidence_for_that_principle(
    index: FicheIndex, principle: str, evidence: str, projects: list[str]
) -> None:
    assert found(index, principe=principle, preuve=evidence) == projects


def test_each_alone_asks_what_it_says(index: FicheIndex) -> None:
    assert found(index, principe="CU-P2") == ["a", "b", "c"]
    assert found(index, preuve="constat") == ["a", "b", "c"]
    assert found(index, preuve="appreciation") == ["c"]


def test_a_facet_is_counted_by_what_the_other_asks(index: FicheIndex) -> None:
    assert counts(index, "principe") == {"CU-P2": 3, "CU-P4": 1, "CU-P5": 1}
    assert counts(index, "principe", preuve="constat") == {"CU-P2": 2, "CU-P5": 1}
    assert counts(index, "principe", preuve="constat", principe="CU-P5") == {"CU-P2": 2, "CU-P5": 1}
    assert counts(index, "preuve", principe="CU-P2") == {"indice": 2, "constat": 2}
    assert counts(index, "preuve", principe="CU-P4") == {"appreciation": 1}


def test_each_pair_of_the_demonstration_is_what_sparql_counts(demo_edition: Edition) -> None:
    """By the pieces of evidence themselves, as `docs/counts.md` says: indications alone tie there."""
    store, asked = ox.Store.read_only(str(demo_edition.store_path)), FicheIndex(demo_edition.path)
    rows = store.query(
        f"""SELECT ?principe (COUNT(DISTINCT ?projet) AS ?n) {{
          ?projet a oia:Projet ; oia:indice ?indice .
          ?indice oia:evoque ?principe ; oia:polarite <{BASE}concept/polarite/aborde> .
        }} GROUP BY ?principe""",
        prefixes=PREFIXES,
        use_default_graph_as_union=True,
    )
    assert isinstance(rows, ox.QuerySolutions)
    expected = {row["principe"].value: int(row["n"].value) for row in rows}  # type: ignore[union-attr]
    assert len(expected) > 5
    for principle, count in expected.items():
        assert asked.select(Selection(facets={"principe": (principle,), "preuve": ("indice",)})).total == count
    selection = Selection(facets={"preuve": ("indice",)})
    assert {value.iri: count for value, count in asked.select(selection).counts["principe"]} == expected

"""The index of fiches, brought up to what changed: it finds, orders, counts and suggests as one written whole."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from ingestion import Edition
from ontologie import BASE, PREFIXES
from sparql_api.description.sssom import SSSOM_NAME, repeat_alignments, write_alignments
from sparql_api.fiches import changes
from sparql_api.fiches.changes import change_index
from sparql_api.fiches.facets import FACET_NAMES
from sparql_api.fiches.history import document_in, value_in
from sparql_api.fiches.index import write_index
from sparql_api.fiches.search import FicheIndex, Selection
from sparql_api.outputs import of_documents

LEVELS = {"3e": "college", "4e": "college", "seconde": "lycee"}
TITLES = ["Robots", "Évaluer un robot", "La différenciation", "Élèves et évaluation", "Textes différenciés"]
ASKED = ["", "robot", "robots eleve", "évaluer", "evaluatoin", "robto", "différenciées", "éva", "eleve", "texte college", "rien"]
FICHE = st.fixed_dictionaries(
    {
        "titre": st.sampled_from(TITLES),
        "resume": st.sampled_from(["", *TITLES]),
        "niveau": st.lists(st.sampled_from(sorted(LEVELS)), unique=True, max_size=2),
        "date": st.sampled_from(["", "2024", "2025-03", "2025-04-01"]),
        "ties": st.lists(st.tuples(st.sampled_from(["Indice", "Constat"]), st.sampled_from("PQ")), unique=True, max_size=2),
    }
)
NAMES = ["a", "b", "c", "ex-1", "ex-2"]
# Making a found history shorter would take minutes: it is told as found.
FIRST = st.dictionaries(st.sampled_from(NAMES), FICHE, max_size=4)
STEPS = st.lists(st.dictionaries(st.sampled_from(NAMES), FICHE, min_size=1, max_size=3), min_size=2, max_size=4)
Fiches = Mapping[str, Mapping[str, Any]]


def node(path: str) -> ox.NamedNode:
    return ox.NamedNode(BASE + path)


def store_of(fiches: Fiches) -> ox.Store:
    """What publication derives of the fiches, and the vocabularies."""
    store = ox.Store()
    broader, label = (ox.NamedNode(PREFIXES["skos"] + name) for name in ("broader", "prefLabel"))
    for level, above in LEVELS.items():
        store.add(ox.Quad(node(f"concept/niveau/{level}"), broader, node(f"concept/niveau/{above}")))
    for name in {*LEVELS, *LEVELS.values()}:
        store.add(ox.Quad(node(f"concept/niveau/{name}"), label, ox.Literal(f"Niveau {name}", language="fr")))
    for name, fiche in fiches.items():
        if fiche["date"]:
            year = ox.Quad(node(f"projet/{name}"), node("ontologie#anneeScolaireDeduite"), ox.Literal(fiche["date"][:4]))
            store.add(year)
        for kind, principle in fiche["ties"]:
            for term in ("concerne", f"concernePar{kind}"):
                store.add(ox.Quad(node(f"projet/{name}"), node(f"ontologie#{term}"), node(f"principe/{principle}")))
            said = node(f"concept/genre-preuve/{kind.lower()}")
            store.add(ox.Quad(node(f"projet/{name}"), node("ontologie#genreDePreuve"), said))
    return store


def document(name: str, fiche: Mapping[str, Any]) -> bytes:
    kind = "ProjetExemple" if name.startswith("ex-") else "Projet"
    told = {key: value for key, value in fiche.items() if key != "ties"}
    levels = [f"concept/niveau/{level}" for level in fiche["niveau"]]
    return json.dumps({"id": f"projet/{name}", "type": [kind], **told, "niveau": levels}).encode()


def whole(folder: Path, fiches: Fiches) -> Path:
    folder.mkdir()
    write_index(folder, store_of(fiches), [document(name, fiche) for name, fiche in sorted(fiches.items())])
    return folder


def told(folder: Path) -> list[Any]:
    """Everything that an index answers, by ids: its numbers are its own."""
    found: list[Any] = []
    for index in (FicheIndex(folder), FicheIndex(folder).with_examples):
        values = {(name, value.iri) for name in FACET_NAMES for value in index.values[name]}
        asked = [Selection(q) for q in ASKED] + [Selection("", {name: (iri,)}) for name, iri in sorted(values)]
        asked += [Selection("robots", {"principe": ("P",), "preuve": ("constat",)}), Selection("", {"niveau": ("college",)})]
        for selection in asked:
            result = index.select(selection)
            counts = {
                name: [(value.iri, value.id, value.labels, value.direct, count) for value, count in counted]
                for name, counted in result.counts.items()
            }
            found.append((selection, [item["id"] for item in index.items(result.numbers)], counts, result.examples))
            found.append((result.total, result.unknown, result.text and (result.text.taken_for, result.text.wanted)))
        found += [(q, index.text.suggestions(q, 3), index.text.neighbours(q)) for q in ("rob", "éva", "diff", "evaluatoin")]
        order = index.select(Selection()).numbers
        found += [*index.items(order), *index.documents(order)]
    return found


@settings(max_examples=2, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(first=FIRST, steps=STEPS)
def test_whatever_changed_it_is_as_if_it_had_been_written_whole(first: Fiches, steps: list[Fiches]) -> None:
    changed_and_whole(first, steps)


@pytest.mark.long
@settings(max_examples=40, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(first=FIRST, steps=STEPS)
def test_over_many_histories_it_is_as_if_it_had_been_written_whole(first: Fiches, steps: list[Fiches]) -> None:
    changed_and_whole(first, steps)


def changed_and_whole(first: Fiches, steps: list[Fiches]) -> None:
    with tempfile.TemporaryDirectory() as name:
        held, before = dict(first), whole(Path(name) / "0", first)
        kept = told(before)
        for number, step in enumerate(steps, 1):
            held |= step
            folder = Path(name) / str(number)
            folder.mkdir()
            fiches = {one: document(one, fiche) for one, fiche in step.items()}
            assert change_index(folder, before, store_of(held), fiches)
            before = folder
        assert told(before) == told(whole(Path(name) / "whole", held))
        read_one_by_one(before, held)
        assert told(Path(name) / "0") == kept, "the index of an earlier edition changed"


def read_one_by_one(folder: Path, held: Fiches) -> None:
    """One value and one fiche, read without opening the index whole, are what the whole says of them."""
    index = FicheIndex(folder)
    for facet in FACET_NAMES:
        for value in index.values[facet]:
            assert value_in(folder, facet, value.iri) == (value.labels, value.bits.bit_count())
    assert value_in(folder, "niveau", BASE + "concept/niveau/absent") == ({}, 0)
    for name, one in held.items():
        assert document_in(folder, name) == json.loads(document(name, one))
    assert document_in(folder, "absent") is None


def fiche(title: str, **others: Any) -> dict[str, Any]:
    return {"titre": title, "resume": "", "niveau": ["3e"], "date": "2025", "ties": [], **others}


def test_what_did_not_change_is_the_same_file(tmp_path: Path) -> None:
    held = {"a": fiche("Robots"), "b": fiche("Évaluer")}
    before, folder = whole(tmp_path / "before", held), tmp_path / "after"
    folder.mkdir()
    assert change_index(folder, before, store_of(held), {"a": document("a", fiche("Robot"))})
    assert (folder / "fiches.sqlite").stat().st_ino == (before / "fiches.sqlite").stat().st_ino
    names = [path.relative_to(before) for path in before.rglob("*.term")]
    assert any((folder / name).stat().st_ino == (before / name).stat().st_ino for name in names)


def test_an_index_is_written_whole_where_a_fiche_went_or_much_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    held = {name: fiche("Robots") for name in "abc"}
    before = whole(tmp_path / "before", held)
    folder = tmp_path / "after"
    folder.mkdir()
    assert not change_index(folder, before, store_of(held), {"a": None})
    monkeypatch.setattr(changes, "SMALL", 1)
    assert not change_index(folder, before, store_of(held), {name: document(name, held[name]) for name in "ab"})
    assert change_index(folder, before, store_of(held), {"a": document("a", fiche("Robot"))})
    # What changed since the whole was written counts, and not the last change alone.
    later = tmp_path / "later"
    later.mkdir()
    assert not change_index(later, folder, store_of(held), {"b": document("b", fiche("Robot"))})
    assert change_index(later, folder, store_of(held), {"a": document("a", fiche("Robots"))})


def test_a_word_of_a_fiche_that_was_replaced_is_neither_found_nor_suggested(tmp_path: Path) -> None:
    held = {"a": fiche("Robots et contes"), "b": fiche("Un robot")}
    before, after = whole(tmp_path / "before", held), tmp_path / "after"
    after.mkdir()
    assert change_index(after, before, store_of(held), {"a": document("a", fiche("Débats"))})
    index = FicheIndex(after)
    assert not index.select(Selection("conte")).numbers and not index.text.suggestions("con", 5)
    assert index.text.suggestions("rob", 5) == [("robot", 1)]
    # « contes » is one letter away from « conter », and stands in the files still.
    assert index.text.neighbours("conter") == ()


def test_alignments_taken_over_are_those_written_anew(tmp_path: Path) -> None:
    editions = [Edition(number, tmp_path / str(number)) for number in (1, 2)]
    for one in editions:
        one.path.mkdir()
        (one.path / "manifest.json").write_text(json.dumps({"base": BASE}), encoding="utf-8")
    assert not repeat_alignments(editions[1], editions[0])
    write_alignments(editions[0], ox.Store(), editions[0].path)
    assert repeat_alignments(editions[1], editions[0])
    repeated = (editions[1].path / SSSOM_NAME).read_bytes()
    write_alignments(editions[1], ox.Store(), editions[1].path)
    assert (editions[1].path / SSSOM_NAME).read_bytes() == repeated


def test_what_is_said_of_things_changes_with_vocabularies_alone() -> None:
    graphs = [f"{BASE}graphe/{path}/a" for path in ("projet", "derive/projet", "provenance/projet", "analyse")]
    assert of_documents(graphs, BASE)
    for path in ("vocabulaire/noyau", "derive/vocabulaire/inferences"):
        assert not of_documents([*graphs, f"{BASE}graphe/{path}"], BASE)

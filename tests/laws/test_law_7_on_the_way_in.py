"""Law 7, no person in the graph: personal data given in any column or key is refused or set apart, never quoted.

The whole chain, from the command to dumps and logs, is in test_law_7_no_person.py.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingestion import Issue, Record, UnreadableDeposit, build_document, read_deposit
from ingestion.documents.build import BuiltDocument
from ingestion.reading.records import Header
from ingestion.words.columns import columns
from ingestion.words.terms import terms
from tests.laws.lengths import examples

PUBLIC = [name for name, column in columns().items() if column.kind != "prive"]
PRIVATE = [name for name, column in columns().items() if column.kind == "prive"]
NAMES = st.sampled_from(["marie", "paul.petit", "j-dupont", "elodie_k", "o.neil+x"])
ADDRESSES = st.builds("{}@{}".format, NAMES, st.sampled_from(["ac-lyon.fr", "example.org", "college.ac-nice.fr"]))
NUMBERS = st.builds(
    lambda first, pairs, mark: mark.join([first, *pairs]),
    st.sampled_from(["06", "01", "+33 6"]),
    st.lists(st.from_regex(r"[0-9]{2}", fullmatch=True), min_size=4, max_size=4),
    st.sampled_from(["", " ", "."]),
)
SECRETS = st.one_of(ADDRESSES, NUMBERS)
AROUND = st.sampled_from(["{}", "voir {} pour la suite", "4e|{}", "({})", "« {} »", "tél. {}"])


def said(issues: Iterable[Issue]) -> str:
    shown = [[i.message, i.remedy, i.value, i.suggestions, i.field, i.document, i.rule] for i in issues]
    return json.dumps(shown, ensure_ascii=False, default=dict)


def row(**cells: str) -> BuiltDocument:
    values = {"id": "A1", "titre": "Un titre", "type_ia": "generative", **cells}
    header = Header({name: (position, name) for position, name in enumerate(values, 1)})
    return build_document(Record("depot.csv", 2, values, header))


@settings(max_examples=examples(150), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(PUBLIC), SECRETS, AROUND)
def test_personal_data_in_a_public_column_is_refused_and_not_quoted(name: str, secret: str, around: str) -> None:
    if name == "url_source" or columns()[name].kind == "iri":
        secret, around = f"https://exemple.fr/?de={secret}" if "@" in secret else "a@example.org", "{}"
    document = row(**{name: around.format(secret)})
    assert document.refused
    assert secret not in said(document.issues)


KEYS = st.sampled_from([key for key, term in terms().items() if term.values == "text"])


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(KEYS, SECRETS, AROUND), min_size=5, max_size=5))
def test_personal_data_under_a_key_is_refused_and_not_quoted(fields: list[tuple[str, str, str]]) -> None:
    """Five documents a deposit: each deposit is read in a process of its own, which costs most of the time."""
    start = {"id": "projet/n-A", "type": "Projet", "titre": "t"}
    documents = through_json([{**start, key: around.format(secret)} for key, secret, around in fields])
    for built, (_, secret, _) in zip(documents, fields, strict=True):
        assert built.refused
        assert secret not in said(built.issues)


@settings(max_examples=examples(60), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(["niveaux", "disciplines", "outils_ia", "objectifs", "date"]), st.sampled_from(PRIVATE), SECRETS)
def test_private_columns_stay_apart_whatever_else_is_wrong(name: str, private: str, secret: str) -> None:
    document = row(**{private: secret, name: "inconnu, à vérifier", "academie": "Lyo"})
    assert document.personal[private] == secret
    assert secret not in json.dumps(document.document, ensure_ascii=False) + said(document.issues)


@pytest.mark.parametrize("name", ["resume", "auteur_institutionnel", "points_vigilance"])
@pytest.mark.parametrize("written", ["Jeanne Martin", "JEANNE MARTIN", "jeanne  martin,"])
def test_the_depositor_is_not_named_in_public_text(name: str, written: str) -> None:
    document = row(**{name: f"Séance de {written} en classe", "deposant_nom": "Jeanne Martin"})
    assert document.refused
    assert "artin" not in said(document.issues).casefold().replace("martinique", "")


def test_a_headerless_file_does_not_have_its_people_quoted() -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "depot.csv"
        path.write_text("id,titre,type_ia,marie@example.org\n1,a,b,c\n", encoding="utf-8")
        with pytest.raises(UnreadableDeposit) as caught:
            read_deposit(path)
        assert "marie" not in said([caught.value.issue]) + str(caught.value)


def through_json(documents: list[dict[str, str]]) -> list[BuiltDocument]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "documents.json"
        path.write_text(json.dumps(documents, ensure_ascii=False), encoding="utf-8")
        return [build_document(record) for record in read_deposit(path).records]

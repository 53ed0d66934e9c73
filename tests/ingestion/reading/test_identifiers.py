"""Identifiers: kept to the character, made where there is none, never of words; and none by an empty cell."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingestion import build_document, read_deposit
from ingestion.documents.territories import owner_elsewhere
from ingestion.examination.deposit import deposit_file
from ingestion.examination.pipeline import Options
from ingestion.registry.registry import Registry
from ingestion.registry.tables.model import Outcome
from ingestion.rights.model import OPERATOR, Agent, Grant
from ingestion.settings import Settings
from ingestion.words.identifiers import spelt, unspelt
from ontologie import BASE
from tests.ingestion.reading.conftest import Write, codes, row
from tests.laws.lengths import examples

HEADER = "titre,resume,type_ia,academie,niveaux,disciplines,etablissement,url_source\n"


@given(st.text(st.characters(codec="utf-8"), min_size=1, max_size=12).map(lambda text: "A" + text))
@settings(max_examples=examples(200))
def test_an_identifier_can_be_read_back_from_its_spelling(external: str) -> None:
    name = spelt(external, "10")
    if not name.startswith("r-"):
        assert re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", name)
        assert unspelt(name) == external


@pytest.mark.parametrize(
    ("given_id", "name"),
    [("CARDIE-2024/07", "CARDIE-2024.2f07"), ("n° 3", "n.c2.b0.203"), ("v2.0", "v2.0"), ("a.2f", "a.2e2f"), ("r-abc", "r-abc")],
)
def test_what_identifiers_do_not_take_is_spelt_and_said(write: Write, given_id: str, name: str) -> None:
    document = row(write, id=given_id, academie="Lyon")
    assert document.identifier == f"10-{name}" and not document.refused
    assert ("identifiant-adapte" in codes(document)) == (given_id != name)


def test_a_long_identifier_is_replaced_by_one_of_its_own(write: Write) -> None:
    first, second = (row(write, id="x" * 80 + end, academie="Lyon").identifier for end in "ab")
    assert first != second and re.fullmatch(r"10-r-[a-z2-7]{10}", first)


def test_a_made_identifier_has_no_word_of_the_row_and_stays_for_the_same_row(write: Write) -> None:
    same = [row(write, id="", titre=title, academie="Lyon", commune="Bron") for title in ("Un débat", "UN  DEBAT")]
    assert same[0].identifier == same[1].identifier and re.fullmatch(r"10-r-[a-z2-7]{10}", same[0].identifier)
    assert same[0].made and codes(same[0])["identifiant-fait"] == "id"
    others = [
        row(write, id="", titre="Un débat", academie="Lyon", commune="Oullins"),
        row(write, id="", titre="Un débat", academie="Grenoble", commune="Bron"),
        row(write, id="", titre="Un autre débat", academie="Lyon", commune="Bron"),
    ]
    assert len({one.identifier.partition("-")[2] for one in (*same, *others)}) == 4


def test_an_empty_academie_is_no_national_deposit(write: Write) -> None:
    path = write("id,titre,type_ia,academie\nA,t,autre,\nB,t,autre,Lyon\n")
    refused, taken = (build_document(record, national=False) for record in read_deposit(path).records)
    assert codes(refused) == {"academie-absente": "academie"} and refused.refused
    assert not taken.refused
    assert build_document(next(iter(read_deposit(path).records))).identifier == "n-A"


def rows(*lines: str) -> str:
    return HEADER + "".join(f"{line}\n" for line in lines)


def of(title: str, page: str, school: str = "Collège Molière") -> str:
    return f"{title},Une séance décrite.,generative,Lyon,4e,SVT,{school},https://exemple.fr/{page}"


@pytest.fixture
def registry(tmp_path: Path) -> Registry:
    return Registry(Settings(var=tmp_path / "var"))


def deposited(registry: Registry, write: Write, *lines: str) -> tuple[dict[Outcome, int], list[str]]:
    done = deposit_file(write(rows(*lines)), registry, OPERATOR, Options())
    return done.registered, [entry.rule for entry in done.entries if "titre" in entry.rule or "retrouvee" in entry.rule]


def test_a_corrected_title_is_a_new_version_of_the_same_document(registry: Registry, write: Write) -> None:
    with registry:
        counts, _ = deposited(registry, write, of("Débatre avec une IA", "a"), of("Coder", "b"))
        assert counts["created"] == 2
        counts, said = deposited(registry, write, of("Débattre avec une IA", "a"), of("Coder", "b"))
        assert (counts["created"], counts["new-version"], counts["unchanged"]) == (0, 1, 1)
        assert said == ["depot:titre-change"]
        assert [one.version for one in registry.listed() if one.version == 2] == [2]
        counts, said = deposited(registry, write, of("Débattre avec une IA", "a"))
        assert counts["unchanged"] == 1 and said == ["depot:fiche-retrouvee"]


def test_the_page_alone_makes_no_two_projects_one(registry: Registry, write: Write) -> None:
    with registry:
        deposited(registry, write, of("Débattre", "a"))
        counts, said = deposited(registry, write, of("Chanter", "a", "Collège Rameau"))
        assert counts["created"] == 1 and said == []
        counts, said = deposited(registry, write, of("Danser", "c"))
        assert counts["created"] == 1
        counts, said = deposited(registry, write, of("Danser en cercle", "c"), of("Danser en ligne", "c"))
        assert counts["created"] == 2 and said == []


def test_another_academie_has_its_own_fiches(registry: Registry, write: Write) -> None:
    with registry:
        deposited(registry, write, of("Débattre", "a"))
        counts, _ = deposited(registry, write, of("Débattre", "a").replace("Lyon", "Nice"))
        assert counts["created"] == 1


@pytest.mark.parametrize(
    ("kind", "node", "owner"),
    [
        ("analyse", {"evalue": ["projet/18-A1"]}, "18"),
        ("analyse", {"evalue": ["projet/n-A1"]}, None),
        ("analyse", {"evalue": ["projet/18-A1", "projet/10-B1"]}, None),
        ("analyse", {"evalue": ["projet/18-A1"], "academie": ["academie/10"]}, "18"),
        ("analyse", {"evalue": ["https://example.org/18-A1"]}, None),
        ("publication", {"auteur": ["academie/10", "organisation/dgesco"]}, "10"),
        ("module", {"auteur": ["organisation/dgesco"]}, None),
        ("module", {"academie": ["academie/10"]}, None),
    ],
)
def test_a_document_that_is_no_project_is_of_whom_it_speaks_of_or_comes_from(
    kind: str, node: dict[str, list[str]], owner: str | None
) -> None:
    assert owner_elsewhere(kind, node) == owner


def test_a_json_row_is_known_by_its_page_too(registry: Registry, write: Write) -> None:
    def row_of(title: str) -> str:
        told = {"titre": title, "resume": "r", "type_ia": "autre", "academie": "Lyon", "etablissement": "Collège Molière"}
        return json.dumps([{**told, "url_source": "https://exemple.fr/a"}])

    with registry:
        first = deposit_file(write(row_of("Débatre"), "a.json"), registry, OPERATOR, Options())
        again = deposit_file(write(row_of("Débattre"), "a.json"), registry, OPERATOR, Options())
    assert first.registered["created"] == 1
    assert (again.registered["created"], again.registered["new-version"]) == (0, 1)
    assert "depot:titre-change" in {entry.rule for entry in again.entries}


def told_of(registry: Registry, write: Write, ids: list[str], academie: str = "Lyon", agent: Agent = OPERATOR) -> tuple[dict[Outcome, int], set[str]]:
    text = "id,titre,type_ia,academie,niveaux\n" + "".join(f"{one},Un titre {rank},generative,{academie},4e\n" for rank, one in enumerate(ids))
    done = deposit_file(write(text), registry, agent, Options())
    return done.registered, {entry.rule.removeprefix("depot:") for entry in done.entries if "identifiant" in entry.rule}


@pytest.mark.parametrize(
    ("own", "shown"),
    [("A1", "10-A1"), ("A1", "projet/10-A1"), ("A1", f"{BASE}projet/10-A1"), ("A1", f"{BASE}projet/10-A1?lang=en".replace("https:", "http:")),
     ("LYO/2024 7", "10-LYO.2f2024.207"), ("LYO/2024 7", "LYO.2f2024.207"), ("A1", f"{BASE}graphe/projet/10-A1")],
)  # fmt: skip
def test_an_identifier_that_pages_show_names_the_document_it_names(registry: Registry, write: Write, own: str, shown: str) -> None:
    with registry:
        told_of(registry, write, [own])
        counts, said = told_of(registry, write, ["X", shown])
        assert (counts["created"], counts["new-version"]) == (1, 1) and "identifiant-reconnu" in said
        assert len(list(registry.listed())) == 2


def test_an_identifier_that_looks_like_a_shown_one_stays_where_no_document_has_it(registry: Registry, write: Write) -> None:
    with registry:
        assert told_of(registry, write, ["10-3", "38-3", "n-1"])[0]["created"] == 3
        assert {one.identifier for one in registry.listed()} == {"10-10-3", "10-38-3", "10-n-1"}
        counts, said = told_of(registry, write, ["X", "10-3", "38-3"])
        assert counts["created"] == 1 and counts["new-version"] == 2 and not said, "deposited so before, it is the same"


def test_an_identifier_of_another_scope_or_of_two_is_refused(registry: Registry, write: Write) -> None:
    with registry:
        told_of(registry, write, ["10-A1"])
        told_of(registry, write, ["A1"])
        counts, said = told_of(registry, write, ["10-A1"])
        assert not sum(counts.values()) and said == {"identifiant-ambigu"}
        counts, said = told_of(registry, write, ["X", f"{BASE}projet/10-A1"])
        assert counts["new-version"] == 1 and said == {"identifiant-reconnu"}, "a whole address is one document's"
        counts, said = told_of(registry, write, ["10-A1", f"{BASE}projet/10-A1"], "Nice")
        assert not sum(counts.values()) and said == {"identifiant-d-ailleurs"}
        assert told_of(registry, write, [f"{BASE}projet/10-Z9"])[1] == {"identifiant-sans-fiche"}


def test_what_is_no_agent_s_to_know_is_told_as_what_there_is_not(registry: Registry, write: Write) -> None:
    nice = Agent("DRANE Nice", (Grant("depot", "academie/23"),))
    with registry:
        registry.accounts.declare(nice, OPERATOR)
        told_of(registry, write, ["A1"])
        for name in ("A1", "Z9"):
            assert told_of(registry, write, [f"{BASE}projet/10-{name}"], "Nice", nice)[1] == {"identifiant-sans-fiche"}
        assert told_of(registry, write, ["10-A1"], "Nice", nice)[0]["created"] == 1

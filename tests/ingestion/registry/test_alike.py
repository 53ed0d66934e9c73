"""Likely duplicates: found by keys, said with the reason to who may know them, and never merged."""

from __future__ import annotations

import csv
from contextlib import closing
from importlib.resources import files
from pathlib import Path

import pytest

from ingestion import Agent, Grant, Options, deposit_file
from ingestion.examination.likeness import keys, likeness, why_alike
from ingestion.examination.neighbours import NEIGHBOURS, Neighbours
from tests.making import NATIONAL, OPERATOR, ROW, TEAM, command, registry_with, write_csv

PAGE = "https://pedagogie.ac-orleans-tours.fr/conte"
FIRST = {"id": "A1", "url_source": PAGE}
OTHERS = Agent("DRANE Lille", (Grant("revue", "academie/09"),))


def project(**given: str) -> dict[str, object]:
    return {"id": "projet/x", "titre": "Écrire un conte avec une IA", "resume": ROW["resume"], **given}


@pytest.mark.parametrize(
    ("other", "why"),
    [
        ({"sourcePage": PAGE, "titre": "Écrire des contes avec une IA", "resume": "Autre chose."}, "meme-page"),
        ({"commune": "Tours", "titre": "Avec une IA, écrire un conte", "resume": "Rien."}, "meme-titre"),
        ({"titre": "Une IA pour écrire un conte", "resume": ROW["resume"].replace("jugent", "critiquent")}, "titre-et-texte"),
        ({"titre": "Contes en 3e", "resume": ROW["resume"].replace("Des élèves", "Les élèves")}, "meme-texte"),
        ({"sourcePage": PAGE, "titre": "Mesurer la chute d'un corps", "resume": "Autre chose."}, None),
        ({"commune": "Blois", "titre": "Écrire un conte avec une IA", "resume": "Rien à voir du tout ici."}, None),
    ],
)  # fmt: skip
def test_a_rule_says_why(other: dict[str, str], why: str | None) -> None:
    one = likeness(project(sourcePage=PAGE, commune="Tours"))
    two = likeness(project(**other))
    assert why_alike(one, two) == why == why_alike(two, one)
    assert why is None or keys(one) & keys(two), "nobody would have compared them"


def test_it_is_said_at_the_deposit_and_to_the_reviewer_who_may_know(tmp_path: Path) -> None:
    settings, registry = registry_with(tmp_path, [FIRST])
    with registry:
        registry.accounts.declare(OTHERS, OPERATOR)
        again = {**FIRST, "id": "B7", "titre": "Écrire un conte avec l'IA"}
        done = deposit_file(write_csv(tmp_path / "b.csv", [again]), registry, TEAM, Options(memory=settings.var))
        (said,) = [one for one in done.entries if one.rule == "depot:ressemble"]
        assert "18-A1 (même page, titre proche)" in said.message["fr"] and said.severity == "info"
        assert (said.line, said.field) == (2, "titre")
        assert [one.identifier for one in registry.listed()] == ["18-A1", "18-B7"], "nothing is merged"
        # Who deposits may know of drafts that who reviews may not: what one was told is not kept for others.
        assert "depot:ressemble" not in {entry["rule"] for entry in registry.get("projet", "18-B7").entries}
        lille = {**again, "id": "C1", "academie": "Lille", "region_academique": "Hauts-de-France"}
        done = deposit_file(write_csv(tmp_path / "c.csv", [lille]), registry, OTHERS, Options(memory=settings.var))
        assert not [one for one in done.entries if one.rule == "depot:ressemble"], "a draft of another académie"
    shown = command(settings.var, "review", "show", "18-B7", "--lang", "en")
    assert "18-A1" in shown.stdout and "same page" in shown.stdout
    assert "09-C1" in shown.stdout
    theirs = command(settings.var, "review", "show", "09-C1", "--as", OTHERS.name, "--format", "json")
    assert '"alike": {}' in theirs.stdout


def test_the_contact_is_shown_to_who_reviews_and_to_nobody_else(tmp_path: Path) -> None:
    settings, registry = registry_with(tmp_path, [FIRST])
    with registry:
        registry.accounts.declare(Agent("DRANE Orléans", (Grant("revue", "academie/18"),)), OPERATOR)
        registry.accounts.declare(Agent("IEN Orléans", (Grant("inspection", "academie/18"),)), OPERATOR)
        row = {**FIRST, "titre": "Un conte, puis un autre", "deposant_courriel": "drane-depot@ac-orleans-tours.fr", "deposant_nom": "Service des usages"}
        file = write_csv(tmp_path / "b.csv", [row], extra=("deposant_courriel", "deposant_nom"))
        deposit_file(file, registry, TEAM, Options())
    for agent, shown in (("DRANE Orléans", True), ("IEN Orléans", False), (OPERATOR.name, False)):
        for form in ("text", "json"):
            done = command(settings.var, "review", "show", "18-A1", "--as", agent, "--format", form)
            assert done.exit_code == 0, done.stderr
            assert ("drane-depot@ac-orleans-tours.fr" in done.stdout) is shown, (agent, form)


def test_keys_follow_the_register_and_hold_no_word(tmp_path: Path) -> None:
    settings, registry = registry_with(tmp_path, [FIRST])
    path, one = settings.var / NEIGHBOURS, project(sourcePage=PAGE)
    with registry:
        assert list(Neighbours(path, registry).of("18-Z", one, NATIONAL)) == ["18-A1"]
        assert b"conte" not in path.read_bytes()
        changed = {**FIRST, "titre": "Mesurer la chute d'un corps", "url_source": PAGE + "/2", "resume": "Une bille tombe."}
        deposit_file(write_csv(tmp_path / "b.csv", [changed]), registry, TEAM, Options())
        assert not Neighbours(path, registry).of("18-Z", one, NATIONAL)
        registry.erase("projet", "18-A1", NATIONAL)
        Neighbours(path, registry).of("18-Z", one, NATIONAL)
        import sqlite3

        assert sqlite3.connect(path).execute("SELECT count(*) FROM keys").fetchone() == (0,)


def test_who_deposits_pays_for_the_keys_of_what_it_deposited(tmp_path: Path) -> None:
    settings, registry = registry_with(tmp_path, [FIRST])
    with registry:
        rows = write_csv(tmp_path / "b.csv", [{**FIRST, "id": "B1"}, {**FIRST, "id": "B2"}])
        deposit_file(rows, registry, TEAM, Options(memory=settings.var))
        import sqlite3

        with closing(sqlite3.connect(settings.var / NEIGHBOURS)) as keys_file:
            known = keys_file.execute("SELECT DISTINCT identifier FROM keys ORDER BY identifier").fetchall()
    assert [name for (name,) in known] == ["18-A1", "18-B1", "18-B2"]


def test_few_of_the_bundled_usages_are_alike() -> None:
    """They are all different usages: read one by one, the pairs that are said are these."""
    text = files("ingestion").joinpath("demo", "usages.csv").read_text("utf-8")
    rows = list(csv.DictReader(text.splitlines()))
    found = [likeness({"titre": row["titre"], "resume": row["resume"], "sourcePage": row["url_source"]}) for row in rows]
    pairs = [
        (rows[a]["id"], rows[b]["id"], why)
        for a in range(len(rows))
        for b in range(a)
        if (why := why_alike(found[a], found[b]))
    ]
    assert len(rows) > 100
    assert pairs == []


def test_a_damaged_file_of_keys_is_made_anew(tmp_path: Path) -> None:
    settings, registry = registry_with(tmp_path, [{"id": "A1"}, {"id": "A2"}])
    path = settings.var / NEIGHBOURS
    path.write_bytes(b"no database, but as long as the head of one " * 40)
    document = registry.get("projet", "18-A1").document
    assert document is not None
    neighbours = Neighbours(path, registry)
    found = neighbours.of("18-A1", document, NATIONAL)
    neighbours.close()
    path.unlink()
    assert found == Neighbours(path, registry).of("18-A1", document, NATIONAL) != {}

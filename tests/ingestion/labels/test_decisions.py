"""A decision on a label: taken once, it changes the fiches that hold it, those to come, and none that refused it."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingestion import Forbidden, Options, Registry, Settings, deposit_file, publish, rebuild
from ingestion.commands.telling.digest import digest
from ingestion.graphs.conversion import convert
from ingestion.labels.applying import Changes, apply_decision, refuse_decision
from ingestion.labels.choosing import WrongDecision, chosen
from ingestion.labels.queue import queue, words_in_queue
from ingestion.registry.labels import AlreadyDecided
from ingestion.registry.transitions import RefusedTransition
from ingestion.resolution.decided import Choice, LabelDecision, label_name
from ingestion.rights.model import Agent, Grant
from ontologie import BASE
from tests.making import NATIONAL, OPERATOR, TEAM, command, declared, registry_with, write_csv

GREEN = "Classe passerelle verte"
NAME = label_name("niveaux", GREEN)
TERMINALE = "concept/niveau/terminale"
"""The concept of « Terminale » whatever its track: a row of `ontologie/donnees/niveaux.csv`."""

DRANE = Agent("DRANE Orléans-Tours", (Grant("revue", "academie/18"),))
LILLE = Agent("DRANE Lille", (Grant("revue", "academie/09"),))
OF_LILLE = {"academie": "Lille", "region_academique": "Hauts-de-France", "auteur_institutionnel": "Académie de Lille"}


@pytest.fixture
def state(tmp_path: Path) -> tuple[Settings, Registry]:
    """Two validated fiches of Orléans-Tours that hold the label, one waiting of Lille that does, one without it."""
    rows = [{"id": "A1", "niveaux": f"3e|{GREEN}"}, {"id": "A2", "niveaux": GREEN.upper()}, {"id": "A3"}]
    settings, registry = registry_with(tmp_path, rows)
    declared(registry, DRANE, LILLE)
    path = write_csv(tmp_path / "lille.csv", [{"id": "L1", "niveaux": GREEN, **OF_LILLE}])
    deposit_file(path, registry, OPERATOR, Options())
    return settings, registry


def decided(registry: Registry, choice: Choice, *values: str, label: str = NAME) -> Changes:
    said = words_in_queue(registry, label)
    decision = chosen(said[0], choice, values)
    registry.labels.decide(label, said, decision, NATIONAL)
    return apply_decision(registry, label, decision)


def levels(registry: Registry, identifier: str) -> list[str]:
    document = registry.get("projet", identifier).document
    assert document is not None
    return list(document.get("niveau", []))


def events(registry: Registry, identifier: str) -> list[tuple[str, int, str]]:
    return [(one["event"], one["version"], one["agent"]) for one in registry.history("projet", identifier)]


def test_the_queue_counts_fiches_and_academies_for_who_may_ask(state: tuple[Settings, Registry]) -> None:
    _, registry = state
    (one,) = queue(registry, NATIONAL).found
    assert (one.label, one.field, one.documents, one.academies) == (NAME, "niveaux", 3, 2)
    (one,) = queue(registry, DRANE).found
    assert (one.documents, one.academies) == (2, 1)
    (one,) = queue(registry, LILLE).found
    assert (one.documents, one.academies) == (1, 1)
    with pytest.raises(Forbidden):
        queue(registry, Agent("Personne"))


def test_suggestions_are_names_that_would_be_understood(tmp_path: Path) -> None:
    _, registry = registry_with(tmp_path, [{"id": "A1", "niveaux": "Terminalle"}])
    (one,) = queue(registry, NATIONAL).found
    assert "Terminale" in one.suggestions and not any("/" in name for name in one.suggestions)


def test_a_decision_makes_versions_that_inherit_the_validation(state: tuple[Settings, Registry]) -> None:
    _, registry = state
    done = decided(registry, "concept", TERMINALE)
    assert (done.inherited, done.waits, done.left) == (2, 1, ())
    assert TERMINALE in levels(registry, "18-A1") and len(levels(registry, "18-A1")) == 2
    here, there = registry.get("projet", "18-A1"), registry.get("projet", "09-L1")
    assert (here.state, here.version, here.validated_version) == ("valide", 2, 2)
    assert (there.state, there.version, there.validated_version) == ("depose", 2, None)
    assert [entry for entry in here.entries if entry["value"] == GREEN] == []
    assert events(registry, "18-A1")[-2:] == [("relabelled", 2, "vocabulary"), ("validated", 2, "vocabulary")]
    assert registry.get("projet", "18-A3").version == 1
    assert queue(registry, NATIONAL).total == 0


def test_the_digest_of_an_academie_tells_what_a_decision_changed(state: tuple[Settings, Registry]) -> None:
    _, registry = state
    decided(registry, "concept", TERMINALE)
    refuse_decision(registry, "projet", "18-A2", NAME, DRANE)
    parts = {part.code: [one.identifier for one, _ in part.found] for part in digest(registry, "Orléans-Tours", DRANE)}
    assert parts["relabelled"] == ["18-A1"]


def test_the_provenance_keeps_who_validated_and_when(state: tuple[Settings, Registry]) -> None:
    _, registry = state
    registry.validate("projet", "09-L1", LILLE)
    plan = [one for one in registry.editions.plan().put if one.identifier == "09-L1"]
    (before,) = registry.editions.facts(plan, registry.editions.plan().last_event, "2030-01-01T00:00:00Z")
    decided(registry, "concept", TERMINALE)
    made = registry.editions.plan()
    plan = [one for one in made.put if one.identifier == "09-L1"]
    (after,) = registry.editions.facts(plan, made.last_event, "2030-01-01T00:00:00Z")
    assert (before.version, after.version, after.academie) == (1, 2, "09")
    assert (after.submitted, after.accepted) == (before.submitted, before.accepted)


def test_the_difference_is_the_triples_of_the_label_alone(state: tuple[Settings, Registry]) -> None:
    _, registry = state
    decided(registry, "concept", TERMINALE)
    before, after = (
        set(convert([registry.content("projet", "18-A2", number)[0] or {}])[0].lines) for number in (1, 2)
    )
    assert not before - after
    come = {(line.split()[1].decode()[1:-1], line.split()[2].decode()[1:-1]) for line in after - before}
    assert come == {(f"{BASE}ontologie#{name}", BASE + TERMINALE) for name in ("niveau", "resoluEn")}


@pytest.mark.parametrize("choice", ["concept", "alias"])
def test_a_later_deposit_is_understood_by_the_decision(state: tuple[Settings, Registry], tmp_path: Path, choice: Choice) -> None:
    _, registry = state
    decided(registry, choice, "Terminale")
    same = deposit_file(write_csv(tmp_path / "same.csv", [{"id": "A1", "niveaux": f"3e|{GREEN}"}]), registry, TEAM, Options())
    assert same.registered["unchanged"] == 1, "what the decision made is what the deposit makes"
    later = deposit_file(write_csv(tmp_path / "new.csv", [{"id": "A9", "niveaux": "classe passerelle VERTE"}]), registry, TEAM, Options())
    assert not [one for one in later.entries if one.rule == "depot:libelle-inconnu"]
    assert levels(registry, "18-A9") == [TERMINALE]


def test_a_dry_run_understands_a_label_by_the_decision(state: tuple[Settings, Registry], tmp_path: Path) -> None:
    settings, registry = state
    decided(registry, "concept", "Terminale")
    rows, report = write_csv(tmp_path / "new.csv", [{"id": "A9", "niveaux": GREEN}]), tmp_path / "rapport.csv"
    done = command(settings.var, "ingest", str(rows), "--dry-run", "--report", str(report))
    assert done.exit_code == 0, done.stderr
    assert GREEN not in report.read_text(encoding="utf-8")
    with pytest.raises(LookupError):
        registry.get("projet", "18-A9")


def test_a_label_left_as_it_is_is_asked_no_more(state: tuple[Settings, Registry], tmp_path: Path) -> None:
    _, registry = state
    assert decided(registry, "text") == Changes()
    assert queue(registry, NATIONAL).total == 0
    assert registry.get("projet", "18-A1").version == 1
    later = deposit_file(write_csv(tmp_path / "new.csv", [{"id": "A9", "niveaux": GREEN}]), registry, TEAM, Options())
    assert not [one for one in later.entries if one.value == GREEN]
    assert queue(registry, NATIONAL).total == 0


def test_a_label_is_split_into_labels_that_are_known(state: tuple[Settings, Registry]) -> None:
    _, registry = state
    with pytest.raises(WrongDecision) as refused:
        chosen("niveaux", "split", ["Terminale", "Classe rose"])
    assert refused.value.reason == "label-no-concept"
    decided(registry, "split", "Terminale", "Seconde")
    assert {TERMINALE, "concept/niveau/seconde"} <= set(levels(registry, "18-A2"))


def test_a_decision_is_taken_once(state: tuple[Settings, Registry]) -> None:
    _, registry = state
    said = words_in_queue(registry, NAME)
    decision = chosen("niveaux", "concept", ["Terminale"])
    with pytest.raises(Forbidden):
        registry.labels.decide(NAME, said, decision, DRANE)
    assert registry.labels.decide(NAME, said, decision, NATIONAL)
    assert not registry.labels.decide(NAME, said, decision, NATIONAL)
    with pytest.raises(AlreadyDecided):
        registry.labels.decide(NAME, said, chosen("niveaux", "text", []), NATIONAL)
    (kept,) = registry.labels.listed()
    assert (kept.decision, kept.agent, kept.words) == (decision, NATIONAL.name, None)


def test_what_was_left_half_way_goes_on_with_the_same_decision(state: tuple[Settings, Registry]) -> None:
    _, registry = state
    said = words_in_queue(registry, NAME)
    decision = chosen("niveaux", "concept", ["Terminale"])
    registry.labels.decide(NAME, said, decision, NATIONAL)
    first = apply_decision(registry, NAME, decision, most=1)
    assert (first.inherited + first.waits, first.more) == (1, True)
    rest = apply_decision(registry, NAME, decision)
    assert (rest.inherited + rest.waits, rest.more) == (2, False)
    assert [registry.get("projet", name).version for name in ("18-A1", "18-A2", "09-L1")] == [2, 2, 2]
    assert apply_decision(registry, NAME, decision) == Changes()


def test_an_academie_refuses_a_decision_for_its_fiche(state: tuple[Settings, Registry], tmp_path: Path) -> None:
    _, registry = state
    before = levels(registry, "18-A1")
    decided(registry, "concept", TERMINALE)
    with pytest.raises(Forbidden):
        refuse_decision(registry, "projet", "18-A1", NAME, LILLE)
    assert refuse_decision(registry, "projet", "18-A1", NAME, DRANE) == "inherited"
    found = registry.get("projet", "18-A1")
    assert (found.state, found.version, found.validated_version) == ("valide", 3, 3)
    assert levels(registry, "18-A1") == before
    assert convert([found.document or {}])[0].lines == convert([registry.content("projet", "18-A1", 1)[0] or {}])[0].lines
    assert ("refused", 3, DRANE.name) in events(registry, "18-A1")
    assert TERMINALE in levels(registry, "18-A2")
    assert apply_decision(registry, NAME, chosen("niveaux", "concept", ["Terminale"])) == Changes()
    again = deposit_file(write_csv(tmp_path / "again.csv", [{"id": "A1", "niveaux": f"3e|{GREEN}"}]), registry, TEAM, Options())
    assert again.registered["unchanged"] == 1
    with pytest.raises(RefusedTransition):
        refuse_decision(registry, "projet", "18-A1", NAME, DRANE)
    assert queue(registry, NATIONAL).total == 0


@pytest.mark.long
def test_editions_hold_what_was_decided_and_refused_and_are_derived_again(state: tuple[Settings, Registry]) -> None:
    settings, registry = state
    publish(settings, registry)
    decided(registry, "concept", TERMINALE)
    assert publish(settings, registry).edition.number == 2
    found = registry.get("projet", "18-A1")
    assert (found.state, found.published_version) == ("publie", 2)
    assert rebuild(settings, registry, ()).edition.number == 2
    refuse_decision(registry, "projet", "18-A1", NAME, DRANE)
    assert publish(settings, registry).edition.number == 3
    assert registry.get("projet", "18-A1").published_version == 3
    assert rebuild(settings, registry, ()).edition.number == 3


def test_other_decisions_stay_when_one_is_refused(tmp_path: Path) -> None:
    _, registry = registry_with(tmp_path, [{"id": "A1", "niveaux": f"3e|{GREEN}|Classe passerelle rouge"}])
    red = label_name("niveaux", "Classe passerelle rouge")
    decided(registry, "concept", TERMINALE)
    decided(registry, "concept", "Seconde", label=red)
    refuse_decision(registry, "projet", "18-A1", NAME, NATIONAL)
    assert "concept/niveau/seconde" in levels(registry, "18-A1") and TERMINALE not in levels(registry, "18-A1")


def test_a_label_with_personal_data_is_counted_and_not_shown(tmp_path: Path) -> None:
    _, registry = registry_with(tmp_path, [{"id": "A1", "niveaux": "Classe de Mme Dupuis"}, {"id": "A2", "niveaux": GREEN}])
    found = queue(registry, NATIONAL)
    assert (found.total, found.hidden, [one.words for one in found.found]) == (1, 1, [GREEN])
    with pytest.raises(LookupError):
        words_in_queue(registry, label_name("niveaux", "Classe de Mme Dupuis"))


def test_an_erased_fiche_leaves_the_queue_and_its_words_the_file(state: tuple[Settings, Registry]) -> None:
    settings, registry = state
    decided(registry, "concept", TERMINALE)
    for name in ("18-A1", "18-A2", "09-L1"):
        registry.erase("projet", name, NATIONAL)
    registry.compact()
    registry.close()
    kept = b"".join(path.read_bytes() for path in settings.var.glob("registre.sqlite*"))
    assert GREEN.encode() not in kept and GREEN.upper().encode() not in kept
    assert registry.labels.concerned(NAME, ("", ""), 10, refused=True) == []


def test_what_a_rule_would_refuse_is_left_as_it_was(state: tuple[Settings, Registry]) -> None:
    _, registry = state
    said = words_in_queue(registry, NAME)
    # No command makes such a decision: an académie is no level, and the shapes say so.
    wrong = LabelDecision("concept", (("niveau", ("academie/18",)),))
    registry.labels.decide(NAME, said, wrong, NATIONAL)
    done = apply_decision(registry, NAME, wrong)
    assert len(done.left) == 3 and not done.inherited
    assert registry.get("projet", "18-A1").version == 1

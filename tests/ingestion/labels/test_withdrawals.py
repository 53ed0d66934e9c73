"""A decision on a label that is withdrawn: fiches say again what they said before it, and the label waits again."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingestion import Forbidden, Options, Registry, deposit_file
from ingestion.commands.telling.digest import digest
from ingestion.graphs.conversion import convert
from ingestion.labels.applying import Changes, refuse_decision
from ingestion.labels.desk import LabelDesk
from ingestion.labels.queue import queue
from ingestion.resolution.decided import Decided, label_name
from tests.ingestion.labels.test_decisions import DRANE, GREEN, NAME, OF_LILLE, TERMINALE, decided, events, levels
from tests.making import NATIONAL, TEAM, command, declared, registry_with, write_csv

ROW = {"id": "A1", "niveaux": f"3e|{GREEN}"}
REASON = "Ce n'est pas une terminale."


@pytest.fixture
def registry(tmp_path: Path) -> Registry:
    """Two validated fiches that hold the label, which says « Terminale » by a decision."""
    _, found = registry_with(tmp_path, [ROW, {"id": "A2", "niveaux": GREEN}])
    declared(found, DRANE)
    decided(found, "concept", TERMINALE)
    return found


def lines(registry: Registry, identifier: str, number: int) -> list[bytes]:
    return convert([registry.content("projet", identifier, number)[0] or {}])[0].lines


def withdraw(registry: Registry, **more: int) -> Changes:
    return LabelDesk(registry).withdraw(NAME, REASON, NATIONAL, **more)


def test_fiches_say_what_they_said_and_stay_validated(registry: Registry) -> None:
    assert withdraw(registry) == Changes(inherited=2)
    found = registry.get("projet", "18-A1")
    assert (found.state, found.version, found.validated_version) == ("valide", 3, 3)
    assert lines(registry, "18-A1", 3) == lines(registry, "18-A1", 1) != lines(registry, "18-A1", 2)
    assert [entry["value"] for entry in found.entries if entry.get("value") == GREEN] == [GREEN], "and what was said of it"
    assert events(registry, "18-A1")[-2:] == [("unlabelled", 3, "vocabulary"), ("validated", 3, "vocabulary")]
    (told,) = (one for one in registry.history("projet", "18-A1") if one["event"] == "unlabelled")
    assert told["remark"] == REASON
    assert [one.label for one in queue(registry, NATIONAL).found] == [NAME] and not registry.labels.listed()
    parts = {part.code: [one.identifier for one, _ in part.found] for part in digest(registry, "Orléans-Tours", DRANE)}
    assert parts["relabelled"] == ["18-A1", "18-A2"]


def test_later_deposits_are_understood_as_before(registry: Registry, tmp_path: Path) -> None:
    withdraw(registry)
    assert registry.labels.decided() == Decided()
    path = write_csv(tmp_path / "same.csv", [ROW, {"id": "A9", "niveaux": GREEN}])
    again = deposit_file(path, registry, TEAM, Options())
    assert (again.registered["unchanged"], again.registered["created"]) == (1, 1)
    assert [entry.rule for entry in again.entries if entry.value == GREEN] == ["depot:libelle-inconnu"] * 2
    assert levels(registry, "18-A9") == []


def test_what_was_deposited_since_and_understood_by_it_goes_back_too(registry: Registry, tmp_path: Path) -> None:
    rows = [{"id": "A8", "niveaux": f"Terminale|{GREEN}"}, {"id": "A9", "niveaux": f"3e|{GREEN}"}]
    deposit_file(write_csv(tmp_path / "since.csv", rows), registry, TEAM, Options(), validate=True)
    assert TERMINALE in levels(registry, "18-A9")
    assert withdraw(registry).inherited == 4
    assert TERMINALE in levels(registry, "18-A8"), "which another label says"
    assert levels(registry, "18-A9") == levels(registry, "18-A1") and TERMINALE not in levels(registry, "18-A9")
    assert registry.get("projet", "18-A9").state == "valide"
    assert queue(registry, NATIONAL).found[0].documents == 4


def test_what_was_withdrawn_stays_so_when_another_decision_is_refused(registry: Registry, tmp_path: Path) -> None:
    red = label_name("niveaux", "Classe passerelle rouge")
    path = write_csv(tmp_path / "since.csv", [{"id": "A9", "niveaux": f"3e|{GREEN}|Classe passerelle rouge"}])
    deposit_file(path, registry, TEAM, Options())
    withdraw(registry)
    decided(registry, "concept", "Seconde", label=red)
    assert "concept/niveau/seconde" in levels(registry, "18-A9")
    refuse_decision(registry, "projet", "18-A9", red, DRANE)
    assert not {TERMINALE, "concept/niveau/seconde"} & set(levels(registry, "18-A9"))


def test_other_decisions_stand(registry: Registry, tmp_path: Path) -> None:
    red = label_name("niveaux", "Classe passerelle rouge")
    path = write_csv(tmp_path / "both.csv", [{"id": "A7", "niveaux": f"{GREEN}|Classe passerelle rouge"}])
    deposit_file(path, registry, TEAM, Options())
    decided(registry, "concept", "Seconde", label=red)
    withdraw(registry)
    assert levels(registry, "18-A7") == ["concept/niveau/seconde"]


def test_what_an_academie_refused_of_it_goes_and_is_asked_again(registry: Registry) -> None:
    refuse_decision(registry, "projet", "18-A1", NAME, DRANE)
    assert withdraw(registry).inherited == 1, "the other one: this one is what it was"
    assert queue(registry, NATIONAL).found[0].documents == 2
    done = decided(registry, "concept", "Seconde")
    assert done.inherited == 2 and "concept/niveau/seconde" in levels(registry, "18-A1")


def test_a_label_left_as_it_is_is_asked_again(tmp_path: Path) -> None:
    _, registry = registry_with(tmp_path, [ROW])
    decided(registry, "text")
    assert withdraw(registry) == Changes()
    assert registry.get("projet", "18-A1").version == 1 and queue(registry, NATIONAL).total == 1


def test_what_was_left_half_way_goes_on_with_the_same_act(registry: Registry) -> None:
    assert withdraw(registry, most=1) == Changes(inherited=1, more=True)
    assert withdraw(registry, most=1) == Changes(inherited=1)
    assert withdraw(registry) == Changes()


def test_a_fiche_that_waited_waits_still(tmp_path: Path) -> None:
    _, registry = registry_with(tmp_path, [{"id": "A3"}])
    deposit_file(write_csv(tmp_path / "l.csv", [{"id": "L1", "niveaux": GREEN, **OF_LILLE}]), registry, NATIONAL, Options())
    decided(registry, "concept", TERMINALE)
    assert withdraw(registry) == Changes(waits=1)
    found = registry.get("projet", "09-L1")
    assert (found.state, found.version, found.validated_version) == ("depose", 3, None)


def test_who_may_decide_withdraws_what_was_decided(registry: Registry) -> None:
    with pytest.raises(Forbidden):
        LabelDesk(registry).withdraw(NAME, REASON, DRANE)
    with pytest.raises(LookupError):
        LabelDesk(registry).withdraw("0123456789abcdef", REASON, NATIONAL)


def test_the_command_says_what_came_of_the_fiches(registry: Registry, tmp_path: Path) -> None:
    var = tmp_path / "var"
    done = command(var, "labels", "withdraw", NAME, "--reason", REASON, "--as", NATIONAL.name)
    assert done.exit_code == 0 and "toujours validées : 2" in " ".join(done.stderr.split()), done.output
    shown = command(var, "review", "show", "18-A1", "--as", DRANE.name).stdout
    assert REASON in " ".join(shown.split()) and GREEN in shown
    none = command(var, "labels", "withdraw", "0123456789abcdef", "--reason", REASON, "--as", NATIONAL.name)
    assert none.exit_code == 1 and "labels list --decided" in none.stderr

"""What people decide of findings: it stands on the same facts alone, ties nothing once dismissed, and names nobody."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph as ox
import pytest

from ingestion import (
    Agent,
    Editions,
    Forbidden,
    Grant,
    RefusedTransition,
    Registry,
    Settings,
    deposit_file,
    publish,
    rebuild,
)
from ingestion.derivation.deciding import WrongReason, decide_finding, findings_of
from ingestion.examination.pipeline import Options
from ingestion.publication.erasure import erase
from ontologie import BASE
from tests.making import NATIONAL, OPERATOR, begun, command, dump_of, write_csv

REVIEWER = Agent("DRANE Orléans-Tours", (Grant("revue", "academie/18"),))
BARE = Agent("Sans service", (Grant("national"),))
WHY = "L'enseignant seul tenait l'outil."
FACTS = {"id": "A0", "niveaux": "CE2", "type_ia": "generative", "manipulateur": "eleves", "date": "2026-10-05"}
TIES = "constat-cu-r02"
"""Pupils of eight at a generative AI: a conclusive finding, which ties the project."""


def said(edition: Path) -> ox.Store:
    store = ox.Store()
    store.load(dump_of(edition), format=ox.RdfFormat.N_QUADS)
    return store


def ask(store: ox.Store, where: str) -> list[tuple[str, ...]]:
    text = f"BASE <{BASE}> PREFIX oia: <{BASE}ontologie#> SELECT * {{ {where} }}"
    solutions = store.query(text, use_default_graph_as_union=True)
    assert isinstance(solutions, ox.QuerySolutions)
    names = [one.value for one in solutions.variables]
    return sorted(tuple(row[name].value.removeprefix(BASE) for name in sorted(names)) for row in solutions)  # type: ignore[union-attr]


@pytest.fixture
def state(tmp_path: Path) -> tuple[Settings, Registry]:
    settings, registry = begun(tmp_path)
    for one in (REVIEWER, BARE):
        registry.accounts.declare(one, OPERATOR)
    redeposited(registry, tmp_path)
    publish(settings, registry)
    return settings, registry


def redeposited(registry: Registry, folder: Path, **words: str) -> None:
    """Deposit 18-A0 again, and validate it."""
    path = write_csv(folder / "again.csv", [FACTS | words], ["manipulateur"])
    assert deposit_file(path, registry, OPERATOR, Options()).summary.accepted == 1
    registry.validate("projet", "18-A0", NATIONAL)


def current(settings: Settings) -> Path:
    edition = Editions(settings.var).current()
    assert edition is not None
    return edition.path


def test_a_dismissed_finding_concludes_nothing_until_it_is_reopened(state: tuple[Settings, Registry]) -> None:
    settings, registry = state
    before = dump_of(current(settings))
    finding = TIES
    decide_finding(registry, registry.get("projet", "18-A0"), REVIEWER, finding, "dismiss", WHY)
    derived: list[int] = []
    edition = publish(settings, registry, progress=lambda step, _, total: derived.append(total) if step == "derivation" else None).edition
    assert edition.number == 3 and derived == [1], "a changed decision costs one fiche"
    store, node = said(edition.path), f"<projet/18-A0#{finding}>"
    assert ask(store, f"{node} oia:verdict ?v") == [("concept/verdict/ecarte",)]
    assert ask(store, f"?a oia:relitConstat {node} ; oia:avis ?b ; oia:organisationRelecteur ?c ; oia:fonctionRelecteur ?d ; oia:motifRelecture ?e") == [
        (f"projet/18-A0#relecture-{finding}", "concept/avis-relecture/ecarte", "academie/18", "organisation/relecture-academique", WHY)
    ]
    assert REVIEWER.name.encode() not in dump_of(edition.path)
    ties = f"<projet/18-A0> oia:concerneParConstat ?t . {node} oia:applique/oia:decouleDe ?t"
    earlier = ox.Store()
    earlier.load(before, format=ox.RdfFormat.N_QUADS)
    assert len(ask(earlier, ties)) > len(ask(store, ties))
    rebuild(settings, registry)
    assert dump_of(current(settings)) == dump_of(edition.path)
    decide_finding(registry, registry.get("projet", "18-A0"), REVIEWER, finding, "reopen")
    publish(settings, registry)
    same = [line for line in dump_of(current(settings)).splitlines() if b"/derive/projet/" in line]
    assert same == [line for line in before.splitlines() if b"/derive/projet/" in line]


@pytest.mark.long
def test_a_decision_stands_on_its_facts_and_is_asked_anew_on_others(state: tuple[Settings, Registry], tmp_path: Path) -> None:
    settings, registry = state
    finding = TIES
    decide_finding(registry, registry.get("projet", "18-A0"), NATIONAL, finding, "confirm", WHY, "fr")
    for words, stands in (({"titre": "Un conte, revu"}, True), ({"titre": "Un conte, revu", "niveaux": "CM1"}, False)):
        redeposited(registry, tmp_path, **words)
        seen = {one.identifier: one for one in findings_of(registry, registry.get("projet", "18-A0"))}.get(finding)
        publish(settings, registry)
        found = ask(said(current(settings)), "?r oia:relitConstat ?c ; oia:avis ?a ; oia:organisationRelecteur ?o")
        if stands:
            assert seen is not None and seen.review is not None
            assert len(found) == 1 and {"concept/avis-relecture/confirme", f"projet/18-A0#{finding}", "organisation/dgesco"} < {*found[0]}
        else:
            assert found == [] and seen is not None and seen.review is None and seen.lapsed is not None


def test_who_may_not_decide_and_what_cannot_be_said(state: tuple[Settings, Registry], tmp_path: Path) -> None:
    _, registry = state
    found, finding = registry.get("projet", "18-A0"), TIES
    for agent, error in ((OPERATOR, Forbidden), (Agent("nobody"), Forbidden), (BARE, RefusedTransition)):
        with pytest.raises(error):
            decide_finding(registry, found, agent, finding, "dismiss", WHY)
    for reason in ("", " ", "x" * 1001, "Camille Dupont, élève de 3e B, était absente.", "Voir jean.dupont@ac-exemple.fr"):
        with pytest.raises(WrongReason) as caught:
            decide_finding(registry, found, REVIEWER, finding, "dismiss", reason)
        assert "dupont" not in str(caught.value.messages).lower()
    with pytest.raises(LookupError):
        decide_finding(registry, found, REVIEWER, "constat-de-rien", "dismiss", WHY)
    with pytest.raises(RefusedTransition):
        decide_finding(registry, found, REVIEWER, finding, "reopen")
    redeposited(registry, tmp_path, titre="Un conte, revu")
    with pytest.raises(RefusedTransition):
        decide_finding(registry, found, REVIEWER, finding, "dismiss", WHY)
    assert not [one for one in registry.history("projet", "18-A0") if "finding" in one]


@pytest.mark.long
def test_the_command_says_it_and_an_erasure_leaves_nothing_of_it(state: tuple[Settings, Registry]) -> None:
    settings, registry = state
    finding = TIES
    done = command(settings.var, "review", "finding", f"18-A0#{finding}", "dismiss", "--reason", WHY, "--as", REVIEWER.name)
    assert done.exit_code == 0, done.stderr
    shown = command(settings.var, "review", "show", "18-A0", "--as", REVIEWER.name).stdout
    assert WHY in " ".join(shown.split()) and "écarté" in shown
    wrong = command(settings.var, "review", "finding", "18-A0#constat-de-rien", "dismiss", "--reason", WHY, "--as", REVIEWER.name)
    assert wrong.exit_code == 1 and "review show 18-A0" in wrong.stderr
    last = registry.history("projet", "18-A0")[-1]
    assert (last["event"], last["finding"], last["remark"], last["academie"]) == ("dismissed", finding, WHY, "18")
    publish(settings, registry)
    erase(settings, registry, "projet", "18-A0", NATIONAL)
    assert all("finding" not in one and "remark" not in one for one in registry.history("projet", "18-A0"))
    assert [one["event"] for one in registry.history("projet", "18-A0")].count("dismissed") == 1
    registry.close()
    assert not [path for path in settings.var.rglob("*") if path.is_file() and WHY.encode() in path.read_bytes()]

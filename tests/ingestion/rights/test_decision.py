"""Who may do what: the decision, against sentences of the design written here by hand, over every role and act."""

from __future__ import annotations

from typing import get_args

import pytest

from ingestion import Agent, Forbidden, Grant
from ingestion.documents.territories import region_of
from ingestion.rights.decision import decide, require, standing
from ingestion.rights.model import OPERATOR, Action, Matter
from ingestion.rights.table import rights, scopes
from ontologie import sentence_table

LYON, LILLE, NATION = Matter("projet", "10-A1", "10"), Matter("projet", "09-B1", "09"), Matter("projet", "n-C1")
ANALYSIS = Matter("analyse", "sur-A1", "10")
REVIEWER = Agent("DRANE Lyon", (Grant("revue", "academie/10"),))
PARTNER = Agent("UNESCO", (Grant("partenaire", "instrument/unesco-ethique-2021"),))

AGENTS = {
    "operateur": OPERATOR,
    "national": Agent("Dgesco", (Grant("national"),)),
    "depot": Agent("DRANE", (Grant("depot", "academie/10"),)),
    "revue": REVIEWER,
    "inspection": Agent("IA-IPR", (Grant("inspection", "academie/10"),)),
    "analyste": Agent("Équipe", (Grant("analyste", "academie/10"),)),
    "partenaire": PARTNER,
    "lecteur": Agent("Lecteur", (Grant("lecteur", "academie/10"),)),
}
MAY = {
    "operateur": "deposit read erase publish accounts export backup restore queue",
    "national": "deposit read validate return withdraw finding erase publish labels contact queue",
    "depot": "deposit read queue",
    "revue": "deposit read validate return withdraw finding erase contact queue",
    "inspection": "read opinion",
    "analyste": "read",
    "partenaire": "",
    "lecteur": "read",
}
"""What each may do with a project of the académie of Lyon."""


@pytest.mark.parametrize("role", AGENTS)
def test_each_role_does_what_it_is_for_and_nothing_else(role: str) -> None:
    allowed = {action for action in get_args(Action) if decide(AGENTS[role], action, LYON).allowed}
    assert allowed == set(MAY[role].split())


@pytest.mark.parametrize("role", sorted(set(AGENTS) - {"operateur", "national"}))
def test_no_role_of_an_academie_reaches_another_one_or_the_nation(role: str) -> None:
    for action in get_args(Action):
        assert not decide(AGENTS[role], action, LILLE).allowed
        assert not decide(AGENTS[role], action, NATION).allowed


def test_the_operator_deposits_for_every_academie_and_not_for_the_nation_and_validates_nothing() -> None:
    assert decide(OPERATOR, "deposit", LILLE).allowed
    assert decide(OPERATOR, "deposit", NATION).why == "national-only"
    for matter in (LYON, LILLE, NATION, ANALYSIS):
        assert decide(OPERATOR, "validate", matter).why == "agent-operator"


def test_a_region_takes_in_its_academies_and_an_act_there_is_the_academies_own() -> None:
    region = region_of("10")
    assert region == "region-academique/auvergne-rhone-alpes" == region_of("08") and region_of("09") != region
    drane = Agent("DRANE ARA", (Grant("revue", region),))
    assert decide(drane, "validate", LYON).academie == "10"
    assert decide(drane, "validate", LILLE).why == "other-academie"
    both = Agent("x", (Grant("national"), *REVIEWER.grants))
    assert (decide(both, "validate", LYON).academie, decide(both, "validate", LILLE).academie) == ("10", None)


def test_analysts_and_partners_deposit_what_is_theirs_and_no_project() -> None:
    analyst = AGENTS["analyste"]
    assert decide(analyst, "deposit", ANALYSIS).allowed
    assert decide(analyst, "deposit", Matter("analyse", "b", "09")).why == "other-academie"
    assert decide(analyst, "deposit", LYON).why == "agent-kind"
    assert decide(Agent("Équipe", (Grant("analyste"),)), "deposit", Matter("analyse", "b")).allowed
    mine, other = Matter("instrument", "unesco-ethique-2021"), Matter("instrument", "ai-act")
    assert decide(PARTNER, "deposit", mine).allowed and not decide(PARTNER, "deposit", other).allowed
    assert not decide(PARTNER, "validate", mine).allowed and decide(AGENTS["national"], "validate", mine).allowed


def test_a_role_that_lost_its_scope_does_not_become_national() -> None:
    assert not decide(Agent("x", (Grant("revue"),)), "validate", LYON).allowed
    assert not decide(Agent("x", (Grant("partenaire"),)), "deposit", Matter("instrument", "ai-act")).allowed


def test_an_account_has_an_end() -> None:
    for end, why in (("2020-01-01", "agent-expired"), ("2999-12-31", "")):
        assert standing(Agent("x", REVIEWER.grants, expires=end), "validate") == why
    assert standing(Agent("x", REVIEWER.grants, revoked="2026-01-01T00:00:00Z"), "read") == "agent-revoked"
    assert standing(Agent("x"), "read") == "agent-undeclared"


def test_each_refusal_says_what_to_do_in_both_languages() -> None:
    cases = [
        (OPERATOR, LYON), (Agent("x"), LYON), (REVIEWER, LILLE), (REVIEWER, NATION), (AGENTS["lecteur"], LYON),
        (Agent("x", REVIEWER.grants, expires="2020-01-01"), LYON), (Agent("x", revoked="2020"), LYON),
        (Agent("x", (Grant("revue", "academie/10"),)), Matter("instrument", "ai-act")),
    ]  # fmt: skip
    reasons = set()
    for agent, matter in cases:
        with pytest.raises(Forbidden) as refused:
            require(agent, "validate", matter)
        reasons.add(refused.value.why)
        assert "valider" in refused.value.messages["fr"] and "validate" in refused.value.messages["en"]
    assert len(reasons) == len(cases)


def test_everyone_may_have_what_is_known_of_them_and_of_nobody_else() -> None:
    for role, agent in AGENTS.items():
        assert decide(agent, "export", Matter("agent", agent.name)).allowed
        assert decide(agent, "export", Matter("agent", "autre")).allowed is (role == "operateur")


def test_the_tables_name_roles_acts_and_scopes_that_there_are_and_each_has_its_words() -> None:
    told = sentence_table("relecture")
    assert {role for role, _ in rights()} == set(scopes())
    assert {action for _, action in rights()} == set(get_args(Action))
    assert all(f"role-{role}" in told for role in scopes())
    assert all(f"action-{action}" in told for action in get_args(Action))
    assert all(f"extent-{right.extent}" in told for each in rights().values() for right in each)
    assert all(f"scope-{one}" in told for taken in scopes().values() for one in taken)

"""Drafts of forms: each for its agent alone, bounded in number, size and time, gone with what they are about."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingestion import Agent, Grant
from ingestion.registry.drafts import LONGEST, MOST
from ingestion.registry.tables.schema import drafts
from tests.making import OPERATOR, begun

ONE = Agent("CARDIE Orléans-Tours", (Grant("depot", "academie/18"),))
OTHER = Agent("DRANE Orléans-Tours", (Grant("revue", "academie/18"),))


def test_a_draft_is_its_agents_alone_bounded_and_gone_with_its_document(tmp_path: Path) -> None:
    _, registry = begun(tmp_path)
    with registry:
        for agent in (ONE, OTHER):
            registry.accounts.declare(agent, OPERATOR)
        number = registry.drafts.keep(ONE, "projet", {"titre": ["Un"]})
        assert registry.drafts.keep(ONE, "projet", {"titre": ["Deux"]}, number=number) == number
        assert registry.drafts.get(number, ONE, "projet").content == {"titre": ["Deux"]}
        for act in (lambda: registry.drafts.get(number, OTHER, "projet"), lambda: registry.drafts.keep(OTHER, "projet", {}, number=number)):
            with pytest.raises(LookupError):
                act()
        for act in (lambda: registry.drafts.get(number, ONE, "module"), lambda: registry.drafts.keep(ONE, "module", {}, number=number)):
            with pytest.raises(LookupError):
                act()
        registry.drafts.drop(number, OTHER)
        assert [one.number for one in registry.drafts.of(ONE)] == [number] and registry.drafts.of(OTHER) == []
        with pytest.raises(ValueError, match=r"^4000"):
            registry.drafts.keep(ONE, "projet", {"titre": ["x" * LONGEST]})
        about = registry.drafts.keep(OTHER, "analyse", {"commentaire": ["Vu."]}, "projet/18-A0")
        registry.erase("projet", "18-A0", OTHER)
        with pytest.raises(LookupError):
            registry.drafts.get(about, OTHER, "analyse")
        for _ in range(MOST + 3):
            registry.drafts.keep(ONE, "projet", {})
        assert len(registry.drafts.of(ONE)) == MOST
        with registry._sessions.writing() as connection:
            connection.execute(drafts.update().values(at="2020-01-01T00:00:00Z"))
        assert registry.drafts.of(ONE) == []

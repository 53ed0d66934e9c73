"""An id that another académie's draft has is refused at its row, as a document of that académie would be."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingestion import Agent, Grant, Registry, Settings
from ingestion.registry.tables.model import NewDocument
from tests.making import NATIONAL, declared

SERVICE = Agent("DRANE Orléans-Tours", (Grant("revue", "academie/18"),))


@pytest.mark.parametrize("kind", ["analyse", "module", "publication"])
@pytest.mark.parametrize("theirs", ["09", None])
def test_a_taken_id_says_no_more_than_another_academies_document(tmp_path: Path, kind: str, theirs: str | None) -> None:
    with declared(Registry(Settings(var=tmp_path / "var")), NATIONAL, SERVICE) as registry:
        registry.register([NewDocument(kind, "prise", theirs, {"titre": "Brouillon"})], NATIONAL)
        permit = registry.permit(SERVICE)
        taken, elsewhere = permit(kind, "prise", "18"), permit(kind, "libre", "09")
        assert taken is not None and elsewhere is not None and permit(kind, "libre", "18") is None
        assert {lang: text.replace("prise", "libre") for lang, text in taken.messages.items()} == elsewhere.messages
        registry.register([NewDocument(kind, "mienne", "18", {"titre": "Brouillon"})], SERVICE)
        assert permit(kind, "mienne", "18") is None
        assert registry.permit(NATIONAL)(kind, "prise", "18") is None

"""A row that was taken for a fiche by its page is made a fiche of its own: nothing of either is lost."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from ingestion import Agent, Grant, RefusedTransition, Registry, Settings
from ingestion.examination.apart import apart
from ingestion.examination.deposit import deposit_file
from ingestion.examination.pipeline import Options
from sparql_api.cli import main
from tests.making import OPERATOR, declared

HEADER = "titre,resume,type_ia,academie,etablissement,url_source,phases,deposant_nom\n"
REVIEWER = Agent("DRANE Lyon", (Grant("revue", "academie/10"),))


def deposited(registry: Registry, folder: Path, title: str, *, page: str = "a") -> str:
    """Deposit a row of one page and school; return the identifier of what it made."""
    path = folder / "depot.csv"
    row = f"{title},r,autre,Lyon,Collège Molière,https://exemple.fr/{page},un|deux,Service {title}\n"
    path.write_text(HEADER + row, encoding="utf-8")
    done = deposit_file(path, registry, OPERATOR, Options())
    return next(entry.document for entry in done.entries).rpartition("/")[2]


@pytest.fixture
def registry(tmp_path: Path) -> Registry:
    return declared(Registry(Settings(var=tmp_path / "var")), REVIEWER)


def titles(registry: Registry) -> dict[str, tuple[str, str, int]]:
    return {one.identifier: ((one.document or {})["titre"]["fr"], one.state, one.version) for one in registry.listed()}


def test_the_row_becomes_what_it_would_have_been_and_the_fiche_what_it_was(registry: Registry, tmp_path: Path) -> None:
    with Registry(Settings(var=tmp_path / "alone")) as alone:
        own = deposited(alone, tmp_path, "Chanter")
        expected = alone.get("projet", own)
    with registry:
        fiche = deposited(registry, tmp_path, "Danser")
        assert deposited(registry, tmp_path, "Chanter") == fiche
        name = registry.set_apart("projet", fiche, REVIEWER, "un autre projet", apart)
        found = registry.get("projet", name)
        assert (name, found.document, found.academie) == (own, expected.document, "10")
        assert titles(registry) == {name: ("Chanter", "depose", 1), fiche: ("Danser", "depose", 3)}
        events = [(one["event"], one["version"]) for one in registry.history("projet", fiche)]
        assert ("returned", 2) in events and "un autre projet" in str(registry.history("projet", fiche))
        # Both rows come again: each is known.
        assert deposited(registry, tmp_path, "Chanter") == name and titles(registry)[name][2] == 1
        assert deposited(registry, tmp_path, "Danser") == fiche and titles(registry)[fiche][2] == 3


def test_what_was_validated_stays_so(registry: Registry, tmp_path: Path) -> None:
    with registry:
        fiche = deposited(registry, tmp_path, "Danser")
        registry.validate("projet", fiche, REVIEWER, passages_read=True)
        deposited(registry, tmp_path, "Chanter")
        registry.set_apart("projet", fiche, REVIEWER, "un autre projet", apart)
        found = registry.get("projet", fiche)
        assert (found.state, found.version, found.validated_version) == ("retourne", 2, 1)


def test_only_a_row_that_was_recognised_is_set_apart(registry: Registry, tmp_path: Path) -> None:
    with registry:
        fiche = deposited(registry, tmp_path, "Danser")
        with pytest.raises(RefusedTransition) as refused:
            registry.set_apart("projet", fiche, REVIEWER, "", apart)
        assert "--as-new" in refused.value.messages["fr"]
        assert titles(registry) == {fiche: ("Danser", "depose", 1)}
        assert [one["event"] for one in registry.history("projet", fiche)] == ["deposited"]


def test_the_command_says_which_fiche_it_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OBSERVATOIRE_VAR", str(tmp_path / "var"))
    with declared(Registry(Settings(var=tmp_path / "var")), REVIEWER) as registry:
        fiche = deposited(registry, tmp_path, "Danser")
        deposited(registry, tmp_path, "Chanter")
    told = ["review", "return", fiche, "--as", "DRANE Lyon", "--reason", "un autre projet", "--as-new"]
    done = CliRunner().invoke(main, told)
    with Registry(Settings(var=tmp_path / "var")) as registry:
        (made,) = set(titles(registry)) - {fiche}
    assert done.exit_code == 0 and made in done.stderr

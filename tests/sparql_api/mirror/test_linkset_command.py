"""`export linkset`: the alignments of the current edition as a table, whole or of one linkset."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from ingestion import publish
from ontologie import BASE
from tests.ingestion.partners import CC_BY, validated
from tests.making import command


@pytest.fixture(scope="module")
def partnered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A state whose current edition holds a partner's framework and its linkset."""
    folder = tmp_path_factory.mktemp("linkset")
    settings, registry = validated(folder)
    with registry:
        publish(settings, registry)
    return settings.var


def test_all_alignments_are_those_of_the_edition(demo_var: Path, tmp_path: Path) -> None:
    wanted = (demo_var / "editions" / "1" / "alignements.sssom.tsv").read_bytes()
    assert command(demo_var, "export", "linkset").stdout_bytes == wanted
    out = tmp_path / "new" / "all.tsv"
    assert command(demo_var, "export", "linkset", "--out", str(out)).exit_code == 0
    assert out.read_bytes() == wanted


def test_an_unknown_linkset_is_refused_and_those_there_are_named(demo_var: Path) -> None:
    done = command(demo_var, "export", "linkset", "rien", "--lang", "en")
    assert (done.exit_code, done.stdout) == (2, "")
    assert "“rien”" in done.stderr
    assert "quebec-iag-2024" in done.stderr


@pytest.mark.long
def test_one_linkset_holds_its_own_alignments_under_its_licence(partnered: Path) -> None:
    told = command(partnered, "export", "linkset", "mx-2025").stdout
    assert f"#mapping_set_id: {BASE}linkset/mx-2025\n" in told
    assert '#mapping_set_title: "Mexico and the hub"\n' in told
    assert f"#license: {CC_BY}\n" in told
    rows = [*csv.DictReader([line for line in told.splitlines() if not line.startswith("#")], delimiter="\t")]
    assert {(row["subject_id"], row["predicate_id"], row["object_id"], row["confidence"]) for row in rows} == {
        ("oia:principe/mx-2025/P1", "skos:closeMatch", "oia:principe/international/centrage-humain", "0.7"),
        ("oia:principe/mx-2025/P1-1", "skos:relatedMatch", "airo:AIUser", "0.5"),
    }
    assert {row["subject_label"] for row in rows} == {"Juicio humano", "La persona decide"}
    whole = command(partnered, "export", "linkset").stdout
    assert len(whole.splitlines()) > len(told.splitlines()) + 50
    done = command(partnered, "export", "linkset", "rien", "--lang", "en")
    assert "There are: mx-2025." in done.stderr

"""The demonstration: real usages of AI, accepted or refused with reasons, as edition 1; again, nothing to do."""

from __future__ import annotations

import csv
import io
import shutil
from importlib.resources import files
from pathlib import Path

import pyoxigraph as ox
import pytest

from ingestion import Edition, Registry, Settings
from ontologie import Iris
from tests.ingestion.registry.edition_digest import data_digest, dump_digest
from tests.making import command

USAGES = files("ingestion").joinpath("demo", "usages.csv").read_text(encoding="utf-8")

EXAMPLES = files("ingestion").joinpath("demo", "exemples.csv").read_text(encoding="utf-8")


def test_at_least_95_percent_of_the_real_rows_are_published(demo_edition: Edition) -> None:
    rows = list(csv.DictReader(io.StringIO(USAGES, newline="")))
    counts = demo_edition.manifest["counts"]
    assert len(rows) > 100
    assert counts["projet"] >= 0.95 * len(rows)
    assert counts["analyse"] == 10
    assert counts["exemple"] == len(list(csv.DictReader(io.StringIO(EXAMPLES, newline="")))) == 20
    kinds = ("projet", "analyse", "publication", "module", "instrument", "linkset")
    assert counts["documents"] == sum(counts[kind] for kind in kinds)
    assert (counts["instrument"], counts["linkset"]) == (9, 9)
    assert (counts["publication"], counts["module"]) == (3, 2)


EDITION_1 = {
    "6f1d58959e82b0c956fc720f442f8920064913bf15e28939528e98917ce57900": "725b11ba4431fe1dd0bde0bf33f32eb317fb9bf250464b3fbf978902a577b23c",
}
"""Digest of the packaged data → digest of what edition 1 holds of it, noted before code moved (`edition_digest.py`)."""


def test_edition_1_is_what_it_was_before_code_moved(demo_edition: Edition) -> None:
    recorded = EDITION_1.get(data_digest())
    if recorded is None:
        pytest.skip("the packaged data is another than any that a digest was noted for: see edition_digest.py")
    assert dump_digest(demo_edition.path) == recorded


def test_every_bundled_usage_cites_its_page() -> None:
    for row in csv.DictReader(io.StringIO(USAGES, newline="")):
        assert row["url_source"].startswith(("https://", "http://")), row["id"]


@pytest.mark.long
def test_the_demonstration_once_more_has_nothing_to_do(demo_var: Path, tmp_path: Path) -> None:
    var = tmp_path / "var"
    shutil.copytree(demo_var, var, symlinks=True)
    registry = (var / "registre.sqlite").read_bytes()
    done = command(var, "demo")
    assert done.exit_code == 0
    assert "Rien à faire" in done.stderr and done.stdout == ""
    assert [path.name for path in (var / "editions").iterdir() if path.name.isdecimal()] == ["1"]
    assert (var / "registre.sqlite").read_bytes() == registry


@pytest.mark.long
def test_what_someone_withdrew_stays_withdrawn_when_the_demonstration_is_loaded_again(
    demo_var: Path, tmp_path: Path
) -> None:
    var = tmp_path / "var"
    shutil.copytree(demo_var, var, symlinks=True)
    with Registry(Settings(var=var)) as registry:
        name = next(registry.listed(kind="projet")).identifier
    assert command(var, "review", "withdraw", name, "--by", "equipe-projet").exit_code == 0
    done = command(var, "demo")
    assert "Édition 2" in done.stderr
    with Registry(Settings(var=var)) as registry:
        assert registry.get("projet", name).state == "retire"


@pytest.mark.parametrize("kind", ["projet", "analyse"])
def test_each_fiche_has_its_provenance_and_says_the_team_validated_it(demo_edition: Edition, kind: str) -> None:
    store = ox.Store.read_only(str(demo_edition.store_path))
    team = ox.NamedNode(Iris().entity("organisation", "equipe-projet"))
    associated = ox.NamedNode("http://www.w3.org/ns/prov#wasAssociatedWith")
    prefix = Iris().provenance_graph(kind, "")
    said = {
        quad.graph_name.value
        for quad in store.quads_for_pattern(None, associated, team)
        if isinstance(quad.graph_name, ox.NamedNode) and quad.graph_name.value.startswith(prefix)
    }
    examples = {name for name in said if name.startswith(f"{prefix}ex-")}
    assert len(said - examples) == demo_edition.manifest["counts"][kind]
    assert len(examples) == (demo_edition.manifest["counts"]["exemple"] if kind == "projet" else 0)


def test_each_analysis_is_of_the_academie_whose_project_it_evaluates(demo_var: Path) -> None:
    with Registry(Settings(var=demo_var)) as registry:
        projects = {one.identifier: one.academie for one in registry.listed(kind="projet")}
        analyses = list(registry.listed(kind="analyse"))
    assert len(analyses) == 10
    for one in analyses:
        assert one.document is not None and one.academie is not None
        assert one.academie == projects[one.document["evalue"].removeprefix("projet/")]

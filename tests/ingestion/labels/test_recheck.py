"""What is public and would be judged or understood otherwise after a change of shapes, labels or vocabularies.

Each expected fiche is worked out here from its row: which one has no page, which one says the changed label.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest
import sqlalchemy as sa

from ingestion import Agent, Grant, Registry, Settings
from ingestion.examination import recheck as rechecking
from ingestion.examination.judged_by import judged_by
from ingestion.examination.recheck import Differs, recheck
from ingestion.resolution import labels as label_tables
from ingestion.resolution.items import short_cell
from ingestion.resolution.labels import labels
from ingestion.resolution.resolve import certain_label, resolve, resolve_label
from ontologie import BASE, concepts, replacements
from tests.making import NATIONAL, ROW, command, declared, registry_with

LILLE = Agent("Lecteur de Lille", (Grant("lecteur", "academie/09"),))
OLD = "http://data.education.fr/voc/scolomfr/concept/scolomfr-voc-015-num-"


@pytest.fixture
def state(tmp_path: Path) -> tuple[Settings, Registry]:
    """Three fiches, as public as if an edition held them: what is asked of it here is the registry's."""
    rows = [{"id": "A1", "niveaux": "Primaire"}, {"id": "A2", "niveaux": "3e"}, {"id": "A3", "niveaux": "3e|Primaire"}]
    settings, registry = registry_with(tmp_path, rows)
    declared(registry, LILLE)
    put(registry, "UPDATE documents SET published_version = validated_version, state = 'publie'")
    return settings, registry


def put(registry: Registry, statement: str) -> None:
    with registry.labels._sessions.writing() as connection:
        connection.execute(sa.text(statement))


@pytest.fixture
def forgotten() -> Iterator[None]:
    """Forget what was resolved and digested, before and after tables are others."""
    caches = (resolve_label, certain_label, short_cell, labels, judged_by)
    for each in caches:
        each.cache_clear()
    yield
    for each in caches:
        each.cache_clear()


def found(registry: Registry) -> list[tuple[str, str, str]]:
    return [(one.kind, one.document, one.field) for one in recheck(registry, NATIONAL)]


def test_nothing_is_looked_at_where_nothing_changed(state: tuple[Settings, Registry], monkeypatch: pytest.MonkeyPatch) -> None:
    _, registry = state
    monkeypatch.setattr(rechecking, "judged_by_shapes", lambda base: pytest.fail("judged again"))
    assert registry.judged.count(judged_by()) == 0
    assert found(registry) == []


def test_what_is_as_good_as_it_was_is_noted_and_looked_at_once(state: tuple[Settings, Registry]) -> None:
    _, registry = state
    put(registry, "UPDATE versions SET judged_by = NULL")
    assert registry.judged.count(judged_by()) == 3
    assert found(registry) == []
    assert registry.judged.count(judged_by()) == 0


def test_a_changed_table_of_labels_says_from_which_concept_to_which(
    state: tuple[Settings, Registry], monkeypatch: pytest.MonkeyPatch, forgotten: None
) -> None:
    _, registry = state
    before, read = judged_by(), label_tables.read_table

    def read_table(*path: str) -> tuple[dict[str, str], ...]:
        """Return the table of labels where « Primaire » is said of the concept that « Terminale » is."""
        rows = read(*path)
        if path != ("donnees", "libelles.csv"):
            return rows
        return tuple({**row, "concepts": "concept/niveau/terminale"} if row["libelle"] == "Primaire" else row for row in rows)

    monkeypatch.setattr(label_tables, "read_table", read_table)
    monkeypatch.setattr(rechecking, "judged_by", lambda base=BASE: before.partition("-")[0] + "-otherwords")
    monkeypatch.setattr(rechecking, "judged_by_shapes", lambda base: pytest.fail("the shapes did not change"))
    found = list(recheck(registry, NATIONAL))
    assert [(one.document, one.kind, one.value) for one in found] == [
        ("projet/18-A1", "otherwise", "Primaire"), ("projet/18-A3", "otherwise", "Primaire"),
    ]  # fmt: skip
    known = concepts()
    was = "http://data.education.fr/voc/scolomfr/concept/scolomfr-voc-012-num-002"
    assert {one.before for one in found} == {(known[was].displayed,)}
    assert {one.after for one in found} == {(known["concept/niveau/terminale"].displayed,)}
    assert list(recheck(registry, LILLE)) == [], "who reads for Lille learns nothing of others"


def test_a_fiche_that_other_shapes_let_pass_is_told_with_the_shape_it_fails(state: tuple[Settings, Registry]) -> None:
    _, registry = state
    # As if it had been judged when no shape asked for a title.
    title = json.dumps(ROW["titre"], ensure_ascii=False)
    without = f"REPLACE(payload, '\"titre\":{{\"fr\":{title}}},', '')"
    put(registry, "UPDATE versions SET judged_by = NULL")
    put(registry, f"UPDATE versions SET graph = NULL, payload = {without} WHERE identifier = '18-A3'")
    (one,) = recheck(registry, NATIONAL)
    assert (one.kind, one.document, one.field) == ("fails", "projet/18-A3", "titre")
    assert one.shape.startswith(f"{BASE}shapes#") and one.message["fr"] and one.message["en"]
    assert registry.judged.count(judged_by()) == 1, "it stays to be told of"


def test_a_deprecated_term_is_told_with_what_replaces_it(state: tuple[Settings, Registry]) -> None:
    _, registry = state
    # The first of ScoLOMFR 015 that is replaced by one: read here from its Turtle, and put into a fiche as it was deposited.
    old, new = replaced()
    put(registry, f"UPDATE versions SET judged_by = 'x-y', graph = NULL, payload = REPLACE(payload, '{CURRENT}', '{old}')")
    one = next(one for one in recheck(registry, NATIONAL) if one.kind == "deprecated")
    assert (one.field, one.value, one.instead) == ("disciplines", old, (new,))
    assert replacements()[old] == (new,)


CURRENT = f"{OLD}1333"
"""What « Français » is understood as."""


def replaced() -> tuple[str, str]:
    graph = ox.parse(path=str(Path(rechecking.__file__).parents[2] / "ontologie" / "tiers" / "scolomfr" / "scolomfr-voc-015.ttl"))
    by: dict[str, list[str]] = {}
    for quad in graph:
        if isinstance(quad.subject, ox.NamedNode) and quad.predicate.value == "http://purl.org/dc/terms/isReplacedBy":
            by.setdefault(quad.subject.value, []).append(quad.object.value)  # type: ignore[union-attr]
    return next((old, new[0]) for old, new in sorted(by.items()) if len(new) == 1 and concepts()[new[0]].current)


DIFFERS = Differs("otherwise", "projet/18-A1", "niveaux", {"fr": "f", "en": "e"}, value="=x", before=("a",), after=("b", "c"))
OLDER = Differs("deprecated", "projet/18-A2", "disciplines", {"fr": "f", "en": "e"}, value=f"{OLD}1", instead=(f"{OLD}2",))


@pytest.mark.parametrize("form", ["text", "json", "csv", "ttl"])
def test_the_report_has_four_forms(state: tuple[Settings, Registry], monkeypatch: pytest.MonkeyPatch, form: str) -> None:
    settings, registry = state
    registry.close()
    monkeypatch.setattr(rechecking, "recheck", lambda *_: iter((DIFFERS, OLDER)))
    done = command(settings.var, "review", "recheck", "--format", form)
    assert done.exit_code == 1
    if form == "json":
        assert [one["document"] for one in json.loads(done.stdout)["items"]] == ["projet/18-A1", "projet/18-A2"]
    elif form == "csv":
        rows = list(csv.DictReader(io.StringIO(done.stdout)))
        assert (rows[0]["after"], rows[0]["value"][0]) == ("b|c", "'")
    elif form == "ttl":
        triples = {(str(quad.predicate), str(quad.object)) for quad in ox.parse(done.stdout.encode(), format=ox.RdfFormat.TURTLE)}
        assert ("<http://purl.org/dc/terms/isReplacedBy>", f"<{OLD}2>") in triples
        assert ("<http://www.w3.org/ns/shacl#focusNode>", f"<{BASE}projet/18-A1>") in triples
    else:
        assert done.stdout.splitlines()[0] == "projet/18-A1" and "[niveaux]" in done.stdout


def test_a_label_of_a_deprecated_concept_is_answered_with_what_replaces_it() -> None:
    # ScoLOMFR 015: « découverte du monde » (num-097) is replaced by « questionner le monde ».
    answer = resolve("disciplines", "Découverte du monde")
    assert (answer.state, answer.suggestions[0]) == ("unknown", "questionner le monde")

"""What judging loads in place of its sources is what they give: the rules of the shapes, the facts of vocabularies."""

from __future__ import annotations

import pytest

from ontologie import BASE
from shapes import facts, shapes_graph
from shapes.generation import GENERATED, generate
from shapes.judging.judge import Judge
from shapes.rules import compiled
from tests.shapes.documents import real_documents

OTHER = "https://exemple.org/ia/"


def test_what_is_generated_is_what_shapes_and_vocabularies_give() -> None:
    for name, text in generate().items():
        assert (GENERATED / name).read_text(encoding="utf-8") == text, f"{name}: run `make generate`"


@pytest.mark.parametrize("base", [BASE, OTHER])
def test_facts_loaded_are_those_that_the_vocabularies_state(base: str) -> None:
    assert set(facts.fact_quads(base)) == set(facts.facts_of_vocabularies(base))


@pytest.mark.parametrize("base", [BASE, OTHER])
def test_rules_loaded_are_those_of_the_shapes(base: str) -> None:
    """Blank nodes have other names: units are compared by what they are for, and by how much they rest on."""
    loaded, made = compiled.rules(base), compiled.rules_of(shapes_graph(base))

    def known(rules: compiled.CompiledShapes) -> list[tuple[object, ...]]:
        return sorted(
            (str(unit.targets), sorted(unit.idle_without), unit.forbids or "", len(unit.triples)) for unit in rules.units
        )

    assert known(loaded) == known(made)
    assert (len(loaded.components), loaded.subjects) == (len(made.components), made.subjects)


def test_rules_loaded_find_what_rules_made_find() -> None:
    loaded, made = (Judge(rules, facts.fact_quads()) for rules in (compiled.rules(), compiled.rules_of(shapes_graph())))
    for quads in real_documents()[:3]:
        lacking = [quad for quad in quads if "title" not in quad.predicate.value]
        found = [
            {result.key for result in judge.judge(lacking, judge.focus_nodes(lacking))} for judge in (loaded, made)
        ]
        assert found[0] == found[1] != set()


def test_a_table_of_other_sources_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiled, "shapes_digest", lambda: "another")
    monkeypatch.setattr(compiled, "rules_of", lambda graph: "made")
    assert compiled.rules.__wrapped__(BASE) == "made"
    monkeypatch.setattr(facts, "digest_of_vocabularies", lambda: "another")
    monkeypatch.setattr(facts, "facts_of_vocabularies", lambda base: "made")
    assert facts.fact_quads.__wrapped__(BASE) == "made"

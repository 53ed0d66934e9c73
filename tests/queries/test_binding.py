"""Values enter a question as terms, never as text."""

from __future__ import annotations

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ontologie import BASE, PREFIXES
from queries import BadParameter, Question, bind, catalogue, parse_question, tokenize

HEAD = """# audience = "outil"
# [title]
# fr = "t"
# en = "t"
# [description]
# fr = "d"
# en = "d"
# [[parameters]]
# name = "valeur"
# type = "{type}"
# required = {required}
# label = {{fr = "v", en = "v"}}
"""


def question(kind: str, text: str, *, required: bool = False) -> Question:
    return parse_question("essai", HEAD.format(type=kind, required=str(required).lower()) + text)


TEXT = "SELECT ?x WHERE { VALUES $valeur { UNDEF } BIND($valeur AS ?x) }"


@given(st.text())
def test_any_text_stays_one_literal(value: str) -> None:
    bound = bind(question("string", TEXT), {"valeur": value})
    if value == "":
        assert "VALUES" not in bound
        return
    rows = list(ox.Store().query(bound))  # type: ignore[arg-type]
    assert [row["x"].value for row in rows] == [value]


@given(st.text())
def test_a_bound_iri_is_one_iri_token_or_is_refused(value: str) -> None:
    try:
        bound = bind(question("iri", TEXT), {"valeur": value})
    except BadParameter as error:
        assert set(error.messages) == {"fr", "en"}
        return
    if value:
        assert [token.kind for token in tokenize(bound)].count("iri") == 1


def test_a_relative_iri_is_read_below_the_base() -> None:
    assert f"<{BASE}projet/18-UR005>" in bind(question("iri", TEXT), {"valeur": "projet/18-UR005"})


@pytest.mark.parametrize(
    ("kind", "value"),
    [("integer", "douze"), ("decimal", "1,5"), ("boolean", "oui"), ("date", "hier"), ("langue", "fr}"), ("langue", "es"),
     ("iri", "http://a b"), ("integer", "١")],
)  # fmt: skip
def test_a_value_that_does_not_fit_is_refused_in_both_languages(kind: str, value: str) -> None:
    with pytest.raises(BadParameter) as caught:
        bind(question(kind, TEXT), {"valeur": value})
    assert "valeur" in caught.value.messages["fr"]
    assert "valeur" in caught.value.messages["en"]


def test_a_missing_required_value_and_an_unknown_name_are_refused() -> None:
    with pytest.raises(BadParameter):
        bind(question("string", TEXT, required=True), {})
    with pytest.raises(BadParameter, match="takes"):
        bind(question("string", TEXT), {"autre": "x"})


def test_a_parameter_without_value_leaves_its_variable_free() -> None:
    assert "VALUES" not in bind(question("string", TEXT), {})


def test_a_marker_in_a_string_or_a_comment_is_left_alone() -> None:
    text = 'SELECT ("VALUES $valeur { UNDEF }" AS ?x) WHERE { # VALUES $valeur { UNDEF }\n }'
    assert bind(question("string", text), {"valeur": "v"}).strip() == text


@pytest.mark.parametrize("name", catalogue())
def test_each_question_marks_each_parameter_and_parses(name: str) -> None:
    asked = catalogue()[name]
    for parameter in asked.parameters:
        assert f"VALUES ${parameter.name} {{ UNDEF }}" in asked.text
    ox.Store().query(bind(asked, {}), prefixes=PREFIXES)


def test_a_parameter_given_several_times_means_any_of_its_values() -> None:
    bound = bind(question("string", TEXT), {"valeur": ["a", "", "b } UNION { ?x ?y ?z", "a"]})
    rows = list(ox.Store().query(bound))  # type: ignore[arg-type]
    assert [row["x"].value for row in rows] == ["a", "b } UNION { ?x ?y ?z"]


@pytest.mark.parametrize(("kind", "given", "said"), [("langue", ["fr", "en"], "one value"), ("iri", [f"x/{n}" for n in range(101)], "100 values")])
def test_what_takes_one_value_or_too_many_is_refused(kind: str, given: list[str], said: str) -> None:
    with pytest.raises(BadParameter, match=said):
        bind(question(kind, TEXT), {"valeur": given})
    assert bind(question(kind, TEXT), {"valeur": given[:1] * 300}).count("VALUES") == 1

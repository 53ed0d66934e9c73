"""Means of criteria and scores of dimensions, worked out from the rows of the analyses and of the grid.

The rules are those of `ontologie/donnees/regles_agregation.csv`, read by a person and written again here.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from fractions import Fraction
from itertools import product
from statistics import mean

import pyoxigraph as ox
import pytest

from tests.queries.asking import SCALE, Row, ask, table
from tests.queries.assessors import Analysis, assessors, bundled
from tests.queries.understood import by_project

CRITERIA = table("instruments", "criteres.csv")
NO_SCORE = {rule["id"]: rule["label_fr"] for rule in table("regles_agregation.csv")}
APART = "agregation-illustrative"
SHOWN = pytest.mark.parametrize("shown", ["", "non", "oui"])
"""Whether illustrative analyses are asked for: not, no, or yes."""
HALF = Fraction(1, 2)


def values(analyses: Iterable[Analysis], criterion: str) -> list[Fraction]:
    """Return the values that some analyses give to a criterion."""
    steps = [one.steps[criterion] for one in analyses if criterion in one.steps]
    return [Fraction(SCALE[step]) for step in steps if step in SCALE]


def number(text: str | None) -> float | None:
    return None if text is None else float(text)


def about(fraction: Fraction | None) -> object:
    """Return what a decimal of the engine must be near to, or None."""
    return None if fraction is None else pytest.approx(float(fraction), abs=1e-12)


def kinds(real: Sequence[Analysis], illustrations: Sequence[Analysis], shown: str) -> list[bool]:
    """Return which rows there are: of real analyses (False), of illustrations (True)."""
    if shown != "oui":
        return [False]
    return [False] * bool(real or not illustrations) + [True] * bool(illustrations)


def mean_rows(analyses: Sequence[Analysis], shown: str) -> dict[tuple[str, str], tuple[object, ...]]:
    """Return (mean, how many values, how many judgements without, why none) by criterion and whether illustrative."""
    found = {}
    for criterion in CRITERIA:
        judging = [one for one in analyses if criterion["id"] in one.steps]
        of_kind = {kind: [one for one in judging if one.illustrative == kind] for kind in (False, True)}
        for illustrative in kinds(of_kind[False], of_kind[True], shown):
            mine = of_kind[illustrative]
            valued = values(mine, criterion["id"])
            key = (f"critere/{criterion['id']}", str(illustrative).lower())
            why = NO_SCORE[APART] if not mine and of_kind[True] else None
            found[key] = (about(mean(valued) if valued else None), str(len(valued)), str(len(mine) - len(valued)), why)
    return found


@SHOWN
@pytest.mark.parametrize("with_assessors", [False, True])
def test_the_mean_of_a_criterion_is_over_the_analyses_that_value_it(
    store: ox.Store, request: pytest.FixtureRequest, with_assessors: bool, shown: str
) -> None:
    analyses = bundled() + (assessors() if with_assessors else [])
    asked = request.getfixturevalue("assessed") if with_assessors else store
    rows = ask(asked, "moyenne-des-criteres", illustrations=shown)
    answered = {
        (row["critere"], row["illustrative"]): (
            number(row.get("moyenne")), row["analyses"], row["sansValeur"], row.get("empechementLibelle"),
        )
        for row in rows
    }  # fmt: skip
    assert len(rows) == len(answered)
    assert answered == mean_rows(analyses, shown)
    labels = {f"critere/{criterion['id']}": criterion["label_fr"] for criterion in CRITERIA}
    assert {row["critere"]: row["libelle"] for row in rows} == labels


def test_a_criterion_that_nobody_judged_is_listed_without_a_mean(assessed: ox.Store) -> None:
    rows = ask(assessed, "moyenne-des-criteres", grille="grille/hleg-1")
    assert {row["critere"] for row in rows} == {f"critere/{c['id']}" for c in table("grille_hleg_criteres.csv")}
    assert all((row["analyses"], row["sansValeur"], row.get("moyenne")) == ("0", "0", None) for row in rows)


def score(one: Analysis, dimension: str, shown: str) -> tuple[Fraction | None, int, int, bool, str | None]:
    """Return (score, criteria with a value, criteria concerned, whether one eliminates, the rule that forbids)."""
    criteria = [criterion for criterion in CRITERIA if criterion["dimension"] == dimension]
    steps = {criterion["id"]: one.steps.get(criterion["id"], "non-renseigne") for criterion in criteria}
    valued = [SCALE[step] for step in steps.values() if step in SCALE]
    concerned = [step for step in steps.values() if step != "non-applicable"]
    eliminates = any(c["eliminatoire"] == "oui" and SCALE.get(steps[c["id"]]) == 0 for c in criteria)
    forbidding = None
    if one.illustrative and shown != "oui":
        forbidding = APART
    elif eliminates:
        forbidding = "agregation-eliminatoire"
    elif any(c["obligatoire"] == "oui" and steps[c["id"]] == "non-renseigne" for c in criteria):
        forbidding = "agregation-obligatoire"
    elif len(valued) < HALF * len(concerned):
        forbidding = "agregation-trop-peu"
    elif not valued:
        forbidding = "agregation-sans-valeur"
    made = None if forbidding else Fraction(sum(valued), len(valued) * max(SCALE.values()))
    return made, len(valued), len(concerned), eliminates, forbidding


@SHOWN
@pytest.mark.parametrize("with_assessors", [False, True])
def test_the_scores_are_those_that_the_published_rules_allow(
    store: ox.Store, request: pytest.FixtureRequest, with_assessors: bool, shown: str
) -> None:
    analyses = bundled() + (assessors() if with_assessors else [])
    dimensions = [row["id"] for row in table("instruments", "dimensions.csv")]
    expected = {}
    for one in analyses:
        for dimension in dimensions:
            made, valued, concerned, eliminates, forbidding = score(one, dimension, shown)
            expected[f"analyse/{one.name}", f"dimension/{dimension}"] = (
                f"projet/{one.project}", str(one.illustrative).lower(), about(made), str(valued), str(concerned),
                str(eliminates).lower(), forbidding and f"regle/{forbidding}", forbidding and NO_SCORE[forbidding],
            )  # fmt: skip
    asked = request.getfixturevalue("assessed") if with_assessors else store
    rows = ask(asked, "score-des-dimensions", illustrations=shown)
    assert len(rows) == len(expected)
    assert {(row["analyse"], row["dimension"]): judged(row) for row in rows} == expected


def judged(row: Row) -> tuple[object, ...]:
    named = ("criteres", "concernes", "eliminatoire", "empechement", "empechementLibelle")
    return (row["projet"], row["illustrative"], number(row.get("score")), *(row.get(name) for name in named))


def test_two_of_the_illustrative_dimensions_alone_have_a_score(store: ox.Store) -> None:
    assert not [row for row in ask(store, "score-des-dimensions") if "score" in row]
    rows = ask(store, "score-des-dimensions", illustrations="oui")
    scored = {(row["projet"], row["dimension"]) for row in rows if "score" in row}
    assert scored == {("projet/03-UR020", "dimension/D1"), ("projet/18-UR143", "dimension/D1")}


def test_the_fixture_meets_every_rule_that_forbids_a_score_and_the_threshold_itself(assessed: ox.Store) -> None:
    rows = [row for row in ask(assessed, "score-des-dimensions") if row["illustrative"] == "false"]
    assert {row.get("empechement", "") for row in rows} == {
        "", "regle/agregation-eliminatoire", "regle/agregation-obligatoire", "regle/agregation-trop-peu",
        "regle/agregation-sans-valeur",
    }  # fmt: skip
    assert any("score" in row and int(row["criteres"]) * 2 == int(row["concernes"]) for row in rows)


@SHOWN
@pytest.mark.parametrize("with_assessors", [False, True])
def test_the_mean_by_subject_and_level_is_over_the_analyses_of_its_projects(
    store: ox.Store, request: pytest.FixtureRequest, with_assessors: bool, shown: str
) -> None:
    asked = request.getfixturevalue("assessed") if with_assessors else store
    analyses = bundled() + (assessors() if with_assessors else [])
    for criterion in ("C-D2-3", "C-D1-1", "C-D3-6"):
        cells: dict[tuple[str, str], dict[bool, list[Analysis]]] = defaultdict(lambda: {False: [], True: []})
        for one in analyses:
            project = f"projet/{one.project}"
            for subject, level in product(by_project("discipline")[project], by_project("niveau")[project]):
                if values([one], criterion):
                    cells[subject, level][one.illustrative].append(one)
        expected = {}
        for (subject, level), of_kind in cells.items():
            for illustrative in kinds(of_kind[False], of_kind[True], shown):
                valued = values(of_kind[illustrative], criterion)
                why = None if valued else NO_SCORE[APART]
                made = about(mean(valued) if valued else None)
                expected[subject, level, str(illustrative).lower()] = (made, str(len(valued)), why)
        rows = ask(asked, "moyenne-par-discipline-et-niveau", critere=f"critere/{criterion}", illustrations=shown)
        answered = {
            (row["disciplineLibelle"], row["niveauLibelle"], row["illustrative"]): (
                number(row.get("moyenne")), row["analyses"], row.get("empechementLibelle"),
            )
            for row in rows
        }  # fmt: skip
        assert len(answered) == len(rows)
        assert answered == expected


@SHOWN
@pytest.mark.parametrize("with_assessors", [False, True])
def test_what_analyses_could_not_conclude_is_counted_by_criterion(
    store: ox.Store, request: pytest.FixtureRequest, with_assessors: bool, shown: str
) -> None:
    asked = request.getfixturevalue("assessed") if with_assessors else store
    expected: dict[tuple[str, str], tuple[str | None, str | None]] = {}
    for criterion in {one for analysis in bundled() + assessors() for one in analysis.steps}:
        judging = [one for one in bundled() + (assessors() if with_assessors else []) if criterion in one.steps]
        untold = Counter(one.illustrative for one in judging if one.steps[criterion] == "non-renseigne")
        real = [one for one in judging if not one.illustrative]
        if untold[False]:
            expected[f"critere/{criterion}", "false"] = str(untold[False]), None
        elif untold[True] and not real and shown != "oui":
            expected[f"critere/{criterion}", "false"] = None, NO_SCORE[APART]
        if untold[True] and shown == "oui":
            expected[f"critere/{criterion}", "true"] = str(untold[True]), None
    rows = ask(asked, "criteres-non-renseignes", illustrations=shown)
    answered = {
        (row["critere"], row["illustrative"]): (row.get("nonRenseigne"), row.get("empechementLibelle")) for row in rows
    }
    assert len(answered) == len(rows) and answered == expected
    counts = [int(row["nonRenseigne"]) for row in rows if "nonRenseigne" in row]
    assert counts == sorted(counts, reverse=True)

"""What changed of rules and vocabularies bears on every project that is derived otherwise: whatever is left is the same.

Changes are drawn from what is packaged: a line of a vocabulary that goes or comes, a rule whose text changes. The
projects are the cases of the tables of findings; the judge derives each of them from nothing, before and after.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import cache

import pytest

from ingestion.derivation.batch import DepositedGraphs
from ingestion.derivation.bearing import Bearing, Held, bearing_of, derivation_digests, resting_on
from ingestion.derivation.looks import by_predicate, look_of, looked_at, predicate
from ingestion.derivation.rules import STEPS, WORKING_STEPS, Derivation, our_lines
from ingestion.derivation.templates import template_of
from ingestion.graphs.compression import Packer
from ingestion.graphs.conversion import convert
from ontologie import BASE, RuleFile, rule_files, vocabularies
from tests.ingestion.derivation.findings import document
from tests.ingestion.derivation.test_cases import CASES, facts
from tests.ingestion.derivation.test_inferences import analysis

OIA = f"{BASE}ontologie#"
WORKED_OUT = [(step, rule) for step in WORKING_STEPS for rule in rule_files(step)]


@cache
def projects() -> tuple[DepositedGraphs, ...]:
    """Return a project for every ninth case, the first of them with an analysis."""
    made = convert([document(f"18-C{rank}", **facts(case)) for rank, case in enumerate(CASES[::9])])
    (judged,) = convert([analysis(made[0].iri.removeprefix(BASE))])
    graphs = [{one.graph_iri: one.lines} for one in made]
    graphs[0][judged.graph_iri] = judged.lines
    return tuple(DepositedGraphs(one.iri, held) for one, held in zip(made, graphs, strict=True))


@contextmanager
def packaged(
    lines: Callable[[list[bytes]], list[bytes]] = lambda lines: lines,
    rules: Callable[[str, tuple[RuleFile, ...]], tuple[RuleFile, ...]] = lambda step, rules: rules,
) -> Iterator[None]:
    """Package other lines of our vocabularies, all in one of them, and other rules."""
    first, *others = vocabularies()
    ours = replace(first, lines=lines(our_lines()))
    shown = (ours, *(replace(one, lines=[]) for one in others))
    with pytest.MonkeyPatch.context() as patch:
        for module in ("rules", "bearing"):
            patch.setattr(f"ingestion.derivation.{module}.vocabularies", lambda base: shown)
            patch.setattr(f"ingestion.derivation.{module}.rule_files", lambda step, base: rules(step, rule_files(step)))
        derivation_digests.cache_clear()
        yield
    derivation_digests.cache_clear()


def held() -> tuple[dict[str, list[bytes]], list[Held]]:
    """Derive the projects by what is packaged; return their derived graphs, and what is kept of each."""
    workings: dict[str, list[bytes]] = {}
    derived = Derivation().derive(projects(), workings)
    packer = Packer()

    def packed(lines: Sequence[bytes]) -> bytes:
        return packer.pack(b"".join(lines))

    return derived, [
        Held(one.project, tuple(map(packed, one.graphs.values())), packed(lines), packed(workings[one.project]))
        for one, lines in zip(projects(), derived.values(), strict=True)
    ]


@cache
def before() -> tuple[dict[str, list[bytes]], list[Held], dict[str, str], list[bytes]]:
    with packaged():
        return *held(), dict(derivation_digests()), our_lines()


@pytest.fixture(autouse=True)
def packaged_as_it_is() -> None:
    """Derive by what is packaged before any test packages something else, in whatever order they come."""
    before()


def rest() -> tuple[set[str], set[str], Bearing]:
    """Return the projects that are derived otherwise by what is packaged now, those said to rest on it, and why."""
    derived, kept, digests, lines = before()
    bearing = bearing_of(digests, lines, our_lines())
    after, _ = held()
    otherwise = {one.project for one, (graph, said) in zip(kept, after.items(), strict=True) if said != derived[graph]}
    return otherwise, set(resting_on(kept, bearing)), bearing


def test_nothing_changed_bears_on_nothing() -> None:
    with packaged():
        assert rest() == (set(), set(), Bearing())


@pytest.mark.parametrize("seed", [0, pytest.param(1, marks=pytest.mark.long)])
def test_whatever_lines_of_vocabularies_change_who_is_derived_otherwise_rests_on_them(seed: int) -> None:
    assert change_lines(seed)


@pytest.mark.long
def test_whatever_many_lines_change_who_is_derived_otherwise_rests_on_them() -> None:
    assert sum(bool(change_lines(seed)) for seed in range(2, 6)) > 1, "some of what is drawn bears on somebody"


def change_lines(seed: int) -> set[str]:
    """Change lines of vocabularies by chance; return the projects that are derived otherwise, which all rest on them."""
    chance = random.Random(seed)
    seen = looked_at([rule for step in STEPS for rule in rule_files(step)], by_predicate(our_lines()))

    def changed(lines: list[bytes]) -> list[bytes]:
        of_rules = [line for line in lines if line.startswith(f"<{BASE}regle/".encode()) and predicate(line) in seen]
        of_all = [line for line in lines if predicate(line) in seen and b"#type>" not in predicate(line)]
        drawn = {*chance.sample(of_rules, 6), *chance.sample(of_all, 12)}
        # Some go; some are said of another subject or end as well.
        subjects = [line.partition(b" ")[0] for line in chance.sample(of_rules, len(drawn))]
        crossed = [s + line[line.index(b" ") :] for s, line in zip(subjects, sorted(drawn), strict=True)]
        return [line for line in lines if line not in drawn] + crossed[::2]

    with packaged(changed):
        otherwise, resting, bearing = rest()
    assert bearing and not bearing.everything
    assert otherwise <= resting
    return otherwise


_WORDS = re.compile(rb"#(?:prefLabel|comment)> ")


def test_another_verdict_bears_on_whom_it_is_said_of_and_words_on_nobody() -> None:
    outcome = f"<{BASE}regle/constat-cu-r04#eleves> <{OIA}verdict> ".encode()

    def decided(lines: list[bytes]) -> list[bytes]:
        return [re.sub(rb"verdict/[a-z-]+>", b"verdict/a-examiner>", one) if one.startswith(outcome) else one for one in lines]

    with packaged(decided):
        otherwise, resting, _ = rest()
    assert otherwise and otherwise <= resting
    assert len(resting) < len(projects()) / 5
    with packaged(lambda lines: [line.replace(b'"@fr', b' !"@fr') if _WORDS.search(line) else line for line in lines]):
        assert rest() == (set(), set(), Bearing())


def test_a_changed_date_bears_on_whom_its_rule_says_something_of() -> None:
    def dated(lines: list[bytes]) -> list[bytes]:
        rule = f"<{BASE}regle/constat-cu-r04> <{OIA}dateePar> ".encode()
        (statement,) = [line.split(b" ")[2] for line in lines if line.startswith(rule)]
        return [
            re.sub(rb'"\d{4}', b'"2031', line) if line.startswith(statement) and b"#appliqueAuPlus" in line else line
            for line in lines
        ]

    with packaged(dated):
        otherwise, resting, bearing = rest()
    assert otherwise and otherwise <= resting and not bearing.everything
    said = f"{BASE}regle/constat-cu-r04#".encode()
    assert resting == {one.project for one in before()[1] if said in Packer().unpack(one.workings)}


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("constats/comptes-d-eleves", '?eleves != "non"', '?eleves = "oui"'),
        ("constats/decouverte", "0 8", "12 12"),
        ("faits/mains", '"non", "tu"', '"tu", "tu"'),
        ("defaut/aia-minimal", "FILTER(?type != <concept/type-ia/autre>)", ""),
    ],
)
def test_a_changed_rule_bears_on_whom_it_concludes_otherwise_of(name: str, old: str, new: str) -> None:
    def changed(step: str, rules: tuple[RuleFile, ...]) -> tuple[RuleFile, ...]:
        return tuple(
            replace(rule, text=rule.text.replace(old, new)) if f"{step}/{rule.name}" == name else rule for rule in rules
        )

    with packaged(rules=changed):
        otherwise, resting, bearing = rest()
    assert bearing == Bearing(rules=frozenset({name}))
    assert otherwise and otherwise <= resting and len(resting) < len(projects()) * 2 / 3


def test_a_rule_that_goes_or_comes_bears_on_whom_it_speaks_of() -> None:
    with packaged(rules=lambda step, rules: tuple(rule for rule in rules if rule.name != "usage-annonce")):
        otherwise, resting, _ = rest()
    assert otherwise and otherwise <= resting < {one.project for one in projects()}


def test_a_rule_of_the_last_steps_bears_on_all() -> None:
    def changed(step: str, rules: tuple[RuleFile, ...]) -> tuple[RuleFile, ...]:
        return tuple(replace(rule, text=rule.text + "# Autrement.\n") if step == "issues" else rule for rule in rules)

    with packaged(rules=changed):
        assert bearing_of(before()[2], [], []).everything


def test_the_first_steps_conclude_nothing_but_what_serves_the_others() -> None:
    for step, rule in WORKED_OUT:
        template = template_of(rule.name, rule.text)
        assert not template.premises, (step, rule.name)
        for _, said, _ in template.triples:
            assert isinstance(said, bytes) and said.startswith(f"<{BASE}travail#".encode()), (step, rule.name)


def test_the_first_steps_look_at_no_indice() -> None:
    """What they are run again over holds none."""
    names = ("indice", "evoque", "polarite", "extrait", "passage", "champ", "regle")
    of_indices = {f"<{OIA}{name}>".encode() for name in names}
    for step, rule in WORKED_OUT:
        assert not look_of(rule.text).named & of_indices, (step, rule.name)

"""How many projects each finding is made of, and what their fiches do not say.

Counted over `tests/indices/table_constats.csv`, which a person has signed and a test of its own holds to the graph;
where one project counts once under several rules, over the levels and kinds of AI of the bundled rows.
"""

from __future__ import annotations

from collections import Counter

import pyoxigraph as ox

from ingestion.resolution import preferred
from tests.indices.evidence import CONSTATS, read
from tests.queries.asking import ask, table
from tests.queries.understood import by_project

SIGNED = {(rule, verdict): int(projects) for rule, verdict, projects in read(CONSTATS)[1]}
OTHER_NAMES = {"aia-minimal": "AIA-6-2"}
"""The text that a rule applies, where its name does not say it."""
LACKS = {
    "constat-cu-r09": "acces", "constat-cu-r10": "donneesPersonnelles", "constat-cu-r08": "dispositif",
    "constat-cu-r15": "pointVigilance", "constat-aia-minimal": "finalite", "constat-aia-iii-3-b": "finalite",
    "constat-cu-r02": "manipulateur", "constat-cu-r04": "manipulateur", "constat-cu-r06": "manipulateur",
    "constat-cu-r07": "manipulateur",
}  # fmt: skip
"""What the bundled fiches lack for each rule that cannot conclude on them: no row of theirs has these columns."""
HANDLED = {"constat-cu-r02": (0, 8), "constat-cu-r04": (9, 10), "constat-cu-r06": (11, 12), "constat-cu-r07": (13, 15)}
"""The first and last rank of the levels that each rule on who handles generative AI is about."""


def text_of(rule: str) -> str:
    """Return the notation of the text that a rule applies: `constat-cu-r06` applies CU-R06."""
    name = rule.removeprefix("constat-")
    return OTHER_NAMES.get(name, name).upper()


def test_the_findings_of_each_text_are_counted_by_what_came_of_them(store: ox.Store) -> None:
    labels = {row["id"]: row["label_fr"] for row in table("verdicts.csv")}
    expected = {(text_of(rule), labels[verdict]): projects for (rule, verdict), projects in SIGNED.items()}
    rows = ask(store, "constats-par-issue")
    assert len(rows) == len(expected)
    answered = {(row["texte"].rpartition("/")[2].upper(), row["issue"]): int(row["projets"]) for row in rows}
    assert answered == expected


def test_what_the_fiches_do_not_say_is_counted(store: ox.Store) -> None:
    findings: Counter[str] = Counter()
    for (rule, verdict), count in SIGNED.items():
        if verdict == "non-conclu":
            findings[LACKS[rule]] += count
    handled = {rule: projects_between(*ranks) for rule, ranks in HANDLED.items()}
    assert {rule: len(projects) for rule, projects in handled.items()} == {
        rule: SIGNED[rule, "non-conclu"] for rule in HANDLED
    }
    projects = {**findings, "manipulateur": len(set().union(*handled.values()))}
    rows = ask(store, "premisses-manquantes")
    answered = {row["renseignement"].rpartition("#")[2]: (int(row["constats"]), int(row["projets"])) for row in rows}
    assert answered == {name: (findings[name], projects[name]) for name in findings}


def projects_between(first: int, last: int) -> set[str]:
    """Return the projects of generative AI at some level between two ranks."""
    ranks = {preferred(row["iri"]): row for row in table("niveaux_rangs.csv")}
    ranks |= {row["label_fr"]: row for row in table("niveaux.csv")}
    kinds = {row["id"]: row for row in table("instruments", "types_ia.csv")}
    generative = {row["label_fr"] for row in kinds.values() if "generative" in (row["id"], row["parent"])}
    return {
        project
        for project, levels in by_project("niveau").items()
        if by_project("typeIA")[project] & generative
        for level in levels
        if level in ranks and int(ranks[level]["rang_min"]) <= last and int(ranks[level]["rang_max"]) >= first
    }

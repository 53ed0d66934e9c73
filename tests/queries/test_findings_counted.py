"""How many projects each finding is made of, and what their fiches do not say.

Counted over `tests/ingestion/derivation/table_constats.csv`, which a person has signed and a test of its own holds to the graph;
what fiches lack, quad by quad.
"""

from __future__ import annotations

from collections import defaultdict

import pyoxigraph as ox

from ontologie import Iris
from tests.ingestion.derivation.evidence import CONSTATS, read
from tests.queries.asking import ask, table

SIGNED = {(rule, verdict): int(projects) for rule, verdict, projects in read(CONSTATS)[1]}
APPLIED = {row["id"]: row["applique"].rpartition("/")[2] for row in table("regles_constats.csv")}


def test_the_findings_of_each_text_are_counted_by_what_came_of_them(store: ox.Store) -> None:
    labels = {row["id"]: row["label_fr"] for row in table("verdicts.csv")}
    # Minimal risk is what no provision names: its finding applies no text.
    expected = {
        (APPLIED[rule], labels[verdict]): projects for (rule, verdict), projects in SIGNED.items() if APPLIED[rule]
    }
    rows = ask(store, "constats-par-issue")
    assert len(rows) == len(expected)
    answered = {(row["texte"].rpartition("/")[2], row["issue"]): int(row["projets"]) for row in rows}
    assert answered == expected


def test_what_the_fiches_do_not_say_is_counted(store: ox.Store) -> None:
    lacking: dict[str, set[str]] = defaultdict(set)
    for quad in store.quads_for_pattern(None, ox.NamedNode(Iris().term("premisseManquante")), None, None):
        project, _, finding = str(quad.subject)[1:-1].partition("#")
        if finding.startswith("constat-") and "/projet/" in project and "/projet/ex-" not in project:
            lacking[str(quad.object)[1:-1].rpartition("#")[2]].add(str(quad.subject))
    expected = {
        name: (len(findings), len({one.partition("#")[0] for one in findings})) for name, findings in lacking.items()
    }
    rows = ask(store, "premisses-manquantes")
    answered = {row["renseignement"].rpartition("#")[2]: (int(row["constats"]), int(row["projets"])) for row in rows}
    assert answered == expected
    undecided = sum(count for (_, verdict), count in SIGNED.items() if verdict == "non-conclu")
    assert len(set().union(*lacking.values())) == undecided, "each finding that cannot be concluded says what it lacks"

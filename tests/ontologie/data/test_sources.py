"""What is published rests on acts and bodies' own pages; what is ours is said to be ours; no rejected page stays."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

import pytest

import ontologie
from ontologie import BASE, PREFIXES

OIA = PREFIXES["oia"]
SOURCE = PREFIXES["dct"] + "source"
ROOT = Path(ontologie.__file__).parent.parent
SIX = {
    "unesdoc.unesco.org": ("principe/unesco-",),
    "eur-lex.europa.eu": ("principe/ai-act/", "principe/rgpd/", "principe/cets-225/"),
    "legalinstruments.oecd.org": ("principe/ocde-0449/",),
    "digital-strategy.ec.europa.eu": ("principe/hleg-2019/",),
    "www.education.gouv.fr": ("principe/cadre-usage/",),
}


def rows(*path: str) -> tuple[dict[str, str], ...]:
    return ontologie.read_table("donnees", *path)


@pytest.mark.parametrize("host", SIX)
def test_all_principles_of_the_six_bodies_cite_their_own_body_alone(data, host: str) -> None:
    cited = data.objects(SOURCE)
    homes = tuple(BASE + home for home in SIX[host])
    principles = [one for one in data.typed(OIA + "Principe") if one.startswith(homes)]
    assert principles
    assert {urlsplit(page).hostname for one in principles for page in cited[one]} == {host}


@pytest.mark.parametrize("state", ["suspendue", "retiree"])
def test_the_state_of_a_rule_is_said_with_its_reason(data, state: str) -> None:
    told = {row["id"] for row in rows("corrections", "sources_officielles.csv") if row["statut"] == state}
    assert told == {row["regle"] for row in rows("regles_statuts.csv") if row["statut"] == state} != set()
    mark = {"suspendue": OIA + "suspendue", "retiree": PREFIXES["owl"] + "deprecated"}[state]
    reasons = data.objects(PREFIXES["skos"] + "historyNote")
    for name in told:
        assert f"{BASE}regle/{name}" in data.objects(mark)
        assert len(reasons[f"{BASE}regle/{name}"]) == 2
        assert f"{BASE}regle/{name}" not in data.objects(SOURCE)


def test_facets_and_grids_are_said_to_be_ours_and_cite_no_ministry(data) -> None:
    authors, cited = data.objects(PREFIXES["dct"] + "creator"), data.objects(SOURCE)
    ours = {s for kind in ("Grille", "Critere", "Echelon") for s in data.typed(OIA + kind)}
    ours |= {one for one in data.typed(PREFIXES["skos"] + "Concept") if one.startswith(BASE + "concept/acces/")}
    assert len(ours) > 60
    assert {one for one in ours if authors.get(one) != [BASE + "organisation/equipe-projet"]} == set()
    assert {one for one in ours if one in cited} == set()


def test_no_rejected_page_stays_in_what_is_shipped() -> None:
    rejected = [row["page"] for row in rows("pages_ecartees.csv")]
    allowed = {"pages_ecartees.csv"}
    found = {
        str(path.relative_to(ROOT))
        for folder in ("ontologie", "shapes", "ingestion", "queries", "sparql_api/templates")
        for path in (ROOT / folder).rglob("*")
        if path.suffix in {".csv", ".ttl", ".json", ".jsonld", ".rq", ".py", ".html", ".tsv"}
        and path.name not in allowed
        # A released version never changes, its faults neither.
        and not path.is_relative_to(ROOT / "ontologie" / "versions")
        for page in rejected
        if page in path.read_text(encoding="utf-8")
    }
    assert found == set()

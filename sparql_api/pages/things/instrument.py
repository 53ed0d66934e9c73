"""What the page of an instrument adds: each of its principles with what it corresponds to and why, the criteria that
look at it, how many projects show evidence of it, which findings cite it.

Knows the questions asked of the edition; how the table is laid out is the template's business.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from ontologie import PREFIXES
from sparql_api.pages.common.labels import is_safe
from sparql_api.pages.common.reading import Reading
from sparql_api.pages.things.describe import Description
from sparql_api.pages.things.presentation import Reader
from sparql_api.words.i18n import collation

SKOS, OWL, RDFS, SSSOM = PREFIXES["skos"], PREFIXES["owl"], PREFIXES["rdfs"], PREFIXES["sssom"]
OF: Final = f"?principe <{SKOS}inScheme> <%(iri)s> ."
PRINCIPLES: Final = f"""SELECT ?principe ?ordre ?code (COUNT(DISTINCT ?projet) AS ?projets) WHERE {{ {OF}
  OPTIONAL {{ ?principe <%(oia)sordre> ?ordre }} OPTIONAL {{ ?principe <{SKOS}notation> ?code }}
  OPTIONAL {{ ?projet <%(oia)sconcerne> ?principe }}
}} GROUP BY ?principe ?ordre ?code"""
WIDER: Final = f"SELECT ?principe ?large WHERE {{ {OF} ?principe <{SKOS}broader> ?large }}"
DEEPEST: Final = 8
"""Steps from a provision up to its article: a point of a paragraph is three below."""
CRITERIA: Final = f"SELECT ?principe ?critere WHERE {{ {OF} ?critere <%(oia)sporteSur> ?principe }}"
CITING: Final = """?projet a <%(oia)sProjet> ; <%(oia)sconstat> ?constat .
  { ?constat <%(oia)sapplique> ?principe } UNION
  { ?regle <%(oia)sdecouleDe> ?principe . ?constat <%(oia)sapplique> ?regle }"""
FINDINGS: Final = f"""SELECT ?principe (COUNT(?constat) AS ?constats) WHERE {{ {OF}
  {CITING}
}} GROUP BY ?principe"""
FINDINGS_OF: Final = f"""SELECT ?projet ?constat ?regle WHERE {{
  VALUES ?principe {{ <%(iri)s> }}
  {CITING}
}} ORDER BY ?projet ?constat ?regle"""
MATCHES: Final = f"""SELECT ?principe ?autre ?raison WHERE {{ {OF}
  {{ ?lien <{OWL}annotatedSource> ?principe ; <{OWL}annotatedTarget> ?autre }} UNION
  {{ ?lien <{OWL}annotatedTarget> ?principe ; <{OWL}annotatedSource> ?autre }}
  ?lien <{SSSOM}confidence> ?confiance ; <{RDFS}comment> ?raison . FILTER(lang(?raison) = "%(lang)s")
}} ORDER BY DESC(?confiance) ?autre"""


@dataclass
class PrincipleRow:
    """One principle of the instrument, by IRIs."""

    principle: str
    order: int
    projects: int
    code: str = ""
    """Its number in the instrument, as people cite it."""
    wider: str = ""
    """What it is a part of, in the same instrument."""
    findings: int = 0
    criteria: list[str] = field(default_factory=list)
    matches: list[tuple[str, str]] = field(default_factory=list)


async def instrument_rows(reading: Reading, found: Description, oia: str, lang: str) -> list[PrincipleRow]:
    """Return a row for each principle of an instrument, in its order; none for anything else."""
    is_instrument = any(quad.object.value == oia + "Instrument" for quad in found.main if hasattr(quad.object, "value"))
    if not is_instrument or not is_safe(found.iri):
        return []
    words = {"iri": found.iri, "oia": oia, "lang": lang}

    async def ask(query: str) -> list[dict[str, Any]]:
        return await reading.rows(query % words, found.edition)

    rows = {}
    for row in await ask(PRINCIPLES):
        order = int(row["ordre"].value) if "ordre" in row else 0
        iri, code = row["principe"].value, row["code"].value if "code" in row else ""
        rows[iri] = PrincipleRow(iri, order, int(row["projets"].value), code)
    for row in await ask(WIDER):
        rows[row["principe"].value].wider = row["large"].value
    for row in await ask(CRITERIA):
        rows[row["principe"].value].criteria.append(row["critere"].value)
    for row in await ask(FINDINGS):
        rows[row["principe"].value].findings = int(row["constats"].value)
    for row in await ask(MATCHES):
        rows[row["principe"].value].matches.append((row["autre"].value, row["raison"].value))
    return in_document_order(rows)


def in_document_order(rows: Mapping[str, PrincipleRow]) -> list[PrincipleRow]:
    """Return the principles as the instrument has them: what is a part of another stands behind it, by its order."""

    def place(row: PrincipleRow) -> list[tuple[int, Any]]:
        steps = [row]
        while steps[-1].wider in rows and len(steps) < DEEPEST:
            steps.append(rows[steps[-1].wider])
        return [(step.order, collation(step.code or step.principle)) for step in reversed(steps)]

    return sorted(rows.values(), key=place)


def named_in(rows: list[PrincipleRow]) -> set[str]:
    """Return the IRIs whose labels the table needs."""
    others = {other for row in rows for other, _ in row.matches}
    return {row.principle for row in rows} | {c for row in rows for c in row.criteria} | others


def rows_shown(reader: Reader, rows: list[PrincipleRow]) -> list[dict[str, Any]]:
    """Return the rows as the template shows them."""
    oia = reader.view.service.iris.term("")
    return [
        {
            "principle": reader.thing(row.principle),
            "code": row.code,
            "matches": [(reader.thing(other), why) for other, why in row.matches],
            "criteria": [reader.thing(one) for one in sorted(row.criteria)],
            "projects": row.projects,
            "projects_href": reader.view.url("/fiches", {"principe": row.principle}),
            "findings": row.findings,
            "findings_href": reader.view.url("/sparql", {"query": findings_of(row.principle, oia)}),
        }
        for row in rows
    ]


def findings_of(principle: str, oia: str) -> str:
    """Return the query of the findings that cite a principle, which their number leads to."""
    return FINDINGS_OF % {"iri": principle, "oia": oia} if is_safe(principle) else ""

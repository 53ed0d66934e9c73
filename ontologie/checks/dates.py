"""The dated statements of what we publish: each text has one, or says why not, and they are those of the table.

Knows the table `application` and the nodes `oia:Applicabilite` made of it (docs/decisions/iris-and-graphs.md).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Final

from ontologie.checks.model import OIA, Check, Corpus, Examined, Finding, iris, literals, phrase, short
from ontologie.checks.terms import Said
from ontologie.namespaces import BASE, RDF_TYPE
from ontologie.resources import read_table

TEXTS: Final = tuple(OIA + kind for kind in ("Instrument", "Principe", "RegleDuCadre"))
STATED: Final = OIA + "applicabilite"
CASE: Final = OIA + "casApplication"
DATES: Final = {
    "entree_en_vigueur": OIA + "entreeEnVigueur",
    "applique_a_partir_du": OIA + "appliqueAPartirDu",
    "redaction_depuis": OIA + "redactionDepuis",
    "fin": OIA + "finRedaction",
}
"""The columns of the table that hold a date, and the property that says each."""


def dated(corpus: Corpus) -> Examined:
    """Every instrument, principle and rule has a statement that dates it, or that says why it has no date."""
    found: list[Finding] = []
    texts = {
        iri: said
        for iri, said in corpus.ours.items()
        if iri.startswith(BASE) and set(TEXTS) & set(iris(said, RDF_TYPE))
    }
    for iri, said in texts.items():
        stated = [corpus.ours.get(one, {}) for one in iris(said, STATED)]
        told = [one for one in stated if any(OIA + name in one for name in ("appliqueAPartirDu", "condition"))]
        if not told or len(told) < len(stated):
            found.append(Finding("dated", short(iri), phrase("neither-date-nor-reason")))
    return Examined(len(texts), tuple(found))


def as_the_table_says(corpus: Corpus) -> Examined:
    """Every dated statement of a text is a row of the table: case, entry into force, application, wording, end."""
    found = []
    examined = 0
    for iri, said in corpus.ours.items():
        nodes = iris(said, STATED) if iri.startswith(BASE) else []
        rows = _rows().get(iri.rpartition("/")[2], []) if nodes else []
        examined += len(nodes)
        if len(nodes) != len(rows):
            found.append(Finding("dates-table", short(iri), phrase("lacks-dated-statements", count=len(rows))))
        for node in nodes:
            if _told(corpus.ours.get(node, {})) not in rows:
                found.append(Finding("dates-table", short(node), phrase("is-no-row-of-the-dates")))
    return Examined(examined, tuple(found))


def _told(said: Said) -> tuple[str, ...]:
    cases = [case.rpartition("/")[2] for case in iris(said, CASE)]
    return (*cases, *("|".join(text.value for text in literals(said, predicate)) for predicate in DATES.values()))


@cache
def _rows() -> Mapping[str, list[tuple[str, ...]]]:
    found: dict[str, list[tuple[str, ...]]] = {}
    for row in read_table("donnees", "corrections", "application.csv"):
        found.setdefault(row["id"], []).append((row["cas"], *(row[column] for column in DATES)))
    return found


CHECKS: Final = (
    Check("dated", phrase("every-instrument-principle-and-rule-has-a-date"), dated),
    Check("dates-table", phrase("every-dated-statement-is-a-row-of-the-table"), as_the_table_says),
)

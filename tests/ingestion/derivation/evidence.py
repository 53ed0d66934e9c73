"""The evidence that ties projects to principles, as a table that a person reads and signs.

`python -m tests.ingestion.derivation.evidence` writes `table_concerne.csv` and `table_constats.csv` again from the bundled
data; what changed then shows as a difference, line by line, to be read before it is kept.
"""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Sequence
from pathlib import Path

import pyoxigraph as ox

from ontologie import BASE, Iris

HERE = Path(__file__).parent
CONCERNE = HERE / "table_concerne.csv"
CONSTATS = HERE / "table_constats.csv"
DISPOSITIONS = HERE / "table_dispositions.csv"
"""The rows of the second query of a researcher, worked out by hand from the levels and dates of the deposits."""
HEADER = ("projet", "principe", "preuve", "regle", "champ", "mots")
COUNTS = ("regle", "verdict", "projets")
PREFIXES = "\n".join(f"PREFIX {prefix}: <{iri}>" for prefix, iri in Iris().prefixes().items())

INDICES = """
SELECT ?projet ?principe ?polarite ?regle ?champ ?mots WHERE {
  ?projet a oia:Projet ; oia:indice ?indice .
  ?indice oia:polarite ?polarite ; oia:regle ?regle ; oia:champ ?champ ; oia:extrait ?mots .
  OPTIONAL { ?indice oia:evoque ?principe }
}
"""
APPRECIATIONS = """
SELECT ?projet ?principe ?regle ?echelon ?valeur ?illustrative ?champ ?mots WHERE {
  ?analyse oia:evalue ?projet ; oia:comporte ?appreciation .
  ?appreciation oia:critere ?regle ; oia:echelon ?echelon .
  ?echelon oia:valeur ?valeur .
  ?regle oia:porteSur ?principe .
  OPTIONAL { ?appreciation oia:preuve ?preuve . ?preuve oia:champ ?champ ; oia:extrait ?mots . }
  BIND(EXISTS { ?analyse a oia:AnalyseIllustrative } AS ?illustrative)
}
"""
FINDINGS = """
SELECT ?projet ?principe ?regle ?verdict ?predicat ?objet WHERE {
  ?projet a oia:Projet ; oia:constat ?constat .
  ?constat oia:regle ?regle ; oia:verdict ?verdict ; oia:applique ?texte ; oia:premisse ?premisse .
  ?verdict oia:concluant true .
  ?regle oia:rattache true .
  { ?texte oia:decouleDe ?principe } UNION { ?texte a oia:Disposition . BIND(?texte AS ?principe) }
  ?premisse rdf:predicate ?predicat ; rdf:object ?objet .
}
"""


def evidence(store: ox.Store) -> list[tuple[str, ...]]:
    """Return one row a piece of evidence of the published projects, sorted."""
    rows: set[tuple[str, ...]] = set()
    for found in ask(store, INDICES):
        kind = f"indice : {short(found['polarite'])}"
        rows.add((short(found["projet"]), short(found["principe"]), kind, *map(short, _rest(found))))
    for found in ask(store, APPRECIATIONS):
        judged = "illustration" if short(found["illustrative"]) == "true" else "appréciation"
        kind = f"{judged} : {short(found['echelon'])}"
        rows.add((short(found["projet"]), short(found["principe"]), kind, *map(short, _rest(found))))
    premises: dict[tuple[str, ...], set[tuple[str, str]]] = {}
    for found in ask(store, FINDINGS):
        kind = f"constat : {short(found['verdict'])}"
        key = (short(found["projet"]), short(found["principe"]), kind, short(found["regle"]))
        premises.setdefault(key, set()).add((short(found["predicat"]), short(found["objet"])))
    for finding, pairs in premises.items():
        fields, words = zip(*sorted(pairs), strict=True)
        rows.add((*finding, " ; ".join(dict.fromkeys(fields)), " ; ".join(words)))
    return sorted(rows)


def ties(row: Sequence[str]) -> bool:
    """Tell whether a piece of evidence ties its project: steps without value are no evidence, and 0 is `non-atteint`."""
    kind, _, said = row[2].partition(" : ")
    return {"indice": said == "aborde", "appréciation": said != "non-atteint", "constat": True}.get(kind, False)


def counts(store: ox.Store) -> list[tuple[str, ...]]:
    """Return how many projects have a finding by each rule and with each conclusion, sorted."""
    found = ask(
        store,
        """SELECT ?regle ?verdict (COUNT(DISTINCT ?projet) AS ?n) WHERE {
             ?projet a oia:Projet ; oia:constat ?constat . ?constat oia:regle ?regle ; oia:verdict ?verdict .
           } GROUP BY ?regle ?verdict""",
    )
    return sorted((short(row["regle"]), short(row["verdict"]), row["n"].value) for row in found)


def ask(store: ox.Store, query: str) -> ox.QuerySolutions:
    """Return the rows of a query over the union of all graphs, with the usual prefixes."""
    rows = store.query(f"BASE <{BASE}>\n{PREFIXES}\n{query}", use_default_graph_as_union=True)
    assert isinstance(rows, ox.QuerySolutions)
    return rows


def short(term: ox.NamedNode | ox.Literal | ox.BlankNode | ox.Triple | None) -> str:
    """Return the last part of an IRI, a literal's text, nothing for an unbound variable."""
    if isinstance(term, ox.NamedNode):
        return term.value.rpartition("/")[2].rpartition("#")[2]
    return term.value if isinstance(term, ox.Literal) else ""


def read(path: Path) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Return the header and the rows of a kept table."""
    header, *rows = csv.reader(io.StringIO(path.read_text(encoding="utf-8"), newline=""))
    return tuple(header), [tuple(row) for row in rows]


def write(path: Path, header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Write a table to be read and kept."""
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerows([header, *rows])


def _rest(row: ox.QuerySolution) -> tuple[ox.NamedNode | ox.Literal | ox.BlankNode | ox.Triple | None, ...]:
    return row["regle"], row["champ"], row["mots"]


def main() -> None:
    """Publish the bundled data in a passing folder and write both tables."""
    from ingestion import Registry, Settings, publish
    from ingestion.demo.load import load_demo

    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(var=Path(folder) / "var")
        registry = Registry(settings)
        load_demo(registry, settings)
        edition = publish(settings, registry).edition
        registry.close()
        store = ox.Store.read_only(str(edition.store_path))
        write(CONCERNE, HEADER, evidence(store))
        write(CONSTATS, COUNTS, counts(store))


if __name__ == "__main__":
    main()

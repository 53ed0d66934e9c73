"""One observatory harvests another: `observatoire harvest sparql` from our own service, in the terms of our ontology."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph as ox

from ingestion import Registry, Settings
from ingestion.harvest.things import identifier_of
from tests.making import command

QUERY = """PREFIX oia: <https://w3id.org/observatoire-ia/ontologie#>
PREFIX dct: <http://purl.org/dc/terms/>
PREFIX foaf: <http://xmlns.com/foaf/0.1/>
CONSTRUCT { ?p a oia:Projet ; dct:title ?title ; oia:niveau ?level ; oia:academie ?academie . ?f foaf:primaryTopic ?p ; dct:license ?licence }
WHERE { ?p a oia:Projet ; dct:title ?title ; oia:academie ?academie . ?f foaf:primaryTopic ?p ; dct:license ?licence
        FILTER(?academie = <https://w3id.org/observatoire-ia/academie/18>) OPTIONAL { ?p oia:niveau ?level } }
"""


def test_what_another_observatory_publishes_is_deposited_with_its_levels(
    endpoint: str, store: ox.Store, tmp_path: Path
) -> None:
    (tmp_path / "q.rq").write_text(QUERY, encoding="utf-8")
    take = ("harvest", "sparql", endpoint, str(tmp_path / "q.rq"), "--allow-private", "--pause", "0", "--page", "2", "--lang", "en")
    done = command(tmp_path / "var", *take)
    assert done.exit_code == 0, done.stderr
    there: dict[str, set[str]] = {}
    solutions = store.query(
        "PREFIX oia: <https://w3id.org/observatoire-ia/ontologie#> SELECT DISTINCT ?p ?level { ?p a oia:Projet ; "
        "oia:academie <https://w3id.org/observatoire-ia/academie/18> OPTIONAL { ?p oia:niveau ?level } }",
        use_default_graph_as_union=True,
    )
    assert isinstance(solutions, ox.QuerySolutions)
    for project, level in solutions:
        there.setdefault(project.value, set()).update([level.value] if level else [])
    assert len(there) > 2 and any(there.values())
    with Registry(Settings(var=tmp_path / "var")) as registry:
        found = {one.identifier: one.document for one in registry.listed()}
    assert found.keys() == {f"18-{identifier_of(iri)}" for iri in there}
    for iri, levels in there.items():
        document = found[f"18-{identifier_of(iri)}"]
        assert document is not None
        absolute = {one if "://" in one else f"https://w3id.org/observatoire-ia/{one}" for one in document.get("niveau", ())}
        assert absolute == levels and document["fiche"]["sourcePage"] == [iri]

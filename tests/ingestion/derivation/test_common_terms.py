"""What publication says of a fiche in common terms (Dublin Core, schema.org, DPV, PROV): each once, and no more."""

from __future__ import annotations

import pyoxigraph as ox

from ontologie import BASE, PREFIXES, Iris, rule_files, vocabularies
from sparql_api.pages.things.presentation import layout
from tests.ingestion.derivation.findings import derived, document, store_of

PROJECT, FICHE = f"{BASE}projet/18-T1", f"{BASE}graphe/projet/18-T1"
DC11, DPV = "http://purl.org/dc/elements/1.1/", "https://w3id.org/dpv#"
DCT, SCHEMA, PROV = (PREFIXES[name] for name in ("dct", "schema", "prov"))
TEN = {
    DCT + "subject": {"discipline"},
    DCT + "date": {"date", "dateFin"},
    DCT + "spatial": {"academie", "academieAssociee", "regionAcademique"},
    SCHEMA + "educationalLevel": {"niveau"},
    SCHEMA + "audience": {"publicCible"},
    SCHEMA + "teaches": {"competenceCRCN", "competenceIA"},
    SCHEMA + "temporalCoverage": {"anneeScolaire", "anneeScolaireDeduite"},
    DPV + "hasPurpose": {"finalite"},
    PROV + "used": {"outil"},
    DC11 + "creator": {"auteurInstitutionnel"},
}
"""Each common property, and the properties of a project or a fiche that are declared below it."""


def said(quads: list[ox.Quad], subject: str) -> dict[str, set[str]]:
    """Return what quads say of a subject by the common properties: values by property."""
    found: dict[str, set[str]] = {}
    for quad in quads:
        if str(quad.subject) == f"<{subject}>" and quad.predicate.value in TEN:
            found.setdefault(quad.predicate.value, set()).add(getattr(quad.object, "value", str(quad.object)))
    return found


def test_a_fiche_speaks_common_terms() -> None:
    deposit = document(
        academie="academie/18", regionAcademique="region-academique/centre-val-de-loire", date="2025-05-25",
        niveau=["3e"], discipline=["concept/discipline/emi"], finalite=["dialoguer", "ecrire"],
        competenceCRCN=["1.1"], outil=["chatgpt"], publicCible=["concept/public/allophones"],
    )  # fmt: skip
    deposit["fiche"]["auteurInstitutionnel"] = "Académie d'Orléans-Tours"
    quads = derived(store_of(deposit))
    assert said(quads, PROJECT) == {
        DCT + "subject": {BASE + "concept/discipline/emi"},
        DCT + "date": {"2025-05-25"},
        DCT + "spatial": {BASE + "academie/18", BASE + "region-academique/centre-val-de-loire"},
        SCHEMA + "educationalLevel": {"http://data.education.fr/voc/scolomfr/concept/scolomfr-voc-022-num-023"},
        SCHEMA + "audience": {BASE + "concept/public/allophones"},
        SCHEMA + "teaches": {BASE + "concept/crcn/1.1"},
        SCHEMA + "temporalCoverage": {"2024-2025"},
        DPV + "hasPurpose": {BASE + "concept/finalite/dialoguer", BASE + "concept/finalite/ecrire"},
        PROV + "used": {BASE + "outil/chatgpt"},
    }
    assert said(quads, FICHE) == {DC11 + "creator": {"Académie d'Orléans-Tours"}}


def test_each_is_said_of_projects_and_fiches_alone_and_once() -> None:
    quads = derived(store_of(document(finalite=["dialoguer"], date="2025")))
    common = [quad for quad in quads if quad.predicate.value in TEN]
    assert {str(quad.subject) for quad in common} == {f"<{PROJECT}>"}
    assert len(common) == len(set(common)) == 2


def test_the_ontology_declares_what_the_rule_materialises() -> None:
    below = f"{PREFIXES['rdfs']}subPropertyOf"
    store = ox.Store()
    for one in vocabularies():
        if one.path.startswith("termes/"):
            store.load(b"".join(one.lines), format=ox.RdfFormat.N_QUADS)
    for common, ours in TEN.items():
        assert ours <= {name.rpartition("#")[2] for name in descendants(store, below, common)}, common


def descendants(store: ox.Store, below: str, name: str) -> set[str]:
    """Return what stands below a term, at any depth."""
    pattern = (None, ox.NamedNode(below), ox.NamedNode(name))
    found = {str(quad.subject)[1:-1] for quad in store.quads_for_pattern(*pattern, None)}
    return found.union(*(descendants(store, below, one) for one in found))


def test_the_rule_and_the_pages_name_the_same_ten() -> None:
    (rule,) = rule_files("super-proprietes")
    prefixes = {name + ":": space for name, space in PREFIXES.items()}
    values = rule.text.partition("VALUES ?commune {")[2].partition("}")[0].split()
    named = {v.strip("<>") if v.startswith("<") else prefixes[v.split(":")[0] + ":"] + v.split(":")[1] for v in values}
    assert named == set(TEN) == layout(Iris())["restated"]

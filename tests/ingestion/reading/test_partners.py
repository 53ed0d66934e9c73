"""What partners deposit is read from each form they write it in, and what is wrong is said at its line and column."""

from __future__ import annotations

from pathlib import Path

import pytest
import rdflib
import xlsxwriter
from rdflib.namespace import RDF, SKOS

from ingestion import Options, UnreadableDeposit, examine
from ingestion.commands.partner_template import partner_template
from ontologie import BASE
from tests.ingestion.partners import CC_BY, CURATED, HEAD, HUB, MATCHES, TABLE, TURTLE, file_of, sssom


def graph_of(path: Path, kind: str) -> rdflib.Graph:
    done = examine(path, Options(kind=kind))
    assert [one.message["en"] for one in done.entries if one.refuses] == []
    graph = rdflib.Graph()
    for document in done.documents:
        graph.parse(
            data=b"".join(line.rpartition(b" <")[0] + b" .\n" for line in document.converted.lines), format="nt"
        )
    return graph


def said(path: Path, kind: str) -> dict[str, tuple[int | None, int | None]]:
    """Return where each rule that refuses or warns was said."""
    done = examine(path, Options(kind=kind))
    shown = [one for one in done.entries if one.severity != "info"]
    return {one.rule.rpartition(":")[2].rpartition("#")[2]: (one.line, one.column) for one in shown}


def test_a_table_in_spanish_and_arabic_becomes_an_instrument_with_its_principles(tmp_path: Path) -> None:
    graph = graph_of(file_of(tmp_path, "marco.csv", TABLE), "instrument")
    one, below = (rdflib.URIRef(f"{BASE}principe/mx-2025/{name}") for name in ("P1", "P1-1"))
    scheme = rdflib.URIRef(BASE + "instrument/mx-2025")
    assert set(graph.subjects(SKOS.inScheme, scheme)) == {one, below}
    names = {rdflib.Literal("Juicio humano", lang="es"), rdflib.Literal("الحكم البشري", lang="ar")}
    assert set(graph.objects(one, SKOS.prefLabel)) == names
    assert (below, SKOS.broader, one) in graph
    assert (scheme, RDF.type, rdflib.URIRef(BASE + "ontologie#Instrument")) in graph
    assert set(graph.objects(None, rdflib.DCTERMS.license)) == {rdflib.URIRef(CC_BY)}


def test_a_framework_without_a_principle_is_refused(tmp_path: Path) -> None:
    alone = "".join(TABLE.splitlines(keepends=True)[:2])
    assert "instrument-sans-principe" in said(file_of(tmp_path, "marco.csv", alone), "instrument")


def test_a_workbook_says_the_same_as_its_table(tmp_path: Path) -> None:
    book = xlsxwriter.Workbook(tmp_path / "marco.xlsx")
    sheet = book.add_worksheet()
    for row, line in enumerate(TABLE.splitlines()):
        for column, cell in enumerate(line.split(",")):
            sheet.write_string(row, column, cell)
    book.close()
    table = graph_of(file_of(tmp_path, "marco.csv", TABLE), "instrument")
    assert set(graph_of(tmp_path / "marco.xlsx", "instrument")) == set(table)


def test_a_skos_file_keeps_the_iris_of_the_namespace_that_it_declares(tmp_path: Path) -> None:
    graph = graph_of(file_of(tmp_path, "marco.ttl", TURTLE), "instrument")
    theirs = rdflib.URIRef("https://example.org/marco/juicio")
    assert (theirs, SKOS.inScheme, rdflib.URIRef(BASE + "instrument/mx-2025")) in graph
    without = TURTLE.replace(' ; void:uriSpace "https://example.org/marco/"', "")
    assert said(file_of(tmp_path, "other.ttl", without), "instrument")["concept-hors-espace"] == (7, 1)


@pytest.mark.parametrize(
    ("before", "after", "rule", "place"),
    [
        (CC_BY, "", "licence-absente", (2, 1)),
        ("mx-2025,P1-1", "mx-2025,P1", "principe-double", (4, 2)),
        ("mx-2025,P1-1", "mx-2025,P 1", "principe-mal-nomme", (4, 2)),
        ("mx-2025,P1-1", "mx-2026,P1-1", "autre-instrument", (4, None)),
        ("P1-1,P1,", "P1-1,P9,", "Principe-plusLarge", (4, 3)),
        (",1,Juicio", ",un,Juicio", "Principe-ordre", (3, 4)),
        ("es,MX", "klingon,MX", "langue-inconnue", (2, 9)),
        ("mx-2025,P1-1,P1,1,La persona decide", "mx-2025,P1-1,P1,1,", "Instrument-libelle", (4, 1)),
    ],
)
def test_what_is_wrong_in_a_table_is_said_where_it_stands(
    tmp_path: Path, before: str, after: str, rule: str, place: tuple[int, int | None]
) -> None:
    found = said(file_of(tmp_path, "marco.csv", TABLE.replace(before, after)), "instrument")
    assert found.get(rule) == place, found


@pytest.mark.parametrize(
    ("row", "rule", "place"),
    [
        (f"{HUB}|skos:sameMatch|oia:principe/cadre-usage/CU-P1|{CURATED}|0.7|x", "Alignement-predicat", (9, 2)),
        (f"{HUB}|skos:closeMatch|oia:principe/cadre-usage/CU-P1|by hand|0.7|x", "prefixe-inconnu", (9, 4)),
        (f"{HUB}|skos:closeMatch|oia:principe/cadre-usage/CU-P1||0.7|x", "Alignement-justification", (9, 1)),
        (f"{HUB}|skos:closeMatch|oia:principe/cadre-usage/CU-P1|{CURATED}|1.7|x", "Alignement-confiance", (9, 5)),
        (f"{HUB}|skos:closeMatch|oia:principe/cadre-usage/CU-P99|{CURATED}|0.7|x", "bout-inconnu", (9, 3)),
        (f"no:1|skos:closeMatch|oia:principe/cadre-usage/CU-P1|{CURATED}|0.7|x", "prefixe-inconnu", (9, 1)),
        (f"{HUB}|skos:closeMatch|airo:NoSuchThing|{CURATED}|0.7|x", "bout-non-verifie", (9, 3)),
        (f"{HUB}|skos:closeMatch|{HUB}|{CURATED}|0.7|x", "bouts-confondus", (9, 2)),
        (f"{HUB}||airo:AIUser|{CURATED}|0.7|x", "correspondance-incomplete", (9, 1)),
    ],
)
def test_what_is_wrong_in_a_mapping_set_is_said_where_it_stands(
    tmp_path: Path, row: str, rule: str, place: tuple[int, int]
) -> None:
    found = said(file_of(tmp_path, "one.sssom.tsv", sssom(row)), "linkset")
    assert found.get(rule) == place, found


def test_a_person_named_by_a_mapping_set_is_neither_kept_nor_published(tmp_path: Path) -> None:
    row = f"{HUB}|skos:closeMatch|airo:AIUser|{CURATED}|0.7|x|orcid:0000-0002-1825-0097"
    path = file_of(tmp_path, "one.sssom.tsv", sssom(row, slots="subject_id predicate_id object_id "
                   "mapping_justification confidence comment author_id"))  # fmt: skip
    done = examine(path, Options(kind="linkset"))
    assert [one.rule for one in done.entries] == ["depot:personnes-laissees"]
    assert b"0000-0002" not in b"".join(done.documents[0].converted.lines)


def test_a_match_that_contradicts_what_is_published_is_a_warning_that_names_both(tmp_path: Path) -> None:
    # CU-P2 is narrower than the hub's principle of rights in the published table.
    row = (
        f"oia:principe/cadre-usage/CU-P2|skos:exactMatch|oia:principe/international/droits-fondamentaux|{CURATED}|0.9|x"
    )
    (found,) = examine(file_of(tmp_path, "one.sssom.tsv", sssom(row)), Options(kind="linkset")).entries
    assert found.severity == "warning" and (found.line, found.column) == (9, 2)
    assert "skos:exactMatch" in found.message["en"] and "skos:broadMatch" in found.message["en"]


def test_a_chain_of_exact_matches_that_comes_back_as_a_hierarchy_is_a_warning(tmp_path: Path) -> None:
    rows = [
        f"airo:AIUser|skos:exactMatch|vair:Teacher|{CURATED}|0.9|x",
        f"vair:Teacher|skos:exactMatch|{HUB}|{CURATED}|0.9|x",
        f"{HUB}|skos:broadMatch|airo:AIUser|{CURATED}|0.9|x",
    ]
    found = said(file_of(tmp_path, "one.sssom.tsv", sssom(*rows)), "linkset")
    assert found["correspondance-contredite"] == (11, 2)


def test_rdf_says_the_same_links_as_sssom(tmp_path: Path) -> None:
    rows = [row.replace("mx:P1-1", "oia:principe/cadre-usage/CU-P1").replace("mx:P1", HUB.replace("centrage-humain",
            "transparence")) for row in MATCHES]  # fmt: skip
    table = graph_of(file_of(tmp_path, "one.sssom.tsv", sssom(*rows)), "linkset")
    text = f"""
    @prefix sssom: <https://w3id.org/sssom/> . @prefix owl: <http://www.w3.org/2002/07/owl#> .
    @prefix skos: <http://www.w3.org/2004/02/skos/core#> . @prefix dct: <http://purl.org/dc/terms/> .
    @prefix semapv: <https://w3id.org/semapv/vocab/> . @prefix p: <{BASE}principe/> .
    <https://example.org/sssom/mx-2025> a sssom:MappingSet ; dct:license <{CC_BY}> ; dct:title "Mexico and the hub" .
    [] a owl:Axiom ; owl:annotatedSource <{BASE}principe/international/transparence> ;
      owl:annotatedProperty skos:closeMatch ; owl:annotatedTarget <{BASE}principe/international/centrage-humain> ;
      sssom:mapping_justification semapv:ManualMappingCuration ; sssom:confidence 0.7 .
    [] owl:annotatedSource <{BASE}principe/cadre-usage/CU-P1> ; owl:annotatedProperty skos:relatedMatch ;
      owl:annotatedTarget <https://w3id.org/airo#AIUser> ;
      sssom:mapping_justification semapv:ManualMappingCuration ; sssom:confidence 0.5 .
    """
    rdf = graph_of(file_of(tmp_path, "links.ttl", text), "linkset")
    assert {t for t in table if t[1] != rdflib.RDFS.comment} == set(rdf)


def test_rdf_that_is_not_well_formed_is_refused_at_its_place(tmp_path: Path) -> None:
    with pytest.raises(UnreadableDeposit) as refused:
        examine(file_of(tmp_path, "f.ttl", "@prefix a: <http://a/> .\na:b a:c"), Options(kind="instrument"))
    assert refused.value.issue.rule == "depot:rdf-mal-forme" and refused.value.line == 2


def test_a_mapping_set_without_a_required_column_or_a_name_is_refused_whole(tmp_path: Path) -> None:
    with pytest.raises(UnreadableDeposit) as refused:
        examine(
            file_of(tmp_path, "a.sssom.tsv", sssom(slots="subject_id predicate_id object_id")), Options(kind="linkset")
        )
    assert "mapping_justification" in refused.value.message["en"]
    nameless = sssom(MATCHES[0], head=HEAD.replace("#mapping_set_id: https://example.org/sssom/mx-2025\n", ""))
    with pytest.raises(UnreadableDeposit) as refused:
        examine(file_of(tmp_path, "b.sssom.tsv", nameless), Options(kind="linkset"))
    assert refused.value.issue.rule == "depot:linkset-sans-nom"


@pytest.mark.parametrize(("kind", "form", "name"), [
    ("instrument", "csv", "a.csv"), ("instrument", "xlsx", "a.xlsx"), ("linkset", "tsv", "a.sssom.tsv"),
])  # fmt: skip
def test_the_template_with_its_example_is_read_as_it_is(kind: str, form: str, name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(partner_template(kind, form, "fr"))
    done = examine(path, Options(kind=kind))
    refused = {one.rule.rpartition(":")[2] for one in done.entries if one.refuses}
    # The example's own framework is not deposited here.
    assert refused == ({"bout-inconnu"} if kind == "linkset" else set())


DATED = f"""\
instrument,id,libelle@es,licence,en_vigueur,aplicable_desde,redaccion_desde,condicion@es,autres_identifiants
mx-2025,,Marco mexicano,{CC_BY},2025-03,,,No vinculante.,DOF 12/2025|ISBN 1
mx-2025,P1,Juicio humano,,2025-03,2025-09,2026-01-15,,
mx-2025,P2,Sin fecha,,,,,,
"""
STATED = """\
@prefix oia: <https://w3id.org/observatoire-ia/ontologie#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
<https://example.org/marco> oia:applicabilite [
    oia:entreeEnVigueur "2025-03"^^xsd:gYearMonth ; oia:condition "No vinculante."@es ] .
<https://example.org/marco/juicio> oia:applicabilite
    [ oia:appliqueAPartirDu "2025-09-01"^^xsd:date ], [ oia:appliqueAPartirDu "2026-12"^^xsd:gYearMonth ] .
"""


def dates_of(graph: rdflib.Graph, text: str) -> dict[str, dict[str, rdflib.term.Node]]:
    """Return the statements of a text, by the end of their IRI: what each says, by the name of the property."""
    oia = rdflib.Namespace(BASE + "ontologie#")
    return {
        str(node).partition("#")[2]: {
            str(name).removeprefix(oia): value
            for name, value in graph.predicate_objects(node)
            if name in oia and name != oia.casApplication
        }
        for node in graph.objects(rdflib.URIRef(text if ":" in text else BASE + text), oia.applicabilite)
    }


def test_a_table_says_from_when_each_text_applies(tmp_path: Path) -> None:
    graph = graph_of(file_of(tmp_path, "marco.csv", DATED), "instrument")
    day, month = rdflib.XSD.date, rdflib.XSD.gYearMonth
    assert dates_of(graph, "instrument/mx-2025") == {"applicabilite-general": {
        "entreeEnVigueur": rdflib.Literal("2025-03", datatype=month), "condition": rdflib.Literal("No vinculante.", lang="es"),
    }}  # fmt: skip
    assert dates_of(graph, "principe/mx-2025/P1") == {"applicabilite-2025-09": {
        "entreeEnVigueur": rdflib.Literal("2025-03", datatype=month),
        "appliqueAPartirDu": rdflib.Literal("2025-09", datatype=month),
        "appliqueAuPlusTot": rdflib.Literal("2025-09-01", datatype=day),
        "appliqueAuPlusTard": rdflib.Literal("2025-10-01", datatype=day),
        "redactionDepuis": rdflib.Literal("2026-01-15", datatype=day),
    }}  # fmt: skip
    assert dates_of(graph, "principe/mx-2025/P2") == {}
    others = set(graph.objects(rdflib.URIRef(BASE + "instrument/mx-2025"), rdflib.SDO.identifier))
    assert others == {rdflib.Literal("DOF 12/2025"), rdflib.Literal("ISBN 1")}


def test_a_skos_file_says_it_by_nodes_without_names(tmp_path: Path) -> None:
    graph = graph_of(file_of(tmp_path, "marco.ttl", TURTLE + STATED), "instrument")
    (whole,) = dates_of(graph, "instrument/mx-2025").values()
    assert whole["entreeEnVigueur"] == rdflib.Literal("2025-03", datatype=rdflib.XSD.gYearMonth)
    parts = dates_of(graph, "https://example.org/marco/juicio")
    assert set(parts) == {"applicabilite-juicio-2025-09-01", "applicabilite-juicio-2026-12"}
    assert str(parts["applicabilite-juicio-2026-12"]["appliqueAuPlusTard"]) == "2027-01-01"


@pytest.mark.parametrize(
    ("old", "new", "rule", "place"),
    [
        ("2025-03,2025-09,", "2025-03,2025-9-1,", "Applicabilite-appliqueAPartirDu", (3, 6)),
        ("2025-03,,,No vinculante.", "marzo,,,No vinculante.", "Applicabilite-entreeEnVigueur", (2, 5)),
        ("2025-03,,,No vinculante.", "2025-03,,,", "Applicabilite-dateOuRaison", (2, 1)),
        ("2025-03,2025-09,", "2025-03,9999-12,", None, None),
    ],
)
def test_what_is_wrong_with_dates_is_said_at_its_cell(
    tmp_path: Path, old: str, new: str, rule: str | None, place: tuple[int, int] | None
) -> None:
    assert old in DATED
    found = said(file_of(tmp_path, "marco.csv", DATED.replace(old, new)), "instrument")
    if rule:
        assert found[rule] == place
    else:
        assert "Applicabilite-appliqueAPartirDu" not in found


def test_one_day_stated_twice_is_a_warning(tmp_path: Path) -> None:
    twice = STATED.replace('"2026-12"^^xsd:gYearMonth', '"2025-09-01"^^xsd:date ; oia:condition "Otra."@es')
    assert "applicabilite-double" in said(file_of(tmp_path, "marco.ttl", TURTLE + twice), "instrument")

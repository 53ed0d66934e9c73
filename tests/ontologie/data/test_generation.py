"""The generated Turtle: made again it is the one committed, to the byte, and it says all that the tables say."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph as ox
import pytest

import ontologie
from ontologie.generation.__main__ import main
from ontologie.generation.tables.turtle import Turtle, both, iri, text

PACKAGE = Path(ontologie.__file__).parent
OIA = ontologie.PREFIXES["oia"]
SKOS = ontologie.PREFIXES["skos"]
BASE = ontologie.BASE


def rows(*path: str) -> tuple[dict[str, str], ...]:
    return ontologie.read_table("donnees", *path)


def test_the_committed_files_are_those_the_tables_give(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--check"]) == 0, capsys.readouterr().err


def test_no_triple_stands_in_two_files(data) -> None:
    homes: dict[tuple[str, str, str], set[str]] = {}
    for path, triples in data.files.items():
        for subject, predicate, term in triples:
            homes.setdefault((subject, predicate, str(term)), set()).add(path)
    assert {triple: files for triple, files in homes.items() if len(files) > 1} == {}


def test_no_file_holds_a_blank_node() -> None:
    for path in [*PACKAGE.glob("genere/*.ttl"), *PACKAGE.glob("tiers/*/*.ttl")]:
        for quad in ox.parse(path.read_bytes(), format=ox.RdfFormat.TURTLE, base_iri=BASE):
            assert not isinstance(quad.subject, ox.BlankNode), path
            assert not isinstance(quad.object, ox.BlankNode), path


@pytest.mark.parametrize(
    ("kind", "count"),
    [
        ("Instrument", 21),
        ("Principe", 263 + 24 - 64),
        ("RegleDuCadre", 32),
        ("Grille", 2),
        ("Dimension", 11),
        ("Critere", 51),
        ("Echelon", 5),
        ("RegleAgregation", 7),
        ("OutilIA", 98),
        ("Organisation", 16),
        ("Fonction", 6),
        ("Academie", 36),
        ("RegionAcademique", 18),
        ("Dispositif", 17),
        ("Applicabilite", 405 - 73),
        ("Alignement", 566 - 66 + 42 - 50 + 5 + 17 + 75 + 117 + 4 - 154),
    ],
)
def test_each_kind_of_thing_is_counted(data, kind: str, count: int) -> None:
    assert len(data.typed(OIA + kind)) == count


def test_each_row_of_a_table_is_a_thing(data) -> None:
    subjects = {subject for subject, _, _ in data.triples()}
    for row in rows("instruments", "principes.csv"):
        assert f"{BASE}principe/{row['instrument']}/{row['id']}" in subjects
    for row in rows("instruments", "instruments.csv"):
        assert f"{BASE}instrument/{row['id']}" in subjects
    for row in rows("outils-ia", "outils.csv"):
        assert f"{BASE}outil/{row['id']}" in subjects


def test_every_thing_of_ours_has_a_label_in_each_language_and_only_one(data) -> None:
    wrong = {}
    labels: dict[str, list[str]] = {}
    for subject, predicate, term in data.triples("genere/"):
        if predicate == SKOS + "prefLabel" and isinstance(term, ox.Literal):
            labels.setdefault(subject, []).append(term.language or "")
    for subject, tags in labels.items():
        if len(set(tags)) != len(tags) or not {"fr", "en"} <= set(tags):
            wrong[subject] = tags
    typed = {s for s, p, _ in data.triples("genere/") if p == ontologie.RDF_TYPE and s.startswith(BASE)}
    unnamed = {s for s in typed - labels.keys() if "#" not in s and "/alignement/" not in s}
    assert (wrong, unnamed) == ({}, set())


def test_every_concept_of_ours_is_defined_in_each_language(data) -> None:
    defined: dict[str, set[str]] = {}
    for subject, predicate, term in data.triples("genere/"):
        if predicate in (SKOS + "definition", OIA + "question") and isinstance(term, ox.Literal):
            defined.setdefault(subject, set()).add(term.language or "")
    concepts = data.typed(SKOS + "Concept") | data.typed(SKOS + "ConceptScheme")
    ours = {concept for concept in concepts if concept.startswith(BASE)}
    assert {concept for concept in ours if defined.get(concept) != {"fr", "en"}} == set()


def test_definitions_are_of_our_own_and_differ_from_the_labels() -> None:
    definitions = rows("definitions.csv")
    ids = [row["id"] for row in definitions]
    assert len(set(ids)) == len(ids) == 263 + 24 - 64
    labels = {row["id"]: row for row in rows("instruments", "principes.csv")}
    for row in definitions:
        for tag in ("fr", "en"):
            definition = row[f"definition_{tag}"]
            assert definition.endswith("."), row["id"]
            assert definition.rstrip(".") != labels[row["id"]][f"label_{tag}"], row["id"]


def test_every_iri_of_ours_that_is_referred_to_is_described(data) -> None:
    subjects = {subject for subject, _, _ in data.triples()}
    terms = OIA
    dangling = {
        (path, term.value)
        for path, triples in data.files.items()
        for _, _, term in triples
        if isinstance(term, ox.NamedNode)
        and term.value.startswith((BASE, "http://data.education.fr/voc/scolomfr"))
        and not term.value.startswith(terms)
        and term.value not in subjects
    }
    assert dangling == set()


def test_every_foreign_iri_is_of_a_known_place(data) -> None:
    known = (
        "http://data.education.fr/voc/scolomfr",
        "http://data.europa.eu/eli/",
        "http://eurovoc.europa.eu/",
        "http://id.insee.fr/geo/region/",
        "http://publications.europa.eu/resource/authority/",
        "http://purl.org/dcx/lrmi-vocabs/",
        "http://vocabularies.unesco.org/thesaurus",
        "http://www.w3.org/ns/earl#",
        "http://www.wikidata.org/entity/Q",
        "https://w3id.org/airo#",
        "https://w3id.org/dpv#",
        "https://w3id.org/dpv/",
        "https://w3id.org/vair#",
        "https://w3id.org/semapv/vocab/",
        "https://creativecommons.org/licenses/",
        "https://spdx.org/licenses/",
        *(namespace for name, namespace in ontologie.PREFIXES.items() if name != "oia"),
        "https://w3id.org/sssom/",
    )
    pages = {"source", "pageLue", "seeAlso", "homepage", "texteOfficiel"}
    strange = {
        term.value
        for _, predicate, term in data.triples("genere/")
        if isinstance(term, ox.NamedNode)
        and predicate.rpartition("/")[2].rpartition("#")[2] not in pages
        and not term.value.startswith((BASE, *known))
    }
    assert strange == set()


def test_what_no_source_confirms_says_so(data) -> None:
    flagged = data.objects(OIA + "aVerifier")
    doubtful = data.objects(OIA + "resteAVerifier")
    stated = {row["id"]: row for row in rows("corrections", "sources_officielles.csv")}
    for row in rows("instruments", "principes.csv"):
        subject = f"{BASE}principe/{row['instrument']}/{row['id']}"
        told = stated[row["id"]]
        sure = told["confirme"] == "oui" and told["source_officielle"] != ""
        assert (subject in flagged) == (not sure), subject
    assert "NOR:MENE2527173N" in doubtful[f"{BASE}instrument/note-pix-ia-2026"]
    assert doubtful.keys() <= flagged.keys()
    assert not any("(†)" in str(term) for _, _, term in data.triples("genere/"))


def test_articles_of_eu_law_lead_to_their_act_and_to_eur_lex(data) -> None:
    acts = data.objects(ontologie.PREFIXES["eli"] + "is_part_of")
    pages = data.objects(ontologie.PREFIXES["rdfs"] + "seeAlso")
    article = f"{BASE}principe/ai-act/AIA-4"
    assert acts[article] == ["http://data.europa.eu/eli/reg/2024/1689/oj"]
    for added in ("AIA-4a", "AIA-5-1-ba", "AIA-5-1-bb"):
        assert acts[f"{BASE}principe/ai-act/{added}"] == ["http://data.europa.eu/eli/reg/2024/1689/2026-07-27"], (
            "a provision of 2026 is no part of the act of 2024"
        )
    assert pages[article] == ["https://eur-lex.europa.eu/eli/reg/2024/1689/oj/eng#art_4"]
    annex = f"{BASE}principe/ai-act/AIA-III-3-b"
    assert pages[annex] == ["https://eur-lex.europa.eu/eli/reg/2024/1689/oj/eng#anx_III"]
    assert f"{BASE}principe/cadre-usage/CU-C1" not in acts


def test_dates_are_typed_by_their_form(data) -> None:
    dates = {
        term.datatype.value.rpartition("#")[2]: len(term.value)
        for _, predicate, term in data.triples("genere/")
        if predicate == ontologie.PREFIXES["dct"] + "issued" and isinstance(term, ox.Literal)
    }
    assert dates == {"gYear": 4, "gYearMonth": 7, "date": 10}


def test_a_date_of_application_is_a_statement_about_a_version(data) -> None:
    dates = data.objects(OIA + "appliqueAPartirDu")
    versions = data.objects(OIA + "selonVersion")
    annex = data.objects(OIA + "applicabilite")[f"{BASE}principe/ai-act/AIA-III-3-b"]
    found = {versions[node][0].rpartition("/")[2]: dates[node][0] for node in annex}
    assert found == {"oj": "2026-08-02", "2026-07-27": "2027-12-02"}


def test_each_criterion_rests_on_principles_of_two_instruments_at_least(data) -> None:
    instruments = data.objects(SKOS + "inScheme")
    for criterion, principles in data.objects(OIA + "porteSur").items():
        homes = {home for principle in principles for home in instruments[principle]}
        assert len(homes) >= 2, criterion


def test_each_requirement_of_trustworthy_ai_has_two_criteria_at_least(data) -> None:
    dimensions = data.objects(OIA + "dansDimension")
    for number in range(1, 8):
        of_it = [c for c, homes in dimensions.items() if homes == [f"{BASE}dimension/H{number}"]]
        assert 2 <= len(of_it) <= 3


def test_outlines_are_longitude_latitude_polygons_in_france(data) -> None:
    outlines = data.objects(ontologie.PREFIXES["geo"] + "asWKT")
    assert len(outlines) == 60
    for name, (wkt,) in outlines.items():
        assert wkt.startswith(("POLYGON ((", "MULTIPOLYGON (((", "POINT (")), name
        x, y = wkt[wkt.rindex("(") + 1 :].split(",")[0].rstrip(")").split()
        assert -64 < float(x) < 56, name
        assert -22 < float(y) < 52, name


def test_the_writer_escapes_what_turtle_would_misread() -> None:
    hostile = 'a "quote", a \\ and\na line,\ta tab \u2028 end'
    out = Turtle("Essai.")
    out.add("projet/1", both("dct:title", hostile, ""), text("dct:identifier", hostile))
    read = {q.object.value for q in ox.parse(out.render(), format=ox.RdfFormat.TURTLE)}
    assert read == {hostile}


def test_a_reference_is_absolute_prefixed_or_relative_to_the_base() -> None:
    assert iri("https://example.org/x").value == "https://example.org/x"
    assert iri("skos:Concept").value == SKOS + "Concept"
    assert iri("outil/chatgpt").value == BASE + "outil/chatgpt"


def test_offices_stand_at_their_territorial_level(data) -> None:
    levels = data.objects(OIA + "niveauTerritorial")
    for office, level in (("dasen", "departemental"), ("chef-etablissement", "local"), ("drane", "regional")):
        assert levels[f"{BASE}organisation/{office}"] == [f"{BASE}concept/niveau-territorial/{level}"]


def test_a_country_is_a_country(data) -> None:
    countries = data.objects(OIA + "pays")
    assert f"{BASE}instrument/unesco-ethique-2021" not in countries, "organisations are no countries"
    assert countries[f"{BASE}instrument/cadre-usage"] == ["FR"]


def test_each_block_of_unesco_s_frameworks_has_its_level_and_the_crcn_its_eight(data) -> None:
    levels = data.objects(OIA + "niveauDeMaitrise")
    for framework, blocks in (("cft", 5), ("cfs", 4)):
        of_it = [level for (level,) in levels.values() if f"/concept/niveau-{framework}/" in level]
        assert sorted(of_it.count(level) for level in set(of_it)) == [blocks] * 3
    schemes = data.objects(SKOS + "inScheme")
    assert sum(homes == [f"{BASE}concept/niveau-crcn"] for homes in schemes.values()) == 8
    assert levels[f"{BASE}principe/unesco-cft-2024/CFT-1-2"] == [f"{BASE}concept/niveau-cft/approfondir"]

"""Tables for people: no cell is a formula, what leaves comes in again unchanged, and nothing deposited vanishes."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import httpx
import pytest
import python_calamine as calamine

from ingestion import Edition, Options, Settings, deposit_file, publish
from ontologie import BASE
from sparql_api.app import create_app
from sparql_api.fiches.facets import FACET_NAMES, short_ids
from sparql_api.fiches.search import FicheIndex, Selection
from sparql_api.formats.tables import LONGEST_CELL, MOST_ROWS, workbook
from sparql_api.http.responses import content_disposition
from sparql_api.settings import Settings as ServiceSettings
from sparql_api.words.problems import ProblemError
from tests.making import TEAM, begun, command, write_csv
from tests.sparql_api.endpoint.live import serve

FORMULA = '=HYPERLINK("https://example.org/";"Voir")'
ROWS = [
    {"id": "S1", "titre": FORMULA, "objectifs": "-1+cmd|Lire, écrire"},
    {"id": "S2", "titre": "IA en classe | Académie de Lyon", "outils_ia": "ChatGPT|Outil-Maison 3000"},
    {"id": "S3", "titre": "'=déjà", "objectifs": "Vérifier|Apprendre à citer", "academie": "Lyon|Orléans-Tours"},
    {"id": "S4", "titre": "Titre", "resume": "Ligne une\r\n- ligne deux ; @trois", "niveaux": "3e|niveau avancé"},
    {"id": "S5", "titre": "\uff1dcmd \u202eà l'envers", "disciplines": "Français|Astrologie", "date": "hiver 2025"},
    {"id": "S6", "titre": "-0.5", "resume": "sans tableur;=1+1", "effectif": "24", "phases": "Lire|- Écrire|Jouer"},
]
DANGEROUS = "=+-@\uff1d\uff0b\uff0d\uff20\t\r\n"
TITLES = "PREFIX oia: <{base}ontologie#> PREFIX dct: <http://purl.org/dc/terms/> SELECT ?titre {{ ?p a oia:Projet ; dct:title ?titre }}"


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A state folder whose current edition holds `ROWS`."""
    folder = tmp_path_factory.mktemp("tables")
    settings, registry = begun(folder)
    deposit_file(write_csv(folder / "rows.csv", ROWS, ["effectif", "phases"]), registry, TEAM, Options(), validate=True)
    publish(settings, registry)
    registry.close()
    return settings


@pytest.fixture(scope="module")
def people(state: Settings) -> Iterator[httpx.Client]:
    with (
        serve(create_app(ServiceSettings(var=state.var, workers=1))) as url,
        httpx.Client(base_url=url, timeout=300) as session,
    ):
        yield session


def rows_of(text: str, separator: str = ",") -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True))


def sheet(content: bytes) -> list[list[str]]:
    """Return the cells of a workbook, as another library reads them."""
    rows = calamine.CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()
    assert all(isinstance(cell, str) for row in rows for cell in row)
    return [[str(cell) for cell in row] for row in rows]


def begins_a_formula(cell: str) -> bool:
    number = re.fullmatch(r"[+-]?\d+(\.\d+)?", cell)
    return any(part.strip(' "')[:1] in set(DANGEROUS) - {""} for part in re.split("[,;\t\r\n]", cell)) and not number


@pytest.fixture(scope="module")
def exported(state: Settings, people: httpx.Client) -> dict[str, bytes]:
    """The fiches in every form that comes in again as a table."""
    return {
        "fiches.csv": people.get("/fiches.csv").content,
        "tableur.csv": people.get("/fiches.csv?tableur").content,
        "fiches.xlsx": people.get("/fiches.xlsx").content,
        "commande.csv": command(state.var, "export", "fiches", "--format", "csv").stdout_bytes,
    }


@pytest.mark.parametrize("name", ["fiches.csv", "tableur.csv", "fiches.xlsx", "commande.csv"])
def test_what_is_exported_and_deposited_again_changes_nothing(
    exported: dict[str, bytes], tmp_path: Path, state: Settings, name: str
) -> None:
    from ingestion import Registry

    deposit = tmp_path / name
    deposit.write_bytes(exported[name])
    registry = Registry(state)
    done = deposit_file(deposit, registry, TEAM, Options(), validate=True)
    registry.close()
    assert done.registered == {"created": 0, "new-version": 0, "unchanged": len(ROWS) + 1}
    assert done.summary.refused == 0


def test_every_form_says_the_same_and_no_cell_begins_a_formula(exported: dict[str, bytes]) -> None:
    plain = rows_of(exported["fiches.csv"].decode())
    assert rows_of(exported["tableur.csv"].decode("utf-8-sig"), ";") == plain
    assert exported["tableur.csv"].startswith(b"\xef\xbb\xbfid;titre;")
    assert sheet(exported["fiches.xlsx"]) == plain
    assert sorted(rows_of(exported["commande.csv"].decode())) == sorted(plain)
    assert not [cell for row in plain for cell in row if begins_a_formula(cell)]
    titles = {row[0]: row[1] for row in plain}
    assert titles["S1"] == "'=HYPERLINK(\"https://example.org/\";\"Voir\")"
    assert titles["S2"] == "IA en classe | Académie de Lyon"
    assert titles["S6"] == "-0.5"


def test_a_workbook_holds_texts_alone(exported: dict[str, bytes]) -> None:
    with zipfile.ZipFile(io.BytesIO(exported["fiches.xlsx"])) as archive:
        names = archive.namelist()
        page = ElementTree.fromstring(archive.read("xl/worksheets/sheet1.xml"))
    kinds = {element.tag.rpartition("}")[2] for element in page.iter()}
    assert "c" in kinds and not kinds & {"f", "hyperlink", "hyperlinks"}
    assert {element.get("t") for element in page.iter() if element.tag.endswith("}c")} == {"inlineStr"}
    assert not [name for name in names if "externalLink" in name or "vba" in name.lower()]


def test_each_row_names_its_project_and_its_graph(exported: dict[str, bytes]) -> None:
    header, *rows = rows_of(exported["fiches.csv"].decode())
    ours = ["identifiant_publie", "annee_scolaire_deduite", "premier_jour_deduit", "genres_de_preuve", "iri", "graphe"]
    assert header[-6:] == ours
    found = {row[0]: row[-6:] for row in rows}
    deduced = ["2024-2025", "2025-05-01", "indice"]
    assert found["S1"] == ["18-S1", *deduced, f"{BASE}projet/18-S1", f"{BASE}graphe/projet/18-S1"]
    assert found["S3"] == ["10-S3", *deduced, f"{BASE}projet/10-S3", f"{BASE}graphe/projet/10-S3"]


def test_the_order_of_a_list_is_no_new_content(tmp_path: Path) -> None:
    _, registry = begun(tmp_path)
    first = write_csv(tmp_path / "a.csv", [{"id": "O1", "objectifs": "Vérifier|Apprendre à citer"}])
    again = write_csv(tmp_path / "b.csv", [{"id": "O1", "objectifs": "Apprendre à citer|Vérifier"}])
    other = write_csv(tmp_path / "c.csv", [{"id": "O1", "objectifs": "Apprendre à citer"}])
    counts = [deposit_file(path, registry, TEAM, Options()).registered for path in (first, again, other)]
    registry.close()
    assert [max(found, key=lambda name: found[name]) for found in counts] == ["created", "unchanged", "new-version"]


def test_an_apostrophe_of_the_depositor_s_own_stays(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv", [{"id": "O1", "titre": "'=1+1"}])
    from ingestion import examine

    (found,) = examine(path, Options(), lambda _: {}).documents
    assert found.built.document["titre"] == {"fr": "'=1+1"}


def test_answers_for_programs_are_as_the_standard_says_and_those_for_people_are_inert(
    people: httpx.Client, state: Settings, tmp_path: Path
) -> None:
    query = TITLES.format(base=BASE)
    answer = people.get("/sparql", params={"query": query}, headers={"Accept": "text/csv"})
    assert [FORMULA] in rows_of(answer.text)
    file = tmp_path / "titres.rq"
    file.write_text(query, encoding="utf-8")
    printed = rows_of(command(state.var, "query", str(file), "--format", "csv").stdout_bytes.decode())
    assert [f"'{FORMULA}"] in printed and ["-0.5"] in printed
    assert not [cell for row in printed for cell in row if begins_a_formula(cell)]


def test_a_saved_question_as_csv_is_a_table_for_people(people: httpx.Client) -> None:
    plain = people.get("/queries/projets-par-academie?format=csv")
    spreadsheet = people.get("/queries/projets-par-academie?format=csv&tableur")
    assert spreadsheet.content.startswith(b"\xef\xbb\xbf")
    assert rows_of(spreadsheet.content.decode("utf-8-sig"), ";") == rows_of(plain.text)
    expected = people.get("/queries/projets-par-academie").json()
    assert len(rows_of(plain.text)) == len(expected["rows"]) + 1


def test_a_label_that_no_vocabulary_knows_is_shown_and_marked(people: httpx.Client) -> None:
    items = {item["id"]: item for item in people.get("/fiches", headers={"Accept": "application/json"}).json()["items"]}

    def words(item: dict[str, Any], name: str) -> list[tuple[str, bool]]:
        return [(value["label"]["fr"], value.get("horsVocabulaire", False)) for value in item[name]]

    assert words(items["18-S2"], "outil") == [("ChatGPT", False), ("Outil-Maison 3000", True)]
    assert ("niveau avancé", True) in words(items["18-S4"], "niveau")
    assert ("Astrologie", True) in words(items["18-S5"], "discipline")
    assert not [value for value in items["18-S1"]["niveau"] if value.get("horsVocabulaire")]
    for path, shown in (("18-S2", "Outil-Maison 3000"), ("18-S4", "niveau avancé"), ("18-S5", "Astrologie")):
        for language, mark in (("fr", "hors vocabulaire"), ("en", "not in a vocabulary")):
            page = people.get(f"/projet/{path}.html?lang={language}").text
            assert re.search(rf"{shown}</span> <span class=\"meta\">\({mark}\)", page), (path, language)
    assert re.search(r"hiver 2025</span> <span class=\"meta\">\(tel que déposé\)", people.get("/projet/18-S5.html?lang=fr").text)
    assert "niveau avancé (hors vocabulaire)" in people.get("/fiches?lang=fr", headers={"Accept": "text/html"}).text


def test_an_id_of_a_facet_stands_for_one_value_and_finds_what_it_counts(demo_edition: Edition) -> None:
    index = FicheIndex(demo_edition.path)
    for facet in FACET_NAMES:
        values = index.values[facet]
        assert len({value.id for value in values}) == len(values), facet
        for value, count in index.select(Selection()).counts[facet]:
            for text in (value.id, value.iri):
                assert index.select(Selection(facets={facet: (text,)})).total == count, (facet, text)
    assert index.select(Selection(facets={"discipline": ("musique",)})).total == 1


def test_things_that_share_a_last_segment_have_longer_ids() -> None:
    found = short_ids(["https://a.fr/x/musique", "https://b.fr/y/musique", "https://b.fr/y/arts", "https://c.fr/y/arts#dessin"])
    assert list(found.values()) == ["x/musique", "y/musique", "arts", "dessin"]
    assert set(short_ids(["https://a.fr/x/m", "https://b.fr/x/m"]).values()) == {"a.fr/x/m", "b.fr/x/m"}


@pytest.mark.parametrize(
    "name", ['a"; filename="b.exe', "a\r\nSet-Cookie: x=1", "../../etc/passwd", "été.csv", ".cache", "\u202ecsv.exe", "", "a;b", "%0d%0a"]
)
def test_a_file_name_in_a_header_is_one_plain_name(name: str) -> None:
    header = content_disposition(name)
    assert header.encode("latin-1").isascii() and not re.search(r"[\r\n]", header)
    found = re.fullmatch(r"attachment; filename=\"([A-Za-z0-9 _()-][A-Za-z0-9 ._()-]*)\"(; filename\*=UTF-8''[A-Za-z0-9._~%-]*)?", header)
    assert found, header


def test_a_workbook_that_cannot_hold_the_rows_is_an_error_and_no_byte(state: Settings) -> None:
    made = datetime(2026, 1, 1)
    for rows, limit, name in (
        ([["a"], ["x" * (LONGEST_CELL + 1)]], 10**9, "workbook-size"),
        ([["a"], ["x" * 2000]], 1000, "answer-size"),
    ):
        with pytest.raises(ProblemError) as raised:
            next(workbook(rows, sheet="fiches", made=made, limit=limit))
        assert raised.value.problem.name == name
    assert MOST_ROWS == 2**20
    with serve(create_app(ServiceSettings(var=state.var, workers=1, answer_max_mb=0.002))) as url:
        answer = httpx.get(f"{url}/fiches.xlsx", timeout=300)
        assert (answer.status_code, answer.headers["content-type"].partition(";")[0]) == (503, "application/problem+json")


def test_the_same_rows_make_the_same_workbook() -> None:
    made = datetime(2026, 1, 1)
    first, second = (b"".join(workbook([["a"], ["b"]], sheet="fiches", made=made, limit=99)) for _ in range(2))
    assert first == second

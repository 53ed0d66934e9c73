"""The research tables over HTTP: pandas and DuckDB read them, their numbers are the graph's, validators accept them."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections import Counter
from pathlib import Path

import duckdb
import httpx
import pyoxigraph as ox
import pytest

from ingestion import Editions
from ontologie import BASE, PREFIXES
from sparql_api.tables.cube import cube_lines
from sparql_api.tables.descriptions import DESCRIPTIONS, described
from sparql_api.tables.dictionary import Table, tables

ROOT = "/editions/1/tables"
HTML = {"Accept": "text/html"}
USES = "?usage a oia:Projet"
SAME: dict[str, str] = {
    "usages": USES,
    "usages_niveaux": f"{USES} ; oia:niveau ?v",
    "usages_disciplines": f"{USES} ; oia:discipline ?v",
    "usages_outils": f"{USES} ; oia:outil ?v",
    "usages_types_ia": f"{USES} ; oia:typeIA ?v",
    "usages_finalites": f"{USES} ; oia:finalite ?v",
    "usages_regions": f"{USES} ; oia:regionAcademique ?v",
    "constats": f"{USES} ; oia:constat ?v",
    "appreciations": "?analyse oia:evalue ?usage ; oia:comporte ?v",
    "alignements": "?v a <https://w3id.org/sssom/Mapping>",
}
"""Each table's rows as a pattern of SPARQL."""


def rows(client: httpx.Client, table: str) -> list[dict[str, str]]:
    answer = client.get(f"{ROOT}/{table}.csv")
    assert answer.status_code == 200 and answer.headers["content-type"].startswith("text/csv")
    return list(csv.DictReader(io.StringIO(answer.text, newline="")))


def asked(client: httpx.Client, pattern: str) -> list[dict[str, str]]:
    text = f"PREFIX oia: <{BASE}ontologie#> SELECT DISTINCT * {{ {pattern} }}"
    found = client.get("/sparql", params={"query": text, "edition": "1"}, headers={"Accept": "application/sparql-results+json"})
    return [{name: cell["value"] for name, cell in row.items()} for row in found.json()["results"]["bindings"]]


@pytest.mark.parametrize("table", SAME)
def test_a_table_has_the_rows_that_sparql_finds(client: httpx.Client, table: str) -> None:
    found = rows(client, table)
    assert len(found) == len(asked(client, SAME[table]))
    assert [*found[0]] == [column.name for column in tables()[table].columns] if found else True


def test_ties_to_principles_are_those_of_the_graph(client: httpx.Client) -> None:
    told = {(row["usage"], row["principe"]) for row in rows(client, "usages_principes") if row["concerne"] == "true"}
    assert told == {(row["usage"], row["v"]) for row in asked(client, f"{USES} ; oia:concerne ?v")}
    polarities = Counter(row["polarite"] for row in rows(client, "usages_principes") if row["polarite"])
    assert polarities == Counter(row["p"] for row in asked(client, f"{USES} ; oia:indice ?v . ?v oia:polarite ?p"))


def test_columns_say_what_the_graph_says(client: httpx.Client) -> None:
    years = {row["usage"]: row["annee_scolaire"] for row in rows(client, "usages") if row["annee_scolaire"]}
    assert years == {row["usage"]: row["v"] for row in asked(client, f"{USES} ; oia:anneeScolaireDeduite ?v")}
    dates = {row["usage"]: (row["date"], row["date_annee"]) for row in rows(client, "usages") if row["date"]}
    assert dates == {row["usage"]: (row["v"], row["v"][:4]) for row in asked(client, f"{USES} ; oia:date ?v")}
    values = {row["appreciation"]: float(row["valeur"]) for row in rows(client, "appreciations") if row["valeur"]}
    pattern = "?usage oia:comporte ?a . ?a oia:echelon/oia:valeur ?v"
    assert values == {row["a"]: float(row["v"]) for row in asked(client, pattern)}
    labels = {row["discipline"]: row["discipline_fr"] for row in rows(client, "usages_disciplines")}
    assert labels and all(label and not label.startswith("http") for label in labels.values())


def test_parquet_is_the_csv_and_is_read_by_ranges(client: httpx.Client, tmp_path: Path) -> None:
    address = f"{ROOT}/usages_niveaux.parquet"
    whole = client.get(address)
    assert whole.headers["content-type"] == "application/vnd.apache.parquet" and whole.headers["observatoire-edition"] == "1"
    tail = client.get(address, headers={"Range": "bytes=-8"})
    assert tail.status_code == 206 and tail.content == whole.content[-8:] and tail.content.endswith(b"PAR1")
    assert client.head(address).headers["content-length"] == str(len(whole.content))
    assert client.get(address, headers={"If-None-Match": whole.headers["etag"]}).status_code == 304
    (tmp_path / "t.parquet").write_bytes(whole.content)
    read = duckdb.sql(f"SELECT * FROM read_parquet('{tmp_path}/t.parquet')").fetchall()
    assert [tuple(row.values()) for row in rows(client, "usages_niveaux")] == [tuple(cell or "" for cell in row) for row in read]


def test_the_parts_are_the_table_and_carry_their_hashes(client: httpx.Client, tmp_path: Path) -> None:
    listed = list(csv.DictReader(io.StringIO(client.get(f"{ROOT}/parts.tsv").text), delimiter="\t"))
    counted: Counter[str] = Counter()
    for part in listed:
        answer = client.get(f"{ROOT}/parts/{part['sha256']}.parquet")
        assert hashlib.sha256(answer.content).hexdigest() == part["sha256"] and len(answer.content) == int(part["bytes"])
        counted[part["table"]] += int(part["rows"])
    assert dict(counted) == {name: found for name in tables() if (found := len(rows(client, name)))}
    assert client.get(f"{ROOT}/parts/{'0' * 64}.parquet").status_code == 404


def test_the_page_and_its_data_list_each_table(client: httpx.Client) -> None:
    told = client.get("/tables?edition=1").json()
    assert [table["name"] for table in told["tables"]] == [*tables()]
    for table in told["tables"]:
        assert table["rows"] == len(rows(client, table["name"]))
        assert all(address.endswith((".csv", ".parquet")) for address in table["files"].values())
    page = client.get("/tables", headers=HTML).text
    assert all(f"/editions/2/tables/{name}.csv" in page for name in tables())
    assert client.get(f"{ROOT}/rien.csv").status_code == 404


@pytest.fixture(scope="module")
def folder(client: httpx.Client, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every CSV and description of edition 1, in one folder."""
    place = tmp_path_factory.mktemp("tables")
    for name in (*(f"{table}.csv" for table in tables()), *DESCRIPTIONS, "cube.ttl"):
        answer = client.get(f"{ROOT}/{name}")
        assert answer.status_code == 200, name
        (place / name).write_bytes(answer.content)
    return place


def test_descriptions_name_files_as_they_are(folder: Path) -> None:
    package = json.loads((folder / "datapackage.json").read_text("utf-8"))
    for one in package["resources"]:
        data = (folder / one["path"]).read_bytes()
        assert one["hash"] == f"sha256:{hashlib.sha256(data).hexdigest()}" and one["bytes"] == len(data)


@pytest.fixture(scope="module")
def cube(folder: Path) -> ox.Store:
    """The Data Cubes of edition 1."""
    store = ox.Store()
    store.load(path=folder / "cube.ttl", format=ox.RdfFormat.TURTLE)
    return store


def violated(store: ox.Store) -> set[str]:
    """Which constraints of W3C Data Cube §11.1 a store does not meet: each ASK is true where one is not."""
    found = {name for name, text in CONSTRAINTS.items() if bool(store.query(f"{QB_PREFIXES} ASK {{ {text} }}"))}
    structures = "SELECT ?cube ?dim { ?cube qb:structure/qb:component/qb:dimension ?dim } ORDER BY ?cube ?dim"
    dimensions: dict[str, list[str]] = {}
    for row in store.query(f"{QB_PREFIXES} {structures}"):  # type: ignore[union-attr]
        dimensions.setdefault(str(row["cube"]), []).append(str(row["dim"]))
    for one, names in dimensions.items():
        values = " ".join(f"?v{number}" for number in range(len(names)))
        said = " ; ".join(f"{name} ?v{number}" for number, name in enumerate(names))
        twice = f"SELECT {values} {{ ?obs qb:dataSet {one} ; {said} }} GROUP BY {values} HAVING (COUNT(DISTINCT ?obs) > 1)"
        if next(iter(store.query(f"{QB_PREFIXES} {twice}")), None):  # type: ignore[call-overload]
            found.add("IC-12")
    return found


def test_the_cube_meets_its_integrity_constraints(cube: ox.Store) -> None:
    """IC-7 to IC-10 and IC-18 are of slices, IC-15 to IC-17 of measure dimensions, IC-20 and 21 of code lists that are
    no concept scheme: this cube has none, which is looked at too."""
    assert violated(cube) == set()
    counts = {str(row["d"]): int(row["n"].value) for row in cube.query(f"{QB_PREFIXES} SELECT ?d (COUNT(?o) AS ?n) {{ ?o qb:dataSet ?d }} GROUP BY ?d")}  # type: ignore[union-attr]
    assert len(counts) == 3 and all(counts.values()) and sum(counts.values()) > 1000
    assert not bool(cube.query(f"{QB_PREFIXES} ASK {{ VALUES ?absent {{ qb:Slice qb:SliceKey qb:HierarchicalCodeList }} ?s a ?absent }}"))
    assert not bool(cube.query(f"{QB_PREFIXES} ASK {{ VALUES ?p {{ qb:measureType qb:measureDimension qb:slice qb:sliceKey qb:codeList }} {{ ?s ?p ?o }} UNION {{ ?s ?q ?p }} }}"))


def test_two_linksets_that_justify_one_match_are_two_observations(var: Path) -> None:
    edition = Editions(var).get(1)
    assert edition is not None

    def rows(table: Table) -> list[dict[str, object]]:
        if table.name != "alignements":
            return []
        ends = {"sujet": "urn:x:s", "objet": "urn:x:o"}
        empty = dict.fromkeys(column.name for column in table.columns)
        told = [("a", "urn:x:exact"), ("b", "urn:x:exact"), ("c", "urn:x:close")]
        return [{**empty, **ends, "alignement": f"urn:x:{name}", "relation": relation} for name, relation in told]

    store = ox.Store()
    store.load("".join(cube_lines(described(edition, "x"), rows)).encode(), format=ox.RdfFormat.TURTLE)
    assert sum(1 for _ in store.quads_for_pattern(None, ox.NamedNode("http://purl.org/linked-data/cube#dataSet"), None)) == 3
    assert violated(store) == set()


SPOILT = {
    "IC-0": "INSERT { ?o ?p 'douze'^^xsd:integer } WHERE { { SELECT ?o { ?o a qb:Observation } LIMIT 1 } BIND(rdfs:label AS ?p) }",
    "IC-1": "DELETE { ?o qb:dataSet ?d } WHERE { { SELECT ?o ?d { ?o qb:dataSet ?d } LIMIT 1 } }",
    "IC-2": "DELETE WHERE { ?d qb:structure ?s }",
    "IC-3": "DELETE WHERE { ?c qb:measure ?m }",
    "IC-4": "DELETE { ?d rdfs:range ?r } WHERE { ?d a qb:DimensionProperty ; rdfs:range ?r }",
    "IC-5": "INSERT { ?d rdfs:range skos:Concept } WHERE { ?d a qb:DimensionProperty }",
    "IC-6": "INSERT { ?c qb:componentRequired false } WHERE { ?c qb:dimension ?d }",
    "IC-11": "DELETE { ?o ?d ?v } WHERE { { SELECT ?o ?d ?v { ?o qb:dataSet/qb:structure/qb:component/qb:dimension ?d ; ?d ?v } LIMIT 1 } }",
    "IC-12": "INSERT { <urn:x:again> ?p ?v } WHERE { { SELECT ?o { ?o a qb:Observation } LIMIT 1 } ?o ?p ?v }",
    "IC-13": "INSERT DATA { <urn:x:c> qb:attribute <urn:x:a> ; qb:componentRequired true } ; INSERT { ?s qb:component <urn:x:c> } WHERE { ?s a qb:DataStructureDefinition }",
    "IC-14": "DELETE { ?o ?m ?v } WHERE { { SELECT ?o ?m ?v { ?o qb:dataSet/qb:structure/qb:component/qb:measure ?m ; ?m ?v } LIMIT 1 } }",
    "IC-19": "INSERT { ?d qb:codeList <urn:x:scheme> } WHERE { ?d a qb:DimensionProperty }",
}


@pytest.mark.parametrize("name", SPOILT)
def test_a_spoilt_cube_is_seen(cube: ox.Store, name: str) -> None:
    spoilt = ox.Store()
    spoilt.extend(cube)
    spoilt.update(f"{QB_PREFIXES} {SPOILT[name]}")
    assert name in violated(spoilt)


QB_PREFIXES = f"""PREFIX qb: <http://purl.org/linked-data/cube#> PREFIX rdfs: <{PREFIXES["rdfs"]}>
PREFIX xsd: <{PREFIXES["xsd"]}> PREFIX skos: <{PREFIXES["skos"]}>"""
CONSTRAINTS = {
    "IC-0": """?s ?p ?v . FILTER(isLiteral(?v) && DATATYPE(?v) IN (xsd:integer, xsd:double, xsd:boolean, xsd:date))
        FILTER(COALESCE(IF(DATATYPE(?v) = xsd:integer, xsd:integer(STR(?v)), IF(DATATYPE(?v) = xsd:double,
        xsd:double(STR(?v)), IF(DATATYPE(?v) = xsd:boolean, xsd:boolean(STR(?v)), xsd:date(STR(?v))))), "wrong") = "wrong")""",
    "IC-1": "{ ?obs a qb:Observation . FILTER NOT EXISTS { ?obs qb:dataSet ?d } } UNION { ?obs qb:dataSet ?d1, ?d2 . FILTER (?d1 != ?d2) }",
    "IC-2": "{ ?d a qb:DataSet . FILTER NOT EXISTS { ?d qb:structure ?s } } UNION { ?d qb:structure ?s1, ?s2 . FILTER (?s1 != ?s2) }",
    "IC-3": "?s a qb:DataStructureDefinition . FILTER NOT EXISTS { ?s qb:component/qb:measure ?m }",
    "IC-4": "?dim a qb:DimensionProperty . FILTER NOT EXISTS { ?dim rdfs:range ?r }",
    "IC-5": "?dim a qb:DimensionProperty ; rdfs:range skos:Concept . FILTER NOT EXISTS { ?dim qb:codeList ?list }",
    "IC-6": "?s qb:component ?c . ?c qb:componentRequired false ; qb:dimension|qb:measure ?p",
    "IC-11": "?obs qb:dataSet/qb:structure/qb:component/qb:dimension ?dim . FILTER NOT EXISTS { ?obs ?dim ?value }",
    "IC-13": "?obs qb:dataSet/qb:structure/qb:component ?c . ?c qb:componentRequired true ; qb:attribute ?a . FILTER NOT EXISTS { ?obs ?a ?v }",
    "IC-14": "?obs qb:dataSet/qb:structure/qb:component/qb:measure ?m . FILTER NOT EXISTS { ?obs ?m ?v }",
    "IC-19": "?obs qb:dataSet/qb:structure/qb:component/qb:dimension ?dim . ?dim qb:codeList ?list . ?obs ?dim ?v . FILTER NOT EXISTS { ?v skos:inScheme ?list }",
}


@pytest.mark.long
def test_frictionless_accepts_the_package_and_sees_a_fault(folder: Path, tmp_path: Path) -> None:
    from frictionless import Package

    report = Package(str(folder / "datapackage.json")).validate()
    assert report.valid, report.flatten(["name", "type", "note"])[:5]
    spoilt = spoil(folder, tmp_path)
    assert not Package(str(spoilt / "datapackage.json")).validate().valid


@pytest.mark.long
def test_a_csvw_reader_accepts_the_metadata_and_sees_a_fault(folder: Path, tmp_path: Path) -> None:
    from csvw import TableGroup

    group = TableGroup.from_file(folder / "csv-metadata.json")
    for name, table in group.tabledict.items():
        assert len(list(table)) == len(list(csv.DictReader((folder / name).open(encoding="utf-8", newline=""))))
    assert group.check_referential_integrity()
    spoilt = TableGroup.from_file(spoil(folder, tmp_path) / "csv-metadata.json")
    with pytest.raises(ValueError, match="pas un nombre"):
        list(spoilt.tabledict["appreciations.csv"])


@pytest.mark.long
def test_croissant_is_valid_and_its_records_are_read(folder: Path) -> None:
    import mlcroissant

    read = mlcroissant.Dataset(jsonld=folder / "croissant.json")
    assert not read.metadata.ctx.issues.errors
    told = list(read.records("usages_niveaux"))
    assert len(told) == len(list(csv.DictReader((folder / "usages_niveaux.csv").open(encoding="utf-8", newline=""))))


@pytest.mark.long
def test_pandas_reads_a_table_from_the_server(client: httpx.Client, folder: Path) -> None:
    import pandas

    read = pandas.read_csv(f"{str(client.base_url).rstrip('/')}{ROOT}/usages.csv")
    assert read["usage"].is_unique and read["date_annee"].notna().sum() > 0
    levels = pandas.read_csv(f"{str(client.base_url).rstrip('/')}{ROOT}/usages_niveaux.csv")
    assert set(levels["usage"]) <= set(read["usage"])


def spoil(folder: Path, place: Path) -> Path:
    """Copy the files, with a date where a number is due and a row about a use that is none."""
    for path in folder.iterdir():
        (place / path.name).write_bytes(path.read_bytes())
    for name, field in (("appreciations", "valeur"), ("usages_niveaux", "usage")):
        read = list(csv.DictReader((folder / f"{name}.csv").open(encoding="utf-8", newline="")))
        read[0][field] = "pas un nombre" if field == "valeur" else ""
        with (place / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(read[0]))
            writer.writeheader()
            writer.writerows(read)
    return place

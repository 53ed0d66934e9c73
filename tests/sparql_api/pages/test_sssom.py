"""The alignments as one SSSOM table: all that the edition holds, accepted by the reference implementation."""

from __future__ import annotations

import csv
import subprocess
import sys
from pathlib import Path

import httpx
import pyoxigraph as ox
import pytest

from ontologie import BASE, in_both
from tests.queries.asking import frameworks

PATH = "/alignements.sssom.tsv"


def read(text: str) -> list[dict[str, str]]:
    """Return the rows of a table, its metadata left out."""
    lines = [line for line in text.split("\n") if line and not line.startswith("#")]
    return list(csv.DictReader(lines, delimiter="\t"))


@pytest.fixture(scope="module")
def table(client: httpx.Client) -> str:
    answer = client.get(PATH)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/tab-separated-values; charset=utf-8"
    return answer.text


def test_it_has_one_line_an_alignment_of_the_edition_partners_among_them(table: str, store: ox.Store) -> None:
    query = (
        "PREFIX owl: <http://www.w3.org/2002/07/owl#> PREFIX sssom: <https://w3id.org/sssom/> SELECT * WHERE { GRAPH ?g {"
        " ?n owl:annotatedSource ?s ; owl:annotatedTarget ?o ; sssom:confidence ?c } }"
    )
    wanted = sorted((row["s"].value, row["o"].value, float(row["c"].value)) for row in store.query(query))
    full = {"oia:": BASE, "dpv-ai:": "https://w3id.org/dpv/ai#", "eu-aiact:": "https://w3id.org/dpv/legal/eu/aiact#",
            "scolomfr:": "http://data.education.fr/voc/scolomfr/concept/", "dpv:": "https://w3id.org/dpv#",
            "dpv-education:": "https://w3id.org/dpv/sector/education#", "earl:": "http://www.w3.org/ns/earl#",
            "airo:": "https://w3id.org/airo#", "vair:": "https://w3id.org/vair#", "eurovoc:": "http://eurovoc.europa.eu/",
            "lrmi-audience:": "http://purl.org/dcx/lrmi-vocabs/educationalAudienceRole/",
            "lrmi-usage:": "http://purl.org/dcx/lrmi-vocabs/educationalUse/"}

    def iri(curie: str) -> str:
        prefix = next(prefix for prefix in full if curie.startswith(prefix))
        return curie.replace(prefix, full[prefix], 1)

    found = sorted((iri(r["subject_id"]), iri(r["object_id"]), float(r["confidence"])) for r in read(table))
    assert found == wanted
    assert any("/principe/coree-ethique-2022/" in subject for subject, _, _ in found)
    assert (BASE + "concept/verdict/conforme", "http://www.w3.org/ns/earl#passed", 0.7) in found


def test_each_end_is_named_in_both_languages_and_each_line_says_why_and_who(table: str) -> None:
    (row,) = (r for r in read(table) if r["subject_id"].endswith("/UNP3") and r["object_id"].endswith("/CE-10"))
    assert row["subject_label"] == "Fairness and non-discrimination"
    assert row["subject_label_fr"] == "Équité et non-discrimination"
    assert row["reviewer_id"] == "oia:organisation/relecteur-correspondances"
    assert row["subject_source"] == "oia:instrument/unesco-ethique-2021"
    assert row["comment_fr"].startswith("« Équité et non-discrimination » (UNESCO 2021, UNP3) et « ")
    partners = {f"oia:instrument/{row['instrument']}" for row in frameworks()}
    for row in read(table):
        ours = [name for name in ("subject", "object") if row[f"{name}_id"].startswith("oia:")]
        assert all(row[f"{name}_label"] and row[f"{name}_label_fr"] for name in ours)
        assert all(row[name] for name in ("comment", "comment_fr", "reviewer_id", "confidence"))
        # Of what a partner deposits, who validated it is said; who wrote it may be a person.
        assert bool(row["author_id"]) != (row["subject_source"] in partners)


def test_labels_that_are_shared_alike_stay_out_of_a_table_under_our_licence(table: str) -> None:
    others = [row for row in read(table) if row["object_id"].startswith("scolomfr:")]
    assert others
    assert {row["object_label"] + row["object_label_fr"] for row in others} == {""}


def judged(text: str, folder: Path) -> int:
    """Return the exit code of `sssom validate`, run apart: it changes rdflib where it is imported."""
    path = folder / "set.sssom.tsv"
    path.write_text(text, encoding="utf-8")
    command = [str(Path(sys.executable).with_name("sssom")), "validate", str(path)]
    return subprocess.run(command, capture_output=True, timeout=300, check=False).returncode


@pytest.mark.long
def test_the_reference_implementation_accepts_it(table: str, tmp_path: Path) -> None:
    assert judged(table, tmp_path) == 0


@pytest.mark.long
@pytest.mark.parametrize("fault", [("semapv:ManualMappingCuration", "semapv:"), ("\t0.7\t", "\t7\t")])
def test_the_reference_implementation_refuses_a_planted_fault(table: str, tmp_path: Path, fault: tuple[str, str]) -> None:
    assert fault[0] in table
    assert judged(table.replace(*fault, 1), tmp_path) != 0


def test_it_is_kept_asked_by_edition_and_refuses_what_it_does_not_know(client: httpx.Client, table: str) -> None:
    answer = client.get(PATH, params={"edition": "1"})
    assert answer.headers["observatoire-edition"] == "1"
    assert '#mapping_set_version: "1"' in answer.text
    tag = answer.headers["etag"]
    assert client.get(PATH, params={"edition": "1"}, headers={"If-None-Match": tag}).status_code == 304
    assert client.get(PATH, params={"sujet": "x"}).status_code == 400


def test_the_catalogue_and_the_edition_lead_to_it(client: httpx.Client) -> None:
    assert f"{BASE}alignements.sssom.tsv?edition=2" in client.get("/catalogue?format=ttl").text.replace("\\", "")
    said = client.get("/editions/2?format=json").json()
    assert read(client.get(said["alignments"]).text)
    page = client.get("/editions/2?format=html", headers={"Accept-Language": "en"}).text
    assert in_both("pages", "editions.alignments")["en"] in page

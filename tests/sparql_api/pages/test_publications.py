"""Publications and modules: documents of the graph with a page, the edition and the selection they cite, their cartridge.

The cartridge is read by what the importer of Moodle looks at, with the standard library alone.
"""

from __future__ import annotations

import csv
import html
import io
import json
import re
import zipfile
from importlib.resources import files
from xml.etree import ElementTree

import httpx
import pytest

from ontologie import BASE
from sparql_api.pages.publications.cartridge import CourseModule, CoursePage, cartridge
from sparql_api.pages.publications.writing import opening, to_html
from tests.sparql_api.pages.conftest import HOSTILE_TITLE

HTML = {"Accept": "text/html"}
CP = "{http://www.imsglobal.org/xsd/imsccv1p1/imscp_v1p1}"
LOM = "{http://ltsc.ieee.org/xsd/LOM}"
BUNDLED = {
    name: json.loads(files("ingestion").joinpath("demo", f"{name}.json").read_text(encoding="utf-8"))
    for name in ("publications", "modules")
}
PATHS = [document["id"] for documents in BUNDLED.values() for document in documents]


def page(client: httpx.Client, path: str) -> str:
    answer = client.get(path, headers=HTML)
    assert answer.status_code == 200, path
    return html.unescape(answer.text).replace("\xa0", " ").replace("\u202f", " ")


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("language", ["fr", "en"])
def test_each_has_its_page_in_both_languages_and_says_who_made_it(client: httpx.Client, path: str, language: str) -> None:
    (document,) = (one for documents in BUNDLED.values() for one in documents if one["id"] == path)
    led = client.get(f"/{path}?lang={language}", headers=HTML)
    assert led.status_code == 303 and led.headers["location"].startswith(f"/{path}.html")
    shown = page(client, f"/{path}.html?lang={language}&edition=1")
    assert document["titre"][language] in shown and document["resume"][language] in shown
    assert {"fr": "Écrit par l'équipe du projet", "en": "Written by the project's team"}[language] in shown
    for project in [*document.get("rendCompteDe", ()), *document.get("sAppuieSur", ())]:
        assert f'href="/{project}?' in shown, project
    assert 'href="/editions/1?' in shown or 'href="/edition/1?' in shown
    assert f"/cite?objet={path.replace('/', '%2F')}" in shown.replace("edition=1&", "").replace(f"lang={language}&", "")


def test_a_dossier_is_the_selection_of_its_question(client: httpx.Client) -> None:
    shown = page(client, "/publication/fabriquer-le-faux.html?edition=1")
    (asked,) = re.findall(r'href="(/queries/indices-par-polarite\?[^"]+)"', shown)
    rows = csv.DictReader(io.StringIO(client.get(asked + "&format=csv").text))
    (document,) = (one for one in BUNDLED["publications"] if "DossierThematique" in one["type"])
    assert {row["projet"].removeprefix(BASE) for row in rows} == {*document["rendCompteDe"]}


def test_all_that_is_published_is_listed(client: httpx.Client) -> None:
    for language in ("fr", "en"):
        shown = page(client, f"/publications?lang={language}")
        for documents in BUNDLED.values():
            for document in documents:
                assert document["titre"][language] in shown
    told = client.get("/sitemap/pages.xml").text
    assert all(f"/{path}.html</loc>" in told for path in PATHS) and "/publications</loc>" in told
    assert client.get("/publication/rien.html", headers=HTML).status_code == 404
    assert client.get("/module/rien.imscc").status_code == 404


def test_a_publication_is_data_and_is_cited_from_its_fiche(client: httpx.Client) -> None:
    data = client.get("/publication/fabriquer-le-faux.jsonld").json()
    assert data["auteur"] == ["organisation/equipe-projet"] and "edition/1" in data["fiche"]["sourcePage"]
    assert "Fabriquer le faux" in page(client, "/projet/08-UR001.html")


def test_a_module_says_which_finding_it_answers(client: httpx.Client) -> None:
    shown = page(client, "/module/rien-de-personnel.html?edition=1")
    section = shown.partition('id="constats"')[2].partition("</section>")[0]
    (address,) = set(re.findall(r'href="(/sparql\?[^"]+)"', section))
    query = httpx.URL(address).params["query"]
    answer = client.post("/sparql", data={"query": query, "edition": "1"}, headers={"Accept": "application/sparql-results+json"}).json()
    counted = sorted(row["projets"]["value"] for row in answer["results"]["bindings"])
    assert counted == sorted(re.findall(r'<a href="/sparql[^"]*">(\d+)</a>', section)) and counted
    assert "concept/dispositif/pnf" in shown and "concept/dispositif/creia" in shown


HOSTILE_MARKDOWN = [
    ("<script>alert(1)</script>", "<script"),
    ("<img src=x onerror=alert(1)>", "<img"),
    ("![x](https://tiers.example/suivi.png)", "<img"),
    ("[x](javascript:alert(1))", "href"),
    ("[x](data:text/html;base64,PHNjcmlwdD4=)", "href"),
    ("[x](//tiers.example/)", "href"),
    ("[x](vbscript:x)", "href"),
    ("[x](https://a.example/ \"' onmouseover=alert(1)\")", " onmouseover="),
    ("<javascript:alert(1)>", "href"),
]


@pytest.mark.parametrize("text,never", HOSTILE_MARKDOWN)
def test_markdown_does_no_harm(text: str, never: str) -> None:
    made = to_html(text, str)
    tags = re.findall(r"<[^>]*>", made)
    assert not any(never in re.sub(r'="[^"]*"', "=", tag) or never in tag.partition(" title=")[0] for tag in tags), made
    assert "alert(1)" in made or "x" in made


def test_markdown_says_what_an_editor_means() -> None:
    made = to_html("# Un\n\n*deux* **trois** [ici](/fiches) [là](https://a.example/)\n\n- q", lambda path: path + "?edition=1")
    assert "<h2>Un</h2>" in made and "<em>deux</em>" in made and "<strong>trois</strong>" in made and "<li>q</li>" in made
    assert 'href="/fiches?edition=1"' in made and 'href="https://a.example/" rel="external noopener"' in made
    assert to_html("## a\n\n### b", str).split() == ["<h2>a</h2>", "<h3>b</h3>"], "no level is left out"
    assert opening("# Un\n\n*deux* **trois**\nquatre") == "Un deux trois quatre"


def archive_of(client: httpx.Client, name: str, language: str = "fr") -> zipfile.ZipFile:
    answer = client.get(f"/module/{name}.imscc?lang={language}")
    assert answer.status_code == 200 and answer.headers["content-type"] == "application/vnd.ims.imsccv1p1"
    assert f"{name}-{language}.imscc" in answer.headers["content-disposition"]
    return zipfile.ZipFile(io.BytesIO(answer.content))


@pytest.mark.parametrize("name", [one["identifiant"] for one in BUNDLED["modules"]])
def test_a_cartridge_has_what_the_importer_looks_at(client: httpx.Client, name: str) -> None:
    archive = archive_of(client, name)
    assert archive.testzip() is None
    data = archive.read("imsmanifest.xml")
    assert b"http://www.imsglobal.org/xsd/imsccv1p1/imscp_v1p1" in data[:500]
    root = ElementTree.fromstring(data)
    assert root.tag == f"{CP}manifest" and root.get("identifier")
    assert root.findtext(f"{CP}metadata/{CP}schema") == "IMS Common Cartridge"
    assert root.findtext(f"{CP}metadata/{CP}schemaversion") == "1.1.0"
    said = {one.tag.rpartition("}")[2] for one in root.find(f"{CP}metadata") or () for one in one}
    assert said == {"general", "technical", "rights"}, "what else was said there, Moodle's schema refused"
    resources = {one.get("identifier"): one for one in root.iter(f"{CP}resource")}
    named = [one.get("href") for resource in resources.values() for one in resource.iter(f"{CP}file")]
    assert {*named, "imsmanifest.xml"} == {*archive.namelist()} and len(named) == len({*named})
    assert all(resource.get("protected") is None for resource in resources.values())
    assert all(one.get("href") in named for one in resources.values() if one.get("type") == "webcontent")
    (organization,) = root.iter(f"{CP}organization")
    assert organization.get("structure") == "rooted-hierarchy" and len(organization.findall(f"{CP}item")) == 1
    led = [one.get("identifierref") for one in organization.iter(f"{CP}item") if one.get("identifierref")]
    assert led and {*led} < {*resources} and all(one.findtext(f"{CP}title") for one in organization.iter(f"{CP}item") if one.get("identifierref"))
    for resource in resources.values():
        if resource.get("type") == "imswl_xmlv1p1":
            (file,) = resource.iter(f"{CP}file")
            link = ElementTree.fromstring(archive.read(str(file.get("href"))))
            (url,) = (one for one in link if one.tag.endswith("}url"))
            assert url.get("href", "").startswith(f"{BASE}projet/")


def test_a_cartridge_is_in_the_language_asked_and_has_its_record(client: httpx.Client) -> None:
    english = archive_of(client, "faire-verifier", "en")
    steps = [name for name in english.namelist() if name.startswith("contenu/etape-")]
    assert len(steps) == 3 and "<strong>Choose a claim</strong>" in english.read("contenu/etape-2.html").decode()
    record = ElementTree.fromstring(english.read("metadonnees/scolomfr.xml"))
    assert record.tag == f"{LOM}lom"
    assert record.findtext(f"{LOM}general/{LOM}title/{LOM}string") == "Have pupils check what an AI claims"
    values = {one.text for one in record.iter(f"{LOM}value")}
    (document,) = (one for one in BUNDLED["modules"] if one["identifiant"] == "faire-verifier")
    wanted = {*document["publicCible"], *document["niveau"], *document["modalite"], *document["activite"]}
    assert wanted <= values
    known = "".join(
        files("ontologie").joinpath("tiers", "scolomfr", f"scolomfr-voc-{n}.ttl").read_text(encoding="utf-8")
        for n in ("010", "018", "019", "021", "022")
    )
    for value in values - {"author", "no", "yes"}:
        assert f"scolomfr:{str(value).rpartition('/')[2]}" in known, value
    assert archive_of(client, "faire-verifier").read("imsmanifest.xml") != english.read("imsmanifest.xml")


def test_the_same_module_is_the_same_bytes_and_hostile_words_stay_words() -> None:
    words = HOSTILE_TITLE + "\x00\x0b ]]> & <!DOCTYPE x>"
    module = CourseModule("m", f"{BASE}module/m", "fr", words, words, [words], words, "2026-11-30", words, words,
                    [CoursePage("contenu/a.html", words, "<p>a</p>")], [(words, f"{BASE}projet/1")], words, {})  # fmt: skip
    made = cartridge(module)
    assert made == cartridge(module)
    archive = zipfile.ZipFile(io.BytesIO(made))
    titles = [one.text for one in ElementTree.fromstring(archive.read("imsmanifest.xml")).iter(f"{CP}title")]
    legal = words.replace("\x00", "").replace("\x0b", "")
    assert titles == [legal] * 4


def test_a_module_is_shown_in_frames_and_a_page_is_not(client: httpx.Client) -> None:
    part = client.get("/embed/module/rien-de-personnel", headers=HTML)
    assert "frame-ancestors *" in part.headers["content-security-policy"] and "<script" not in part.text
    assert "Ne rien saisir de personnel" in part.text and "<nav" not in part.text
    whole = client.get("/module/rien-de-personnel.html", headers=HTML)
    assert "frame-ancestors 'none'" in whole.headers["content-security-policy"]
    assert client.get("/embed/module/rien", headers=HTML).status_code == 404


def test_what_the_project_writes_names_nobody_and_stands_in_both_languages() -> None:
    for documents in BUNDLED.values():
        for document in documents:
            for key in ("titre", "resume"):
                assert {*document[key]} == {"fr", "en"}
            assert document["auteur"] == ["organisation/equipe-projet"]

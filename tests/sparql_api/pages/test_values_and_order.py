"""Addresses that name nothing, words sorted as people sort them, codes said in words, texts in their own order.

Expected orders are written down as one reads them in the texts, or counted in the store.
"""

from __future__ import annotations

import html
import json
import re

import httpx
import pyoxigraph as ox
import pytest

from ontologie import BASE, PREFIXES
from sparql_api.description.questions import for_readers, order_of

HTML = {"Accept": "text/html"}


def page(client: httpx.Client, path: str) -> str:
    answer = client.get(path, headers=HTML)
    assert answer.status_code == 200, path
    return html.unescape(answer.text)


def test_the_provisions_of_a_law_stand_in_its_order_with_their_number(client: httpx.Client) -> None:
    table = page(client, "/instrument/ai-act.html?lang=en").partition('id="tableau"')[2]
    codes = re.findall(r'<th scope="row"><code>([^<]+)</code>', table)
    wanted = ["AIA-5", "AIA-5-1-a", "AIA-5-1-b", "AIA-5-1-ba", "AIA-5-1-bb", "AIA-5-1-f", "AIA-6", "AIA-6-1", "AIA-6-2", "AIA-6-3"]
    assert codes[codes.index("AIA-5") :][: len(wanted)] == wanted
    assert codes[:2] == ["AIA-2", "AIA-3"] and codes.index("AIA-4") < codes.index("AIA-4a") < codes.index("AIA-5")
    assert codes.index("AIA-113") < codes.index("AIA-III") < codes.index("AIA-III-3") < codes.index("AIA-III-3-d")
    article = page(client, "/principe/ai-act/AIA-3.html?lang=en")
    names = ["AI system", "provider", "deployer", "intended purpose", "emotion recognition system", "AI literacy"]
    places = [article.index(f"Definition: {name}") for name in names]
    assert places == sorted(places)


@pytest.mark.parametrize("path", ["/queries/projets-d-un-outil?", "/queries/projets-d-un-outil?format=csv&", "/fiches?", "/fiches.csv?"])
def test_data_refuse_an_address_that_names_nothing_and_say_the_nearest(client: httpx.Client, path: str) -> None:
    for value in ("outil/chat-gpt", f"{BASE}outil/chat-gpt"):
        answer = client.get(f"{path}outil={value}", headers={"Accept-Language": "en"})
        assert answer.status_code == 400, answer.text
        said = json.loads(answer.text)
        assert said["parameter"] == "outil" and "outil/chatgpt" in said["detail"]
    assert "Observatoire-Edition" in client.get(f"{path}outil=outil/chatgpt").headers


def test_a_page_says_what_an_address_does_not_name(client: httpx.Client) -> None:
    answer = client.get("/queries/projets-d-un-outil?outil=outil/chat-gpt", headers=HTML)
    assert answer.status_code == 400 and "outil/chatgpt" in answer.text and "<form" in answer.text
    assert "nimporte" in page(client, "/fiches?outil=outil/nimporte").partition("<main")[2]


def test_what_no_fiche_holds_but_the_graph_names_is_an_empty_selection(client: httpx.Client, store: ox.Store) -> None:
    held = {str(q.object)[1:-1] for q in store.quads_for_pattern(None, ox.NamedNode(f"{BASE}ontologie#outil"), None)}
    tools = {
        str(q.subject)[1:-1]
        for q in store.quads_for_pattern(None, ox.NamedNode(PREFIXES["rdf"] + "type"), ox.NamedNode(f"{BASE}ontologie#OutilIA"))
    }
    unused = min(tools - held)
    assert client.get("/fiches", params={"outil": unused}).json()["total"] == 0
    assert client.get("/queries/projets-d-un-outil", params={"outil": unused}).json()["rows"] == []


def test_words_are_sorted_as_people_sort_them() -> None:
    literal = {"type": "literal"}
    rows = [{"n": literal | {"value": value}} for value in ("Zèbre", "École", "ecole 10", "ecole 2", "Abeille", "étude")]
    ordered = for_readers("SELECT ?n {} ORDER BY ?n", ["n"], rows)
    assert [row["n"]["value"] for row in ordered] == ["Abeille", "École", "ecole 2", "ecole 10", "étude", "Zèbre"]
    number = literal | {"datatype": PREFIXES["xsd"] + "integer"}
    counted = [{"k": number | {"value": k}, "n": literal | {"value": n}} for k, n in (("2", "É"), ("10", "Z"), ("10", "e"))]
    found = for_readers("SELECT ?k ?n {} ORDER BY DESC(?k) ?n", ["k", "n"], counted)
    assert [(row["k"]["value"], row["n"]["value"]) for row in found] == [("10", "e"), ("10", "Z"), ("2", "É")]
    assert for_readers("SELECT ?n {} ORDER BY ?elsewhere", ["n"], rows) == rows


def test_an_order_by_more_than_variables_is_left_to_the_engine() -> None:
    assert order_of("SELECT ?a { ?a ?b ?c } ORDER BY STRLEN(?a) ?b") == ()
    assert order_of("SELECT ?a { ?a ?b ?c }") == ()
    assert order_of("SELECT ?a { ?a ?b ?c } ORDER BY ASC(?a) DESC(?b) LIMIT 3") == (("a", False), ("b", True))


def test_a_question_lists_accented_names_among_the_others(client: httpx.Client) -> None:
    rows = client.get("/queries/ce-qui-manque?genre=discipline").json()["rows"]
    names = [row["libelle"] for row in rows]
    assert names.index("éducation physique et sportive") < names.index("français langue étrangère")
    shown = page(client, "/queries/ce-qui-manque?genre=discipline").partition('id="resultats"')[2]
    assert shown.index("éducation physique et sportive") < shown.index("français langue étrangère")
    academies = re.findall(r"<li>.*?</li>", page(client, "/manques").partition("<main")[2])
    shown = [re.sub(r"<[^>]+>", "", one).strip() for one in academies]
    assert shown.index("éducation physique et sportive") < shown.index("français langue étrangère")


def test_computing_is_not_missing_where_its_specialty_is_taught(client: httpx.Client) -> None:
    missing = {row["libelle"] for row in client.get("/queries/ce-qui-manque?genre=discipline").json()["rows"]}
    assert "informatique" not in missing and "latin" in missing
    listed = client.get("/fiches?discipline=informatique").json()
    assert listed["total"] == client.get("/fiches?discipline=NSI").json()["total"] > 0


def test_a_service_of_academies_is_said_to_be_one_for_each(client: httpx.Client, store: ox.Store) -> None:
    region = ox.NamedNode(f"{BASE}ontologie#regionAcademique")
    academies = {q.subject for q in store.quads_for_pattern(None, region, None) if str(q.subject).startswith(f"<{BASE}academie/")}
    assert len(academies) == 30
    told = page(client, "/organisation/cardie.html")
    places = told.partition('id="territoire"')[2].partition("</section>")[0]
    assert "Un par académie, chacun pour la sienne : il y en a 30." in told.replace("\xa0", " ")
    assert len(re.findall(r'href="/academie/', places)) == 30 and "Wallis" not in places
    assert "One for each région académique" in page(client, "/organisation/drane.html?lang=en")


def test_a_tool_is_told_in_english_words(client: httpx.Client) -> None:
    main = page(client, "/outil/chatgpt.html?lang=en").partition("<main")[2]
    for raw in ("types_ia", ">wikidata<", ">prix<", "plusieurs fichiers", "freemium", ">sameAs<"):
        assert raw not in main, raw
    assert "free with paid options" in main and "kinds of AI" in main
    law = page(client, "/instrument/ai-act.html?lang=en").partition("<main")[2]
    assert "réutilisation libre" not in law and "free reuse, Decision 2011/833/EU" in law
    assert "réutilisation libre" in page(client, "/instrument/ai-act.html?lang=fr")


def test_a_law_is_cited_as_a_law_of_its_own_body(client: httpx.Client) -> None:
    (law,) = client.get("/cite?objet=instrument/ai-act&format=csl&lang=en").json()
    assert (law["type"], law["author"], law["issued"]) == ("legislation", [{"literal": "European Union"}], {"date-parts": [[2024, 6, 13]]})
    assert law["URL"] == "http://data.europa.eu/eli/reg/2024/1689/oj" and f"{BASE}instrument/ai-act" in law["note"]
    part = client.get("/cite?objet=principe/ai-act/AIA-5&format=ris&lang=en").text
    assert part.startswith("TY  - STAT\r\n") and "AIA-5: Prohibited AI practices" in part and "AU  - European Union" in part
    assert client.get("/cite?objet=instrument/cets-225&format=csl").json()[0]["type"] == "treaty"
    guide = client.get("/cite?objet=instrument/hleg-2019&format=bibtex").text
    assert guide.startswith("@techreport{") and "institution = {{Groupe d'experts" in guide
    assert client.get("/cite?objet=projet/18-UR005&format=csl").json()[0]["type"] == "dataset"

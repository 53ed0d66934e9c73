"""Two groups compared, and what is missing, as pages: their numbers are those of the lists they lead to; errors teach."""

from __future__ import annotations

import re
from html import unescape

import httpx
import pytest

HTML = {"Accept": "text/html"}
JSON = {"Accept": "application/json"}
LEVELS = "/comparer?niveau=scolomfr-voc-022-num-016&niveau=lycee"


def text(page: httpx.Response) -> str:
    return unescape(page.text).replace("\u00a0", " ").replace("\u202f", " ")


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_each_number_of_a_comparison_leads_to_as_many_fiches(client: httpx.Client, lang: str) -> None:
    page = client.get(f"{LEVELS}&lang={lang}&edition=1", headers=HTML)
    assert (page.status_code, page.headers["observatoire-edition"]) == (200, "1")
    assert ("échantillon" if lang == "fr" else "no sample") in page.text and "style=" not in page.text
    cells = re.findall(r'<td class="figure"><a href="([^"]+)">(\d+)</a> \((\d+)', text(page))
    assert len(cells) > 4
    for href, count, _ in cells[:4]:
        assert client.get(href, headers=JSON).json()["total"] == int(count)
    totals = [int(n) for n in re.findall(r'<th scope="col">[^<]+ \((\d+)\)</th>', text(page))]
    groups = [client.get(f"/fiches?niveau={one}&edition=1", headers=JSON).json()["total"] for one in ("scolomfr-voc-022-num-016", "lycee")]
    assert totals == groups
    assert [round(100 * int(count) / totals[0]) for _, count, _ in cells[:1]] == [int(part) for *_, part in cells[:1]]


def test_under_thresholds_shares_then_everything_are_silent(client: httpx.Client) -> None:
    few = text(client.get("/comparer?academie=18&academie=09&edition=1", headers=HTML))
    assert "non parts" in few and "<figure" in few and not re.search(r"\(\d+ %\)", few)
    none = text(client.get("/comparer?academie=18&academie=01&edition=1", headers=HTML))
    assert "moins de 5 fiches" in none and "<figure" not in none
    rows = client.get("/comparer?academie=18&academie=01&format=csv&edition=1", follow_redirects=True)
    assert len(rows.text.splitlines()) == 1


def test_the_csv_is_the_saved_question_s(client: httpx.Client) -> None:
    page = text(client.get(f"{LEVELS}&edition=1", headers=HTML))
    links = [unescape(link) for link in re.findall(r'href="([^"]+)"', page[page.index('class="source"') : page.index("</figure>")])]
    answers = [client.get(link, follow_redirects=True, headers={"Accept": "*/*"}) for link in links]
    assert [answer.status_code for answer in answers] == [200] * 4
    assert answers[1].text == client.get(links[0] + "&format=csv").text
    assert "edition=1" in links[3] and "<svg" in answers[2].text


@pytest.mark.parametrize(("query", "parameter", "said"), [
    ("niveau=lycee", "niveau", "choisissez-en un autre"), ("niveau=lycee&niveau=lycee", "niveau", "choisissez-en un autre"),
    ("niveau=lycee&niveau=6e&niveau=3e", "niveau", "plus de deux"), ("niveau=lycee&academie=18", "niveau", "autre facette"),
    ("outil=chatgtp&outil=lalilo", "outil", "ChatGPT (chatgpt)"), ("academie=Lile&academie=18", "academie", "les plus proches : Lille (09)"),
    ("par=rien", "par", "academie, region"), ("academie=18&academie=09&mesure=rien", "mesure", "principe, type_ia"),
])  # fmt: skip
def test_an_error_teaches_on_the_page_and_in_data(client: httpx.Client, query: str, parameter: str, said: str) -> None:
    page = client.get(f"/comparer?{query}", headers=HTML | {"Accept-Language": "fr"})
    assert page.status_code == 400 and said in text(page) and "<select" in page.text
    data = client.get(f"/comparer?{query}&format=csv", headers={"Accept-Language": "fr"})
    assert (data.status_code, data.json()["parameter"]) == (400, parameter)
    assert said in unescape(data.json()["detail"]).replace("\u00a0", " ").replace("\u202f", " ")


def test_the_form_offers_every_value_and_hostile_ones_are_text(client: httpx.Client) -> None:
    page = client.get("/comparer?par=annee_scolaire&edition=1&lang=en", headers=HTML).text
    assert re.findall(r'<option value="(\d{4}-\d{4})"', page) == sorted(re.findall(r'<option value="(\d{4}-\d{4})"', page)[:7]) * 2
    hostile = client.get("/comparer?outil=%3Cscript%3Ealert(1)%3C/script%3E&outil=x", headers=HTML)
    assert hostile.status_code == 400 and "<script" not in hostile.text


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_what_is_missing_is_told_by_kind_and_linked_from_lists(client: httpx.Client, lang: str) -> None:
    rows = client.get(f"/queries/ce-qui-manque?edition=1&langue={lang}").json()["rows"]
    page = client.get(f"/manques?edition=1&lang={lang}", headers=HTML)
    shown = re.findall(r"<li><a href=\"[^\"]+\">([^<]+)</a></li>", page.text[page.text.index('<section aria-labelledby="academie"') : page.text.index('class="source ')])
    assert sorted(map(unescape, shown)) == sorted(row["libelle"] for row in rows)
    for path in ("/", "/fiches", "/carte", "/comparer"):
        assert "/manques" in client.get(path, headers=HTML).text, path

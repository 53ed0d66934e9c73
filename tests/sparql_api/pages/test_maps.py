"""The map of a question: its numbers are the question's, each territory is a link, nothing said there can do harm."""

from __future__ import annotations

import re
from collections import Counter
from decimal import Decimal
from itertools import pairwise
from types import SimpleNamespace
from urllib.parse import parse_qs, urlsplit
from xml.etree import ElementTree

import httpx
import pyoxigraph as ox
import pytest

from ontologie import BASE, read_table
from queries import Mapped, parse_question
from sparql_api.pages.common.layout import environment
from sparql_api.pages.maps.colours import colours
from sparql_api.pages.maps.drawing import Map, Territory
from sparql_api.pages.maps.found import Mappable, mappable
from sparql_api.pages.maps.measure import Figure, beside, bounds, class_of, denominators, figures
from sparql_api.pages.maps.outlines import atlas
from sparql_api.words.i18n import message

SVG = "{http://www.w3.org/2000/svg}"
HTML = {"Accept": "text/html", "Accept-Language": "fr"}


def drawing(page: str) -> ElementTree.Element:
    """Return the map of a page."""
    return ElementTree.fromstring(page[page.index("<svg") : page.index("</svg>") + len("</svg>")].replace("&nbsp;", " "))


def told(svg: ElementTree.Element) -> dict[str, str]:
    """Return {name: number} as each territory's title says them."""
    return dict(re.split(r"\s: ", link.findtext(f"{SVG}title") or "", maxsplit=1) for link in svg.iter(f"{SVG}a"))


@pytest.mark.parametrize(("question", "many"), [("projets-par-academie", 30), ("projets-par-region-academique", 18)])
def test_the_numbers_of_a_map_and_of_its_table_are_those_of_the_question(client: httpx.Client, question: str, many: int) -> None:
    rows = client.get(f"/queries/{question}?edition=1").json()["rows"]
    expected = {row["nom"]: str(row["projets"]) for row in rows}
    answer = client.get("/carte", params={"question": question, "edition": 1}, headers=HTML)
    assert answer.headers["observatoire-edition"] == "1"
    svg = drawing(answer.text)
    assert len(expected) == many
    assert told(svg) == expected
    table = re.findall(r'<th scope="row"><a href="[^"]+">([^<]+)</a></th><td class="figure">([^<]+)</td>', answer.text)
    assert {name.replace("&#39;", "'"): value for name, value in table} == expected
    written = [text.text for text in svg.findall(f"{SVG}text")]
    assert sorted(written) == sorted(expected.values())
    assert 'style="' not in answer.text
    assert "<script" not in answer.text


def test_the_classes_of_a_map_hold_what_its_legend_says(client: httpx.Client) -> None:
    page = client.get("/carte?edition=1", headers=HTML).text
    legend = dict(re.findall(r'<li><span class="swatch (\w+)" aria-hidden="true"></span>([^<]+)</li>', page))
    assert set(legend) == {"q0", "q1", "q2", "q3", "q4"}
    for link in drawing(page).iter(f"{SVG}a"):
        number = int((link.findtext(f"{SVG}title") or "").rpartition(" ")[2])
        ends = [int(end) for end in re.findall(r"\d+", legend[link.get("class") or ""])] or [0]
        assert ends[0] <= number <= ends[-1]


def test_a_territory_leads_to_as_many_fiches_as_the_map_says(client: httpx.Client) -> None:
    for link in list(drawing(client.get("/carte?edition=1", headers=HTML).text).iter(f"{SVG}a"))[:4]:
        number = int((link.findtext(f"{SVG}title") or "").rpartition(" ")[2])
        assert client.get(link.get("href") or "", headers={"Accept": "application/json"}).json()["total"] == number


def test_what_cannot_be_drawn_is_refused_by_name(client: httpx.Client) -> None:
    for query in ("question=rien", "question=instruments", "rapport=rien", "valeur=nom", "question=moyenne-par-academie&critere=%3Cx"):
        answer = client.get(f"/carte?{query}", headers={"Accept": "application/json"})
        assert (answer.status_code, answer.json()["status"]) == (400, 400), query
    assert client.get("/carte?edition=99").status_code == 404
    english = client.get("/carte?lang=en&question=moyenne-par-academie", headers=HTML).text
    assert "no number" in english
    assert client.get("/carte").headers["content-security-policy"].startswith("default-src 'self'; frame-ancestors 'none'")


def test_every_territory_has_an_outline_and_neighbours_share_their_border() -> None:
    outlines = atlas().outlines
    rows = read_table("donnees", "territoires", "academies.csv")
    assert {name for name in outlines if name.startswith("academie/")} == {f"academie/{row['code_academie']}" for row in rows}
    assert sum(name.startswith("region-academique/") for name in outlines) == 18

    def sides(name: str) -> set[frozenset[str]]:
        rings = [part.rstrip("Z").split("L") for part in outlines[name].path.split("M")[1:]]
        return {frozenset(pair) for ring in rings for pair in zip(ring, ring[1:] + ring[:1], strict=True)}

    lyon, grenoble, region = sides("academie/10"), sides("academie/08"), sides("region-academique/auvergne-rhone-alpes")
    assert len(lyon & grenoble) > 5
    assert not lyon & grenoble & region
    assert region <= lyon | grenoble | sides("academie/06")


@pytest.mark.parametrize("par", ["academie", "region"])
def test_what_is_chosen_is_shown_in_each_territory_and_leads_to_as_many_fiches(client: httpx.Client, par: str) -> None:
    asked_of = {"par": par, "type_ia": "concept/type-ia/generative", "edition": "1"}
    asked = {"question": "projets-par-territoire", **asked_of}
    found = told(drawing(client.get("/carte", params=asked, headers=HTML).text))
    assert "0" in found.values() and len(set(found.values())) > 2
    for link in list(drawing(client.get("/carte", params=asked, headers=HTML).text).iter(f"{SVG}a"))[:4]:
        number = int((link.findtext(f"{SVG}title") or "").rpartition(" ")[2])
        assert client.get(link.get("href") or "", headers={"Accept": "application/json"}).json()["total"] == number
    share = client.get("/carte", params={**asked, "valeur": "part", "seuil": "5"}, headers=HTML).text
    rows = client.get("/queries/projets-par-territoire", params={**asked_of, "seuil": "5"}).json()["rows"]
    few = {row["nom"] for row in rows if row["part"] is None and row["total"]}
    none = {row["nom"] for row in rows if not row["total"]}
    said = told(drawing(share))
    assert few and {name for name, value in said.items() if value.startswith("trop peu")} == few
    assert {name for name, value in said.items() if value == "pas de nombre"} == none
    assert all(said[row["nom"]] == str(round(row["part"])) for row in rows if row["part"] is not None)


def test_a_list_that_names_territories_is_shown_by_its_rows(client: httpx.Client) -> None:
    rows = client.get("/queries/projets-sans-analyse?edition=1").json()["rows"]
    expected = Counter(row["academie"] for row in rows if row["academie"])
    page = client.get("/carte?question=projets-sans-analyse&edition=1", headers=HTML).text
    svg = drawing(page)
    found = {
        parse_qs(urlsplit(link.get("href") or "").query)["academie"][0]: int(told_of.rpartition(" ")[2])
        for link in svg.iter(f"{SVG}a")
        if (told_of := link.findtext(f"{SVG}title") or "")
    }
    assert len(found) == 30
    assert {path: n for path, n in found.items() if n} == {iri.removeprefix(BASE): n for iri, n in expected.items()}


def test_a_questions_page_leads_to_its_map_or_to_what_counts_by_territory(client: httpx.Client) -> None:
    page = client.get("/queries/projets-par-academie?region=region-academique/bretagne&edition=1", headers=HTML).text
    assert 'href="/carte?edition=1&amp;question=projets-par-academie&amp;region=region-academique%2Fbretagne"' in page
    other = client.get("/queries/couverture-principes", headers=HTML).text
    assert "question=projets-par-territoire" in other and "Voir sur une carte" not in other
    assert "/carte?" not in client.get("/queries/dispositifs", headers=HTML).text


def test_the_page_of_a_cited_answer_has_its_map(client: httpx.Client) -> None:
    asked = "SELECT ?a (COUNT(?p) AS ?n) { ?p oia:academie ?a } GROUP BY ?a"
    page = client.get("/answer", params={"query": asked, "edition": 1}, headers=HTML).text
    rows = client.get("/sparql", params={"query": asked, "edition": 1}).json()["results"]["bindings"]
    counts = [value for value in told(drawing(page)).values() if value.isdigit()]
    assert sorted(counts) == sorted(row["n"]["value"] for row in rows)
    assert "<svg" not in client.get("/answer", params={"query": "ASK {}", "edition": 1}, headers=HTML).text.partition("<main")[2]


def test_territories_are_found_by_what_cells_hold_and_by_codes_in_a_column_of_their_kind() -> None:
    def rows(column: str, *cells: object) -> list[dict[str, object]]:
        return [{column: cell, "n": ox.Literal(at)} for at, cell in enumerate(cells)]

    academies = [ox.NamedNode(f"{BASE}academie/{code}") for code in ("10", "14")]
    named = mappable(rows("ou", *academies), BASE)
    coded = mappable(rows("code_academie", ox.Literal("10"), ox.Literal("14")), BASE)
    for found, column in ((named, "ou"), (coded, "code_academie")):
        assert isinstance(found, Mappable)
        assert (found.kind, found.column, found.numbers) == ("academie", column, ("n",))
        assert [row[column] for row in found.rows] == academies
    assert mappable(rows("rang", ox.Literal("10"), ox.Literal("14")), BASE) == "no-territory"
    assert mappable(rows("academie", ox.Literal("Lyon"), ox.Literal("Rennes")), BASE) == "no-territory"
    assert mappable(rows("ou", academies[0], ox.NamedNode(f"{BASE}outil/chatgpt")), BASE) == "no-territory"
    assert mappable(rows("ou", academies[0], academies[0]), BASE) == "many-rows"


def literal(value: str) -> ox.Literal:
    return ox.Literal(value, datatype=ox.NamedNode("http://www.w3.org/2001/XMLSchema#decimal"))


def test_a_mean_of_too_few_analyses_is_silent_and_says_so() -> None:
    places = [ox.NamedNode(f"{BASE}academie/{code}") for code in ("01", "02", "03", "04")]
    rows = [
        {"academie": places[0], "moyenne": literal("1.333333333333333333"), "analyses": literal("3")},
        {"academie": places[1], "moyenne": literal("2.0"), "analyses": literal("2")},
        {"academie": places[2], "analyses": literal("0")},
        {"academie": places[3], "moyenne": literal("0"), "analyses": literal("7")},
    ]
    found = figures(rows, Mapped("academie", "moyenne", "analyses"), 3)
    assert [(one.value, one.observations, one.few) for one in found] == [
        (Decimal("1.333333333333333333"), 3, False), (None, 2, True), (None, 0, False), (Decimal(0), 7, False),
    ]  # fmt: skip
    classes = bounds(one.value for one in found if one.value is not None)
    assert classes == [(Decimal("1.33"), Decimal("1.33"))]
    assert [class_of(one, classes) for one in found] == ["q1", "silent", "silent", "q0"]


def test_equal_numbers_are_never_in_two_classes() -> None:
    classes = bounds(Decimal(n) for n in (0, 1, 1, 1, 1, 1, 1, 2, 3, 4, 9))
    assert classes[0][0] == 1
    assert classes[-1][1] == 9
    assert all(one[1] < other[0] for one, other in pairwise(classes))


def test_a_count_is_set_beside_a_denominator_where_one_is_known() -> None:
    said = {"nom": "ecoles", "date": "2025", "source": "https://example.org", "libelle_fr": "écoles", "libelle_en": "schools"}
    rows = [said | {"territoire": "academie/01", "valeur": "500"}, said | {"territoire": "academie/02", "valeur": ""}]
    (known,) = denominators("academie", rows)
    assert denominators("region", rows) == []
    counts = [Figure(f"{BASE}academie/{code}", Decimal(4), 4) for code in ("01", "02")]
    assert [one.value for one in beside(counts, known, BASE)] == [Decimal(8), None]


def test_hostile_names_are_text_in_a_map() -> None:
    hostile = "</title><script>alert(1)</script>\" onload=\"x' \u202e"
    outline = atlas().outlines["academie/02"]
    place = Territory(hostile, '/fiches?academie=1"onclick="x', "<b>", hostile, 1, "q1", outline)
    drawn = Map(hostile, (place,), (("q1", hostile),), (), (0, 0, 10, 10), letters=4, named=True)
    text = str(environment().get_template("map.html").module.draw(drawn, lambda key, **words: message(key, "fr", **words)))  # type: ignore[attr-defined]
    svg = drawing(text)
    assert {element.tag for element in svg.iter()} == {f"{SVG}{name}" for name in ("svg", "a", "title", "path", "text", "tspan")}
    assert not [name for element in svg.iter() for name in element.attrib if name.startswith("on")]
    assert "<script" not in text
    told_by = {"view": SimpleNamespace(edition=1), "colours": colours(), "site": "https://example.org", "map": drawn}
    alone = environment().get_template("map.svg").render(t=lambda key, **words: message(key, "fr", **words), **told_by)
    root = ElementTree.fromstring(alone)
    assert {element.tag for element in root.iter()} == {f"{SVG}{name}" for name in ("svg", "a", "title", "path", "text", "rect")}
    assert not [name for element in root.iter() for name in element.attrib if name.startswith("on")]


@pytest.mark.parametrize("heading", ['territory = "commune"\nvalue = "n"', 'territory = "academie"'])
def test_a_question_whose_map_is_badly_described_is_refused(heading: str) -> None:
    texts = 'audience = "outil"\n[title]\nfr = "a"\nen = "a"\n[description]\nfr = "a"\nen = "a"\n[map]\n'
    source = "".join(f"# {line}\n" for line in (texts + heading).split("\n")) + "SELECT * {}"
    with pytest.raises(ValueError, match="a map needs"):
        parse_question("x", source)


def test_a_region_shows_its_academies_and_as_many_fiches_as_the_list(client: httpx.Client) -> None:
    path = "region-academique/auvergne-rhone-alpes"
    page = client.get(f"/{path}.html?edition=1", headers=HTML)
    rows = client.get(f"/queries/projets-par-academie?edition=1&region={path}").json()["rows"]
    assert len(rows) == 3
    assert told(drawing(page.text)) == {row["nom"]: str(row["projets"]) for row in rows}
    assert f"{of_academies(client, '08', '10', '06')} fiches dans" in page.text
    assert "frame-ancestors 'none'" in page.headers["content-security-policy"]
    assert client.get("/region-academique/rien.html").status_code == 404
    assert client.get(f"/{path}", headers=HTML).headers["location"].startswith(f"/{path}.html")


def of_academies(client: httpx.Client, *codes: str) -> int:
    """Return how many projects name one of these académies, whatever région they name."""
    listed = ", ".join(f"<{BASE}academie/{code}>" for code in codes)
    query = f"""SELECT (COUNT(DISTINCT ?p) AS ?n) {{
        ?p a oia:Projet ; oia:academie|oia:academieAssociee ?a FILTER (?a IN ({listed})) }}"""
    asked = {"query": f"PREFIX oia: <{BASE}ontologie#> {query}", "edition": "1"}
    return int(client.get("/sparql", params=asked, headers={"Accept": "text/csv"}).text.split()[1])


def test_a_part_of_a_region_may_be_framed_anywhere_and_shows_the_same_numbers(client: httpx.Client) -> None:
    part = client.get("/embed/region-academique/bretagne?edition=1", headers=HTML)
    page = client.get("/region-academique/bretagne.html?edition=1", headers=HTML)
    assert "frame-ancestors *" in part.headers["content-security-policy"]
    assert told(drawing(part.text)) == told(drawing(page.text))
    assert "<script" not in part.text and 'style="' not in part.text
    assert client.get("/embed/region-academique/%22%3E%3Cscript%3E").status_code == 404


def test_oembed_answers_as_the_specification_says(client: httpx.Client) -> None:
    page = f"{client.base_url}/region-academique/bretagne"
    answer = client.get("/oembed", params={"url": page, "maxwidth": "400", "inconnu": "1"})
    said = answer.json()
    assert answer.headers["observatoire-ignored-parameters"] == "inconnu"
    assert (said["type"], said["version"], said["width"]) == ("rich", "1.0", 400)
    (frame,) = ElementTree.fromstring(f"<x>{said['html'].replace(' loading', ' data-loading')}</x>")
    assert (frame.tag, frame.get("width"), frame.get("title")) == ("iframe", "400", said["title"])
    assert client.get(frame.get("src") or "").status_code == 200
    assert client.get("/oembed", params={"url": f"{BASE}region-academique/bretagne"}).json()["html"]


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ({"url": "https://example.org/region-academique/bretagne"}, 404),
        ({"url": "\"><script>alert(1)</script>"}, 404),
        ({"url": "http://[::1"}, 404),
        ({}, 404),
        ({"url": f"{BASE}region-academique/bretagne", "format": "xml"}, 501),
        ({"url": f"{BASE}region-academique/bretagne", "maxwidth": "1e9"}, 400),
    ],
)
def test_oembed_refuses_what_it_cannot_show(client: httpx.Client, asked: dict[str, str], status: int) -> None:
    answer = client.get("/oembed", params=asked)
    assert answer.status_code == status
    assert "<script" not in answer.text


def test_every_region_has_a_row_for_its_space() -> None:
    rows = read_table("donnees", "territoires", "espaces_regionaux.csv")
    assert {row["region"] for row in rows} == {name for name in atlas().outlines if name.startswith("region-academique/")}
    assert all(not row["adresse"] or row["source"] for row in rows)


def test_the_map_alone_says_the_same_as_its_page_and_needs_nothing_else(client: httpx.Client) -> None:
    on_page = told(drawing(client.get("/carte?edition=1", headers=HTML).text))
    answer = client.get("/carte.svg?edition=1", headers={"Accept": "*/*", "Accept-Language": "fr"})
    assert answer.headers["content-type"].startswith("image/svg+xml") and answer.headers["observatoire-edition"] == "1"
    alone = ElementTree.fromstring(answer.content)
    assert told(alone) == {name: on_page[name] for name in told(alone)} and len(told(alone)) > 25
    assert not re.search(r"style|class=|<script|@import|var\(", answer.text)
    painted = {path.get("fill") for path in alone.iter(f"{SVG}path")}
    assert len(painted) > 3 and all(re.fullmatch("#[0-9a-f]{6}", colour or "") for colour in painted)
    links = [link.get("href") or "" for link in alone.iter(f"{SVG}a")]
    assert all(link.startswith(BASE) for link in links), "a file is read elsewhere, whatever host gave it"
    assert client.get("/" + links[0].removeprefix(BASE), headers={"Accept": "application/json"}).status_code == 200
    page = client.get("/carte?edition=1&question=projets-par-region-academique", headers=HTML).text
    (file,) = re.findall(r'href="([^"]+)" type="image/svg\+xml">SVG', page)
    assert client.get(file.replace("&amp;", "&")).status_code == 200
    assert client.get("/carte.svg?question=dispositifs").status_code == 400

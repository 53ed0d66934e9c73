"""Charts of saved questions: their numbers are the question's, read back from the drawing; nothing said there does harm."""

from __future__ import annotations

import re
import time
from collections import Counter
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from xml.etree import ElementTree as ET

import httpx
import pyoxigraph as ox
import pytest

from queries import Charted, Question, catalogue
from sparql_api.app import create_app
from sparql_api.formats.xml_text import held
from sparql_api.pages.charts.drawing import Tongue, drawn
from sparql_api.pages.charts.grammar import MOST, Chart, Mark, Thresholds, chart_of, steps
from sparql_api.settings import Settings
from sparql_api.words.i18n import message
from tests.queries.asking import datatypes
from tests.sparql_api.endpoint.live import serve, wait_until
from tests.sparql_api.pages.test_hostile_texts import HOSTILE

SVG = "{http://www.w3.org/2000/svg}"
HTML = {"Accept": "text/html", "Accept-Language": "fr"}
CHARTED = {name: one for name, one in catalogue().items() if one.charted}
STATED = {
    *("analyse-d-un-projet", "chemins-regle-disposition", "constats-d-un-projet", "correspondances-a-revoir"),
    *("correspondances-d-un-principe", "correspondances-d-un-instrument", "projets-a-une-correspondance"),
    *("projets-principe-unesco", "projets-regle-ai-act", "ce-qui-manque"),
}
"""Questions whose numbers are said of one row each (a confidence, a step of a scale): nothing to compare."""
LEAST = Thresholds(3, 20)
FRENCH = Tongue(lambda key, **words: message(key, "fr", **words), str)


def given(question: Question) -> dict[str, str]:
    """What shows numbers where the demonstration has illustrations alone."""
    return {"illustrations": "oui"} if any(one.name == "illustrations" for one in question.parameters) else {}


def marks(svg: ET.Element) -> list[ET.Element]:
    return [group for group in svg.iter(f"{SVG}g") if group.get("class") == "mark"]


def read(text: str) -> list[Decimal]:
    """Return the numbers that a mark writes."""
    return [Decimal(found.replace("\u202f", "").replace(",", ".")) for found in re.findall(r"\d[\d\u202f]*(?:,\d+)?", text)]


def written(mark: ET.Element) -> str:
    """Return the number that stands beside a mark, not in its title."""
    return " ".join(text.text or "" for text in mark.findall(f"{SVG}text") if text.get("class") in ("strong", "soft"))


def expected(form: Charted, rows: list[dict[str, object]]) -> list[Decimal]:
    """Work out from the rows which numbers a chart of bars, years or dots shows, each once."""
    if form.kind == "dots":
        rows = [row for row in rows if row[form.values[0]] is not None and int(str(row[form.observations[0]])) >= LEAST.mean]
    if form.kind == "heat":
        rows = in_the_grid(form, rows)
    columns = form.values + (form.observations if form.kind == "pair" else ())
    return sorted(Decimal(str(row[one])).quantize(Decimal("0.01"), ROUND_HALF_UP) for row in rows for one in columns if row[one] is not None)


def in_the_grid(form: Charted, rows: list[dict[str, object]]) -> list[dict[str, object]]:
    """Keep the rows of the eight fullest columns, then those of the sixteen fullest rows among these."""
    for name, most in ((form.label, 8), (form.series, 16)):
        sums: Counter[object] = Counter()
        for row in rows:
            sums[row[name]] += int(str(row[form.values[0]]))
        kept = {value for value, _ in sums.most_common(most)}
        rows = [row for row in rows if row[name] in kept]
    return rows


@pytest.mark.parametrize("name", CHARTED)
def test_the_numbers_of_a_chart_are_those_of_the_question(client: httpx.Client, name: str) -> None:
    question, asked = CHARTED[name], {**given(CHARTED[name]), "edition": "1"}
    rows = client.get(f"/queries/{name}", params=asked).json()["rows"]
    answer = client.get(f"/queries/{name}.svg", params=asked, headers={"Accept-Language": "fr"})
    assert (answer.status_code, answer.headers["content-type"], answer.headers["observatoire-edition"]) == (200, "image/svg+xml", "1")
    svg, form = ET.fromstring(answer.content), question.charted
    assert form
    numbers = expected(form, rows)
    shown = sorted(numbers, reverse=True)[:MOST] if form.kind in ("bars", "years") else numbers
    told = [number for mark in marks(svg) for number in read((mark.findtext(f"{SVG}title") or "").rpartition("\u00a0: ")[2])]
    assert Counter(told) == Counter(shown), "what titles say"
    if form.kind == "bars":
        assert Counter(n for mark in marks(svg) for n in read(written(mark))) == Counter(told), "what is written"
        for mark in marks(svg):
            width = float((mark.find(f"{SVG}rect").get("width") or "0").rstrip("%"))  # type: ignore[union-attr]
            number = read((mark.findtext(f"{SVG}title") or "").rpartition("\u00a0: ")[2])[0]
            # What is written is rounded to two decimals.
            assert abs(width - 82 * float(number / max(shown))) < 0.01 + 0.41 / float(max(shown)) or number == 0
    said = " ".join(text.text or "" for text in svg.iter(f"{SVG}text"))
    assert f"édition 1, question {name}, {len(rows)} ligne" in said.replace("\u202f", "") or not rows
    assert f"/queries/{CHARTED[name].reference}?" in said.replace(" ", "") and "edition=1" in said.replace(" ", "")
    assert b"style" not in answer.content


def test_every_question_that_counts_has_a_chart(store: ox.Store) -> None:
    counting = {
        name for name in catalogue()
        if any(kinds & {"integer", "decimal"} for kinds in datatypes(store, name).values())
    }  # fmt: skip
    assert counting - set(CHARTED) == STATED & counting


@pytest.mark.parametrize("name", ["couverture-principes", "projets-par-annee-scolaire", "constats-par-issue"])
@pytest.mark.parametrize("lang", ["fr", "en"])
def test_each_link_of_a_charts_figure_gives_the_same_numbers(client: httpx.Client, name: str, lang: str) -> None:
    page = client.get(f"/queries/{name}?lang={lang}", headers=HTML)
    assert page.text.count('<svg class="chart"') == 1 and "style=" not in page.text
    figure = page.text[page.text.index("<figure") : page.text.index("</figure>")]
    links = [link.replace("&amp;", "&") for link in re.findall(r'href="(/[^"]+)"', figure)]
    assert len(links) == 4 and sum("edition=2" in link for link in links) == 3
    answers = [client.get(link, headers={"Accept": "application/json, */*;q=0.1"}) for link in links]
    assert [answer.status_code for answer in answers] == [200] * 4
    assert {answer.headers["observatoire-edition"] for answer in answers} == {"2"}
    assert answers[0].json()["rows"] == answers[3].json()["rows"]
    svg = ET.fromstring(figure[figure.index("<svg") : figure.rindex("</svg>") + 6].replace("&nbsp;", " "))
    alone = ET.fromstring(answers[2].content)
    assert [m.findtext("title") for m in svg.iter("g")] == [m.findtext(f"{SVG}title") for m in marks(alone)]


def test_a_parameter_that_is_no_value_is_told_of_a_chart_too(client: httpx.Client) -> None:
    for query in ("instrument=%3Cx", "rien=1", "langue=fr&langue=en", "edition=x"):
        assert client.get(f"/queries/couverture-principes.svg?{query}", headers={"Accept": "*/*"}).status_code == 400, query
    assert client.get("/queries/instruments.svg?edition=99").status_code == 404
    assert client.get("/queries/reprises.svg").status_code == 404
    two = client.get("/queries/couverture-principes.svg?instrument=instrument/cadre-usage&instrument=instrument/hleg-2019&edition=1")
    assert len(marks(ET.fromstring(two.content))) == 20
    none = client.get("/queries/couverture-principes.svg?instrument=instrument/cadre-usag&edition=1", headers={"Accept": "*/*"})
    assert none.status_code == 400 and none.json()["parameter"] == "instrument"
    asked = client.get("/queries/couverture-principes?instrument=instrument/cadre-usag&edition=1&format=csv")
    assert (asked.status_code, asked.json()["detail"]) == (400, none.json()["detail"]), "as its data are"


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("kind", ["bars", "stacked", "dots", "pair", "years", "heat"])
def test_hostile_words_are_text_in_a_chart(text: str, kind: str) -> None:
    values = tuple(Decimal(3) for _ in range(2 if kind in ("pair", "stacked") else 1))
    chart = Chart(kind, (Mark(text, values, text, (4,) * len(values)),), (text, text)[: len(values)], 1, 1)
    for source in ((), (text, text)):
        svg = ET.fromstring(str(drawn(chart, text, FRENCH, source=source)))
        names = {element.tag.rpartition("}")[2] for element in svg.iter()}
        assert names <= {"svg", "title", "desc", "text", "rect", "line", "circle", "path", "g"}
        assert not [key for element in svg.iter() for key in element.attrib if key.startswith("on") or "href" in key]
        assert next(element.text for element in svg.iter() if element.tag.endswith("title")) == held(text)


def literal(value: object) -> ox.Literal:
    return ox.Literal(str(value))


def test_a_chart_shows_the_largest_and_says_how_many_are_left() -> None:
    rows = [{"nom": literal(f"n{n}"), "projets": literal(n % 81)} for n in range(81)]
    chart = chart_of(rows, Charted("bars", "nom", ("projets",)), lambda term: term.value if term else "", LEAST)
    assert [int(mark.values[0] or 0) for mark in chart.marks] == list(range(41, 81))
    assert chart.left == 41
    assert "et 41 autres, dans le tableau" in drawn(chart, "t", FRENCH)


def test_parts_are_stacked_while_colours_tell_them_apart() -> None:
    rows = [{"x": literal(x), "part": literal(p), "n": literal(x * 10 + p)} for x in range(3) for p in range(5)]
    words = lambda term: term.value if term else ""  # noqa: E731
    form = Charted("stacked", "x", ("n",), "part")
    four = chart_of([row for row in rows if row["part"].value != "4"], form, words, LEAST)
    assert (four.kind, four.series, four.marks[2].values) == ("stacked", ("0", "1", "2", "3"), tuple(map(Decimal, (20, 21, 22, 23))))
    five = chart_of(rows, form, words, LEAST)
    assert (five.kind, len(five.marks), five.marks[-1]) == ("bars", 15, Mark("4", (Decimal(24),), "2"))


def test_a_pair_is_drawn_in_shares_from_enough_fiches_of_both() -> None:
    form, words = Charted("pair", "x", ("a", "b"), observations=("na", "nb")), lambda term: term.value if term else ""
    for small, shares in ((19, False), (20, True)):
        row = {"x": "x", "a": 5, "b": 8, "na": small, "nb": 40}
        chart = chart_of([{key: literal(value) for key, value in row.items()}], form, words, LEAST)
        assert chart.shares is shares
        title = ET.fromstring(str(drawn(chart, "t", FRENCH))).findtext("g/title")
        assert title == f"x\u00a0: 5 sur {small} ; 8 sur 40".replace(" ;", "\u202f;")


@pytest.mark.parametrize(("most", "whole", "last", "count"), [(0, True, 1, 2), (1, True, 1, 2), (3, True, 3, 4), (47, True, 60, 4), (1234, True, 1500, 4),
                                                              ("1.86", False, 2, 5), ("0.5", False, "0.6", 4)])  # fmt: skip
def test_an_axis_has_few_round_steps(most: object, whole: bool, last: object, count: int) -> None:
    found = steps(Decimal(str(most)), whole=whole)
    assert (found[-1], len(found)) == (Decimal(str(last)), count)


def figure(client: httpx.Client, name: str) -> float:
    found = re.search(rf"^observatoire_cache_{name}(?:_total)? ([\d.]+)", client.get("/metrics").text, re.MULTILINE)
    assert found
    return float(found[1])


@pytest.mark.parametrize("quiet", [0.1, 0.0])
def test_default_figures_are_made_while_nobody_asks(demo_var: Path, quiet: float) -> None:
    settings = Settings(var=demo_var, workers=1, log_queries=False, shelf_mb=0, quiet_seconds=quiet)
    with serve(create_app(settings)) as url, httpx.Client(base_url=url, timeout=300) as client:
        if not quiet:
            time.sleep(0.5)
            assert figure(client, "misses") == 0
            return
        wait_until(lambda: figure(client, "misses") >= 2)
        before = figure(client, "hits")
        assert client.get("/queries/carte-des-academies.svg").status_code == 200
        assert figure(client, "hits") == before + 1

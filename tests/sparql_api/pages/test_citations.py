"""References for reference managers: each is read back, and no text leaves its field whatever it holds."""

from __future__ import annotations

import json
import re

import httpx
import pytest

from ontologie import BASE
from sparql_api.formats.citations import Reference, bibtex, csl, ris
from tests.sparql_api.pages.conftest import HOSTILE_TITLE

HOSTILE = [
    HOSTILE_TITLE,
    "}} @misc{vol, title = {autre",
    "fermé } ouvert { \\",
    "100 % de $x_1^2$ & #1 ~ \\input{/etc/passwd}",
    "une ligne\nER  - \r\nTY  - BOOK\u2028AU  - Vol\x85TI  - Vol",
    'guillemets " et \\" fin \\',
    "\x00\x1b[31mrouge\u202e",
]
SIGNS = {r"\textbackslash{}": "\\", r"\textbraceleft{}": "{", r"\textbraceright{}": "}", r"\textasciitilde{}": "~", r"\textasciicircum{}": "^"}


def cited(title: str) -> Reference:
    return Reference("projet/1 2", title, (title,), "2026-11-30", "Observatoire", "Édition 2", "https://w3id.org/x", "fr")


def read_bibtex(text: str) -> dict[str, str]:
    """Return the fields of the one entry of a text, by the rules of BibTeX: values in braces, counted as they stand."""
    head = re.match(r"@misc\{([A-Za-z0-9-]+),\n", text)
    assert head
    fields, at = {"": head[1]}, head.end()
    while name := re.compile(r"\s*([a-z]+) = \{").match(text, at):
        depth, end = 1, name.end()
        while depth:
            depth += {"{": 1, "}": -1}.get(text[end], 0)
            end += 1
        fields[name[1]] = text[name.end() : end - 1]
        at = end + (text[end] == ",")
    assert text[at:] == "\n}\n"
    return fields


def untex(text: str) -> str:
    """Return what LaTeX shows of a text: commands and escaped signs, each once."""
    found = re.sub(r"\\text[a-z]+\{\}|\\[$&%#_]", lambda m: SIGNS.get(m[0], m[0][1:]), text)
    assert not re.search(r"(?<!\\)[$%#_&]", re.sub(r"\\text[a-z]+\{\}", "", text)), text
    return found


def shown(text: str) -> str:
    """Return a text as one reads it on a line."""
    return re.sub(r"[\x00-\x1f\u200e\u202a-\u202e]", "", re.sub(r"\s+", " ", text.strip()))


@pytest.mark.parametrize("title", HOSTILE)
def test_no_text_leaves_its_field(title: str) -> None:
    entry = read_bibtex(bibtex(cited(title)))
    assert untex(entry["title"][1:-1]) == untex(entry["author"][1:-1]) == shown(title)
    assert list(entry) == ["", "title", "author", "year", "month", "publisher", "version", "url", "language"]
    lines = re.split(r"[\r\n\x85\u2028\u2029\x0b\x0c]+", ris(cited(title)).removesuffix("\r\n"))
    assert [line[:6] for line in lines] == [f"{tag}  - " for tag in ["TY", "ID", "TI", "AU", "PY", "DA", "PB", "ET", "UR", "LA", "ER"]]
    assert lines[2][6:] == shown(title)
    (item,) = json.loads(csl(cited(title)))
    assert item["title"] == item["author"][0]["literal"] == shown(title)
    assert item["issued"] == {"date-parts": [[2026, 11, 30]]}


def test_a_fiche_is_cited_in_each_format_by_the_links_of_its_page(client: httpx.Client) -> None:
    page = client.get("/projet/18-h.1.html", headers={"Accept": "text/html"}).text
    links = [one.replace("&amp;", "&") for one in re.findall(r'href="(/cite\?[^"]+)"', page)]
    assert len(links) == 4 and all("edition=2" in link for link in links)
    kinds = {link: client.get(link) for link in links}
    for answer in kinds.values():
        assert answer.status_code == 200 and answer.headers["observatoire-edition"] == "2"
        assert answer.headers["content-disposition"].startswith('attachment; filename="18-h.1.')
    entry = read_bibtex(client.get("/cite?objet=projet/18-h.1&format=bibtex").text)
    assert (entry["url"], entry["year"]) == (f"{BASE}projet/18-h.1", "2026")
    assert untex(entry["title"][1:-1]) == shown(HOSTILE_TITLE)
    (item,) = client.get(f"/cite?objet={BASE}projet/18-UR005&format=csl&lang=en").json()
    assert item["author"] == [{"literal": "Académie d'Orléans-Tours - SVT (TraAM 2024-2025)"}] and item["version"] == "Edition 2"


def test_an_edition_is_cited_and_what_does_not_exist_is_not(client: httpx.Client) -> None:
    (item,) = client.get("/cite?format=csl&edition=1").json()
    assert item["URL"] == f"{BASE}edition/1"
    assert client.get("/cite?objet=projet/rien").status_code == 404
    assert client.get("/cite?objet=projet/18-h.1&format=docx").status_code == 406
    assert client.get("/cite", headers={"Accept": "text/html"}).text.startswith("@misc{")
    assert client.get("/cite", headers={"Accept": "application/vnd.citationstyles.csl+json"}).json()

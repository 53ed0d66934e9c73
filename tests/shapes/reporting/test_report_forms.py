"""The report in its forms: what an académie can send back to its schools as it is."""

from __future__ import annotations

import csv
import dataclasses
import io
import json
from html.parser import HTMLParser

import pytest

from shapes import Issue, as_csv, as_html, as_json, as_text, place
from shapes.reporting.causes import by_cause
from shapes.reporting.forms import COLUMNS
from shapes.reporting.words import report_words

SUMMARY = {"read": 3, "accepted": 1, "warned": 1, "refused": 2}


def entry(line: int, *, field: str = "niveaux", value: str = "niveau avancé", severity: str = "violation") -> Issue:
    return Issue(
        severity=severity,  # type: ignore[arg-type]
        message={"fr": f"« {value} » n'est pas reconnu.", "en": f"“{value}” is not known."},
        file="depot.csv",
        line=line,
        column=4,
        field=field,
        value=value,
        remedy={"fr": "Écrivez une classe.", "en": "Write a class."},
        suggestions=("4e", "3e"),
        rule="depot:libelle-inconnu",
        document="https://w3id.org/observatoire-ia/projet/n-A",
    )


def test_the_json_report_has_the_agreed_form() -> None:
    report = json.loads(as_json([entry(2)], SUMMARY))
    assert report["summary"] == SUMMARY
    assert report["entries"] == [
        {
            "file": "depot.csv",
            "line": 2,
            "column": 4,
            "field": "niveaux",
            "value": "niveau avancé",
            "severity": "violation",
            "message": "« niveau avancé » n'est pas reconnu.",
            "remedy": "Écrivez une classe.",
            "suggestions": ["4e", "3e"],
            "rule": "depot:libelle-inconnu",
            "document": "https://w3id.org/observatoire-ia/projet/n-A",
        }
    ]
    assert json.loads(as_json([entry(2)], SUMMARY, "en"))["entries"][0]["message"].startswith("“niveau")


def test_the_csv_report_opens_in_a_spreadsheet_and_runs_nothing() -> None:
    text = as_csv([entry(2, value="=cmd()"), entry(3, value="@x")])
    assert text.startswith("\ufeff")
    rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline=""), delimiter=";"))
    assert list(rows[0]) == [report_words("fr")[name] for name in COLUMNS]
    assert [row["valeur"] for row in rows] == ["'=cmd()", "'@x"]
    assert rows[0]["suggestions"] == "4e | 3e" and rows[0]["ligne"] == "2" and rows[0]["gravité"] == "refus"


def test_the_csv_report_has_the_separator_and_the_words_of_its_reader() -> None:
    assert as_csv([], "en").removeprefix("\ufeff").startswith("file,line,column,field,value,severity,message")
    assert as_csv([], "en", ";").removeprefix("\ufeff").startswith("file;line;column")
    assert as_csv([], "fr", ",").removeprefix("\ufeff").startswith("fichier,ligne,colonne")


def test_one_systematic_mistake_reads_as_one_line_and_another_value_as_another() -> None:
    entries = [entry(line, value=f"niveau {line % 2}") for line in range(2, 3_002)]
    first, second = by_cause(entries)
    assert first.values == {"niveau 0": 1_500} and second.values == {"niveau 1": 1_500}
    text = as_text(entries, {"read": 3_000, "accepted": 0, "warned": 0, "refused": 3_000})
    assert "1500" in text and "ligne 2" in text and text.count("\n") < 35


def test_a_column_of_a_table_is_named_by_its_letters_and_counted_for_programs() -> None:
    told = dataclasses.replace(entry(2), column=28, in_table=True)
    assert place(told) == "depot.csv, ligne 2, colonne AB"
    assert place(dataclasses.replace(told, in_table=False)) == "depot.csv, ligne 2, colonne 28"
    assert json.loads(as_json([told], SUMMARY))["entries"][0]["column"] == 28
    assert ";AB;" in as_csv([told]) and "<td>AB</td>" in as_html([told, dataclasses.replace(told, line=3)], SUMMARY)


def test_a_report_of_many_causes_ends_on_a_terminal() -> None:
    text = as_text([entry(line, value=f"niveau {line}") for line in range(2, 300)], SUMMARY)
    assert "niveau 2 " in text and "niveau 290" not in text and "258" in text


def test_causes_come_gravest_first_then_most_frequent() -> None:
    entries = [
        entry(2, severity="warning"), entry(3, field="titre"), entry(4, severity="warning"),
        entry(5, field="date"), entry(6, field="date"), entry(7, severity="info", field="url_source"),
    ]  # fmt: skip
    found = [(cause.first.severity, cause.first.field, len(cause.entries)) for cause in by_cause(entries)]
    assert found == [
        ("violation", "date", 2), ("violation", "titre", 1), ("warning", "niveaux", 2), ("info", "url_source", 1),
    ]  # fmt: skip


class Outline(HTMLParser):
    """The headings, texts and attributes of a page, and whether its tags are closed in order."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.text = ""
        self.attributes: list[tuple[str, str | None]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        if tag not in {"meta", "br"}:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_the_page_stands_alone_and_can_be_read_aloud(lang: str) -> None:
    hostile = entry(2, value="<script>alert(1)</script>")
    page = as_html([hostile, entry(3)], SUMMARY, lang)  # type: ignore[arg-type]
    outline = Outline(page)
    assert outline.open == [] and "script" not in outline.tags
    assert "<script>alert(1)</script>" in outline.text
    assert ("lang", lang) in outline.attributes
    assert {"main", "h1", "h2", "h3", "th", "summary"} <= set(outline.tags)
    assert ("scope", "col") in outline.attributes
    assert not any(name in ("src", "href") for name, _ in outline.attributes)


def test_a_page_with_nothing_to_say_says_so() -> None:
    page = as_html([], {"read": 1, "accepted": 1, "warned": 0, "refused": 0})
    assert "Rien à signaler." in page and "1 fiche lue : 1 acceptée" in page


@pytest.mark.parametrize(
    ("summary", "sentence"),
    [
        (SUMMARY, "3 fiches lues : 1 acceptée, dont 1 avec avertissement ; 2 refusées."),
        ({"read": 1, "accepted": 0, "warned": 0, "refused": 1}, "1 fiche lue : 0 acceptée ; 1 refusée."),
        ({"read": 5, "accepted": 5, "warned": 0, "refused": 0}, "5 fiches lues : 5 acceptées ; 0 refusée."),
    ],
)
def test_the_counts_are_a_sentence(summary: dict[str, int], sentence: str) -> None:
    assert sentence in as_text([], summary)


def test_the_page_shows_what_is_wrong_what_to_do_and_where_before_it_is_unfolded() -> None:
    page = as_html([entry(line, value=f"niveau {line % 2}") for line in range(2, 3_002)], SUMMARY)
    shown = Outline(page.partition("<details>")[0]).text
    for words in (
        "Refus · niveaux · 1500 fois",
        "Que faire : Écrivez une classe.",
        "ligne 2, colonne 4",
        "en tout 1500",
        "« niveau 0 » n'est pas reconnu",
    ):
        assert words in shown


def test_the_lines_of_a_cause_name_the_file_only_where_there_are_several() -> None:
    one, other = entry(2), Issue(**{name: getattr(entry(3), name) for name in COLUMNS} | {"file": "autre.csv"})
    assert "<td>depot.csv</td>" not in as_html([one, entry(3)], SUMMARY)
    assert "<td>autre.csv</td>" in as_html([one, other], SUMMARY)
    assert "<td>n-A</td>" in as_html([one], SUMMARY)

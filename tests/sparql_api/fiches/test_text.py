"""The words of fiches: inflected and misspelt ones find what they should, whatever is typed, in one order."""

from __future__ import annotations

import json
import re
import string
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingestion import Edition, read_fiches
from sparql_api.fiches.search import FicheIndex, Selection
from sparql_api.fiches.text import TEXT_NAME, TextIndex, text_writer
from sparql_api.fiches.words import stem
from tests.laws.lengths import examples

INFLECTED = {
    "différenciées": "différenciation", "evaluees": "évaluation", "génératif": "générative", "rédigées": "rédiger",
    "discutées": "discutent", "vérifiées": "vérifier", "préparé": "préparation", "comparées": "comparer",
    "argumentée": "argumenter", "interrogés": "interroger", "modélisation": "modéliser", "collaborative": "collaboratif",
    "imaginée": "imaginent", "accompagnement": "accompagner", "musicaux": "musicale", "remplacés": "remplacer",
    "artificiels": "artificielle", "programmer": "programmation", "scientifique": "scientifiques", "enrichie": "enrichir",
}  # fmt: skip
"""By a form that people type, another form of the word that fiches hold."""
MISSPELT = {
    "diferenciation": "différenciation", "chatgtp": "chatgpt", "mathématques": "mathématiques", "evaluatoin": "évaluation",
    "argumentaton": "argumentation", "perplexitty": "perplexity", "rédacton": "rédaction", "algoritmique": "algorithmique",
    "desinformaton": "désinformation", "progamme": "programme", "vittasciense": "vittascience", "motivatoin": "motivation",
    "créativitté": "créativité", "geographi": "géographie", "autonomi": "autonomie", "professionel": "professionnel",
    "brevett": "brevet", "compréension": "compréhension", "mathiia": "mathia", "lecure": "lecture",
}  # fmt: skip
"""By a word with one letter more, less, another or exchanged, the word that fiches hold."""


ADDRESS = re.compile(r'"[^" ]*://[^"]*"')


@pytest.fixture(scope="module")
def index(demo_edition: Edition) -> FicheIndex:
    return FicheIndex(demo_edition.path)


@pytest.fixture(scope="module")
def texts(demo_edition: Edition) -> Mapping[str, str]:
    """The whole text of each fiche but its addresses, by its IRI's end, lower case."""
    found = (json.loads(ADDRESS.sub('""', line.decode())) for line in read_fiches(demo_edition))
    return {
        one["id"].removeprefix("projet/"): json.dumps(one, ensure_ascii=False).casefold()
        for one in found
        if one["type"] == ["Projet"]
    }


def holding(texts: Mapping[str, str], word: str) -> set[str]:
    return {name for name, text in texts.items() if re.search(rf"\b{word}\b", text)}


def found(index: FicheIndex, q: str) -> list[str]:
    return [item["id"] for item in index.items(index.select(Selection(q)).numbers)]


@pytest.mark.parametrize(("typed", "held"), INFLECTED.items())
def test_an_inflected_word_finds_its_other_forms(
    index: FicheIndex, texts: Mapping[str, str], typed: str, held: str
) -> None:
    assert holding(texts, held)
    assert holding(texts, held) <= set(found(index, typed))


@pytest.mark.parametrize(("typed", "held"), MISSPELT.items())
def test_a_misspelt_word_finds_what_was_meant(
    index: FicheIndex, texts: Mapping[str, str], typed: str, held: str
) -> None:
    assert holding(texts, held)
    assert not holding(texts, typed)
    assert holding(texts, held) <= set(found(index, typed))


def test_a_word_taken_for_another_is_said_and_a_right_one_never_is(index: FicheIndex) -> None:
    text = index.select(Selection("diferenciation chatgpt")).text
    assert text is not None
    assert {word: set(instead) for word, instead in text.taken_for.items()} == {"diferenciation": {"différenciation"}}
    right = index.select(Selection("différenciation")).text
    assert right is not None and not right.taken_for


def written(folder: Path, fiches: Sequence[tuple[str, str, str]]) -> TextIndex:
    with text_writer(folder / TEXT_NAME) as writer:
        for number, (title, abstract, rest) in enumerate(fiches):
            writer.add(number, {"titre": title, "resume": abstract, "reste": rest})
    return TextIndex(folder)


def test_titles_count_most_then_summaries_and_what_is_as_good_keeps_the_order_of_the_list(tmp_path: Path) -> None:
    fiches = [("Rien", "", "conte"), ("Rien", "conte", ""), ("conte", "", ""), ("conte", "", ""), ("Rien", "", "conte")]
    assert written(tmp_path, fiches).find("contes").numbers == (2, 3, 1, 0, 4)


ONES = ("robot", "conte", "carte")
HELD = st.lists(st.sampled_from(ONES), max_size=3, unique=True)


@settings(max_examples=examples(15), deadline=None)
@given(fiches=st.lists(st.tuples(HELD, HELD, HELD), min_size=1, max_size=12), asked=st.lists(st.sampled_from(ONES), min_size=1, unique=True))
def test_fiches_come_by_the_weight_of_the_words_they_hold(
    tmp_path_factory: pytest.TempPathFactory, fiches: list[tuple[list[str], ...]], asked: list[str]
) -> None:
    index = written(tmp_path_factory.mktemp("words"), [(*map(" ".join, one),) for one in fiches])  # type: ignore[misc]
    # Each field that holds a word counts by its weight, and a word that a fiche holds begins as itself.
    weighed = [[sum(w for w, field in zip((8, 3, 1), one, strict=True) if word in field) for word in asked] for one in fiches]
    found = [(-sum(one) - 0.125 * len(asked), n) for n, one in enumerate(weighed) if all(one)]
    assert index.find(" ".join(asked)).numbers == tuple(n for _, n in sorted(found))


def test_words_that_every_text_holds_are_left_out_unless_they_are_alone(tmp_path: Path) -> None:
    index = written(tmp_path, [("Le conte de la classe", "", ""), ("Un conte", "", "")])
    assert index.find("le conte de la classe").numbers == (0,)
    assert set(index.find("le conte").numbers) == {0, 1}
    assert index.find("le").numbers == (0,)


@pytest.mark.parametrize(
    ("held", "typed"),
    [("robots", "robbot"), ("journaux", "jornal"), ("évaluer", "évaluatin"), ("oraux", "orral"), ("exposées", "expozé")],
)
def test_a_misspelt_word_finds_the_other_forms_of_the_one_meant(tmp_path: Path, held: str, typed: str) -> None:
    index = written(tmp_path, [("Rien", "", ""), (held, "", ""), ("", "", f"Trois {held}")])
    found = index.find(typed)
    assert found.numbers == (1, 2) and found.taken_for == {typed: (held,)}
    assert found.wanted.holds(held.upper())


def test_a_short_word_or_a_number_is_taken_for_no_other(tmp_path: Path) -> None:
    index = written(tmp_path, [("chat 2024", "", "")])
    for word in ("cha7", "2025", "zha", "rat"):
        assert index.find(word).numbers == ()
        assert not index.find(word).taken_for


LETTERS = "abéè"
WORDS = st.text(LETTERS, min_size=1, max_size=7)


def apart(one: str, other: str) -> bool:
    """Return whether two words differ by one letter, by every way to change one (no library asked)."""
    ways = {one[:i] + one[i + 1 :] for i in range(len(one))}
    ways |= {one[:i] + c + one[i:] for i in range(len(one) + 1) for c in "abe"}
    ways |= {one[:i] + c + one[i + 1 :] for i in range(len(one)) for c in "abe"}
    ways |= {one[:i] + one[i + 1] + one[i] + one[i + 2 :] for i in range(len(one) - 1)}
    return other in ways


def inflected(typed: str, word: str) -> bool:
    """Return whether a word is a form of one that is a letter away from what is typed, accents aside."""
    letters = string.ascii_lowercase + string.digits + "é"
    ends = {"e": "é", "es": "és", "ee": "ée", "ees": "ées"}
    ways = {way for one in (typed, typed.translate(str.maketrans("éè", "ee"))) for way in (
        one, *(one[:i] + one[i + 1 :] for i in range(len(one))), *(one[:i] + one[i + 1 : i + 2] + one[i : i + 1] + one[i + 2 :] for i in range(len(one))),
        *(one[:i] + c + one[i + more :] for i in range(len(one) + 1) for c in letters for more in (0, 1)))}
    ways |= {way.removesuffix(end) + spelt for way in ways if way.isascii() for end, spelt in ends.items() if way.endswith(end)}
    return stem(word) in map(stem, ways)


@settings(max_examples=examples(25), deadline=None)
@given(held=st.lists(WORDS, min_size=1, max_size=12, unique=True), typed=st.text(LETTERS, min_size=4, max_size=7))
def test_neighbours_are_the_words_one_letter_away(
    tmp_path_factory: pytest.TempPathFactory, held: list[str], typed: str
) -> None:
    index = written(tmp_path_factory.mktemp("words"), [(word, "", "") for word in held])
    plain = str.maketrans("éè", "ee")
    expected = {word.translate(plain) for word in held if apart(typed.translate(plain), word.translate(plain))}
    found = index.neighbours(typed)
    assert {word.translate(plain) for word in found[: len(expected)]} == expected
    # What follows is another form of a word one letter away, which no fiche holds.
    assert all(inflected(typed, word) for word in found[len(expected) :])


@pytest.mark.parametrize("typed", ["", " ", "?!", "a.*", "[", "(", "\\", "mots:x", "AND", "\u0000", "e\u0301l", "ﬁche", "½", "日本"])
def test_whatever_is_typed_is_words(index: FicheIndex, typed: str) -> None:
    assert index.select(Selection(typed)).total >= 0
    assert index.text.suggestions(typed, 5) is not None


def test_a_beginning_is_no_pattern(tmp_path: Path) -> None:
    index = written(tmp_path, [("robot", "", ""), ("rebut", "", "")])
    assert index.find("rob").numbers == (0,)
    assert index.find("r.b").numbers == ()


def test_the_words_found_are_shown_as_they_stand(tmp_path: Path) -> None:
    wanted = written(tmp_path, [("Des élèves", "", "")]).find("élève diffé").wanted
    text = "L'ÉLÈVE <b> d'Élèvement et la Différenciation."
    parts = wanted.parts(text)
    assert "".join(part for part, _ in parts) == text
    assert [part for part, marked in parts if marked] == ["ÉLÈVE", "Élèvement", "Différenciation"]


def test_a_passage_holds_the_word_and_whole_words_around_it(tmp_path: Path) -> None:
    wanted = written(tmp_path, [("robot", "", "")]).find("robots").wanted
    before, after = "mot " * 60, " suite" * 60
    passage = wanted.passage(["rien ici", f"{before}robots{after}"])
    shown = "".join(part for part, _ in passage)
    assert ("robots", True) in passage
    assert shown.startswith("… mot ") and shown.endswith(" suite …")
    assert 60 < len(shown) < 260
    assert wanted.passage(["rien"]) == []


def test_suggestions_complete_the_last_word_with_what_the_edition_holds(tmp_path: Path) -> None:
    index = written(tmp_path, [("Évaluation", "", ""), ("Évaluer", "", ""), ("évaluation", "", "Robot")])
    assert index.suggestions("le robot éval", 5) == [("le robot évaluation", 2), ("le robot évaluer", 1)]
    assert index.suggestions("evaluatoin", 5) == [("évaluation", 2)]
    assert index.suggestions("ev", 5) == []
    # What stands before the last word stays, letters that fold to two and accents typed apart among it.
    assert index.suggestions("Straße rob", 5) == [("Straße robot", 1)]
    assert index.suggestions("le e\u0301val", 5)[0] == ("le évaluation", 2)



def test_what_is_made_anew_gives_the_same_hits_in_the_same_order(tmp_path: Path) -> None:
    fiches = [(f"{a}robot {b}", f"élève {b}", "conte") for a in string.ascii_lowercase[::3] for b in "xyz"]
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
    one, other = written(tmp_path / "one", fiches), written(tmp_path / "other", fiches)
    for q in ("conte", "élèves conte", "robto"):
        assert one.find(q) == other.find(q)

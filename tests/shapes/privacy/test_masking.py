"""What is personal in a text, what only looks like it, and how often the real usages raise a false alarm.

Two tables hold the texts: `planted.csv` by kind, each with what must come of it and what no mask may leave readable;
`near_misses.csv`, of which one in twenty-five at most may raise an alarm.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ontologie import read_table
from shapes import mask, passages
from shapes.privacy.folding import fold
from shapes.privacy.hints import may_name
from shapes.privacy.identifiers import patterns
from shapes.privacy.passages import _judged
from tests.laws.lengths import examples

HERE = Path(__file__).parent
DEMO = HERE.parents[2] / "ingestion" / "demo"
FEWEST = 25
"""Kinds of each table."""


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


PLANTED, NEAR = table(HERE / "planted.csv"), table(HERE / "near_misses.csv")
AROUND = ("{}", "Voir ({}) pour la suite.", "Une phrase avant. {}", "4e|{}|Français", "{}\nAutre ligne")


def outcome(text: str) -> str:
    found = passages(text)
    return "refused" if any(one.refuses for one in found) else "held" if found else "clean"


@pytest.mark.parametrize("around", AROUND)
@pytest.mark.parametrize("row", PLANTED, ids=lambda row: row["kind"])
def test_what_is_planted_is_found_and_masked(row: dict[str, str], around: str) -> None:
    text = around.format(row["text"])
    assert outcome(text) == row["outcome"]
    assert row["secret"] in text
    assert row["secret"] not in mask(text)


def test_both_tables_have_enough_kinds() -> None:
    assert len({row["kind"] for row in PLANTED}) >= FEWEST
    assert len(NEAR) >= FEWEST


def test_one_near_miss_in_twenty_five_at_most_raises_an_alarm() -> None:
    alarms = [row["text"] for row in NEAR if outcome(row["text"]) != "clean"]
    assert len(alarms) <= len(NEAR) // 25, alarms


def test_the_real_usages_raise_no_alarm() -> None:
    """The measured rate: 0 of the texts of the bundled usages and examples, which were read and name no person."""
    texts = [
        (field, text)
        for name in ("usages.csv", "exemples.csv")
        for row in table(DEMO / name)
        for field, text in row.items()
        if field != "url_source" and text
    ]
    assert len(texts) > 1000
    assert [text for field, text in texts if passages(text, author=field == "auteur_institutionnel")] == []


def test_no_word_of_the_vocabularies_is_masked() -> None:
    from ontologie import concepts

    words = {word for iri, concept in concepts().items() for word in (iri, concept.displayed, *concept.labels)}
    assert len(words) > 10_000
    assert sorted(word for word in words if mask(word) != word) == []


def key_of(number: str) -> int:
    """Return the key of a NIR by its definition: what makes number and key together a multiple of 97."""
    digits = int(number.replace("2A", "19").replace("2B", "18"))
    return next(key for key in range(1, 98) if (digits + key) % 97 == 0)


@settings(max_examples=examples(100), deadline=None)
@given(st.from_regex(r"[12][0-9]{2}(0[1-9]|1[0-2])(0[1-9]|[1-8][0-9]|9[0-5]|2A|2B)[0-9]{6}", fullmatch=True))
def test_a_social_security_number_has_its_key(number: str) -> None:
    key = key_of(number)
    assert outcome(f"n° {number}{key:02}") == "refused"
    assert outcome(f"n° {number}{key % 97 + 1:02}") == "clean"


@pytest.mark.parametrize("account", ["GB82WEST12345698765432", "DE89370400440532013000", "BE68539007547034"])
def test_a_bank_account_has_its_key(account: str) -> None:
    """The examples of the registry of IBAN (ISO 13616)."""
    wrong = account[:-1] + str((int(account[-1]) + 1) % 10)
    assert outcome(account) == outcome(" ".join(re.findall(".{1,4}", account))) == "refused"
    assert outcome(wrong) == "clean"


@settings(max_examples=examples(200), deadline=None)
@given(st.text(max_size=40), st.text(max_size=20))
def test_folding_keeps_the_place_of_everything(before: str, after: str) -> None:
    secret = "jeanne.martin@exemple.fr"
    text = f"{before} {secret} {after}"
    folded = fold(text)
    assert folded.span(0, len(folded.text)) == (0 if folded.starts is None else folded.starts[0], len(text))
    assert secret not in mask(text)
    assert mask(text).endswith(after) or outcome(f"{secret} {after}") != outcome("x") or passages(after)


@settings(max_examples=examples(200), deadline=None)
@given(st.text(alphabet=st.characters(codec="utf-8", max_codepoint=0x17F), max_size=60))
def test_plain_french_is_left_as_it_is(text: str) -> None:
    ordinary = "".join(c for c in unicodedata.normalize("NFC", text) if c.isalnum() or c in " ,.'")
    ordinary = "".join(c for c in ordinary if ord(c) < 0x80 or ord(c) >= 0xC0)
    assert fold(ordinary).text == ordinary


@pytest.mark.parametrize("row", [row for row in read_table("donnees", "motifs_personnels.csv") if row["motif"]],
                         ids=lambda row: row["code"])  # fmt: skip
def test_what_a_shape_refuses_is_refused_here(row: dict[str, str]) -> None:
    """One truth: the pattern of a shape, in the text as it stands, is one of those looked for here."""

    @settings(max_examples=examples(100), deadline=None)
    @given(st.from_regex(row["motif"]))
    def refused(text: str) -> None:
        assert outcome(text) == "refused"

    refused()


def test_every_pattern_is_tried() -> None:
    found = {
        pattern.code
        for row in PLANTED
        for pattern in patterns()
        if (pattern.raw and pattern.raw.search(row["text"])) or (pattern.folded and pattern.folded.search(fold(row["text"]).text))
    }  # fmt: skip
    assert found == {pattern.code for pattern in patterns()}


PIECES = (
    *("Lisandru", "Colonna", "DUPONT", "Léa", "noé", "Jean-Pierre", "Mme", "monsieur", "Dr", "S.", "M.", "élève", "L'élève"),
    *("élèves", "mon fils", "prénoms", "enseignante", "mené par", "auteur", "dyslexique", "a un PAI", "TDAH", "6e B", "4e2"),
    *("Tle 3", "CM2", "en 3e", "collège", "rue", "Victor Hugo", "Louis XIV", ",", ":", "(", ")", "est", "et", "l'", "projet"),
)


@settings(max_examples=500, deadline=None)
@given(st.lists(st.sampled_from(PIECES), min_size=1, max_size=7).map(" ".join), st.booleans())
def test_what_a_hint_leaves_out_no_search_would_find(sentence: str, author: bool) -> None:
    if not may_name(sentence):
        assert list(_judged(sentence, author)) == []


UNSEEN = table(HERE / "unseen.csv")
"""Texts written as teachers write, without a look at the patterns; the second set after they were tuned on the first."""

MISSED = frozenset({"Enora Le Bihan", "enora.lebihan", "Zacharie", "Youenn Kerbrat"})
"""What is not found there: a name that no list has, with nothing of a person's beside it."""


def test_of_texts_written_apart_what_is_missed_is_known() -> None:
    planted = [row for row in UNSEEN if row["personal"] == "oui"]
    missed = {row["secret"] for row in planted if not passages(row["text"]) or row["secret"] in mask(row["text"])}
    assert len({row["kind"] for row in planted}) >= FEWEST
    assert missed <= MISSED


@pytest.mark.parametrize("number", ["1", "2"])
def test_of_texts_written_apart_one_in_twenty_five_at_most_raises_an_alarm(number: str) -> None:
    near = [row["text"] for row in UNSEEN if row["personal"] == "non" and row["set"] == number]
    alarms = [text for text in near if outcome(text) != "clean"]
    assert len(near) >= 40
    assert len(alarms) <= len(near) / 25, alarms

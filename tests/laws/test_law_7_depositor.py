"""Law 7, no person in the graph: who deposits is named by no message and no report, wherever else the name stands.

A depositor's name, address or number given in its own column and repeated in any other, in any way of writing it, is
looked for in every form of the report and in what the terminal shows; the place stays exact.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingestion import Options, Record, build_document, deposit_file
from ingestion.commands.reporting import print_report, write_report
from ingestion.commands.taking import REPORTS
from ingestion.rights.model import OPERATOR
from ingestion.words.columns import columns
from ingestion.words.personal import holds_private, mask_private
from ingestion.words.terms import terms
from ontologie import fold_label
from ontologie.console import Lang
from shapes import MASK
from tests.laws.lengths import examples

PUBLIC = [name for name, column in columns().items() if column.kind != "prive"]
PRIVATE = {
    "deposant_nom": "Éloïse Quartermaine-Zübrik",
    "deposant_courriel": "eloise.zubrik (arobase) exemple.fr",
    "deposant_telephone": "+687 26.51.73",
}
WRITTEN = {
    "as it is": "{}",
    "in a sentence": "séance menée par {}, en classe",
    "one of a list": "4e|{}|Français",
    "at the cut of a quotation": "x" * 68 + " {}",
    "after a civility": "Mme {}",
}
SPELT = {
    "same": PRIVATE["deposant_nom"],
    "capitals": "ÉLOÏSE QUARTERMAINE-ZÜBRIK",
    "no accents": "eloise quartermaine zubrik",
    "decomposed": "E\u0301loi\u0308se Quartermaine-Zu\u0308brik",
    "name first": "Quartermaine-Zübrik Éloïse",
    "invisible": "Éloïse Quar\u200btermaine-Zü\u00adbrik",
    "address": PRIVATE["deposant_courriel"],
    "number": "687265173",
}
TELL_TALE = ("quarterm", "zubr", "265173", "26 51 73")
"""What folded text holds where any of them is quoted, even cut short."""


def gives_away(text: str) -> list[str]:
    invisible = dict.fromkeys(map(ord, "\u00ad\u200b"))
    folded = fold_label(text.translate(invisible).replace("\\u200b", "").replace("\\u00ad", ""))
    return [found for found in TELL_TALE if found in folded]


def rows() -> Iterator[dict[str, str]]:
    for number, name in enumerate(PUBLIC):
        for rank, text in enumerate(SPELT.values()):
            given = {"id": f"R{number}-{rank}", "titre": "Titre", "academie": "Lyon", "type_ia": "generative"}
            # Each column has every spelling, and the ways to write it in turn.
            written = list(WRITTEN.values())[(number + rank) % len(WRITTEN)]
            yield {**given, **PRIVATE, name: written.format(text)}


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Return every form of the report of all these rows, and of JSON documents with the same under every key."""
    folder = tmp_path_factory.mktemp("deposant")
    table, documents = folder / "depot.csv", folder / "depot.json"
    with table.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, list(columns()))
        writer.writeheader()
        writer.writerows(rows())
    values = (SPELT["name first"], {"@value": SPELT["same"]}, {"id": SPELT["capitals"]})
    made = [
        {"id": f"projet/n-{number}", "type": "Projet", "titre": "t", **PRIVATE, key: values[number % len(values)]}
        for number, key in enumerate([*terms(), "type", "id", "cleInconnue", SPELT["capitals"]])
    ]
    documents.write_text(json.dumps(made, ensure_ascii=False), encoding="utf-8")
    done = [deposit_file(path, None, OPERATOR, Options()) for path in (table, documents)]
    said = {}
    for suffix in REPORTS:
        write_report(folder / f"r{suffix}", done, Lang.FR)
        said[suffix] = (folder / f"r{suffix}").read_text(encoding="utf-8")
    assert sum(one.summary.refused for one in done) > 0
    return said


@pytest.mark.parametrize("form", REPORTS)
def test_no_form_of_the_report_names_the_depositor(told: dict[str, str], form: str) -> None:
    assert [line for line in told[form].splitlines() if gives_away(line)][:5] == []


def test_the_terminal_names_nobody_in_either_language(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "depot.csv"
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, list(columns()))
        writer.writeheader()
        writer.writerows(list(rows())[:: len(SPELT) + 1])
    done = deposit_file(path, None, OPERATOR, Options())
    for lang in Lang:
        print_report([done], lang)
    said = capsys.readouterr()
    assert gives_away(said.err + said.out) == []


def test_the_place_stays_exact(told: dict[str, str]) -> None:
    entries = json.loads(told[".json"])["entries"]
    named = [entry for entry in entries if entry["rule"] == "depot:deposant-en-clair" and entry["file"].endswith("csv")]
    for entry in named:
        # The header is line 1; each column has its rows in turn.
        assert entry["field"] == PUBLIC[(entry["line"] - 2) // len(SPELT)]
        assert entry["column"] == list(columns()).index(entry["field"]) + 1
    assert len({entry["field"] for entry in named}) == len(PUBLIC), "a name is refused in every public column"


@pytest.mark.parametrize("private", [PRIVATE["deposant_nom"], [PRIVATE["deposant_nom"]]])
def test_an_identifier_made_of_the_name_is_refused_and_not_quoted(private: object) -> None:
    members = {"id": "projet/n-Zubrik-eloise.quartermaine", "type": "Projet", "titre": "t", "deposant_nom": private}
    built = build_document(Record("a.json", 1, {}, members=members))
    assert built.refused
    assert gives_away(repr(built.issues)) == []


CIVILITIES = ("madame", "mademoiselle", "mlle", "mme", "monsieur", "mrs")
"""No part of a name: what follows one is."""


@cache
def names() -> st.SearchStrategy[str]:
    letters = st.text("abcdefghijklmnopqrstuvwxyzéèïüœçABCDEÉ", min_size=3, max_size=9).filter(
        lambda word: fold_label(word) not in CIVILITIES
    )
    return st.lists(letters, min_size=2, max_size=4, unique_by=fold_label).map(" ".join)


@settings(max_examples=examples(100), deadline=None)
@given(names(), st.randoms(use_true_random=False), st.sampled_from([" ", "-", "  ", ", ", "\u00a0"]), st.text(max_size=20))
def test_a_name_is_found_in_any_order_and_case(name: str, random, joint: str, around: str) -> None:  # type: ignore[no-untyped-def]
    parts = [random.choice([part, part.upper(), part.title(), fold_label(part)]) for part in name.split()]
    random.shuffle(parts)
    text = f"{around} / {joint.join(parts)} / {around}"
    masked = mask_private(text, (name,))
    assert holds_private(text, name)
    assert not holds_private(masked, name)
    assert masked.count("/") >= 2, "what stands around is kept"


@pytest.mark.parametrize(
    ("given", "plain"),
    [("Søren Kierkegård", "KIERKEGARD Soren"), ("Lech Wałęsa", "lech-walesa"), ("Đorđe Þór", "Dorde Thor"),
     ("Ætius Weiß", "Aetius Weiss"), ("Işık Yıldız", "isik yildiz")],
)  # fmt: skip
def test_a_name_typed_on_a_keyboard_without_its_letters_is_the_same_name(given: str, plain: str) -> None:
    for private, text in ((given, plain), (plain, given)):
        assert mask_private(f"par {text}, en 3e", [private]) == f"par {MASK}, en 3e"
        assert holds_private(text, private)


@pytest.mark.parametrize("text", ["Marie seule", "un Dupont", "la marierie dupontoise", "Marie et Paul Dupont"])
def test_other_people_are_not_masked(text: str) -> None:
    assert mask_private(text, ("Marie Dupont",)) == text


def test_short_values_do_not_mask_sentences() -> None:
    assert mask_private("Le projet de la classe", ("Le", "de", "")) == "Le projet de la classe"
    assert not holds_private("Voir Ali", "Ali"), "three letters refuse nothing"
    assert mask_private("Voir Ali", ("Ali",)) != "Voir Ali"

"""Law 1, round trip, for tables: a project exported as a table and deposited again is the same graph.

Generated projects go in as JSON documents with hostile words; what comes out as a row is read by the csv module and by
calamine, and goes in again as a table.
"""

from __future__ import annotations

import csv
import io
import json
import tempfile
import unicodedata
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, assume
from hypothesis import strategies as st

from ingestion import Options, examine, export_columns, export_document, export_row
from ingestion.documents.draft import content_name
from ingestion.words.columns import Column, columns
from ingestion.words.languages import AUTHORITY
from shapes import csv_line, inert, restored
from tests.laws.lengths import at_two_lengths

FORBIDDEN = "".join(map(chr, [*range(9), 11, 12, *range(14, 32), 0xFFFE, 0xFFFF]))
CHARACTERS = st.one_of(
    st.sampled_from("=+-@\uff1d\uff0b\uff0d\uff20'\"|\\;,\t\r\n \u00a0\u202e\u200f\ufeff"),
    st.characters(codec="utf-8", exclude_characters=FORBIDDEN + "@0123456789", max_codepoint=0x1FFFF),
).filter(lambda one: not any(sign.isdigit() for sign in unicodedata.normalize("NFKC", one)))
"""None is a digit, nor is read as one: with a letter, `²D` among them, it is the name of a class that has a level."""
SAMPLES = st.sampled_from(
    [
        '=HYPERLINK("https://example.org/";"Voir")',
        "'=1+1",
        "''-",
        "-0.5",
        "'-0,5",
        "IA | classe",
        "\\|",
        "a\\",
        " bord ",
        "\ttabulation",
        "ligne\r\n- autre",
        "ligne\rseule",
        '"',
        "a;=b",
        "_x000D_",
        "Atelier / club",
        "débat et théâtre, radio",
        "\uff1dcmd",
    ]
)
WORDS = st.one_of(SAMPLES, st.text(CHARACTERS, min_size=1, max_size=20)).filter(lambda text: text.strip())
CONCEPTS = {
    "niveaux": ["concept/niveau/lycee", "http://data.education.fr/voc/scolomfr/concept/scolomfr-voc-022-num-021"],
    "type_ia": ["concept/type-ia/generative", "concept/type-ia/adaptative"],
    "outils_ia": ["outil/chatgpt"],
}
PROSE = [
    column for column in columns().values()
    if column.kind == "texte" and column.form is None and column.name != "competences"
]  # fmt: skip


@st.composite
def projects(draw: st.DrawFn) -> dict[str, Any]:
    """Draw a project: every column of prose may hold anything, labels may be known to no vocabulary."""
    document: dict[str, Any] = {
        "id": "projet/10-X",
        "type": "Projet",
        "identifiant": "10-X",
        "academie": "academie/10",
        "academieAssociee": draw(st.lists(st.sampled_from(["academie/01", "academie/18"]), unique=True)),
        "titre": draw(WORDS),
        "dateMois": "2025-03",
    }
    fiche = {
        "id": "graphe/projet/10-X", "type": "Fiche", "licence": "https://spdx.org/licenses/etalab-2.0.html",
        "langue": draw(st.sampled_from([AUTHORITY + code for code in ("FRA", "ENG", "GSW")])),
    }  # fmt: skip
    for column in draw(st.lists(st.sampled_from(PROSE), max_size=5, unique_by=lambda one: one.name)):
        words = st.lists(WORDS, min_size=1, max_size=3) if column.is_list else st.just([draw(WORDS)])
        (fiche if column.node == "fiche" else document)[column.key] = draw(words)
    mentions = []
    for name, iris in CONCEPTS.items():
        column = columns()[name]
        document[column.key] = draw(st.lists(st.sampled_from(iris), min_size=name != "outils_ia", unique=True))
        mentions += [mention(column, label) for label in draw(st.lists(WORDS, max_size=2))]
    phases = draw(st.lists(WORDS, max_size=3, unique=True))
    document["phase"] = [
        {"id": f"projet/10-X#phase-{content_name(text)}", "type": "Phase", "description": text, "ordre": str(rank)}
        for rank, text in enumerate(phases, 1)
    ]
    return {key: value for key, value in {**document, "mention": mentions, "fiche": fiche}.items() if value}


def mention(column: Column, label: str) -> dict[str, str]:
    """Return what a row makes of a label that no vocabulary knows."""
    node = f"projet/10-X#mention-{content_name(column.name, label)}"
    return {"id": node, "type": "Mention", "champ": column.name, "libelleDepose": label}


def graphs(name: str, content: bytes) -> list[list[bytes]]:
    """Return the graphs that a deposit makes, none where it is refused."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, name)
        path.write_bytes(content)
        return [document.converted.lines for document in examine(path, Options(), lambda _: {}).documents]


def as_csv(rows: Sequence[Sequence[str]], mark: str = "", separator: str = ",") -> bytes:
    return (mark + "".join(csv_line(row, separator) for row in rows)).encode()


def named_apart(projects: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return projects that were drawn with one identifier, each with its own; no word holds a digit."""
    return [json.loads(json.dumps(one).replace("10-X", f"10-X{rank}")) for rank, one in enumerate(projects)]


# Several a table, since each deposit is read in a process of its own, which costs more than all that is done to one.
@at_two_lengths(5, 15, st.lists(projects(), min_size=4, max_size=4), suppress_health_check=list(HealthCheck))
def test_projects_exported_as_a_table_and_deposited_again_are_the_same_graphs(drawn: list[dict[str, Any]]) -> None:
    before = graphs("projets.json", json.dumps(named_apart(drawn)).encode())
    assume(before)
    rows = [export_columns(), *(export_row(export_document(lines, "projet")) for lines in before)]
    for mark, separator in (("", ","), ("\ufeff", ";")):
        written = as_csv(rows, mark, separator)
        read = csv.reader(io.StringIO(written.decode("utf-8-sig"), newline=""), delimiter=separator, strict=True)
        assert [[restored(cell) for cell in row] for row in read] == rows
        assert graphs("export.csv", written) == before


@at_two_lengths(100, 300, st.text(CHARACTERS, max_size=20))
def test_a_cell_made_inert_begins_no_formula_and_is_taken_back(text: str) -> None:
    cell = inert(text)
    assert restored(cell) == text
    for separator in ("\r", "\n", "\t", ",", ";"):
        for part in cell.split(separator):
            assert part.strip(' "\u00a0')[:1] not in set("=+-@\uff1d\uff0b\uff0d\uff20") or part[:1] == ""

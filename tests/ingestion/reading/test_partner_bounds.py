"""Whatever a partner sends, in each syntax, it is read within a few seconds of the processor, or refused in a sentence."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from itertools import product
from pathlib import Path
from string import ascii_lowercase

import pytest
import xlsxwriter

from ingestion import Options, UnreadableDeposit, examine
from ingestion.partners.opening import SECONDS
from tests.ingestion.partners import CC_BY, TABLE, TURTLE, file_of

RDF = (
    '<?xml version="1.0"?>{before}<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
    'xmlns:e="https://e.org/">{inside}</rdf:RDF>'
)
TTL = "@prefix e: <https://e.org/> . @prefix skos: <http://www.w3.org/2004/02/skos/core#> .\n"
LINKS = TTL + "e:set a <http://rdfs.org/ns/void#Linkset> .\n"
DEEP = 15_000
ENTITIES = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10 if n else "a" * 10}">' for n in range(9))
HOSTILE: dict[str, tuple[str, str]] = {
    "nested.rdf": (RDF.format(before="", inside="<e:a><e:p>" * DEEP + "</e:p></e:a>" * DEEP), "lecture-profonde"),
    "attributes.rdf": (
        RDF.format(before="", inside="<e:a " + " ".join(f'e:p{n}="v"' for n in range(30_000)) + "/>"), "lecture-profonde",
    ),
    "entities.rdf": (RDF.format(before=f"<!DOCTYPE r [{ENTITIES}]>", inside="<e:a><e:p>&a8;</e:p></e:a>"), "rdf-mal-forme"),
    "outside.rdf": (
        RDF.format(before='<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]>', inside="<e:a><e:p>&x;</e:p></e:a>"),
        "rdf-un-schema rdf-mal-forme",
    ),
    "blank.ttl": (TTL + "e:a e:p " + "[ e:p " * 120_000 + "1" + " ]" * 120_000 + " .", "rdf-trop-de-triplets"),
    "list.ttl": (TTL + "e:a e:p " + "( " * 120_000 + ") " * 120_000 + ".", "rdf-trop-de-triplets"),
    "literal.ttl": (TURTLE.replace("Juicio humano", "x" * 1_000_000), "texte-trop-long"),
    "concepts.ttl": (
        TTL + "e:s a skos:ConceptScheme .\n" + "".join(f"e:c{n} skos:inScheme e:s .\n" for n in range(25_000)),
        "partenaire-trop-long",
    ),
    "links.ttl": (LINKS + "".join(f"e:a{n} skos:closeMatch e:b{n} .\n" for n in range(25_000)), "partenaire-trop-long"),
    "line.nq": ('<https://e.org/s> <https://e.org/p> "' + "x" * 1_000_000 + '" .', "rdf-un-schema"),
    "lines.nq": (
        "".join(f"<x:{n}> <x:p> <x:o> .\n" for n in range(110_000)), "rdf-trop-de-triplets",
    ),
    "quoted.trig": ("<< " * 100_000, "rdf-mal-forme"),
    "nested.json": ('{"id":"instrument/mx","type":["Instrument"],"libelle":' + '{"es":' * 90_000 + "1" + "}" * 90_001, "json-profond"),
    "rows.csv": ("instrument,id,libelle@es\n" + "mx-2025,P,x\n" * 90_000, "partenaire-trop-long"),
    "large.csv": (TABLE + "x" * 6_000_000, "fichier-trop-gros"),
}  # fmt: skip


def rules(path: Path, kind: str) -> set[str]:
    """Return what refuses a file; it is said within the time that it has."""
    before = sum(os.times()[:4])
    try:
        said = {one.rule for one in examine(path, Options(kind=kind)).entries if one.refuses}
    except UnreadableDeposit as error:
        said = {error.issue.rule}
    size = path.stat().st_size // 1_000_000
    assert sum(os.times()[:4]) - before < SECONDS + size + 2
    return {one.rpartition(":")[2] for one in said}


@pytest.mark.parametrize("name", list(HOSTILE))
def test_a_hostile_file_is_refused_in_little_time(tmp_path: Path, name: str) -> None:
    text, expected = HOSTILE[name]
    found = rules(file_of(tmp_path, name, text), "linkset" if name.startswith("links") else "instrument")
    assert found & set(expected.split()), found


def test_a_workbook_that_unpacks_without_end_is_refused(tmp_path: Path) -> None:
    book = xlsxwriter.Workbook(tmp_path / "marco.xlsx", {"constant_memory": True})
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, ["instrument", "id", "libelle@es"])
    sheet.write_string(1_048_575, 16_383, "x")
    book.close()
    assert rules(tmp_path / "marco.xlsx", "instrument")


def in_languages(tags: list[str]) -> str:
    names = {tag: f"Juicio {tag}" for tag in tags}
    return json.dumps({
        "id": "instrument/mx-2025", "type": ["Instrument"], "libelle": {"es": "Marco"},
        "fiche": {"id": "graphe/instrument/mx-2025", "type": ["Fiche"], "licence": CC_BY},
        "principe": [{"id": "principe/mx-2025/P1", "type": ["Principe"], "libelle": names}],
    })  # fmt: skip


def as_table(tags: list[str]) -> str:
    head = ",".join(f"libelle@{tag}" for tag in tags)
    return f"instrument,id,licence,{head}\nmx-2025,,{CC_BY},{','.join(tags)}\nmx-2025,P1,,{','.join(tags)}\n"


def as_turtle(tags: list[str]) -> str:
    return TURTLE.replace('"Juicio humano"@es , "الحكم البشري"@ar', ", ".join(f'"x"@{tag}' for tag in tags))


SYNTAXES: dict[str, Callable[[list[str]], str]] = {"m.json": in_languages, "m.csv": as_table, "m.ttl": as_turtle}
REGISTERED = [one for one in map("".join, product("abcde", ascii_lowercase)) if one not in ("es",)]


@pytest.mark.parametrize("name", list(SYNTAXES))
def test_a_framework_has_registered_languages_and_few_of_them(tmp_path: Path, name: str) -> None:
    from language_tags import tags  # the registry itself, by other means

    known = ["es", *(one for one in REGISTERED if tags.language(one))]
    made = SYNTAXES[name]
    assert rules(file_of(tmp_path, name, made(known[:30])), "instrument") == set()
    assert rules(file_of(tmp_path, name, made([*known[:30], "quz"])), "instrument") == {"langues-trop-nombreuses"}
    done = examine(file_of(tmp_path, name, made(["es", "klingon"])), Options(kind="instrument"))
    (said,) = [one for one in done.entries if one.refuses]
    assert said.rule == "depot:langue-non-enregistree" and said.value == "klingon"
    assert said.line and said.column
    assert {"m.csv": (2, 5), "m.ttl": (8, 31)}.get(name, (said.line, said.column)) == (said.line, said.column)


def test_every_registered_language_is_known_and_no_other() -> None:
    from language_tags import tags

    from ingestion.words.languages import is_registered

    words = map("".join, (*product(ascii_lowercase, repeat=2), *product("aqz", ascii_lowercase, ascii_lowercase)))
    for word in words:
        found = tags.language(word)
        private = found is not None and found.data["record"].get("Scope") == "private-use"
        assert is_registered(word) == (found is not None and not private), word

"""What nobody sees in a query that is none is named, by its code and in the reader's language."""

from __future__ import annotations

import pytest

from ontologie import PREFIXES, character_name, is_invisible
from sparql_api.engine.syntax import explain, visible

GAPS = [chr(code) for code in (0x85, 0xA0, 0xAD, *range(0x2000, 0x200C), 0x200E, 0x2028, 0x2029, 0x202E, 0x202F, 0x205F, 0x2060, 0x3000)]
"""Characters that no name may hold; U+200C, U+200D and U+FEFF may be a part of one."""


@pytest.mark.parametrize("character", GAPS, ids=ascii)
def test_an_invisible_character_is_named_where_it_stands(character: str) -> None:
    found = explain(f"SELECT{character}?p WHERE {{ ?p a oia:Projet }}", "", {"oia": "http://x/"})
    code = f"U+{ord(character):04X} ("
    for language in ("fr", "en"):
        assert code in found.detail(language) and "invisible" not in found.detail(language)
        assert character not in found.detail(language)
    assert found.extra["line"] == 1


@pytest.mark.parametrize("text", ["SELECT * { ?s ?p \u200cfoaf:name }", "SELECT * { ?s ?p \ufeffoia:Projet }", "SELECT \u200d * { ?s ?p ?o }", "SELECT * { ?s\u0001 ?p ?o }", "SELECT * { ?s ?p ?o } \ufeff"])
def test_one_in_a_name_or_alone_is_named_too(text: str) -> None:
    said = explain(text, "", PREFIXES)
    assert "U+" in said.detail("fr") and all(c.isprintable() or c in " \u00a0\u202f" for c in said.detail("fr")), said.detail("fr")


def test_the_example_that_a_word_processor_makes() -> None:
    said = explain("SELECT\u00a0?p WHERE { ?p a oia:Projet }", "", PREFIXES)
    assert "U+00A0 (espace insécable)" in said.detail("fr") and "U+00A0 (no-break space)" in said.detail("en")
    assert said.extra["column"] == 7


def test_what_is_seen_is_quoted_as_it_is() -> None:
    assert visible("été ?x").fr == "été ?x"
    assert is_invisible("\ue000") and character_name("\ue000", "fr").startswith("U+E000")

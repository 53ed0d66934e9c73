"""What people read stands in one folder, in both languages, well written; code knows its codes alone."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest

from ontologie import read_table, sentence_table

ROOT = Path(__file__).parents[2]
FOLDERS = ("ontologie", "shapes", "ingestion", "queries", "sparql_api")
PHRASES = ROOT / "ontologie" / "phrases"
TABLES = sorted(path.stem for path in PHRASES.glob("*.csv"))
BY_CODE = sorted({*TABLES} - {"traductions"})

MADE = {
    "commandes": ("help-", "step-"),
    "caracteres": ("",),
    "controles": ("language-",),
    "rapport": ("read-", "accepted-", "refused-"),
    "systeme": ("E",),
    "pages": ("section.", "thing.", "name.", "code.", "actor.each."),
    "relecture": (
        "state-", "list-", "labels-", "choice-", "event-", "next-", "diff-", "digest-", "recheck-kind-", "action-", "role-", "scope-", "extent-",
        "http-", "feed-",
    ),
    "contenus": ("passage-", "alike-"),
    "depot": ("http-",),
    "questions": ("type-",),
    "catalogue": ("file-",),
}
"""Beginnings of codes that are made where they are said: of the names of typer, of Unicode, of errno, of a state…"""


def rows(table: str) -> Iterator[tuple[str, str, str]]:
    """Yield (code, French, English) of each sentence."""
    for row in read_table("phrases", f"{table}.csv"):
        for name, text in row.items():
            if name == "fr" or name.endswith("_fr"):
                yield row.get("code", row.get("of", "")), text, row[f"{name[:-2]}en"]


@pytest.mark.parametrize("table", BY_CODE)
def test_every_sentence_stands_in_both_languages_with_the_same_places(table: str) -> None:
    assert sentence_table(table)  # refuses what differs
    for code, french, english in rows(table):
        assert french == french.strip() or "{" in french or code == "uai-letter", code
        assert french or english or table == "depot", code
    assert next(iter(read_table("phrases", f"{table}.csv")[0])) == "code"


def test_a_table_that_breaks_its_form_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:

    module = __import__("ontologie.sentences", fromlist=["read_table"])
    for bad in (
        ({"code": "a", "fr": "Un {x}", "en": "One {y}"},),
        ({"code": "a", "fr": "Un", "en": ""},),
        ({"code": "a", "fr": "Un", "en": "One"}, {"code": "a", "fr": "Deux", "en": "Two"}),
    ):
        monkeypatch.setattr(module, "read_table", lambda *_, bad=bad: bad)
        with pytest.raises(ValueError, match="phrases/"):
            module.sentence_table.__wrapped__("any")


FAULTS = (
    (r"[\u00a0\u202f\u2009]", "a space that nobody sees: pages put it, files have a plain one"),
    (r"(?<![ \d/{}\"<>#@`:?=])[;!?](?=\s|$)", "no space before ; ! ?"),
    (r"[^\W\d]:(?=\s|$)", "no space before a colon"),
    (r"«(?! )|(?<! )»", "no space inside guillemets"),
    (r"\.\.\.", "three dots for an ellipsis"),
    (r"[“”]", "English quotation marks"),
    (r"’", "a curly apostrophe: files have a straight one"),
    (r" [,.](?=\s|$)", "a space before a comma or a point"),
    (r"  ", "two spaces"),
)


@pytest.mark.parametrize("table", TABLES)
def test_french_is_set_as_french(table: str) -> None:
    found = [
        f"{code}: {fault}: {french}"
        for code, french, _ in rows(table)
        for pattern, fault in FAULTS
        # Names of code, addresses and what is quoted as code are not French: `oia:`, `https://`, `<…>`.
        if re.search(pattern, re.sub(r"https?:\S*|\boia:|`[^`]*`|\{[^}]*:\}|\n  ", "x", french))
    ]
    assert found == []
    for code, french, english in rows(table):
        assert french.count("«") == french.count("»"), code
        if table != "traductions":
            assert not re.search(r"[«»]| [;:?!](\s|$)", english), f"{code}: French signs in English: {english}"


@cache
def modules() -> dict[Path, ast.Module]:
    paths = [path for folder in FOLDERS for path in sorted((ROOT / folder).rglob("*.py"))]
    return {path: ast.parse(path.read_text(encoding="utf-8")) for path in paths}


@cache
def words() -> frozenset[str]:
    """Return the strings of the code and of the templates."""
    found = {
        node.value
        for tree in modules().values()
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    pages = (path for folder in FOLDERS for path in (ROOT / folder).rglob("*.html"))
    templates = "\n".join(path.read_text("utf-8") for path in pages)
    return frozenset(found | set(re.findall(r"[\"']([\w.-]+)[\"']", templates)))


@pytest.mark.parametrize("table", [table for table in BY_CODE if table not in ("pages", "colonnes")])
def test_every_sentence_is_said(table: str) -> None:
    """Those of pages and of questions' columns have tests of their own."""
    made = MADE.get(table, ())
    unsaid = [code for code in sentence_table(table) if code not in words() and not (made and code.startswith(made))]
    assert unsaid == []


SAYING = {"sentence": None, "in_both": None, "said": "commandes", "say": "commandes", "fail": "commandes"}


def test_every_code_said_has_its_sentence() -> None:
    lacking, seen = [], 0
    for path, tree in modules().items():
        kit = "ontologie.console" in path.read_text("utf-8")
        for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
            name = call.func.id if isinstance(call.func, ast.Name) else ""
            texts = [arg.value for arg in call.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)]
            if name in ("sentence", "in_both") and len(texts) >= 2:
                table, code = texts[:2]
            elif kit and SAYING.get(name) and len(call.args) > 1 and texts:
                table, code = "commandes", texts[0]
            else:
                continue
            seen += 1
            if table not in TABLES or code not in sentence_table(table):
                lacking.append(f"{path}:{call.lineno}: {table} {code}")
    assert lacking == []
    assert seen > 50


ELSEWHERE = {
    "sparql_api/formats/negotiation.py": "weights by language",
    "sparql_api/words/i18n.py": "the names of months, which are data of a locale",
    "shapes/rules/sources.py": "the message of shapes made of a table, which stands with the shapes",
}
"""Modules where a dictionary by language is no sentence for people, and why."""


def pairs(tree: ast.Module) -> Iterator[int]:
    """Yield the lines where a text stands in French and English side by side."""

    def written(node: ast.AST | None) -> bool:
        return isinstance(node, ast.JoinedStr | ast.Tuple) or (isinstance(node, ast.Constant) and node.value != "")

    for node in ast.walk(tree):
        if isinstance(node, ast.Dict):
            by_key = {key.value: value for key, value in zip(node.keys, node.values, strict=True) if isinstance(key, ast.Constant)}
            if written(by_key.get("fr")) and written(by_key.get("en")):
                yield node.lineno
        elif isinstance(node, ast.Call):
            given = {keyword.arg: keyword.value for keyword in node.keywords}
            if written(given.get("fr")) and written(given.get("en")):
                yield node.lineno
            name = node.func.id if isinstance(node.func, ast.Name) else ""
            if name == "Text" and len(node.args) == 2 and all(map(written, node.args)):
                yield node.lineno


def test_no_sentence_stands_in_the_code() -> None:
    found = {str(path.relative_to(ROOT)): list(pairs(tree)) for path, tree in modules().items()}
    assert {name: lines for name, lines in found.items() if lines and name not in ELSEWHERE} == {}
    assert {name for name in ELSEWHERE if not found[name]} == set()


def test_rows_stand_in_the_order_of_their_kind() -> None:
    """Of a table whose codes are made, those that begin alike stand together, for who proofreads them."""
    for table, beginnings in MADE.items():
        if table not in TABLES:
            continue
        for beginning in filter(None, beginnings):
            held = [code.startswith(beginning) for code in sentence_table(table)]
            assert sum(before != after for before, after in pairwise(held)) <= 2, (table, beginning)

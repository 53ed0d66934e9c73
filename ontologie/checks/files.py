"""The files as texts: the canonical order of the Turtle written by hand, the list and licences of all.

Knows line ends, prefixes and the order of blocks and properties (W3C style); nothing of what terms mean.
"""

from __future__ import annotations

import re
from typing import Final

import pyoxigraph as ox

from ontologie.checks.model import OIA, Check, Corpus, Examined, Finding, Languages, Triple, name, phrase
from ontologie.checks.terms import DCT, OWL, RDFS, SKOS, STATUS
from ontologie.namespaces import PREFIXES, RDF_TYPE
from ontologie.resources import read_table, resource

ORDER: Final = (
    RDF_TYPE,
    RDFS + "label",
    SKOS + "definition",
    RDFS + "domain",
    RDFS + "range",
    PREFIXES["schema"] + "rangeIncludes",
    RDFS + "subClassOf",
    RDFS + "subPropertyOf",
    OWL + "inverseOf",
    OWL + "disjointWith",
    OWL + "propertyDisjointWith",
    SKOS + "editorialNote",
    SKOS + "example",
    DCT + "creator",
    DCT + "source",
    RDFS + "isDefinedBy",
    STATUS,
    OIA + "depuis",
)
"""The properties of a term, in the order they are written."""

_THEME: Final = re.compile(r"(?m)^# \S.*$")
_PREFIX: Final = re.compile(r"(?m)^@prefix ([A-Za-z0-9-]*): <[^>]*> \.$")
_BLOCK: Final = re.compile(r"(?m)^oia:([A-Za-z]+) a (owl:[A-Za-z]+)[^\n]* ;$")


def order(corpus: Corpus) -> Examined:
    """Turtle written by hand stays in its canonical order, so that a difference shows what changed."""
    found: list[Finding] = []
    for path, text in corpus.texts.items():
        found += (Finding("file-order", path, message) for message in _text_faults(text))
        found += _property_faults(path, corpus.files[path])
    return Examined(len(corpus.texts), tuple(found))


def _text_faults(text: str) -> list[Languages]:
    faults = []
    if "\r" in text or "\t" in text or not text.endswith("\n") or text.endswith("\n\n") or " \n" in text:
        faults.append(
            phrase("line-ends-tabs-or-trailing-blanks")
        )
    if not text.startswith("# "):
        faults.append(
            phrase("does-not-say-at-its-head-what")
        )
    prefixes = _PREFIX.findall(text)
    body = _PREFIX.sub("", text)
    if prefixes != sorted(set(prefixes)):
        faults.append(phrase("prefixes-not-sorted"))
    for prefix in prefixes:
        if not re.search(rf"(?<![\w-]){re.escape(prefix)}:", body):
            faults.append(phrase("needless-prefix", prefix=prefix))
    for theme in _THEME.split(body):
        blocks = [(kind == "owl:Class", term) for term, kind in _BLOCK.findall(theme)]
        expected = sorted(blocks, key=lambda block: (not block[0], block[1]))
        for (_, term), (_, wanted) in zip(blocks, expected, strict=True):
            if term != wanted:
                faults.append(
                    phrase("oia-before-oia-classes-then-properties-by", term=term, wanted=wanted)
                )
                break
    return faults


def _property_faults(path: str, triples: tuple[Triple, ...]) -> list[Finding]:
    """Return the terms whose properties or languages are out of order, or that stand in two places."""
    found = []
    blocks: dict[str, list[Triple]] = {}
    last = ""
    for triple in triples:
        term = name(triple[0])
        if not term.startswith(OIA):
            continue
        if term != last and term in blocks:
            message = phrase("in-two-places", term=_local(term))
            found.append(Finding("file-order", path, message))
        blocks.setdefault(term, []).append(triple)
        last = term
    for term, said in blocks.items():
        ranks = [ORDER.index(p) if p in ORDER else len(ORDER) for _, p, _ in said]
        tags = [
            (p, value.language) for _, p, value in said if isinstance(value, ox.Literal) and value.language
        ]
        english_first = any(
            tags.index((p, "en")) < tags.index((p, "fr"))
            for p, tag in tags
            if tag == "fr" and (p, "en") in tags
        )
        if ranks != sorted(ranks) or english_first:
            message = phrase("properties-out-of-order", term=_local(term))
            found.append(Finding("file-order", path, message))
    return found


def _local(term: str) -> str:
    return "oia:" + term.removeprefix(OIA)


def listed(corpus: Corpus) -> Examined:
    """`vocabulaires.csv` names every file once, with titles and licence; foreign files keep their licence."""
    rows = read_table("vocabulaires.csv")
    names = [row["fichier"] for row in rows]
    found = []
    for path in sorted(set(names) ^ set(corpus.files)):
        message = phrase("in-vocabulaires-csv-or-on-disk-not")
        found.append(Finding("files-listed", path, message))
    for row in rows:
        if names.count(row["fichier"]) > 1 or not all(row.values()):
            message = phrase("double-or-incomplete-row")
            found.append(Finding("files-listed", row["fichier"], message))
    for folder in sorted({path.rpartition("/")[0] for path in corpus.files if path.startswith("tiers/")}):
        entries = resource(*folder.split("/")).iterdir()
        if not any(entry.name.startswith(("LICENCE", "LICENSE")) for entry in entries):
            message = phrase("no-licence-file")
            found.append(Finding("files-listed", folder, message))
    return Examined(len(corpus.files), tuple(found))


CHECKS: Final = (
    Check(
        "file-order",
        phrase("files-written-by-hand-are-in-canonical"),
        order,
    ),
    Check(
        "files-listed",
        phrase("every-vocabulary-is-listed-with-its-licence"),
        listed,
    ),
)

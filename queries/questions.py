"""A saved question: one `.rq` file, its metadata as TOML in the comment that heads it.

Knows how a question is described; not what it asks, nor who runs it.

A file starts with lines `# …` which, without their `# `, are a TOML document:

    # [title]
    # fr = "…"
    # en = "…"
    # [description]            what the answer shows, and what it does not
    # [[parameters]]
    # name = "principe"        `VALUES $principe { UNDEF }` in the text below is where the value goes
    # type = "iri"             iri, string, langue, integer, decimal, boolean or date
    # default = "principe/cadre-usage/CU-P2"     absent: the variable stays free
    # several = false          where it takes one value alone; else one of type iri or string is a list: any of them
    # [parameters.label]
    # audience = "chercheur"   academie, chercheur, partenaire or outil
    # [map]                    where the answer has one row a territory, what a map shows of it
    # territory = "academie"   the column of the territory: academie, region, or territoire where a parameter says which
    # value = "projets"        the column of the number that is shown first
    # observations = "n"       for a mean, the column that says how many it is made of; absent: the value is a count
    # [map.means]              other columns that may be shown, each with the column that says how many it is made of
    # part = "total"
    # [chart]                  where the answer has numbers, the chart that fits
    # kind = "bars"            bars, stacked (parts of a whole), years (by school year), dots (means), pair (two groups)
    #                          or heat (two dimensions: label in columns, series in rows)
    # label = "libelle"        the column that names each mark; one of IRIs is shown by their labels
    # values = ["projets"]     the column of the number; of a pair, both
    # series = "issue"         the column that parts marks: the heading above bars and dots, the parts of stacked ones
    # observations = ["n"]     of dots, how many each is made of; of a pair, how many fiches each group has
    # names = ["premier"]      of a pair, the parameters that the groups are called by; absent: the columns' titles
    # version = 2              which version of the question this is; absent: the first (`versions.py`)
    # [deprecated]             of a version that a later one replaces, kept for who relies on it, without map or chart
    # since = 2026-11-29       from when; `sunset` is the day after which it may be gone
    # sunset = 2027-11-30
    # [deprecated.reason]      what changed, in both languages

The rest of the file is SPARQL 1.1 with the usual prefixes left out (`ontologie.PREFIXES`). What a thing is called is
asked in one way:

    OPTIONAL { ?x oia:libelleAffiche ?xLibelle . FILTER(lang(?xLibelle) = ?langue) }

without OPTIONAL where the thing is ours, for it then has one in both languages. The titles of an answer's columns are
rows of `ontologie/phrases/colonnes.csv`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import Any, Final

from ontologie import LANGUAGES, sentence_table

TYPES: Final = frozenset({"iri", "string", "langue", "integer", "decimal", "boolean", "date"})
LISTED: Final = frozenset({"iri", "string"})
"""Types whose values are lists where nothing else is said: things, words."""
CHARTS: Final = {"bars": 1, "stacked": 1, "years": 1, "dots": 1, "pair": 2, "heat": 1}
"""The kinds of charts, and how many columns of numbers each shows."""
TERRITORIES: Final = frozenset({"academie", "region", "territoire"})
AUDIENCES: Final = frozenset({"academie", "chercheur", "partenaire", "outil"})


@dataclass(frozen=True)
class Parameter:
    """A value that a question takes; without a value and without a default its variable stays free."""

    name: str
    type: str
    required: bool
    default: str | None
    label: Mapping[str, str]
    several: bool = False
    """Whether it may be given several times: any of its values, then."""


@dataclass(frozen=True)
class Mapped:
    """Which columns of a question a map shows: the territory, its number, and for a mean how many it is made of."""

    territory: str
    value: str
    observations: str = ""
    means: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """Other columns that may be shown: {column: the one that says how many it is made of}."""


@dataclass(frozen=True)
class Charted:
    """Which chart fits a question, and which columns it shows."""

    kind: str
    label: str
    values: tuple[str, ...]
    series: str = ""
    observations: tuple[str, ...] = ()
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Deprecation:
    """Since when a version should be left, after which day it may be gone, and what the next one changes."""

    since: date
    sunset: date
    reason: Mapping[str, str]


@dataclass(frozen=True)
class Question:
    """A competency question: what it asks, in French and English, and the SPARQL that answers."""

    name: str
    title: Mapping[str, str]
    description: Mapping[str, str]
    audience: str
    keywords: tuple[str, ...]
    parameters: tuple[Parameter, ...]
    text: str
    mapped: Mapped | None = None
    charted: Charted | None = None
    version: int = 1
    deprecated: Deprecation | None = None

    @property
    def reference(self) -> str:
        """What names this version for good, which the name alone does not: `name/v1`."""
        return f"{self.name}/v{self.version}"


def column_title(question: str, column: str) -> Mapping[str, str]:
    """Return the title of a column of a question's answer in `fr` and `en`; its name where no table titles it."""
    titles = sentence_table("colonnes")
    row = titles.get(f"{question}.{column}") or titles.get(column, {})
    return {language: row.get(language, column) for language in LANGUAGES}


def parse_question(name: str, source: str) -> Question:
    """Return the question that a `.rq` file describes.

    Raises ValueError where the heading is no TOML, or a description or a parameter lacks something.
    """
    heading, text = split_heading(source)
    try:
        metadata = tomllib.loads(heading)
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"{name}.rq: the heading is not TOML: {error}") from error
    audience = metadata.get("audience", "")
    if audience not in AUDIENCES:
        raise ValueError(f"{name}.rq: audience must be one of {sorted(AUDIENCES)}")
    return Question(
        name=name,
        title=both_languages(name, "title", metadata.get("title")),
        description=both_languages(name, "description", metadata.get("description")),
        audience=audience,
        keywords=tuple(metadata.get("keywords", ())),
        parameters=tuple(parse_parameter(name, item) for item in metadata.get("parameters", ())),
        text=text,
        mapped=parse_mapped(name, metadata["map"]) if "map" in metadata else None,
        charted=parse_charted(name, metadata["chart"]) if "chart" in metadata else None,
        version=int(metadata.get("version", 1)),
        deprecated=parse_deprecation(name, metadata["deprecated"]) if "deprecated" in metadata else None,
    )


def parse_deprecation(question: str, item: Mapping[str, Any]) -> Deprecation:
    """Return when a version goes and why; raises ValueError where a day is missing, or they stand in no order."""
    since, sunset = item.get("since"), item.get("sunset")
    if not isinstance(since, date) or not isinstance(sunset, date) or sunset <= since:
        raise ValueError(f"{question}.rq: what is deprecated needs a day `since`, and a later one, `sunset`")
    return Deprecation(since, sunset, both_languages(question, "reason", item.get("reason")))


def parse_mapped(question: str, item: Mapping[str, Any]) -> Mapped:
    """Return what a map shows of a question; raises ValueError where a column is missing or nothing is drawn by it."""
    territory, value = str(item.get("territory", "")), str(item.get("value", ""))
    if territory not in TERRITORIES or not value:
        raise ValueError(f"{question}.rq: a map needs a value and a territory among {sorted(TERRITORIES)}")
    means = {str(column): str(behind) for column, behind in item.get("means", {}).items()}
    return Mapped(territory, value, str(item.get("observations", "")), MappingProxyType(means))


def parse_charted(question: str, item: Mapping[str, Any]) -> Charted:
    """Return what a chart shows of a question; raises ValueError for an unknown kind or a column that is missing."""
    lists = {name: tuple(map(str, item.get(name, ()))) for name in ("values", "observations", "names")}
    kind, label, series = (str(item.get(name, "")) for name in ("kind", "label", "series"))
    if len(lists["values"]) != CHARTS.get(kind) or not label or (kind in ("stacked", "heat") and not series):
        raise ValueError(f"{question}.rq: a chart needs a kind among {sorted(CHARTS)}, its label and its values")
    return Charted(kind, label, lists["values"], series, lists["observations"], lists["names"])


def split_heading(source: str) -> tuple[str, str]:
    """Return the TOML of the leading comment lines, and the SPARQL after them."""
    lines = source.split("\n")
    end = next((i for i, line in enumerate(lines) if not line.startswith("#")), len(lines))
    heading = "\n".join(line.removeprefix("#").removeprefix(" ") for line in lines[:end])
    return heading, "\n".join(lines[end:]).strip() + "\n"


def parse_parameter(question: str, item: Mapping[str, Any]) -> Parameter:
    """Return one parameter; raises ValueError where its type is unknown or a label is missing."""
    name, kind, default = str(item.get("name", "")), item.get("type"), item.get("default")
    if not name.isidentifier() or kind not in TYPES:
        raise ValueError(f"{question}.rq: parameter {name!r} needs a name and a type among {sorted(TYPES)}")
    return Parameter(
        name=name,
        type=str(kind),
        required=bool(item.get("required", False)),
        default=None if default is None else str(default),
        label=both_languages(question, f"label of {name}", item.get("label")),
        several=bool(item.get("several", kind in LISTED)),
    )


def both_languages(question: str, what: str, value: object) -> Mapping[str, str]:
    """Return {"fr", "en"}; raises ValueError where either is missing."""
    if not isinstance(value, dict) or not value.get("fr") or not value.get("en"):
        raise ValueError(f"{question}.rq: {what} must stand in French and English")
    return MappingProxyType({"fr": str(value["fr"]), "en": str(value["en"])})

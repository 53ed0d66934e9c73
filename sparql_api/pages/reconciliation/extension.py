"""More about things that were found: the values of some properties, from the edition (data extension, §7 of 0.2)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pyoxigraph as ox

from ontologie import PREFIXES, Language
from sparql_api.http.query_strings import bad
from sparql_api.pages.common.labels import is_safe
from sparql_api.pages.common.reading import Reading
from sparql_api.pages.reconciliation.batches import text
from sparql_api.pages.reconciliation.manifest import properties

MOST_THINGS: Final = 400
MOST_VALUES: Final = 200
"""Values of one property of one thing."""
NAME: Final = re.compile(r"\b([a-z]+):([A-Za-z]+)")
Settings = Mapping[str, int]
"""{property: how many values at most, 0 for all}."""


@dataclass(frozen=True)
class PropertyValue:
    """One value: an IRI, or a text with its language."""

    value: str
    iri: bool
    language: str = ""


Found = Mapping[str, Mapping[str, Sequence[PropertyValue]]]
"""{IRI: {property: its values}}."""


def wanted(asked: Any) -> tuple[tuple[str, ...], dict[str, int]]:
    """Return the things, and the properties asked of them that are known; raises ProblemError 400."""
    if not isinstance(asked, dict) or not all(isinstance(asked.get(name), list) for name in ("ids", "properties")):
        raise bad("extend", "no-extension")
    iris = tuple(dict.fromkeys(text(one) for one in asked["ids"]))
    if len(iris) > MOST_THINGS:
        raise bad("extend", "too-many-things")
    found = {}
    for one in asked["properties"]:
        name = text(one)
        if name in properties():
            found[name] = limit_of(one)
    return iris, found


def limit_of(one: Any) -> int:
    """Return the limit that the settings of a property say, 0 for none; clients send numbers as texts, too."""
    settings = one.get("settings") if isinstance(one, dict) else None
    said = str(settings.get("limit", "")) if isinstance(settings, dict) else ""
    return int(said) if said.isascii() and said.isdigit() and len(said) < 6 else 0


async def values_of(reading: Reading, iris: Iterable[str], asked: Settings, edition: int) -> Found:
    """Return the values of properties of things, in their order; raises EngineError."""
    found: dict[str, dict[str, list[PropertyValue]]] = {iri: {name: [] for name in asked} for iri in iris}
    things = " ".join(f"<{iri}>" for iri in found if is_safe(iri))
    if things and asked:
        each = " UNION ".join(
            f'{{ ?s {spelt(properties()[name].path)} ?o BIND("{name}" AS ?p) }}' for name in asked
        )
        query = f"SELECT DISTINCT ?s ?p ?o WHERE {{ VALUES ?s {{ {things} }} {each} }} ORDER BY ?s ?p ?o"
        for row in await reading.rows(query, edition):
            value = row["o"]
            if isinstance(value, ox.NamedNode):
                kept = PropertyValue(value.value, iri=True)
            elif isinstance(value, ox.Literal):
                kept = PropertyValue(value.value, iri=False, language=value.language or "")
            else:
                continue
            found[row["s"].value][row["p"].value].append(kept)
    return {
        iri: {name: values[: asked[name] or MOST_VALUES] for name, values in of.items()} for iri, of in found.items()
    }


def iris_in(found: Found) -> list[str]:
    """Return the things among values, which have names."""
    return [one.value for of in found.values() for values in of.values() for one in values if one.iri]


def spelt(path: str) -> str:
    """Return a property path with its names as IRIs."""
    return "(" + NAME.sub(lambda name: f"<{PREFIXES[name[1]]}{name[2]}>", path) + ")"


def extended_02(
    iris: Iterable[str], asked: Settings, found: Found, named: Mapping[str, Mapping[str, str]], spoken: Language
) -> dict[str, Any]:
    """Return the answer in the form of 0.2."""
    rows = {iri: {name: cells(found[iri][name], named, spoken) for name in asked} for iri in iris}
    return {"meta": meta(asked, spoken), "rows": rows}


def extended_10(
    iris: Iterable[str], asked: Settings, found: Found, named: Mapping[str, Mapping[str, str]], spoken: Language
) -> dict[str, Any]:
    """Return the answer in the form of 1.0-draft."""
    rows = [
        {"id": iri, "properties": [{"id": name, "values": cells(found[iri][name], named, spoken)} for name in asked]}
        for iri in iris
    ]
    return {"meta": meta(asked, spoken), "rows": rows}


def meta(asked: Iterable[str], spoken: Language) -> list[dict[str, str]]:
    """Return the properties with their names."""
    return [{"id": name, "name": properties()[name].name[spoken]} for name in asked]


def cells(
    values: Sequence[PropertyValue], named: Mapping[str, Mapping[str, str]], spoken: Language
) -> list[dict[str, str]]:
    """Return values as cells: texts of the reader's language alone where there are some, things with their names."""
    preferred = [one for one in values if one.iri or one.language in (spoken, "")]
    found = []
    for one in preferred or values:
        names = named.get(one.value) or {}
        name = names.get(spoken) or next(iter(names.values()), one.value)
        found.append({"id": one.value, "name": name} if one.iri else {"str": one.value})
    return found

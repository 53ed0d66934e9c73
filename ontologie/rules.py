"""The rules packaged below `ontologie/regles/`: SPARQL, one file a rule, with its card in the comment at its head.

Knows how a rule is written down; not what it concludes, nor who runs it.

A file may start with lines `# …` which, without their `# `, are a TOML document, the card:

    # [label]
    # fr = "…"
    # en = "…"

The rest is SPARQL 1.1 with base and prefixes left out (`ontologie.PREFIXES`).
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any, Final

from ontologie.namespaces import BASE, Iris
from ontologie.resources import read_text, resource

_PREFIXED: Final = re.compile(r"(?<![\w<:/#-])([a-z][a-z-]*):(?=[A-Za-z_)])")


@dataclass(frozen=True)
class RuleFile:
    """One rule."""

    name: str
    """The file's stem, which is the local part of the rule's IRI: `constat-cu-r04`."""

    text: str
    """Its SPARQL, with the base and the prefixes that it uses."""

    card: Mapping[str, Any]
    """What the comment at its head says, as TOML tables; empty where there is none."""


@cache
def rule_files(folder: str, base: str = BASE) -> tuple[RuleFile, ...]:
    """Return the rules of a folder of `ontologie/regles/`, by name. Raises ValueError where a card is no TOML."""
    names = sorted(entry.name for entry in resource("regles", folder).iterdir() if entry.name.endswith(".rq"))
    return tuple(_read(folder, name, base) for name in names)


def _read(folder: str, name: str, base: str) -> RuleFile:
    head: list[str] = []
    lines = read_text("regles", folder, name, base=base).splitlines()
    while lines and lines[0].startswith("#"):
        head.append(lines.pop(0).removeprefix("#").removeprefix(" "))
    try:
        card = tomllib.loads("\n".join(head))
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"ontologie/regles/{folder}/{name}: {error}") from error
    text = "\n".join(lines) + "\n"
    return RuleFile(name.removesuffix(".rq"), _preamble(text, base) + text, MappingProxyType(card))


def _preamble(text: str, base: str) -> str:
    used = set(_PREFIXED.findall(text))
    prefixes = ((prefix, iri) for prefix, iri in Iris(base).prefixes().items() if prefix in used)
    return f"BASE <{base}>\n" + "".join(f"PREFIX {prefix}: <{iri}>\n" for prefix, iri in prefixes)

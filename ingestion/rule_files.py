"""Finds and reads the SPARQL rules packaged below `ontologie/regles/`: one file a rule.

Knows their folders and their prefixes; nothing of what they say.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from ontologie import BASE, Iris, read_text, resource

_CODE = ("indices.py", "derivation_rules.py", "derivation_nodes.py")


@dataclass(frozen=True)
class RuleFile:
    """One rule: its name (the file's stem) and its SPARQL text, prefixes and base included."""

    name: str
    text: str


@cache
def rule_files(folder: str, base: str = BASE) -> tuple[RuleFile, ...]:
    """Return the rules of a folder of `ontologie/regles/` (`constats`, `concerne`, `inferences`), by name."""
    names = sorted(entry.name for entry in resource("regles", folder).iterdir() if entry.name.endswith(".rq"))
    return tuple(
        RuleFile(name.removesuffix(".rq"), preamble(base) + read_text("regles", folder, name, base=base))
        for name in names
    )


@cache
def preamble(base: str = BASE) -> str:
    """Return the base and the prefixes that every rule is read with."""
    written = [f"BASE <{base}>"]
    written += [f"PREFIX {prefix}: <{iri}>" for prefix, iri in Iris(base).prefixes().items()]
    return "\n".join(written) + "\n"


@cache
def rules_digest(base: str = BASE) -> str:
    """Return the SHA-256 of all that decides what is derived: the rules, and the code that runs them."""
    hashed = hashlib.sha256()
    for folder in ("concerne", "constats"):
        for rule in rule_files(folder, base):
            hashed.update(f"{folder}/{rule.name}\n{rule.text}\n".encode())
    hashed.update(read_text("donnees", "regles_indices.csv", base=base).encode())
    for name in _CODE:
        code = files("ingestion").joinpath(name)
        if code.is_file():
            hashed.update(code.read_bytes())
    return hashed.hexdigest()

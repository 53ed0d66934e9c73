"""The JSON-LD contexts of documents: versioned files that never change (https://www.w3.org/TR/json-ld11/#the-context).

Knows which versions `contextes/` holds, which is the newest, and how each is named. Who adds a key adds a file; a
document is read for ever by the version that it was read by first.
"""

from __future__ import annotations

import json
from functools import cache
from importlib.resources.abc import Traversable
from typing import Any, Final

from ontologie.namespaces import BASE, Iris
from ontologie.resources import resource

FOLDER: Final[Traversable] = resource("contextes")
_SUFFIX: Final = ".jsonld"
_NEWEST: Final = "contexte" + _SUFFIX


@cache
def context_versions() -> tuple[str, ...]:
    """Return the versions of the context, `x.y.z`, the oldest first."""
    names = (entry.name for entry in FOLDER.iterdir())
    found = [name.removesuffix(_SUFFIX) for name in names if name.endswith(_SUFFIX)]
    return tuple(sorted(found, key=lambda version: [int(part) for part in version.split(".")]))


def newest_context() -> str:
    """Return the version in which a document is read that names none, and in which fiches are written."""
    return context_versions()[-1]


def context_text(base: str = BASE, version: str | None = None) -> str:
    """Return the file of a version, the newest where none is given. Raises KeyError for an unknown version."""
    version = version or newest_context()
    if version not in context_versions():
        raise KeyError(version)
    return Iris(base).rebase(FOLDER.joinpath(version + _SUFFIX).read_text(encoding="utf-8"))


@cache
def context(base: str = BASE, version: str | None = None) -> dict[str, Any]:
    """Return the context of documents: the object under `@context` of a version's file, by default of the newest.

    Do not change the object returned: it is shared. Raises KeyError for an unknown version.
    """
    loaded: dict[str, Any] = json.loads(context_text(base, version))["@context"]
    return loaded


def context_iri(base: str = BASE, version: str | None = None) -> str:
    """Return the address of a version: `…/contexte/1.0.0.jsonld`, by default the newest's."""
    return f"{base}contexte/{version or newest_context()}{_SUFFIX}"


def context_by_name(base: str = BASE) -> list[Any]:
    """Return what a document says that names the newest version, whatever address it is read at.

    The base stands beside: the one of a context that is loaded is not looked at
    (https://www.w3.org/TR/json-ld11-api/#context-processing-algorithm).
    """
    return [context_iri(base), {"@base": base}]


def named_context(iri: str, base: str = BASE) -> str | None:
    """Return the version that an address names: `…/contexte/{x.y.z}.jsonld`, or `…/contexte.jsonld`, the newest.

    None where it is no address of ours, or of a version that there is not.
    """
    if iri == base + _NEWEST:
        return newest_context()
    return next((version for version in context_versions() if iri == context_iri(base, version)), None)


def containers(definition: object) -> frozenset[str]:
    """Return the containers that a term of a context has: `@set`, `@language`, both or none."""
    said = definition.get("@container", ()) if isinstance(definition, dict) else ()
    return frozenset([said] if isinstance(said, str) else said)


def repeated_keys(base: str = BASE, version: str | None = None) -> frozenset[str]:
    """Return the keys whose values a version writes as an array however many there are, `type` among them."""
    return frozenset(key for key, said in context(base, version).items() if "@set" in containers(said))

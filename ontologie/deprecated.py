"""What replaces the deprecated things of the packaged vocabularies (`dct:isReplacedBy`)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Final

import pyoxigraph as ox

from ontologie.labelled import concepts
from ontologie.namespaces import BASE, PREFIXES
from ontologie.packaged import vocabularies

_REPLACED: Final = PREFIXES["dct"] + "isReplacedBy"
_WANTED: Final = re.compile(f"<{re.escape(_REPLACED)}> ".encode())


@cache
def replacements(base: str = BASE) -> Mapping[str, tuple[str, ...]]:
    """Return what is to be said instead of each deprecated thing, in order, by IRI (relative where it is ours).

    What replaces a thing may be replaced too: what is current alone is returned.
    """
    lines = (line for one in vocabularies(base) for line in one.lines if _WANTED.search(line))
    said: dict[str, list[str]] = {}
    for quad in ox.parse(b"".join(lines), format=ox.RdfFormat.N_QUADS):
        if isinstance(quad.subject, ox.NamedNode) and isinstance(quad.object, ox.NamedNode):
            said.setdefault(quad.subject.value.removeprefix(base), []).append(quad.object.value.removeprefix(base))
    return {iri: tuple(sorted(_current(iri, said, set(), base))) for iri in said}


def _current(iri: str, said: Mapping[str, list[str]], seen: set[str], base: str) -> set[str]:
    found: set[str] = set()
    for one in said.get(iri, ()):
        if one in seen:
            continue
        seen.add(one)
        known = concepts(base).get(one)
        if known is None or known.current:
            found.add(one)
        else:
            found |= _current(one, said, seen, base)
    return found

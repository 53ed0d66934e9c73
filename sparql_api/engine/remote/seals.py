"""Seals: which edition a slot of the store behind the service holds, whole.

A slot is a dataset that holds one edition. Whoever fills it takes its seal away first, and puts another once the
last graph stands; no two seals are alike. So a reader that finds the same seal before its query and after it has
read one whole edition, whatever the store does about transactions: nothing changed between the two. This needs
of the store no more than the Graph Store Protocol, and that reads follow writes.

Seals stand in a dataset apart, one graph a slot, where no query meets them: inside a slot, the union of its graphs
would hold more than the edition.
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from typing import Final

import httpx
import pyoxigraph as ox

from sparql_api.settings import RemoteSettings

PREDICATE: Final = "urn:observatoire:seal"
HEADERS: Final = {"Accept": "application/n-triples, text/turtle;q=0.5", "Cache-Control": "no-cache"}
"""How a seal is asked for: past any cache on the way."""
_SEAL: Final = re.compile(r"(\d{1,9}) ([0-9a-f]{64}) ([0-9a-f]{16})")


@dataclass(frozen=True)
class Seal:
    """What a slot holds: an edition's number and hash; `token` tells this filling from all others."""

    edition: int
    sha256: str
    token: str

    @classmethod
    def fresh(cls, edition: int, sha256: str) -> Seal:
        """Return a seal that was never put."""
        return cls(edition, sha256, secrets.token_hex(8))

    def triples(self, slot: str) -> bytes:
        """Return the slot's graph among the seals, as N-Triples."""
        return f'<{graph_of(slot)}> <{PREDICATE}> "{self.edition} {self.sha256} {self.token}" .\n'.encode()


def graph_of(slot: str) -> str:
    """Return the IRI of the graph that holds a slot's seal."""
    return f"urn:observatoire:slot:{slot}"


def address(remote: RemoteSettings, slot: str) -> httpx.URL:
    """Return where a slot's seal is."""
    return httpx.URL(remote.seals).copy_merge_params({"graph": graph_of(slot)})


def read(response: httpx.Response) -> Seal | None:
    """Return the seal in an answer, None where the slot has none; raises httpx.HTTPStatusError, ValueError."""
    if response.status_code == 404:
        return None
    response.raise_for_status()
    if response.status_code != 200:
        raise ValueError(f"status {response.status_code}")
    values = [
        quad.object.value
        for quad in ox.parse(response.content, format=ox.RdfFormat.TURTLE)
        if quad.predicate.value == PREDICATE and isinstance(quad.object, ox.Literal)
    ]
    if not values:
        return None
    found = _SEAL.fullmatch(values[0])
    if found is None or len(values) > 1:
        raise ValueError("the seal is not one of ours")
    return Seal(int(found[1]), found[2], found[3])

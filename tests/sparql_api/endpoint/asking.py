"""Two queries over the small store, and how they are asked."""

from __future__ import annotations

import httpx

SELECT = "SELECT ?v { <http://example.org/thing/7> <http://example.org/value> ?v }"
CONSTRUCT = "CONSTRUCT WHERE { <http://example.org/thing/7> ?p ?o }"


def get(client: httpx.Client, query: str, **headers: str) -> httpx.Response:
    return client.get("/sparql", params={"query": query}, headers=headers)

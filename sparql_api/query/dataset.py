"""The RDF dataset a request asks for (SPARQL 1.1 Protocol §2.1.4): it wins over the query's FROM."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Dataset:
    """IRIs of the graphs merged as the default graph, and of the graphs that GRAPH can name."""

    default: tuple[str, ...] = ()
    named: tuple[str, ...] = ()

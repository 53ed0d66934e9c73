"""The clients' service is the one that all folders share (`address`), over the published demonstration."""

from __future__ import annotations

import pyoxigraph as ox
import pytest
import rdflib

from ingestion import Edition


@pytest.fixture(scope="session")
def endpoint(address: str) -> str:
    """The SPARQL endpoint's address."""
    return f"{address}/sparql"


@pytest.fixture(scope="session")
def store(demo_edition: Edition) -> ox.Store:
    """The store of the edition that the service answers from, for what it says without the service."""
    return ox.Store.read_only(str(demo_edition.store_path))


@pytest.fixture(autouse=True)
def literals_as_written(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep rdflib from rewriting dates and numbers as it reads them."""
    monkeypatch.setattr(rdflib, "NORMALIZE_LITERALS", False)

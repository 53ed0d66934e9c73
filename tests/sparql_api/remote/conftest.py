"""The store behind the service, emptied for each test."""

from __future__ import annotations

import pytest

from tests.sparql_api.remote.fuseki import Fuseki


@pytest.fixture
def store(fuseki: Fuseki) -> Fuseki:
    """Give Fuseki without anything in it."""
    fuseki.empty()
    return fuseki

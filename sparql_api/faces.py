"""What publication makes for this service with each edition: the index of fiches, VoID, DCAT.

Each is a function of the edition in the making (its folder, its manifest) and of its store.
"""

from __future__ import annotations

from typing import Final

import pyoxigraph as ox

from ingestion import Edition
from ontologie import to_document
from sparql_api.fiches_index import write_index
from sparql_api.void import write_void


def index_fiches(edition: Edition, store: ox.Store) -> None:
    """Write `fiches.sqlite` in the edition's folder."""
    base = edition.manifest["base"]
    write_index(edition.path, store, base=base, frame=lambda quads, iri: to_document(quads, "projet", base))


def describe_edition(edition: Edition, store: ox.Store) -> None:
    """Write `void.nt`, the edition's statistics, in its folder."""
    write_void(edition, store)


FACES: Final = (index_fiches, describe_edition)

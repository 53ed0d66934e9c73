"""pySHACL asked about a pyoxigraph Store: its report, with what it takes for granted of other stores set right.

The one module that loads pySHACL; whom it judges and what becomes of its report is `judge`'s business.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pyoxigraph as ox
import pyshacl
import rdflib
from pyshacl.graph_abstraction import OxigraphDataGraph


def report_of(store: ox.Store, shapes: rdflib.Graph) -> rdflib.Graph:
    """Return pySHACL's report on a store, by shapes that name their targets."""
    # Not pyshacl.validate(): that function switches rdflib's normalisation on again.
    rdflib.NORMALIZE_LITERALS = False
    validator = pyshacl.Validator(Data(store), shacl_graph=shapes, options={})
    report: rdflib.Graph
    _, report, _ = validator.run()  # type: ignore[no-untyped-call]
    return report


class Data(OxigraphDataGraph):
    """A Store as pySHACL sees it, with two corrections.

    It is true without being counted: pySHACL asks at every result, and counting scans. And a literal is the
    subject of no triple, where pySHACL lets the Store raise TypeError.
    """

    def __bool__(self) -> bool:
        return True

    def objects(  # type: ignore[override]
        self, subject: Any, predicate: Any, unique: bool = False
    ) -> Iterator[Any]:
        """Yield the values of a property."""
        if not isinstance(subject, rdflib.Literal):
            yield from super().objects(subject, predicate, unique)

    def predicate_objects(  # type: ignore[override]
        self, subject: Any, unique: bool = False
    ) -> Iterator[Any]:
        """Yield the properties of a node with their values."""
        if not isinstance(subject, rdflib.Literal):
            yield from super().predicate_objects(subject, unique)

"""What `observatoire check` asks of the shapes: messages in both languages, examples that say what they must.

Passed to the check command by the root; the checks of the words are in `ontologie`.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any, Final

import pyoxigraph as ox
import rdflib
from rdflib.namespace import RDF, SH

from ontologie import BASE, Check, Examined, Finding, in_both
from shapes.gate import validate
from shapes.rules.sources import shapes_graph

RULES: Final = "# Règles : "
"""Begins the line of a faulty example that names the rules it breaks."""


def messages(_corpus: Any) -> Examined:
    """Look at each property shape: a message in French and one in English, or neither and a parent that has both."""
    graph = shapes_graph()
    said = [shape for shape in graph.subjects(RDF.type, SH.PropertyShape) if (shape, SH.message, None) in graph]
    found = [
        Finding("shape-messages", str(shape).removeprefix(BASE), in_both("controles", "message-missing"))
        for shape in said
        if {text.language for text in graph.objects(shape, SH.message) if isinstance(text, rdflib.Literal)}
        != {"fr", "en"}
    ]  # fmt: skip
    return Examined(len(said), tuple(sorted(found, key=lambda one: one.term)))


def examples(_corpus: Any) -> Examined:
    """Look at each example: a good one breaks no rule, a faulty one those that it names and no other."""
    found, count = [], 0
    for path in _turtle(files("shapes").joinpath("exemples")):
        count += 1
        text = path.read_text(encoding="utf-8")
        lines = [line for line in text.split("\n") if line.startswith(RULES)]
        expected = {name for line in lines for name in line.removeprefix(RULES).split()}
        report = validate(ox.parse(text, format=ox.RdfFormat.TURTLE, base_iri=BASE))
        broken = {result.shape.removeprefix(BASE + "shapes#") for result in report.results}
        if broken != expected:
            names = ", ".join(sorted(broken ^ expected))
            words = in_both("controles", "announced-and-found-differ", names=names)
            found.append(Finding("shape-examples", path.name, words))
    return Examined(count, tuple(found))


def _turtle(folder: Traversable) -> Iterator[Traversable]:
    for entry in sorted(folder.iterdir(), key=lambda one: one.name):
        if entry.is_dir():
            yield from _turtle(entry)
        elif entry.name.endswith(".ttl"):
            yield entry


CHECKS: Final = (
    Check(
        "shape-messages",
        in_both("controles", "shape-messages-in-both-languages"),
        messages,
    ),
    Check(
        "shape-examples",
        in_both("controles", "examples-and-counter-examples-of-shapes"),
        examples,
        slow=True,
    ),
)

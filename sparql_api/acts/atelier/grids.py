"""The grids of the graph, read from the current edition: dimensions, criteria, scale, and the rules of their scores.

Any grid that the graph holds is read alike; what a grid asks is in its data alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

import pyoxigraph as ox
from starlette.requests import Request

from ontologie import PREFIXES, Iris
from queries import catalogue
from sparql_api.description.questions import bound
from sparql_api.pages.common.service import Service

MOST: Final = 20_000
"""Triples of all grids."""
SCORES: Final = "score-des-dimensions"
_SKOS: Final = PREFIXES["skos"]


@dataclass(frozen=True)
class ScaleStep:
    """An answer of a scale: its names by language, its value, None where it enters no mean."""

    iri: str
    label: Mapping[str, str]
    value: float | None


@dataclass(frozen=True)
class Criterion:
    """A criterion: its sign, its names and question by language, whether it must be answered, whether it eliminates."""

    iri: str
    sign: str
    label: Mapping[str, str]
    question: Mapping[str, str]
    required: bool
    eliminating: bool


@dataclass(frozen=True)
class Dimension:
    """Some criteria of a grid under a name."""

    iri: str
    label: Mapping[str, str]
    definition: Mapping[str, str]
    criteria: Sequence[Criterion]


@dataclass(frozen=True)
class Grid:
    """A grid: its names, its dimensions, the steps of its scale, each in its order."""

    iri: str
    label: Mapping[str, str]
    definition: Mapping[str, str]
    dimensions: Sequence[Dimension]
    steps: Sequence[ScaleStep]

    @property
    def criteria(self) -> list[Criterion]:
        """All its criteria, in their order."""
        return [one for dimension in self.dimensions for one in dimension.criteria]


@dataclass(frozen=True)
class GridWords:
    """What an edition says of grids, as triples: subject → predicate → objects."""

    iris: Iris
    triples: Sequence[ox.Triple]
    said: Mapping[str, Mapping[str, list[Any]]] = field(default_factory=dict)

    @classmethod
    def of(cls, triples: Iterable[ox.Triple], iris: Iris) -> GridWords:
        """Return words out of triples."""
        kept, said = list(triples), dict[str, dict[str, list[Any]]]()
        for one in kept:
            if isinstance(one.subject, ox.NamedNode):
                said.setdefault(one.subject.value, {}).setdefault(one.predicate.value, []).append(one.object)
        return cls(iris, kept, said)

    def label(self, iri: str, name: str = _SKOS + "prefLabel") -> dict[str, str]:
        """Return the texts of a thing by language."""
        found = self.said.get(iri, {}).get(name, ())
        return {one.language or "": one.value for one in found if isinstance(one, ox.Literal)}

    def organisations(self) -> list[str]:
        """Return the organisations, in the order of their French names."""
        kind = ox.NamedNode(self.iris.term("Organisation"))
        found = [iri for iri, said in self.said.items() if kind in said.get(PREFIXES["rdf"] + "type", ())]
        return sorted(found, key=lambda iri: self.label(iri).get("fr", iri))

    def grids(self) -> list[Grid]:
        """Return the grids that have a criterion, in the order of their IRIs."""
        kind = ox.NamedNode(self.iris.term("Grille"))
        found = [iri for iri, said in self.said.items() if kind in said.get(PREFIXES["rdf"] + "type", ())]
        made = (self._grid(iri) for iri in sorted(found, key=lambda iri: ("nationale" not in iri, iri)))
        return [one for one in made if one.criteria and one.steps]

    def _grid(self, iri: str) -> Grid:
        term = self.iris.term
        scale = self._one(iri, term("echelle"))
        steps = [
            ScaleStep(one, self.label(one), None if (value := self._one(one, term("valeur"))) is None else float(value))
            for one in self._ordered(self._with(_SKOS + "inScheme", scale or ""))
            if self.said[one].get(term("calculable")) or self.said[one].get(term("valeur"))
        ]
        dimensions = [
            Dimension(
                one, self.label(one), self.label(one, _SKOS + "definition"),
                [self._criterion(below) for below in self._ordered(self._with(term("dansDimension"), one))],
            )
            for one in self._ordered(self._with(term("dansGrille"), iri))
        ]  # fmt: skip
        return Grid(iri, self.label(iri), self.label(iri, _SKOS + "definition"), dimensions, steps)

    def _criterion(self, iri: str) -> Criterion:
        names = ("obligatoire", "eliminatoire")
        required, eliminating = (self._one(iri, self.iris.term(name)) == "true" for name in names)
        sign = self._one(iri, _SKOS + "notation") or iri.rpartition("/")[2]
        question = self.label(iri, self.iris.term("question")) or self.label(iri)
        return Criterion(iri, sign, self.label(iri), question, required, eliminating)

    def _one(self, iri: str, predicate: str) -> str | None:
        found = self.said.get(iri, {}).get(predicate)
        return str(found[0].value) if found else None

    def _with(self, predicate: str, value: str) -> list[str]:
        sought = ox.NamedNode(value) if value else None
        return [iri for iri, said in self.said.items() if sought in said.get(predicate, ())]

    def _ordered(self, found: Iterable[str]) -> list[str]:
        return sorted(found, key=lambda iri: (float(self._one(iri, self.iris.term("ordre")) or 1e9), iri))


async def words_of(service: Service, request: Request) -> GridWords:
    """Return what the current edition says of grids; raises ProblemError, EngineError."""
    iris = service.iris
    text = f"""SELECT DISTINCT ?s ?p ?o WHERE {{
  {{ ?s a <{iris.term("Grille")}> }} UNION {{ ?s <{iris.term("dansGrille")}> ?grid }}
  UNION {{ ?s <{iris.term("dansDimension")}> ?dimension }} UNION {{ ?s a <{iris.term("Echelon")}> }}
  UNION {{ ?s a <{iris.term("RegleAgregation")}> }} UNION {{ ?s a <{iris.term("Organisation")}> }}
  ?s ?p ?o .
}} LIMIT {MOST}"""
    rows = await service.reading(request).rows(text, service.edition(request).number)
    triples = [ox.Triple(row["s"], row["p"], row["o"]) for row in rows if isinstance(row["s"], ox.NamedNode)]
    return GridWords.of(triples, iris)


def scores_of(words: GridWords, lines: Iterable[bytes], grid: str, lang: str) -> list[dict[str, Any]]:
    """Return the scores of one analysis, dimension by dimension, by the rules that its grid publishes.

    `lines` are its canonical N-Quads. The rules are those of the saved question, asked of this analysis alone.
    """
    store = ox.Store()
    store.extend(ox.Quad(one.subject, one.predicate, one.object) for one in words.triples)
    quads = ox.parse(b"".join(lines), format=ox.RdfFormat.N_QUADS)
    store.extend(ox.Quad(one.subject, one.predicate, one.object) for one in quads)
    ask = partial(bound, catalogue(words.iris.base)[SCORES])
    found: Any = store.query(ask({"grille": [grid], "langue": [lang]}, words.iris))
    names = [variable.value for variable in found.variables]
    return [{name: row[name].value for name in names if row[name] is not None} for row in found]

"""What the parameters of a saved question may be given, as a form offers it: lists, in the words that people know.

A parameter's list is a row of `choices.csv`: the things of a class or a vocabulary, the values of a facet of fiches (or
of the facet that another parameter names), or a few words. What no row names is typed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

from ontologie import table_beside
from queries import Parameter, Question
from sparql_api.fiches.search import FicheIndex
from sparql_api.pages.common.layout import View
from sparql_api.words.i18n import collation

MOST: Final = 400
"""Values of a list at most: more are typed."""
_MEMBERS: Final = """SELECT DISTINCT ?v ?l ?g WHERE {{
  ?v {pattern} <{of}> ; <{shown}> ?l . FILTER(LANG(?l) = "{language}")
  OPTIONAL {{ ?v <{scheme}> ?s . ?s a <{instrument}> ; <{shown}> ?g . FILTER(LANG(?g) = "{language}") }}
}} LIMIT {most}"""
_PATTERNS: Final = {"class": "a", "scheme": "<http://www.w3.org/2004/02/skos/core#inScheme>"}


@dataclass(frozen=True)
class Choice:
    """A value of a list: what an address gives, what people read, and under which heading it stands."""

    value: str
    label: str
    group: str = ""


@dataclass(frozen=True)
class Choices:
    """The values that a parameter may be given, in the order they are read; `open` says that none may be chosen."""

    values: Sequence[Choice]
    open: bool

    @property
    def groups(self) -> Mapping[str, list[Choice]]:
        """The values by heading."""
        found: dict[str, list[Choice]] = {}
        for one in self.values:
            found.setdefault(one.group, []).append(one)
        return found

    def chosen(self, given: str, base: str) -> str:
        """Return the value of the list that a given one says, which may be a whole IRI; itself where none does."""
        path = given.removeprefix(base)
        return next((one.value for one in self.values if one.value == path), given)


@cache
def _rows() -> Mapping[str, tuple[str, str]]:
    rows = table_beside("sparql_api.pages.common", "choices.csv")
    return {row["parameter"]: (row["of"], row["named"]) for row in rows}


async def choices_of(
    view: View, question: Question, given: Mapping[str, Sequence[str]], edition: int
) -> dict[str, Choices]:
    """Return the lists of a question's parameters by name, as an edition has them; raises EngineError, ProblemError."""
    found = {}
    for parameter in question.parameters:
        of, named = _rows().get(parameter.name, ("", ""))
        if of == "facet of":
            other = next((one for one in question.parameters if one.name == named), None)
            of, named = "facet", [*given.get(named, ()), (other and other.default) or ""][0]
        values = await _values(view, of, named, edition)
        if values and len(values) < MOST:
            found[parameter.name] = Choices(values, _is_open(parameter))
    return found


def _is_open(parameter: Parameter) -> bool:
    return not parameter.required and parameter.default is None


async def _values(view: View, of: str, named: str, edition: int) -> list[Choice]:
    service, request = view.service, view.request
    if of == "words":
        prefix, *words = named.split(" ")
        return [Choice(word, view.t(prefix + word)) for word in words]
    if of == "facet":
        index = await service.computing.run(request, service.index, service.edition_number(edition), kind="search")
        return _of_facet(index, named, view)
    return await _members(view, of, named, edition) if of else []


def _of_facet(index: FicheIndex, facet: str, view: View) -> list[Choice]:
    base = view.service.iris.base
    held = [value for value in index.values.get(facet, ()) if value.direct]
    ordered = sorted(held, key=lambda one: (one.rank is None, one.rank or 0, collation(one.label(view.language))))
    return [Choice(one.iri.removeprefix(base), one.label(view.language)) for one in ordered]


async def _members(view: View, of: str, named: str, edition: int) -> list[Choice]:
    """Return the members of a class or a vocabulary; principles stand under their instruments."""
    iris = view.service.iris
    text = _MEMBERS.format(
        pattern=_PATTERNS[of], of=iris.term(named) if of == "class" else iris.base + named, most=MOST,
        shown=iris.term("libelleAffiche"), instrument=iris.term("Instrument"), language=view.language,
        scheme="http://www.w3.org/2004/02/skos/core#inScheme",
    )  # fmt: skip
    rows = await view.service.reading(view.request).rows(text, edition)
    found = [
        Choice(row["v"].value.removeprefix(iris.base), row["l"].value, row["g"].value if "g" in row else "")
        for row in rows
    ]
    return sorted(found, key=lambda one: (collation(one.group), collation(one.label), one.value))

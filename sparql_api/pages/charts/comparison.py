"""What two groups of fiches are compared by: read from a request, its values found, its thresholds.

Knows facets and the index; the numbers are those of a saved question, the page is `compare`'s.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from rapidfuzz import fuzz, process
from starlette.requests import Request

from ontologie import LANGUAGES, fold_text
from sparql_api.fiches.search import FicheIndex, Selection, Value
from sparql_api.http.parameters import NAME_LENGTH
from sparql_api.words.i18n import collation
from sparql_api.words.problems import ProblemError, problem
from sparql_api.words.texts import Text, text_of

QUESTION: Final = "comparer-deux-groupes"
FACETS: Final = ("academie", "region", "niveau", "discipline", "outil", "type_ia", "finalite", "annee_scolaire")
"""What groups are made by, as the list of fiches calls it."""
MEASURES: Final = ("principe", "type_ia", "niveau", "discipline", "outil", "finalite")
"""What is counted in each group."""
NEAR: Final = 60.0
"""Per cent of likeness from which a value may have been meant."""


@dataclass(frozen=True)
class Comparison:
    """Two groups by one facet, and what is counted in them."""

    facet: str
    measure: str
    pair: tuple[Value, Value]

    def given(self, least: int) -> Mapping[str, list[str]]:
        """Return the parameters of the saved question."""
        first, second = (value.iri for value in self.pair)
        asked = {"facette": self.facet, "premier": first, "second": second, "mesure": self.measure, "seuil": str(least)}
        return {name: [value] for name, value in asked.items()}


def comparison_of(request: Request, index: FicheIndex) -> Comparison | None:
    """Return what a request compares, None where it names no group yet; raises ProblemError 400 that teaches."""
    facet, texts, measure = facet_of(request), groups_of(request, facet_of(request)), measure_of(request)
    if not texts:
        return None
    if len(texts) > 2:
        raise wrong(facet, "compare-many")
    found = [value_of(index, facet, text) for text in texts]
    if len({value.iri for value in found}) != 2:
        raise wrong(facet, "compare-one", value=texts[0][:NAME_LENGTH])
    return Comparison(facet, measure, (found[0], found[1]))


def facet_of(request: Request) -> str:
    """Return the facet asked for, the first by default; raises ProblemError 400 for two facets or none of ours."""
    given = [name for name in FACETS if groups_of(request, name)]
    if len(given) > 1:
        raise wrong(given[1], "compare-two-facets", one=given[0], other=given[1])
    chosen = given[0] if given else request.query_params.get("par") or FACETS[0]
    return one_of("par", chosen, FACETS)


def groups_of(request: Request, facet: str) -> list[str]:
    """Return the values that a request gives of a facet."""
    return list(dict.fromkeys(text for text in request.query_params.getlist(facet) if text.strip()))


def measure_of(request: Request) -> str:
    """Return what is counted; raises ProblemError 400 where it is none of ours."""
    return one_of("mesure", request.query_params.get("mesure") or MEASURES[0], MEASURES)


def one_of(name: str, text: str, values: Sequence[str]) -> str:
    """Return a value that is one of these; raises ProblemError 400 where it is not."""
    if text not in values:
        raise wrong(name, "one-of-these", values=", ".join(values))
    return text


def value_of(index: FicheIndex, facet: str, text: str) -> Value:
    """Return the value that a text means; raises ProblemError 400 for none, with the nearest, and for several."""
    text = text[:200]
    found = index.select(Selection(facets={facet: (text,)})).chosen[facet]
    if len(found) == 1:
        return found[0]
    known = {name: value for value in index.values[facet] for name in value.names}
    close = process.extract(fold_text(text), known.keys(), scorer=fuzz.ratio, score_cutoff=NEAR, limit=3)
    near = found or tuple(dict.fromkeys(known[name] for name, *_ in close))
    said = Text(*(called(near, spoken) for spoken in LANGUAGES))
    meant = text_of("compare-near", near=said) if near else Text("", "")
    raise wrong(facet, "compare-unknown", value=text[:NAME_LENGTH], meant=meant)


def called(values: Sequence[Value], spoken: str) -> str:
    """Return how values are called, and by which id they are asked for."""
    return ", ".join(f"{value.label(spoken)} ({value.id})" for value in values[:5])


def wrong(parameter: str, code: str, **words: Text | object) -> ProblemError:
    """Return the error of a parameter, with what to do."""
    return ProblemError(
        problem("parameter", parameter=parameter, reason=text_of(code, **words), extra={"parameter": parameter})
    )


def choices(index: FicheIndex, facet: str, language: str) -> list[Value]:
    """Return the values that groups are chosen from, in the order of their vocabulary, else of the alphabet."""
    held = [value for value in index.values[facet] if value.direct]
    return sorted(held, key=lambda one: (one.rank is None, one.rank or 0, collation(one.label(language))))

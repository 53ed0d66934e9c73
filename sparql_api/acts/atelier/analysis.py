"""An analysis as a form says it: its document, what of it is quoted from the sheet, where each fault of it stands.

A criterion's answer is a step of the scale, words of the sheet that show it, a sentence. Knows no page.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from ingestion import language_of, language_tag
from ontologie import LANGUAGES, Iris
from sparql_api.acts.atelier.grids import Criterion, Grid

MOMENTS: Final = ("au-debut", "en-cours", "a-la-fin", "plus-tard")
CORRECTS: Final = "corrige"
"""The field that holds the identifier of the analysis that is corrected."""
STEP, QUOTE, WHY = "echelon.", "preuve.", "pourquoi."
"""Begin the names of the fields of a criterion, which its IRI under our base ends."""
OMITTED: Final = "#AnalyseCriteresObligatoires"
LONGEST_ID: Final = 60


@dataclass(frozen=True)
class AnalysedSheet:
    """The project that is analysed: its identifier, and its fields in words: (name, label, values)."""

    identifier: str
    title: str
    fields: Sequence[tuple[str, str, Sequence[str]]]
    language: str = "fr"
    """The tag of its words."""

    def holds(self, words: str) -> str | None:
        """Return the name of the field whose words hold these, whatever the spaces between; None where none does."""
        sought = _folded(words)
        for name, _, values in self.fields:
            if any(sought in _folded(value) for value in values):
                return name
        return None


@dataclass(frozen=True)
class FilledGrid:
    """What was written in the form, by the names of its fields."""

    content: Mapping[str, Sequence[str]]
    iris: Iris

    def of(self, start: str, criterion: Criterion | None = None) -> str:
        """Return what a field says, of a criterion where one is given."""
        name = start if criterion is None else start + self.short(criterion.iri)
        return str(next(iter(self.content.get(name, ())), ""))

    def short(self, iri: str) -> str:
        """Return an IRI under our base without it."""
        return iri.removeprefix(self.iris.base)

    def answered(self, grid: Grid) -> list[Criterion]:
        """Return the criteria that have an answer, in the order of the grid: that of the document."""
        steps = {self.short(step.iri) for step in grid.steps}
        return [one for one in grid.criteria if self.of(STEP, one) in steps]


def identifier_of(project: str, agent: str, grid: str, moment: str) -> str:
    """Return the identifier of an agent's analysis of a project by a grid at a moment: the same again is a version."""
    told = hashlib.blake2b("\0".join((project, agent, grid, moment)).encode(), digest_size=6).digest()
    # Letters alone: a row of digits would look like a number of somebody's.
    return f"{project[:LONGEST_ID]}-a-" + "".join(chr(97 + one // 16) + chr(97 + one % 16) for one in told)


def document_of(
    written: FilledGrid, sheet: AnalysedSheet, grid: Grid, agent: str, title: str
) -> tuple[dict[str, Any], list[Any]]:
    """Return an analysis without its answers, and its answers, in the order of `FilledGrid.answered`."""
    moment, short = written.of("moment"), written.short
    name = written.of(CORRECTS) or identifier_of(sheet.identifier, agent, grid.iri, moment)
    document: dict[str, Any] = {
        "id": f"analyse/{name}", "type": ["Analyse"], "identifiant": name, "titre": title,
        "evalue": f"projet/{sheet.identifier}", "grille": short(grid.iri),
        "date": datetime.now(UTC).date().isoformat(),
    }  # fmt: skip
    if language := language_of(written.of("langue")) if written.of("langue") else None:
        document["fiche"] = {"id": f"graphe/analyse/{name}", "type": "Fiche", "langue": [language]}
    if author := written.of("auteur"):
        document["auteur"] = [short(author)]
    if moment in MOMENTS:
        document["moment"] = f"concept/moment/{moment}"
    if comment := written.of("commentaire"):
        document["commentaire"] = comment
    return document, [_answer(written, sheet, one, f"analyse/{name}") for one in written.answered(grid)]


def _answer(written: FilledGrid, sheet: AnalysedSheet, criterion: Criterion, name: str) -> dict[str, Any]:
    end = criterion.iri.rpartition("/")[2]
    answer: dict[str, Any] = {
        "id": f"{name}#appreciation-{end}", "type": "Appreciation", "critere": written.short(criterion.iri),
        "echelon": written.of(STEP, criterion),
    }  # fmt: skip
    quote = written.of(QUOTE, criterion)
    if quote and (place := sheet.holds(quote)):
        sign = hashlib.sha256(f"{end} {quote}".encode()).hexdigest()[:12]
        said = {sheet.language: quote}
        answer["preuve"] = {"id": f"{name}#preuve-{sign}", "type": "Preuve", "champ": place, "extrait": said}
    if why := written.of(WHY, criterion):
        answer["commentaire"] = why
    return answer


def content_of(document: Mapping[str, Any], iris: Iris) -> dict[str, list[str]]:
    """Return what the form of an analysis holds of it, by the names of its fields: `document_of` the other way."""

    def short(value: Any) -> str:
        return iris.absolute(_first(value)).removeprefix(iris.base)

    tag = language_tag(document)
    said = {
        CORRECTS: _first(document["identifiant"]), "grille": short(document["grille"]),
        "moment": short(document.get("moment", "")).rpartition("/")[2], "auteur": short(document.get("auteur", "")),
        "langue": tag if tag in LANGUAGES else "", "commentaire": _first(document.get("commentaire", "")),
    }  # fmt: skip
    for one in _items(document.get("comporte")):
        criterion = short(one["critere"])
        said[STEP + criterion], said[WHY + criterion] = short(one["echelon"]), _first(one.get("commentaire", ""))
        said[QUOTE + criterion] = next((_first(proof.get("extrait", "")) for proof in _items(one.get("preuve"))), "")
    return {name: [text] for name, text in said.items() if text}


def _items(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _first(value: Any) -> str:
    """Return the first text of a value, which may be a list or texts by their language."""
    if isinstance(value, Mapping):
        return _first(next(iter(value.values()), ""))
    return _first(value[0] if value else "") if isinstance(value, list) else str(value)


def lines_of(document: Mapping[str, Any], answers: Sequence[Any]) -> bytes:
    """Return a document as JSON, each answer on a line of its own, from the second: faults are told by their line."""
    head = json.dumps(document, ensure_ascii=False)[:-1]
    below = ",\n".join(json.dumps(one, ensure_ascii=False) for one in answers)
    return f'{head}, "comporte": [\n{below}\n]}}'.encode()


def criterion_of(entry: Mapping[str, Any], written: FilledGrid, grid: Grid) -> Criterion | None:
    """Return the criterion that an entry of a report is about, None where it is about the analysis."""
    if str(entry.get("rule", "")).endswith(OMITTED):
        return next((one for one in grid.criteria if written.short(one.iri) == entry.get("value")), None)
    answered, line = written.answered(grid), entry.get("line") or 0
    return answered[line - 2] if 2 <= line < len(answered) + 2 else None


def unquoted(written: FilledGrid, sheet: AnalysedSheet, grid: Grid) -> Iterator[Criterion]:
    """Yield the criteria whose quoted words the sheet does not have."""
    for one in grid.criteria:
        quote = written.of(QUOTE, one)
        if quote and sheet.holds(quote) is None:
            yield one


def answers_in(document: Mapping[str, Any], iris: Iris) -> dict[str, str]:
    """Return what an analysis answers: the step by the criterion, both as IRIs."""
    return {
        iris.absolute(str(one["critere"])): iris.absolute(str(one["echelon"]))
        for one in _items(document.get("comporte"))
        if isinstance(one, Mapping) and "critere" in one and "echelon" in one
    }


def _folded(text: str) -> str:
    """Return words as they compare: signs that word processors change are one, spaces too."""
    plain = text.replace("’", "'").replace("«", '"').replace("»", '"').replace("“", '"').replace("”", '"')
    return re.sub(r"\s+", " ", plain).strip(' "').casefold()

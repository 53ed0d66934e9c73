"""What publication says of a fiche in its provenance graph keeps to the shapes, beside the fiche itself."""

from __future__ import annotations

import pytest

from ingestion.publication.provenance import provenance_lines
from ingestion.registry.editions import ReviewFacts
from ontologie import BASE
from shapes import validate
from tests.shapes.documents import real_documents, renamed

MOMENT = "2026-01-02T03:04:05Z"


@pytest.mark.parametrize(
    ("academie", "organisation", "modified", "said"),
    [
        ("08", None, None, set()),
        (None, "organisation/dgesco", MOMENT, set()),
        # An operator on the machine, for nobody: said as a warning, published all the same.
        (None, None, MOMENT, {("warning", "ValidationAcademique-service")}),
        ("18", None, None, {("violation", "ValidationAcademique")}),
    ],
)
def test_a_published_fiche_conforms_with_its_provenance(
    academie: str | None, organisation: str | None, modified: str | None, said: set[tuple[str, str]]
) -> None:
    name, lines = renamed(real_documents()[0], 1)
    kind, _, identifier = name.removeprefix(BASE).partition("/")
    known = ReviewFacts(kind, identifier, 3, MOMENT, MOMENT, academie, organisation, MOMENT, modified)
    both = lines + b"".join(provenance_lines(known))
    alone = {result.key for result in validate(lines).results}
    added = [result for result in validate(both).results if result.key not in alone]
    assert {(result.severity, result.shape.partition("#")[2]) for result in added} == said


@pytest.mark.parametrize(
    ("academie", "organisation", "act"),
    [("08", None, "ValidationAcademique"), (None, "organisation/equipe-projet", "Validation"), (None, None, "Validation")],
)
def test_a_validation_is_an_academies_own_where_the_academie_validated_and_there_alone(
    academie: str | None, organisation: str | None, act: str
) -> None:
    known = ReviewFacts("projet", "08-1", 3, MOMENT, MOMENT, academie, organisation, MOMENT, None)
    kinds = [line.split(b" ")[2] for line in provenance_lines(known) if b"22-rdf-syntax-ns#type" in line]
    assert kinds == [f"<{BASE}ontologie#{act}>".encode()]

"""Documents become canonical graphs, each its own, whatever batch they come in."""

from __future__ import annotations

from typing import Any

import pyoxigraph as ox
import pytest

from ingestion import build_document, convert, read_deposit
from ingestion.graphs.conversion import ConversionError, convert_each
from ontologie import BASE, canonical_lines, context
from tests.ingestion.reading.conftest import USAGES

OIA = BASE + "ontologie#"


def project(identifier: str, **values: Any) -> dict[str, Any]:
    return {"id": f"projet/{identifier}", "type": "Projet", "titre": "t", **values}


def objects(lines: list[bytes]) -> dict[str, str]:
    quads = ox.parse(b"".join(lines), format=ox.RdfFormat.N_QUADS)
    return {quad.predicate.value: str(quad.object) for quad in quads}


def test_the_real_usages_become_the_lines_a_store_gives_back() -> None:
    documents = [build_document(record).document for record in read_deposit(USAGES).records]
    for converted in convert(documents):
        quads = ox.parse(b"".join(converted.lines), format=ox.RdfFormat.N_QUADS)
        assert converted.lines == canonical_lines(quads)
        assert all(line.endswith(f"<{converted.graph_iri}> .\n".encode()) for line in converted.lines)


def test_a_document_is_the_same_alone_and_in_a_batch() -> None:
    documents = [build_document(record).document for record in read_deposit(USAGES).records]
    together = convert(documents)
    assert together[7] == convert([documents[7]])[0]
    assert [one.iri for one in together] == [f"{BASE}{document['id']}" for document in documents]


def test_terms_are_written_as_a_store_gives_them_back() -> None:
    given = project(
        "n-1",
        effectif="007",
        delegueConsulte="1",
        titre={"fr-FR": "x"},
        date="2025-13-45",
        resume={"fr": '"^^<x>" @en \\ \u2028\u0085\r\n\t'},
    )
    (converted,) = convert([given])
    values = objects(converted.lines)
    assert values[OIA + "effectif"].startswith('"7"')
    assert values[OIA + "delegueConsulte"].startswith('"true"')
    assert values["http://purl.org/dc/terms/title"] == '"x"@fr-fr'
    quads = ox.parse(b"".join(converted.lines), format=ox.RdfFormat.N_QUADS)
    assert given["resume"]["fr"] in {quad.object.value for quad in quads}
    assert converted.lines == canonical_lines(ox.parse(b"".join(converted.lines), format=ox.RdfFormat.N_QUADS))


def test_two_ways_of_writing_a_value_are_one() -> None:
    (converted,) = convert([project("n-1", effectif=["7", "007"])])
    assert sum(b"effectif" in line for line in converted.lines) == 1


def test_the_same_id_twice_in_a_batch_makes_two_documents() -> None:
    first, second = convert([project("n-1", resume="a"), project("n-1", resume="b")])
    assert first.graph_iri == second.graph_iri and first.lines != second.lines


def test_ids_that_start_alike_are_told_apart() -> None:
    one, two, three = convert([project("n-1"), project("n-1.2"), project("n-12")])
    assert len(one.lines) == len(two.lines) == len(three.lines) == 2


@pytest.mark.parametrize(
    "values",
    [
        {"mention": {"id": "projet/n-2#m", "type": "Mention", "champ": "x"}},
        {"mention": {"id": "projet/n-10#m", "champ": "x"}},
        {"mention": {"champ": "x"}},
        {"academie": {"id": "academie/18", "titre": "x"}},
        {"fiche": {"id": "graphe/projet/n-2", "type": "Fiche"}},
        {"academie": "_:x"},
    ],
)
def test_a_document_that_speaks_of_others_is_refused(values: dict[str, Any]) -> None:
    documents = [project("n-0"), project("n-1", **values), project("n-3")]
    with pytest.raises(ConversionError) as caught:
        convert(documents)
    assert caught.value.document == "projet/n-1"
    found = convert_each(documents)
    assert [isinstance(one, ConversionError) for one in found] == [False, True, False]


def test_a_document_that_says_nothing_is_refused() -> None:
    with pytest.raises(ConversionError):
        convert([{"id": "projet/n-1"}])
    with pytest.raises(ConversionError):
        convert([{"type": "Projet"}])


def test_another_base_names_everything_under_it() -> None:
    base = "https://graphe.example.org/ia/"
    (converted,) = convert([project("n-1", academie="academie/18")], base)
    text = b"".join(converted.lines).decode()
    assert BASE not in text and f"<{base}academie/18>" in text
    assert context(base)["@base"] == base

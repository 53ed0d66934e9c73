"""The distillation of other people's vocabularies: no person passes, nothing passes that is not listed."""

from __future__ import annotations

from pathlib import Path

import pytest

from ontologie.generation.extract import COPIED, copy_tables, main
from ontologie.generation.foreign.tiers import dpv, scolomfr

DPV = """
@prefix ai: <https://w3id.org/dpv/ai#> .
@prefix dct: <http://purl.org/dc/terms/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
ai:GenAI a skos:Concept ; skos:prefLabel "Generative AI"@en ; skos:broader ai:AI ;
  dct:contributor _:person-x .
ai:AI a skos:Concept ; skos:prefLabel "AI"@en .
ai:Other a skos:Concept ; skos:prefLabel "Other"@en .
_:person-x dct:title "A Person" .
"""

SCOLOMFR = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
  xmlns:skos="http://www.w3.org/2004/02/skos/core#" xmlns:dct="http://purl.org/dc/terms/">
<rdf:Description rdf:about="http://data.education.fr/voc/scolomfr/concept/scolomfr-voc-022-num-021">
  <rdf:type rdf:resource="http://www.w3.org/2004/02/skos/core#Concept"/>
  <skos:prefLabel xml:lang="fr">4e</skos:prefLabel>
  <skos:altLabel xml:lang="fr">4e</skos:altLabel>
  <skos:altLabel xml:lang="fr">quatrième</skos:altLabel>
  <skos:inScheme rdf:resource="http://data.education.fr/voc/scolomfr"/>
  <skos:inScheme rdf:resource="http://data.education.fr/voc/scolomfr/scolomfr-voc-022"/>
  <dct:creator>A Person</dct:creator>
</rdf:Description>
<rdf:Description rdf:about="http://data.education.fr/voc/scolomfr/scolomfr-voc-022">
  <rdf:type rdf:resource="http://www.w3.org/2004/02/skos/core#ConceptScheme"/>
  <skos:prefLabel xml:lang="fr">Niveau</skos:prefLabel>
</rdf:Description>
</rdf:RDF>"""


def test_dpv_keeps_what_is_wanted_and_what_is_above_it(tmp_path: Path) -> None:
    path = tmp_path / "ai.ttl"
    path.write_text(DPV, encoding="utf-8")
    text = dpv(path, "https://w3id.org/dpv/ai", {"https://w3id.org/dpv/ai#GenAI"})
    assert "Generative AI" in text
    assert '"AI"@en' in text
    assert "Other" not in text
    assert "erson" not in text


def test_a_dpv_term_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "ai.ttl"
    path.write_text(DPV, encoding="utf-8")
    with pytest.raises(ValueError, match="#Missing is not defined"):
        dpv(path, "https://w3id.org/dpv/ai", {"https://w3id.org/dpv/ai#Missing"})


def test_scolomfr_keeps_labels_once_and_leaves_out_the_umbrella_scheme(tmp_path: Path) -> None:
    (tmp_path / "scolomfr").mkdir()
    (tmp_path / "scolomfr" / "scolomfr-voc-022.rdf").write_text(SCOLOMFR, encoding="utf-8")
    text = scolomfr(tmp_path, "022")
    assert text.count('"4e"@fr') == 1
    assert '"quatrième"@fr' in text
    assert "scolomfr-voc-022 ." in text
    assert "erson" not in text
    assert "<http://data.education.fr/voc/scolomfr>" not in text


def test_tables_are_copied_byte_for_byte(tmp_path: Path) -> None:
    source = tmp_path / "shared"
    (source / "instruments").mkdir(parents=True)
    (source / "instruments" / "crcn.csv").write_bytes(b"code\r\n1\n")
    (source / "outils-ia").mkdir()
    (source / "outils-ia" / "base-uneiaparjour.csv").write_bytes(b"not shipped")
    assert copy_tables(source, tmp_path / "donnees") == 1
    assert (tmp_path / "donnees" / "instruments" / "crcn.csv").read_bytes() == b"code\r\n1\n"


def test_the_large_base_of_tools_and_the_usages_are_not_copied_here() -> None:
    assert not any("base-uneiaparjour" in pattern or "usages" in pattern for pattern in COPIED)


def test_a_folder_without_shared_data_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--from", str(tmp_path)]) == 2
    assert "no shared data here" in capsys.readouterr().err

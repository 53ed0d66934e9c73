"""The package of principles: whole, without a project, the same bytes each time, read by three tools, its steps as written."""

from __future__ import annotations

import csv
import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

import owlready2
import pyoxigraph as ox
import pyshacl
import pytest
import rdflib

from ontologie import BASE, RDF_TYPE
from sparql_api.packages.principles import NAME, VERSION
from tests.sparql_api.packages.steps import BLOCK, run_steps

OIA = BASE + "ontologie#"
ROOT = Path(__file__).parents[3]
CLASSES = {"Instrument", "Principe", "Disposition", "RegleDuCadre", "Applicabilite", "Alignement"}
ACTIVITIES = {"Projet", "Fiche", "Phase", "Mention", "Analyse", "Appreciation", "Constat", "Indice", "ModuleFormation"}


def triples(path: Path) -> list[ox.Triple]:
    return [quad.triple for quad in ox.parse(path.read_bytes(), format=ox.RdfFormat.N_TRIPLES)]


@pytest.fixture(scope="module")
def everything(unpacked: Path) -> list[ox.Triple]:
    return triples(unpacked / "tout.nt")


def kinds(data: list[ox.Triple]) -> dict[str, set[str]]:
    """Return {class of ours: things that are of it}."""
    found: dict[str, set[str]] = {}
    for triple in data:
        if triple.predicate.value == RDF_TYPE and str(triple.object).startswith(f"<{OIA}"):
            found.setdefault(str(triple.object)[1:-1].removeprefix(OIA), set()).add(str(triple.subject))
    return found


def test_it_holds_every_instrument_principle_and_rule_that_the_tables_have(everything: list[ox.Triple]) -> None:
    folder = ROOT / "ontologie" / "donnees"
    rows = {
        name: list(csv.DictReader((folder / "instruments" / f"{name}.csv").open(encoding="utf-8", newline="")))
        for name in ("instruments", "principes", "regles_cadre")
    }
    found = kinds(everything)
    assert found["Instrument"] == {f"<{BASE}instrument/{row['id']}>" for row in rows["instruments"]}
    principles = {f"<{BASE}principe/{row['instrument']}/{row['id']}>" for row in rows["principes"]}
    assert found["Principe"] | found["Disposition"] == principles
    # CU-R31 is suspended and CU-R32 withdrawn: no source states them.
    ids = {row.get("id") or row["regle"] for row in rows["regles_cadre"]} - {"CU-R31", "CU-R32"}
    assert found["RegleDuCadre"] == {f"<{BASE}regle/{identifier}>" for identifier in ids}


def test_no_project_is_in_it(unpacked: Path, everything: list[ox.Triple]) -> None:
    assert kinds(everything).keys() & ACTIVITIES == set()
    for path in unpacked.rglob("*"):
        if path.is_file():
            assert f"{BASE}projet/" not in path.read_text(encoding="utf-8"), path


def test_nothing_that_it_names_of_ours_is_missing(everything: list[ox.Triple]) -> None:
    told = {str(triple.subject) for triple in everything}
    named = {str(triple.object) for triple in everything if str(triple.object).startswith(f"<{BASE}")}
    # An ontology is part of the whole one, and its version has an address.
    assert {name for name in named - told if not name.startswith(f"<{BASE}ontologie")} == set()


def test_the_whole_is_its_parts(unpacked: Path, everything: list[ox.Triple]) -> None:
    parts = rdflib.Graph()
    for path in sorted(unpacked.glob("donnees/*.ttl")):
        parts.parse(path)
    assert kinds(everything).keys() >= CLASSES
    assert {str(s) for s in parts.subjects()} <= {str(t.subject).strip("<>") for t in everything}
    assert len(parts) == len({t for t in everything if not isinstance(t.subject, ox.BlankNode)} & set(_triples(parts)))


def _triples(graph: rdflib.Graph) -> list[ox.Triple]:
    text = graph.serialize(format="nt", encoding="utf-8")
    return [quad.triple for quad in ox.parse(text, format=ox.RdfFormat.N_TRIPLES)]


def test_the_same_words_give_the_same_bytes_in_another_process(packed: Path, tmp_path: Path) -> None:
    again = tmp_path / "again.zip"
    code = (
        f"from pathlib import Path; from sparql_api.cli import write_principles; write_principles(Path({str(again)!r}))"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, timeout=600)
    assert hashlib.sha256(again.read_bytes()).digest() == hashlib.sha256(packed.read_bytes()).digest()


def test_it_has_its_own_version_and_licence(unpacked: Path) -> None:
    assert (unpacked / "VERSION").read_text(encoding="utf-8") == f"{VERSION}\n"
    assert "Licence Ouverte" in (unpacked / "LICENCE.txt").read_text(encoding="utf-8")
    assert unpacked.name == f"{NAME}-{VERSION}"


def test_owlready_reads_it(unpacked: Path) -> None:
    world = owlready2.World()
    with (unpacked / "tout.nt").open("rb") as data:
        world.get_ontology("https://example.org/").load(fileobj=data)
    assert world[OIA + "Disposition"] in world[OIA + "Principe"].subclasses()
    assert len(list(world[OIA + "Instrument"].instances())) == 21


@pytest.mark.long
@pytest.mark.skipif(not shutil.which("javac"), reason="needs a JDK")
def test_the_owl_api_reads_it_as_rdflib_does(unpacked: Path, everything: list[ox.Triple], tmp_path: Path) -> None:
    """Protégé stands on this interface; it reads no N-Triples, so that rdflib writes what it is given."""
    whole = tmp_path / "tout.owl"
    rdflib.Graph().parse(unpacked / "tout.nt").serialize(whole, format="xml")
    jars = Path(owlready2.__file__).parent / "pellet" / "*"
    command = ["java", "-cp", str(jars), str(Path(__file__).with_name("OwlLoad.java")), str(whole)]
    said = subprocess.run(command, capture_output=True, text=True, check=True, timeout=300).stdout
    counted = {name: int(count) for name, count in (line.split() for line in said.splitlines())}
    expected = {OIA + kind: len(nodes) for kind, nodes in kinds(everything).items()}
    assert len(expected) > 5 and {name: counted.get(name) for name in expected} == expected


def test_its_shapes_accept_it_and_refuse_what_lacks_a_label(unpacked: Path, everything: list[ox.Triple]) -> None:
    shapes = rdflib.Graph().parse(unpacked / "shapes.ttl")
    spoiled = f"<{BASE}principe/international/transparence>"
    kept = [t for t in everything if not (str(t.subject) == spoiled and t.predicate.value.endswith("#prefLabel"))]
    for data, expected in ((everything, True), (kept, False)):
        text = ox.serialize(data, format=ox.RdfFormat.N_TRIPLES) or b""
        conforms, _, said = pyshacl.validate(rdflib.Graph().parse(data=text, format="nt"), shacl_graph=shapes)
        assert conforms is expected, said
    assert "Give a name of 1 to 300 characters" in said


@pytest.mark.long  # test_sssom.py has the same table judged every day
def test_its_alignments_are_sssom(unpacked: Path, everything: list[ox.Triple]) -> None:
    command = [str(Path(sys.executable).with_name("sssom")), "validate", str(unpacked / "alignements.sssom.tsv")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    lines = (unpacked / "alignements.sssom.tsv").read_text(encoding="utf-8").splitlines()
    assert sum(not line.startswith("#") for line in lines) - 1 == len(kinds(everything)["Alignement"])


@pytest.mark.parametrize("name", ["README.md", pytest.param("LISEZ-MOI.md", marks=pytest.mark.long)])
def test_its_steps_run_as_they_are_written(unpacked: Path, name: str) -> None:
    first, checked, *_ = run_steps((unpacked / name).read_text(encoding="utf-8"), unpacked)
    assert first.startswith("0.9 | ")
    assert "Conforms: True" in checked


def test_a_label_taken_out_of_the_text_of_the_readme_is_named_in_both_languages(unpacked: Path, tmp_path: Path) -> None:
    readme = (unpacked / "README.md").read_text(encoding="utf-8")
    text = readme.partition("cat > my-framework.ttl <<'END'\n")[2].partition("END\n")[0]
    label = 'skos:prefLabel "Équité"@fr , "Fairness"@en ;'
    assert label in text
    data = rdflib.Graph().parse(data=text.replace(label, ""), format="turtle")
    shapes = rdflib.Graph().parse(unpacked / "shapes.ttl")
    conforms, found, _ = pyshacl.validate(data, shacl_graph=shapes)
    assert not conforms
    assert {value.language for value in found.objects(None, rdflib.SH.resultMessage)} == {"fr", "en"}


def test_both_readmes_say_the_same_in_the_same_order(unpacked: Path) -> None:
    """As many headings, rows of a table, steps and lines of shell in one as in the other."""
    shown = []
    for name in ("README.md", "LISEZ-MOI.md"):
        text = (unpacked / name).read_text(encoding="utf-8")
        blocks = [(kind, code.count("\n")) for kind, code in BLOCK.findall(text)]
        lines = text.splitlines()
        shown.append((blocks, sum(line.startswith("## ") for line in lines), sum(line.startswith("|") for line in lines)))
    assert shown[0] == shown[1] and shown[0][1] == 7


def test_its_table_names_itself_and_its_licence_the_name_that_all_data_are_credited_by(unpacked: Path) -> None:
    table = (unpacked / "alignements.sssom.tsv").read_text(encoding="utf-8")
    assert f'#mapping_set_title: "Alignments between principles (package {NAME})"' in table
    licence = (unpacked / "LICENCE.txt").read_text(encoding="utf-8")
    assert f'"Observatoire IA, {NAME}"' in licence
    assert f"Observatoire IA,\n{NAME}" in (ROOT / "LICENCE-DONNEES.md").read_text(encoding="utf-8")

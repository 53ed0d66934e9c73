"""Reports: standard Turtle, tables people read, and no personal data in any of them."""

from __future__ import annotations

import json
from pathlib import Path

import pyoxigraph as ox
import rdflib
from rdflib.namespace import RDF, SH
from typer.testing import CliRunner

from ontologie import BASE
from shapes import as_csv, as_html, as_json, as_text, mask, validate
from shapes.commands import build_app
from shapes.reporting.issues import Issue, issue_of

FAULTY = Path(__file__).parents[3] / "shapes" / "exemples" / "fautifs"
GOOD = FAULTY.parent / "valides"
PERSONAL = ("prenom.nom@exemple.fr", "06 12 34 56 78", "120890177KB", "1 85 05 78 006 084 36", "Camille Durand")
run = CliRunner().invoke


def entries(name: str) -> list[Issue]:
    text = (FAULTY / f"{name}.ttl").read_text(encoding="utf-8")
    report = validate(list(ox.parse(text, format=ox.RdfFormat.TURTLE, base_iri=BASE)))
    return [issue_of(result, f"{name}.ttl") for result in report.results]


def test_the_turtle_report_is_a_standard_validation_report() -> None:
    text = (FAULTY / "sans-fiche.ttl").read_text(encoding="utf-8")
    report = validate(list(ox.parse(text, format=ox.RdfFormat.TURTLE, base_iri=BASE)))
    graph = rdflib.Graph().parse(data=report.to_turtle(), format="turtle")
    (node,) = graph.subjects(RDF.type, SH.ValidationReport)
    assert graph.value(node, SH.conforms) == rdflib.Literal(False)
    (result,) = graph.objects(node, SH.result)
    path = graph.value(result, SH.resultPath)
    assert graph.value(path, SH.inversePath) == rdflib.URIRef("http://xmlns.com/foaf/0.1/primaryTopic")
    assert {message.language for message in graph.objects(result, SH.resultMessage)} == {"fr", "en"}


def test_personal_data_is_masked_in_every_form_of_a_report() -> None:
    found = [entry for name in ("courriel", "telephone", "ine", "nir", "nom-eleve") for entry in entries(name)]
    assert len(found) == 5
    summary = {"read": 5, "accepted": 0, "warned": 0, "refused": 5}
    forms = [as_text(found, summary, "fr", width=300), as_csv(found, "fr"), as_json(found, summary, "en")]
    forms.append(as_html(found, summary, "fr"))
    for personal in PERSONAL:
        assert mask(personal) != personal or personal == "Camille Durand"
        for form in forms:
            assert personal not in form


def test_validate_exits_0_on_good_files_1_on_refused_ones_2_on_unusable_ones(tmp_path: Path) -> None:
    app = build_app()
    assert run(app, [str(GOOD / "projet.ttl")]).exit_code == 0
    assert run(app, [str(FAULTY / "sans-resume.ttl")]).exit_code == 0
    assert run(app, [str(FAULTY / "sans-titre.ttl")]).exit_code == 1
    broken = tmp_path / "x.ttl"
    broken.write_text("<a> <b>", encoding="utf-8")
    assert run(app, [str(broken)]).exit_code == 2
    assert run(app, [str(tmp_path / "absent.ttl")]).exit_code == 2
    assert run(app, [str(tmp_path / "x.docx")]).exit_code == 2


def test_validate_writes_the_json_report_of_the_contract() -> None:
    outcome = run(build_app(), [str(FAULTY / "sans-titre.ttl"), "--format", "json", "--lang", "en"])
    report = json.loads(outcome.stdout)
    assert report["summary"] == {"read": 1, "accepted": 0, "held": 0, "warned": 0, "refused": 1}
    (entry,) = report["entries"]
    assert entry["rule"] == BASE + "shapes#Projet-titre"
    assert entry["message"] == "Give the project one title."

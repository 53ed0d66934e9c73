"""`validate` never says "conforms" of what no shape looked at, and reads a file whatever mark or capitals it has."""

from __future__ import annotations

import codecs
import json
from pathlib import Path

import pytest
import rdflib
from rdflib.namespace import SH
from typer.testing import CliRunner

from ontologie import BASE
from shapes.commands import build_app
from shapes.rdf_files.coverage import is_near, nearest

PREFIXES = f"@prefix oia: <{BASE}ontologie#> .\n@prefix dct: <http://purl.org/dc/terms/> .\n"
HTTP = BASE.replace("https:", "http:")
GOOD = Path("shapes/exemples/valides/projet.ttl")
NOTHING = {
    "misspelt.ttl": (f'{PREFIXES}<{BASE}projet/n-A> a oia:Project ; dct:title "t"@fr .', "#Projet>"),
    "lower.ttl": (f'{PREFIXES}<{BASE}projet/n-A> a oia:projet ; dct:title "t"@fr .', "#Projet>"),
    "http.ttl": (f'<{HTTP}projet/n-A> a <{HTTP}ontologie#Projet> .', f"{BASE}ontologie#Projet"),
    "slash.nt": (f"<{BASE}projet/n-A> <{rdflib.RDF.type}> <{BASE}ontologie/Analyse> .", "ontologie#Analyse"),
    "untyped.ttl": (f'{PREFIXES}<{BASE}projet/n-A> dct:title "t"@fr .', f"<{BASE}projet/n-A>"),
    "elsewhere.ttl": (f'{PREFIXES}<http://example.org/x> dct:title "t"@fr .', "type"),
    "empty.ttl": ("", "énoncé"),
    "comment.trig": ("# rien\n", "énoncé"),
    "skos.ttl": ("<http://x.org/c> a <http://www.w3.org/2004/02/skos/core#Concept> .", "core#Concept"),
    "graph.trig": (f"<{BASE}graphe/projet/n-A> {{ <{BASE}projet/n-A> a <{BASE}ontologie#Project> }}", "#Projet>"),
    "graph.nq": (f"<{BASE}projet/n-A> <http://purl.org/dc/terms/title> \"t\" <{BASE}graphe/projet/n-A> .", "n-A"),
    "untyped.jsonld": (json.dumps({"@id": f"{BASE}projet/n-A", "http://purl.org/dc/terms/title": "t"}), "n-A"),
    "misspelt.rdf": (
        f'<rdf:RDF xmlns:rdf="{rdflib.RDF}" xmlns:o="{BASE}ontologie#"><o:Project rdf:about="{BASE}projet/n-A"/></rdf:RDF>',
        "#Projet>",
    ),
}


def validate(path: Path, *options: str) -> tuple[int, str, str]:
    done = CliRunner().invoke(build_app(), [str(path), *options])
    return done.exit_code, done.stdout, done.stderr


def written(folder: Path, name: str, text: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


@pytest.mark.parametrize("name", NOTHING)
@pytest.mark.parametrize("format", ["text", "json", "ttl"])
def test_a_file_that_no_shape_looks_at_is_not_said_to_conform(tmp_path: Path, name: str, format: str) -> None:
    text, hint = NOTHING[name]
    code, out, err = validate(written(tmp_path, name, text), "--format", format)
    assert (code, out) == (2, "")
    assert hint in err
    assert "accept" not in err


def test_the_sentence_is_in_the_language_asked_for(tmp_path: Path) -> None:
    _, _, err = validate(written(tmp_path, "a.ttl", NOTHING["misspelt.ttl"][0]), "--lang", "en")
    assert "did you mean" in err
    assert "vouliez" not in err


def test_a_node_left_out_among_judged_ones_is_warned_about(tmp_path: Path) -> None:
    text = GOOD.read_text(encoding="utf-8") + f"\n<{BASE}projet/n-Z> a <{BASE}ontologie#Project> .\n"
    code, out, _ = validate(written(tmp_path, "a.ttl", text), "--format", "json")
    report = json.loads(out)
    assert code == 0
    assert [entry["severity"] for entry in report["entries"] if "#Project>" in entry["message"]] == ["warning"]
    code, out, err = validate(tmp_path / "a.ttl", "--format", "ttl")
    assert (code, "#Project>" in err) == (0, True)


def test_a_subclass_that_the_data_state_is_looked_at(tmp_path: Path) -> None:
    subclass = f"<http://x.org/P> <{rdflib.RDFS.subClassOf}> <{BASE}ontologie#Projet> . <{BASE}projet/n-A> a <http://x.org/P> ."
    assert validate(written(tmp_path, "a.ttl", subclass))[0] == 1


def test_personal_data_is_found_in_a_node_of_any_class(tmp_path: Path) -> None:
    text = f'{PREFIXES}<http://x.org/a> a <http://x.org/B> ; dct:title "écrire à a.b@exemple.fr"@fr .'
    code, out, err = validate(written(tmp_path, "a.ttl", text))
    assert code == 1
    assert "exemple.fr" not in out + err


def test_files_of_the_right_kind_conform_as_before() -> None:
    code, out, _ = validate(GOOD, "--format", "ttl")
    report = rdflib.Graph().parse(data=out, format="turtle")
    assert code == 0
    assert report.value(None, SH.conforms, rdflib.Literal(True)) is not None


@pytest.mark.parametrize("name", ["a.ttl", "A.TTL", "a.Ttl", "A.JSONLD", "a.nq", "A.RDF"])
def test_a_byte_order_mark_and_capitals_change_nothing(tmp_path: Path, name: str) -> None:
    graph = rdflib.Graph().parse(GOOD)
    form = {"ttl": "turtle", "jsonld": "json-ld", "nq": "nt", "rdf": "xml"}[name.rpartition(".")[2].lower()]
    data = graph.serialize(format=form).encode()
    plain, marked = written(tmp_path, name, data), written(tmp_path, f"marked-{name}", codecs.BOM_UTF8 + data)
    assert validate(plain, "--format", "csv")[:2] == validate(marked, "--format", "csv")[:2]
    assert validate(plain)[0] == 0


def test_only_the_mark_at_the_head_is_left_out(tmp_path: Path) -> None:
    code, _, err = validate(written(tmp_path, "a.ttl", codecs.BOM_UTF8 + b"\xef\xbb\xbf<a:b> <a:c> <a:d> ."))
    assert code == 2
    assert "\ufeff" not in err
    assert "U+FEFF (marque d'ordre des octets)" in err


WRONG = {
    "a.ttl": ("<http://x.org/a>\u00a0<http://x.org/b> 1 .", "U+00A0 (espace insécable)", "U+00A0 (no-break space)"),
    "b.ttl": ("oia:x oia:y 1 .", "le préfixe « oia » n'est pas déclaré", "the prefix oia: has not been declared"),
    "c.nt": ("<http://x.org/a> <b> <http://x.org/c> .", "n'est pas complète", "no scheme"),
    "d.rdf": ("pas du XML", "là où un élément XML est attendu", "text event"),
    "f.ttl": ("<http://x.org/a> <http://x.org/b> \u200b\u202e .", "U+200B", "U+200B"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_parser_speaks_the_language_of_who_asks(tmp_path: Path, name: str) -> None:
    text, french, english = WRONG[name]
    path = written(tmp_path, name, text)
    code, _, err = validate(path)
    assert (code, french in err) == (2, True), err
    assert "expected" not in err
    assert "Corrigez" in err
    code, _, err = validate(path, "--lang", "en")
    assert (code, english in err.replace("The prefix", "the prefix")) == (2, True), err
    assert "Correct it" in err


def test_what_nobody_has_put_in_french_is_not_said_in_english(tmp_path: Path) -> None:
    _, _, err = validate(written(tmp_path, "a.ttl", '<http://x.org/a> <http://x.org/b> "\\uD800" .'))
    assert "plus du Turtle" in err


@pytest.mark.parametrize("name", ["absent.ttl", "."])
def test_a_file_that_cannot_be_opened_is_said_in_one_language(tmp_path: Path, name: str) -> None:
    path = tmp_path / name if name != "." else tmp_path / "dossier.ttl"
    if name == ".":
        path.mkdir()
    code, _, err = validate(path)
    assert code == 2
    assert "Errno" not in err
    assert "dossier" in err


@pytest.mark.parametrize(
    ("written_as", "meant"),
    [("Project", "Projet"), ("Analysis", "Analyse"), ("projets", "Projet"), ("ValidationAcademic", "ValidationAcademique")],
)
def test_the_nearest_class_is_by_name_or_by_label(written_as: str, meant: str) -> None:
    assert nearest(f"{BASE}ontologie#{written_as}") == f"{BASE}ontologie#{meant}"


@pytest.mark.parametrize("name", ["http://xmlns.com/foaf/0.1/Project", "https://schema.org/Project", f"{BASE}ontologie#Appreciation"])
def test_other_vocabularies_and_known_classes_are_no_near_misses(name: str) -> None:
    assert not is_near(name)

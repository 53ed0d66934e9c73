"""Harvest of pages on disk: what their JSON-LD says by our columns, whatever its form; hostile pages; no network."""

from __future__ import annotations

import json
import re
import socket
from pathlib import Path
from typing import Any

import pytest

from ingestion import Registry, Settings
from ingestion.harvest.pages import Pages, pages_of
from ingestion.harvest.reading import read_page
from ingestion.harvest.things import identifier_of
from ontologie import read_table
from tests.making import command, observatoire

LICENCE = "https://creativecommons.org/licenses/by/4.0/deed.fr"
RESOURCE = {
    "@id": "https://p.example/sequence/1", "@type": ["CreativeWork", "LearningResource"],
    "name": "Un conte avec une IA", "description": "Des élèves de 4e écrivent un conte.",
    "educationalLevel": ["4e", {"@type": "DefinedTerm", "name": "3e"}],
    "educationalAlignment": [
        {"@type": "AlignmentObject", "alignmentType": "educationalSubject", "targetName": "Français"},
        {"@type": "AlignmentObject", "alignmentType": "teaches", "targetName": "Relire son texte"},
    ],
    "keywords": "conte, IA", "datePublished": "2025-03-26T10:00:00+01:00", "inLanguage": "fr-FR",
    "publisher": {"@type": "EducationalOrganization", "name": "Réseau des écoles"},
    "author": {"@type": "Person", "name": "Zéphyrine Quelconque"}, "license": LICENCE,
}  # fmt: skip
EXPECTED = {
    "titre": "Un conte avec une IA", "resume": "Des élèves de 4e écrivent un conte.", "niveaux": ("4e", "3e"),
    "disciplines": ("Français",), "objectifs": ("Relire son texte",), "mots_cles": ("conte", "IA"),
    "date": "2025-03-26", "langue": "fr", "auteur_institutionnel": "Réseau des écoles", "licence": LICENCE,
    "url_source": "https://p.example/sequence/1", "id": identifier_of("https://p.example/sequence/1"),
}  # fmt: skip


def page(*texts: str) -> str:
    return "<!DOCTYPE html>\n<html>\n" + "".join(f'<script type="application/ld+json">{text}</script>\n' for text in texts)


def said(**more: Any) -> str:
    return json.dumps({"@context": "https://schema.org", **RESOURCE, **more}, ensure_ascii=False)


def cells(folder: Path) -> list[dict[str, Any]]:
    return [dict(record.values) for part in Pages(folder).deposits(pages_of(folder)) for record in part.deposit.records]


def faults(folder: Path) -> list[tuple[str, int | None, str]]:
    parts = Pages(folder).deposits(pages_of(folder))
    return [(one.file, one.line, one.rule) for part in parts for one in part.faults]


FORMS = {
    "alone": said(),
    "http": json.dumps({"@context": "http://schema.org/", **RESOURCE}),
    "graph": json.dumps({"@context": "https://schema.org", "@graph": [{"@type": "WebPage", "name": "Page"}, RESOURCE]}),
    "array": json.dumps([{"@context": "https://schema.org/", **RESOURCE}]),
    "contexts": json.dumps({"@context": ["https://schema.org", {"mine": "https://p.example/#"}], "mine:x": "y", **RESOURCE}),
    "vocabulary": json.dumps({"@context": {"@vocab": "http://schema.org/"}, **RESOURCE}),
    "nested": json.dumps({"@context": "https://schema.org/docs/jsonldcontext.json", "@type": "WebPage", "mainEntity": RESOURCE}),
    "by url": json.dumps({"@context": "https://schema.org", **{**RESOURCE, "@id": "#it"}, "url": RESOURCE["@id"]}),
}


@pytest.mark.parametrize("form", FORMS)
def test_a_resource_is_read_whatever_form_its_description_has(tmp_path: Path, form: str) -> None:
    (tmp_path / "one.html").write_text(page('{"@context": "https://schema.org", "@type": "Organization"}', FORMS[form]), "utf-8")
    (found,) = cells(tmp_path)
    assert {**found, "url_source": RESOURCE["@id"]} == EXPECTED
    assert faults(tmp_path) == []


def test_a_file_of_json_ld_is_one_and_several_languages_are_told_apart(tmp_path: Path) -> None:
    both = [{"@value": "A tale", "@language": "en"}, {"@value": "Un conte", "@language": "fr"}]
    (tmp_path / "a.jsonld").write_text(said(name=both, inLanguage="en"), "utf-8")
    (tmp_path / "b.jsonld").write_text(said(name=both, **{"inLanguage": [], "@id": "https://p.example/2"}), "utf-8")
    assert [(one["titre"], one["langue"]) for one in cells(tmp_path)] == [("A tale", "en"), ("Un conte", "fr")]


@pytest.mark.parametrize("kind", ["Person", "Thing", None])
def test_a_person_is_never_taken_nor_what_may_be_one(tmp_path: Path, kind: str | None) -> None:
    who: Any = "Zéphyrine Quelconque" if kind is None else {"@type": kind, "name": "Zéphyrine Quelconque"}
    names = ("publisher", "author", "creator", "provider", "sourceOrganization")
    (tmp_path / "a.jsonld").write_text(said(**dict.fromkeys(names, who), contributor=who), "utf-8")
    (found,) = cells(tmp_path)
    assert "Quelconque" not in str(found) and "auteur_institutionnel" not in found


def test_our_own_pages_in_the_terms_of_schema_org_are_read_back(tmp_path: Path) -> None:
    """What `profil_schema.csv` says outwards, `moisson/proprietes.csv` takes in, but for what the table names as left."""
    outwards = {row["propriete"] for row in read_table("donnees", "profil_schema.csv") if row["noeud"] == "fiche"}
    inwards = {row["propriete"] for row in read_table("donnees", "moisson", "proprietes.csv")} | {"inLanguage"}
    assert outwards - inwards == {"spatialCoverage", "isBasedOn"}, "an academie is said by who harvests, the page by its address"


def test_hostile_pages_cost_themselves_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_network(*_: Any, **__: Any) -> Any:
        raise AssertionError("something asks the network")

    monkeypatch.setattr(socket, "create_connection", no_network)
    monkeypatch.setattr(socket, "getaddrinfo", no_network)
    bad = {
        "broken": '{"@context": "https://schema.org",\n "name": ',
        "deep": '{"a":' * 50_000 + "1" + "}" * 50_000,
        "remote": json.dumps({"@context": "https://evil.example/context.jsonld", **RESOURCE}),
        "scoped": json.dumps({"@context": {"name": {"@id": "https://schema.org/name", "@context": "http://evil.example/"}}, **RESOURCE}),
        "import": json.dumps({"@context": {"@version": 1.1, "@import": "http://evil.example/"}, **RESOURCE}),
        "ill": said(**{"@id": "http://a b/ c"}),
        "number": said(name=10**400),
    }  # fmt: skip
    for name, text in bad.items():
        (tmp_path / f"{name}.html").write_text(page(text, said(**{"@id": f"https://p.example/{name}"})), "utf-8")
    (tmp_path / "binary.html").write_bytes(bytes(range(256)) * 500)
    (tmp_path / "link.html").symlink_to("/etc/passwd")
    found = {one["url_source"].rpartition("/")[2] for one in cells(tmp_path)}
    assert set(bad) <= found, "what stands beside it on the page is read"
    told = {(file, rule.removeprefix("depot:moisson-")) for file, _, rule in faults(tmp_path)}
    assert {("broken.html", "json"), ("deep.html", "profond"), ("remote.html", "contexte"), ("import.html", "contexte")} <= told
    assert ("broken.html", 4, "depot:moisson-json") in faults(tmp_path), "the line of the page"


def test_a_billion_entries_are_refused_before_they_are_read(tmp_path: Path) -> None:
    entry = json.dumps({"@type": "LearningResource", "name": "x"})
    (tmp_path / "many.jsonld").write_text(
        '{"@context": "https://schema.org", "@graph": [' + ",".join([entry] * 10_001) + "]}", "utf-8"
    )
    assert faults(tmp_path) == [("many.jsonld", 1, "depot:moisson-page-trop-riche")] and cells(tmp_path) == []
    with (tmp_path / "many.jsonld").open("wb") as out:
        out.truncate(17_000_000)
    ((file, _, rule),) = faults(tmp_path)
    assert file == "many.jsonld" and "moisson" not in rule


def test_scripts_are_bounded_and_other_scripts_are_none(tmp_path: Path) -> None:
    assert read_page(b"<script>{}</script><script type='text/javascript'>{}</script>", whole=False) == []
    assert len(read_page(page(*["{}"] * 300).encode(), whole=False)) == 200


def test_it_goes_through_the_same_gate_and_the_same_review(tmp_path: Path) -> None:
    var, folder = tmp_path / "var", tmp_path / "site"
    (folder / "below").mkdir(parents=True)
    (folder / "below" / "good.html").write_text(page(said(name="Un conte <script>alert(1)</script>").replace("</", "<\\/")), "utf-8")
    (folder / "who.html").write_text(
        page(said(description="Écrire à zephyrine.quelconque@example.fr", **{"@id": "https://p.example/2"})), "utf-8"
    )
    (folder / "nowhere.html").write_text(page(said(**{"@id": "_:x"})), "utf-8")
    take = ("harvest", "pages", str(folder), "--academie", "10", "--lang", "en")
    dry = command(var, *take, "--dry-run")
    assert dry.exit_code == 1 and not var.exists()
    done = command(var, *take, "--report", str(tmp_path / "r.json"))
    report = json.loads((tmp_path / "r.json").read_text("utf-8"))
    assert done.exit_code == 1 and report["summary"]["accepted"] == 1 and report["summary"]["refused"] == 2
    assert "quelconque" not in (done.stderr + json.dumps(report)).lower()
    refusals = {(one["file"], one["rule"]) for one in report["entries"] if one["severity"] == "violation"}
    assert {("nowhere.html", "depot:moisson-sans-adresse"), ("who.html", "depot:donnee-personnelle")} <= refusals
    with Registry(Settings(var=var)) as registry:
        (one,) = registry.listed()
        assert (one.identifier, one.state) == (f"10-{identifier_of(str(RESOURCE['@id']))}", "depose")
        assert [event["event"] for event in registry.history("projet", one.identifier)] == ["deposited"]
    assert command(var, *take).exit_code == 1
    (folder / "below" / "good.html").rename(folder / "below" / "good.txt")
    (folder / "broken.html").write_text(page("{"), "utf-8")
    assert "no longer" not in command(var, *take).stderr, "what cannot be read may be there"
    (folder / "broken.html").unlink()
    gone = command(var, *take)
    assert re.search(rf"no longer at the source: {one.identifier}\. Nothing was withdrawn", gone.stderr)
    assert "zephyrine" not in "".join(path.read_text("utf-8") for path in (var / "moissons").iterdir()).lower()


def test_a_folder_without_pages_says_so(tmp_path: Path) -> None:
    done = observatoire(tmp_path / "var", "harvest", "pages", str(tmp_path), "--academie", "10")
    assert done.returncode == 2 and "aucune page" in done.stderr

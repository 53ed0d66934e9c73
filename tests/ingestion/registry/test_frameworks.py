"""The nine frameworks of the demonstration: deposited as a partner's would be, and withdrawn as a partner's would be."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from urllib.parse import urlsplit

import pyoxigraph as ox
import pytest

from ingestion import Edition, Options, Registry, Settings, examine
from ingestion.demo.load import partner_files
from ontologie import BASE, PREFIXES, RDF_TYPE, vocabularies
from tests.queries.asking import frameworks, partner_matches

BUNDLED = partner_files(Path(str(files("ingestion").joinpath("demo", "partenaires"))))
NINE = {
    "ailit-2026", "australie-iag-2023", "coree-ethique-2022", "italie-ia-2025", "kmk-ki-2024", "quebec-iag-2024",
    "singapour-aied", "unesco-beijing-2019", "usa-lettre-2025",
}  # fmt: skip
CLASSES = {
    kind: f"{PREFIXES['oia']}{name}"
    for kind, name in (
        ("principe", "PrincipeDirecteur"), ("consideration", "PrincipeDirecteur"), ("domaine-action", "DomaineAction"),
        ("aspect", "BlocDeCompetences"),
    )
}  # fmt: skip
OIA, OWL, SKOS = PREFIXES["oia"], PREFIXES["owl"], PREFIXES["skos"]


@pytest.fixture(scope="module")
def store(demo_edition: Edition) -> ox.Store:
    return ox.Store.read_only(str(demo_edition.store_path))


def test_each_has_a_table_and_a_set_of_matches_in_force_by_deposit(demo_var: Path) -> None:
    assert [kind for kind, _ in BUNDLED] == ["instrument"] * 9 + ["linkset"] * 9
    with Registry(Settings(var=demo_var)) as registry:
        for kind in ("instrument", "linkset"):
            assert {one.identifier for one in registry.listed(kind=kind)} == NINE


def test_no_packaged_vocabulary_speaks_of_them() -> None:
    ours = tuple(f"<{BASE}{kind}/{name}".encode() for kind in ("instrument", "principe") for name in NINE)
    assert [line for one in vocabularies() for line in one.lines if any(name in line for name in ours)] == []


def test_an_instrument_enters_without_a_warning() -> None:
    for kind, path in BUNDLED[:9]:
        assert [(one.rule, one.line) for one in examine(path, Options(kind=kind)).entries] == []


def objects(store: ox.Store, subject: str, predicate: str) -> set[str]:
    found = store.quads_for_pattern(ox.NamedNode(BASE + subject), ox.NamedNode(predicate), None, None)
    return {quad.object.value for quad in found if not isinstance(quad.object, ox.BlankNode | ox.Triple)}


def test_each_cell_of_the_tables_is_in_the_edition(store: ox.Store) -> None:
    dct = PREFIXES["dct"]
    held = {
        "libelle": SKOS + "prefLabel", "definition": SKOS + "definition", "organisme": OIA + "organisme",
        "droits": dct + "rights", "hors_pivot": OIA + "horsPivot", "ordre": OIA + "ordre", "pays": OIA + "pays",
        "date": dct + "issued", "source": dct + "source", "page_lue": OIA + "pageLue",
        "reste_a_verifier": OIA + "resteAVerifier", "subdivision": OIA + "subdivision",
        "autres_identifiants": PREFIXES["schema"] + "identifier",
    }  # fmt: skip
    for row in frameworks():
        subject = f"principe/{row['instrument']}/{row['id']}" if row["id"] else f"instrument/{row['instrument']}"
        for name, cell in row.items():
            if cell and (predicate := held.get(name.partition("@")[0])):
                assert {part.strip() for part in cell.split("|")} <= objects(store, subject, predicate), (subject, name)
        assert objects(store, subject, OIA + "aVerifier") == ({"true"} if row["a_verifier"] else set())
        classes = objects(store, subject, RDF_TYPE)
        assert {"Instrument" if not row["id"] else "Principe"} <= {one.removeprefix(OIA) for one in classes}
        assert CLASSES.get(row["genre"], OIA + "Principe" if row["id"] else OIA + "Instrument") in classes
        (kind,) = objects(store, subject, dct + "type")
        assert kind.endswith(f"/{row['genre']}") and objects(store, kind.removeprefix(BASE), SKOS + "prefLabel")


def test_each_text_says_from_when_it_holds_or_why_it_has_no_date_of_application(store: ox.Store) -> None:
    """The dates are those that the table `application` gave, when these frameworks were packaged with it."""
    given = {
        "instrument/australie-iag-2023": {"entreeEnVigueur": "2023-12-01", "redactionDepuis": "2025-06"},
        "principe/australie-iag-2023/AUS-6-5": {"entreeEnVigueur": "2023-12-01", "redactionDepuis": "2025-06"},
        "principe/coree-ethique-2022/KOR-G": {"entreeEnVigueur": "2022-08-11", "aVerifier": "true"},
        "principe/unesco-beijing-2019/BJC-11": {"entreeEnVigueur": "2019-05"},
        "instrument/ailit-2026": {"entreeEnVigueur": "2026-06-18"},
        "principe/singapour-aied/SGP-4": {"aVerifier": "true"},
        "principe/italie-ia-2025/ITA-6": {"entreeEnVigueur": "2025-08-09"},
    }
    names = ("entreeEnVigueur", "redactionDepuis", "appliqueAPartirDu", "aVerifier")
    for subject, dates in given.items():
        (node,) = objects(store, subject, OIA + "applicabilite")
        stated = node.removeprefix(BASE)
        found = {name: objects(store, stated, OIA + name) for name in names}
        assert {name: values for name, values in found.items() if values} == {key: {one} for key, one in dates.items()}
    reason = "texte sans force obligatoire, donc sans date d'application"
    assert any(
        one.startswith(reason)
        for one in objects(store, stated.replace("italie-ia-2025/ITA-6", "ailit-2026/AIL-1"), OIA + "condition")
    )
    texts = [
        f"principe/{row['instrument']}/{row['id']}" if row["id"] else f"instrument/{row['instrument']}"
        for row in frameworks()
    ]
    nodes = [node for text in texts for node in objects(store, text, OIA + "applicabilite")]
    assert len(nodes) == len(texts) == 73
    for node in nodes:
        stated = node.removeprefix(BASE)
        assert len(objects(store, stated, OIA + "condition")) == 2, "in French and in English"
        assert objects(store, stated, OIA + "casApplication") == {BASE + "concept/cas-application/general"}


def test_their_matches_are_those_of_the_sets_with_their_links(store: ox.Store) -> None:
    nodes = {
        quad.subject.value
        for quad in store.quads_for_pattern(None, ox.NamedNode(OWL + "annotatedSource"), None, None)
        if str(quad.graph_name).startswith(f"<{BASE}graphe/linkset/")
    }
    assert len(nodes) == len(partner_matches()) == 154
    assert f"{BASE}principe/international/transparence" in objects(
        store, "principe/australie-iag-2023/AUS-3", SKOS + "closeMatch"
    )


def test_what_no_official_page_confirms_says_so() -> None:
    for row in frameworks():
        hosts = {urlsplit(page.strip()).hostname for page in row["source"].split("|")}
        if (row["instrument"], row["id"]) in {("coree-ethique-2022", "KOR-1"), ("italie-ia-2025", "ITA-1")}:
            assert row["a_verifier"] == "oui" and len(hosts) == 1
            assert not hosts & {urlsplit(page.strip()).hostname for page in row.get("page_lue", "").split("|")}
    countries = {row["instrument"]: row.get("pays", "") for row in frameworks() if not row["id"]}
    assert countries["quebec-iag-2024"] == "CA" and countries["ailit-2026"] == "", "organisations are no countries"

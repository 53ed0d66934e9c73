"""`export site`: an edition that any static server serves, whose links work there; a second run writes what changed."""

from __future__ import annotations

import csv
import gzip
import re
import shutil
import threading
import zipfile
from collections.abc import Iterator
from functools import partial
from html import unescape
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urljoin, urlsplit
from xml.etree import ElementTree

import httpx
import pyoxigraph as ox
import pytest

from ontologie import BASE
from sparql_api.mirror import plan
from tests.making import command, dump_of, once_a_run, write_csv

LIVE = BASE.rstrip("/")
TIMEOUT = 60


KINDS = ("projet/", "principe/cadre-usage/", "academie/18", "instrument/", "module/")


def mirror(state: Path, *options: str) -> str:
    """Write the mirror of a state with all that it has but most things that are no fiche, for time; return what is said."""
    whole, terms = plan.resources, plan.terms
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(plan, "resources", lambda *of: (path for path in whole(*of) if path.startswith(KINDS)))
        patched.setattr(plan, "terms", lambda iris: {"Projet": terms(iris)["Projet"]})
        done = command(state, "export", "site", "--out", str(state / "mirror" / "deep"), "--lang", "en", *options)
    assert done.exit_code == 0, done.stderr
    return done.stderr


class Quiet(SimpleHTTPRequestHandler):
    """What Python serves a folder with, without its log."""

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="session")
def mirrored(demo_var: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A state folder with the demonstration, and its mirror in `mirror/`; do not change it."""

    def make(state: Path) -> None:
        shutil.copytree(demo_var, state, symlinks=True)
        mirror(state)

    return once_a_run(tmp_path_factory, "mirrored", make)


@pytest.fixture(scope="module")
def served(mirrored: Path) -> Iterator[httpx.Client]:
    """The mirror, served under a folder by Python's own server."""
    handler = partial(Quiet, directory=str(mirrored / "mirror"))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_port}/deep/"
        with httpx.Client(base_url=address, timeout=TIMEOUT) as client:
            yield client
        server.shutdown()


def links_of(page: str) -> set[str]:
    """Return what a page leads to or loads."""
    return {unescape(link) for link in re.findall(r'\s(?:href|src|action)="([^"#]+)', page)}


@pytest.mark.long
def test_every_link_of_the_pages_that_people_meet_first_works_from_the_mirror(served: httpx.Client) -> None:
    waiting, seen, elsewhere = ["index.html", "en/index.html"], set[str](), set[str]()
    while waiting and len(seen) < 400:
        path = waiting.pop(0)
        if path in seen:
            continue
        seen.add(path)
        answer = served.get(path)
        assert answer.status_code == 200, path
        if not answer.headers["content-type"].startswith("text/html"):
            continue
        for link in links_of(answer.text):
            if urlsplit(link).scheme:
                elsewhere.add(link)
                continue
            assert not link.startswith("/"), f"{path}: {link}"
            waiting.append(urljoin(f"/{path}", link)[1:])
    assert {path.partition("/")[0] for path in seen} >= {"projet", "principe", "fiches", "static", "editions", "feed", "en"}
    assert any(path.startswith("en/projet/") for path in seen)
    # What a static file cannot do is done by the service.
    assert f"{LIVE}/fiches" in elsewhere
    assert any(link.startswith(f"{LIVE}/signaler?") for link in elsewhere)


@pytest.mark.long
def test_a_fiche_is_there_as_two_pages_and_as_data(served: httpx.Client, mirrored: Path) -> None:
    french, english = served.get("projet/18-UR005.html").text, served.get("en/projet/18-UR005.html").text
    assert '<html lang="fr">' in french
    assert '<html lang="en">' in english
    assert "Copie de l&#39;édition 1" in french or "Copie de l'édition 1" in french
    store = ox.Store.read_only(str(mirrored / "editions" / "1" / "store"))
    graph = ox.NamedNode(f"{BASE}graphe/projet/18-UR005")
    wanted = {str(quad.triple) for quad in store.quads_for_pattern(None, None, None, graph)}
    for suffix, form in (("ttl", ox.RdfFormat.TURTLE), ("nt", ox.RdfFormat.N_TRIPLES), ("rdf", ox.RdfFormat.RDF_XML)):
        data = served.get(f"projet/18-UR005.{suffix}").content
        assert {str(quad.triple) for quad in ox.parse(data, format=form)} == wanted


@pytest.mark.long
def test_whole_files_are_those_of_the_edition(served: httpx.Client, mirrored: Path) -> None:
    assert gzip.decompress(served.get("editions/1/dump.nq.gz").content) == dump_of(mirrored / "editions" / "1")
    edition = mirrored / "editions" / "1"
    assert served.get("alignements.sssom.tsv").content == (edition / "alignements.sssom.tsv").read_bytes()
    fiches = {row["id"] for row in csv.DictReader(served.get("fiches.csv").text.splitlines())}
    assert fiches
    (root,) = (ElementTree.fromstring(served.get("sitemap/fiches-1.xml").content),)
    mapped = [loc.text or "" for loc in root.iter("{*}loc")]
    assert all(served.get(loc.removeprefix(f"{LIVE}/")).status_code == 200 for loc in mapped[:20])


@pytest.mark.long
def test_the_event_stream_leads_to_its_own_pages_and_holds_the_edition(served: httpx.Client, mirrored: Path) -> None:
    node = list(ox.parse(served.get("ldes.nq").content, format=ox.RdfFormat.N_QUADS))
    pages = {quad.object.value for quad in node if quad.predicate.value == "https://w3id.org/tree#node"}
    assert pages
    held = set[str]()
    for page in pages:
        for quad in ox.parse(served.get(page.removeprefix(f"{LIVE}/")).content, format=ox.RdfFormat.N_QUADS):
            if isinstance(quad.graph_name, ox.NamedNode):
                name = quad.graph_name.value.partition("?")[0]
                held.add(f"{quad.triple} <{name}> .\n")
    assert len(held) == len(set(dump_of(mirrored / "editions" / "1").splitlines()))


@pytest.mark.long
def test_a_second_run_writes_nothing_and_the_next_edition_what_changed(mirrored: Path, tmp_path: Path) -> None:
    state = Path(shutil.copytree(mirrored, tmp_path / "var", symlinks=True))
    out = state / "mirror" / "deep"
    assert re.search(r": \d{4,} files, 0 of them written and 0 removed", mirror(state))
    before = {path: path.stat().st_mtime_ns for path in out.rglob("*") if path.is_file()}
    rows = write_csv(tmp_path / "rows.csv", [{"id": "neuve", "titre": "Une fiche de plus"}])
    for arguments in (["ingest", str(rows), "--validated-by", "equipe-projet"], ["publish"]):
        assert command(state, *arguments).exit_code == 0
    mirror(state)
    new = next(path for path in out.glob("projet/*neuve.html"))
    assert "Une fiche de plus" in new.read_text("utf-8")
    assert (out / "projet/18-UR005.ttl").stat().st_mtime_ns == before[out / "projet/18-UR005.ttl"]
    assert not (out / "editions/1").exists()
    assert (out / "editions/2/dump.nq.gz").is_file()
    # What was not asked again, since no graph of it changed, is what a mirror from nothing has.
    shutil.move(out, tmp_path / "former")
    mirror(state)
    assert files_of(out) == files_of(tmp_path / "former")


WORD = "zanzibarite"


@pytest.mark.long
def test_nothing_is_left_of_what_was_erased_after_the_next_run(mirrored: Path, tmp_path: Path) -> None:
    state = Path(shutil.copytree(mirrored, tmp_path / "var", symlinks=True))
    row = {"id": "efface", "titre": f"La {WORD}", "resume": f"Des élèves lisent une histoire de la {WORD}."}
    rows = write_csv(tmp_path / "rows.csv", [row])
    for arguments in (["ingest", str(rows), "--validated-by", "equipe-projet"], ["publish"]):
        assert command(state, *arguments).exit_code == 0
    mirror(state)
    out = state / "mirror" / "deep"
    (name,) = (path.stem for path in out.glob("projet/*efface.ttl"))
    assert {".html", ".ttl", ".jsonld", ".gz", ".csv", ".xlsx", ".atom", ".nq"} <= {Path(one).suffix for one in holding(out)}
    assert command(state, "erase", name, "--yes", "--as", "equipe-projet").exit_code == 0
    mirror(state)
    assert holding(out) == []
    assert not [path for path in out.rglob(f"{name}*")]
    assert re.search(r", 0 of them written and 0 removed", mirror(state)), "an unchanged edition is not asked again"
    feed = ElementTree.parse(out / "feed/fiches.atom")
    assert f"{BASE}projet/{name}" in [one.get("ref") for one in feed.iter("{http://purl.org/atompub/tombstones/1.0}deleted-entry")]


def holding(out: Path) -> list[str]:
    """Return the files below a folder, its own of a mirror among them, that hold the word, packed or not."""
    found = []
    for path in sorted(one for one in out.rglob("*") if one.is_file()):
        data = path.read_bytes()
        if path.suffix == ".gz":
            data = gzip.decompress(data)
        elif zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as held:
                data = b"".join(held.read(one) for one in held.namelist())
        if WORD.encode() in data:
            found.append(str(path))
    return found


def files_of(out: Path) -> dict[str, bytes]:
    """Return what a reader meets below a folder; what is made anew each time names its moment."""
    paths = (path for path in out.rglob("*") if path.is_file() and ".site" not in path.parts)
    return {str(path.relative_to(out)): path.read_bytes() for path in paths if path.suffix not in (".xlsx",)}


def test_what_cannot_be_a_copy_is_refused_before_anything_is_written(demo_var: Path, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    for arguments, words in (
        (["--out", str(tmp_path)], "not of a copy"),
        (["--out", str(tmp_path / "m"), "--address", "ftp://x"], "not the address"),
    ):
        done = command(demo_var, "export", "site", "--lang", "en", *arguments)
        assert done.exit_code == 2
        assert words in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]
    empty = command(tmp_path / "empty", "export", "site", "--out", str(tmp_path / "m"), "--lang", "en")
    assert (empty.exit_code, "observatoire demo" in empty.stderr) == (2, True)

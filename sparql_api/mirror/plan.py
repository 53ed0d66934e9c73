"""Which addresses of the service a mirror holds, and in which file each answer stands.

Read off the edition: its graphs name what it describes, its index the feeds. Nothing is held for each fiche.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Final
from urllib.parse import quote, unquote

import pyoxigraph as ox

from ingestion import DUMPS, MEMBERS_LIST, Edition, Editions, find_changes, has_dump
from ontologie import LANGUAGES, Iris, context_versions
from queries import catalogue
from sparql_api.description.open_dump import OPEN_DUMP
from sparql_api.description.sssom import SSSOM_NAME
from sparql_api.fiches.search import FicheIndex
from sparql_api.formats.rdf_formats import MEDIA_TYPES
from sparql_api.http.responses import LICENCE_NOTICE
from sparql_api.mirror.ledger import WantedFile
from sparql_api.packages.principles import NAME, VERSION
from sparql_api.pages.changes.stream import Stream, StreamPage, stream_of
from sparql_api.pages.common.made import fiches_folder
from sparql_api.pages.documents import sources
from sparql_api.pages.duties.crawlers import PAGES, parts
from sparql_api.pages.feeds.names import ALL, FACETS_WITH_FEEDS, feed_name
from sparql_api.pages.fiches.files import FILES
from sparql_api.pages.ontology.routes import TERM
from sparql_api.pages.ontology.terms import terms
from sparql_api.query.stores import demand_store
from sparql_api.tables.files import names as table_names

IN_RDF: Final = ("ttl", "jsonld", "nt", "rdf")
SAFE: Final = "/:@!$&'()*+,;=~-._%"
LDES: Final = ".nq"
"""How the files of the event stream end: what serves files tells their type by it."""
AT_ADDRESSES_OF_THEIR_OWN: Final = ("ontologie", "edition", "graphe")
"""First parts of names under the base that are shown elsewhere than at the name with a format at its end."""

OF_ITS_GRAPHS: Final = ("projet", "analyse", "publication", "module")
"""Documents whose data say what their own graphs say, and nothing else of the edition."""
NAMING: Final = ("vocabulaire", "instrument")
"""Graphs that name things beside the document that they are of."""


@dataclass(frozen=True)
class MirrorPlan:
    """What a mirror is made of: an edition, how things are named, the folder of what is made of editions later."""

    edition: Edition
    iris: Iris
    var: Path

    def files(self) -> Iterator[WantedFile]:
        """Yield every file; some more than once."""
        yield from self.pages()
        yield from self.documents()
        yield from self.downloads()
        yield from self.feeds_and_maps()
        for path in resources(self.edition, self.iris):
            yield from page(f"/{path}.html")
            document = path if path.partition("/")[0] in OF_ITS_GRAPHS else ""
            yield from (data(f"/{path}.{suffix}", document=document) for suffix in MEDIA_TYPES)

    def former(self, number: int) -> Edition | None:
        """Return the edition that a former run made files of; None where it can be compared no more."""
        one = Editions(self.var).get(number)
        return one if one is not None and has_dump(one, "dump.nq.gz") else None

    def changed_since(self, old: Edition) -> frozenset[str]:
        """Return the documents, as `kind/identifier`, of which a graph differs from that of another edition."""
        names = (one.graph for one in find_changes(old, self.edition))
        return frozenset("/".join(name.removeprefix(self.iris.base).split("/")[-2:]) for name in names)

    def pages(self) -> Iterator[WantedFile]:
        """Yield the pages that are no thing's."""
        number = self.edition.number
        questions = (f"/queries/{name}" for name in catalogue(self.iris.base))
        for path in (*PAGES, "/tables", f"/editions/{number}", *questions):
            yield from page(path)
        for term in terms(self.iris):
            yield from page(f"/ontologie/{TERM}{term}")

    def documents(self) -> Iterator[WantedFile]:
        """Yield the words and the rules, what the edition says of itself, what pages load."""
        for path in sources(self.iris):
            yield from page(f"/{path}")
        for path in (*sources(self.iris), "void", "catalogue"):
            yield from (data(f"/{path}?format={form}", f"{path}.{form}") for form in IN_RDF)
        yield data("/contexte.jsonld")
        yield from (data(f"/contexte/{version}.jsonld") for version in context_versions())
        yield data(f"/paquets/{NAME}/{VERSION}.zip")
        yield from (data(f"/static/{one.name}") for one in files("sparql_api").joinpath("static").iterdir())

    def downloads(self) -> Iterator[WantedFile]:
        """Yield the dumps and what says their licences, all fiches as files, the alignments, the tables, the stream."""
        root = f"/editions/{self.edition.number}"
        yield from (data(f"{root}/{name}") for name in DUMPS if has_dump(self.edition, name))
        if (self.edition.path / MEMBERS_LIST).is_file():
            yield data(f"{root}/{OPEN_DUMP}")
        yield data(f"{root}/{LICENCE_NOTICE}")
        yield data(f"{root}?format=json", f"{root[1:]}.json")
        yield from (data(f"/fiches.{suffix}") for suffix in FILES)
        yield data(f"/{SSSOM_NAME}")
        yield from (data(f"{root}/tables/{name}") for name in table_names())
        yield data("/ldes", f"ldes{LDES}")
        stream = stream_of(Editions(self.var), self.edition.number)
        yield from self.stream_parts(stream, stream.parts())

    def stream_parts(self, stream: Stream, parts: Iterable[StreamPage]) -> Iterator[WantedFile]:
        """Yield pages of the event stream, and nodes with the pages that they lead to."""
        for part in parts:
            places = f"ldes/{part.first}-{part.last}"
            yield data(f"/{places}", places + LDES)
            if part.leads:
                yield from self.stream_parts(stream, stream.parts_of(part))

    def feeds_and_maps(self) -> Iterator[WantedFile]:
        """Yield the feeds, and the map of the site."""
        index = FicheIndex(fiches_folder(self.edition, self.var / "faces"))
        named = (feed_name(value, self.iris.base) for facet in FACETS_WITH_FEEDS for value in index.values[facet])
        for name in (ALL, *named):
            yield from spoken(f"/feed/{quote(name, safe=SAFE)}.atom")
        yield data("/robots.txt")
        yield data("/sitemap.xml")
        yield from (data(f"/sitemap/{name}.xml") for name in parts(index.size))


def page(path: str) -> Iterator[WantedFile]:
    """Yield a page in each language: a folder's own page where its address names no file."""
    name = unquote(path).strip("/")
    yield from spoken(path, name if name.endswith(".html") else f"{name}/index.html".lstrip("/"))


def spoken(address: str, file: str = "") -> Iterator[WantedFile]:
    """Yield what each language has a file of: French at the address itself, the others in a folder of their own."""
    for language in LANGUAGES:
        below = "" if language == "fr" else f"{language}/"
        yield WantedFile(address, language, below + (file or unquote(address).lstrip("/")))


def data(address: str, file: str = "", document: str = "") -> WantedFile:
    """Return a file that is the same in every language."""
    return WantedFile(address, "", file or unquote(address).lstrip("/"), document)


def resources(edition: Edition, iris: Iris) -> Iterator[str]:
    """Yield the path under the base of each thing that an edition describes by itself: documents, and what is named in
    vocabularies and in documents of partners."""
    demand_store(edition)
    store = ox.Store.read_only(str(edition.store_path))
    own, seen = f"{iris.base}graphe/", set[str]()
    for graph in store.named_graphs():
        path = graph.value.removeprefix(own)
        kind = path.partition("/")[0]
        if path == graph.value or kind in ("provenance", "derive", "edition"):
            continue
        if kind != "vocabulaire":
            yield path
        if kind in NAMING:
            fresh = set(things(store.quads_for_pattern(None, None, None, graph), iris)) - seen
            seen |= fresh
            yield from sorted(fresh)


def things(quads: Iterable[ox.Quad], iris: Iris) -> Iterator[str]:
    """Yield the path under the base of each thing that statements are about."""
    for quad in quads:
        if isinstance(quad.subject, ox.NamedNode) and quad.subject.value.startswith(iris.base):
            path = quad.subject.value.removeprefix(iris.base)
            kind, _, identifier = path.partition("/")
            if identifier and "#" not in path and "?" not in path and kind not in AT_ADDRESSES_OF_THEIR_OWN:
                yield path

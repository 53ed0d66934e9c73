"""What a publication or a module tells: its text, the fiches it is made of, the edition and the selection it cites.

Knows what is asked of the edition; how it is shown is the templates' business, what a cartridge holds `cartridge`'s.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qs

import pyoxigraph as ox

from ontologie import PREFIXES, Iris, name_properties
from queries import catalogue
from sparql_api.fiches.things import local_id
from sparql_api.formats.rdf_formats import MEDIA_TYPES
from sparql_api.pages.common.labels import is_safe
from sparql_api.pages.common.layout import View
from sparql_api.pages.things.citation import addresses
from sparql_api.pages.things.describe import Description
from sparql_api.pages.things.presentation import Reader, Shown, instrument_of, mentioned
from sparql_api.words.i18n import collation

KINDS: Final = ("DossierThematique", "FicheSynthetique", "RetourExperience", "ModuleFormation")
"""The classes of what is published, in the order of the listing."""
PATHS: Final = ("publication", "module")
TEAM: Final = "equipe-projet"
"""The organisation that makes the examples of the project."""
DCT: Final = PREFIXES["dct"]
FICHES: Final = """SELECT ?projet ?titre ?resume ?date WHERE {
  VALUES ?projet { %(values)s } ?projet a <%(oia)sProjet> ; <%(dct)stitle> ?titre .
  OPTIONAL { ?projet <%(dct)sabstract> ?resume } OPTIONAL { ?projet <%(oia)sdate> ?date }
} ORDER BY ?projet"""
VERDICTS: Final = """SELECT ?verdict (COUNT(DISTINCT ?projet) AS ?projets) WHERE {
  ?projet a <%(oia)sProjet> ; <%(oia)sconstat> ?constat .
  ?constat <%(oia)sapplique> <%(iri)s> ; <%(oia)sverdict> ?verdict .
} GROUP BY ?verdict ORDER BY DESC(?projets) ?verdict"""
LISTED: Final = """SELECT ?document ?genre ?date WHERE {
  VALUES ?genre { %(values)s } ?document a ?genre . OPTIONAL { ?document <%(oia)sdate> ?date }
} ORDER BY DESC(?date) ?document LIMIT 500"""


@dataclass(frozen=True)
class FicheTold:
    """A fiche that a publication is made of."""

    iri: str
    title: str
    summary: str
    date: str
    language: str


@dataclass(frozen=True)
class Published:
    """What the edition says of a publication or a module, and of what it is made of."""

    reader: Reader
    found: Description
    fiches: Sequence[FicheTold]
    gone: Sequence[str]
    """Fiches that it names and that the edition no longer has."""
    verdicts: Mapping[str, Sequence[tuple[str, int]]]
    """By rule that it deals with: (verdict, fiches)."""

    @property
    def iri(self) -> str:
        """Return what is told."""
        return self.found.iri

    def text(self, term: str) -> str:
        """Return the first text of a property, named as in the context of documents."""
        return next(iter(self.texts(term)), "")

    def texts(self, *terms: str) -> list[str]:
        """Return the texts of the first of these properties that has some."""
        return self.reader.texts(self.iri, *(self.term(term) for term in terms))

    def things(self, term: str, of: str = "") -> list[str]:
        """Return the IRIs that a property leads to."""
        values = self.reader.values(of or self.iri, self.term(term))
        return sorted(v.value for v in values if isinstance(v, ox.NamedNode))

    def term(self, name: str) -> str:
        """Return the IRI of a property: prefixed, else one of ours."""
        prefix, _, local = name.rpartition(":")
        return PREFIXES[prefix] + local if prefix else self.reader.view.service.iris.term(local)

    @property
    def phases(self) -> list[str]:
        """Return the texts of the phases, in their order."""
        nodes = self.things("phase")
        ordered = sorted(nodes, key=lambda node: collation(self.reader.text(node, self.term("ordre"))))
        return [self.reader.text(node, DCT + "description", DCT + "title") for node in ordered]

    @property
    def sources(self) -> list[str]:
        """Return what it says it was made from: the edition, the selection, pages."""
        graph = self.reader.view.service.iris.graph(*self.found.path(self.reader.view.service.iris).split("/", 1))
        return self.things("dct:source", graph)


async def told_of(view: View, found: Description) -> Published:
    """Return what an edition says of a publication or module, with what its page needs of other things."""
    service, reading, iris = view.service, view.service.reading(view.request), view.service.iris
    words = {"oia": iris.term(""), "dct": DCT}
    bare = Published(Reader.of(view, found.iri, found.quads, {}), found, (), (), {})
    named = [*dict.fromkeys(bare.things("rendCompteDe") + bare.things("sAppuieSur"))]
    projects = [iri for iri in named if iri.startswith(iris.entity("projet", "")) and is_safe(iri)]
    rows = await reading.rows(asked(projects, words), found.edition) if projects else []
    fiches = {row["projet"].value: fiche_of(row) for row in rows}
    rules = [iri for iri in bare.things("traiteDe") if iri.startswith(iris.entity("regle", "")) and is_safe(iri)]
    verdicts = {}
    for rule in rules:
        counted = await reading.rows(VERDICTS % (words | {"iri": rule}), found.edition)
        verdicts[rule] = [(row["verdict"].value, int(row["projets"].value)) for row in counted]
    wanted = mentioned(found.quads) | {found.iri} | {v for held in verdicts.values() for v, _ in held}
    wanted |= {instrument_of(iri, iris.base) for iri in wanted}
    labels = await service.labels.of(reading, wanted, found.edition)
    reader = Reader.of(view, found.iri, found.quads, labels)
    gone = [iri for iri in projects if iri not in fiches]
    return Published(reader, found, [fiches[iri] for iri in projects if iri in fiches], gone, verdicts)


def asked(projects: Iterable[str], words: Mapping[str, str]) -> str:
    """Return the query of what a list shows of these projects."""
    return FICHES % {**words, "values": " ".join(f"<{iri}>" for iri in projects)}


def fiche_of(row: Mapping[str, Any]) -> FicheTold:
    """Return a fiche of a row."""
    texts = {name: row[name].value if name in row else "" for name in ("resume", "date")}
    title = row["titre"]
    return FicheTold(row["projet"].value, title.value, texts["resume"], texts["date"], title.language or "")


def shown(told: Published) -> dict[str, Any]:
    """Return what the page and the embedded part of a publication or module show."""
    reader, view, iris = told.reader, told.reader.view, told.reader.view.service.iris
    path = told.found.path(iris)
    by = told.things("prov:wasAttributedTo")
    return {
        "told": told,
        "path": path,
        "title": reader.text(told.iri, *name_properties(iris.base)) or local_id(told.iri),
        "kinds": [reader.thing(one) for one in told.things("rdf:type") if view.is_ours(one)],
        "lead": told.text("dct:abstract"),
        "bodies": told.texts("dct:description"),
        "date": told.text("date"),
        "made_by_project": by == [iris.entity("organisation", TEAM)],
        "authors": [reader.thing(one) for one in by],
        "fiches": told.fiches,
        "gone": [local_id(iri) for iri in told.gone],
        "principles": [reader.thing(one) for one in told.things("traiteDe")],
        "sources": sources_shown(told),
        "goals": told.texts("objectif"),
        "length": told.text("duree"),
        "schemes": [reader.thing(one) for one in told.things("dispositif")],
        "audience": [reader.thing(one) for one in told.things("publicCible") + told.things("niveau")],
        "competences": [reader.thing(one) for one in told.things("competenceIA")],
        "phases": told.phases,
        "verdicts": [verdicts_shown(told, rule) for rule in told.verdicts],
        "formats": [(name, kind, view.url(f"/{path}.{name}")) for name, kind in MEDIA_TYPES.items()],
        "references": addresses(view, path),
        "cartridge": view.url(f"/{path}.imscc", {"lang": view.language}) if path.startswith("module/") else "",
    }


def sources_shown(told: Published) -> list[tuple[str, Shown]]:
    """Return (what it is, the link) of what a publication was made from: an edition, a saved question, a page."""
    view, base = told.reader.view, told.reader.view.service.iris.base
    questions = catalogue(base)
    found = []
    for iri in told.sources:
        kind, _, rest = iri.removeprefix(base).partition("/")
        name = rest.partition("?")[0]
        if kind == "edition" and view.is_ours(iri):
            found.append(("edition", Shown(view.t("editions.name", number=name), view.href(iri))))
        elif kind == "queries" and name in questions:
            found.append(("question", Shown(view.pick(questions[name].title), selection(view, rest))))
        else:
            found.append(("page", Shown(iri, iri, external=True)))
    return found


def selection(view: View, asked: str) -> str:
    """Return the address of a saved question with its parameters, each of which may have several values."""
    name, _, query = asked.partition("?")
    return view.url(f"/queries/{name}", parse_qs(query))


def verdicts_shown(told: Published, rule: str) -> dict[str, Any]:
    """Return how many fiches a rule concludes what of, and the query that counts them."""
    reader = told.reader
    query = VERDICTS % {"oia": reader.view.service.iris.term(""), "iri": rule}
    counts = [(reader.label(verdict), count) for verdict, count in told.verdicts[rule]]
    return {"rule": reader.thing(rule), "counts": counts, "href": reader.view.url("/sparql", {"query": query})}


def listing_query(iris: Iris) -> str:
    """Return the query of all that is published, the newest first."""
    values = " ".join(f"<{iris.term(kind)}>" for kind in KINDS)
    return LISTED % {"values": values, "oia": iris.term("")}

"""Where what is said comes from: the act or its body's own publication, the page that was read, or the project itself.

Knows the tables `sources_officielles`, `hotes_officiels` and `pages_ecartees`, and what is published under them
(docs/decisions/sources.md).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Final
from urllib.parse import urlsplit

from ontologie.checks.model import OIA, Check, Corpus, Examined, Finding, Languages, iris, literals, phrase, short
from ontologie.checks.terms import DCT, OWL, SKOS, TEAM, Said
from ontologie.namespaces import BASE, RDF_TYPE
from ontologie.resources import read_table

SOURCE: Final = DCT + "source"
READ: Final = OIA + "pageLue"
DOUBT: Final = OIA + "aVerifier"
BEHIND: Final = (SOURCE, READ, DCT + "creator")
TEXTS: Final = tuple(OIA + kind for kind in ("Instrument", "Principe", "RegleDuCadre"))
RULES: Final = tuple(OIA + kind for kind in ("RegleIndice", "RegleConstat", "RegleAgregation"))
ACTORS: Final = tuple(OIA + kind for kind in ("Organisation", "Fonction", "Dispositif"))
ANSWERED_FOR: Final = (*TEXTS, *RULES, *ACTORS, SKOS + "ConceptScheme")
"""What must say what it rests on, concept or not."""


def said(corpus: Corpus) -> Examined:
    """Every concept and organisation of ours says its source, the page read, or that it is the project's own."""
    found = []
    examined = 0
    for iri, about in corpus.ours.items():
        if not iri.startswith(BASE) or not (iri in corpus.concepts or set(ANSWERED_FOR) & set(iris(about, RDF_TYPE))):
            continue
        examined += 1
        if not any(predicate in about for predicate in BEHIND) and not _without(iri):
            found.append(Finding("sources", short(iri), phrase("no-public-source")))
    return Examined(examined, tuple(found))


def as_the_table_says(corpus: Corpus) -> Examined:
    """Every text, principle and rule rests on what its row says: source, page read, and whether it is confirmed."""
    found = []
    texts = list(_texts(corpus))
    for iri, about in texts:
        row = _rows().get(_identifier(iri))
        if row is None:
            found.append(Finding("sources-table", short(iri), phrase("no-row-of-sources")))
            continue
        for predicate, column in ((SOURCE, "source_officielle"), (READ, "page_lue")):
            for page in sorted(set(_several(row[column])) ^ set(iris(about, predicate))):
                what = phrase("is-not-what-the-table-says", what=short(predicate), page=page)
                found.append(Finding("sources-table", short(iri), what))
        if (row["confirme"] != "oui" or not row["source_officielle"]) and not _doubtful(about):
            found.append(Finding("sources-table", short(iri), phrase("unconfirmed-and-does-not-say-so")))
    return Examined(len(texts), tuple(found))


def official(corpus: Corpus) -> Examined:
    """What is published of a body rests on the pages of that body alone, all of it where a source is demanded."""
    rows = read_table("donnees", "hotes_officiels.csv")
    bodies = {name: row for row in rows for name in _several(row["instruments"])}
    found = []
    awaiting = []
    texts = list(_texts(corpus))
    for iri, about in texts:
        for name in _instruments(corpus, iri, about):
            body = bodies.get(name)
            found += [Finding("sources-official", short(iri), fault) for fault in _faults(about, body)]
        if _doubtful(about):
            awaiting.append(Finding("sources-official", short(iri), phrase("to-be-verified")))
    return Examined(len(texts), tuple(found), awaiting=tuple(awaiting))


def _faults(about: Said, body: Mapping[str, str] | None) -> Iterator[Languages]:
    if body is None:
        yield phrase("no-body-of-this-instrument")
        return
    pages = iris(about, SOURCE)
    for page in pages:
        if urlsplit(page).hostname not in _several(body["hotes"]):
            words = {tag: body[f"nom_{tag}"] for tag in ("fr", "en")}
            yield phrase("is-no-page-of", page=page, body=words)
    if not pages and body["exige"] == "oui" and not _suspended(about):
        yield phrase("no-official-source")


def _suspended(about: Said) -> bool:
    """Tell whether a rule is suspended or withdrawn: no source was found, and nothing of it is derived."""
    return OWL + "deprecated" in about or OIA + "suspendue" in about


def rejected(corpus: Corpus) -> Examined:
    """No page that was found not to be trusted is cited, wherever it may be."""
    pages = [row["page"] for row in read_table("donnees", "pages_ecartees.csv")]
    found = []
    examined = 0
    for iri, about in corpus.ours.items():
        for predicate, values in about.items():
            for value in values:
                examined += 1
                if str(value.value).startswith(tuple(pages)):
                    what = phrase("cites-a-rejected-page", what=short(predicate), page=value.value)
                    found.append(Finding("sources-rejected", short(iri), what))
    return Examined(examined, tuple(found))


def _texts(corpus: Corpus) -> Iterator[tuple[str, Said]]:
    """Yield the instruments, principles and rules, those withdrawn among them."""
    for iri, about in corpus.ours.items():
        is_text = set(TEXTS) & set(iris(about, RDF_TYPE))
        if iri.startswith(BASE) and (is_text or iri.removeprefix(BASE + "regle/") in _rows()):
            yield iri, about


def _instruments(corpus: Corpus, iri: str, about: Said) -> list[str]:
    """Return the instruments that a text is, belongs to, or is stated by; the framework's where a rule is withdrawn."""
    if iri.startswith(BASE + "instrument/"):
        return [_identifier(iri)]
    stated = iris(about, OIA + "enonceePar") or iris(about, SKOS + "inScheme") or [BASE + "instrument/cadre-usage"]
    return [_identifier(home) for home in stated if home.startswith(BASE + "instrument/")]


def _without(iri: str) -> bool:
    """Tell whether the table says of a text that no source of it was found; the project's team needs none."""
    row = _rows().get(_identifier(iri))
    return iri == TEAM or (row is not None and not row["source_officielle"] and not row["page_lue"])


def _doubtful(about: Said) -> bool:
    return any(text.value == "true" for text in literals(about, DOUBT))


def _identifier(iri: str) -> str:
    return iri.rpartition("/")[2]


def _several(cell: str) -> list[str]:
    return [value.strip() for value in cell.split("|") if value.strip()]


@cache
def _rows() -> dict[str, Mapping[str, str]]:
    return {row["id"]: row for row in read_table("donnees", "corrections", "sources_officielles.csv")}


CHECKS: Final = (
    Check("sources", phrase("every-concept-says-its-source-or-its-author"), said),
    Check("sources-table", phrase("every-text-rests-on-what-the-table-says"), as_the_table_says),
    Check("sources-official", phrase("every-text-rests-on-its-body-s-own-pages"), official),
    Check("sources-rejected", phrase("no-rejected-page-is-cited"), rejected),
)

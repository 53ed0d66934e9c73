"""Makes the document of an instrument or of a linkset written as RDF: one SKOS scheme, or one set of matches.

Knows the properties of SKOS, Dublin Core, VoID and SSSOM that our keys stand for; what else a file says is left
out. A file is read by pyoxigraph, which follows no address.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any, Final
from xml.parsers import expat

import pyoxigraph as ox

from ingestion.partners.applying import DATES, KEY, add_statement, key_of_date
from ingestion.partners.linkset import add_match, begun_linkset
from ingestion.partners.places import Draught, check_count
from ingestion.reading.records import LanguageKey, Path
from ingestion.words.errors import unreadable
from ingestion.words.identifiers import IDENTIFIER
from ingestion.words.messages import Place, issue
from ingestion.words.owned import INSTRUMENT, is_owned, owned_by
from ingestion.words.spelling import compared, within
from ingestion.words.terms import terms
from ontologie import BASE, PREFIXES, RDF_TYPE, Iris

FORMATS: Final = {
    ".ttl": ox.RdfFormat.TURTLE, ".nt": ox.RdfFormat.N_TRIPLES, ".nq": ox.RdfFormat.N_QUADS,
    ".trig": ox.RdfFormat.TRIG, ".rdf": ox.RdfFormat.RDF_XML,
    ".owl": ox.RdfFormat.RDF_XML, ".xml": ox.RdfFormat.RDF_XML,
}  # fmt: skip
_SKOS, _DCT, _OWL, _SSSOM = (PREFIXES[name] for name in ("skos", "dct", "owl", "sssom"))
_VOID: Final = "http://rdfs.org/ns/void#"
_SCHEMES: Final = (_SKOS + "ConceptScheme",)
_SETS: Final = (_VOID + "Linkset", _SSSOM + "MappingSet")
_MATCH: Final = tuple(f"{_SKOS}{name}Match" for name in ("exact", "close", "broad", "narrow", "related"))
_KEYS: Final = {
    "instrument": (
        "libelle", "definition", "organisme", "dateParution", "espaceDeNoms", "sourcePage", "langue", "pays", "genre",
        "subdivision", "droits", "pageLue", "autreIdentifiant",
    ),
    "principe": (
        "libelle", "definition", "notation", "ordre", "plusLarge", "sourcePage", "genre", "horsPivot", "pageLue",
    ),
    KEY: (
        "casApplication", "entreeEnVigueur", "appliqueAPartirDu", "redactionDepuis", "condition", "sourcePage",
    ),
    "match": ("predicat", "objet", "sujet", "confiance", "justification", "dateCorrespondance", "commentaire"),
}  # fmt: skip
_SOURCE, _TARGET = (_OWL + name for name in ("annotatedSource", "annotatedTarget"))
_ALSO: Final = {_DCT + "title": "libelle", _DCT + "description": "definition", _DCT + "publisher": "organisme"}

_NAMED: Final = re.compile(r'<([^<>\s"]+)>|(:[^\s;<>"]+)(?=[ \t;])|"((?:https?|urn):[^"\s]+)"')
_BELOW: Final = 40
"""Lines below its name in which the texts of a thing are looked for; of `_LONG` characters, a line is of no person."""
_LONG: Final = 10_000
MOST_TRIPLES: Final = 100_000
_DEEPEST: Final = 50
"""Elements of RDF/XML in one another: a framework has a dozen."""
_MOST_ATTRIBUTES: Final = 200

Said = Mapping[str, Mapping[str, list[Any]]]
"""Subject → property → values, blank nodes by their `_:` name."""


def made_of_rdf(text: str, suffix: str, file: str, kind: str, base: str = BASE, given: str = "") -> Draught:
    """Return the document of an RDF file. Raises UnreadableDeposit where it is not well formed, or not of one thing."""
    said: dict[str, dict[str, list[Any]]] = defaultdict(lambda: defaultdict(list))
    if FORMATS[suffix] == ox.RdfFormat.RDF_XML:
        _check_nesting(text, file)
    try:
        for count, quad in enumerate(ox.parse(text.encode(), format=FORMATS[suffix], base_iri=base)):
            if count == MOST_TRIPLES:
                raise unreadable("rdf-trop-de-triplets", Place(file, 1), words={"most": f"{MOST_TRIPLES:n}"})
            said[_name(quad.subject)][quad.predicate.value].append(quad.object)
    except SyntaxError as error:
        place = Place(file, error.lineno, error.offset)
        raise unreadable("rdf-mal-forme", place, words={"detail": str(error.msg)[:200]}) from error
    where = _Where(text)
    make = _instrument if kind == INSTRUMENT else _linkset
    made = make(said, where, file, base, given)
    made.columns = ("rdf",)
    return made


def _check_nesting(text: str, file: str) -> None:
    """Raise UnreadableDeposit where XML is no XML, or nested or attributed as no framework is.

    Expat reads in one pass what takes an RDF parser the square of it, and bounds what entities stand for.
    """
    depth = 0
    reader = expat.ParserCreate("utf-8")

    def place() -> Place:
        return Place(file, reader.CurrentLineNumber, reader.CurrentColumnNumber + 1)

    def start(_: str, attributes: Mapping[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > _DEEPEST or len(attributes) > _MOST_ATTRIBUTES:
            raise unreadable("lecture-profonde", place())

    def end(_: str) -> None:
        nonlocal depth
        depth -= 1

    reader.StartElementHandler, reader.EndElementHandler = start, end
    try:
        reader.Parse(text.encode(), True)
    except expat.ExpatError as error:
        raise unreadable("rdf-mal-forme", place(), words={"detail": expat.ErrorString(error.code)}) from error


class _Where:
    """Finds the line on which an RDF file first names a thing, by its IRI or by what stands last in it."""

    def __init__(self, text: str) -> None:
        self._lines = text.split("\n")
        self._first: dict[str, tuple[int, int]] = {}
        for number, line in enumerate(self._lines):
            for found in _NAMED.finditer(line):
                self._first.setdefault(found[1] or found[2] or found[3], (number, found.start()))

    def of(self, iri: str, after: str = "") -> tuple[int, int]:
        """Return the (line, column) of an IRI, of `after` behind it where that is there."""
        local = ":" + max(iri.rpartition("#")[2], iri.rpartition("/")[2], key=lambda one: -len(one))
        found = [self._first[one] for one in (iri, local) if one in self._first]
        number, column = min(found, default=(0, 0))
        for line in range(number, min(number + _BELOW, len(self._lines))) if after else ():
            if len(self._lines[line]) < _LONG and after in self._lines[line]:
                return line + 1, self._lines[line].index(after) + 1
        return number + 1, column + 1


def _name(term: Any) -> str:
    return term.value if isinstance(term, ox.NamedNode) else str(term)


def _typed(said: Said, types: Iterable[str]) -> list[str]:
    wanted = set(types)
    return [one for one, about in said.items() if wanted & {_name(value) for value in about.get(RDF_TYPE, ())}]


def _only(said: Said, types: Iterable[str], file: str, code: str) -> str:
    """Return the one thing of these types. Raises UnreadableDeposit where there is none, or several."""
    found = _typed(said, types)
    if len(found) != 1:
        raise unreadable(code, Place(file, 1), value=" ".join(found[:3]), words={"found": str(len(found))})
    return found[0]


def _last(iri: str) -> str:
    return iri.rstrip("/#").replace("#", "/").rpartition("/")[2]


def _instrument(said: Said, where: _Where, file: str, base: str, given: str) -> Draught:
    scheme = _only(said, (*_SCHEMES, Iris(base).term("Instrument")), file, "rdf-un-schema")
    told = [value.value for value in said[scheme].get(_DCT + "identifier", ()) if isinstance(value, ox.Literal)]
    name = given or next((one for one in told if IDENTIFIER.fullmatch(one)), _last(scheme))
    if not IDENTIFIER.fullmatch(name):
        raise unreadable("instrument-sans-nom", Place(file, *where.of(scheme)), value=name)
    made = Draught({"id": f"instrument/{name}", "type": ["Instrument"]}, {(): where.of(scheme)})
    names = {scheme: f"instrument/{name}"}
    values = _values(said[scheme], _KEYS["instrument"], base, names)
    made.members.update(values)
    fiche: dict[str, Any] = {"id": f"graphe/instrument/{name}", "type": ["Fiche"]}
    if licence := said[scheme].get(_DCT + "license"):
        fiche["licence"] = _name(licence[0])
    if isinstance(values.get("langue"), list):
        fiche["langue"] = values["langue"]
    if within(str(compared(scheme)), str(compared(base))) and scheme != base + made.members["id"]:
        made.said.append(issue("espace-deja-pris", Place(file, *where.of(scheme)), value=scheme, words={"other": base}))
    if not scheme.startswith(base):
        made.members["sourcePage"] = list(dict.fromkeys([*made.members.get("sourcePage", []), scheme]))
    made.members |= {"fiche": fiche, "principe": []}
    _statements(made, made.members, said, scheme, where, file, base)
    _places(made, (), scheme, where, base)
    links = {_SKOS + "inScheme", _SKOS + "topConceptOf", _DCT + "isPartOf"}
    inside = [one for one, about in said.items() if any(scheme in map(_name, about.get(link, ())) for link in links)]
    tops = [_name(one) for one in said[scheme].get(_SKOS + "hasTopConcept", ())]
    _principles(made, said, list(dict.fromkeys([*inside, *tops])), where, file, base)
    if any(match in about for about in said.values() for match in _MATCH):
        made.said.append(issue("correspondances-a-part", Place(file, 1)))
    return made


def _principles(made: Draught, said: Said, concepts: list[str], where: _Where, file: str, base: str) -> None:
    """Add the principles of an instrument; one that lies outside of what it owns is said."""
    check_count(len(concepts), file)
    spaces = [made.members["espaceDeNoms"]] if "espaceDeNoms" in made.members else []
    own = owned_by(base + made.members["id"], spaces)
    for concept in concepts:
        place = where.of(concept)
        if not is_owned(concept, own) or concept not in said:
            near = concept[: len(concept) - len(_last(concept))]
            made.said.append(issue("concept-hors-espace", Place(file, *place), value=concept, words={"space": near}))
            continue
        path: Path = ("principe", len(made.members["principe"]))
        node: dict[str, Any] = {"id": concept.removeprefix(base), "type": ["Principe"]}
        node |= _values(said[concept], _KEYS["principe"], base, {})
        made.members["principe"].append(node)
        made.places[path] = place
        _statements(made, node, said, concept, where, file, base)
        _places(made, path, concept, where, base)


def _statements(made: Draught, node: dict[str, Any], said: Said, iri: str, where: _Where, file: str, base: str) -> None:
    """Add what an RDF file says of when a text applies: the nodes, named or not, of its `oia:applicabilite`."""
    for one in map(_name, said[iri].get(Iris(base).term(KEY), ())):
        values = _values(said[one], _KEYS[KEY], base, {}) if one in said else {}
        if values and not add_statement(node, values, made.members["id"]):
            made.said.append(issue("applicabilite-double", Place(file, *where.of(iri)), value=iri))


def _linkset(said: Said, where: _Where, file: str, base: str, given: str) -> Draught:
    sets = _typed(said, _SETS)
    one = _only(said, _SETS, file, "rdf-un-linkset") if sets or not given else ""
    about = said[one] if one else {}
    licence = [_name(value) for name in (_DCT + "license", _SSSOM + "license") for value in about.get(name, ())]
    told = {"mapping_set_id": one, **({"license": licence[0]} if licence else {})}
    for slot, name in (("mapping_set_title", "title"), ("mapping_set_description", "description")):
        if texts := [value.value for value in about.get(_DCT + name, ()) if isinstance(value, ox.Literal)]:
            told[slot] = texts[0]
    made = begun_linkset(told, {slot: where.of(one)[0] for slot in told}, file, given, base)
    shared = [_name(value) for value in about.get(_SSSOM + "mapping_justification", ())]
    default = {"justification": shared[0]} if shared else {}
    stated = set[tuple[str, str, str]]()
    plain = list(_plain(said, base))
    check_count(max(len(plain), sum(_SOURCE in about or _TARGET in about for about in said.values())), file)
    for node, properties in said.items():
        values = _values(properties, _KEYS["match"], base, {})
        if "sujet" not in values and "objet" not in values:
            continue
        ends = tuple(str(values.get(key, "")) for key in ("sujet", "predicat", "objet"))
        stated.add((ends[0], ends[1], ends[2]))
        place = where.of(node if not node.startswith("_:") else Iris(base).absolute(ends[0]))
        add_match(made, default | values, {}, place, file)
    for subject, predicate, target in plain:
        if (subject, predicate, target) not in stated:
            values = {"sujet": subject, "predicat": predicate, "objet": target, **default}
            add_match(made, values, {}, where.of(Iris(base).absolute(subject)), file)
    return made


def _plain(said: Said, base: str) -> Iterable[tuple[str, str, str]]:
    """Yield the matches that are stated without a node of their own."""
    for subject, about in said.items():
        for predicate in _MATCH:
            for value in about.get(predicate, ()):
                yield subject.removeprefix(base), predicate, _name(value).removeprefix(base)


def _values(about: Mapping[str, list[Any]], keys: Iterable[str], base: str, names: Mapping[str, str]) -> dict[str, Any]:
    """Return what a thing says under some keys, as a document holds it."""
    known, found = terms(base), dict[str, Any]()
    by_iri = {known[key].iri: key for key in keys} | {iri: key for iri, key in _ALSO.items() if key in keys}
    for iri, key in by_iri.items():
        if key in found:
            continue
        for value in about.get(iri, ()):
            _add(found, known[key].by_language, key, value, base, names)
    return found


def _add(found: dict[str, Any], by_language: bool, key: str, value: Any, base: str, names: Mapping[str, str]) -> None:
    if isinstance(value, ox.Literal) and by_language and value.language:
        texts = found.setdefault(key, {})
        if key == "commentaire":
            texts.setdefault(value.language, []).append(value.value)
        else:
            texts.setdefault(value.language, value.value)
    elif isinstance(value, ox.Literal) and not by_language:
        _add_plain(found, key, value.value)
    elif isinstance(value, ox.Literal) and key == "libelle":
        found.setdefault("libelle", {}).setdefault("und", value.value)
    elif isinstance(value, ox.NamedNode) and not by_language:
        iri = names.get(value.value, value.value.removeprefix(base))
        found[key] = [*found.get(key, []), iri] if key in _LISTS else iri


def _add_plain(found: dict[str, Any], key: str, text: str) -> None:
    if key in _PLAIN_LISTS:
        found.setdefault(key, []).append(text)
    else:
        found[key_of_date(key, text) if key in DATES else key] = text


def _places(made: Draught, path: Path, iri: str, where: _Where, base: str) -> None:
    """Note where the texts of a thing stand: behind its name, at their tag."""
    node = made.members["principe"][path[1]] if path else made.members
    for key in ("libelle", "definition"):
        for tag in node.get(key, {}):
            made.places[(*path, key, LanguageKey(tag))] = where.of(iri, f"@{tag}")


_LISTS: Final = ("sourcePage", "pageLue", "langue", "plusLarge", "pays")
_PLAIN_LISTS: Final = ("pays", "subdivision", "autreIdentifiant")

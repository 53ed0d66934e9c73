"""Reads the nodes and values of a JSON document, and makes them canonical.

Knows what JSON-LD would lose or change in silence, and refuses it with its place: unknown and repeated keys,
numbers, null, values that are no IRI, nodes without id, nodes that are not the document's own, what a language map
does not hold (docs/decisions/documents.md).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final

import pyoxigraph as ox

from ingestion.documents import draft
from ingestion.documents.values import UNUSABLE
from ingestion.reading.json_text import Number
from ingestion.reading.records import LanguageKey, Path, Record, field_of
from ingestion.resolution.resolve import resolve
from ingestion.words.columns import MOST_ITEMS, column_of_key, nearest_keys, nearest_names
from ingestion.words.languages import valid_tag
from ingestion.words.messages import Issue, issue
from ingestion.words.owned import is_owned
from ingestion.words.personal import find_personal, find_to_read, is_of_a_person
from ingestion.words.terms import KEYWORDS, Term, classes, expand, terms, terms_by_iri
from ontologie import concepts, document_types, leads_out

PLACED: Final = 100
"""What is said of one document with the exact place; beyond, with the document's."""

LONGEST_TEXT: Final = 20_000
"""Characters of a text under a key that has no column; the shapes may ask for less."""

_NO_IRI: Final = re.compile(r'[\x00-\x20<>"{}|\\^`]')
_BOOLEAN: Final = "http://www.w3.org/2001/XMLSchema#boolean"


@dataclass
class NodeReader:
    """Reads one document; `issues` gathers what is wrong, `texts` every public text with its place.

    `plain` gathers the places of those that take the language of the fiche: a document that names no context may have
    such texts where its context has language maps.

    `context` is the version that says what its keys mean. `document` is the id of the document, relative to the base:
    its nodes must lie inside it, or begin as what it owns beside (`owned`).
    """

    record: Record
    base: str
    context: str
    issues: list[Issue]
    document: str = ""
    owned: tuple[str, ...] = ()
    texts: list[tuple[Path, str]] = field(default_factory=list)
    plain: list[Path] = field(default_factory=list)

    def say(
        self,
        code: str,
        path: Path,
        value: str = "",
        /,
        *,
        suggestions: Sequence[str] = (),
        last: bool = False,
        **words: Mapping[str, str] | str,
    ) -> None:
        """Add an issue at the place of a key."""
        key = field_of(path) or ""
        # Each place is looked for in the text: past the first ones, the object's own will do.
        place = self.record.place(path=path, last=last) if path and len(self.issues) < PLACED else self.record.place()
        told = {"key": key, **words}
        self.issues.append(issue(code, place, value=value, suggestions=suggestions, words=told))

    def label(self, path: Path) -> Mapping[str, str] | str:
        """Return what people call the innermost key of a path."""
        key = field_of(path) or ""
        column = column_of_key(key)
        return column.label if column else key

    def node(self, members: Mapping[str, Any], path: Path, name: str, left_out: Collection[str] = ()) -> dict[str, Any]:
        """Return the values of a node by key, each a list; wrong ones are said and left out."""
        values: dict[str, Any] = {}
        if len(members) > MOST_ITEMS:
            self.say("cles-trop-nombreuses", path, found=str(len(members)), most=str(MOST_ITEMS))
            return values
        for key in getattr(members, "repeated", ()):
            self.say("cle-double", (*path, key), key, last=True)
        known, by_iri = terms(self.base, self.context), terms_by_iri(self.base, self.context)
        for written, given in members.items():
            key = KEYWORDS.get(written, written)
            below = (*path, written)
            if key == "type":
                values[key] = list(self._types(given, below))
            elif key in known:
                values.setdefault(key, []).extend(self._of_key(known[key], given, below))
            elif (iri := self._full(written)) in by_iri:
                # The property by its own name: a plain text under it means no language and no datatype.
                term = by_iri[iri]
                values.setdefault(term.key, []).extend(self._values(term, _spelt_out(given), below))
            elif key != "id" and written not in left_out and (path or written != "@context"):
                self.say("cle-inconnue", below, written, suggestions=nearest_keys(written, known))
        return values

    def _full(self, name: str) -> str:
        """Return the IRI of a compact name; anything else as it is."""
        return expand(name, self.base, self.context)

    def _types(self, given: Any, path: Path) -> Iterable[str]:
        """Yield the classes that a node names, by their keys."""
        if isinstance(given, list) and len(given) > MOST_ITEMS:
            self.say("valeurs-trop-nombreuses", path, label="type", found=str(len(given)), most=str(MOST_ITEMS))
            return
        known = classes(self.base, self.context)
        short = {iri: name for name, iri in known.items()}
        for name in given if isinstance(given, list) else [given]:
            written = name if isinstance(name, str) else str(name)
            key = written if written in known else short.get(self._full(written))
            if key is not None:
                yield key
                continue
            near = nearest_names(written, list(known))
            self.say("type-inconnu", path, written, suggestions=near, choices=", ".join(known))

    def _of_key(self, term: Term, given: Any, path: Path) -> list[Any]:
        """Return the values that stand under a key of the context."""
        if not term.by_language:
            return self._values(term, given, path)
        if isinstance(given, dict):
            return self._language_map(term, given, path)
        return self._values(term, given, path, self._plain_value)

    def _values(
        self, term: Term, given: Any, path: Path, read: Callable[[Term, Any, Path], Any] | None = None
    ) -> list[Any]:
        read = read or (self._node_value if term.values == "node" else self._text_value)
        if isinstance(given, list) and len(given) > MOST_ITEMS:
            count = str(len(given))
            self.say("valeurs-trop-nombreuses", path, label=self.label(path), found=count, most=str(MOST_ITEMS))
            return []
        kept: list[Any] = []
        for rank, item in enumerate(given if isinstance(given, list) else [given]):
            value = read(term, item, (*path, rank) if isinstance(given, list) else path)
            if value is not None and value not in kept:
                kept.append(value)
        return kept

    # Values that are nodes

    def _node_value(self, term: Term, item: Any, path: Path) -> Any:
        """Return an IRI, or a node of the document's own."""
        graph = f"graphe/{self.document}"
        if isinstance(item, str) and not isinstance(item, Number):
            named = self._iri(term, item, path)
            # What points back at the document is said of another thing: of its own alone may it say so.
            if named is not None and term.reverse and self.document and not self._may_speak_of(named, graph):
                self.say("hors-document", path, item, graph=graph)
                return None
            return named
        if not isinstance(item, dict):
            self._refuse(item, path)
            return None
        given = item.get("id", item.get("@id"))
        if not isinstance(given, str):
            self.say("noeud-sans-id", path, example=f"{self.document}#{term.key}-1")
            return None
        name = self._iri(term, given, (*path, "id" if "id" in item else "@id"))
        if name is None or item.keys() <= {"id", "@id"}:
            return name
        # Of a document that has no usable id, nothing can be said to lie outside.
        inside = self._may_speak_of(name, *(() if term.reverse else (f"{self.document}#",)))
        if self.document and not inside and not (term.reverse and name == graph):
            self.say("hors-document", path, given, graph=graph)
            return None
        values = self.node(item, path, name)
        return draft.node(name, values.pop("type", []), values)

    def _may_speak_of(self, name: str, *starts: str) -> bool:
        return name.startswith(starts) or is_owned(name, self.owned)

    def _iri(self, term: Term, given: str, path: Path) -> str | None:
        """Return an IRI, relative to the base where it is ours; None where it is none."""
        if len(given) > LONGEST_TEXT:
            count = str(len(given))
            self.say("texte-trop-long", path, label=self.label(path), found=count, most=str(LONGEST_TEXT))
            return None
        full = self._full(given)
        short = full.removeprefix(self.base)
        absolute = full.startswith(("http://", "https://"))
        out = leads_out(short.partition("#")[0].partition("?")[0]) and (short != full or not absolute)
        if not out and not _NO_IRI.search(full) and (absolute or short.partition("/")[0] in _folders(self.base)):
            try:
                ox.NamedNode(full if absolute else self.base + short)
            except ValueError:
                pass
            else:
                named = is_of_a_person(full) or short.startswith(f"{self.document}#")
                return short if not named or self._not_personal(full, path) else None
        column = column_of_key(term.key)
        near = resolve(column.name, given, self.base).iris if column and column.kind == "concept" else ()
        self.say("iri-invalide", path, given, suggestions=near[:3])
        return None

    # Values that are text

    def _language_map(self, term: Term, given: Mapping[str, Any], path: Path) -> list[Any]:
        """Return the texts of a language map, each with its tag; what the map would drop in silence is said."""
        count = sum(len(texts) if isinstance(texts, list) else 1 for texts in given.values())
        if count > MOST_ITEMS:
            self.say("valeurs-trop-nombreuses", path, label=self.label(path), found=str(count), most=str(MOST_ITEMS))
            return []
        for written in getattr(given, "repeated", ()):
            self.say("cle-double", (*path, LanguageKey(written)), written, last=True)
        kept = []
        for written, texts in given.items():
            below, tag = (*path, LanguageKey(written)), valid_tag(written)
            if tag is None:
                code = "carte-de-langues" if written in ("@value", "@language", "@type") else "balise-de-langue"
                self.say(code, below, written)
            # A name may have the form of a tag.
            elif self._publishable(term, written, below):
                said = self._values(term, texts, below, self._mapped_value)
                kept += [{"@value": text, "@language": tag} for text in said]
        return kept

    def _mapped_value(self, term: Term, item: Any, path: Path) -> str | None:
        """Return a text of a language map."""
        if isinstance(item, dict):
            self.say("carte-de-langues", path)
            return None
        return self._string(term, item, path)

    def _plain_value(self, term: Term, item: Any, path: Path) -> str | None:
        """Return a text that stands where a language map is due: it takes the language of the fiche, or is refused."""
        if isinstance(item, dict):
            self.say("carte-de-langues", path)
            return None
        text = self._string(term, item, path)
        if text is not None and self.record.context is not None:
            self.say("texte-sans-langue", path, version=self.context)
            return None
        if text is not None:
            self.plain.append(path)
        return text

    def _string(self, term: Term, item: Any, path: Path) -> str | None:
        """Return a JSON text that can be published."""
        if not isinstance(item, str) or isinstance(item, Number):
            self._refuse(item, path)
            return None
        return item if self._publishable(term, item, path) else None

    def _text_value(self, term: Term, item: Any, path: Path) -> Any:
        """Return a text, or a value object where its language or datatype is not the key's own."""
        if isinstance(item, bool) and term.datatype == _BOOLEAN:
            return "true" if item else "false"
        if isinstance(item, dict):
            return self._value_object(term, item, path)
        return self._string(term, item, path)

    def _value_object(self, term: Term, item: Mapping[str, Any], path: Path) -> Any:
        text, language, datatype = item.get("@value"), item.get("@language"), item.get("@type")
        said = [part for part in (language, datatype) if part is not None]
        sound = (
            item.keys() <= {"@value", "@language", "@type"}
            and isinstance(text, str)
            and not isinstance(text, Number)
            and len(said) < 2
            and (language is None or (isinstance(language, str) and valid_tag(language)))
            and (datatype is None or (isinstance(datatype, str) and self._datatype(datatype)))
        )
        if not sound:
            self.say("valeur-inattendue", path)
            return None
        if not all(self._publishable(term, told, path) for told in (str(text), str(language or ""))):
            return None
        if language is not None and language.lower() == term.language:
            return text
        if datatype is not None:
            full = self._full(datatype)
            return text if full == term.datatype else {"@value": text, "@type": full}
        if language is not None:
            return {"@value": text, "@language": language.lower()}
        return {"@value": text} if term.language or term.datatype or term.by_language else text

    def _datatype(self, name: str) -> bool:
        full = self._full(name)
        if not full.startswith(("http://", "https://")) or _NO_IRI.search(full):
            return False
        try:
            ox.NamedNode(full)
        except ValueError:
            return False
        return True

    def _publishable(self, term: Term, text: str, path: Path) -> bool:
        """Tell whether a text is within its bounds, has no unusable character and nothing personal."""
        column = column_of_key(term.key)
        longest = column.longest if column else LONGEST_TEXT
        label = self.label(path)
        if len(text) > longest:
            self.say("texte-trop-long", path, label=label, found=str(len(text)), most=str(longest))
        elif found := UNUSABLE.search(text):
            self.say("caractere-interdit", path, label=label, character=f"U+{ord(found[0]):04X}")
        elif self._not_personal(text, path, author=term.key == "auteurInstitutionnel"):
            self.texts.append((path, text))
            return True
        return False

    def _not_personal(self, text: str, path: Path, *, author: bool = False) -> bool:
        """Tell whether a text may be kept: personal data is refused, what a person must read is said."""
        if kind := find_personal(text, author=author):
            self.say("donnee-personnelle", path, label=self.label(path), kind=kind)
            return False
        if kind := find_to_read(text, author=author):
            self.say("passage-a-lire", path, label=self.label(path), kind=kind)
        return True

    def _refuse(self, item: Any, path: Path) -> None:
        """Say what is wrong with a JSON value that the key cannot have."""
        if isinstance(item, Number):
            self.say("nombre-json", path, str(item))
        elif item is None:
            self.say("null-json", path)
        elif isinstance(item, bool):
            self.say("booleen-json", path, "true" if item else "false")
        elif isinstance(item, list):
            self.say("liste-imbriquee", path)
        else:
            self.say("texte-attendu", path)


def _spelt_out(given: Any) -> Any:
    """Return plain texts as value objects."""
    if isinstance(given, list):
        return [_spelt_out(item) for item in given]
    return {"@value": given} if isinstance(given, str) and not isinstance(given, Number) else given


@cache
def _folders(base: str) -> frozenset[str]:
    """Return the first part of the relative IRIs of ours: `academie`, `concept`, `projet`…"""
    ours = {iri.partition("/")[0] for iri in concepts(base) if ":" not in iri}
    return frozenset(ours | {"graphe", "edition"} | set(document_types()))

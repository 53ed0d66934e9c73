"""The contexts against the terms: each key leads to a declared term and writes its values as the term wants.

Knows the versions of the context and the examples of documents in `exemples/`.
"""

from __future__ import annotations

import json
from typing import Any, Final

import pyoxigraph as ox
from pyld import jsonld

from ontologie.checks.model import OIA, Check, Corpus, Examined, Finding, Languages, iris, phrase, short
from ontologie.checks.terms import OWL, RDFS
from ontologie.contexts import containers, context, context_versions
from ontologie.framing import document_types, expanded, frame
from ontologie.namespaces import BASE, PREFIXES, RDF_TYPE
from ontologie.resources import read_text, resource

XSD: Final = PREFIXES["xsd"]


def expand(word: str, words: dict[str, Any]) -> str:
    """Return the IRI that a compact name of the context stands for."""
    prefix, colon, local = word.partition(":")
    return words[prefix] + local if colon and isinstance(words.get(prefix), str) else word


def keys(corpus: Corpus) -> Examined:
    """Every key of every version leads to a declared term, and to a standard one where the namespace is another's."""
    versions = [_keys_of(corpus, version) for version in context_versions()]
    found = tuple(finding for one in versions for finding in one.findings)
    return Examined(sum(one.count for one in versions), found)


def _keys_of(corpus: Corpus, version: str) -> Examined:
    words = context(version=version)
    found = []
    examined = 0
    for key, term in words.items():
        if key.startswith("@") or (isinstance(term, str) and term.endswith(("#", "/"))):
            continue
        reference = str(term if isinstance(term, str) else term.get("@id", term.get("@reverse")))
        if reference[0] == "@":
            continue
        examined += 1
        iri = expand(reference, words)
        fault = None
        if iri.startswith(OIA) and iri not in corpus.terms:
            fault = phrase("is-not-declared", reference=reference)
        elif ":" not in iri:
            fault = phrase("is-no-iri", reference=reference)
        elif iri.startswith(OIA):
            fault = _mismatch(
                iris(corpus.terms[iri], RDF_TYPE), iris(corpus.terms[iri], RDFS + "range"), term, words
            )
        if fault:
            found.append(Finding("context", f"{version} {key}", fault))
    return Examined(examined, tuple(found))


def _mismatch(kinds: list[str], ranges: list[str], term: Any, words: dict[str, Any]) -> Languages | None:
    """Tell where the way a key writes its values is not what the term's kind and range want."""
    coercion = term if isinstance(term, dict) else {}
    written = expand(str(coercion.get("@type", "")), words)
    if OWL + "Class" in kinds:
        return (
            None
            if not coercion
            else phrase("a-class-holds-no-value")
        )
    if (OWL + "ObjectProperty" in kinds) != (written == "@id"):
        return phrase("link-or-value-key-and-term-differ")
    if OWL + "ObjectProperty" in kinds:
        return None
    wanted = ranges[0] if ranges else ""
    prose = "@language" in coercion or "@language" in containers(coercion)
    told = PREFIXES["rdf"] + "PlainLiteral" if prose else written or XSD + "string"
    if wanted not in (told, RDFS + "Literal"):
        return phrase("writes-the-term-wants", written=short(told), wanted=short(wanted))
    return None


def examples(corpus: Corpus) -> Examined:
    """Each example is a document that its frame gives back, made of keys of the context and known IRIs."""
    words = context()
    found = []
    names = [f"{kind}.json" for kind in document_types()]
    for file in names:
        if not resource("exemples", file).is_file():
            found.append(Finding("examples", file, phrase("no-example")))
            continue
        document = json.loads(read_text("exemples", file))
        for fault in _document_faults(document, file.removesuffix(".json"), words, corpus):
            found.append(Finding("examples", file, fault))
    return Examined(len(names), tuple(found))


def _document_faults(
    document: dict[str, Any], kind: str, words: dict[str, Any], corpus: Corpus
) -> list[Languages]:
    faults = [
        phrase("unknown-key", key=key)
        for key in sorted(_keys(document, words) - set(words))
    ]
    quads = list(ox.parse(json.dumps({"@context": words, **document}), format=ox.RdfFormat.JSON_LD))
    framed = jsonld.frame(expanded(quads), frame(kind), {"base": BASE, "omitGraph": True})
    again = list(ox.parse(json.dumps(framed), format=ox.RdfFormat.JSON_LD))
    if set(again) != set(quads) or "id" not in framed:
        faults.append(
            phrase("its-frame-does-not-give-the-document")
        )
    for quad in quads:
        value = quad.object
        ours = isinstance(value, ox.NamedNode) and value.value.startswith(BASE)
        own = any(value == other.subject for other in quads)
        if ours and not own and value.value not in corpus.ours and not _is_document(value.value):
            faults.append(
                phrase("does-not-exist", name=short(value.value))
            )
    return faults


def _is_document(iri: str) -> bool:
    return iri.removeprefix(BASE).partition("/")[0] in document_types()


def _keys(value: Any, words: dict[str, Any]) -> set[str]:
    """Return the keys of a document; those of a language map are languages."""
    if isinstance(value, dict):
        below = (inner for key, inner in value.items() if "@language" not in containers(words.get(key)))
        return set(value).union(*(_keys(inner, words) for inner in below))
    if isinstance(value, list):
        return set().union(*(_keys(inner, words) for inner in value))
    return set()


CHECKS: Final = (
    Check(
        "context",
        phrase("every-key-of-the-context-leads-to"),
        keys,
    ),
    Check(
        "examples",
        phrase("every-example-is-given-back-by-its"),
        examples,
    ),
)

"""The words of the observatory: OWL and SKOS in Turtle, the JSON-LD context, and what loads them."""

from ontologie.canonical import canonical_bytes, canonical_lines, canonical_quads, digest, serialize_lines, unescaped
from ontologie.characters import character_name, is_invisible, with_names
from ontologie.checks.model import Check, Examined, Finding
from ontologie.contexts import context, context_iri, context_text, context_versions, named_context, newest_context
from ontologie.folding import fold_label, fold_text
from ontologie.framing import document_types, frame, to_document
from ontologie.namespaces import BASE, PREFIXES, RDF_TYPE, Iris
from ontologie.reasons import FULL, system_error, system_reason
from ontologie.resources import read_table, read_text, resource
from ontologie.rules import RuleFile, rule_files
from ontologie.sentences import (
    LANGUAGES,
    Language,
    Word,
    in_both,
    in_language,
    sentence,
    sentences,
    translated,
    translations,
)
from ontologie.untrusted import Refused, Spool, confined, open_file, read_file
from ontologie.vocabularies import Vocabulary, vocabularies

__all__ = [
    "BASE",
    "FULL",
    "LANGUAGES",
    "PREFIXES",
    "RDF_TYPE",
    "Check",
    "Examined",
    "Finding",
    "Iris",
    "Language",
    "Refused",
    "RuleFile",
    "Spool",
    "Vocabulary",
    "Word",
    "canonical_bytes",
    "canonical_lines",
    "canonical_quads",
    "character_name",
    "confined",
    "context",
    "context_iri",
    "context_text",
    "context_versions",
    "digest",
    "document_types",
    "fold_label",
    "fold_text",
    "frame",
    "in_both",
    "in_language",
    "is_invisible",
    "named_context",
    "newest_context",
    "open_file",
    "read_file",
    "read_table",
    "read_text",
    "resource",
    "rule_files",
    "sentence",
    "sentences",
    "serialize_lines",
    "system_error",
    "system_reason",
    "to_document",
    "translated",
    "translations",
    "unescaped",
    "vocabularies",
    "with_names",
]

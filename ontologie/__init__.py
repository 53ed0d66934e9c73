"""The words of the observatory: OWL and SKOS in Turtle, the JSON-LD context, and what loads them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ontologie.lazy_exports import lazily as lazily

if TYPE_CHECKING:
    from ontologie.canonical import canonical_lines as canonical_lines
    from ontologie.canonical import canonical_quads as canonical_quads
    from ontologie.canonical import digest as digest
    from ontologie.canonical import serialize_lines as serialize_lines
    from ontologie.canonical import unescaped as unescaped
    from ontologie.characters import character_name as character_name
    from ontologie.characters import is_invisible as is_invisible
    from ontologie.characters import with_names as with_names
    from ontologie.checks.model import Check as Check
    from ontologie.checks.model import Examined as Examined
    from ontologie.checks.model import Finding as Finding
    from ontologie.contexts import containers as containers
    from ontologie.contexts import context as context
    from ontologie.contexts import context_by_name as context_by_name
    from ontologie.contexts import context_iri as context_iri
    from ontologie.contexts import context_text as context_text
    from ontologie.contexts import context_versions as context_versions
    from ontologie.contexts import named_context as named_context
    from ontologie.contexts import newest_context as newest_context
    from ontologie.contexts import repeated_keys as repeated_keys
    from ontologie.deprecated import replacements as replacements
    from ontologie.directions import closed as closed
    from ontologie.excerpts import excerpt as excerpt
    from ontologie.folding import fold_label as fold_label
    from ontologie.folding import fold_text as fold_text
    from ontologie.framing import document_types as document_types
    from ontologie.framing import frame as frame
    from ontologie.framing import to_document as to_document
    from ontologie.labelled import Concept as Concept
    from ontologie.labelled import concepts as concepts
    from ontologie.labelled import digest_of_vocabularies as digest_of_vocabularies
    from ontologie.labelled import name_properties as name_properties
    from ontologie.licences import licence_at as licence_at
    from ontologie.namespaces import BASE as BASE
    from ontologie.namespaces import PREFIXES as PREFIXES
    from ontologie.namespaces import RDF_TYPE as RDF_TYPE
    from ontologie.namespaces import Iris as Iris
    from ontologie.namespaces import leads_out as leads_out
    from ontologie.packaged import Vocabulary as Vocabulary
    from ontologie.packaged import vocabularies as vocabularies
    from ontologie.reasons import FULL as FULL
    from ontologie.reasons import system_error as system_error
    from ontologie.reasons import system_reason as system_reason
    from ontologie.releases import released_files as released_files
    from ontologie.releases import released_versions as released_versions
    from ontologie.resources import read_table as read_table
    from ontologie.resources import read_text as read_text
    from ontologie.resources import table_beside as table_beside
    from ontologie.rules import RuleFile as RuleFile
    from ontologie.rules import rule_files as rule_files
    from ontologie.sentences import LANGUAGES as LANGUAGES
    from ontologie.sentences import Language as Language
    from ontologie.sentences import Word as Word
    from ontologie.sentences import in_both as in_both
    from ontologie.sentences import in_language as in_language
    from ontologie.sentences import sentence as sentence
    from ontologie.sentences import sentence_table as sentence_table
    from ontologie.sentences import translated as translated
    from ontologie.sentences import translations as translations
    from ontologie.templating import html_templates as html_templates
    from ontologie.untrusted import Refused as Refused
    from ontologie.untrusted import Spool as Spool
    from ontologie.untrusted import confined as confined
    from ontologie.untrusted import open_file as open_file
    from ontologie.untrusted import read_file as read_file
else:
    __getattr__, __dir__ = lazily(
        __name__,
        {
            "canonical": "canonical_lines canonical_quads digest serialize_lines unescaped",
            "characters": "character_name is_invisible with_names",
            "checks.model": "Check Examined Finding",
            "contexts": "containers context context_by_name context_iri context_text context_versions named_context "
            "newest_context repeated_keys",
            "deprecated": "replacements",
            "folding": "fold_label fold_text",
            "framing": "document_types frame to_document",
            "directions": "closed", "excerpts": "excerpt",
            "labelled": "Concept concepts digest_of_vocabularies name_properties",
            "licences": "licence_at",
            "namespaces": "BASE PREFIXES RDF_TYPE Iris leads_out",
            "packaged": "Vocabulary vocabularies",
            "reasons": "FULL system_error system_reason",
            "releases": "released_files released_versions",
            "resources": "read_table read_text table_beside",
            "rules": "RuleFile rule_files",
            "sentences": "LANGUAGES Language Word in_both in_language sentence sentence_table translated translations",
            "templating": "html_templates",
            "untrusted": "Refused Spool confined open_file read_file",
        },
    )

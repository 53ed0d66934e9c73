"""The way in: readers, resolution, conversion, the registry, publication and editions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ontologie import lazily

if TYPE_CHECKING:
    from ingestion.commands.partner_template import files_to_fill as files_to_fill
    from ingestion.commands.telling.described import as_described as as_described
    from ingestion.commands.telling.described import difference_of as difference_of
    from ingestion.commands.telling.described import findings_in_words as findings_in_words
    from ingestion.commands.telling.described import findings_told as findings_told
    from ingestion.commands.telling.described import listed_as as listed_as
    from ingestion.commands.telling.described import told_to_reviewer as told_to_reviewer
    from ingestion.commands.telling.worded import academie_name as academie_name
    from ingestion.commands.telling.worded import label_of_field as label_of_field
    from ingestion.derivation.deciding import decide_finding as decide_finding
    from ingestion.documents.build import build_document as build_document
    from ingestion.documents.dates import read_dates as read_dates
    from ingestion.documents.refilled import refilled as refilled
    from ingestion.documents.remarked import remarked as remarked
    from ingestion.documents.told import name_of as name_of
    from ingestion.examination.deposit import alike_in as alike_in
    from ingestion.examination.deposit import deposit_file as deposit_file
    from ingestion.examination.neighbours import alike_to as alike_to
    from ingestion.examination.pipeline import Options as Options
    from ingestion.examination.pipeline import examine as examine
    from ingestion.examination.pipeline import examine_batches as examine_batches
    from ingestion.examination.rejects import rejects_text as rejects_text
    from ingestion.graphs.conversion import convert as convert
    from ingestion.graphs.export import export_document as export_document
    from ingestion.labels.desk import LabelDesk as LabelDesk
    from ingestion.publication.changelist import GraphChange as GraphChange
    from ingestion.publication.deltas import GraphReader as GraphReader
    from ingestion.publication.deltas import became as became
    from ingestion.publication.deltas import changes_beginning as changes_beginning
    from ingestion.publication.deltas import changes_counted as changes_counted
    from ingestion.publication.deltas import changes_of as changes_of
    from ingestion.publication.deltas import find_changes as find_changes
    from ingestion.publication.deltas import note_changes as note_changes
    from ingestion.publication.deltas import sizes_of as sizes_of
    from ingestion.publication.files.dumps import read_fiches as read_fiches
    from ingestion.publication.files.dumps import read_statistics as read_statistics
    from ingestion.publication.files.editions import DUMPS as DUMPS
    from ingestion.publication.files.editions import STATISTICS as STATISTICS
    from ingestion.publication.files.editions import Edition as Edition
    from ingestion.publication.files.editions import Editions as Editions
    from ingestion.publication.files.editions import is_gone as is_gone
    from ingestion.publication.files.editions import redaction_of as redaction_of
    from ingestion.publication.files.members import MEMBERS as MEMBERS
    from ingestion.publication.files.members import MEMBERS_LIST as MEMBERS_LIST
    from ingestion.publication.files.members import files_of as files_of
    from ingestion.publication.files.members import has_dump as has_dump
    from ingestion.publication.files.members import lines_of as lines_of
    from ingestion.publication.files.members import members_of as members_of
    from ingestion.publication.files.members import packed_bytes as packed_bytes
    from ingestion.publication.files.stores import begin_making as begin_making
    from ingestion.publication.files.stores import is_to_be_made as is_to_be_made
    from ingestion.publication.manifest import software_version as software_version
    from ingestion.publication.publish import publish as publish
    from ingestion.publication.rebuild import RebuildDiffers as RebuildDiffers
    from ingestion.publication.rebuild import rebuild as rebuild
    from ingestion.reading.deposits import learn_to_read as learn_to_read
    from ingestion.reading.deposits import read_deposit as read_deposit
    from ingestion.reading.exported_table import deduced_cell as deduced_cell
    from ingestion.reading.exported_table import export_columns as export_columns
    from ingestion.reading.exported_table import export_row as export_row
    from ingestion.reading.records import Record as Record
    from ingestion.registry.agents import UnknownAcademie as UnknownAcademie
    from ingestion.registry.agents import academie_code as academie_code
    from ingestion.registry.happened import Happened as Happened
    from ingestion.registry.registry import Registry as Registry
    from ingestion.registry.selection import ListWanted as ListWanted
    from ingestion.registry.transitions import RefusedTransition as RefusedTransition
    from ingestion.resolution.candidates import Candidate as Candidate
    from ingestion.resolution.candidates import candidates_of as candidates_of
    from ingestion.resolution.candidates import completions as completions
    from ingestion.resolution.candidates import label_types as label_types
    from ingestion.resolution.resolve import resolve as resolve
    from ingestion.rights.decision import Forbidden as Forbidden
    from ingestion.rights.decision import decide as decide
    from ingestion.rights.decision import require as require
    from ingestion.rights.decision import standing as standing
    from ingestion.rights.model import Agent as Agent
    from ingestion.rights.model import Grant as Grant
    from ingestion.rights.model import Matter as Matter
    from ingestion.settings import Settings as Settings
    from ingestion.words.columns import columns as columns
    from ingestion.words.errors import RefusedAct as RefusedAct
    from ingestion.words.errors import UnreadableDeposit as UnreadableDeposit
    from ingestion.words.examples import EXAMPLE_PREFIX as EXAMPLE_PREFIX
    from ingestion.words.identifiers import document_named as document_named
    from ingestion.words.languages import language_of as language_of
    from ingestion.words.languages import language_tag as language_tag
    from ingestion.words.messages import Issue as Issue
else:
    __getattr__, __dir__ = lazily(
        __name__,
        {
            "commands.partner_template": "files_to_fill",
            "commands.telling.described": (
                "as_described difference_of findings_in_words findings_told listed_as told_to_reviewer"
            ),
            "commands.telling.worded": "academie_name label_of_field",
            "derivation.deciding": "decide_finding",
            "documents.build": "build_document",
            "documents.refilled": "refilled",
            "documents.dates": "read_dates", "documents.remarked": "remarked",
            "documents.told": "name_of",
            "examination.deposit": "alike_in deposit_file",
            "examination.neighbours": "alike_to",
            "examination.pipeline": "Options examine examine_batches",
            "examination.rejects": "rejects_text",
            "graphs.conversion": "convert",
            "graphs.export": "export_document",
            "labels.desk": "LabelDesk",
            "publication.changelist": "GraphChange",
            "publication.deltas": (
                "GraphReader became changes_beginning changes_counted changes_of find_changes note_changes sizes_of"
            ),
            "publication.files.dumps": "read_fiches read_statistics",
            "publication.files.editions": "DUMPS STATISTICS Edition Editions is_gone redaction_of",
            "publication.manifest": "software_version",
            "publication.files.members": "MEMBERS MEMBERS_LIST files_of has_dump lines_of members_of packed_bytes",
            "publication.publish": "publish",
            "publication.rebuild": "RebuildDiffers rebuild",
            "publication.files.stores": "begin_making is_to_be_made",
            "reading.deposits": "learn_to_read read_deposit",
            "reading.exported_table": "deduced_cell export_columns export_row",
            "reading.records": "Record",
            "registry.agents": "UnknownAcademie academie_code",
            "registry.registry": "Registry",
            "registry.happened": "Happened",
            "registry.selection": "ListWanted",
            "registry.transitions": "RefusedTransition",
            "resolution.candidates": "Candidate candidates_of completions label_types",
            "resolution.resolve": "resolve", "rights.decision": "Forbidden decide require standing",
            "rights.model": "Agent Grant Matter",
            "settings": "Settings",
            "words.identifiers": "document_named",
            "words.columns": "columns",
            "words.errors": "RefusedAct UnreadableDeposit",
            "words.examples": "EXAMPLE_PREFIX",
            "words.languages": "language_of language_tag",
            "words.messages": "Issue",
        },
    )

"""The way in: readers, resolution, conversion, the registry, publication and editions."""

from ingestion.documents.build import BuiltDocument, build_document
from ingestion.examination.deposit import Deposited, deposit_file
from ingestion.examination.pipeline import Examination, ExaminedDocument, Options, examine, examine_batches
from ingestion.examination.summary import Summary
from ingestion.graphs.conversion import ConversionError, ConvertedDocument, convert, convert_stream, document_iris
from ingestion.graphs.export import export_document
from ingestion.graphs.ownership import MisplacedTriple
from ingestion.publication.cut import Face, UnknownEdition
from ingestion.publication.dumps import read_fiches
from ingestion.publication.editions import DUMPS, Edition, Editions, is_gone
from ingestion.publication.publish import NothingToPublish, Publication, PublicationBusy, publish
from ingestion.publication.rebuild import RebuildDiffers, Rebuilt, rebuild
from ingestion.reading.deposits import read_deposit
from ingestion.reading.exported_table import export_columns, export_row
from ingestion.reading.records import Deposit, Record
from ingestion.registry.registry import Agent, NewDocument, Registered, Registry
from ingestion.registry.transitions import RefusedTransition
from ingestion.resolution.resolve import resolve, suggest
from ingestion.settings import Settings
from ingestion.words.columns import Column, column_of_key, columns
from ingestion.words.errors import UnreadableDeposit
from ingestion.words.messages import Issue, Place

__all__ = [
    "DUMPS",
    "Agent",
    "BuiltDocument",
    "Column",
    "ConversionError",
    "ConvertedDocument",
    "Deposit",
    "Deposited",
    "Edition",
    "Editions",
    "Examination",
    "ExaminedDocument",
    "Face",
    "Issue",
    "MisplacedTriple",
    "NewDocument",
    "NothingToPublish",
    "Options",
    "Place",
    "Publication",
    "PublicationBusy",
    "RebuildDiffers",
    "Rebuilt",
    "Record",
    "RefusedTransition",
    "Registered",
    "Registry",
    "Settings",
    "Summary",
    "UnknownEdition",
    "UnreadableDeposit",
    "build_document",
    "column_of_key",
    "columns",
    "convert",
    "convert_stream",
    "deposit_file",
    "document_iris",
    "examine",
    "examine_batches",
    "export_columns",
    "export_document",
    "export_row",
    "is_gone",
    "publish",
    "read_deposit",
    "read_fiches",
    "rebuild",
    "resolve",
    "suggest",
]

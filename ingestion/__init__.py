"""The way in: readers, resolution, conversion, the registry, publication and editions."""

from ingestion.columns import Column, column_of_key, columns
from ingestion.conversion import ConversionError, ConvertedDocument, convert, convert_stream, document_iris
from ingestion.deposit import Deposited, deposit_file
from ingestion.documents import BuiltDocument, build_document
from ingestion.dumps import read_fiches
from ingestion.editions import DUMPS, Edition, Editions, is_gone
from ingestion.errors import UnreadableDeposit
from ingestion.export import export_document
from ingestion.exported_table import export_columns, export_row
from ingestion.homes import MisplacedTriple
from ingestion.messages import Issue, Place
from ingestion.pipeline import Examination, ExaminedDocument, Options, examine, examine_batches
from ingestion.publication import Face, NothingToPublish, Publication, PublicationBusy, UnknownEdition, publish
from ingestion.readers import read_deposit
from ingestion.rebuild import RebuildDiffers, Rebuilt, rebuild
from ingestion.records import Deposit, Record
from ingestion.registry import Agent, NewDocument, Registered, Registry
from ingestion.resolution import resolve, suggest
from ingestion.settings import Settings
from ingestion.summary import Summary
from ingestion.transitions import RefusedTransition

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

"""The way in: readers, resolution, conversion, the registry, publication and editions."""

from ingestion.errors import UnreadableDeposit
from ingestion.messages import Issue, Place
from ingestion.readers import read_deposit
from ingestion.records import Deposit, Record

__all__ = ["Deposit", "Issue", "Place", "Record", "UnreadableDeposit", "read_deposit"]

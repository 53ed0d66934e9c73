"""The forms in which fiches are exported."""

from enum import StrEnum


class ExportFormat(StrEnum):
    """The forms of an export."""

    JSONL = "jsonl"
    JSONLD = "jsonld"
    TTL = "ttl"
    NQ = "nq"
    CSV = "csv"

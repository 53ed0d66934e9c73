"""What can be wrong with the words and what comes from outside: one tree."""

from __future__ import annotations


class OntologyError(Exception):
    """Base of all that this package raises of its own.

    OntologyError
    ├── Refused        a file from outside that is not read: a code of the table of messages
    └── NoReasoner     a library or Java is missing
    """

"""What comes from outside: files opened with bounds, and read in a process that may die.

Knows the operating system; knows no format. Every refusal is a sentence of the table of messages.
"""

from ontologie.untrusted.confinement import Spool, confined
from ontologie.untrusted.files import open_file, read_file
from ontologie.untrusted.refusal import Refused

__all__ = ["Refused", "Spool", "confined", "open_file", "read_file"]

"""What can be wrong on the way in, one tree: a file that cannot be used is in it; a row that is refused is an issue."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from ingestion.words.messages import Issue, Place, issue
from ontologie import Refused, Word, in_both, sentence_table


class IngestionError(Exception):
    """Base of all that this package raises of its own.

    IngestionError
    ├── UnreadableDeposit     a deposit that cannot be used as a whole
    ├── ConversionError       a document that makes no graph of its own
    ├── MisplacedTriple       a triple in two graphs, or in one that is not its own
    ├── RefusedAct            an act that is not done, said in two languages
    │   ├── RefusedTransition a step of review that a state does not allow
    │   │   └── AlreadyDecided  a label of which something else was decided before
    │   ├── Forbidden         an act that its agent may not do
    │   ├── WrongAccount      an account that cannot be as it is asked for
    │   ├── WrongDecision     a decision on a label that says nothing that is known
    │   ├── WrongReason       a reason of a decision on a finding that cannot be published
    │   └── UnknownField      a remark on a field that no document has
    ├── UnknownAcademie       no académie of that name
    ├── DriverMissing         a registry on a database whose driver is not installed
    ├── NewerRegistry         a registry made by a later program
    ├── PublicationBusy       another publisher is at work
    ├── NothingToPublish      nothing was ever validated
    ├── BackupExists, NothingToBackUp    a backup that is not written
    ├── DamagedBackup, NewerBackup       a file that cannot be restored
    ├── DamagedEdition        an edition of a backup that is not what its manifest says
    ├── EndpointFails         a partner's endpoint that cannot be harvested, or not on
    ├── AskedToWait           a partner's endpoint that asks to be asked later
    ├── NotEmpty              a state that a restore would lose
    ├── UnknownEdition        the edition that answers is not one of this registry
    └── RebuildDiffers        the registry of today does not make this edition
    """


class RefusedAct(IngestionError):
    """An act that is not done; `messages` says why and what to do, in `fr` and `en`, on the command line.

    `over_http` says the same to who has no command line.
    """

    def __init__(self, messages: Mapping[str, str], over_http: Mapping[str, str] | None = None) -> None:
        super().__init__(messages["en"])
        self.messages, self.over_http = messages, over_http or messages


def refusal_in_words(code: str, **words: Word) -> tuple[Mapping[str, str], Mapping[str, str]]:
    """Return what a refusal says on the command line, and over HTTP where it has a sentence of its own there."""
    said, over = in_both("relecture", code, **words), f"http-{code}"
    return said, in_both("relecture", over, **words) if over in sentence_table("relecture") else said


class UnreadableDeposit(IngestionError):
    """A deposit that cannot be used as a whole (exit 2): where, why and what to do are in `issue`."""

    def __init__(self, found: Issue) -> None:
        super().__init__(found.message["fr"])
        self.issue = found

    def __reduce__(self) -> tuple[type[UnreadableDeposit], tuple[Issue]]:
        return UnreadableDeposit, (self.issue,)

    @property
    def file(self) -> str:
        """Return the file's name as it was given."""
        return self.issue.file

    @property
    def line(self) -> int | None:
        """Return the physical line, from 1, where there is one."""
        return self.issue.line

    @property
    def column(self) -> int | None:
        """Return the position from 1: of the column in a table, of the character in JSON."""
        return self.issue.column

    @property
    def message(self) -> Mapping[str, str]:
        """Return what is wrong, in `fr` and `en`."""
        return self.issue.message

    @property
    def remedy(self) -> Mapping[str, str]:
        """Return what to do, in `fr` and `en`."""
        return self.issue.remedy


def unreadable(
    code: str,
    place: Place,
    *,
    value: str = "",
    suggestions: Sequence[str] = (),
    words: Mapping[str, Word] | None = None,
) -> UnreadableDeposit:
    """Make the error of a code of the table of messages."""
    return UnreadableDeposit(issue(code, place, value=value, suggestions=suggestions, words=words))


@contextmanager
def refused_at(place: Place) -> Iterator[None]:
    """Say of a file that it is not read, as of any that cannot be used."""
    try:
        yield
    except Refused as error:
        raise unreadable(error.code, place, words=error.words) from error

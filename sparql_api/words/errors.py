"""What can be wrong on the way out: one tree."""

from __future__ import annotations


class ServiceError(Exception):
    """Base of all that this package raises of its own.

    ServiceError
    ├── ProblemError                 is answered with a problem document (RFC 9457)
    │   ├── ShareExhausted           the client's share of engine time is used up (429)
    │   └── EngineError              a query has no answer; `query.errors` says each
    │       ├── QuerySyntaxError, QueryRefused, QueryTooLong, NotAcceptable, EvaluationError
    │       ├── ServiceFailed, DeadlineExceeded, MemoryExceeded, AnswerTooLarge
    │       ├── QueueFull, Preempted, SpoolFull, WorkerCrashed, StoreUnreadable
    │       ├── NoEdition, EditionNotFound, EditionGone, EditionBeingMade
    │       └── NotHeld, StoreUnreachable, StoreFailed     of a store elsewhere
    ├── ClientGone                   nobody waits for the answer any more
    ├── Cancelled                    a computation was told to end
    ├── Unexpected, UnknownFunction  the grammar: what stands where nothing of its kind may
    ├── NotPlainTriples              triples of a query are not plain to read: it is not put otherwise
    ├── Crowded                      the process that reads long queries has too many
    ├── PoolFull, PoolClosed         no worker can be had
    ├── WorkerDied                   a worker ended before its reply
    ├── HarvestRefused               a request of OAI-PMH that the protocol answers with an error
    ├── SignInRefused                a sign-in elsewhere that does not hold
    ├── Unfinished                   what was called in a process beside this one did not come to its end
    ├── Unexamined                   a deposit was not examined to its end
    ├── ToolRefused, TooMuch         an address asked from within, by an assistant's tool, said no, or too much
    ├── UnansweredWithin             an address asked from within for a mirror gave no whole answer
    ├── MirrorRefused                a folder cannot be a mirror, or the edition moved while it was made
    ├── ServiceRefused               a call of SERVICE that the gateway does not let out
    ├── Broken, Stopped              an answer of a store elsewhere is not whole, or is read no further
    └── NotPublished                 an edition could not be written to a store elsewhere

    Inside a query worker, which loads none of this and tells its parent by a word: PastBound, UnopenedStore,
    Unwritable, NoSpace, ColumnsFailed.
    """

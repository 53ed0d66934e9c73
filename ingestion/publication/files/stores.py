"""The store of an edition made anew from its dump: with a redaction, and where a redacted edition is asked for again.

Knows that one is made at a time on a state folder, and that none appears before it is whole.
"""

from __future__ import annotations

import fcntl
import gzip
import logging
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import Final

import pyoxigraph as ox

from ingestion.publication.files.editions import Edition, exchange
from ingestion.publication.files.loading import Loading
from ingestion.publication.files.members import files_of, has_dump

logger: Final = logging.getLogger("observatoire")


def write_store(edition: Edition) -> None:
    """Write an edition's store from its dump; it has its name once it is whole."""
    _made(edition).rename(edition.store_path)


def renew_store(edition: Edition) -> None:
    """Put a store made from an edition's dump in the place of the one that it has."""
    exchange(_made(edition), edition.store_path)


def _made(edition: Edition) -> Path:
    working, made = edition.path / ".store.making", edition.path / ".store.made"
    for folder in (working, made):
        shutil.rmtree(folder, ignore_errors=True)

    def finish(store: ox.Store) -> None:
        store.optimize()
        store.flush()
        store.backup(str(made))

    with Loading(ox.Store(str(working))) as loading:
        for file in files_of(edition, "dump.nq.gz"):
            loading.add(gzip.decompress(file.read_bytes()))
        loading.then(finish).result()
    shutil.rmtree(working)
    return made


@contextmanager
def making_stores(var: Path, *, wait: bool = True) -> Iterator[bool]:
    """Be the only one that makes stores, or puts another edition in the place of one; False where another does.

    With `wait`, another is waited for.
    """
    descriptor = os.open(var / "stores.lock", os.O_RDWR | os.O_CREAT, 0o644)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            yield False
            return
        yield True
    finally:
        os.close(descriptor)


def is_to_be_made(edition: Edition) -> bool:
    """Tell whether an edition has no store, but what to make one of."""
    return not edition.store_path.is_dir() and has_dump(edition, "dump.nq.gz")


def begin_making(edition: Edition) -> None:
    """Make the store of an edition that has none, beside the caller; does nothing where one is being made."""
    Thread(target=_make, args=(edition,), name="store", daemon=True).start()


def _make(edition: Edition) -> None:
    try:
        with making_stores(edition.path.parent.parent, wait=False) as alone:
            if alone and is_to_be_made(edition):
                write_store(edition)
    except OSError as error:
        # Who asks again begins again.
        logger.warning("the store of edition %d is not made: %s", edition.number, error.strerror)

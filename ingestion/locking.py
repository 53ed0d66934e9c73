"""One publisher at a time: a lock on the state folder that the kernel takes back from whoever is killed."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class PublicationBusy(Exception):
    """Another publisher is at work on the same state."""


@contextmanager
def publication_lock(var: Path) -> Iterator[None]:
    """Hold the one publisher's lock; raises PublicationBusy where another holds it."""
    descriptor = os.open(var / "publication.lock", os.O_RDWR | os.O_CREAT, 0o644)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise PublicationBusy from error
        yield
    finally:
        os.close(descriptor)

"""Reading in a confined process: how it may fail, and that the parent knows."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator

import pytest

from ontologie.untrusted import Refused, confinement


def _for_ever() -> Iterator[str]:
    while True:
        time.sleep(3600)
        yield ""


def _too_much() -> Iterator[int]:
    yield len(bytearray(2 * confinement.MEMORY))


def _killed() -> Iterator[str]:
    os.kill(os.getpid(), signal.SIGSEGV)
    yield ""


def _without_end() -> Iterator[str]:
    text = ""
    while True:
        text = "a" if len(text) > 10 else text + "a"
    yield text


@pytest.mark.parametrize(
    ("read", "code"),
    [
        (_for_ever, "lecture-memoire"),
        (_too_much, "lecture-memoire"),
        (_killed, "lecture-interrompue"),
        pytest.param(_without_end, "lecture-longue", marks=pytest.mark.long),
    ],
)
def test_a_reader_that_fails_is_a_sentence(
    read: Callable[[], Iterator[object]], code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(confinement, "IDLE", 1)
    monkeypatch.setattr(confinement, "SECONDS", 1)
    with pytest.raises(Refused) as refused:
        confinement.confined(read, 0, ())
    assert refused.value.code == code

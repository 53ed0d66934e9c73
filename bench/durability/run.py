"""Kills at points, at random moments, with two at work, with the clock set back; one line of findings a kill."""

from __future__ import annotations

import random
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Final

from bench.durability.acts import (
    ACTS,
    ERASED,
    begin,
    begun,
    ended,
    forked,
    killed_at,
    points,
    prepare,
    set_clock_back,
    with_few_vocabularies,
)
from bench.durability.judging import Found, batches_between, faults, left_of, observe, observe_old, rebuilt
from ingestion.derivation.rules import rules_digest
from ontologie import vocabularies
from shapes import shapes_digest

PAIRS: Final = (("ingest", "publish"), ("validate", "erase"), ("publish", "publish"), ("erase", "ingest"), ("withdraw", "publish"))
"""Acts that may be done at the same time, in whatever order, and come to the same documents."""
_WITHOUT_EDITION: Final = {"migrate"}
_MAKING_EDITIONS: Final = {"publish", "erase", "restore"}
"""Acts after which the store is derived again and compared: the others write none."""


@dataclass(frozen=True)
class Kill:
    """What came of one kill: `how` is `point`, `random`, `clock` or `two`; `killed` whether death came before the end."""

    how: str
    act: str
    point: str
    killed: bool
    faults: list[str] = field(default_factory=list)
    seconds: float = 0

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON."""
        return asdict(self)


class Durability:
    """A prepared state, and what each act makes of it when it is left alone."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._made = folder, folder / "prepared"
        self._turn = 0
        self.before: dict[str, Found] = {}
        self.after: dict[str, Found] = {}
        self.usual: dict[str, float] = {}
        self._made.mkdir(parents=True)
        with_few_vocabularies()
        vocabularies(), rules_digest(), shapes_digest()
        _must(forked(partial(prepare, self._made)))
        for act in ACTS:
            with _State(self, act) as var:
                self.before[act] = self._look(act, var)
                started = time.monotonic()
                _must(forked(partial(ACTS[act], var)))
                self.usual[act] = time.monotonic() - started
                self.after[act] = self._look(act, var)

    def at_points(self) -> Iterator[Kill]:
        """Kill at each named point."""
        for point in points():
            yield self._killed("point", point["act"], point["point"], lambda var, point=point: forked(partial(killed_at, point, var)))  # type: ignore[misc]

    def at_random(self, kills: int, seed: int) -> Iterator[Kill]:
        """Kill at random moments of random acts; every fifth with the clock set back, every sixth with two at work."""
        chance = random.Random(seed)
        for turn in range(kills):
            if turn % 6 == 5:
                yield self._two(chance.choice(PAIRS), chance.random())
                continue
            act, clock = chance.choice([*ACTS]), turn % 5 == 4
            when = chance.random() * 1.1 * self.usual[act]
            work = partial(_with_clock_back, act) if clock else ACTS[act]
            yield self._killed("clock" if clock else "random", act, f"{when:.2f} s", lambda var, work=work, when=when: forked(partial(work, var), when))  # type: ignore[misc]

    def with_the_clock_back(self) -> Iterator[Kill]:
        """Do each act with the clock set back, and kill nobody."""
        for act in ACTS:
            yield self._killed("clock", act, "none", lambda var, act=act: forked(partial(_with_clock_back, act, var)))  # type: ignore[misc]

    def two_at_once(self, seed: int) -> Iterator[Kill]:
        """Do each pair at the same time, and kill the first of the two."""
        chance = random.Random(seed)
        for pair in PAIRS:
            yield self._two(pair, chance.random())

    def _killed(self, how: str, act: str, point: str, work: Callable[[Path], tuple[bool, object]]) -> Kill:
        started = time.monotonic()
        with _State(self, act) as var:
            done, said = work(var)
            before, after = self.before[act], self.after[act]
            between = batches_between(before, after, 2) if act == "ingest" else []
            told = _failure(done, said)
            told += faults(self._look(act, var), before, after, between, acknowledged=done)
            told += self._ended_again(act, var)
            return Kill(how, act, point, not done, told, time.monotonic() - started)

    def _ended_again(self, act: str, var: Path) -> list[str]:
        """Run the same command again, and derive the store again; return what is then not as it ought to be."""
        told = _failure(*forked(partial(ACTS[act], var)))
        found = self._look(act, var)
        told += [f"done again, not as it ought to be: {name}" for name, one in self.after[act].items() if found[name] != one]
        if act == "erase":
            told += [f"erased, and left in {name}" for name in left_of(var, ERASED)]
        return told + (_failure(*forked(partial(rebuilt, var)), wanted=True) if act in _MAKING_EDITIONS else [])

    def _two(self, pair: tuple[str, str], part: float) -> Kill:
        started, (first, second) = time.monotonic(), pair
        with _State(self, first) as var:
            one, other = (begin(partial(ACTS[act], var)) for act in pair)
            done, said = ended(one, part * 1.5 * self.usual[first])
            _, told_other = ended(other)
            told = [] if _busy(told_other) else _failure(True, told_other)
            told += [] if not done or _busy(said) else _failure(True, said)
            told += [] if self._look(first, var)["sound"] else ["the edition that answers is not what its manifest says"]
            for act in (*pair, "publish"):
                told += _failure(*forked(partial(ACTS[act], var)))
            found = self._look(first, var)["documents"]
            with _State(self, first) as alone:
                for act in (*pair, "publish"):
                    _must(forked(partial(ACTS[act], alone)))
                wanted = self._look(first, alone)["documents"]
            told += [] if _without_order(found) == _without_order(wanted) else ["not what both come to one after the other"]
            told += _failure(*forked(partial(rebuilt, var)), wanted=True)
            return Kill("two", f"{first} + {second}", f"{part:.2f}", not done, told, time.monotonic() - started)

    def _look(self, act: str, var: Path) -> Found:
        return dict(_must(forked(partial(observe_old if act in _WITHOUT_EDITION else observe, var))))

    def state(self, act: str) -> Path:
        """Return a folder of its own with a state to begin from."""
        self._turn += 1
        return begun(self._made, act, self._folder / str(self._turn))


class _State:
    """A state folder for one act, removed after it."""

    def __init__(self, durability: Durability, act: str) -> None:
        self._var = durability.state(act)

    def __enter__(self) -> Path:
        return self._var

    def __exit__(self, *_: object) -> None:
        shutil.rmtree(self._var.parent)


def _with_clock_back(act: str, var: Path) -> None:
    set_clock_back()
    ACTS[act](var)


def _failure(done: bool, said: object, wanted: object = None) -> list[str]:
    if not done:
        return []
    if isinstance(said, dict) and "failed" in said:
        return [str(said["failed"])]
    return [] if wanted is None or said == wanted else [f"{said} and not {wanted}"]


def _busy(said: object) -> bool:
    """Tell whether an act was refused since another was at work: it says so, and is asked for again."""
    return isinstance(said, dict) and str(said.get("failed", "")).startswith("PublicationBusy")


def _without_order(documents: dict[str, Any]) -> dict[str, Any]:
    """Return documents, their events counted without order, and an edition's publications once each."""
    return {name: [*one[:3], sorted(set(one[3]))] for name, one in documents.items()}


def _must(answer: tuple[bool, object]) -> Any:
    done, said = answer
    if not done or (isinstance(said, dict) and "failed" in said):
        raise SystemExit(f"what is killed nowhere failed: {said}")
    return said

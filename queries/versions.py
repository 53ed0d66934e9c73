"""The catalogue of saved questions, and the versions of each: what a program relies on stays as it is.

A question's file in this folder is its latest version. Where its meaning changes, or a column or a parameter goes, the
file as it stood moves to `versions/{name}.v{number}.rq`, deprecated, and the new one takes the next number. What adds
a column or a parameter with a default makes no version.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from types import MappingProxyType
from typing import Final

from ontologie import BASE, Iris
from queries.questions import Question, parse_question

FORMER: Final = re.compile(r"(?P<name>[a-z0-9-]+)\.v(?P<number>[1-9][0-9]*)\.rq")
SUFFIX: Final = ".rq"


@cache
def catalogue(base: str = BASE) -> Mapping[str, Question]:
    """Return the latest version of each question by name, in the order of their names, their IRIs under `base`.

    Raises ValueError naming the file where a question is badly described.
    """
    return MappingProxyType({name: versions[-1] for name, versions in every_version(base).items()})


@cache
def every_version(base: str = BASE) -> Mapping[str, Sequence[Question]]:
    """Return the versions of each question by name, the first one first, their IRIs under `base`.

    Raises ValueError naming the file where a question is badly described, or the question whose versions do not follow.
    """
    return read_versions(files("queries"), base)


def read_versions(folder: Traversable, base: str = BASE) -> Mapping[str, Sequence[Question]]:
    """Return the versions of the questions of a folder; raises ValueError as `every_version` does."""
    latest = {entry.name.removesuffix(SUFFIX): entry for entry in folder.iterdir() if entry.name.endswith(SUFFIX)}
    former: dict[str, list[Question]] = {}
    for entry in folder.joinpath("versions").iterdir():
        told = FORMER.fullmatch(entry.name)
        if told is None or told["name"] not in latest:
            raise ValueError(f"versions/{entry.name}: not the version of a question, as `name.v1.rq` is")
        one = read_question(told["name"], entry, base)
        if one.version != int(told["number"]):
            raise ValueError(f"versions/{entry.name}: says that it is version {one.version}")
        former.setdefault(one.name, []).append(one)
    found = {}
    for name in sorted(latest):
        earlier = sorted(former.get(name, ()), key=lambda one: one.version)
        found[name] = followed((*earlier, read_question(name, latest[name], base)))
    return MappingProxyType(found)


def read_question(name: str, entry: Traversable, base: str) -> Question:
    """Return the question of a file, its IRIs under `base`; raises ValueError where it is badly described."""
    return parse_question(name, Iris(base).rebase(entry.read_text(encoding="utf-8")))


def followed(versions: Sequence[Question]) -> Sequence[Question]:
    """Return versions as they are; raises ValueError where they do not follow, or one is not told as it stands."""
    *former, latest = versions
    numbers = [one.version for one in versions]
    if numbers != list(range(numbers[0], numbers[0] + len(versions))):
        raise ValueError(f"{latest.name}: its versions {numbers} do not follow each other")
    if latest.deprecated or any(one.deprecated is None for one in former):
        raise ValueError(f"{latest.name}: every version is deprecated but the latest")
    if any(one.mapped or one.charted for one in former):
        raise ValueError(f"{latest.name}: the latest version alone is drawn")
    return versions

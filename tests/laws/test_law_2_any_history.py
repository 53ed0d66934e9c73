"""Law 2 where words and rules change too, on SQLite and on a real PostgreSQL: members, root, statistics and faces.

Derivable: what any history gives is what a build from nothing gives.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

import ontologie
from ingestion import Editions, Options, Registry, Settings, deposit_file, publish, rebuild
from ontologie import BASE, RuleFile, Vocabulary, digest
from sparql_api.fiches.facets import FACET_NAMES
from sparql_api.fiches.search import FicheIndex, Selection
from sparql_api.outputs import EDITION_OUTPUTS
from tests.ingestion.registry.conftest import postgresql, postgresql_server
from tests.laws.test_law_2_derivable import OTHERS, PROJECTS, REVIEWER, ROWS, files_of, live
from tests.making import NATIONAL, TEAM, declared, write_csv

__all__ = ["postgresql", "postgresql_server"]

pytestmark = pytest.mark.long
ACTS = ["validate", "withdraw", "send_back", "erase"]
STEP = st.one_of(
    st.tuples(st.just("deposit"), ROWS, st.just(value=True)),
    st.tuples(st.just("write"), st.sampled_from(OTHERS), st.sampled_from(["atteint", "non-renseigne"]), st.just(value=True)),
    st.tuples(st.sampled_from(ACTS), st.sampled_from(PROJECTS + OTHERS)),
    st.tuples(st.sampled_from(["label", "refuse"]), st.sampled_from(PROJECTS)),
    st.tuples(st.just("publish")),
    st.tuples(st.sampled_from(["words", "rules"]), st.booleans()),
)
STEPS = st.lists(STEP, min_size=3, max_size=8)
WRITTEN: list[tuple[Any, ...]] = [
    ("deposit", [{"id": "A1"}, {"id": "A2"}], True), ("publish",), ("rules", True), ("write", OTHERS[0], "atteint", True),
    ("publish",), ("words", True), ("deposit", [{"id": "A1", "titre": "Débattre"}], True), ("publish",), ("rules", False),
]  # fmt: skip
UNPUBLISHED = {"store", "fiches.sqlite", "changements.sqlite", "fiches.mots", "exemples.mots"}
"""What is not the same to the byte: stores, and indexes, whose answers are compared."""


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_changed_words_and_rules_give_what_a_build_from_nothing_gives(
    database: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    url = request.getfixturevalue("postgresql") if database == "postgresql" else None
    lived_and_rebuilt(tmp_path, WRITTEN, url)


@settings(
    max_examples=4, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)  # fmt: skip
@given(steps=STEPS)
def test_any_history_gives_what_a_build_from_nothing_gives(postgresql: str, steps: list[tuple[Any, ...]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        lived_and_rebuilt(Path(folder), steps, postgresql)


def lived_and_rebuilt(folder: Path, steps: list[tuple[Any, ...]], url: str | None) -> None:
    state = Settings(var=folder / "var", database_url=url)
    if url:
        empty(url)
    registry = declared(Registry(state), NATIONAL, REVIEWER)
    deposit_file(write_csv(folder / "rows.csv", [{"id": "A0"}]), registry, TEAM, Options(), validate=True)
    publish(state, registry, EDITION_OUTPUTS)
    changed = {"words": False, "rules": False}
    with pytest.MonkeyPatch.context() as patching:
        for step in [*steps, ("publish",)]:
            if step[0] in changed:
                changed[step[0]] = step[1]
                words_and_rules(patching, **changed)
            if step[0] in (*changed, "publish"):
                publish(state, registry, EDITION_OUTPUTS)
            else:
                live(state, registry, folder, step)
        edition = Editions(state.var).current()
        assert edition is not None
        made, told = kept(edition.path), answers(edition.path)
        for path in (state.var / "store", edition.path):
            shutil.rmtree(path)
        (state.var / "graphes.sqlite").unlink()
        assert rebuild(state, registry, EDITION_OUTPUTS).edition == edition
        assert kept(edition.path) == made
        assert answers(edition.path) == told
    clear_caches()
    registry.close()


def kept(edition: Path) -> dict[str, bytes]:
    found = files_of(edition)
    return {name: data for name, data in found.items() if not UNPUBLISHED & set(Path(name).parts)}


def answers(edition: Path) -> list[Any]:
    index = FicheIndex(edition)
    asked = [Selection(q) for q in ("", "conte", "débattre", "eleves", "evaluer")]
    asked += [Selection("", {name: (value.iri,)}) for name in FACET_NAMES for value in index.values[name]]
    return [
        (
            [item["id"] for item in index.items(found.numbers)],
            {name: [(value.iri, count) for value, count in counts] for name, counts in found.counts.items()},
        )
        for found in map(index.select, asked)
    ]


def words_and_rules(patching: pytest.MonkeyPatch, *, words: bool, rules: bool) -> None:
    """Make the way in see other vocabularies (one line less, one vocabulary less) and other rules (one less), or not."""

    def vocabularies(base: str = BASE) -> tuple[Vocabulary, ...]:
        *others, one, last = ontologie.vocabularies(base)
        if not words:
            return (*others, one, last)
        lines = one.lines[:-1]
        return (*others, replace(one, lines=lines, digest=digest(b"".join(lines))))

    def rule_files(step: str, base: str = BASE) -> tuple[RuleFile, ...]:
        found = tuple(ontologie.rule_files(step, base))
        return found[1:] if rules and step == "constats" else found

    for module in loaded():
        for name, value in (("vocabularies", vocabularies), ("rule_files", rule_files)):
            if name in vars(module):
                patching.setattr(module, name, value)
    clear_caches()


def clear_caches() -> None:
    for module in loaded():
        for value in list(vars(module).values()):
            if hasattr(value, "cache_clear"):
                value.cache_clear()


def loaded() -> Iterator[Any]:
    """Yield the modules that derive and publish."""
    names = ("ingestion.derivation.", "ingestion.publication.")
    yield from [module for name, module in list(sys.modules.items()) if name.startswith(names)]


def empty(url: str) -> None:
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        connection.execute(sa.text("DROP SCHEMA public CASCADE"))
        connection.execute(sa.text("CREATE SCHEMA public"))
    engine.dispose()

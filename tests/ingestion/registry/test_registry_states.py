"""The registry's states, against a model of docs/decisions/registry.md as small as it can be said, over generated histories."""

from __future__ import annotations

import json
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from ingestion import Agent, Grant, Registry, Settings
from ingestion.registry.editions import RegisteredEdition
from ingestion.registry.tables.model import NewDocument, now
from ingestion.words.errors import RefusedAct
from tests.laws.lengths import examples
from tests.making import NATIONAL, TEAM, declared

NAMES = st.sampled_from(["10-A", "10-B", "09-C"])
TITLES = st.sampled_from(["un", "deux"])
LOCAL = {name: Agent(name, (Grant("revue", f"academie/{code}"),)) for name, code in (("Lyon", "10"), ("Lille", "09"))}
AGENTS = st.sampled_from([*LOCAL.values(), NATIONAL])


@dataclass
class Fiche:
    """What ought to be known of a document: its titles by version, its state, what is wanted and what is public."""

    titles: list[str]
    state: str = "depose"
    wanted: int | None = None
    public: int | None = None
    ended: bool = False
    """Whether what is public was withdrawn, and not taken up again."""


class History(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.registry = declared(Registry(Settings(var=self.folder)), *LOCAL.values(), NATIONAL)
        self.fiches: dict[str, Fiche] = {}
        self.events = 0
        self.cuts = 0

    def teardown(self) -> None:
        self.registry.close()
        shutil.rmtree(self.folder)

    @rule(name=NAMES, title=TITLES, validate=st.booleans())
    def deposit(self, name: str, title: str, validate: bool) -> None:
        new = NewDocument("projet", name, name[:2], {"id": f"projet/{name}", "titre": title})
        counts = self.registry.register([new], TEAM, validate=validate)
        known = self.fiches.get(name)
        if known is not None and known.titles[-1] == title:
            assert counts["unchanged"] == 1
            if not (validate and known.state == "depose"):
                return
        else:
            self.events += 1
            assert counts["new-version" if known else "created"] == 1
            known = self.fiches.setdefault(name, Fiche([]))
            known.titles.append(title)
            known.state = "depose"
        if validate:
            self.events += 1
            known.state, known.wanted = "valide", len(known.titles)

    @rule(name=NAMES, agent=AGENTS, step=st.sampled_from(["validate", "send_back", "withdraw"]))
    def review(self, name: str, agent: Agent, step: str) -> None:
        known = self.fiches.get(name)
        act = getattr(self.registry, step)
        arguments = ("projet", name, agent, "parce que") if step == "send_back" else ("projet", name, agent)
        allowed = {
            "validate": ("depose", "retourne", "retire"),
            "send_back": ("depose", "valide"),
            "withdraw": ("depose", "valide", "publie", "retourne"),
        }[step]
        if known is None:
            with pytest.raises(LookupError):
                act(*arguments)
        elif agent.grants[0].scope not in ("", f"academie/{name[:2]}") or known.state not in allowed:
            with pytest.raises(RefusedAct):
                act(*arguments)
        else:
            act(*arguments)
            self.events += 1
            self._follow(known, step)

    def _follow(self, known: Fiche, step: str) -> None:
        version = len(known.titles)
        if step == "validate":
            known.state, known.wanted = ("publie" if known.public == version else "valide"), version
            known.ended = known.ended and known.public != version
        elif step == "withdraw":
            known.state, known.wanted, known.ended = "retire", None, True
        else:
            if known.state == "valide":
                known.wanted = None if known.ended else known.public
            known.state = "retourne"

    @precondition(lambda self: self.fiches)
    @rule()
    def cut(self) -> None:
        last = self.registry.editions.last()
        plan = self.registry.editions.plan(None if last is None else last.last_event)
        self.cuts += 1
        edition = RegisteredEdition(self.cuts, now(), plan.last_event, "0" * 64, {})
        self.registry.editions.commit(edition, plan)
        for known in self.fiches.values():
            if known.wanted != known.public:
                self.events += 1
                known.ended = known.ended and known.wanted is None
            known.public = known.wanted
            if known.state == "valide" and known.wanted == len(known.titles):
                known.state = "publie"

    @invariant()
    def the_registry_says_what_the_model_says(self) -> None:
        found = {one.identifier: one for one in self.registry.listed()}
        assert found.keys() == self.fiches.keys()
        for name, known in self.fiches.items():
            one = found[name]
            said = (one.state, one.version, one.validated_version, one.published_version, one.document)
            document = {"id": f"projet/{name}", "titre": known.titles[-1]}
            assert said == (known.state, len(known.titles), known.wanted, known.public, document)

    @invariant()
    def the_next_edition_would_hold_what_is_wanted(self) -> None:
        put = self.registry.editions.plan().put
        titles = [json.loads(content.payload or "{}")["titre"] for content in self.registry.editions.contents(put)]
        wanted = {name: one.titles[one.wanted - 1] for name, one in sorted(self.fiches.items()) if one.wanted}
        assert dict(zip((one.identifier for one in put), titles, strict=True)) == wanted

    @invariant()
    def every_act_left_its_event_and_no_refusal_did(self) -> None:
        assert sum(len(self.registry.history("projet", name)) for name in self.fiches) == self.events

    @invariant()
    def what_is_asked_since_the_last_edition_is_enough(self) -> None:
        last = self.registry.editions.last()
        if last is None:
            return
        since = self.registry.editions.plan(last.last_event)
        everything = self.registry.editions.plan()
        assert since.remove == everything.remove
        assert {one for one in everything.put if one.fresh} <= set(since.put)


TestHistory = History.TestCase
TestHistory.settings = settings(max_examples=examples(15), stateful_step_count=20, deadline=None)

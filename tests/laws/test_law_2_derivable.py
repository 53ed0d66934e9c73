"""Law 2. Derivable: the public store can be rebuilt from the registry, to a byte-identical canonical dump."""

from __future__ import annotations

import json
import shutil
import sqlite3
import tempfile
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from ingestion import (
    Agent,
    Editions,
    Grant,
    Options,
    RebuildDiffers,
    RefusedTransition,
    Registry,
    Settings,
    deposit_file,
    publish,
    rebuild,
)
from ingestion.derivation.bearing import derivation_digests
from ingestion.derivation.deciding import Verb, decide_finding, findings_of
from ingestion.derivation.rules import rules_digest
from ingestion.derivation.work import derivation_of
from ingestion.labels.applying import apply_decision, refuse_decision, take_back
from ingestion.publication.deltas import REDACTED
from ingestion.resolution.decided import LabelDecision, label_name
from ontologie import BASE, RuleFile, digest, read_table, rule_files, serialize_lines, vocabularies
from tests.making import NATIONAL, TEAM, begun, declared, dump_of, write_csv
from tests.queries.assessors import Analysis, document

LABEL_OF_NONE = "Classe passerelle verte"
"""A label that nothing knows, until it is decided."""
REVIEWER = Agent("DRANE Orléans-Tours", (Grant("revue", "academie/18"),))
ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "id": st.sampled_from(["A0", "A1", "A2", "A3"]),
            "titre": st.sampled_from(["Écrire un conte", "Débattre \u2028 de l'IA", "Vérifier <b>tout</b>"]),
            "objectifs": st.sampled_from(["Esprit critique", "Protéger ses données", "Différencier", ""]),
            "niveaux": st.sampled_from(["3e", "Seconde", "6e|5e", "De la 6e à la 3e", LABEL_OF_NONE]),
            "date": st.sampled_from(["2025", "2025-03", "2025-03-04", "2024-2025", ""]),
        }
    ),
    min_size=1,
    max_size=4,
    unique_by=lambda row: row["id"],
)
LICENCE = "https://spdx.org/licenses/etalab-2.0.html"
SOURCE = "https://www.education.gouv.fr/recit"
PROJECTS = [("projet", "18-A0"), ("projet", "18-A1"), ("projet", "18-A2")]
OTHERS = [("analyse", "sur-A0"), ("analyse", "encore-A0"), ("analyse", "sur-A1"), ("publication", "recit-A0"),
          ("instrument", "mx-2025"), ("linkset", "mx-2025")]  # fmt: skip
VERBS_OF: dict[str, Verb] = {"confirm": "confirm", "dismiss": "dismiss", "reopen": "reopen"}
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("deposit"), ROWS, st.booleans()),
        st.tuples(st.just("write"), st.sampled_from(OTHERS), st.sampled_from(["atteint", "non-renseigne"]), st.booleans()),
        st.tuples(st.sampled_from(["validate", "withdraw", "send_back", "erase"]), st.sampled_from(PROJECTS + OTHERS)),
        st.tuples(st.sampled_from(["label", "refuse", "unlabel"]), st.sampled_from(PROJECTS)),
        st.tuples(st.just("decide"), st.sampled_from(PROJECTS), st.sampled_from(["confirm", "dismiss", "reopen"])),
        st.tuples(st.just("publish")),
    ),
    min_size=1,
    max_size=8,
)
WRITTEN: list[list[tuple[object, ...]]] = [
    # What rested on an analysis is derived again once it is withdrawn.
    [("write", OTHERS[0], "atteint", True), ("write", OTHERS[3], "atteint", True), ("publish",), ("withdraw", OTHERS[0]), ("publish",)],
    # An analysis before its project; and erased.
    [("write", OTHERS[2], "atteint", True), ("publish",), ("deposit", [{"id": "A1"}], True), ("publish",), ("erase", OTHERS[2])],
    # One is erased while another waits to be published.
    [("deposit", [{"id": "A2"}], True), ("erase", PROJECTS[0])],
    # A label is decided on, which one fiche refuses; and that one is erased.
    [("deposit", [{"id": "A1", "niveaux": LABEL_OF_NONE}, {"id": "A2", "niveaux": LABEL_OF_NONE}], True), ("publish",), ("label", PROJECTS[1]),
     ("publish",), ("refuse", PROJECTS[1]), ("publish",), ("erase", PROJECTS[1])],
    # A decision on a label is withdrawn, once published; by it two fiches were changed, one refused, one understood since.
    [("deposit", [{"id": "A1", "niveaux": LABEL_OF_NONE}, {"id": "A2", "niveaux": LABEL_OF_NONE}], True), ("label", PROJECTS[1]),
     ("refuse", PROJECTS[1]), ("deposit", [{"id": "A3", "niveaux": LABEL_OF_NONE}], True), ("publish",), ("unlabel", PROJECTS[1]),
     ("publish",), ("label", PROJECTS[1])],
    # A project is erased, what was judged of it stays.
    [("write", OTHERS[0], "atteint", True), ("publish",), ("erase", PROJECTS[0])],
    # What was decided of a finding stands when what else a project rests on is erased; and is taken back.
    [("write", OTHERS[0], "atteint", True), ("decide", PROJECTS[0], "dismiss"), ("publish",), ("erase", OTHERS[0])],
    [("decide", PROJECTS[0], "confirm"), ("publish",), ("decide", PROJECTS[0], "reopen")],
    # A partner's framework and its matches: another version of the one, the other withdrawn, and erased.
    [("write", OTHERS[4], "atteint", True), ("write", OTHERS[5], "atteint", True), ("publish",),
     ("write", OTHERS[5], "non-renseigne", True), ("publish",), ("withdraw", OTHERS[4]), ("publish",), ("erase", OTHERS[5])],
]  # fmt: skip


# A history takes seconds: making a found one shorter would take minutes.
FOUND = [Phase.explicit, Phase.reuse, Phase.generate]


@settings(max_examples=1, deadline=None, phases=FOUND, suppress_health_check=[HealthCheck.too_slow])
@given(steps=STEPS)
def test_whatever_happened_the_store_can_be_thrown_away(steps: list[tuple[object, ...]]) -> None:
    throw_away_and_rebuild(steps)


@pytest.mark.long
@settings(max_examples=15, deadline=None, phases=FOUND, suppress_health_check=[HealthCheck.too_slow])
@given(steps=STEPS)
def test_over_many_histories_the_store_can_be_thrown_away(steps: list[tuple[object, ...]]) -> None:
    throw_away_and_rebuild(steps)


@pytest.mark.parametrize("steps", [WRITTEN[0], *(pytest.param(one, marks=pytest.mark.long) for one in WRITTEN[1:])], ids=str)
def test_what_rests_on_analyses_can_be_thrown_away(steps: list[tuple[object, ...]]) -> None:
    throw_away_and_rebuild(steps)


def throw_away_and_rebuild(steps: list[tuple[object, ...]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        state, registry = begun(Path(folder))
        declared(registry, REVIEWER)
        for step in steps:
            live(state, registry, Path(folder), step)
        edition = Editions(state.var).current()
        assert edition is not None
        dump, made = dump_of(edition.path), files_of(edition.path)
        graphs = {line[line.rindex(b" <") :] for line in dump.splitlines()}
        own = sum(b"/graphe/projet/" in graph for graph in graphs)
        counts = edition.manifest["counts"]
        assert (counts["graphs"], counts["quads"], counts.get("projet", 0)) == (len(graphs), dump.count(b"\n"), own)
        # Everything that is not the registry goes: the working store, the ledger, the edition itself.
        shutil.rmtree(state.var / "store")
        shutil.rmtree(edition.path)
        (state.var / "graphes.sqlite").unlink()
        assert rebuild(state, registry).edition == edition
        assert dump_of(edition.path) == dump == canonical_dump(edition.store_path)
        # Members, their list, root and statistics: whatever the history, those of a build from nothing.
        again = files_of(edition.path)
        # Which graphs a redaction changed, no row of the registry says: backups keep that note, and clients of the stream read it.
        kept = (made.keys() | again.keys()) - {REDACTED}
        assert sorted(name for name in kept if made.get(name) != again.get(name)) == []
        # What waits since then is published as if nothing had happened.
        assert publish(state, registry).edition.number in (edition.number, edition.number + 1)
        registry.close()


def live(state: Settings, registry: Registry, folder: Path, step: tuple[object, ...]) -> None:
    """Do one step of a history, where it is allowed."""
    match step:
        case ("deposit", list(rows), bool(validate)):
            deposit_file(write_csv(folder / "rows.csv", rows), registry, TEAM, Options(), validate=validate)
        case ("publish",):
            publish(state, registry)
        case ("label" | "refuse" | "unlabel" as act, (str(kind), str(name))):
            decided_or_refused(registry, act, kind, name)
        case ("write", (str(kind), str(name)), str(judged), bool(validate)):
            path = folder / "document.json"
            path.write_text(json.dumps(written(kind, name, judged)), encoding="utf-8")
            assert not deposit_file(path, registry, TEAM, Options(), validate=validate).summary.refused
        case ("decide", (str(kind), str(name)), str(verb)):
            try:
                found = registry.get(kind, name)
                decided = findings_of(registry, found)[:1]
                for one in decided:
                    decide_finding(registry, found, REVIEWER, one.identifier, VERBS_OF[verb], "Relu.")
            except (RefusedTransition, LookupError):
                return
        case (str(act), (str(kind), str(name))):
            reviewer = REVIEWER if kind == "projet" else NATIONAL
            arguments = (reviewer, "à revoir") if act == "send_back" else (reviewer,)
            try:
                getattr(registry, act)(kind, name, *arguments)
            except (RefusedTransition, LookupError):
                return
            if act == "erase":  # The editions that held it are made anew (Registry.erase).
                publish(state, registry)


def decided_or_refused(registry: Registry, act: str, kind: str, name: str) -> None:
    """Decide on the label that nothing knows, refuse that for a project or withdraw it, where there is something to do."""
    label = label_name("niveaux", LABEL_OF_NONE)
    decision = LabelDecision("concept", (("niveau", ("concept/niveau/terminale",)),))
    if act == "label":
        registry.labels.decide(label, ("niveaux", LABEL_OF_NONE), decision, NATIONAL)
        apply_decision(registry, label, decision)
        return
    try:
        if act == "unlabel":
            registry.labels.withdraw(label, NATIONAL, "À tort.")
            take_back(registry, label)
        else:
            refuse_decision(registry, kind, name, label, NATIONAL)
    except (RefusedTransition, LookupError):
        return


def written(kind: str, name: str, judged: str) -> dict[str, Any]:
    """Return a document about the project that its name ends with."""
    if kind in ("instrument", "linkset"):
        return of_a_partner(kind, name, judged)
    project = f"projet/18-{name.rpartition('-')[2]}"
    if kind == "publication":
        fiche = {"id": f"graphe/publication/{name}", "type": "Fiche", "licence": LICENCE, "sourcePage": SOURCE}
        about = {"id": f"publication/{name}", "type": "RetourExperience", "identifiant": name, "titre": judged}
        return {**about, "rendCompteDe": project, "fiche": fiche}
    criteria = [row["id"] for row in read_table("donnees", "instruments", "criteres.csv")]
    steps = {criterion: judged if criterion < "C-D2" else "non-renseigne" for criterion in criteria}
    return document(Analysis(name, "organisation/drane", project.removeprefix("projet/"), False, steps))


def of_a_partner(kind: str, name: str, judged: str) -> dict[str, Any]:
    """Return a framework of one principle, or a match of the hub with AIRO."""
    about: dict[str, Any] = {"id": f"{kind}/{name}", "fiche": {"id": f"graphe/{kind}/{name}", "type": "Fiche", "licence": LICENCE}}
    if kind == "instrument":
        principle = {"id": f"principe/{name}/P1", "type": "Principe", "libelle": {"es": judged}}
        return {**about, "type": "Instrument", "libelle": {"es": "Marco", "ar": "إطار"}, "principe": [principle]}
    match = {
        "id": f"linkset/{name}#1", "type": "Alignement", "sujet": "principe/international/centrage-humain",
        "predicat": f"skos:{'close' if judged == 'atteint' else 'related'}Match", "objet": "https://w3id.org/airo#AIUser",
        "justification": "https://w3id.org/semapv/vocab/ManualMappingCuration", "confiance": "0.5",
    }  # fmt: skip
    return {**about, "type": "Linkset", "correspondance": [match]}


OUTCOME = f"<{BASE}regle/constat-cu-r06#manque-qui> <{BASE}ontologie#verdict> ".encode()
LABEL = b"/core#prefLabel> "


def other_words(path: str, lines: list[bytes]) -> list[bytes]:
    """Let an outcome conclude otherwise, and reword every label of our tables."""
    if not path.startswith("genere/"):
        return lines
    reworded = [line.replace(b'"@fr', b' !"@fr') if LABEL in line else line for line in lines]
    return [line.replace(b"/non-conclu>", b"/a-examiner>") if line.startswith(OUTCOME) else line for line in reworded]


def other_rules(step: str, rules: tuple[RuleFile, ...]) -> tuple[RuleFile, ...]:
    """Let one rule conclude of what none did."""
    if step != "constats":
        return rules
    return tuple(
        replace(rule, text=rule.text.replace("?rien", '"decrite"')) if rule.name == "evaluation" else rule for rule in rules
    )


@pytest.mark.long
def test_changed_words_and_rules_derive_whom_they_bear_on_and_the_store_can_be_thrown_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    state, registry = begun(tmp_path)
    # Of the first alone the outcome holds: the other is of a day when the text did not apply.
    rows = [{"id": "A1", "date": "2025-11-04"}, {"id": "A2", "date": "2024-11-04"}]
    deposit_file(write_csv(tmp_path / "rows.csv", rows), registry, TEAM, Options(), validate=True)
    publish(state, registry)
    derived: list[int] = []

    def noted(step: str, done: int, _total: int) -> None:
        derived[-1:] = [done] if step == "derivation" else derived[-1:]

    reworded = [(one, other_words(one.path, one.lines)) for one in vocabularies()]
    packaged = [replace(one, lines=lines, digest=digest(b"".join(lines))) for one, lines in reworded]
    for module in ("derivation.rules", "derivation.bearing", "publication.assembly", "publication.manifest"):
        monkeypatch.setattr(f"ingestion.{module}.vocabularies", lambda base: packaged)
    for count in (1, 3):
        if count == 3:
            for module in ("rules", "bearing"):
                changed = f"ingestion.derivation.{module}.rule_files"
                monkeypatch.setattr(changed, lambda step, base: other_rules(step, rule_files(step)))
        for kept in (derivation_digests, rules_digest, derivation_of):
            kept.cache_clear()
        derived.append(0)
        edition = publish(state, registry, progress=noted).edition
        assert derived.pop() == count
        made = files_of(edition.path)
        assert rebuild(state, registry).changed == ()
        again = files_of(edition.path)
        assert sorted(name for name in made.keys() | again.keys() if made.get(name) != again.get(name)) == []
    for kept in (derivation_digests, rules_digest, derivation_of):
        kept.cache_clear()
    registry.close()


def test_a_rebuild_rests_on_neither_todays_date_nor_what_conversion_left_in_the_registry(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    state, registry = begun(tmp_path)
    before = dump_of(state.var / "editions" / "1")
    with closing(sqlite3.connect(state.var / "registre.sqlite")) as connection, connection:
        connection.execute("UPDATE versions SET graph = NULL")
    monkeypatch.setattr("ingestion.registry.registry.now", lambda: "2100-01-01T00:00:00Z")
    monkeypatch.setattr("ingestion.publication.publish.now", lambda: "2100-01-01T00:00:00Z")
    shutil.rmtree(state.var / "editions")
    rebuild(state, registry)
    assert dump_of(state.var / "editions" / "1") == before
    assert not publish(state, registry).changed


def test_a_ledger_lost_or_damaged_cuts_no_new_edition(tmp_path: Path) -> None:
    state, registry = begun(tmp_path)
    (state.var / "graphes.sqlite").write_bytes(b"not a database at all" * 100)
    assert not publish(state, registry).changed
    (state.var / "graphes.sqlite").unlink()
    shutil.rmtree(state.var / "store")
    assert not publish(state, registry).changed


@pytest.mark.long
def test_a_rebuild_by_other_rules_says_so_and_replaces_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    state, registry = begun(tmp_path)
    before = canonical_dump(state.var / "editions" / "1" / "store")
    derivation_of(BASE)  # What is kept of the rules for others is not that of none.
    monkeypatch.setattr("ingestion.derivation.rules.STEPS", ())
    monkeypatch.setattr("ingestion.derivation.rules.find_indices", lambda items, base: [])
    monkeypatch.setattr("ingestion.publication.manifest.rules_digest", lambda base: "other")
    with pytest.raises(RebuildDiffers) as caught:
        rebuild(state, registry)
    assert caught.value.changed == ("rules",)
    assert caught.value.graphs == ("https://w3id.org/observatoire-ia/graphe/derive/projet/18-A0",)
    assert canonical_dump(state.var / "editions" / "1" / "store") == before


def files_of(edition: Path) -> dict[str, bytes]:
    """Return the files of an edition's folder but for its store."""
    found = [path for path in sorted(edition.rglob("*")) if path.is_file() and "store" not in path.parts]
    return {str(path.relative_to(edition)): path.read_bytes() for path in found}


def canonical_dump(store_path: Path) -> bytes:
    """Return the canonical dump of a store: graphs in the order of their IRI's bytes, lines in byte order."""
    store = ox.Store.read_only(str(store_path))
    graphs = [graph for graph in store.named_graphs() if isinstance(graph, ox.NamedNode)]
    assert not list(store.quads_for_pattern(None, None, None, ox.DefaultGraph()))
    return b"".join(
        line
        for graph in sorted(graphs, key=lambda graph: graph.value.encode())
        for line in sorted(serialize_lines(store.quads_for_pattern(None, None, None, graph)))
    )

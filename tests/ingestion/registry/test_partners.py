"""An instrument and a linkset go the way of any document; any history of them leaves what a build from nothing makes."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph as ox
import pytest

from ingestion import Agent, Forbidden, Grant, Registry, Settings, publish, rebuild
from ingestion.commands.telling.worded import title_of
from ingestion.publication.erasure import erase
from ontologie import BASE
from tests.ingestion.partners import MATCHES, PARTNER, TABLE, deposited, sssom
from tests.making import NATIONAL, begun, declared

SKOS = "http://www.w3.org/2004/02/skos/core#"
P1, P11 = f"{BASE}principe/mx-2025/P1", f"{BASE}principe/mx-2025/P1-1"
HUB = f"{BASE}principe/international/centrage-humain"
USER = "https://w3id.org/airo#AIUser"


def state(folder: Path) -> tuple[Settings, Registry]:
    settings, registry = begun(folder)
    for agent in (PARTNER, NATIONAL):
        registry.accounts.declare(agent, Agent("opérateur", (Grant("operateur"),)))
    return settings, registry


def links(settings: Settings) -> set[tuple[str, str, str]]:
    """Return the links of the current edition between the partner's principles and others, from the whole store."""
    store = ox.Store.read_only(str(settings.var / "editions" / "current" / "store"))
    found = set()
    for quad in store:
        ends = str(quad.subject).strip("<>"), str(quad.object).strip("<>")
        if any(end.startswith(f"{BASE}principe/mx-2025/") for end in ends) and "Match" in quad.predicate.value:
            found.add((ends[0], quad.predicate.value.removeprefix(SKOS), ends[1]))
    return found


def validated(registry: Registry, *names: str) -> None:
    for name in names:
        registry.validate(*name.split("/"), NATIONAL)


@pytest.mark.long
def test_any_history_leaves_the_links_that_are_published_and_no_other(tmp_path: Path) -> None:
    settings, registry = state(tmp_path)
    with registry:
        assert deposited(tmp_path, registry, "marco.csv", TABLE).exit_code == 0
        assert deposited(tmp_path, registry, "mx.sssom.tsv", sssom(*MATCHES)).exit_code == 0
        publish(settings, registry)
        assert links(settings) == set(), "nothing is public before a national reviewer validated it"
        validated(registry, "instrument/mx-2025", "linkset/mx-2025")
        publish(settings, registry)
        both = {(P1, "closeMatch", HUB), (HUB, "closeMatch", P1), (P11, "relatedMatch", USER), (USER, "relatedMatch", P11)}
        assert links(settings) == both
        assert rebuild(settings, registry).edition.number == 2

        deposited(tmp_path, registry, "mx.sssom.tsv", sssom(MATCHES[0].replace("closeMatch", "broadMatch")))
        validated(registry, "linkset/mx-2025")
        publish(settings, registry)
        assert links(settings) == {(P1, "broadMatch", HUB), (HUB, "narrowMatch", P1)}

        registry.withdraw("instrument", "mx-2025", NATIONAL, "replaced")
        edition = publish(settings, registry).edition
        assert links(settings) == set(), "a link whose end is described no more is not stated"
        assert edition.manifest["withdrawn"] == ["instrument/mx-2025"]
        assert rebuild(settings, registry).edition.manifest == edition.manifest

        erase(settings, registry, "linkset", "mx-2025", NATIONAL)
        assert rebuild(settings, registry).edition.number == 4


@pytest.mark.long
def test_an_erasure_takes_the_links_of_a_linkset_out_of_every_edition(tmp_path: Path) -> None:
    settings, registry = state(tmp_path)
    with registry:
        deposited(tmp_path, registry, "marco.csv", TABLE)
        deposited(tmp_path, registry, "mx.sssom.tsv", sssom(*MATCHES))
        validated(registry, "instrument/mx-2025", "linkset/mx-2025")
        publish(settings, registry)
        assert links(settings)
        erase(settings, registry, "linkset", "mx-2025", NATIONAL)
        assert links(settings) == set()
        rebuild(settings, registry)
        assert links(settings) == set()


def test_a_partner_deposits_its_own_framework_and_its_own_matches_alone(tmp_path: Path) -> None:
    _, registry = state(tmp_path)
    with registry:
        other = Agent("Other", (Grant("partenaire", "instrument/other"),))
        declared(registry, other)
        refused = deposited(tmp_path, registry, "marco.csv", TABLE, other)
        assert [one.rule for one in refused.entries if one.refuses] == ["depot:depot-non-permis"]
        assert deposited(tmp_path, registry, "marco.csv", TABLE).exit_code == 0
        assert deposited(tmp_path, registry, "mx.sssom.tsv", sssom(*MATCHES), other).exit_code == 1
        own = sssom(*MATCHES).replace("sssom/mx-2025", "sssom/mx-2025--airo")
        assert deposited(tmp_path, registry, "mx.sssom.tsv", own).exit_code == 0
        with pytest.raises(Forbidden):
            registry.validate("instrument", "mx-2025", PARTNER)


def test_a_framework_of_the_observatory_is_taken_from_it_by_nobody(tmp_path: Path) -> None:
    _, registry = state(tmp_path)
    with registry:
        table = TABLE.replace("mx-2025", "cadre-usage")
        found = deposited(tmp_path, registry, "cadre.csv", table, NATIONAL)
        assert "depot:instrument-de-l-observatoire" in {one.rule for one in found.entries if one.refuses}


def test_a_framework_is_listed_by_its_name_in_whatever_language(tmp_path: Path) -> None:
    _, registry = state(tmp_path)
    with registry:
        assert deposited(tmp_path, registry, "marco.csv", TABLE).exit_code == 0
        found = registry.get("instrument", "mx-2025")
        assert [title_of(found, tag) for tag in ("es", "ar")] == ["Marco mexicano", "إطار مكسيكي"]
        assert title_of(found, "fr") in ("Marco mexicano", "إطار مكسيكي")

"""No spelling of an address that is ours, a vocabulary's or another partner's gives a partner its names."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingestion import Options, Registry, examine
from ingestion.words.spelling import compared, meet, strays
from ontologie import BASE
from tests.ingestion.partners import PARTNER, TURTLE, deposited, file_of
from tests.laws.lengths import examples
from tests.making import OPERATOR, begun

THEIRS = "https://example.org/marco/"
OTHERS = "https://example.org/autre/"


def encoded(address: str, at: int) -> str:
    """Write one character of an address by its code."""
    at = len("https://") + at % (len(address) - len("https://"))
    return f"{address[:at]}%{ord(address[at]):02X}{address[at + 1 :]}" if address[at].isascii() else address


def wide(address: str, at: int) -> str:
    """Write one letter of an address as its full-width form."""
    at = len("https://") + at % (len(address) - len("https://"))
    letter = address[at]
    return (
        address[:at] + chr(ord(letter) + 0xFEE0) + address[at + 1 :]
        if letter.isascii() and letter.isalnum()
        else address
    )


def host_and_path(address: str) -> tuple[str, str, str]:
    scheme, _, rest = address.partition("://")
    host, slash, path = rest.partition("/")
    return f"{scheme}://", host, slash + path


def of_host(change: Callable[[str], str]) -> Callable[[str, int], str]:
    def changed(address: str, _: int) -> str:
        scheme, host, path = host_and_path(address)
        return scheme + (change(host) if ":" not in host and "@" not in host else host) + path

    return changed


def of_path(text: str) -> Callable[[str, int], str]:
    def changed(address: str, at: int) -> str:
        scheme, host, path = host_and_path(address)
        slashes = [place for place, one in enumerate(path) if one == "/"]
        if not slashes:
            return address
        place = slashes[at % len(slashes)]
        return scheme + host + path[:place] + text + path[place:]

    return changed


SPELLINGS: tuple[Callable[[str, int], str], ...] = (
    of_host(lambda host: host + ":443"), of_host(lambda host: host + ":80"), of_host(lambda host: host + "."),
    of_host(lambda host: "someone@" + host), of_host(lambda host: host.replace(".", "\u3002")),
    of_path("/"), of_path("/."), of_path("/elsewhere/.."), of_path("/%2e"), of_path("\u200b"),
    lambda address, _: address.replace("https://", "http://"),
    lambda address, _: address.upper().replace("HTTPS", "https").replace("HTTP", "http"),
    lambda address, _: address[:-1] + "#",
    lambda address, _: address.replace("/observatoire", "%2Fobservatoire"),
    wide, encoded,
)  # fmt: skip
"""In the order in which they are applied: host, path, all of it."""
SPELT = st.lists(st.tuples(st.sampled_from(range(len(SPELLINGS))), st.integers(0, 60)), max_size=4, unique_by=lambda one: one[0])


def respelt(address: str, how: list[tuple[int, int]]) -> str:
    for which, at in sorted(how):
        address = SPELLINGS[which](address, at)
    return address


@given(SPELT)
@settings(max_examples=examples(400))
def test_every_spelling_of_an_address_compares_as_it_does(how: list[tuple[int, int]]) -> None:
    assert compared(respelt(BASE, how)) == compared(BASE) == "w3id.org/observatoire-ia"


@pytest.mark.parametrize(
    ("one", "other", "met"),
    [
        (THEIRS, "https://example.org/", True),
        (THEIRS, "https://example.org/marcos/", False),
        (THEIRS, "https://example.org/marco#", True),
        (THEIRS, "https://example.com/marco/", False),
        ("https://éxample.org/é/", "http://xn--xample-9ua.org/%C3%89/", True),
        ("https://example.org:8080/a/", "https://example.org/a/", False),
        ("https://example.org/a/%252e%252e/marco/", THEIRS, True),
    ],
)
def test_a_namespace_meets_what_is_it_above_it_or_below_it_at_a_boundary(one: str, other: str, met: bool) -> None:
    assert meet(str(compared(one)), str(compared(other))) is met


@pytest.mark.parametrize(
    "address",
    [
        "https://w3іd.org/observatoire-ia/",  # a Cyrillic letter
        f"https://{'w3іd'.encode('idna').decode()}.org/observatoire-ia/",
        "https://w3id.org/оbservatoire-ia/",
        "https://xn--w3id-.org/observatoire-ia/",
        "https:///observatoire-ia/",
        "https://e.org/" + "a/" * 300,
    ],
)  # fmt: skip
def test_an_address_that_passes_for_another_is_no_namespace(address: str) -> None:
    assert compared(address) is None


def test_an_address_that_leads_elsewhere_than_it_looks_is_told() -> None:
    away = ("a/../b", "a/%2E%2e/b", "a/./b", "a//b", "a/%252e./b", "a\\b", "a%5Cb", "a/..")
    assert [strays(THEIRS + one) for one in away] == [True] * len(away)
    assert not any(strays(THEIRS + one) for one in ("a", "a.b", "a..b", "#a", "a/b.", "%C3%A9"))


def rules(folder: Path, text: str, registry: Registry | None = None) -> set[str]:
    if registry is None:
        done = examine(file_of(folder, "marco.ttl", text), Options(kind="instrument"))
        return {one.rule.rpartition(":")[2].rpartition("#")[2] for one in done.entries if one.refuses}
    found = deposited(folder, registry, "marco.ttl", text)
    return {one.rule.rpartition(":")[2].rpartition("#")[2] for one in found.entries if one.refuses}


def claiming(space: str) -> str:
    """Return a framework that declares a namespace; its one principle is in the observatory's own room for it."""
    text = TURTLE.replace(f'"{THEIRS}"', f'"{space}"').replace(THEIRS + "juicio", BASE + "principe/mx-2025/juicio")
    return text.replace("\\", "\\\\")


@given(SPELT)
@settings(max_examples=examples(40), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_framework_that_declares_any_spelling_of_ours_is_refused(tmp_path: Path, how: list[tuple[int, int]]) -> None:
    refused = {"espace-deja-pris", "espace-mal-ecrit", "donnee-personnelle"}  # a user of a host looks like an address
    assert rules(tmp_path, claiming(respelt(BASE, how))) & refused


@pytest.mark.parametrize(
    "space", ["http://skos.um.es/../..//w3id.org/", "http://www.w3.org/2004/02/skos/", "http://w3id.org/semapv/", "https://w3id.org/airo#"]
)  # fmt: skip
def test_the_namespace_of_a_vocabulary_is_nobody_else_s(tmp_path: Path, space: str) -> None:
    assert rules(tmp_path, claiming(space)) & {"espace-deja-pris", "espace-mal-ecrit"}


def test_a_framework_whose_principles_leave_its_namespace_is_refused(tmp_path: Path) -> None:
    assert rules(tmp_path, TURTLE) == set()
    away = TURTLE.replace("marco/juicio>", "marco/../autre/juicio>")
    assert "concept-hors-espace" in rules(tmp_path, away)
    assert "espace-deja-pris" in rules(
        tmp_path, TURTLE.replace("<https://example.org/marco>", "<http://w3id.org/observatoire-ia/instrument/mx-2025>")
    )


def test_no_spelling_of_another_partner_s_namespace_or_name_is_taken(tmp_path: Path) -> None:
    _, registry = begun(tmp_path)
    registry.accounts.declare(PARTNER, OPERATOR)
    assert rules(tmp_path, TURTLE, registry) == set()
    national = TURTLE.replace('"mx-2025"', '"mx-2026"')
    assert "espace-deja-pris" in rules(
        tmp_path, national.replace(f'"{THEIRS}"', '"http://EXAMPLE.org:80/marco/a/"'), registry
    )
    assert "instrument-deja-nomme" in rules(
        tmp_path, TURTLE.replace('"mx-2025"', '"MX-2025"').replace("/marco", "/otro"), registry
    )
    assert rules(tmp_path, national.replace("/marco", "/otro"), registry) <= {"depot-non-permis"}

"""The released versions of the ontology: frozen to the byte, whole, and nothing of them is lost since."""

from __future__ import annotations

import hashlib

import pyoxigraph as ox
import pytest

from ontologie.checks import profiles
from ontologie.checks.model import OIA, Corpus, Triple, as_triples, iris, name
from ontologie.namespaces import BASE, PREFIXES
from ontologie.releases import released_files, released_versions

DIGESTS = {
    "1.0.0": "ff365088db9f219cae0dbea744fa563580f94c61e6747521aa83fc9c8a870453",
    "1.1.0": "f78d756e8e775afe0eb736d3a5b56038b6e4866b7bee45341b3ef55fc4d84315",
    "2.0.0": "4648c2b1c953a8eb646bceff87d99b0388c3485aa89a2c237c30b774056e99ac",
}
"""SHA-256 of each version's files in the order of their names, by `cat versions/1.0.0/*.ttl | sha256sum`."""


def test_every_version_is_frozen_here_by_its_digest() -> None:
    assert released_versions() == tuple(DIGESTS)


@pytest.mark.parametrize("version", DIGESTS)
def test_a_released_version_does_not_change(version: str) -> None:
    data = "".join(released_files(version).values()).encode()
    assert hashlib.sha256(data).hexdigest() == DIGESTS[version]


@pytest.mark.parametrize("version", DIGESTS)
def test_a_released_version_holds_its_own_terms_alone(version: str) -> None:
    since = {name(value) for _, predicate, value in triples(version) if predicate == OIA + "depuis"}
    assert max(since, key=numbers) == version
    assert not [one for one in since if numbers(one) > numbers(version)]


@pytest.mark.parametrize("version", DIGESTS)
def test_no_term_of_a_released_version_is_lost_or_moved(corpus: Corpus, version: str) -> None:
    told = {name(subject) for subject, predicate, _ in triples(version) if predicate == OIA + "depuis"}
    assert len(told) > 130
    assert told <= set(corpus.terms)


def test_a_lost_term_and_a_version_that_is_not_kept_are_found(corpus: Corpus) -> None:
    owl = PREFIXES["owl"]
    gone = Corpus({path: triples for path, triples in corpus.files.items() if path != "termes/public.ttl"})
    assert "oia:publicCible" in {finding.term for finding in profiles.kept(gone).findings}
    prior = (ox.NamedNode(BASE + "ontologie"), owl + "priorVersion", ox.NamedNode(BASE + "ontologie/1.9.0"))
    assert len(profiles.kept(corpus.plus("termes/ontologie.ttl", [prior])).findings) == 1


def test_a_new_term_that_claims_a_released_version_is_found(corpus: Corpus) -> None:
    new = ox.NamedNode(OIA + "nouveau")
    said: list[Triple] = [
        (new, PREFIXES["rdf"] + "type", ox.NamedNode(PREFIXES["owl"] + "Class")),
        (new, OIA + "depuis", ox.Literal("1.1.0")),
    ]
    assert [finding.term for finding in profiles.kept(corpus.plus("termes/noyau.ttl", said)).findings] == [
        "oia:nouveau"
    ]


def test_the_present_version_names_the_newest_frozen_one_as_its_prior(corpus: Corpus) -> None:
    said = corpus.ours[BASE + "ontologie"]
    assert iris(said, PREFIXES["owl"] + "priorVersion") == [f"{BASE}ontologie/{released_versions()[-1]}"]


def test_a_version_that_is_not_frozen_is_unknown() -> None:
    with pytest.raises(KeyError):
        released_files("9.9.9")


def triples(version: str) -> list[Triple]:
    texts = released_files(version).values()
    return [one for text in texts for one in as_triples(ox.parse(text, format=ox.RdfFormat.TURTLE))]


def numbers(version: str) -> list[int]:
    return [int(part) for part in version.split(".")]

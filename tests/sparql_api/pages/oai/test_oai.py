"""OAI-PMH 2.0, as sickle harvests it, and by the letter of its errors (section 3.6)."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree import ElementTree as ET

import httpx
import pytest
from sickle import Sickle
from sickle.oaiexceptions import IdDoesNotExist, NoRecordsMatch

from ontologie import BASE, Iris
from sparql_api.pages.oai import answers, records
from tests.sparql_api.pages.changes.conftest import WORD, Changing, changing

__all__ = ["changing"]
OAI = "{http://www.openarchives.org/OAI/2.0/}"
OWN = f"{BASE}projet/"
LOM = "{http://ltsc.ieee.org/xsd/LOM}"


@pytest.fixture
def sickle(changing: Changing, monkeypatch: pytest.MonkeyPatch) -> Sickle:
    """A harvester, to which the service gives two records an answer."""
    monkeypatch.setattr(answers, "PAGE", 2)
    return Sickle(f"{changing.client.base_url}/oai")


def dates(changing: Changing) -> dict[int, str]:
    return {number: changing.client.get(f"/editions/{number}").json()["date"] for number in (1, 2, 3, 4)}


def heads(found: Iterator[object]) -> list[tuple[str, str, bool]]:
    return [(one.identifier.removeprefix(OWN), one.datestamp, one.deleted) for one in found]  # type: ignore[attr-defined]


def test_sickle_harvests_what_there_is_and_what_went_page_after_page(sickle: Sickle, changing: Changing) -> None:
    when = dates(changing)
    expected = [("18-B1", when[3], True), ("18-A0", when[4], False), ("18-B2", when[4], True)]
    found = list(sickle.ListRecords(metadataPrefix="oai_dc"))
    assert heads(iter(one.header for one in found)) == expected
    assert heads(sickle.ListIdentifiers(metadataPrefix="oai_dc")) == expected
    (told,) = (one for one in found if not one.deleted)
    assert told.metadata["title"] == ["Écrire un conte à trois"]
    assert f"{OWN}18-A0" in told.metadata["identifier"] and "français" in told.metadata["subject"]
    assert told.metadata["coverage"] == ["Orléans-Tours", "Centre-Val de Loire"]
    assert told.metadata["rights"] == ["https://spdx.org/licenses/etalab-2.0.html"]
    assert WORD not in str(found)


def test_what_came_since_is_harvested_alone(sickle: Sickle, changing: Changing) -> None:
    when = dates(changing)
    since = {"metadataPrefix": "oai_dc", "from": when[4]}
    assert [name for name, *_ in heads(sickle.ListIdentifiers(**since))] == ["18-A0", "18-B2"]
    until = {"metadataPrefix": "oai_dc", "until": when[3]}
    assert [name for name, *_ in heads(sickle.ListIdentifiers(**until))] == ["18-B1"]
    with pytest.raises(NoRecordsMatch):
        list(sickle.ListIdentifiers(**{"metadataPrefix": "oai_dc", "from": "2999-01-01"}))


def test_sets_are_of_academies_and_subjects(sickle: Sickle) -> None:
    named = {one.setSpec: one.setName for one in sickle.ListSets()}
    assert named["academie:18"] == "Académie\u00a0: Orléans-Tours"
    assert named["discipline:scolomfr-voc-015-num-1333"] == "Discipline\u00a0: français"
    held = {
        spec: [name for name, *_ in heads(sickle.ListIdentifiers(metadataPrefix="lom", set=spec))] for spec in named
    }
    assert held["academie:18"] == ["18-B1", "18-A0", "18-B2"], "what went is of its académie"
    assert held["discipline:scolomfr-voc-015-num-1333"] == ["18-A0"]
    (head,) = (one for one in sickle.ListIdentifiers(metadataPrefix="lom") if not one.deleted)
    assert sorted(head.setSpecs) == sorted(spec for spec, names in held.items() if "18-A0" in names)


def test_identify_and_formats(sickle: Sickle, changing: Changing) -> None:
    who = sickle.Identify()
    assert (who.protocolVersion, who.deletedRecord, who.granularity) == ("2.0", "persistent", "YYYY-MM-DDThh:mm:ssZ")
    assert who.baseURL == f"{changing.client.base_url}/oai"
    assert who.earliestDatestamp == dates(changing)[3], (
        "the oldest that is still as it was: its record says that it went"
    )
    assert {one.metadataPrefix for one in sickle.ListMetadataFormats()} == {"oai_dc", "lom", "jsonld"}


def test_the_other_formats(sickle: Sickle, changing: Changing) -> None:
    lom = ET.fromstring(sickle.GetRecord(identifier=f"{OWN}18-A0", metadataPrefix="lom").raw)
    assert lom.findtext(f".//{LOM}general/{LOM}title/{LOM}string") == "Écrire un conte à trois"
    paths = {
        one.findtext(f"{LOM}purpose/{LOM}value"): [
            (path.findtext(f"{LOM}source/{LOM}string"), path.findtext(f"{LOM}taxon/{LOM}id"))
            for path in one.findall(f"{LOM}taxonPath")
        ]
        for one in lom.iter(f"{LOM}classification")
    }
    voc = "http://data.education.fr/voc/scolomfr/"
    assert paths == {
        "discipline": [(f"{voc}scolomfr-voc-015", f"{voc}concept/scolomfr-voc-015-num-1333")],
        "educational level": [(f"{voc}scolomfr-voc-022", f"{voc}concept/scolomfr-voc-022-num-023")],
    }
    link = ET.fromstring(sickle.GetRecord(identifier=f"{OWN}18-A0", metadataPrefix="jsonld").raw)
    (href,) = (one.get("href", "") for one in link.iter("{http://www.w3.org/2005/Atom}link"))
    assert changing.client.get(href).json()["titre"] == {"fr": "Écrire un conte à trois"}
    assert sickle.GetRecord(identifier=f"{OWN}18-B2", metadataPrefix="lom").deleted
    with pytest.raises(IdDoesNotExist):
        sickle.GetRecord(identifier=f"{OWN}18-ZZ", metadataPrefix="lom")


def asked(client: httpx.Client, query: str) -> ET.Element:
    answer = client.get(f"/oai?{query}")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/xml; charset=utf-8"), answer.text
    return ET.fromstring(answer.content)


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("", "badVerb"), ("verb=Drop", "badVerb"), ("verb=Identify&verb=Identify", "badVerb"),
        ("verb=Identify&outil=1", "badArgument"), ("verb=ListRecords", "badArgument"),
        ("verb=ListRecords&metadataPrefix=lom&metadataPrefix=lom", "badArgument"),
        ("verb=ListRecords&metadataPrefix=", "badArgument"),
        ("verb=ListRecords&metadataPrefix=lom&from=2026", "badArgument"),
        ("verb=ListRecords&metadataPrefix=lom&from=2026-02-31", "badArgument"),
        ("verb=ListRecords&metadataPrefix=lom&from=2026-01-02&until=2026-01-01", "badArgument"),
        ("verb=ListRecords&metadataPrefix=lom&from=2026-01-02&until=2026-01-03T00:00:00Z", "badArgument"),
        ("verb=ListRecords&metadataPrefix=lom&resumptionToken=x", "badArgument"),
        ("verb=GetRecord&identifier=x", "badArgument"), ("verb=GetRecord&identifier=x&metadataPrefix=lom", "idDoesNotExist"),
        ("verb=ListRecords&metadataPrefix=marc", "cannotDisseminateFormat"),
        ("verb=ListRecords&metadataPrefix=lom&set=academie:99", "noRecordsMatch"),
        ("verb=ListRecords&resumptionToken=x", "badResumptionToken"),
        ("verb=ListRecords&resumptionToken=%C3%A9", "badResumptionToken"),
        ("verb=ListRecords&resumptionToken=Wzk5LCJsb20iLCIiLCIiLCIiLDFd", "badResumptionToken"),
        ("verb=ListSets&resumptionToken=x", "badResumptionToken"),
        ("verb=ListMetadataFormats&identifier=x", "idDoesNotExist"),
    ],
)  # fmt: skip
def test_what_cannot_be_answered_is_an_error_of_the_protocol(changing: Changing, query: str, code: str) -> None:
    root = asked(changing.client, query)
    (error,) = root.findall(f"{OAI}error")
    request = root.find(f"{OAI}request")
    assert error.get("code") == code and (error.text or "").strip()
    assert request is not None and (code not in ("badVerb", "badArgument") or not request.attrib)
    assert root.findtext(f"{OAI}responseDate")


def test_a_token_is_of_its_edition_whatever_is_published_meanwhile(sickle: Sickle, changing: Changing) -> None:
    first = dates(changing)[2]
    pinned = answers.RecordsWanted(3, "oai_dc", place=1, after=f"{first} 18-A0").token()
    root = asked(changing.client, f"verb=ListIdentifiers&resumptionToken={pinned}")
    assert [one.text for one in root.iter(f"{OAI}identifier")] == [f"{OWN}18-B1", f"{OWN}18-B2"], "erased since"
    token = root.find(f".//{OAI}resumptionToken")
    assert token is not None and not token.text and token.get("cursor") == "1"


def test_a_form_is_answered_as_an_address_is(changing: Changing) -> None:
    said = changing.client.post("/oai", data={"verb": "ListMetadataFormats"})
    formats = [one.text for one in ET.fromstring(said.content).iter(f"{OAI}metadataPrefix")]
    assert formats == ["oai_dc", "lom", "jsonld"]
    assert changing.client.post("/oai", content=b"x", headers={"Content-Type": "text/plain"}).status_code == 415


def test_an_erasure_is_told_before_any_publication(changing: Changing) -> None:
    """Who harvests what came since edition 3, in which it still was, learns of it from 3 as redacted."""
    told = ET.fromstring(changing.answers["harvested"].content)
    (when,) = (one["date"][:19] + "Z" for one in changing.client.get("/editions/3").json()["redactions"])
    found = {head.findtext(f"{OAI}identifier"): head for head in told.iter(f"{OAI}header")}
    assert set(found) == {f"{OWN}18-B1", f"{OWN}18-B2"}
    assert (found[f"{OWN}18-B2"].get("status"), found[f"{OWN}18-B2"].findtext(f"{OAI}datestamp")) == ("deleted", when)


def test_a_list_goes_on_after_the_record_that_it_came_to(changing: Changing, monkeypatch: pytest.MonkeyPatch) -> None:
    """A list begun before an erasure: what was erased moved to its end, and nothing is passed over for it."""
    monkeypatch.setattr(answers, "PAGE", 1)
    first = dates(changing)[2]
    harvested, token = [], answers.RecordsWanted(3, "oai_dc", place=1, after=f"{first} 18-A0").token()
    while token:
        root = asked(changing.client, f"verb=ListIdentifiers&resumptionToken={token}")
        harvested += [one.text for one in root.iter(f"{OAI}identifier")]
        token = root.findtext(f".//{OAI}resumptionToken") or ""
    assert harvested == [f"{OWN}18-B1", f"{OWN}18-B2"]


def test_an_academie_all_of_whose_fiches_went_is_still_a_set(sickle: Sickle, changing: Changing) -> None:
    """18-A0 has moved nowhere, so the set stands; in an edition without it, what went is still harvested by it."""
    index = Nobody()
    moments = {"18-B1": "2026-01-01T00:00:00Z", "n-1": "2026-01-02T00:00:00Z"}
    held = dict(records._emptied(moments, {}, {}, Iris(BASE)))
    harvest = records.Harvest(index, moments, {}, held)  # type: ignore[arg-type]
    assert list(held) == ["academie:18"]
    wanted = answers.RecordsWanted(1, "oai_dc", set="academie:18")
    assert [one.id for one in harvest.select(wanted)] == ["18-B1"]
    assert harvest.sets_of(harvest.select(wanted)[0]) == ["academie:18"]


class Nobody:
    """An index that is not asked."""

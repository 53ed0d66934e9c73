"""What each verb of OAI-PMH 2.0 is answered, as XML (section 4 of the protocol). Knows no request of HTTP."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Final

from ontologie import Iris, Language
from sparql_api.computing.cancellation import checked
from sparql_api.formats.xml_text import Element, element, xml_document
from sparql_api.pages.oai.formats import FORMATS, XSI, OaiFiche
from sparql_api.pages.oai.protocol import TOKEN, HarvestRefused, RecordsWanted, arguments_of, wanted_of
from sparql_api.pages.oai.records import Harvest, HarvestRecord
from sparql_api.words.i18n import message

OAI: Final = "http://www.openarchives.org/OAI/2.0/"
PAGE: Final = 100
"""Records of one answer."""


@dataclass(frozen=True)
class Repository:
    """What is harvested, and as whom the service answers."""

    iris: Iris
    edition: int
    harvest_at: Callable[[int], Harvest | None]
    """Returns the records of an edition; None where it is not served."""
    site: str
    contact: str
    language: Language
    now: str
    _harvests: dict[int, Harvest | None] = field(default_factory=dict)

    def harvest(self, edition: int) -> Harvest:
        """Return the records of an edition; raises HarvestRefused where it is not served."""
        if edition not in self._harvests:
            self._harvests[edition] = self.harvest_at(edition)
        if (found := self._harvests[edition]) is None:
            raise HarvestRefused("badResumptionToken")
        return found

    @property
    def address(self) -> str:
        """The base URL of the protocol."""
        return f"{self.site}/oai"


def answered(repository: Repository, given: Sequence[tuple[str, str]]) -> bytes:
    """Return the answer to a request's arguments: what its verb is answered, or the protocol's error."""
    try:
        arguments = arguments_of(given)
        verb = arguments["verb"]
        body = element(verb, *VERBS[verb](repository, arguments))
    except HarvestRefused as error:
        said = message(f"oai.{error.code}", repository.language, word=error.word[:100])
        body = element("error", said, code=error.code)
        # Section 3.2: the arguments of these two are not repeated.
        arguments = {} if error.code in ("badVerb", "badArgument") else dict(given)
    asked = {name: value for name, value in arguments.items() if value}
    request = element("request", repository.address, **asked)
    root = element(
        "OAI-PMH", element("responseDate", repository.now), request, body,
        xmlns=OAI, xmlns_xsi=XSI, xsi_schemaLocation=f"{OAI} http://www.openarchives.org/OAI/2.0/OAI-PMH.xsd",
    )  # fmt: skip
    return xml_document(root)


def identify(repository: Repository, _: Mapping[str, str]) -> Iterator[Element]:
    """Say who is harvested; what went is told for good."""
    moments = repository.harvest(repository.edition).moments
    yield element("repositoryName", message("oai.name", repository.language))
    yield element("baseURL", repository.address)
    yield element("protocolVersion", "2.0")
    yield element("adminEmail", repository.contact)
    yield element("earliestDatestamp", min(moments.values(), default=repository.now))
    yield element("deletedRecord", "persistent")
    yield element("granularity", "YYYY-MM-DDThh:mm:ssZ")


def metadata_formats(repository: Repository, arguments: Mapping[str, str]) -> Iterator[Element]:
    """List the formats, which every fiche has."""
    if "identifier" in arguments:
        _found(repository, arguments["identifier"])
    for prefix, one in FORMATS.items():
        said = (("metadataPrefix", prefix), ("schema", one.schema), ("metadataNamespace", one.namespace))
        yield element("metadataFormat", *(element(name, text) for name, text in said))


def sets(repository: Repository, arguments: Mapping[str, str]) -> Iterator[Element]:
    """List the sets, all at once."""
    if TOKEN in arguments:
        raise HarvestRefused("badResumptionToken")
    for spec, value in repository.harvest(repository.edition).sets.items():
        name = message(f"oai.set.{value.facet}", repository.language, name=value.label(repository.language))
        yield element("set", element("setSpec", spec), element("setName", name))


def one_record(repository: Repository, arguments: Mapping[str, str]) -> Iterator[Element]:
    """Tell one record."""
    harvest, record = _found(repository, arguments["identifier"])
    prefix = _known(arguments["metadataPrefix"])
    yield from _records(repository, harvest, [record], prefix)


def identifiers(repository: Repository, arguments: Mapping[str, str]) -> Iterator[Element]:
    """List the heads of the records that are asked for."""
    told = _selected(repository, arguments)
    for record in told.records:
        yield _head(repository, told.harvest, record)
    yield from _token(told)


def records(repository: Repository, arguments: Mapping[str, str]) -> Iterator[Element]:
    """List the records that are asked for."""
    told = _selected(repository, arguments)
    yield from _records(repository, told.harvest, told.records, told.wanted.prefix)
    yield from _token(told)


VERBS: Final[Mapping[str, Callable[[Repository, Mapping[str, str]], Iterator[Element]]]] = {
    "Identify": identify,
    "ListMetadataFormats": metadata_formats,
    "ListSets": sets,
    "GetRecord": one_record,
    "ListIdentifiers": identifiers,
    "ListRecords": records,
}


@dataclass(frozen=True)
class _Told:
    """The records of one answer: of which list they are, from which place of so many."""

    wanted: RecordsWanted
    harvest: Harvest
    records: Sequence[HarvestRecord]
    start: int
    total: int


def _selected(repository: Repository, arguments: Mapping[str, str]) -> _Told:
    wanted = wanted_of(arguments, repository.edition)
    resumed, harvest = TOKEN in arguments, repository.harvest(wanted.edition)
    if resumed and (wanted.prefix not in FORMATS or (wanted.set and wanted.set not in harvest.sets)):
        raise HarvestRefused("badResumptionToken")
    _known(wanted.prefix)
    if wanted.set and wanted.set not in harvest.sets:
        raise HarvestRefused("noRecordsMatch")
    selected = harvest.select(wanted)
    start = bisect_right(selected, wanted.after, key=HarvestRecord.place) if wanted.after else wanted.place
    if start >= len(selected):
        raise HarvestRefused("badResumptionToken" if resumed else "noRecordsMatch")
    return _Told(wanted, harvest, selected[start : start + PAGE], start, len(selected))


def _token(told: _Told) -> Iterator[Element]:
    """Yield the token of the next answer, empty at the end of a list that had one (section 3.5)."""
    following = told.start + PAGE
    said = {"completeListSize": str(told.total), "cursor": str(told.start)}
    if following < told.total:
        yield element(TOKEN, replace(told.wanted, place=following, after=told.records[-1].place()).token(), **said)
    elif told.start:
        yield element(TOKEN, **said)


def _known(prefix: str) -> str:
    if prefix not in FORMATS:
        raise HarvestRefused("cannotDisseminateFormat", prefix)
    return prefix


def _found(repository: Repository, identifier: str) -> tuple[Harvest, HarvestRecord]:
    harvest, own = repository.harvest(repository.edition), repository.iris.entity("projet", "")
    record = harvest.get(identifier.removeprefix(own)) if identifier.startswith(own) else None
    if record is None:
        raise HarvestRefused("idDoesNotExist", identifier)
    return harvest, record


def _head(repository: Repository, harvest: Harvest, record: HarvestRecord) -> Element:
    parts = [element("identifier", repository.iris.entity("projet", record.id)), element("datestamp", record.moment)]
    parts += [element("setSpec", spec) for spec in harvest.sets_of(record)]
    return element("header", *parts, status="deleted" if record.number is None else "")


def _records(
    repository: Repository, harvest: Harvest, found: Sequence[HarvestRecord], prefix: str
) -> Iterator[Element]:
    numbers = [one.number for one in found if one.number is not None]
    told = zip(harvest.index.items(numbers), harvest.index.documents(numbers), strict=True)
    for record in checked(found):
        head = _head(repository, harvest, record)
        if record.number is None:
            yield element("record", head)
            continue
        ((item, document),) = islice(told, 1)
        page = f"{repository.site}/projet/{record.id}"
        fiche = OaiFiche(item, document, harvest.index, f"{page}.html", f"{page}.jsonld")
        yield element("record", head, element("metadata", FORMATS[prefix].write(fiche)))

"""The dumps of an edition over HTTP: whole, packed or unpacked, the open one, and the members that they are made of.

Knows addresses and headers; which files a dump is made of is `ingestion`'s business, how they are sent `joined`'s.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote, urlencode

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import FileResponse, Response

from ingestion import MEMBERS, MEMBERS_LIST, Edition, files_of, has_dump, members_of
from sparql_api.description.licence_notice import licence_notice
from sparql_api.description.licences import Part, licences_of
from sparql_api.description.open_dump import OPEN_DUMP, OPEN_LIST, open_file, open_members, root_of_files
from sparql_api.http.delivery import deliver, redirect
from sparql_api.http.joined import joined_response, unpacked_response
from sparql_api.http.openapi import OF_COMPUTING, OF_EDITION, Schema, operation, parameter
from sparql_api.http.policies import DUMP
from sparql_api.http.query_strings import bad
from sparql_api.http.responses import LICENCE_NOTICE, digest_header, licence_link, not_modified
from sparql_api.http.routing import get
from sparql_api.pages.common.hashing import hashes_of
from sparql_api.pages.common.made import known_open_folder, open_folder
from sparql_api.pages.common.service import Service
from sparql_api.pages.common.since import SINCE, since_parameter
from sparql_api.pages.editions import DUMPS, NUMBERED, by_number
from sparql_api.pages.things.routes import asked_path, elsewhere
from sparql_api.words.problems import ProblemError, problem

GZIP: Final = "application/gzip"
TSV: Final = "text/tab-separated-values"
TEXT: Final = "text/plain"
_MEMBER: Final = re.compile(r"[0-9a-f]{64}\.(?:nq|ttl|jsonl)\.gz")
_SUFFIX: Final = parameter("suffix", "The format.", {"type": "string", "enum": [*DUMPS]}, where="path")
_NAME: Final = parameter(
    "name",
    "SHA-256 of what the file holds, and its form.",
    {"type": "string", "pattern": f"^{_MEMBER.pattern}$"},
    where="path",
)


def _described(*types: str, of: tuple[Schema, ...] = (), ranges: bool = True) -> Schema:
    told = operation({one: {} for one in types}, parameters=(NUMBERED, *of), errors=OF_EDITION, tagged=False)
    if ranges:
        told["responses"] |= {
            "206": {"description": "The part asked for by Range.", "content": {types[0]: {}}},
            "416": {"description": "A Range beyond the file's end.", "content": {"text/plain": {}}},
        }
    return told


def _made(media_type: str, *, ranges: bool = True) -> Schema:
    told = _described(media_type, ranges=ranges)
    made = operation({media_type: {}}, parameters=(NUMBERED,), errors=(*OF_EDITION, *OF_COMPUTING), tagged=not ranges)
    return {**made, "responses": {**made["responses"], **told["responses"]}}


PACKED_TEXT: Final = "The whole of an edition"
UNPACKED_TEXT: Final = "The whole of an edition, unpacked"
OPEN_TEXT: Final = "An edition without the graphs whose licence asks for more than to name the source"
OPEN_LISTED_TEXT: Final = "The files that this dump is made of"
NOTICE_TEXT: Final = "What in an edition is under which licence"
LISTED_TEXT: Final = "The files that the dumps of an edition are made of"
_SINCE: Final = since_parameter("of `dump.nq`, leads to the graphs that came or changed since, `delta.nq`.")
PACKED: Final = _described(GZIP, of=(_SUFFIX, _SINCE))
UNPACKED: Final = _described(*DUMPS.values(), of=(_SUFFIX, _SINCE), ranges=False)
UNPACKED["responses"]["302"] = {"description": "What changed since the edition that `depuis` names."}
LISTED: Final = _described(TSV)
OPEN: Final = _made(GZIP)
OPEN_LISTED: Final = _made(TSV)
NOTICED: Final = _made(TEXT, ranges=False)
MEMBER: Final = _described(GZIP, of=(_NAME,))


ROOT: Final = "/editions/{number}"


def dumps_router(service: Service) -> APIRouter:
    """Return the routes of dumps, of the list of their members, of one member."""
    router = APIRouter(tags=["editions"])

    @get(router, ROOT + "/dump.{suffix}.gz", policy=DUMP, cheap=True, summary=PACKED_TEXT, openapi_extra=PACKED)
    async def dump(request: Request) -> Response:
        if request.query_params.get(SINCE):
            raise bad(SINCE, "whole-files-alone")
        return await answered(service, request, send_dump, suffix=request.path_params["suffix"])

    @get(router, ROOT + "/dump.{suffix}", policy=DUMP, cheap=True, summary=UNPACKED_TEXT, openapi_extra=UNPACKED)
    async def unpacked(request: Request) -> Response:
        if request.path_params["suffix"] not in DUMPS:
            return elsewhere(request, asked_path(request))
        if request.query_params.get(SINCE):
            return what_changed(request)
        return await answered(service, request, send_unpacked, suffix=request.path_params["suffix"])

    @get(router, f"{ROOT}/{MEMBERS_LIST}", policy=DUMP, cheap=True, summary=LISTED_TEXT, openapi_extra=LISTED)
    async def listed(request: Request) -> Response:
        return await answered(service, request, send_list)

    @get(router, ROOT + "/members/{name}", policy=DUMP, cheap=True, summary="One file of a dump", openapi_extra=MEMBER)
    async def member(request: Request) -> Response:
        return await answered(
            service, request, send_member, name=request.path_params["name"], elsewhere=service.faces_folder
        )

    add_open_dump(service, router)
    return router


def add_open_dump(service: Service, router: APIRouter) -> None:
    """Add the routes of the open dump, of the list of its members, of the text of the licences."""

    @get(router, f"{ROOT}/{OPEN_DUMP}", policy=DUMP, summary=OPEN_TEXT, openapi_extra=OPEN)
    async def opened(request: Request) -> Response:
        return await open_one(request, send_open)

    @get(router, f"{ROOT}/{OPEN_LIST}", policy=DUMP, summary=OPEN_LISTED_TEXT, openapi_extra=OPEN_LISTED)
    async def open_listed(request: Request) -> Response:
        return await open_one(request, send_open_list)

    async def open_one(request: Request, send: Any) -> Response:
        edition = by_number(service, request.path_params["number"])
        folder = await service.computing.run(request, open_folder, edition, service.faces_folder)
        return await answered(service, request, send, folder=folder)

    @get(router, f"{ROOT}/{LICENCE_NOTICE}", policy=DUMP, summary=NOTICE_TEXT, openapi_extra=NOTICED)
    async def noticed(request: Request) -> Response:
        number = request.path_params["number"]
        edition = by_number(service, number)
        data = (await service.computing.run(request, licence_notice, edition)).encode()
        headers = DUMP.headers(pinned=number != "current") | {"Link": await asyncio.to_thread(licence_links, edition)}
        return deliver(request, data, TEXT, edition=edition.number, headers=headers)


def what_changed(request: Request) -> Response:
    """Return the redirection from a dump to what changed of it; raises ProblemError 400 for a form without such a file.

    It names the dump's edition as the dump's own address does, and the one before as it was asked.
    """
    if request.path_params["suffix"] != "nq":
        raise bad(SINCE, "whole-files-alone")
    query = urlencode({SINCE: request.query_params[SINCE]})
    return redirect(f"/editions/{quote(request.path_params['number'])}/delta.nq?{query}", 302)


async def answered(service: Service, request: Request, send: Any, **named: Any) -> Response:
    """Return what a function sends of the edition that an address names, with the headers of all of its files."""
    number = request.path_params["number"]
    edition = by_number(service, number)
    headers = DUMP.headers(pinned=number != "current") | {"Observatoire-Edition": str(edition.number)}
    part: Part = "free" if send is send_open else "documents" if named.get("suffix") == "jsonl" else "all"
    headers["Link"] = await asyncio.to_thread(licence_links, edition, part)
    name = OPEN_DUMP if send is send_open else f"dump.{named['suffix']}.gz" if send is send_dump else ""
    if known := name and (await asyncio.to_thread(hashes_of, service, edition)).get(name):
        headers["Repr-Digest"] = digest_header(bytes.fromhex(known))
    answer: Response = await asyncio.to_thread(send, request, edition, headers, **named)
    return answer


def send_dump(request: Request, edition: Edition, headers: Mapping[str, str], suffix: str) -> Response:
    """Return a dump, packed as its files stand; raises ProblemError 404 where there is none."""
    said = _said(request, edition, headers, suffix, "gz")
    if not_modified(request, said["ETag"]):
        return Response(None, 304, said)
    name = f"dump.{suffix}.gz"
    members, files = members_of(edition, name), files_of(edition, name)
    lengths = [one.file_bytes for one in members] or [path.stat().st_size for path in files]
    filename = f"observatoire-ia-{edition.number}.{suffix}.gz"
    return joined_response(request, [*zip(files, lengths, strict=True)], GZIP, filename, said)


def send_unpacked(request: Request, edition: Edition, headers: Mapping[str, str], suffix: str) -> Response:
    """Return a dump unpacked; raises ProblemError 404 where there is none."""
    said = _said(request, edition, headers, suffix, "plain")
    if not_modified(request, said["ETag"]):
        return Response(None, 304, said)
    name = f"dump.{suffix}"
    size = edition.manifest.get("dumps", {}).get(f"{name}.gz", {}).get("bytes")
    files, filename = files_of(edition, f"{name}.gz"), f"observatoire-ia-{edition.number}.{suffix}"
    return unpacked_response(files, size, DUMPS[suffix], filename, said)


def send_open(request: Request, edition: Edition, headers: Mapping[str, str], folder: Path) -> Response:
    """Return the open dump, packed, whose list stands in a folder."""
    members = open_members(folder)
    tag = f'"{root_of_files(members)[:32]}"'
    said = {**headers, "X-Dump-Media-Type": DUMPS["nq"], "ETag": tag}
    if not_modified(request, tag):
        return Response(None, 304, said)
    files = [(open_file(edition, folder, one.name), one.file_bytes) for one in members]
    found = [(path, length) for path, length in files if path is not None]
    return joined_response(request, found, GZIP, f"observatoire-ia-{edition.number}-ouvert.nq.gz", said)


def send_open_list(request: Request, edition: Edition, headers: Mapping[str, str], folder: Path) -> Response:
    """Return the list of the members of the open dump."""
    return _file(request, folder / OPEN_LIST, TSV, headers)


def send_list(request: Request, edition: Edition, headers: Mapping[str, str]) -> Response:
    """Return the list of members; raises ProblemError 404 where an edition has none."""
    return _file(request, edition.path / MEMBERS_LIST, TSV, headers)


def send_member(request: Request, edition: Edition, headers: Mapping[str, str], name: str, elsewhere: Path) -> Response:
    """Return a member; raises ProblemError 404 where the edition has none of that name."""
    if not _MEMBER.fullmatch(name):
        raise ProblemError(problem("not-found", path=request.url.path))
    path = open_file(edition, known_open_folder(edition, elsewhere), name) or edition.path / MEMBERS / name
    return _file(request, path, GZIP, {**headers, "ETag": f'"{name[:32]}"'})


def licence_links(edition: Edition, part: Part = "all") -> str:
    """Return the links of an answer of an edition to each licence that it is under, and to what says which is where."""
    links = [f'<{one}>; rel="license"' for one in licences_of(edition).of(part)]
    return ", ".join([*links, licence_link(edition.number)])


def _said(request: Request, edition: Edition, headers: Mapping[str, str], suffix: str, form: str) -> dict[str, str]:
    """Return the headers of a dump; raises ProblemError 404 where there is none."""
    name = f"dump.{suffix}.gz"
    if suffix not in DUMPS or not has_dump(edition, name):
        raise ProblemError(problem("not-found", path=request.url.path))
    told = edition.manifest.get("dumps", {}).get(name, {})
    # Editions of older programs have one file, of which the oldest do not say the hash.
    tag = told.get("root") or told.get("file", {}).get("sha256") or edition.manifest["sha256"]
    mark = "" if form == "gz" else f"-{form}"
    return {**headers, "X-Dump-Media-Type": DUMPS[suffix], "ETag": f'"{tag[:32]}{mark}"'}


def _file(request: Request, path: Path, media_type: str, headers: Mapping[str, str]) -> Response:
    if not path.is_file():
        raise ProblemError(problem("not-found", path=request.url.path))
    if "ETag" in headers and not_modified(request, headers["ETag"]):
        return Response(None, 304, dict(headers))
    return FileResponse(path, media_type=media_type, filename=path.name, headers=dict(headers))

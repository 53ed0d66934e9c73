"""Hashes an edition's dumps whole, one a call, in quiet time. Knows when it is done; when to call is the caller's."""

from __future__ import annotations

import asyncio

from ingestion import DUMPS, Edition, files_of, has_dump
from sparql_api.description.open_dump import OPEN_DUMP, OPEN_LIST, open_file, open_members
from sparql_api.description.whole_hashes import hash_of_files, read_hashes, write_hashes
from sparql_api.pages.common.made import folder_beside, keep_current, known_open_folder, made_folder
from sparql_api.pages.common.service import Service


def hashes_of(service: Service, edition: Edition) -> dict[str, str]:
    """Return the hashes of an edition's dumps that are known, by their names."""
    return read_hashes(folder_beside(edition, service.faces_folder))


def unhashed(service: Service, edition: Edition) -> list[str]:
    """Return the dumps of an edition whose hash nobody made yet."""
    known = hashes_of(service, edition)
    opened = (known_open_folder(edition, service.faces_folder) / OPEN_LIST).is_file()
    names = [*(name for name in DUMPS if has_dump(edition, name)), *([OPEN_DUMP] if opened else [])]
    return [name for name in names if name not in known]


async def hash_next(service: Service, number: int) -> bool:
    """Hash the next dump of an edition that nobody hashed; False where none is left.

    Raises ProblemError where there is no such edition any more, EditionBeingMade where it is another meanwhile.
    """
    edition = service.edition_number(number)
    return await asyncio.to_thread(_hash_next, service, edition)


def _hash_next(service: Service, edition: Edition) -> bool:
    left = unhashed(service, edition)
    if not left:
        return False
    name, files = left[0], files_of(edition, left[0])
    if name == OPEN_DUMP:
        listed = known_open_folder(edition, service.faces_folder)
        found = (open_file(edition, listed, one.name) for one in open_members(listed))
        files = [path for path in found if path is not None]
    folder = made_folder(edition, service.faces_folder)
    write_hashes(folder, hashes_of(service, edition) | {name: hash_of_files(files)})
    keep_current(edition, folder)
    return True

"""`depuis`: the edition since which an answer tells what changed. Knows a request and editions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from starlette.requests import Request

from ingestion import Edition
from sparql_api.http.openapi import Schema, parameter
from sparql_api.http.parameters import EDITION
from sparql_api.http.query_strings import bad
from sparql_api.pages.common.service import Service

SINCE: Final = "depuis"


@dataclass(frozen=True)
class SinceEdition:
    """An edition since which is told: its number, 0 for before all, which is no edition."""

    number: int
    edition: Edition | None


def since_parameter(told: str) -> Schema:
    """Return what OpenAPI says of the parameter, ended by what is `told` of the edition that it names."""
    return parameter(SINCE, f"The number of an edition, 0 for none: {told}", {"type": "integer", "minimum": 0})


def since_edition(service: Service, request: Request) -> SinceEdition | None:
    """Return the edition since which a request asks; None where it asks of none.

    Raises ProblemError 400 for what is no number, 404 where there is no such edition, 410 where it is gone.
    """
    text = request.query_params.get(SINCE, "")
    if not text:
        return None
    if not EDITION.fullmatch(text):
        raise bad(SINCE, "no-edition-number")
    return SinceEdition(int(text), service.edition_number(int(text)) if int(text) else None)

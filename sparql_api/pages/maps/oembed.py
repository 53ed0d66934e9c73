"""oEmbed: what a site needs to show the part of a région académique in its own pages (https://oembed.com, 1.0).

Knows the provider's side of the specification: `url`, `maxwidth`, `maxheight`, `format`; JSON alone is given.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import escape
from typing import Any, Final
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response

from sparql_api.formats.negotiation import language
from sparql_api.formats.rdf_formats import write_json
from sparql_api.http.delivery import deliver
from sparql_api.http.parameters import ignored_header, unknown_of
from sparql_api.http.query_strings import bad
from sparql_api.http.site import site_of
from sparql_api.pages.common.service import Service
from sparql_api.pages.maps.outlines import atlas
from sparql_api.pages.maps.regions import region_of
from sparql_api.words.i18n import message
from sparql_api.words.problems import ProblemError, problem

WIDTH, HEIGHT = 640, 900
PAGE: Final = re.compile(r"/(?:embed/)?(region-academique/[a-z0-9-]{1,64})(?:\.html)?")
SIZE: Final = re.compile(r"[1-9][0-9]{0,4}")


async def oembed(service: Service, request: Request) -> Response:
    """Return the part of the page that `url` names; raises ProblemError 400, 404, 501."""
    asked = request.query_params
    if asked.get("format", "json") != "json":
        raise ProblemError(problem("oembed-format"))
    path = embeddable(asked.get("url", ""), request, service)
    if path is None:
        raise ProblemError(problem("oembed-not-found"))
    width, height = (size(asked, name, most) for name, most in (("maxwidth", WIDTH), ("maxheight", HEIGHT)))
    region = await region_of(service, request, path.partition("/")[2])
    title = message("region.map", language(request), name=region.name)
    source = f"{site_of(request)}/embed/{path}"
    sized = f'width="{width}" height="{height}" loading="lazy"'
    frame = f'<iframe src="{escape(source)}" title="{escape(title)}" {sized}></iframe>'
    said = {
        "type": "rich",
        "version": "1.0",
        "title": title,
        "provider_name": message("site.short", language(request)),
        "provider_url": str(request.base_url),
        "cache_age": 3600,
        "html": frame,
        "width": width,
        "height": height,
    }
    headers = ignored_header(unknown_of(request))
    return deliver(request, write_json(said), "application/json", edition=region.edition.number, headers=headers)


def embeddable(url: str, request: Request, service: Service) -> str | None:
    """Return the path of the région whose page an address is, here or by its IRI; None for any other address."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    base = urlsplit(service.iris.base)
    here = parts.netloc == request.url.netloc and parts.scheme in ("http", "https")
    of_base = parts.netloc == base.netloc and parts.path.startswith(base.path)
    if not (here or of_base):
        return None
    path = "/" + parts.path.removeprefix(base.path) if of_base else parts.path
    found = PAGE.fullmatch(path)
    return found[1] if found and found[1] in atlas().outlines else None


def size(asked: Mapping[str, Any], name: str, most: int) -> int:
    """Return the size of the frame, no larger than asked for; raises ProblemError 400 for what is no size."""
    text = asked.get(name) or str(most)
    if not SIZE.fullmatch(text):
        raise bad(name, "no-size")
    return min(int(text), most)
